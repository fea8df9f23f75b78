#include <debriefd/letter.h>

#include <debriefd/html.h>
#include <stdio.h>
#include <string.h>

/* Both forms of one mail, written side by side. */
struct paper {
    enum language language;
    struct buf *text;
    struct buf *html;
};

static void paragraph(struct paper *paper, const char *words)
{
    buf_printf(paper->text, "%s\n\n", words);
    html_printf(paper->html, "<p>%s</p>\n", words);
}

static void link_to(struct paper *paper, const char *label, const char *url)
{
    buf_printf(paper->text, "%s:\n%s\n\n", label, url);
    html_printf(paper->html,
                "<p><a href=\"%s\" style=\"display:inline-block;padding:12px 24px;"
                "background:#0b4f8a;color:#ffffff;border-radius:6px;font-weight:bold;"
                "text-decoration:none\">%s</a></p>\n",
                url, label);
}

static void list_item(struct paper *paper, const char *words)
{
    buf_printf(paper->text, "- %s\n", words);
    html_printf(paper->html, "<li>%s</li>\n", words);
}

static unsigned digits(const char *text, size_t count)
{
    unsigned number = 0;
    for (size_t i = 0; i < count; i++)
        number = number * 10 + (unsigned)(text[i] - '0');
    return number;
}

/* "Saturday 5 December at 23:59" from "2026-12-05 23:59 6". */
static void append_moment(struct buf *words, enum language language, const char *closes)
{
    static const char *const days[] = {
        sentence("Monday"), sentence("Tuesday"),  sentence("Wednesday"), sentence("Thursday"),
        sentence("Friday"), sentence("Saturday"), sentence("Sunday")};
    static const char *const months[] = {
        sentence("January"),   sentence("February"), sentence("March"),    sentence("April"),
        sentence("May"),       sentence("June"),     sentence("July"),     sentence("August"),
        sentence("September"), sentence("October"),  sentence("November"), sentence("December")};
    if (strlen(closes) != sizeof "YYYY-MM-DD HH:MM D" - 1)
        return;
    unsigned month = digits(closes + 5, 2);
    unsigned weekday = digits(closes + 17, 1);
    if (month - 1 < 12 && weekday - 1 < 7)
        buf_printf(words, say(language, "%1$s %2$u %3$s at %4$02u:%5$02u"),
                   say(language, days[weekday - 1]), digits(closes + 8, 2),
                   say(language, months[month - 1]), digits(closes + 11, 2),
                   digits(closes + 14, 2));
}

static void say_until(struct paper *paper, const struct letter_wave *wave)
{
    if (wave->closes[0] == '\0')
        return;
    struct buf moment;
    struct buf words;
    buf_init(&moment);
    buf_init(&words);
    append_moment(&moment, paper->language, wave->closes);
    buf_printf(&words,
               wave->is_anonymous ? say(paper->language, "You can answer until %s.")
                                  : say(paper->language,
                                        "You can answer, and change what you answered, until %s."),
               buf_text(&moment));
    paragraph(paper, buf_text(&words));
    buf_finish(&words);
    buf_finish(&moment);
}

static void say_minutes(struct paper *paper, int minutes)
{
    struct buf words;
    buf_init(&words);
    buf_printf(&words,
               say_number(paper->language, minutes, "It takes about %d minute.",
                          "It takes about %d minutes."),
               minutes);
    paragraph(paper, buf_text(&words));
    buf_finish(&words);
}

/* A sentence with the questions' title and the study's name in it. */
static void say_of(struct paper *paper, const char *format, const struct letter_wave *wave)
    __attribute__((format(printf, 2, 0)));
static void say_of(struct paper *paper, const char *format, const struct letter_wave *wave)
{
    struct buf words;
    buf_init(&words);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    buf_printf(&words, format, wave->title, wave->study);
#pragma GCC diagnostic pop
    paragraph(paper, buf_text(&words));
    buf_finish(&words);
}

static void say_mode(struct paper *paper, const struct letter_wave *wave)
{
    enum language language = paper->language;
    if (wave->is_anonymous) {
        paragraph(paper, say(language, "Your answers are anonymous: nobody can see who answered "
                                       "what, not even those who ask."));
        paragraph(paper, say(language, "Keep this mail: nobody can send the link again."));
    } else {
        paragraph(paper, say(language, "What you answer is kept apart from your name, and is told "
                                       "only together with the answers of others."));
    }
    paragraph(paper, say(language, "The link is yours alone: please do not pass this mail on."));
}

static void say_link(struct paper *paper, const struct letter_wave *wave)
{
    if (wave->link[0] != '\0')
        link_to(paper, say(paper->language, "Answer now"), wave->link);
    else
        paragraph(paper,
                  say(paper->language,
                      "Please use the link in our first mail. It cannot be sent again, because "
                      "nobody may know who has answered. If you have answered: thank you, there is "
                      "nothing more to do."));
}

static void write_invitation(struct paper *paper, const struct letter *letter)
{
    const struct letter_wave *wave = &letter->waves[0];
    say_of(paper, say(paper->language, "You are invited to answer “%1$s” about %2$s."), wave);
    say_minutes(paper, wave->minutes);
    say_link(paper, wave);
    say_until(paper, wave);
    say_mode(paper, wave);
}

static void write_reminder(struct paper *paper, const struct letter *letter)
{
    const struct letter_wave *wave = &letter->waves[0];
    say_of(paper,
           wave->is_anonymous
               ? say(paper->language, "A reminder to all: “%1$s” about %2$s is still open.")
               : say(paper->language, "We have no answer of yours yet to “%1$s” about %2$s, and "
                                      "would like to have it."),
           wave);
    say_minutes(paper, wave->minutes);
    say_link(paper, wave);
    say_until(paper, wave);
}

static void write_closing(struct paper *paper, const struct letter *letter)
{
    const struct letter_wave *wave = &letter->waves[0];
    say_of(paper, say(paper->language, "“%1$s” about %2$s closes soon."), wave);
    say_until(paper, wave);
    say_link(paper, wave);
}

static void append_decimal(struct buf *words, enum language language, double value)
{
    char number[32];
    snprintf(number, sizeof number, "%.1f", value);
    char *point = strchr(number, '.');
    if (point != NULL && language == LANGUAGE_SV)
        *point = ',';
    buf_append_text(words, number);
}

static void say_result(struct paper *paper, const struct letter_result *result)
{
    struct buf words;
    struct buf number;
    enum language language = paper->language;
    buf_init(&words);
    buf_init(&number);
    append_decimal(&number, language, result->value);
    if (result->metric == LETTER_RESPONSE_RATE)
        buf_printf(&words, say(language, "%.0f %% of the delegation answered."),
                   result->value * 100);
    else if (result->metric == LETTER_RECOMMEND)
        buf_printf(&words,
                   say(language, "Would recommend it (net promoter score, -100 to 100): %+.0f"),
                   result->value);
    else
        buf_printf(&words, say(language, "Overall verdict, on average: %s"), buf_text(&number));
    list_item(paper, buf_text(&words));
    buf_finish(&number);
    buf_finish(&words);
}

static void write_thanks(struct paper *paper, const struct letter *letter)
{
    say_of(paper, say(paper->language, "Thank you to all who answered “%1$s” about %2$s."),
           &letter->waves[0]);
    if (letter->result_count == 0)
        return;
    paragraph(paper, say(paper->language, "This is some of what you said together:"));
    buf_append_text(paper->html, "<ul>\n");
    for (size_t i = 0; i < letter->result_count; i++)
        say_result(paper, &letter->results[i]);
    buf_append_text(paper->html, "</ul>\n");
    buf_append_char(paper->text, '\n');
}

static void write_resend(struct paper *paper, const struct letter *letter)
{
    paragraph(paper, say(paper->language, "Somebody, probably you, asked for your links again."));
    for (size_t i = 0; i < letter->wave_count; i++) {
        say_of(paper, say(paper->language, "“%1$s” about %2$s is open to you."), &letter->waves[i]);
        say_until(paper, &letter->waves[i]);
        say_link(paper, &letter->waves[i]);
    }
    paragraph(paper, say(paper->language, "If it was not you, there is nothing to do: the links "
                                          "came to nobody else."));
}

static void write_sign_in(struct paper *paper, const struct letter *letter)
{
    paragraph(paper, say(paper->language, "With this link you sign in. It works once, and for 15 "
                                          "minutes."));
    link_to(paper, say(paper->language, "Sign in"), letter->link);
    paragraph(paper, say(paper->language, "If you did not ask for it, there is nothing to do: "
                                          "without this mail nobody gets in."));
}

static void subject_plain(const struct letter *letter, struct buf *subject)
{
    enum language language = letter->language;
    if (letter->kind == LETTER_SIGN_IN)
        buf_printf(subject, say(language, "Sign in to %s"), letter->programme);
    else
        buf_append_text(subject, say(language, "Your links"));
}

static void subject_invitation(const struct letter *letter, struct buf *subject)
{
    buf_printf(subject, say(letter->language, "Please answer: %1$s, %2$s"), letter->waves[0].title,
               letter->waves[0].study);
}

static void subject_reminder(const struct letter *letter, struct buf *subject)
{
    buf_printf(subject, say(letter->language, "Reminder: %1$s, %2$s"), letter->waves[0].title,
               letter->waves[0].study);
}

static void subject_closing(const struct letter *letter, struct buf *subject)
{
    buf_printf(subject, say(letter->language, "Closes soon: %1$s, %2$s"), letter->waves[0].title,
               letter->waves[0].study);
}

static void subject_thanks(const struct letter *letter, struct buf *subject)
{
    buf_printf(subject, say(letter->language, "Thank you: %1$s, %2$s"), letter->waves[0].title,
               letter->waves[0].study);
}

static const struct {
    const char *name;
    void (*subject)(const struct letter *letter, struct buf *subject);
    void (*write)(struct paper *paper, const struct letter *letter);
} kinds[LETTER_KINDS] = {
    [LETTER_INVITATION] = {"invitation", subject_invitation, write_invitation},
    [LETTER_REMINDER] = {"reminder", subject_reminder, write_reminder},
    [LETTER_CLOSING] = {"closing", subject_closing, write_closing},
    [LETTER_THANKS] = {"thanks", subject_thanks, write_thanks},
    [LETTER_RESEND] = {"resend", subject_plain, write_resend},
    [LETTER_SIGN_IN] = {"sign_in", subject_plain, write_sign_in},
};

bool letter_kind_find(const char *name, enum letter_kind *kind)
{
    for (size_t i = 0; i < LETTER_KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = (enum letter_kind)i;
            return true;
        }
    return false;
}

static void begin_html(const struct letter *letter, const char *subject, struct buf *html)
{
    html_printf(html,
                "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width\">\n<title>%s</title>\n"
                "</head>\n<body style=\"margin:0;background:#f3f3f0\">\n"
                "<div style=\"max-width:34em;margin:0 auto;padding:24px;background:#ffffff;"
                "color:#1a1a1a;font:16px/1.5 sans-serif\">\n",
                language_code(letter->language), subject);
}

static void greet(struct paper *paper, const struct letter *letter)
{
    struct buf words;
    buf_init(&words);
    if (letter->name[0] != '\0')
        buf_printf(&words, say(paper->language, "Hello %s,"), letter->name);
    else
        buf_append_text(&words, say(paper->language, "Hello,"));
    paragraph(paper, buf_text(&words));
    buf_finish(&words);
}

static void end_letter(struct paper *paper, const struct letter *letter)
{
    paragraph(paper, letter->programme);
    if (letter->unsubscribe[0] != '\0') {
        buf_printf(paper->text, "%s:\n%s\n", say(paper->language, "Unsubscribe"),
                   letter->unsubscribe);
        html_printf(paper->html,
                    "<p style=\"font-size:14px\"><a href=\"%s\" style=\"color:#0b4f8a\">%s</a>"
                    "</p>\n",
                    letter->unsubscribe, say(paper->language, "Unsubscribe"));
    }
    buf_append_text(paper->html, "</div>\n</body>\n</html>\n");
}

/* A name or a study may hold a line break, which must not become one in a subject or a paragraph.
 */
static void flatten(struct buf *line)
{
    for (size_t i = 0; i < line->length; i++)
        if ((unsigned char)line->data[i] < ' ')
            line->data[i] = ' ';
}

void letter_write(const struct letter *letter, struct buf *subject, struct buf *text,
                  struct buf *html)
{
    struct paper paper = {letter->language, text, html};
    kinds[letter->kind].subject(letter, subject);
    flatten(subject);
    begin_html(letter, buf_text(subject), html);
    greet(&paper, letter);
    kinds[letter->kind].write(&paper, letter);
    end_letter(&paper, letter);
}

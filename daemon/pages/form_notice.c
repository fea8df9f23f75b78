/* Pages that say why there is no form to fill in, and what to do. */
#include "form.h"

#include <debriefd/reply.h>
#include <string.h>

static void write_resend(struct buf *html, enum language language)
{
    html_printf(html, "<p><a href=\"/resend\">%s</a></p>", say(language, "Send me my link again"));
}

/* A heading, a sentence, and where to get the link that works. */
static void say_and_resend(struct request *request, enum language language, int status,
                           const char *heading, const char *text)
{
    struct page page;
    page_begin(&page, request, language, &(struct page_head){.title = heading});
    html_printf(&page.html, "<h1>%s</h1><p>%s</p>", heading, text);
    write_resend(&page.html, language);
    page_end(&page, status);
}

void form_no_link(struct request *request)
{
    enum language language = page_language(request);
    say_and_resend(request, language, 401, say(language, "Open the form from your invitation"),
                   say(language, "The link in the mail that invited you leads to your form. Open "
                                 "it on this device. If you cannot find the mail, get the link "
                                 "once more."));
}

/* What somebody sees who types the server's name alone. */
void form_home(struct request *request)
{
    enum language language = page_language(request);
    const char *heading = say(language, "Evaluations");
    struct page page;
    page_begin(&page, request, language, &(struct page_head){.title = heading});
    html_printf(&page.html, "<h1>%s</h1><p>%s</p>", heading,
                say(language, "Whoever is invited has a link in a mail: it opens the form."));
    write_resend(&page.html, language);
    html_printf(&page.html, "<p><a href=\"/desk\">%s</a></p>",
                say(language, "For those who lead a trip: the desk"));
    page_end(&page, 200);
}

void form_bad_link(struct request *request, const char *text)
{
    enum language language = page_language(request);
    if (principal_may_guess(request, text))
        say_and_resend(request, language, 404, say(language, "This link is not right"),
                       say(language, "It may have been cut off or changed on its way. Copy the "
                                     "whole link from the mail, or get it once more."));
    else
        page_say(request, language, 429, say(language, "Too many attempts"),
                 say(language, "Wait a minute and try the link from your mail again."));
}

void form_revoked(struct request *request, enum language language)
{
    say_and_resend(request, language, 403, say(language, "This link no longer works"),
                   say(language, "A newer link has been sent to you, or the invitation was taken "
                                 "back. Look for the latest mail, or ask the organiser."));
}

void form_not_open(struct visit *visit)
{
    struct page page;
    visit_page(visit, &page, say(visit->language, "The form is not open yet"), LANGUAGE_BY_LINK);
    html_printf(&page.html, "<h1>%s</h1><p>", say(visit->language, "The form is not open yet"));
    html_printf(&page.html, say(visit->language, "You can answer from %s. Use the same link then."),
                page_time(visit->language, visit->opens).text);
    buf_append_text(&page.html, "</p>");
    visit_reply(visit, &page, 403);
}

void form_closed(struct visit *visit)
{
    enum language language = visit->language;
    struct page page;
    visit_page(visit, &page, say(language, "The collection is closed"), LANGUAGE_BY_LINK);
    html_printf(&page.html, "<h1>%s</h1><p>", say(language, "The collection is closed"));
    html_printf(&page.html, say(language, "It closed on %s and takes no more answers."),
                page_time(visit->language, visit->closes).text);
    buf_append_text(&page.html, "</p>");
    if (visit->has_evaluation) {
        buf_append_text(&page.html, "<p>");
        html_printf(&page.html, say(language, "What you sent on %s is recorded and counts."),
                    page_time(visit->language, visit->received).text);
        buf_append_text(&page.html, "</p>");
    }
    if (visit->has_draft)
        html_printf(&page.html, "<p class=\"notice\">%s</p>",
                    say(language, "What you had filled in was saved but never sent. If it should "
                                  "still count, ask the organiser to open the collection again."));
    visit_reply(visit, &page, 410);
}

void form_button(struct page *page, const struct visit *visit, const char *go, const char *text,
                 const char *style)
{
    html_printf(&page->html, "<form method=\"post\" action=\"/form\">");
    page_csrf_field(page, visit->token);
    html_printf(&page->html, "<button class=\"%s\" name=\"go\" value=\"%s\">%s</button></form>",
                style, go, text);
}

void form_recorded(struct visit *visit)
{
    enum language language = visit->language;
    struct page page;
    struct form_receipt_path path =
        form_receipt_path(&visit->principal.programme, &visit->evaluation);
    page_choose_language(visit->request, language); /* for the receipt, which knows nobody */
    visit_page(visit, &page, say(language, "You have answered"), LANGUAGE_BY_LINK);
    html_printf(&page.html, "<h1 data-recorded>%s</h1><p>", say(language, "You have answered"));
    html_printf(&page.html, say(language, "Your answers were recorded on %s. Thank you."),
                page_time(visit->language, visit->received).text);
    html_printf(&page.html, "</p><p><a href=\"%s\">%s</a></p><p>", path.text,
                say(language, "Your receipt"));
    if (*visit->closes != '\0')
        html_printf(&page.html, say(language, "You can change them until %s."),
                    page_time(language, visit->closes).text);
    else
        buf_append_text(&page.html,
                        say(language, "You can change them as long as the collection is open."));
    buf_append_text(&page.html, "</p>");
    form_button(&page, visit, "edit", say(language, "Change the answers"), "");
    visit_reply(visit, &page, 200);
}

/* Who sees what, in one sentence; nothing about it is left to guess. */
void form_intro(struct page *page, const struct visit *visit)
{
    enum language language = visit->language;
    const json_t *texts = json_object_get(instrument_definition(visit->instrument), "description");
    const char *about = json_string_value(
        json_object_get(texts, instrument_language(visit->instrument, visit->wording)));
    if (about != NULL)
        html_printf(&page->html, "<p>%s</p>", about);
    html_printf(&page->html, "<p class=\"notice\">%s</p>",
                visit->is_anonymous
                    ? say(language, "This form is anonymous: nobody, not even the organiser, can "
                                    "see who gave which answers, and so they cannot be changed "
                                    "once they are sent.")
                    : say(language, "Your answers are stored under a pseudonym: the results show "
                                    "groups, never a single person, and you can change your "
                                    "answers until the collection closes."));
}

/* One wave, which organisers know as a questionnaire: opening, extending and closing it, and who
 * has answered. */
#include "desk_parts.h"

#include <debriefd/reply.h>
#include <stdlib.h>
#include <string.h>

#define WAVE "/desk/studies/{study}/waves/{wave}"

static bool has_state(const json_t *wave, const char *state)
{
    return strcmp(desk_text(wave, "state"), state) == 0;
}

static bool is_released(const json_t *wave)
{
    return json_is_string(json_object_get(wave, "released_at"));
}

const char *desk_wave_heading(const struct desk *desk)
{
    return desk_wave_name(desk->language, desk_text(desk->answers[0], "kind"));
}

/* The wave with its counts, of what desk_study says. */
static const json_t *counted(const struct desk *desk)
{
    size_t index;
    json_t *wave;
    json_array_foreach(json_object_get(desk->answers[1], "waves"), index, wave)
    {
        if (strcmp(desk_text(wave, "id"), desk_text(desk->answers[0], "id")) == 0)
            return wave;
    }
    return NULL;
}

static void write_links(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    html_printf(html, "<div class=\"actions\"><a class=\"button\" href=\"%s\">%s</a>",
                desk_path(desk, WAVE "/preview").text, say(language, "See the form"));
    if (!has_state(desk->answers[0], "closed"))
        desk_button(desk, html, WAVE "/mails/test", "", say(language, "Mail me a test invitation"));
    html_printf(html, "<a class=\"button\" href=\"%s\">%s</a>", desk_path(desk, WAVE "/mails").text,
                say(language, "Plan the mails"));
    html_printf(html, "<a class=\"button\" href=\"%s\">%s</a>",
                desk_path(desk, WAVE "/consent").text, say(language, "What participants agree to"));
    html_printf(html, "<a class=\"button\" href=\"%s\">%s</a></div>",
                desk_path(desk, WAVE "/people").text, say(language, "People and their links"));
}

/* Before it opens, mails go out when it does. */
static void write_mail_form(struct desk *desk, struct buf *html, const char *kind, const char *to,
                            const char *button)
{
    enum language language = desk->language;
    const json_t *wave = desk->answers[0];
    bool is_planned = has_state(wave, "planned");
    struct desk_time opening = desk_time_field(desk, desk_text(wave, "opens_at"));
    char name[20];
    snprintf(name, sizeof name, "%s-at", kind);
    desk_form(desk, html, WAVE "/mails");
    html_printf(html,
                "<input type=\"hidden\" name=\"kind\" value=\"%s\">"
                "<input type=\"hidden\" name=\"to\" value=\"%s\">",
                kind, to);
    desk_field(desk, html, "datetime-local", name, say(language, "Send at"),
               is_planned ? opening.text : "",
               is_planned ? say(language, "Not before it opens.")
                          : say(language, "Leave it empty to send now."));
    html_printf(html, "<button class=\"main\">%s</button>", button);
    desk_form_end(html);
}

static void write_invite(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    long invited = desk_number(counted(desk), "invited");
    html_printf(html, "<section class=\"card\"><h2>%s</h2><p>", say(language, "Invite"));
    if (invited == 0)
        html_printf(html, "%s", say(language, "Nobody is invited yet."));
    else
        html_printf(html,
                    say_number(language, invited, "%ld person has an invitation.",
                               "%ld people have an invitation."),
                    invited);
    html_printf(html, "</p><p class=\"quiet\">%s</p>",
                say(language,
                    "Everybody who travels and has no invitation mail yet gets one, with a "
                    "link of their own."));
    write_mail_form(desk, html, "invitation", "waiting", say(language, "Send invitations"));
    desk_button(desk, html, WAVE "/invitations", "",
                say(language, "Make invitations without sending mails"));
    buf_append_text(html, "</section>");
}

static void write_remind(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    bool is_anonymous = strcmp(desk_text(desk->study, "anonymity"), "anonymous") == 0;
    html_printf(
        html, "<section class=\"card\"><h2>%s</h2><p class=\"quiet\">%s</p>",
        say(language, "Remind"),
        is_anonymous
            ? say(language, "Because answers are anonymous, everybody gets the reminder.")
            : say(language, "Only those who have not answered get it. You do not see who."));
    write_mail_form(desk, html, "reminder", is_anonymous ? "everybody" : "waiting",
                    say(language, "Send a reminder"));
    buf_append_text(html, "</section>");
}

static void write_dates_form(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *wave = desk->answers[0];
    bool is_planned = has_state(wave, "planned");
    desk_form(desk, html, WAVE "/dates");
    buf_append_text(html, "<div class=\"pair\">");
    if (is_planned)
        desk_field(desk, html, "datetime-local", "opens_at", say(language, "Opens"),
                   desk_time_field(desk, desk_text(wave, "opens_at")).text, NULL);
    desk_field(desk, html, "datetime-local", "closes_at", say(language, "Closes"),
               desk_time_field(desk, desk_text(wave, "closes_at")).text, NULL);
    html_printf(html, "</div><button>%s</button>",
                has_state(wave, "closed") ? say(language, "Open again until then")
                                          : say(language, "Save the dates"));
    desk_form_end(html);
}

static void write_dates(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *wave = desk->answers[0];
    html_printf(html, "<section class=\"card\"><h2>%s</h2>", say(language, "Dates"));
    desk_clock(desk, html);
    write_dates_form(desk, html);
    buf_append_text(html, "<div class=\"actions\">");
    if (has_state(wave, "planned"))
        desk_button(desk, html, WAVE "/open", "", say(language, "Open now"));
    if (!has_state(wave, "closed"))
        html_printf(html, "<a class=\"button\" href=\"%s\">%s</a>",
                    desk_path(desk, WAVE "/close").text, say(language, "Close …"));
    buf_append_text(html, "</div></section>");
}

static void write_released(struct desk *desk, struct buf *html)
{
    html_printf(html,
                "<p>%s</p><p class=\"actions\"><a class=\"button main\" href=\"%s\">%s</a></p>",
                say(desk->language, "Its results are released, so it cannot be opened again."),
                desk_path(desk, "/desk/studies/{study}/results").text,
                say(desk->language, "See the results"));
}

static void render_wave(struct desk *desk, struct buf *html)
{
    const json_t *wave = desk->answers[0];
    bool may_change = desk->principal.role == ROLE_ORGANISER;
    buf_append_text(html, "<p>");
    desk_wave_state(desk, html, wave);
    buf_append_text(html, "</p>");
    desk_wave_dates(desk, html, wave);
    if (may_change)
        write_links(desk, html);
    if (!has_state(wave, "planned")) {
        html_printf(html, "<section class=\"answers\"><h2>%s</h2>",
                    say(desk->language, "Answers so far"));
        desk_write_rates(desk, html, desk->answers[2], desk_text(wave, "kind"));
        html_printf(html,
                    "<noscript><p><a class=\"button\" href=\"%s\">%s</a></p></noscript></section>",
                    desk_path(desk, WAVE).text, say(desk->language, "Refresh"));
    }
    if (is_released(wave))
        write_released(desk, html);
    if (!may_change)
        return;
    if (!has_state(wave, "closed"))
        desk_mail_notice(desk, html);
    buf_append_text(html, "<div class=\"cards wide\">");
    if (!has_state(wave, "closed"))
        write_invite(desk, html);
    if (has_state(wave, "open"))
        write_remind(desk, html);
    if (!is_released(wave))
        write_dates(desk, html);
    buf_append_text(html, "</div>");
}

static void render_close(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    html_printf(html, "<p>%s</p><p>%s</p><div class=\"actions\">",
                say(language, "Nobody can answer after that. The results are computed and released "
                              "within a minute, and from then on it cannot be opened again."),
                say(language, "To give people more time, move the closing date instead."));
    desk_button(desk, html, WAVE "/close", "danger", say(language, "Close the questionnaire"));
    html_printf(html, "<a class=\"button\" href=\"%s\">%s</a></div>", desk_path(desk, WAVE).text,
                say(language, "Keep it open"));
}

#define OF_WAVE                                                                                    \
    {                                                                                              \
        {FROM_PROGRAMME},                                                                          \
        {                                                                                          \
            FROM_SEGMENT_UUID, "wave"                                                              \
        }                                                                                          \
    }

const struct desk_page desk_wave_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .heading = desk_wave_heading,
    .tab = DESK_TAB_WAVE,
    .script = "desk.js",
    .queries = {{"wave_get", OF_WAVE},
                {"desk_study", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}},
                {"response_rates", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}}},
    .render = render_wave,
};

static void dates_changed(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400)
        desk_again_after(desk, &desk_wave_page, "closes_at", status, body);
    else
        desk_back(desk, WAVE, say(desk->language, "The dates are saved."));
}

/* False after saying that it is none. An empty one is left out, or for closing means by hand. */
static bool add_time(struct desk *desk, json_t *body, const char *name)
{
    const char *given = fields_get(&desk->fields, name);
    if (given == NULL)
        return true;
    if (given[0] == '\0') {
        if (strcmp(name, "closes_at") == 0)
            json_object_set_new(body, name, json_null());
        return true;
    }
    json_object_set_new(body, name, json_string(given));
    if (desk_is_local_time(given))
        return true;
    desk_again(desk, &desk_wave_page, name,
               say(desk->language, "A date and a time are needed, such as 2026-11-23T09:00."));
    return false;
}

void desk_execute_wave(struct desk *desk, const char *statement, const json_t *body,
                       desk_done_fn *done)
{
    const char *wave = request_segment(desk->request, "wave");
    struct uuid id;
    if (!uuid_parse(wave, strlen(wave), &id)) {
        done(desk, 404, NULL, NULL);
        return;
    }
    char *text = json_dumps(body, JSON_COMPACT);
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_uuid(&params, &id);
    params_text(&params, text);
    params_uuid(&params, &desk->principal.actor);
    desk_execute(desk, statement, &params, done, NULL);
    params_finish(&params);
    free(text);
}

static void change_dates(struct desk *desk)
{
    json_t *body = json_object();
    if (add_time(desk, body, "opens_at") && add_time(desk, body, "closes_at"))
        desk_execute_wave(desk, "desk_wave_dates", body, dates_changed);
    json_decref(body);
}

static const struct desk_page confirm_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Close the questionnaire?"),
    .tab = DESK_TAB_WAVE,
    .queries = {{"wave_get", OF_WAVE}},
    .render = render_close,
};

static const struct desk_page close_page = {
    .roles = ROLE_ORGANISER,
    .queries = {{"wave_close", OF_WAVE}},
    .back = WAVE,
    .said = sentence("The questionnaire is closed. The results follow within a minute."),
};

static const struct desk_page open_page = {
    .roles = ROLE_ORGANISER,
    .queries = {{"desk_wave_open", OF_WAVE}},
    .back = WAVE,
    .said = sentence("The questionnaire is open."),
};

static const struct desk_page invite_page = {
    .roles = ROLE_ORGANISER,
    .queries = {{"invitations_create",
                 {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_ACTOR}}}},
    .back = WAVE,
    .said = sentence("The invitations are made. No mail was sent."),
};

static const struct desk_page dates_page = {.roles = ROLE_ORGANISER, .act = change_dates};

const struct route desk_wave_routes[] = {
    {METHOD_GET, WAVE, desk_handle, &desk_wave_page},
    {METHOD_GET, WAVE "/close", desk_handle, &confirm_page},
    {METHOD_POST, WAVE "/close", desk_handle, &close_page},
    {METHOD_POST, WAVE "/open", desk_handle, &open_page},
    {METHOD_POST, WAVE "/invitations", desk_handle, &invite_page},
    {METHOD_POST, WAVE "/dates", desk_handle, &dates_page},
    {0},
};

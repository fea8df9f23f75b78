/* The mails of a questionnaire: sending some now or later, and what goes out by itself. */
#include "desk_parts.h"

#include <debriefd/config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAVE      "/desk/studies/{study}/waves/{wave}"
#define REMINDERS 3

struct word {
    const char *name;
    const char *text;
};

static const char *find(enum language language, const struct word *words, const char *name)
{
    for (; words->name != NULL; words++)
        if (strcmp(words->name, name) == 0)
            return say(language, words->text);
    return name;
}

const char *desk_mail_kind(enum language language, const char *kind)
{
    static const struct word kinds[] = {
        {"invitation", sentence("Invitation")},
        {"reminder", sentence("Reminder")},
        {"closing", sentence("Closing soon")},
        {"thanks", sentence("Thanks, with results")},
        {0},
    };
    return find(language, kinds, kind);
}

const char *desk_mail_state(enum language language, const char *state)
{
    static const struct word states[] = {
        {"queued", sentence("waiting")},     {"claimed", sentence("being sent")},
        {"sent", sentence("sent")},          {"failed", sentence("could not be sent")},
        {"bounced", sentence("came back")},  {"withdrawn", sentence("withdrawn")},
        {"skipped", sentence("not needed")}, {0},
    };
    return find(language, states, state);
}

/* Why somebody is left out. */
static const struct word reasons[] = {
    {"no_address", sentence("no e-mail address")},
    {"failing_address", sentence("the address does not work")},
    {"unsubscribed", sentence("wants no mail")},
    {"not_invited", sentence("not invited")},
    {"revoked", sentence("the invitation is ended")},
    {"answered", sentence("answered already")},
    {"declined", sentence("declined")},
    {"not_answered", sentence("not answered")},
    {"invited_before", sentence("invited already")},
    {"recent", sentence("had one less than a day ago")},
    {"limit", sentence("had as many as you allow")},
    {"links_gone", sentence("the links are gone")},
    {0},
};

/* The field of its time, when there is one. */
static const char *time_field(const struct desk *desk)
{
    const char *kind = desk_given(desk, "kind", "");
    const char *name = strcmp(kind, "reminder") == 0 ? "reminder-at" : "invitation-at";
    return desk_given(desk, name, "")[0] != '\0' ? name : NULL;
}

void desk_mail_notice(struct desk *desk, struct buf *html)
{
    if (!config_can_mail(request_api(desk->request)->options.config))
        html_printf(html, "<p class=\"notice bad\">%s</p>",
                    say(desk->language,
                        "No mail server is set up, so mails wait. Ask whoever runs the "
                        "service, or give people their links."));
}

static void queued(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    enum language language = desk->language;
    if (status >= 400) {
        desk_again_after(desk, &desk_wave_page, time_field(desk), status, body);
        return;
    }
    struct buf text;
    const char *reason;
    json_t *count;
    long mails = desk_number(body, "queued");
    const char *separator = "";
    json_t *skipped = json_object_get(body, "skipped");
    buf_init(&text);
    bool is_later =
        time_field(desk) != NULL || !config_can_mail(request_api(desk->request)->options.config);
    buf_printf(&text,
               is_later ? say_number(language, mails, "%ld mail waits.", "%ld mails wait.")
                        : say_number(language, mails, "%ld mail is on its way.",
                                     "%ld mails are on their way."),
               mails);
    if (json_object_size(skipped) > 0)
        buf_printf(&text, " %s ", say(language, "Left out:"));
    json_object_foreach(skipped, reason, count)
    {
        buf_printf(&text, "%s%ld %s", separator, (long)json_integer_value(count),
                   find(language, reasons, reason));
        separator = ", ";
    }
    desk_back(desk, WAVE, buf_text(&text));
    buf_finish(&text);
}

static void queue(struct desk *desk)
{
    const char *kind = desk_given(desk, "kind", "");
    const char *name = time_field(desk);
    const char *at = name != NULL ? desk_given(desk, name, "") : "";
    if (name != NULL && !desk_is_local_time(at)) {
        desk_again(desk, &desk_wave_page, name,
                   say(desk->language, "A date and a time are needed, such as 2026-11-23T09:00."));
        return;
    }
    json_t *body = json_pack("{s:s, s:s}", "kind", kind, "to", desk_given(desk, "to", ""));
    if (name != NULL)
        json_object_set_new(body, "at", json_string(at));
    desk_execute_wave(desk, "desk_mail_queue", body, queued);
    json_decref(body);
}

static void write_counts(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    json_t *counts = json_object_get(desk->answers[2], "counts");
    const char *kind;
    const char *state;
    json_t *states;
    json_t *count;
    html_printf(html, "<h2>%s</h2>", say(language, "So far"));
    if (json_object_size(counts) == 0)
        html_printf(html, "<p>%s</p>", say(language, "No mail was sent or planned yet."));
    buf_append_text(html, "<dl class=\"facts\">");
    json_object_foreach(counts, kind, states)
    {
        const char *separator = "";
        html_printf(html, "<dt>%s</dt><dd>", desk_mail_kind(language, kind));
        json_object_foreach(states, state, count)
        {
            html_printf(html, "%s%ld %s", separator, (long)json_integer_value(count),
                        desk_mail_state(language, state));
            separator = ", ";
        }
        buf_append_text(html, "</dd>");
    }
    html_printf(html, "</dl><div class=\"actions\"><a class=\"button\" href=\"%s\">%s</a>",
                desk_path(desk, WAVE "/people").text, say(language, "See each person's mail"));
    desk_button(desk, html, WAVE "/mails/withdraw", "danger",
                say(language, "Stop what is waiting"));
    buf_append_text(html, "</div>");
}

static void write_check(struct desk *desk, struct buf *html, const char *name, const char *label)
{
    html_printf(html, "<label class=\"choice\"><input type=\"checkbox\" name=\"%s\" value=\"1\"",
                name);
    if (desk_is_given(desk, "mails_max", name,
                      json_is_true(json_object_get(desk->answers[1], name))))
        buf_append_text(html, " checked");
    html_printf(html, "><span>%s</span></label>", label);
}

static void write_reminder(struct desk *desk, struct buf *html, const char *name,
                           const char *stored)
{
    html_printf(html,
                "<div class=\"field\"><input type=\"datetime-local\" id=\"%s\" name=\"%s\" "
                "value=\"%s\" aria-label=\"%s\"",
                name, name, desk_given(desk, name, stored),
                say(desk->language, "Time of a reminder"));
    desk_fault_marks(desk, html, name);
    buf_append_char(html, '>');
    desk_fault_reason(desk, html, name);
    buf_append_text(html, "</div>");
}

static void write_reminders(struct desk *desk, struct buf *html)
{
    const json_t *reminders = json_object_get(desk->answers[1], "reminders");
    html_printf(html, "<fieldset><legend>%s</legend>",
                say(desk->language, "Remind at these times, those who have not answered"));
    for (size_t i = 0; i < REMINDERS; i++) {
        char name[20];
        char value[40] = "";
        const json_t *reminder = json_array_get(reminders, i);
        snprintf(name, sizeof name, "reminder%zu", i + 1);
        if (reminder != NULL)
            snprintf(value, sizeof value, "%.10sT%.5s", desk_text(reminder, "date"),
                     desk_text(reminder, "time"));
        write_reminder(desk, html, name, value);
    }
    buf_append_text(html, "</fieldset>");
}

static void write_number(struct desk *desk, struct buf *html, const char *name, const char *label,
                         const json_t *value)
{
    char text[24] = "";
    if (json_is_number(value))
        snprintf(text, sizeof text, "%ld", (long)json_number_value(value));
    desk_field(desk, html, "number", name, label, text, NULL);
}

static void write_plan(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *plan = desk->answers[1];
    html_printf(html, "<h2>%s</h2>", say(language, "What goes out by itself"));
    desk_clock(desk, html);
    desk_form(desk, html, WAVE "/mails/plan");
    write_check(desk, html, "invitation", say(language, "Invite everybody when it opens"));
    write_reminders(desk, html);
    write_number(desk, html, "closing_days",
                 say(language, "Days before closing for a last reminder"),
                 json_object_get(plan, "closing_days"));
    write_check(
        desk, html, "thanks",
        say(language, "Thank those who answered, with some results, when they are released"));
    write_number(desk, html, "mails_max", say(language, "Mails to one person at most"),
                 json_object_get(plan, "mails_max"));
    html_printf(html, "<button class=\"main\">%s</button>", say(language, "Save the plan"));
    desk_form_end(html);
}

static void render_mails(struct desk *desk, struct buf *html)
{
    desk_mail_notice(desk, html);
    write_counts(desk, html);
    write_plan(desk, html);
}

static const struct desk_page mails_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Mails to participants"),
    .tab = DESK_TAB_WAVE,
    .queries = {{"wave_get", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}},
                {"mail_plan_get", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}},
                {"mail_list",
                 {{FROM_PROGRAMME},
                  {FROM_SEGMENT_UUID, "wave"},
                  {FROM_QUERY_UUID, "after"},
                  {FROM_QUERY_LIMIT, "limit"},
                  {FROM_QUERY_TEXT, "state"},
                  {FROM_QUERY_TEXT, "kind"},
                  {FROM_IS_SENDING}}}},
    .render = render_mails,
};

static void planned(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400)
        desk_again_after(desk, &mails_page, NULL, status, body);
    else
        desk_back(desk, WAVE "/mails", say(desk->language, "The plan is saved."));
}

/* False after saying which is none. */
static bool add_reminders(struct desk *desk, json_t *plan)
{
    static const char *const names[REMINDERS] = {"reminder1", "reminder2", "reminder3"};
    json_t *reminders = json_array();
    json_object_set_new(plan, "reminders", reminders);
    for (size_t i = 0; i < REMINDERS; i++) {
        const char *given = fields_get(&desk->fields, names[i]);
        if (given == NULL || given[0] == '\0')
            continue;
        if (!desk_is_local_time(given)) {
            desk_again(desk, &mails_page, names[i],
                       say(desk->language, "A date and a time are needed, such as "
                                           "2026-11-23T09:00."));
            return false;
        }
        json_array_append_new(reminders, json_pack("{s:s%, s:s%}", "date", given, (size_t)10,
                                                   "time", given + 11, (size_t)5));
    }
    return true;
}

/* An empty field says none. False after saying that it is no number in its range. */
static bool add_number(struct desk *desk, json_t *plan, const char *name, long low, long high)
{
    const char *given = fields_get(&desk->fields, name);
    char *end;
    if (given == NULL || given[0] == '\0')
        return true;
    long number = strtol(given, &end, 10);
    json_object_set_new(plan, name, json_integer(number));
    if (*end == '\0' && number >= low && number <= high)
        return true;
    struct buf text;
    buf_init(&text);
    buf_printf(&text, say(desk->language, "A number from %ld to %ld is needed."), low, high);
    desk_again(desk, &mails_page, name, buf_text(&text));
    buf_finish(&text);
    return false;
}

static void set_plan(struct desk *desk)
{
    json_t *plan = json_object();
    json_object_set_new(plan, "invitation",
                        json_boolean(fields_get(&desk->fields, "invitation") != NULL));
    json_object_set_new(plan, "thanks", json_boolean(fields_get(&desk->fields, "thanks") != NULL));
    if (add_reminders(desk, plan) && add_number(desk, plan, "closing_days", 1, 30) &&
        add_number(desk, plan, "mails_max", 0, 20))
        desk_execute_wave(desk, "mail_plan_set", plan, planned);
    json_decref(plan);
}

static const struct desk_page queue_page = {.roles = ROLE_ORGANISER, .act = queue};
static const struct desk_page plan_page = {.roles = ROLE_ORGANISER, .act = set_plan};
static const struct desk_page test_page = {
    .roles = ROLE_ORGANISER,
    .queries = {{"desk_mail_test", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_ACTOR}}}},
    .back = WAVE,
    .said = sentence("A test invitation is on its way to you."),
};

static const struct desk_page withdraw_page = {
    .roles = ROLE_ORGANISER,
    .queries = {{"mails_withdraw",
                 {{FROM_PROGRAMME},
                  {FROM_SEGMENT_UUID, "wave"},
                  {FROM_QUERY_UUID, "mail"},
                  {FROM_QUERY_TEXT, "kind"},
                  {FROM_ACTOR}}}},
    .back = WAVE "/mails",
    .said = sentence("Nothing waits any more."),
};

const struct route desk_mail_routes[] = {
    {METHOD_GET, WAVE "/mails", desk_handle, &mails_page},
    {METHOD_POST, WAVE "/mails", desk_handle, &queue_page},
    {METHOD_POST, WAVE "/mails/plan", desk_handle, &plan_page},
    {METHOD_POST, WAVE "/mails/test", desk_handle, &test_page},
    {METHOD_POST, WAVE "/mails/withdraw", desk_handle, &withdraw_page},
    {0},
};

/* Making a study: one page for what it is, one for when each questionnaire is open. Nothing is kept
 * between them but the form's own fields, so nothing is lost and nothing is left behind. */
#include "desk_new.h"

#include "desk_parts.h"
#include <debriefd/config.h>
#include <debriefd/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const plain_fields[] = {
    "id", "name", "starts_on", "ends_on", "destinations", "time_zone", "mode", "pack", NULL};

static const struct {
    const char *name;
    const char *initial;
} initial_values[] = {
    {"time_zone", "Europe/Stockholm"},
    {"mode", "pseudonymous"},
    {"pack", "benchmarking"},
};

const char *desk_new_value(const struct desk *desk, const char *name)
{
    const char *given = fields_get(&desk->fields, name);
    if (given != NULL)
        return given;
    for (size_t i = 0; i < sizeof initial_values / sizeof *initial_values; i++)
        if (desk->fields.count == 0 && strcmp(initial_values[i].name, name) == 0)
            return initial_values[i].initial;
    return "";
}

void desk_new_fault(struct desk *desk, const char *name, const char *fault)
{
    json_t *faults = desk->state;
    if (json_object_get(faults, name) == NULL)
        json_object_set_new(faults, name, json_string(fault));
}

static const char *fault_of(const struct desk *desk, const char *name)
{
    return json_string_value(json_object_get(desk->state, name));
}

static void write_id(struct desk *desk, struct buf *html)
{
    const char *given = desk_new_value(desk, "id");
    struct uuid id;
    if (!uuid_parse(given, strlen(given), &id))
        id = uuid_ordered();
    html_printf(html, "<input type=\"hidden\" name=\"id\" value=\"%s\">", uuid_format(&id).text);
}

void desk_new_input(struct desk *desk, struct buf *html, const char *type, const char *name,
                    const char *label, const char *help)
{
    desk_input(html, type, name, label, desk_new_value(desk, name), help, fault_of(desk, name));
}

static void write_destinations(struct desk *desk, struct buf *html)
{
    const char *fault = fault_of(desk, "destinations");
    html_printf(html,
                "<div class=\"field\"><label for=\"destinations\">%s</label>"
                "<textarea id=\"destinations\" name=\"destinations\" rows=\"3\" "
                "aria-describedby=\"destinations-help\">\n",
                say(desk->language, "Destinations"));
    html_text(html, desk_new_value(desk, "destinations"));
    html_printf(html, "</textarea><p id=\"destinations-help\" class=\"%s\">%s</p></div>",
                fault != NULL ? "error" : "help",
                fault != NULL ? fault
                              : say(desk->language, "One a line, for example: Helsinki, Finland"));
}

static void write_choice(struct desk *desk, struct buf *html, const char *name, const char *value,
                         const char *label, const char *help)
{
    html_printf(html, "<label class=\"choice\"><input type=\"radio\" name=\"%s\" value=\"%s\"",
                name, value);
    if (strcmp(desk_new_value(desk, name), value) == 0)
        buf_append_text(html, " checked");
    html_printf(html, "><span><strong>%s</strong> <span class=\"help\">%s</span></span></label>",
                label, help);
}

static void write_mode(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    html_printf(html, "<fieldset><legend>%s</legend>", say(language, "How answers are kept"));
    write_choice(desk, html, "mode", "pseudonymous", say(language, "Under pseudonyms"),
                 desk_mode_sentence(language, "pseudonymous"));
    write_choice(desk, html, "mode", "anonymous", say(language, "Anonymously"),
                 desk_mode_sentence(language, "anonymous"));
    buf_append_text(html, "</fieldset>");
}

static void write_packs(struct desk *desk, struct buf *html)
{
    html_printf(html, "<fieldset><legend>%s</legend>", say(desk->language, "Questionnaires"));
    for (const struct desk_pack *pack = desk_packs; pack->name != NULL; pack++)
        write_choice(desk, html, "pack", pack->name, say(desk->language, pack->title),
                     say(desk->language, pack->about));
    buf_append_text(html, "</fieldset>");
}

static void write_zone(struct desk *desk, struct buf *html)
{
    desk_new_input(desk, html, "text", "time_zone", say(desk->language, "Time zone"),
                   say(desk->language, "Of the delegation's home: mails go out by its clock."));
}

void desk_new_summary(struct desk *desk, struct buf *html)
{
    if (json_object_size(desk->state) > 0)
        html_printf(html, "<p class=\"notice bad\" role=\"alert\">%s</p>",
                    say(desk->language, "Something is missing or wrong. It is marked below."));
}

static void render_about(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    html_printf(html, "<p class=\"quiet\">%s</p>", say(language, "Step 1 of 2: the trip"));
    desk_new_summary(desk, html);
    desk_form(desk, html, "/desk/new");
    write_id(desk, html);
    desk_new_input(desk, html, "text", "name", say(language, "Name"),
                   say(language, "As participants know it, for example: Helsinki 2010"));
    buf_append_text(html, "<div class=\"pair\">");
    desk_new_input(desk, html, "date", "starts_on", say(language, "First day"), NULL);
    desk_new_input(desk, html, "date", "ends_on", say(language, "Last day"), NULL);
    buf_append_text(html, "</div>");
    write_destinations(desk, html);
    write_packs(desk, html);
    write_mode(desk, html);
    write_zone(desk, html);
    desk_new_dates_hidden(desk, html);
    html_printf(
        html,
        "<p class=\"actions\"><button class=\"main\" name=\"go\" value=\"dates\">%s</button>"
        "<a class=\"button\" href=\"/desk\">%s</a></p>",
        say(language, "Next: dates"), say(language, "Cancel"));
    desk_form_end(html);
}

void desk_new_about_hidden(struct desk *desk, struct buf *html)
{
    for (const char *const *name = plain_fields; *name != NULL; name++)
        html_printf(html, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", *name,
                    desk_new_value(desk, *name));
}

static bool is_date(const char *text)
{
    char time[20];
    snprintf(time, sizeof time, "%.10sT00:00", text);
    return strlen(text) == 10 && desk_is_local_time(time);
}

static void check_length(struct desk *desk, const char *name, size_t most)
{
    const char *text = desk_new_value(desk, name);
    if (text[strspn(text, " \n\t")] == '\0')
        desk_new_fault(desk, name, say(desk->language, "This is needed."));
    else if (text_code_points(text, strlen(text)) > most)
        desk_new_fault(desk, name, say(desk->language, "This is too long."));
}

/* The time zone is the database's to know. */
static void check_about(struct desk *desk)
{
    const char *first = desk_new_value(desk, "starts_on");
    const char *last = desk_new_value(desk, "ends_on");
    check_length(desk, "name", 200);
    check_length(desk, "time_zone", 64);
    if (text_code_points(desk_new_value(desk, "destinations"),
                         strlen(desk_new_value(desk, "destinations"))) > 1000)
        desk_new_fault(desk, "destinations", say(desk->language, "This is too long."));
    if (!is_date(first))
        desk_new_fault(desk, "starts_on",
                       say(desk->language, "A date is needed, such as 2026-11-23."));
    if (!is_date(last))
        desk_new_fault(desk, "ends_on",
                       say(desk->language, "A date is needed, such as 2026-11-23."));
    else if (strcmp(last, first) < 0)
        desk_new_fault(desk, "ends_on", say(desk->language, "The last day is before the first."));
    if (desk_pack_find(desk_new_value(desk, "pack")) == NULL)
        desk_new_fault(desk, "name", say(desk->language, "Choose the questionnaires."));
}

/* "Helsinki, Finland" a line. */
static json_t *destinations(const char *text)
{
    json_t *list = json_array();
    while (*text != '\0' && json_array_size(list) < 20) {
        size_t length = strcspn(text, "\n");
        size_t name = strcspn(text, ",\n");
        const char *country = text + name + strspn(text + name, ", ");
        size_t blank = strspn(text, " ");
        if (blank < name)
            json_array_append_new(
                list, json_pack("{s:s%, s:s%}", "name", text + blank, name - blank, "country",
                                name < length ? country : "",
                                name < length ? (size_t)(text + length - country) : (size_t)0));
        text += length;
        text += *text == '\n';
    }
    return list;
}

static json_t *study_body(struct desk *desk)
{
    const char *given = desk_new_value(desk, "id");
    struct uuid id;
    if (!uuid_parse(given, strlen(given), &id))
        id = uuid_ordered();
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "id", uuid_format(&id).text,
                     "name", desk_new_value(desk, "name"), "kind", "trip", "starts_on",
                     desk_new_value(desk, "starts_on"), "ends_on", desk_new_value(desk, "ends_on"),
                     "time_zone", desk_new_value(desk, "time_zone"), "anonymity",
                     strcmp(desk_new_value(desk, "mode"), "anonymous") == 0 ? "anonymous"
                                                                            : "pseudonymous",
                     "destinations", destinations(desk_new_value(desk, "destinations")));
}

static void show_step(struct desk *desk, desk_render_fn *render)
{
    json_t *faults = desk->state;
    int status = json_object_size(faults) > 0 ? 422 : 200;
    desk_frame(desk, status, say(desk->language, "Make a trip"), render, NULL);
    json_decref(faults);
}

static void created(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    char path[80];
    const char *detail = desk_text(body, "detail");
    if (status == 503) {
        desk_new_fault(desk, "name", desk_detail(desk, NULL));
    } else if (status >= 400) {
        desk_new_fault(desk, strncmp(detail, "time_zone", 9) == 0 ? "time_zone" : "name",
                       desk_detail(desk, body));
    } else {
        json_decref(desk->state);
        snprintf(path, sizeof path, "/desk/studies/%s", desk_text(body, "id"));
        desk_back(desk, path, say(desk->language, "The trip is made. Next comes the delegation."));
        return;
    }
    show_step(desk, render_about);
}

static void create(struct desk *desk)
{
    json_t *body =
        json_pack("{s:o, s:o}", "study", study_body(desk), "waves", desk_new_waves(desk));
    char *text = json_dumps(body, JSON_COMPACT);
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_text(&params, text);
    params_text(&params, request_api(desk->request)->options.config->work.verify_time);
    desk_execute(desk, "desk_study_create", &params, created, NULL);
    params_finish(&params);
    free(text);
    json_decref(body);
}

static void act(struct desk *desk)
{
    const char *go = desk_new_value(desk, "go");
    desk->state = json_object();
    check_about(desk);
    if (strcmp(go, "back") == 0)
        json_object_clear(desk->state);
    if (strcmp(go, "back") == 0 || json_object_size(desk->state) > 0) {
        show_step(desk, render_about);
        return;
    }
    if (strcmp(go, "create") == 0)
        desk_new_check_dates(desk);
    if (strcmp(go, "create") != 0 || json_object_size(desk->state) > 0)
        show_step(desk, desk_new_render_dates);
    else
        create(desk);
}

static const struct desk_page new_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Make a trip"),
    .render = render_about,
};

static const struct desk_page create_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Make a trip"),
    .act = act,
};

const struct route desk_new_routes[] = {
    {METHOD_GET, "/desk/new", desk_handle, &new_page},
    {METHOD_POST, "/desk/new", desk_handle, &create_page},
    {0},
};

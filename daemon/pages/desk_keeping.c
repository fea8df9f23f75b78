/* How long people and answers are kept, and what participants agree to. */
#include "desk_parts.h"

#include <debriefd/text.h>
#include <stdlib.h>
#include <string.h>

#define CONSENT_PATH "/desk/studies/{study}/waves/{wave}/consent"
#define CONSENT_MAX  4000 /* characters */

static void execute(struct desk *desk, const char *statement, const struct uuid *second,
                    json_t *owned_given, desk_done_fn *done)
{
    struct params params;
    char *text = json_dumps(owned_given, JSON_COMPACT);
    json_decref(owned_given);
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    if (second != NULL)
        params_uuid(&params, second);
    params_text(&params, text);
    params_uuid(&params, &desk->principal.actor);
    desk_execute(desk, statement, &params, done, NULL);
    params_finish(&params);
    free(text);
}

static const char *field(const struct desk *desk, const char *name)
{
    const char *value = fields_get(&desk->fields, name);
    return value != NULL ? value : "";
}

static long rows_that_go(const json_t *goes)
{
    long total = 0;
    const char *table;
    json_t *count;
    json_object_foreach((json_t *)(uintptr_t)goes, table, count)
    {
        total += (long)json_integer_value(count);
    }
    return total;
}

static void write_study(struct desk *desk, struct buf *html, const json_t *study)
{
    enum language language = desk->language;
    const char *due = desk_text(study, "due_on");
    struct desk_time day = desk_dates(desk, NULL, due[0] != '\0' ? due : NULL);
    html_printf(html, "<tr><th scope=\"row\"><a href=\"/desk/studies/%s\">%s</a></th><td>",
                desk_text(study, "study"), desk_text(study, "name"));
    if (json_is_string(json_object_get(study, "archived_at")))
        html_printf(html, "%s", say(language, "People and answers are gone"));
    else if (json_is_true(json_object_get(study, "is_due")))
        html_printf(html, "%s", say(language, "Goes tonight"));
    else if (due[0] != '\0')
        html_printf(html, "%s", day.text);
    else
        html_printf(html, "%s", say(language, "Is kept"));
    html_printf(html, "</td><td class=\"number\">%ld</td></tr>",
                rows_that_go(json_object_get(study, "goes")));
}

static void write_choice(struct desk *desk, struct buf *html, long months)
{
    static const int choices[] = {6, 12, 24, 36, 60, 120};
    long chosen = desk_number(desk->answers[0], "retention_months");
    desk_form(desk, html, "/desk/retention");
    html_printf(html,
                "<div class=\"field\"><label for=\"months\">%s</label><select id=\"months\" "
                "name=\"months\"><option value=\"\">%s</option>",
                say(desk->language, "People and answers are kept after a study's end"),
                say(desk->language, "until somebody erases them"));
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        html_printf(html, "<option value=\"%d\"%s>", choices[i],
                    choices[i] == chosen ? " selected" : "");
        html_printf(html, say(desk->language, "%d months"), choices[i]);
        buf_append_text(html, "</option>");
    }
    if (months > 0 && chosen == months)
        html_printf(html, "<option value=\"%ld\" selected>%ld</option>", months, months);
    html_printf(html, "</select></div><p class=\"actions\"><button class=\"main\">%s</button></p>",
                say(desk->language, "Save"));
    desk_form_end(html);
}

/* A number of months that is none of the choices was set by the API, and stays to be chosen. */
static long unusual(long months)
{
    static const int choices[] = {0, 6, 12, 24, 36, 60, 120};
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (choices[i] == months)
            return 0;
    return months;
}

static void render_retention(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    size_t index;
    json_t *study;
    html_printf(html, "<p>%s</p>",
                say(language, "After that time names, addresses and answers are deleted at night, "
                              "study by study. What is released stands."));
    write_choice(desk, html, unusual(desk_number(desk->answers[0], "retention_months")));
    html_printf(html,
                "<h2>%s</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th><th "
                "scope=\"col\">%s</th><th scope=\"col\" class=\"number\">%s</th></tr></thead>"
                "<tbody>",
                say(language, "What goes when"), say(language, "Study"), say(language, "Goes on"),
                say(language, "Rows"));
    json_array_foreach(json_object_get(desk->answers[0], "studies"), index, study)
    {
        write_study(desk, html, study);
    }
    buf_append_text(html, "</tbody></table></div>");
}

static const struct desk_page retention_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("How long people and answers are kept"),
    .queries = {{"retention_plan", {{FROM_PROGRAMME}, {FROM_ACTOR}}}},
    .render = render_retention,
};

static void retention_saved(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400)
        desk_refuse(desk, "/desk/retention", desk_detail(desk, body));
    else
        desk_back(desk, "/desk/retention",
                  say(desk->language, "It is saved. Below stands what goes when."));
}

static void act_retention(struct desk *desk)
{
    long months = strtol(field(desk, "months"), NULL, 10);
    json_t *value = months >= 1 && months <= 600 ? json_integer(months) : json_null();
    execute(desk, "programme_change", NULL, json_pack("{s:o}", "retention_months", value),
            retention_saved);
}

static const struct desk_page retention_change = {.roles = ROLE_ORGANISER, .act = act_retention};

static void write_consent(struct desk *desk, struct buf *html, const char *name, const char *label,
                          const char *stored)
{
    html_printf(html,
                "<div class=\"field\"><label for=\"%s\">%s</label><textarea id=\"%s\" name=\"%s\" "
                "lang=\"%s\" rows=\"12\" required",
                name, label, name, name, name);
    desk_fault_marks(desk, html, name);
    html_printf(html, ">\n%s</textarea>", desk_given(desk, name, stored));
    desk_fault_reason(desk, html, name);
    buf_append_text(html, "</div>");
}

static void render_consent(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *texts = json_object_get(desk->answers[0], "texts");
    html_printf(html, "<p>%s</p>",
                say(language, "Participants read this before the first question, and agree to it. "
                              "An empty line begins a new paragraph. Whoever has agreed is asked "
                              "again when it changes."));
    buf_append_text(html, "<div class=\"texts\">");
    desk_form(desk, html, CONSENT_PATH);
    buf_append_text(html, "<div class=\"pair\">");
    write_consent(desk, html, "sv", say(language, "In Swedish"), desk_text(texts, "sv"));
    write_consent(desk, html, "en", say(language, "In English"), desk_text(texts, "en"));
    html_printf(html, "</div><p class=\"actions\"><button class=\"main\">%s</button>",
                say(language, "Save"));
    if (!json_is_true(json_object_get(desk->answers[0], "is_default")))
        html_printf(html, "<button name=\"go\" value=\"default\">%s</button>",
                    say(language, "Use the usual text again"));
    buf_append_text(html, "</p>");
    desk_form_end(html);
    buf_append_text(html, "</div>");
}

static const struct desk_page consent_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("What participants agree to"),
    .tab = DESK_TAB_OVERVIEW,
    .queries = {{"wave_consent", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}}},
    .render = render_consent,
};

static void consent_saved(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400)
        desk_again_after(desk, &consent_page, NULL, status, body);
    else
        desk_back(desk, CONSENT_PATH, say(desk->language, "It is saved."));
}

static const char *consent_fault(struct desk *desk, const char *text)
{
    if (text[strspn(text, " \n\t")] == '\0')
        return say(desk->language, "Write it in both languages.");
    return text_code_points(text, strlen(text)) > CONSENT_MAX
               ? say(desk->language, "That is longer than 4000 characters.")
               : NULL;
}

static void act_consent(struct desk *desk)
{
    static const char *const names[] = {"sv", "en"};
    struct uuid wave;
    const char *text = request_segment(desk->request, "wave");
    bool is_usual = strcmp(field(desk, "go"), "default") == 0;
    json_t *given = json_object();
    if (!uuid_parse(text, strlen(text), &wave))
        wave = uuid_nil();
    for (size_t i = 0; i < sizeof names / sizeof *names && !is_usual; i++) {
        const char *fault = consent_fault(desk, field(desk, names[i]));
        if (fault != NULL) {
            json_decref(given);
            desk_again(desk, &consent_page, names[i], fault);
            return;
        }
        json_object_set_new(given, names[i], json_string(field(desk, names[i])));
    }
    execute(desk, "wave_consent_set", &wave, given, consent_saved);
}

static const struct desk_page consent_change = {.roles = ROLE_ORGANISER, .act = act_consent};

const struct route desk_keeping_routes[] = {
    {METHOD_GET, "/desk/retention", desk_handle, &retention_page},
    {METHOD_POST, "/desk/retention", desk_handle, &retention_change},
    {METHOD_GET, CONSENT_PATH, desk_handle, &consent_page},
    {METHOD_POST, CONSENT_PATH, desk_handle, &consent_change},
    {0},
};

/* People: found by a part of their name, what is held about them, and erasing them. Every look is
 * on record; what somebody answered is handed over, not shown. */
#include "desk_parts.h"

#include <debriefd/delegation.h>
#include <debriefd/reply.h>
#include <stdlib.h>
#include <string.h>

#define PERSON_PATH "/desk/people/{person}"

static void write_studies(struct buf *html, const json_t *studies)
{
    size_t index;
    json_t *study;
    json_array_foreach(studies, index, study)
    {
        html_printf(html, "%s<a href=\"/desk/studies/%s/delegation/%s\">%s</a>",
                    index > 0 ? ", " : "", desk_text(study, "study"),
                    desk_text(study, "participant"), desk_text(study, "name"));
    }
}

static void write_search(struct desk *desk, struct buf *html, const char *wanted)
{
    html_printf(html,
                "<form method=\"get\" action=\"/desk/people\" role=\"search\"><div class=\"field\">"
                "<label for=\"name\">%s</label><input id=\"name\" name=\"name\" type=\"search\" "
                "value=\"%s\"></div><p class=\"actions\"><button class=\"main\">%s</button></p>"
                "</form>",
                say(desk->language, "A part of a name, an e-mail address or a reference"), wanted,
                say(desk->language, "Search"));
}

static void write_found(struct desk *desk, struct buf *html, const json_t *persons)
{
    enum language language = desk->language;
    size_t index;
    json_t *person;
    html_printf(html,
                "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th><th "
                "scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
                say(language, "Name"), say(language, "E-mail"), say(language, "Studies"));
    json_array_foreach(persons, index, person)
    {
        html_printf(html,
                    "<tr><th scope=\"row\"><a href=\"/desk/people/%s\">%s</a></th><td>%s</td><td>",
                    desk_text(person, "id"),
                    desk_text(person, desk_text(person, "name")[0] != '\0' ? "name" : "reference"),
                    desk_text(person, "email"));
        write_studies(html, json_object_get(person, "studies"));
        buf_append_text(html, "</td></tr>");
    }
    buf_append_text(html, "</tbody></table></div>");
}

/* A query's value; what may stand in a URL stays, the rest is escaped. */
static void append_query(struct buf *html, const char *text)
{
    for (; *text != '\0'; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
            (*text >= '0' && *text <= '9'))
            buf_append_char(html, *text);
        else
            buf_printf(html, "%%%02X", (unsigned)(unsigned char)*text);
}

static void render_people(struct desk *desk, struct buf *html)
{
    const json_t *persons = json_object_get(desk->answers[0], "persons");
    const char *wanted = request_query(desk->request, "name");
    const char *next = desk_text(desk->answers[0], "next");
    write_search(desk, html, wanted != NULL ? wanted : "");
    if (json_array_size(persons) == 0)
        html_printf(html, "<p role=\"status\">%s</p>", say(desk->language, "Nobody was found."));
    else
        write_found(desk, html, persons);
    if (next[0] != '\0') {
        html_printf(html, "<p><a href=\"/desk/people?after=%s&amp;name=", next);
        append_query(html, wanted != NULL ? wanted : "");
        html_printf(html, "\">%s</a></p>", say(desk->language, "More"));
    }
    html_printf(html, "<p><a href=\"/desk/retention\">%s</a></p>",
                say(desk->language, "How long people and answers are kept"));
}

static const struct desk_page people_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("People"),
    .queries = {{"person_list",
                 {{FROM_PROGRAMME},
                  {FROM_QUERY_TEXT, "name"},
                  {FROM_QUERY_UUID, "study"},
                  {FROM_QUERY_UUID, "after"},
                  {FROM_QUERY_LIMIT, "limit"},
                  {FROM_ACTOR}}}},
    .render = render_people,
};

static void write_fact(struct desk *desk, struct buf *html, const char *column, const char *text)
{
    html_printf(html, "<dt>%s</dt><dd>%s</dd>", delegation_heading(desk->language, column),
                text[0] != '\0' ? text : "–");
}

static void render_person(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *person = desk->answers[0];
    const char *spoken = strcmp(desk_text(person, "language"), "en") == 0 ? sentence("English")
                                                                          : sentence("Swedish");
    buf_append_text(html, "<dl class=\"facts\">");
    write_fact(desk, html, "name", desk_text(person, "name"));
    write_fact(desk, html, "email", desk_text(person, "email"));
    write_fact(desk, html, "person", desk_text(person, "reference"));
    write_fact(desk, html, "language", say(language, spoken));
    html_printf(html, "<dt>%s</dt><dd>", say(language, "Studies"));
    write_studies(html, json_object_get(person, "studies"));
    html_printf(html,
                "</dd></dl><h2>%s</h2><p>%s</p><p class=\"actions\"><a class=\"button\" "
                "href=\"%s/export.csv\" download>%s</a><a class=\"button\" href=\"%s/export.json\" "
                "download>%s</a></p>",
                say(language, "Everything that is held"),
                say(language, "When this person asks what you have about them: all of it, answers "
                              "too, in a file to hand over. It is on record that you fetched it."),
                desk_path(desk, PERSON_PATH).text, say(language, "As a table (CSV)"),
                desk_path(desk, PERSON_PATH).text, say(language, "As JSON"));
    html_printf(html,
                "<h2>%s</h2><p>%s</p><p class=\"actions\"><a class=\"button\" href=\"%s/erase\">%s"
                "</a></p>",
                say(language, "Erase"),
                say(language, "When this person wants to be forgotten. First you see what would go "
                              "and what stays."),
                desk_path(desk, PERSON_PATH).text, say(language, "See what would be erased"));
}

#define PERSON_QUERY                                                                               \
    {                                                                                              \
        "person_named",                                                                            \
        {                                                                                          \
            {FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "person"},                                       \
            {                                                                                      \
                FROM_ACTOR                                                                         \
            }                                                                                      \
        }                                                                                          \
    }

static const struct desk_page person_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Person"),
    .queries = {PERSON_QUERY},
    .render = render_person,
};

static void answer_json(struct desk *desk)
{
    struct buf body;
    char *text = json_dumps(desk->answers[0], JSON_INDENT(1));
    buf_init(&body);
    buf_append_text(&body, text);
    free(text);
    json_decref(desk->owned_answers[0]);
    desk->owned_answers[0] = NULL;
    request_set_header(desk->request, "Content-Disposition",
                       "attachment; filename=\"person.json\"");
    request_reply_buf(desk->request, 200, "application/json", &body);
}

static void append_cell(struct buf *body, const char *text)
{
    buf_append_char(body, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_append_char(body, '"');
        buf_append_char(body, *text);
    }
    buf_append_char(body, '"');
}

/* With a mark of UTF-8, so that spreadsheets read it rightly. */
static void answer_csv(struct desk *desk)
{
    static const char *const columns[] = {"area", "study",    "wave",  "record",
                                          "item", "question", "value", "at"};
    size_t index;
    json_t *row;
    struct buf body;
    buf_init(&body);
    buf_append_text(&body, "\xef\xbb\xbf"
                           "area,study,wave,record,item,question,value,at\r\n");
    json_array_foreach(json_object_get(desk->answers[0], "rows"), index, row)
    {
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            buf_append_text(&body, i > 0 ? "," : "");
            append_cell(&body, desk_text(row, columns[i]));
        }
        buf_append_text(&body, "\r\n");
    }
    json_decref(desk->owned_answers[0]);
    desk->owned_answers[0] = NULL;
    request_set_header(desk->request, "Content-Disposition", "attachment; filename=\"person.csv\"");
    request_reply_buf(desk->request, 200, "text/csv; charset=utf-8", &body);
}

#define EXPORT_QUERY                                                                               \
    {                                                                                              \
        "person_export",                                                                           \
        {                                                                                          \
            {FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "person"},                                       \
            {                                                                                      \
                FROM_ACTOR                                                                         \
            }                                                                                      \
        }                                                                                          \
    }

static const struct desk_page export_json = {
    .roles = ROLE_ORGANISER, .queries = {EXPORT_QUERY}, .answer = answer_json};
static const struct desk_page export_csv = {
    .roles = ROLE_ORGANISER, .queries = {EXPORT_QUERY}, .answer = answer_csv};

const struct route desk_people_routes[] = {
    {METHOD_GET, "/desk/people", desk_handle, &people_page},
    {METHOD_GET, PERSON_PATH, desk_handle, &person_page},
    {METHOD_GET, PERSON_PATH "/export.json", desk_handle, &export_json},
    {METHOD_GET, PERSON_PATH "/export.csv", desk_handle, &export_csv},
    {0},
};

/* Erasing a person: what would go and what stays, first; then with the name typed. */
#include "desk_parts.h"

#include <debriefd/text.h>
#include <stdlib.h>
#include <string.h>

#define ERASE_PATH "/desk/people/{person}/erase"

/* What a table's rows are called. */
static const struct {
    const char *table;
    const char *label;
} tables[] = {
    {"person", sentence("Name and address")},
    {"delegate", sentence("Places in delegations, with their changes")},
    {"disposition", sentence("Notes on what became of an invitation")},
    {"invitation", sentence("Invitations")},
    {"evaluation", sentence("Answers, earlier ones too")},
    {"pending", sentence("Answers that wait to be counted")},
    {"draft", sentence("Answers that were not sent yet")},
    {"mail", sentence("Mails")},
    {"consent", sentence("Consent")},
    {"interview", sentence("Interviews")},
    {"fact_participation", sentence("Marks that somebody took part")},
    {"atom_member", sentence("Marks of what was counted in releases")},
    {"answers_of_others", sentence("Answers of others that name this person")},
    {"audit_records", sentence("Contents of the audit trail that name this person")},
};

/* What logic.erasure_leaves says: here to be translated. */
__attribute__((unused)) static const char *const left[] = {
    sentence("Releases stand, and the coded groups of at least five answers that they are computed "
             "from: nobody's answer can be told from them."),
    sentence("In studies with a closed wave the place stays counted, by sector and by whether it "
             "was answered, as releases have told it; nothing leads from it to the person."),
    sentence("The hashes that receipts are signed over stand, also of others' answers that named "
             "the person; they contain no answer."),
    sentence("An answer given in anonymous mode cannot be erased: nobody knows whose it is."),
    sentence("The person's account for the organiser's desk stays until it is revoked."),
    sentence(
        "What others wrote in free text may name the person: only somebody who reads it can tell."),
    sentence(
        "A salted hash of the person's reference stays, so that importing it again is noticed."),
    sentence("Backups and the database's log hold the person until they are rotated."),
};

static const char *table_name(enum language language, const char *table)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (strcmp(tables[i].table, table) == 0)
            return say(language, tables[i].label);
    return table;
}

static void write_counts(struct desk *desk, struct buf *html, const json_t *counts)
{
    const char *table;
    json_t *count;
    json_object_foreach((json_t *)(uintptr_t)counts, table, count)
    {
        if (json_integer_value(count) > 0)
            html_printf(html, "<tr><th scope=\"row\">%s</th><td class=\"number\">%ld</td></tr>",
                        table_name(desk->language, table), (long)json_integer_value(count));
    }
}

static void write_stays(struct desk *desk, struct buf *html, const json_t *stays)
{
    size_t index;
    json_t *one;
    html_printf(html, "<h2>%s</h2><ul>", say(desk->language, "What stays"));
    json_array_foreach(stays, index, one)
    {
        html_printf(html, "<li>%s</li>", say(desk->language, json_string_value(one)));
    }
    buf_append_text(html, "</ul>");
}

static void render_erase(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *plan = desk->answers[1];
    html_printf(html,
                "<p><strong>%s</strong></p><p>%s</p><div class=\"scroll\"><table><caption>%s"
                "</caption><tbody>",
                desk_text(desk->answers[0], "name"),
                say(language, "Nothing is erased yet. This is what would happen."),
                say(language, "What goes, and how many of each"));
    write_counts(desk, html, json_object_get(plan, "removed"));
    write_counts(desk, html, json_object_get(plan, "changed"));
    buf_append_text(html, "</tbody></table></div>");
    write_stays(desk, html, json_object_get(plan, "stays"));
    html_printf(html, "<h2>%s</h2>", say(language, "Erase now"));
    desk_form(desk, html, ERASE_PATH);
    desk_field(desk, html, "text", "reason", say(language, "Why"), "",
               say(language, "Without the person's name: it stays in the audit trail."));
    desk_field(desk, html, "text", "name", say(language, "The person's name, to be sure"), "",
               say(language, "Type it as it stands above. This cannot be undone."));
    html_printf(html,
                "<p class=\"actions\"><button class=\"danger\">%s</button><a href=\"%s\">%s"
                "</a></p>",
                say(language, "Erase this person everywhere"),
                desk_path(desk, "/desk/people/{person}").text, say(language, "Leave it as it is"));
    desk_form_end(html);
}

static const struct desk_page erase_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Erase a person"),
    .queries = {{"person_named", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "person"}, {FROM_ACTOR}}},
                {"person_erase_try",
                 {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "person"}, {FROM_ACTOR}}}},
    .render = render_erase,
};

static const char *field(const struct desk *desk, const char *name)
{
    const char *value = fields_get(&desk->fields, name);
    return value != NULL ? value : "";
}

static void add_person(struct desk *desk, struct params *params)
{
    struct uuid person;
    const char *text = request_segment(desk->request, "person");
    if (!uuid_parse(text, strlen(text), &person))
        person = uuid_nil();
    params_init(params);
    params_uuid(params, &desk->principal.programme);
    params_uuid(params, &person);
}

static void erased(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400)
        desk_again_after(desk, &erase_page, NULL, status, body);
    else
        desk_back(desk, "/desk/people",
                  say(desk->language, "The person is erased. What is released stands."));
}

static void erase(struct desk *desk)
{
    struct params params;
    json_t *given = json_pack("{s:s}", "reason", field(desk, "reason"));
    char *text = json_dumps(given, JSON_COMPACT);
    json_decref(given);
    add_person(desk, &params);
    params_text(&params, text);
    params_uuid(&params, &desk->principal.actor);
    desk_execute(desk, "person_erase", &params, erased, NULL);
    params_finish(&params);
    free(text);
}

static void name_known(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 400)
        desk_refuse(desk, "/desk/people", desk_detail(desk, body));
    else if (strcmp(desk_text(body, "name"), field(desk, "name")) != 0)
        desk_again(
            desk, &erase_page, "name",
            say(desk->language, "Nothing was erased: the name that was typed is another one."));
    else
        erase(desk);
}

static void act_erase(struct desk *desk)
{
    struct params params;
    size_t length = text_code_points(field(desk, "reason"), strlen(field(desk, "reason")));
    if (length < 3 || length > 500) {
        desk_again(desk, &erase_page, "reason", say(desk->language, "Say why, in a few words."));
        return;
    }
    add_person(desk, &params);
    params_uuid(&params, &desk->principal.actor);
    desk_execute(desk, "person_named", &params, name_known, NULL);
    params_finish(&params);
}

static const struct desk_page erase_person = {.roles = ROLE_ORGANISER, .act = act_erase};

const struct route desk_erase_routes[] = {
    {METHOD_GET, ERASE_PATH, desk_handle, &erase_page},
    {METHOD_POST, ERASE_PATH, desk_handle, &erase_person},
    {0},
};

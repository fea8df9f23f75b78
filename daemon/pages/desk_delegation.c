/* Who is in the delegation, and what may change after it was imported: a place was wrong, somebody
 * did not travel, somebody came late. Changes are dated; what is released stands. */
#include "desk_parts.h"
#include "desk_table.h"

#include <debriefd/reply.h>
#include <stdlib.h>
#include <string.h>

#define LIST_PATH "/desk/studies/{study}/delegation"
#define ONE_PATH  "/desk/studies/{study}/delegation/{participant}"

static bool is_set(const json_t *row, const char *flag)
{
    return json_is_true(json_object_get(row, flag));
}

static void write_flags(struct desk *desk, struct buf *html, const json_t *row)
{
    if (is_set(row, "is_staff"))
        html_printf(html, " <span class=\"state\">%s</span>", say(desk->language, "Staff"));
    if (!is_set(row, "travelled"))
        html_printf(html, " <span class=\"state closed\">%s</span>",
                    say(desk->language, "Did not travel"));
}

static void write_delegate(struct desk *desk, struct buf *html, const json_t *row)
{
    html_printf(html, "<tr><th scope=\"row\"><a href=\"%s/%s\">%s</a>",
                desk_path(desk, LIST_PATH).text, desk_text(row, "id"), desk_text(row, "name"));
    write_flags(desk, html, row);
    html_printf(html, "</th><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>",
                desk_text(row, "organisation"),
                desk_sector_name(desk->language, desk_text(row, "sector")), desk_text(row, "role"),
                desk_text(row, "email"));
}

static void write_table(struct desk *desk, struct buf *html, const json_t *delegates)
{
    enum language language = desk->language;
    size_t index;
    json_t *row;
    long count = (long)json_array_size(delegates);
    buf_append_text(html, "<div class=\"scroll\"><table><caption>");
    html_printf(html, say_number(language, count, "%ld person", "%ld people"), count);
    html_printf(html,
                "</caption><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr>"
                "</thead><tbody>",
                say(language, "Name"), say(language, "Organisation"), say(language, "Sector"),
                say(language, "Role"), say(language, "E-mail"));
    json_array_foreach(delegates, index, row)
    {
        write_delegate(desk, html, row);
    }
    buf_append_text(html, "</tbody></table></div>");
}

static void write_sectors(struct desk *desk, struct buf *html, const json_t *sectors,
                          const char *chosen)
{
    size_t index;
    json_t *sector;
    html_printf(html,
                "<div class=\"field\"><label for=\"sector\">%s</label><select id=\"sector\" "
                "name=\"sector\">",
                say(desk->language, "Sector"));
    json_array_foreach(sectors, index, sector)
    {
        const char *name = json_string_value(sector);
        html_printf(html,
                    strcmp(name, chosen) == 0 ? "<option value=\"%s\" selected>%s</option>"
                                              : "<option value=\"%s\">%s</option>",
                    name, desk_sector_name(desk->language, name));
    }
    buf_append_text(html, "</select></div>");
}

static void write_languages(struct desk *desk, struct buf *html, const char *chosen)
{
    bool is_english = strcmp(chosen, "en") == 0;
    html_printf(html,
                "<div class=\"field\"><label for=\"language\">%s</label><select id=\"language\" "
                "name=\"language\"><option value=\"sv\" lang=\"sv\">Svenska</option>"
                "<option value=\"en\" lang=\"en\"%s>English</option></select></div>",
                say(desk->language, "Language of mails"), is_english ? " selected" : "");
}

static void write_input(struct desk *desk, struct buf *html, const char *name, const json_t *row)
{
    const char *type = strcmp(name, "email") == 0 ? "email" : "text";
    desk_field(desk, html, type, name, delegation_heading(desk->language, name),
               desk_text(row, name), NULL);
}

static void write_new(struct desk *desk, struct buf *html)
{
    static const char *const names[] = {"name", "email", "organisation", "role", "municipality"};
    html_printf(html, "<details%s><summary>%s</summary>", desk->refusal != NULL ? " open" : "",
                say(desk->language, "Add one person"));
    desk_form(desk, html, LIST_PATH "/new");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        write_input(desk, html, names[i], NULL);
    write_sectors(desk, html, json_object_get(desk->answers[1], "sectors"),
                  desk_given(desk, "sector", ""));
    write_languages(desk, html, desk_given(desk, "language", "sv"));
    html_printf(html, "<p class=\"actions\"><button>%s</button></p>",
                say(desk->language, "Add the person"));
    desk_form_end(html);
    buf_append_text(html, "</details>");
}

static void render_delegation(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *delegates = json_object_get(desk->answers[0], "delegates");
    bool is_empty = json_array_size(delegates) == 0;
    if (is_empty)
        html_printf(html, "<p>%s</p>",
                    say(language,
                        "Nobody is in the delegation yet. Bring in the list you have in a "
                        "spreadsheet; you see it before anything is kept."));
    html_printf(html, "<p class=\"actions\"><a class=\"button %s\" href=\"%s/import\">%s</a></p>",
                is_empty ? "main" : "", desk_path(desk, LIST_PATH).text,
                say(language, is_empty ? sentence("Add the delegation")
                                       : sentence("Add or correct people from a spreadsheet")));
    if (!is_empty)
        write_table(desk, html, delegates);
    write_new(desk, html);
}

const struct desk_page desk_delegation_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Delegation"),
    .tab = DESK_TAB_DELEGATION,
    .queries = {{"delegation_named",
                 {{FROM_PROGRAMME},
                  {FROM_SEGMENT_UUID, "study"},
                  {FROM_QUERY_UUID, "participant"},
                  {FROM_ACTOR}}},
                {"programme_get", {{FROM_PROGRAMME}}}},
    .render = render_delegation,
};

/* One person goes the way of a table of one row, so that the same things are checked. */
static void act_new(struct desk *desk)
{
    static const char *const names[] = {"name",         "email",  "organisation", "role",
                                        "municipality", "sector", "language"};
    struct desk_table *table = request_alloc(desk->request, sizeof *table);
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        buf_printf(&text, "%s%s", i > 0 ? "\t" : "", names[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = fields_get(&desk->fields, names[i]);
        buf_append_text(&text, i > 0 ? "\t\"" : "\n\"");
        for (; value != NULL && *value != '\0'; value++) {
            if (*value == '"')
                buf_append_char(&text, '"');
            buf_append_char(&text, *value);
        }
        buf_append_char(&text, '"');
    }
    table->bytes = request_copy(desk->request, buf_text(&text), text.length);
    table->length = text.length;
    table->is_wanted = true;
    table->is_one = true;
    buf_finish(&text);
    desk_table_check(desk, table);
}

static const struct desk_page new_delegate = {.roles = ROLE_ORGANISER, .act = act_new};

static const json_t *delegate_of(const struct desk *desk)
{
    return json_array_get(json_object_get(desk->answers[0], "delegates"), 0);
}

static void write_check(struct buf *html, const char *name, const char *label, bool is_checked)
{
    html_printf(html,
                "<label class=\"choice\"><input type=\"checkbox\" name=\"%s\" value=\"1\"%s>"
                "<span>%s</span></label>",
                name, is_checked ? " checked" : "", label);
}

static void write_place(struct desk *desk, struct buf *html, const json_t *row)
{
    enum language language = desk->language;
    html_printf(html, "<section class=\"card\"><h2>%s</h2>",
                say(language, "Place in the delegation"));
    desk_form(desk, html, ONE_PATH);
    write_sectors(desk, html, json_object_get(desk->answers[1], "sectors"),
                  desk_given(desk, "sector", desk_text(row, "sector")));
    write_input(desk, html, "organisation", row);
    write_input(desk, html, "role", row);
    write_input(desk, html, "municipality", row);
    write_check(html, "travelled", say(language, "Travels, or travelled"),
                desk_is_given(desk, "sector", "travelled", is_set(row, "travelled")));
    write_check(html, "is_staff", say(language, "Staff: arranges the trip and is not counted"),
                desk_is_given(desk, "sector", "is_staff", is_set(row, "is_staff")));
    html_printf(html,
                "<p class=\"help\">%s</p><p class=\"actions\"><button class=\"main\">%s"
                "</button></p>",
                say(language, "A change holds from now on. What is released already stands."),
                say(language, "Save the place"));
    desk_form_end(html);
    buf_append_text(html, "</section>");
}

static void write_person(struct desk *desk, struct buf *html, const json_t *row)
{
    enum language language = desk->language;
    html_printf(html, "<section class=\"card\"><h2>%s</h2>", say(language, "Name and address"));
    desk_form(desk, html, ONE_PATH "/person");
    html_printf(html, "<input type=\"hidden\" name=\"person\" value=\"%s\">",
                desk_text(row, "person"));
    write_input(desk, html, "name", row);
    write_input(desk, html, "email", row);
    write_languages(desk, html, desk_given(desk, "language", desk_text(row, "language")));
    html_printf(html,
                "<p class=\"actions\"><button class=\"main\">%s</button>"
                "<a href=\"/desk/people/%s\">%s</a></p>",
                say(language, "Save name and address"), desk_text(row, "person"),
                say(language, "All that is kept about this person"));
    desk_form_end(html);
    buf_append_text(html, "</section>");
}

static void write_proxies(struct desk *desk, struct buf *html)
{
    const json_t *waves = json_object_get(desk->answers[2], "waves");
    bool is_anonymous = strcmp(desk_text(desk->study, "anonymity"), "anonymous") == 0;
    size_t index;
    json_t *wave;
    if (is_anonymous || json_array_size(waves) == 0)
        return;
    html_printf(html, "<section class=\"card\"><h2>%s</h2><p>%s</p><ul>",
                say(desk->language, "Answers on paper or by telephone"),
                say(desk->language,
                    "Enter them here. They are marked, and it is on record that you "
                    "entered them."));
    json_array_foreach(waves, index, wave)
    {
        html_printf(html, "<li><a href=\"%s/waves/%s\">%s</a></li>", desk_path(desk, ONE_PATH).text,
                    desk_text(wave, "id"), desk_wave_name(desk->language, desk_text(wave, "kind")));
    }
    buf_append_text(html, "</ul></section>");
}

static void render_delegate(struct desk *desk, struct buf *html)
{
    const json_t *row = delegate_of(desk);
    html_printf(html, "<p><strong>%s</strong>, %s", desk_text(row, "name"),
                desk_text(row, "organisation"));
    write_flags(desk, html, row);
    buf_append_text(html, "</p><div class=\"cards\">");
    write_place(desk, html, row);
    write_person(desk, html, row);
    write_proxies(desk, html);
    html_printf(html, "</div><p><a href=\"%s\">%s</a></p>", desk_path(desk, LIST_PATH).text,
                say(desk->language, "Back to the delegation"));
}

static const struct desk_page delegate_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("One of the delegation"),
    .tab = DESK_TAB_DELEGATION,
    .queries = {{"delegation_named",
                 {{FROM_PROGRAMME},
                  {FROM_SEGMENT_UUID, "study"},
                  {FROM_SEGMENT_UUID, "participant"},
                  {FROM_ACTOR}}},
                {"programme_get", {{FROM_PROGRAMME}}},
                {"wave_list", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}}},
    .render = render_delegate,
};

static const char *field(const struct desk *desk, const char *name)
{
    const char *value = fields_get(&desk->fields, name);
    return value != NULL ? value : "";
}

static void saved(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status == 409)
        desk_again(desk, &delegate_page, "email",
                   say(desk->language, "Somebody else has this e-mail address."));
    else if (status >= 400)
        desk_again_after(desk, &delegate_page, NULL, status, body);
    else
        desk_back(desk, ONE_PATH, say(desk->language, "It is saved."));
}

static bool is_too_long(struct desk *desk, const char *const *names)
{
    for (; *names != NULL; names++)
        if (strlen(field(desk, *names)) > 400) {
            desk_again(desk, &delegate_page, *names,
                       say(desk->language, "That is too long for a table's cell."));
            return true;
        }
    return false;
}

/* Both segments were checked by whoever linked here; a made-up one changes nothing. */
static struct uuid segment(const struct desk *desk, const char *name)
{
    struct uuid uuid;
    const char *text = request_segment(desk->request, name);
    return uuid_parse(text, strlen(text), &uuid) ? uuid : uuid_nil();
}

static void execute(struct desk *desk, const char *statement, struct params *params, json_t *given)
{
    char *text = json_dumps(given, JSON_COMPACT);
    json_decref(given);
    params_text(params, text);
    params_uuid(params, &desk->principal.actor);
    desk_execute(desk, statement, params, saved, NULL);
    params_finish(params);
    free(text);
}

static void act_place(struct desk *desk)
{
    static const char *const names[] = {"sector", "organisation", "role", "municipality", NULL};
    struct params params;
    struct uuid study = segment(desk, "study");
    struct uuid participant = segment(desk, "participant");
    if (is_too_long(desk, names))
        return;
    if (field(desk, "organisation")[0] == '\0') {
        desk_again(desk, &delegate_page, "organisation",
                   say(desk->language, "The organisation is missing."));
        return;
    }
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_uuid(&params, &study);
    params_uuid(&params, &participant);
    execute(desk, "delegate_change", &params,
            json_pack("{s:s,s:s,s:s,s:s,s:b,s:b}", "sector", field(desk, "sector"), "organisation",
                      field(desk, "organisation"), "role", field(desk, "role"), "municipality",
                      field(desk, "municipality"), "is_staff", field(desk, "is_staff")[0] != '\0',
                      "travelled", field(desk, "travelled")[0] != '\0'));
}

static void act_person(struct desk *desk)
{
    static const char *const names[] = {"name", "email", NULL};
    struct params params;
    struct uuid person;
    const char *text = field(desk, "person");
    if (is_too_long(desk, names))
        return;
    if (!uuid_parse(text, strlen(text), &person))
        person = uuid_nil();
    if (field(desk, "name")[0] == '\0') {
        desk_again(desk, &delegate_page, "name", say(desk->language, "The name is missing."));
        return;
    }
    if (!delegation_is_address(field(desk, "email")) && field(desk, "email")[0] != '\0') {
        desk_again(desk, &delegate_page, "email",
                   say(desk->language, "That is not an e-mail address."));
        return;
    }
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_uuid(&params, &person);
    execute(desk, "person_change", &params,
            json_pack("{s:s,s:s,s:s}", "name", field(desk, "name"), "email", field(desk, "email"),
                      "language", strcmp(field(desk, "language"), "en") == 0 ? "en" : "sv"));
}

static const struct desk_page change_place = {.roles = ROLE_ORGANISER, .act = act_place};
static const struct desk_page change_person = {.roles = ROLE_ORGANISER, .act = act_person};

const struct route desk_delegation_routes[] = {
    {METHOD_GET, LIST_PATH, desk_handle, &desk_delegation_page},
    {METHOD_POST, LIST_PATH "/new", desk_handle, &new_delegate},
    {METHOD_GET, ONE_PATH, desk_handle, &delegate_page},
    {METHOD_POST, ONE_PATH, desk_handle, &change_place},
    {METHOD_POST, ONE_PATH "/person", desk_handle, &change_person},
    {0},
};

/* A delegation from a spreadsheet: asked for, shown with its faults, imported when it is clean. The
 * table travels in the page until then; nothing of it is kept here. */
#include "desk_parts.h"
#include "desk_table.h"

#include <debriefd/multipart.h>
#include <debriefd/reply.h>
#include <string.h>

static void write_form_begin(struct desk *desk, struct buf *html)
{
    html_printf(html,
                "<form id=\"table\" method=\"post\" enctype=\"multipart/form-data\" action=\"%s\">"
                "<input type=\"hidden\" name=\"csrf\" value=\"%s\">",
                desk_path(desk, "/desk/studies/{study}/delegation/import").text,
                page_csrf(desk->request, desk->cookie).text);
}

static void write_text(struct desk *desk, struct buf *html, const char *text, const char *label)
{
    html_printf(html,
                "<div class=\"field cells\"><label for=\"text\">%s</label><textarea id=\"text\" "
                "name=\"text\" rows=\"10\" wrap=\"off\" spellcheck=\"false\" "
                "aria-describedby=\"text-help\">\n%s</textarea><p id=\"text-help\" class=\"help\">"
                "%s</p></div>",
                label, text,
                say(desk->language,
                    "Copy the cells in your spreadsheet, the headings too, and paste "
                    "them here."));
}

static void write_columns(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *sectors = json_object_get(desk->answers[0], "sectors");
    size_t index;
    json_t *sector;
    html_printf(html, "<h2>%s</h2><p>%s</p><p>%s ", say(language, "What the table needs"),
                say(language,
                    "A row a person, with the columns name, e-mail, organisation and sector. "
                    "Role, municipality and language may be there too. Headings in Swedish "
                    "or English are recognised in any order."),
                say(language, "The sectors are:"));
    json_array_foreach(sectors, index, sector)
    {
        html_printf(html, "%s%s", index > 0 ? ", " : "",
                    desk_sector_name(language, json_string_value(sector)));
    }
    html_printf(html, ".</p><p><a href=\"/desk/delegation.csv\" download>%s</a></p>",
                say(language, "Download an empty table to fill in"));
}

static void write_file(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    html_printf(
        html,
        "<div class=\"field\"><label for=\"file\">%s</label><input id=\"file\" name=\"file\" "
        "type=\"file\" accept=\".xlsx,.csv,.txt,.tsv\" aria-describedby=\"file-help\"><p "
        "id=\"file-help\" class=\"help\">%s</p></div>",
        say(language, "A file from your spreadsheet program"),
        say(language, "Excel (.xlsx) or CSV, at most 250 kB."));
    html_printf(html, "<details><summary>%s</summary>",
                say(language, "The people are not on the first sheet"));
    desk_input(html, "text", "sheet", say(language, "The sheet's name"), "", NULL, NULL);
    buf_append_text(html, "</details>");
}

static void render_ask(struct desk *desk, struct buf *html, const struct desk_table *table)
{
    enum language language = desk->language;
    if (table != NULL && table->refused != NULL)
        html_printf(html, "<p class=\"notice bad\" role=\"alert\">%s %s.</p>",
                    say(language, "The table could not be read."), say(language, table->refused));
    write_form_begin(desk, html);
    write_file(desk, html);
    write_text(desk, html, "", say(language, "Or the cells themselves"));
    html_printf(html,
                "<p class=\"actions\"><button class=\"main\" name=\"go\" value=\"check\">%s"
                "</button></p>",
                say(language, "Check the table"));
    desk_form_end(html);
    write_columns(desk, html);
}

/* Whoever has nothing to mend sees the people first, and the table only when asking for it. */
static void render_check(struct desk *desk, struct buf *html, const struct desk_table *table)
{
    enum language language = desk->language;
    bool has_faults = table->errors > 0 || table->lines != NULL;
    desk_table_preview(desk, html, table);
    html_printf(
        html, has_faults ? "<details open><summary>%s</summary>" : "<details><summary>%s</summary>",
        say(language, "Change the table"));
    write_form_begin(desk, html);
    write_text(desk, html, table->text, say(language, "The table"));
    html_printf(html,
                "<p class=\"actions\"><button class=\"%s\" name=\"go\" value=\"check\">%s"
                "</button></p>",
                has_faults ? "main" : "", say(language, "Check again"));
    desk_form_end(html);
    html_printf(html, "</details><p><a href=\"%s\">%s</a></p>",
                desk_path(desk, "/desk/studies/{study}/delegation/import").text,
                say(language, "Begin again with another file"));
}

static void render_upload(struct desk *desk, struct buf *html)
{
    const struct desk_table *table = desk->state;
    if (table == NULL || table->refused != NULL)
        render_ask(desk, html, table);
    else
        render_check(desk, html, table);
}

const struct desk_page desk_table_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Add the delegation"),
    .tab = DESK_TAB_DELEGATION,
    .queries = {{"programme_get", {{FROM_PROGRAMME}}}},
    .render = render_upload,
};

static const char *copy_part(struct desk *desk, const struct multipart *form, const char *name)
{
    const struct multipart_part *part = multipart_get(form, name);
    return part != NULL ? request_copy(desk->request, part->data, part->length) : "";
}

/* A file wins over what was pasted. */
static void take_table(struct desk *desk, const struct multipart *form)
{
    struct desk_table *table = request_alloc(desk->request, sizeof *table);
    const struct multipart_part *file = multipart_get(form, "file");
    const struct multipart_part *text = multipart_get(form, "text");
    const struct multipart_part *taken = file != NULL && file->length > 0 ? file : text;
    table->bytes = taken != NULL ? taken->data : "";
    table->length = taken != NULL ? taken->length : 0;
    table->sheet_name = copy_part(desk, form, "sheet");
    table->is_wanted = strcmp(copy_part(desk, form, "go"), "import") == 0;
    desk_table_check(desk, table);
}

static void act_upload(struct desk *desk)
{
    struct multipart form;
    struct error err;
    size_t length;
    const char *body = request_body(desk->request, &length);
    if (multipart_read(&form, request_header(desk->request, "Content-Type"), body, length, &err) &&
        desk_csrf_holds(desk, copy_part(desk, &form, "csrf")))
        take_table(desk, &form);
    else
        desk_say(desk, 403, say(desk->language, "Nothing was changed"),
                 say(desk->language, "The page you sent was too old, or came from elsewhere. Go "
                                     "back, load it again and send it once more."));
}

static const struct desk_page upload = {
    .roles = ROLE_ORGANISER,
    .takes_upload = true,
    .act = act_upload,
};

/* A mark of UTF-8 and semicolons: so Excel opens it rightly in Sweden, and others anywhere. */
static void answer_template(struct desk *desk)
{
    static const char *const columns[] = {"name", "email",        "organisation", "sector",
                                          "role", "municipality", "language"};
    struct buf body;
    buf_init(&body);
    buf_append_text(&body, "\xef\xbb\xbf");
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        buf_append_text(&body, i > 0 ? ";" : "");
        buf_append_text(&body, delegation_heading(desk->language, columns[i]));
    }
    buf_append_text(&body, "\r\n");
    request_set_header(desk->request, "Content-Disposition",
                       "attachment; filename=\"delegation.csv\"");
    request_reply_buf(desk->request, 200, "text/csv; charset=utf-8", &body);
}

static const struct desk_page template_file = {
    .roles = ROLE_ORGANISER,
    .answer = answer_template,
};

const struct route desk_upload_routes[] = {
    {METHOD_GET, "/desk/delegation.csv", desk_handle, &template_file},
    {METHOD_GET, "/desk/studies/{study}/delegation/import", desk_handle, &desk_table_page},
    {METHOD_POST, "/desk/studies/{study}/delegation/import", desk_handle, &upload},
    {0},
};

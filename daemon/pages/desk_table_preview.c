/* What stands in a table of people, and what is wrong with it. */
#include "desk_parts.h"
#include "desk_table.h"

#include <string.h>

static const char *const columns[] = {"name", "email",        "organisation", "sector",
                                      "role", "municipality", "language"};

#define COLUMNS (sizeof columns / sizeof *columns)

static void write_fault(struct desk *desk, struct buf *html, const struct delegation_fault *fault)
{
    struct buf text;
    buf_init(&text);
    delegation_say(fault, desk->language, &text);
    html_printf(html, "<li>%s</li>", buf_text(&text));
    buf_finish(&text);
}

static void write_faults(struct desk *desk, struct buf *html, const struct desk_table *table,
                         bool errors)
{
    buf_append_text(html, "<ul>");
    for (size_t i = 0; i < table->count; i++)
        if (delegation_is_error(table->faults[i].kind) == errors)
            write_fault(desk, html, &table->faults[i]);
    buf_append_text(html, "</ul>");
}

static void write_lines(struct desk *desk, struct buf *html, const struct desk_table *table)
{
    size_t index;
    json_t *line;
    json_t *lines = json_loads(table->lines, 0, NULL);
    buf_append_text(html, "<ul>");
    json_array_foreach(lines, index, line)
    {
        buf_append_text(html, "<li>");
        html_printf(html, say(desk->language, "Row %zu"), (size_t)desk_number(line, "line"));
        html_printf(html, ": %s</li>", say(desk->language, desk_text(line, "detail")));
    }
    buf_append_text(html, "</ul>");
    json_decref(lines);
}

static size_t count_warnings(const struct desk_table *table)
{
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++)
        count += !delegation_is_error(table->faults[i].kind);
    return count;
}

static void write_verdict(struct desk *desk, struct buf *html, const struct desk_table *table)
{
    enum language language = desk->language;
    if (table->errors > 0 || table->lines != NULL) {
        html_printf(html, "<div class=\"notice bad\" role=\"alert\" id=\"faults\"><p>%s</p>",
                    say(language,
                        "Nothing is imported yet. This has to be mended first, below or in "
                        "your spreadsheet:"));
        if (table->lines != NULL)
            write_lines(desk, html, table);
        else
            write_faults(desk, html, table, true);
        buf_append_text(html, "</div>");
    } else {
        html_printf(html, "<p class=\"notice\" role=\"status\">");
        html_printf(html,
                    say_number(language, (long)table->people,
                               "%zu person was found. Nothing is imported yet.",
                               "%zu people were found. Nothing is imported yet."),
                    table->people);
        buf_append_text(html, "</p>");
    }
    if (table->names != NULL) {
        buf_append_text(html, "<p>");
        html_printf(html,
                    say(language, "The workbook has several sheets: %s. One of them is shown."),
                    table->names);
        buf_append_text(html, "</p>");
    }
    if (count_warnings(table) > 0) {
        html_printf(html, "<h2>%s</h2>", say(language, "Look at this"));
        write_faults(desk, html, table, false);
    }
}

static bool is_faulty(const struct desk_table *table, size_t line, const char *column)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->faults[i].line == line && table->faults[i].column != NULL &&
            strcmp(table->faults[i].column, column) == 0 &&
            delegation_is_error(table->faults[i].kind))
            return true;
    return false;
}

static const char *shown(struct desk *desk, const json_t *row, const char *column)
{
    const char *text = desk_text(row, column);
    if (strcmp(column, "sector") == 0)
        return desk_sector_name(desk->language, text);
    if (strcmp(column, "language") == 0 && strcmp(text, "sv") == 0)
        return say(desk->language, "Swedish");
    if (strcmp(column, "language") == 0 && strcmp(text, "en") == 0)
        return say(desk->language, "English");
    return text;
}

static void write_flags(struct desk *desk, struct buf *html, const json_t *row)
{
    if (json_is_true(json_object_get(row, "is_staff")))
        html_printf(html, " <span class=\"state\">%s</span>", say(desk->language, "Staff"));
    if (!json_is_true(json_object_get(row, "travelled")))
        html_printf(html, " <span class=\"state closed\">%s</span>",
                    say(desk->language, "Did not travel"));
}

static void write_row(struct desk *desk, struct buf *html, const struct desk_table *table,
                      const json_t *row)
{
    size_t line = (size_t)desk_number(row, "line");
    html_printf(html, "<tr><td class=\"number\">%zu</td>", line);
    for (size_t i = 0; i < COLUMNS; i++) {
        bool is_bad = is_faulty(table, line, columns[i]);
        html_printf(html, is_bad ? "<td class=\"error\">%s" : "<td>%s",
                    shown(desk, row, columns[i]));
        if (is_bad && desk_text(row, columns[i])[0] == '\0')
            html_printf(html, "%s", say(desk->language, "missing"));
        if (i == 0)
            write_flags(desk, html, row);
        buf_append_text(html, "</td>");
    }
    buf_append_text(html, "</tr>");
}

static void write_people(struct desk *desk, struct buf *html, const struct desk_table *table)
{
    size_t index;
    json_t *row;
    json_t *rows = json_loads(table->rows, 0, NULL);
    html_printf(html,
                "<h2 id=\"people\">%s</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                "aria-labelledby=\"people\"><table><thead><tr><th scope=\"col\" class=\"number\">%s"
                "</th>",
                say(desk->language, "As it was understood"), say(desk->language, "Row"));
    for (size_t i = 0; i < COLUMNS; i++)
        html_printf(html, "<th scope=\"col\">%s</th>",
                    delegation_heading(desk->language, columns[i]));
    buf_append_text(html, "</tr></thead><tbody>");
    json_array_foreach(rows, index, row)
    {
        write_row(desk, html, table, row);
    }
    buf_append_text(html, "</tbody></table></div>");
    json_decref(rows);
}

void desk_table_preview(struct desk *desk, struct buf *html, const struct desk_table *table)
{
    write_verdict(desk, html, table);
    if (table->errors == 0 && table->lines == NULL) {
        buf_append_text(html,
                        "<p class=\"actions\"><button form=\"table\" class=\"main\" name=\"go\" "
                        "value=\"import\">");
        html_printf(html,
                    say_number(desk->language, (long)table->people, "Import %zu person",
                               "Import %zu people"),
                    table->people);
        buf_append_text(html, "</button></p>");
    }
    if (table->people > 0)
        write_people(desk, html, table);
}

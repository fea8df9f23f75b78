#include "render.h"

#include <debriefd/xalloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* "2026-11-23T05:26:28.123456Z" without what is below the second. */
static void append_time(struct buf *text, const char *time)
{
    size_t length = strcspn(time, ".");
    if (length < 19 || time[10] != 'T') {
        buf_append_text(text, time);
        return;
    }
    buf_append(text, time, 10);
    buf_append_char(text, ' ');
    buf_append(text, time + 11, 8);
    buf_append_char(text, 'Z');
}

static void append_list(struct buf *text, const json_t *list, enum column_kind kind)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (i > 0)
            buf_append_text(text, ", ");
        render_value(text, json_is_object(one) ? json_object_get(one, "name") : one, kind);
    }
}

static void append_document(struct buf *text, const json_t *value)
{
    char *document = json_dumps(value, JSON_COMPACT);
    buf_append_text(text, document);
    free(document);
}

static bool has_names(const json_t *list)
{
    const json_t *first = json_array_get(list, 0);
    return !json_is_object(first) || json_object_get(first, "name") != NULL;
}

void render_value(struct buf *text, const json_t *value, enum column_kind kind)
{
    if (json_is_string(value) && kind == COLUMN_TIME)
        append_time(text, json_string_value(value));
    else if (json_is_string(value))
        buf_append_text(text, json_string_value(value));
    else if (json_is_number(value) && kind == COLUMN_SHARE)
        buf_printf(text, "%.0f %%", 100 * json_number_value(value));
    else if (json_is_integer(value))
        buf_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(text, "%.6g", json_real_value(value));
    else if (json_is_boolean(value))
        buf_append_text(text, json_is_true(value) ? "yes" : "no");
    else if (json_is_array(value) && has_names(value))
        append_list(text, value, kind);
    else if (json_is_array(value) || json_is_object(value))
        append_document(text, value);
}

static void add_cell(struct table *table, const json_t *value, enum column_kind kind)
{
    struct buf text;
    buf_init(&text);
    render_value(&text, value, kind);
    table_add(table, buf_text(&text));
    buf_finish(&text);
}

static struct table *create_table(const struct column *columns, size_t count)
{
    const char **titles = xcalloc_array(count, sizeof *titles);
    enum table_align *aligns = xcalloc_array(count, sizeof *aligns);
    for (size_t i = 0; i < count; i++) {
        bool is_number = columns[i].kind == COLUMN_NUMBER || columns[i].kind == COLUMN_SHARE;
        titles[i] = columns[i].title;
        aligns[i] = is_number ? TABLE_RIGHT : TABLE_LEFT;
    }
    struct table *table = table_create(count, titles, aligns);
    free(titles);
    free(aligns);
    return table;
}

void render_rows(struct buf *text, const json_t *rows, const struct column *columns)
{
    size_t count = 0;
    while (columns[count].title != NULL)
        count++;
    struct table *table = create_table(columns, count);
    for (size_t i = 0; i < json_array_size(rows); i++)
        for (size_t j = 0; j < count; j++)
            add_cell(table, json_object_get(json_array_get(rows, i), columns[j].member),
                     columns[j].kind);
    table_write(table, text);
    table_destroy(table);
}

void render_object(struct buf *text, const json_t *object)
{
    static const struct column columns[] = {{"name", ""}, {"value", ""}, {0}};
    struct table *table = create_table(columns, 2);
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        size_t length = strlen(name);
        bool is_time = length > 3 && strcmp(name + length - 3, "_at") == 0;
        table_add(table, name);
        add_cell(table, value, is_time ? COLUMN_TIME : COLUMN_TEXT);
    }
    struct buf written;
    buf_init(&written);
    table_write(table, &written);
    const char *rows = strchr(buf_text(&written), '\n'); /* without the titles */
    buf_append_text(text, rows != NULL ? rows + 1 : "");
    buf_finish(&written);
    table_destroy(table);
}

#include "table.h"

#include <debriefd/xalloc.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define GAP 2 /* blanks between columns */

struct table {
    size_t columns;
    enum table_align *aligns;
    char **cells; /* the titles first */
    size_t count;
    size_t capacity;
};

/* One character: its bytes, and the columns it takes. */
struct glyph {
    size_t bytes;
    size_t columns;
    bool is_plain; /* neither a control character nor broken */
};

static void use_utf8(void)
{
    static bool is_set;
    if (!is_set)
        setlocale(LC_CTYPE, "C.UTF-8");
    is_set = true;
}

static struct glyph read_glyph(const char *text)
{
    wchar_t wide;
    mbstate_t state = {0};
    size_t bytes = mbrtowc(&wide, text, strlen(text), &state);
    if (bytes == (size_t)-1 || bytes == (size_t)-2)
        return (struct glyph){1, 1, false};
    int columns = wcwidth(wide);
    if (columns < 0)
        return (struct glyph){bytes, 1, false};
    return (struct glyph){bytes, (size_t)columns, true};
}

size_t table_width(const char *text)
{
    use_utf8();
    size_t width = 0;
    while (*text != '\0') {
        struct glyph glyph = read_glyph(text);
        width += glyph.columns;
        text += glyph.bytes;
    }
    return width;
}

void table_append_plain(struct buf *plain, const char *text)
{
    use_utf8();
    while (*text != '\0') {
        struct glyph glyph = read_glyph(text);
        if (glyph.is_plain)
            buf_append(plain, text, glyph.bytes);
        else
            buf_append_char(plain, '?');
        text += glyph.bytes;
    }
}

static char *copy_plain(const char *text)
{
    struct buf plain;
    buf_init(&plain);
    table_append_plain(&plain, text);
    char *copy = xstrdup(buf_text(&plain));
    buf_finish(&plain);
    return copy;
}

struct table *table_create(size_t columns, const char *const *titles,
                           const enum table_align *aligns)
{
    struct table *table = xcalloc(sizeof *table);
    table->columns = columns;
    table->aligns = xcalloc_array(columns, sizeof *table->aligns);
    memcpy(table->aligns, aligns, columns * sizeof *aligns);
    for (size_t i = 0; i < columns; i++)
        table_add(table, titles[i]);
    return table;
}

void table_destroy(struct table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table->aligns);
    free(table);
}

void table_add(struct table *table, const char *text)
{
    if (table->count == table->capacity) {
        table->capacity = table->capacity > 0 ? table->capacity * 2 : 64;
        table->cells = xrealloc_array(table->cells, table->capacity, sizeof *table->cells);
    }
    table->cells[table->count++] = copy_plain(text);
}

size_t table_rows(const struct table *table)
{
    return table->count / table->columns - 1;
}

/* 0 for a column without content. */
static size_t column_width(const struct table *table, size_t column)
{
    size_t width = 0;
    for (size_t i = column + table->columns; i < table->count; i += table->columns) {
        size_t cell = table_width(table->cells[i]);
        width = cell > width ? cell : width;
    }
    size_t title = table_width(table->cells[column]);
    return width > 0 && title > width ? title : width;
}

static void append_blanks(struct buf *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_append_char(text, ' ');
}

static void write_row(const struct table *table, size_t first, const size_t *widths,
                      struct buf *text)
{
    size_t pending = 0; /* blanks that are only needed when something follows */
    for (size_t i = 0; i < table->columns; i++) {
        if (widths[i] == 0)
            continue;
        const char *cell = table->cells[first + i];
        size_t fill = widths[i] - table_width(cell);
        size_t before = table->aligns[i] == TABLE_RIGHT ? fill : 0;
        if (cell[0] != '\0') {
            append_blanks(text, pending + before);
            buf_append_text(text, cell);
            pending = fill - before + GAP;
        } else {
            pending += widths[i] + GAP;
        }
    }
    buf_append_char(text, '\n');
}

void table_write(const struct table *table, struct buf *text)
{
    if (table->count <= table->columns)
        return;
    size_t *widths = xcalloc_array(table->columns, sizeof *widths);
    for (size_t i = 0; i < table->columns; i++)
        widths[i] = column_width(table, i);
    for (size_t first = 0; first + table->columns <= table->count; first += table->columns)
        write_row(table, first, widths, text);
    free(widths);
}

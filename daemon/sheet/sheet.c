#include <debriefd/sheet.h>

#include "sheet_part.h"

#include <debriefd/catalogue.h>
#include <debriefd/text.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static const char *const fault_texts[SHEET_FAULTS] = {
    [SHEET_EMPTY] = sentence("There are no rows in it"),
    [SHEET_TOO_MANY_ROWS] = sentence("It has more than 2000 rows"),
    [SHEET_TOO_MANY_COLUMNS] = sentence("It has more than 64 columns"),
    [SHEET_CELL_TOO_LONG] = sentence("One of its cells holds more than 2000 characters"),
    [SHEET_TOO_LARGE] = sentence("It is too large"),
    [SHEET_NOT_TEXT] = sentence("It is neither a workbook (.xlsx) nor a text file (.csv)"),
    [SHEET_OLD_FORMAT] = sentence("It has the old format .xls or a password; save it as .xlsx"),
    [SHEET_NOT_A_WORKBOOK] = sentence("It is not a workbook (.xlsx); save it as one, or as .csv"),
    [SHEET_DAMAGED] = sentence("The workbook is damaged; open it and save it again"),
    [SHEET_NO_SUCH_SHEET] = sentence("The workbook has no sheet of that name"),
};

const char *sheet_fault_text(enum sheet_fault fault)
{
    return fault_texts[fault];
}

bool sheet_fail(struct error *err, enum sheet_fault fault)
{
    bool is_size = fault >= SHEET_TOO_MANY_ROWS && fault <= SHEET_TOO_LARGE;
    return error_set(err, is_size ? ERR_TOO_LARGE : ERR_INVALID, "%s", fault_texts[fault]);
}

struct sheet *sheet_create(void)
{
    struct sheet *sheet = xcalloc(sizeof *sheet);
    sheet->rows = xcalloc_array(SHEET_ROWS_MAX + 1, sizeof *sheet->rows);
    return sheet;
}

void sheet_destroy(struct sheet *sheet)
{
    if (sheet == NULL)
        return;
    buf_finish(&sheet->text);
    buf_finish(&sheet->names);
    free(sheet->cells);
    free(sheet->rows);
    free(sheet);
}

bool sheet_begin_row(struct sheet *sheet, size_t line, struct error *err)
{
    if (sheet->row_count == SHEET_ROWS_MAX)
        return sheet_fail(err, SHEET_TOO_MANY_ROWS);
    sheet->rows[sheet->row_count] = (struct sheet_row){line, sheet->cell_count, 0};
    return true;
}

void sheet_end_row(struct sheet *sheet)
{
    if (sheet->rows[sheet->row_count].count > 0)
        sheet->row_count++;
}

/* Grown in steps, so that the array is at least as long as what was promised. */
static void add_cell(struct sheet *sheet, const char *text, size_t length)
{
    enum { STEP = 1024 };
    if (sheet->cell_count % STEP == 0)
        sheet->cells = xrealloc_array(sheet->cells, sheet->cell_count + STEP, sizeof *sheet->cells);
    sheet->cells[sheet->cell_count++] = sheet->text.length;
    buf_append(&sheet->text, text, length);
    buf_append_char(&sheet->text, '\0');
    sheet->rows[sheet->row_count].count++;
}

static bool is_space(char byte)
{
    return (byte > 0 && byte <= ' ') || byte == 0x7f;
}

/* The length of a space at the text: ASCII, or U+00A0, which spreadsheets like, or U+FEFF. */
static size_t space_at(const char *text, size_t length)
{
    if (length > 0 && is_space(*text))
        return 1;
    if (length > 1 && memcmp(text, "\xc2\xa0", 2) == 0)
        return 2;
    return length > 2 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Runs of spaces become one, or one line feed if there is any in them. */
static size_t clean(const char *text, size_t length, char *out)
{
    size_t used = 0;
    char gap = '\0';
    for (size_t i = 0; i < length;) {
        size_t space = space_at(text + i, length - i);
        if (space > 0) {
            gap = text[i] == '\n' || gap == '\n' ? '\n' : ' ';
            i += space;
            continue;
        }
        if (gap != '\0' && used > 0)
            out[used++] = gap;
        gap = '\0';
        out[used++] = text[i++];
    }
    return used;
}

bool sheet_put(struct sheet *sheet, size_t column, const char *text, size_t length,
               struct error *err)
{
    char cleaned[SHEET_CELL_MAX];
    if (length > SHEET_CELL_MAX)
        return sheet_fail(err, SHEET_CELL_TOO_LONG);
    if (!text_is_utf8(text, length))
        return sheet_fail(err, SHEET_NOT_TEXT);
    size_t used = clean(text, length, cleaned);
    if (used == 0)
        return true;
    if (column >= SHEET_COLUMNS_MAX)
        return sheet_fail(err, SHEET_TOO_MANY_COLUMNS);
    if (sheet->text.length + used > SHEET_BYTES_MAX)
        return sheet_fail(err, SHEET_TOO_LARGE);
    while (sheet->rows[sheet->row_count].count < column)
        add_cell(sheet, "", 0);
    add_cell(sheet, cleaned, used);
    return true;
}

size_t sheet_rows(const struct sheet *sheet)
{
    return sheet->row_count;
}

size_t sheet_line(const struct sheet *sheet, size_t row)
{
    return sheet->rows[row].line;
}

size_t sheet_cells(const struct sheet *sheet, size_t row)
{
    return sheet->rows[row].count;
}

const char *sheet_cell(const struct sheet *sheet, size_t row, size_t column)
{
    const struct sheet_row *found = &sheet->rows[row];
    return column < found->count ? sheet->text.data + sheet->cells[found->first + column] : "";
}

void sheet_add_name(struct sheet *sheet, const char *name)
{
    if (sheet->name_count == SHEET_NAMES_MAX)
        return;
    sheet->name_offsets[sheet->name_count++] = sheet->names.length;
    buf_append(&sheet->names, name, strlen(name) + 1);
}

size_t sheet_name_count(const struct sheet *sheet)
{
    return sheet->name_count;
}

const char *sheet_name(const struct sheet *sheet, size_t index)
{
    return sheet->names.data + sheet->name_offsets[index];
}

/* "sep=" at the beginning would name the separator. */
static void write_cell(struct buf *out, const char *text)
{
    if (strpbrk(text, "\t\n\";,") == NULL && strncmp(text, "sep=", 4) != 0) {
        buf_append_text(out, text);
        return;
    }
    buf_append_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_append_char(out, '"');
        buf_append_char(out, *text);
    }
    buf_append_char(out, '"');
}

/* Every row as wide as the widest, so that the separator is not to be guessed. */
void sheet_write(const struct sheet *sheet, struct buf *out)
{
    size_t width = 2;
    for (size_t row = 0; row < sheet->row_count; row++)
        if (sheet_cells(sheet, row) > width)
            width = sheet_cells(sheet, row);
    for (size_t row = 0; row < sheet->row_count; row++)
        for (size_t column = 0; column < width; column++) {
            write_cell(out, sheet_cell(sheet, row, column));
            buf_append_char(out, column + 1 < width ? '\t' : '\n');
        }
}

bool sheet_read(struct sheet *sheet, const char *bytes, size_t length, const char *name,
                struct error *err)
{
    static const char compound[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    if (length >= 4 && memcmp(bytes, "PK\x03\x04", 4) == 0)
        return sheet_read_workbook(sheet, bytes, length, name, err);
    if (length >= 8 && memcmp(bytes, compound, 8) == 0)
        return sheet_fail(err, SHEET_OLD_FORMAT);
    return sheet_read_text(sheet, bytes, length, err);
}

/* sheet_part: how the readers fill a sheet. Private to the folder. */
#ifndef SHEET_PART_H
#define SHEET_PART_H

#include <debriefd/sheet.h>

struct sheet_row {
    size_t line;
    size_t first; /* of its cells */
    size_t count;
};

struct sheet {
    struct buf text; /* of all cells, each ended by NUL */
    size_t *cells;   /* offsets in the text */
    size_t cell_count;
    struct sheet_row *rows;
    size_t row_count;
    struct buf names;
    size_t name_offsets[SHEET_NAMES_MAX];
    size_t name_count;
};

bool sheet_fail(struct error *err, enum sheet_fault fault) must_check;

/* Begins the row of that number. One that stays empty is taken back by the next one. */
bool sheet_begin_row(struct sheet *sheet, size_t line, struct error *err) must_check;
void sheet_end_row(struct sheet *sheet);

/* Puts a text into the row's column, which is at or behind its last one. Cleans it; it must be
 * UTF-8. */
bool sheet_put(struct sheet *sheet, size_t column, const char *text, size_t length,
               struct error *err) must_check;

void sheet_add_name(struct sheet *sheet, const char *name);

bool sheet_read_workbook(struct sheet *sheet, const char *bytes, size_t length, const char *name,
                         struct error *err) must_check;

/* Appends the text as UTF-8; false when it is in no encoding that is known. */
bool sheet_decode(const char *bytes, size_t length, struct buf *out) must_check;

#endif

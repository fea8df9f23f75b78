/* sheet: a table of texts as people hand it over: pasted, saved as CSV by a spreadsheet, or an XLSX
 * workbook. It knows rows and cells, not what they mean. Everything is bounded: a file that unpacks
 * to more than the limits is refused as it is read. Texts are valid UTF-8 without control
 * characters but line feeds, and have no space at their ends. */
#ifndef DEBRIEFD_SHEET_H
#define DEBRIEFD_SHEET_H

#include <debriefd/buf.h>
#include <debriefd/error.h>
#include <stddef.h>

#define SHEET_ROWS_MAX    2100 /* rows with anything in them */
#define SHEET_COLUMNS_MAX 64
#define SHEET_CELL_MAX    2000              /* bytes of one cell */
#define SHEET_BYTES_MAX   ((size_t)1 << 20) /* of all cells together */
#define SHEET_NAMES_MAX   32

/* What stands in the way of reading a file, as the message of an error: fixed sentences, so that
 * they can be translated. */
enum sheet_fault {
    SHEET_EMPTY,
    SHEET_TOO_MANY_ROWS,
    SHEET_TOO_MANY_COLUMNS,
    SHEET_CELL_TOO_LONG,
    SHEET_TOO_LARGE,
    SHEET_NOT_TEXT,
    SHEET_OLD_FORMAT,
    SHEET_NOT_A_WORKBOOK,
    SHEET_DAMAGED,
    SHEET_NO_SUCH_SHEET,
    SHEET_FAULTS,
};
const char *sheet_fault_text(enum sheet_fault fault);

struct sheet;
struct sheet *sheet_create(void);
void sheet_destroy(struct sheet *sheet);

/* Reads a file by what it begins with: a workbook (its sheet `name`, or the first that is shown
 * when that is NULL or ""), else text. Once for each sheet. Fails with ERR_INVALID, or
 * ERR_TOO_LARGE past a limit. */
bool sheet_read(struct sheet *sheet, const char *bytes, size_t length, const char *name,
                struct error *err) must_check;

/* Text separated by tabs, semicolons or commas, whichever gives the most even table, quoted as in
 * RFC 4180. UTF-8, UTF-16 with or without its mark, else Windows-1252. */
bool sheet_read_text(struct sheet *sheet, const char *bytes, size_t length,
                     struct error *err) must_check;

/* Rows that have anything in them. */
size_t sheet_rows(const struct sheet *sheet);

/* A row's number in the file, counting from 1 as a spreadsheet does. */
size_t sheet_line(const struct sheet *sheet, size_t row);

/* Cells up to the last one that is not empty. */
size_t sheet_cells(const struct sheet *sheet, size_t row);

/* A cell's text; "" beyond the row's cells. */
const char *sheet_cell(const struct sheet *sheet, size_t row, size_t column);

/* The names of a workbook's sheets; none for a text. */
size_t sheet_name_count(const struct sheet *sheet);
const char *sheet_name(const struct sheet *sheet, size_t index);

/* Appends the table as text that sheet_read_text reads as the same rows: separated by tabs. */
void sheet_write(const struct sheet *sheet, struct buf *out);

#endif

/* rows: what a statement returned. Rows and columns count from 0; an index out of range asserts,
 * as does a number read from a text that is none: the statement and its reader disagree.
 * A pointer into rows is valid until rows_destroy. */
#ifndef DEBRIEFD_ROWS_H
#define DEBRIEFD_ROWS_H

#include <debriefd/buf.h>
#include <debriefd/uuid.h>

struct rows;

/* Takes NULL. */
void rows_destroy(struct rows *rows);

int rows_count(const struct rows *rows);

int rows_columns(const struct rows *rows);

/* The index of a column by name; asserts that there is one. */
int rows_column(const struct rows *rows, const char *name);

bool rows_is_null(const struct rows *rows, int row, int column);

/* "" for NULL. */
const char *rows_text(const struct rows *rows, int row, int column);
size_t rows_length(const struct rows *rows, int row, int column);

/* 0, false, 0.0 and the nil UUID for NULL. */
int64_t rows_int64(const struct rows *rows, int row, int column);
bool rows_bool(const struct rows *rows, int row, int column);
double rows_real(const struct rows *rows, int row, int column);
struct uuid rows_uuid(const struct rows *rows, int row, int column);

/* Appends a bytea's bytes. */
void rows_bytes(const struct rows *rows, int row, int column, struct buf *bytes);

#endif

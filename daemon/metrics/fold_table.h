/* fold_table: rows by everything but their n, an open-addressed hash table. Private to fold. */
#ifndef FOLD_TABLE_H
#define FOLD_TABLE_H

#include <debriefd/fold.h>

struct fold_rows_table {
    struct fold_row *places;
    bool *is_used;
    size_t place_count; /* a power of two */
    size_t used;
};

void fold_table_init(struct fold_rows_table *table);
void fold_table_finish(struct fold_rows_table *table);

/* Adds row->n to the row of the same names; a row may come to 0. */
void fold_table_add(struct fold_rows_table *table, const struct fold_row *row);

/* The rows that are not 0, in order: an array of *count that the caller frees. */
struct fold_row *fold_table_sorted(const struct fold_rows_table *table, size_t *count);

#endif

/* table: a CSV file without quotes, its header in row 0. Any fault ends the program. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_FIELDS_MAX 12

/* Rows are split in place. */
struct table {
    char *text;
    char *(*rows)[TABLE_FIELDS_MAX];
    size_t count;
};

_Noreturn void table_fail(const char *what, const char *detail);
struct table table_load(const char *directory, const char *name);
void table_finish(struct table *table);
const char *table_field(const struct table *table, size_t row, const char *column);
bool table_is(const struct table *table, size_t row, const char *column, const char *value);

#endif

/* statement: finds a runtime statement by name in an embedded table (sql_queries in the daemon, a
 * table of their own in tests). "wave_close.sql" is the statement "wave_close". */
#ifndef DEBRIEFD_STATEMENT_H
#define DEBRIEFD_STATEMENT_H

#include <debriefd/embedded.h>
#include <stdbool.h>

#define STATEMENT_NOT_FOUND (-1)

int statement_count(const struct embedded_file *table);

/* The row's index in `table`, or STATEMENT_NOT_FOUND. */
int statement_find(const struct embedded_file *table, const char *name);

/* The file's name without ".sql": the prepared statement's. PostgreSQL cuts names at 63 bytes, so a
 * longer one asserts. */
struct statement_name {
    char text[64];
};
struct statement_name statement_name(const struct embedded_file *file);

#endif

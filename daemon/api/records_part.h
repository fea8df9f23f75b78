/* records_part: what the two formats of records share. */
#ifndef RECORDS_PART_H
#define RECORDS_PART_H

#include "records.h"

#define RECORD_CELL_MAX 200

struct reading {
    const struct record_column *columns;
    struct violations *violations;
    json_t *rows;
    json_t *row; /* being read */
    size_t line;
};

void reading_fault(struct reading *reading, const char *code, const char *detail, const char *name);

/* The column of that name in any case, or the end of the table. */
const struct record_column *reading_column(const struct reading *reading, const char *name);

/* A text of outside for a column: checks and converts it. */
void reading_set(struct reading *reading, const struct record_column *column, const char *text,
                 size_t length);

/* The row is complete: defaults, required cells, line. */
void reading_keep(struct reading *reading);

void reading_csv(struct reading *reading, const char *body, size_t length);
void reading_lines(struct reading *reading, const char *body, size_t length);

#endif

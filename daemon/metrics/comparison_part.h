/* comparison_part: one item of a comparison, and how its rows are made. Private to the metrics. */
#ifndef COMPARISON_PART_H
#define COMPARISON_PART_H

#include <debriefd/comparison.h>

/* A value with the names its rows have. The strings are the comparison's. */
struct compared {
    struct comparison_value value;
    const char *trip;
};

/* The values of one item, in the order of their trips' names; count >= 1. */
struct compared_series {
    const char *item;
    const struct compared *values;
    size_t count;
};

void comparison_emit(const struct compared_series *series, struct metric_rows *rows);
void comparison_emit_persons(const struct comparison_persons *persons, struct metric_rows *rows);

#endif

/* agreement_units: what alpha needs of ratings, without coders or an order of units: the different
 * units (as sorted values) and how often each occurs. */
#ifndef AGREEMENT_UNITS_H
#define AGREEMENT_UNITS_H

#include <debriefd/agreement.h>

struct unit_cell {
    int category;
    int count;
};

/* Cells cells[first..first+length-1], ascending by category; `values` is the sum of their counts,
 * at least 2. */
struct unit_pattern {
    size_t first, length;
    int values;
    int64_t times;
};

struct agreement_units {
    struct unit_pattern *patterns;
    size_t count;
    struct unit_cell *cells;
    int categories;
    int64_t units;
};

void agreement_units_init(struct agreement_units *units, const struct ratings *ratings);
void agreement_units_finish(struct agreement_units *units);

#endif

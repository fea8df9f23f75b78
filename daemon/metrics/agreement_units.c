#include "agreement_units.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static int compare_values(const void *left, const void *right)
{
    int a = *(const int *)left, b = *(const int *)right;
    return (a > b) - (a < b);
}

/* A unit's values, missing ones first, so that equal units are equal rows. */
static int *sorted_rows(const struct ratings *ratings)
{
    size_t size = ratings->units * ratings->coders;
    int *rows = xcalloc_array(size, sizeof *rows);
    if (size > 0)
        memcpy(rows, ratings->values, size * sizeof *rows);
    for (size_t unit = 0; unit < ratings->units; unit++)
        qsort(rows + unit * ratings->coders, ratings->coders, sizeof *rows, compare_values);
    return rows;
}

struct row {
    const int *values;
    size_t coders;
};

static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    for (size_t i = 0; i < a->coders; i++)
        if (a->values[i] != b->values[i])
            return a->values[i] < b->values[i] ? -1 : 1;
    return 0;
}

/* Adds the row's cells behind the last pattern's; false when it has fewer than two values. */
static bool fill_pattern(struct agreement_units *units, const struct row *row,
                         struct unit_pattern *pattern)
{
    struct unit_cell *cells = units->cells + pattern->first;
    pattern->length = 0;
    pattern->values = 0;
    for (size_t i = 0; i < row->coders; i++) {
        if (row->values[i] == AGREEMENT_MISSING)
            continue;
        if (pattern->length == 0 || cells[pattern->length - 1].category != row->values[i])
            cells[pattern->length++] = (struct unit_cell){row->values[i], 0};
        cells[pattern->length - 1].count++;
        pattern->values++;
    }
    return pattern->values >= 2;
}

static void fill(struct agreement_units *units, const struct row *rows, size_t count)
{
    size_t cell = 0;
    for (size_t i = 0; i < count; i++) {
        bool repeats = units->count > 0 && compare_rows(&rows[i - 1], &rows[i]) == 0;
        struct unit_pattern pattern = {.first = cell, .times = 1};
        if (!fill_pattern(units, &rows[i], &pattern))
            continue;
        units->units++;
        if (repeats) {
            units->patterns[units->count - 1].times++;
            continue;
        }
        units->patterns[units->count++] = pattern;
        cell += pattern.length;
    }
}

void agreement_units_init(struct agreement_units *units, const struct ratings *ratings)
{
    *units = (struct agreement_units){.categories = ratings->categories};
    int *values = sorted_rows(ratings);
    struct row *rows = xcalloc_array(ratings->units, sizeof *rows);
    for (size_t unit = 0; unit < ratings->units; unit++)
        rows[unit] = (struct row){values + unit * ratings->coders, ratings->coders};
    qsort(rows, ratings->units, sizeof *rows, compare_rows);
    units->patterns = xcalloc_array(ratings->units, sizeof *units->patterns);
    units->cells = xcalloc_array(ratings->units * ratings->coders, sizeof *units->cells);
    fill(units, rows, ratings->units);
    free(rows);
    free(values);
}

void agreement_units_finish(struct agreement_units *units)
{
    free(units->patterns);
    free(units->cells);
}

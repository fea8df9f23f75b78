/* fold: exact integer counts of a study's answers. Whole evaluations are added or taken away, so
 * that increments and a rebuild give the same rows, whatever the order. No I/O.
 * Waves, composites and sectors are numbered by the caller from 0, in the order they were added;
 * slots count from 1, as an instrument's description has them (instrument.h). */
#ifndef DEBRIEFD_FOLD_H
#define DEBRIEFD_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fold;

/* An answer outside min..max is none: the kinds of missing, and values an instrument forbids. */
struct fold_member {
    int slot;
    int min;
    int max;
    bool is_reversed; /* scored as min + max - value */
};

enum fold_composite {
    FOLD_INDEX, /* answered items and their sum */
    FOLD_SCALE, /* sums and products of the complete cases */
};

enum fold_sign {
    FOLD_ADD = 1,
    FOLD_TAKE_AWAY = -1,
};

enum fold_table {
    FOLD_COUNTS,     /* part: slot; first: its raw value, also a kind of missing */
    FOLD_COMPOSITES, /* part: index; first: answered items, at least 1; second: their scored sum */
    FOLD_MOMENTS,    /* part: scale, of all sectors; first, second: (0,0) complete cases, (i,0) sum
                        of x_i, (i,j) sum of x_i x_j for j <= i; items count from 1 */
};

struct fold_row {
    enum fold_table table;
    size_t wave;
    size_t part;
    size_t sector; /* 0 in FOLD_MOMENTS */
    int first;
    int second;
    int64_t n; /* the change; never 0 */
};

struct fold *fold_create(void);
void fold_destroy(struct fold *fold); /* takes NULL */

void fold_add_wave(struct fold *fold);

/* To the newest wave. The members are copied. */
void fold_add_composite(struct fold *fold, enum fold_composite type,
                        const struct fold_member *members, size_t count);

void fold_evaluation(struct fold *fold, size_t wave, size_t sector, enum fold_sign sign,
                     const int16_t *scores, size_t count);

/* The rows of one table that changed, in no order: an array of *count that the caller frees. */
struct fold_row *fold_rows(const struct fold *fold, enum fold_table table, size_t *count);

#endif

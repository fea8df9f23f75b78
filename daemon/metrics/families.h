/* families: the compute functions behind metric_families, one file each, and the way they emit
 * rows. */
#ifndef FAMILIES_H
#define FAMILIES_H

#include <debriefd/facts.h>
#include <debriefd/interval.h>
#include <debriefd/metric.h>
#include <debriefd/moments.h>

void response_compute(const struct facts *facts, struct metric_rows *rows);
void satisfaction_compute(const struct facts *facts, struct metric_rows *rows);
void learning_compute(const struct facts *facts, struct metric_rows *rows);
void transfer_compute(const struct facts *facts, struct metric_rows *rows);
void commitment_compute(const struct facts *facts, size_t joint, struct metric_rows *rows);
void network_family_compute(const struct facts *facts, struct metric_rows *rows);
void balance_compute(const struct facts *facts, struct metric_rows *rows);

/* What the rows of one (wave, slice, item) have in common. */
struct cell {
    struct metric_rows *rows;
    const struct facts *facts;
    size_t wave_index, slice_index; /* of the facts; the wave index is unused outside waves */
    const char *wave, *slice, *item;
    int64_t n, N;
};

/* The cell of an item in a wave and slice, N being the eligible; the caller sets n. */
struct cell cell_of_wave(const struct facts *facts, size_t wave, size_t slice, const char *item,
                         struct metric_rows *rows);

/* The same of a joint count, in the wave it names. */
struct cell cell_of_joint(const struct facts *facts, size_t joint, size_t slice,
                          struct metric_rows *rows);

struct metric_row *cell_number(const struct cell *cell, const char *metric, double value,
                               const char *unit);
struct metric_row *cell_null(const struct cell *cell, const char *metric, enum metric_null null,
                             const char *unit);
struct metric_row *cell_text(const struct cell *cell, const char *metric, const char *text);

/* The number, or the null when `null` says why there is none. */
struct metric_row *cell_either(const struct cell *cell, const char *metric, enum metric_null null,
                               double value, const char *unit);

/* The rows n, mean and sd; the mean with its interval when that is not NULL and there is one. */
void cell_moments(const struct cell *cell, const struct moments *moments,
                  const struct interval *interval, const char *unit);

/* The rows <prefix>_lo and <prefix>_hi. */
void cell_bounds(const struct cell *cell, const char *prefix, enum metric_null null, double low,
                 double high, const char *unit);

/* The interval becomes the number's, when there are both. */
void cell_attach(struct metric_row *row, const struct interval *interval);

/* Three rows <prefix>_lo, <prefix>_hi, <prefix>_method of factor times the interval; without one,
 * lo and hi are null for `null`. */
void cell_interval(const struct cell *cell, const char *prefix, const struct interval *interval,
                   double factor, enum metric_null null, const char *unit);

/* Three rows <metric>, <metric>_lo, <metric>_hi: the share of x among n, with exact bounds. */
void cell_share(const struct cell *cell, const char *metric, int64_t x);

/* The row <metric> alone. */
struct metric_row *cell_share_only(const struct cell *cell, const char *metric, int64_t x);

/* Of a gain what its differences alone say; sets the cell's n. */
void learning_of_differences(struct cell *cell, const struct facts_histogram *differences);

#endif

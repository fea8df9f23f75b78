#include "families.h"

#include <assert.h>
#include <stdio.h>

#define METRIC_NAME_SIZE 64

struct cell cell_of_wave(const struct facts *facts, size_t wave, size_t slice, const char *item,
                         struct metric_rows *rows)
{
    return (struct cell){
        .rows = rows,
        .facts = facts,
        .wave_index = wave,
        .slice_index = slice,
        .wave = facts_wave_name(facts, wave),
        .slice = facts_slice_name(facts, slice),
        .item = item,
        .N = facts_eligible(facts, wave, slice),
    };
}

struct cell cell_of_joint(const struct facts *facts, size_t joint, size_t slice,
                          struct metric_rows *rows)
{
    const struct facts_joint *counted = facts_joint(facts, joint);
    size_t wave = 0;
    bool is_there = facts_find_wave(facts, counted->wave, &wave);
    assert(is_there);
    return cell_of_wave(facts, wave, slice, counted->name, rows);
}

static struct metric_row *append(const struct cell *cell, struct metric_row row)
{
    row.wave = cell->wave;
    row.slice = cell->slice;
    row.item = cell->item;
    row.n = cell->n;
    row.N = cell->N;
    return metric_rows_append(cell->rows, &row);
}

struct metric_row *cell_number(const struct cell *cell, const char *metric, double value,
                               const char *unit)
{
    struct metric_row row = {.metric = metric, .type = METRIC_NUMBER, .value = value, .unit = unit};
    return append(cell, row);
}

struct metric_row *cell_null(const struct cell *cell, const char *metric, enum metric_null null,
                             const char *unit)
{
    struct metric_row row = {.metric = metric, .type = METRIC_NULL, .null = null, .unit = unit};
    return append(cell, row);
}

struct metric_row *cell_text(const struct cell *cell, const char *metric, const char *text)
{
    struct metric_row row = {.metric = metric, .type = METRIC_TEXT, .text = text};
    return append(cell, row);
}

struct metric_row *cell_either(const struct cell *cell, const char *metric, enum metric_null null,
                               double value, const char *unit)
{
    if (null != METRIC_NOT_NULL)
        return cell_null(cell, metric, null, unit);
    return cell_number(cell, metric, value, unit);
}

void cell_bounds(const struct cell *cell, const char *prefix, enum metric_null null, double low,
                 double high, const char *unit)
{
    char name[METRIC_NAME_SIZE];
    snprintf(name, sizeof name, "%s_lo", prefix);
    cell_either(cell, name, null, low, unit);
    snprintf(name, sizeof name, "%s_hi", prefix);
    cell_either(cell, name, null, high, unit);
}

void cell_interval(const struct cell *cell, const char *prefix, const struct interval *interval,
                   double factor, enum metric_null null, const char *unit)
{
    enum metric_null reason = interval->method == INTERVAL_NONE ? null : METRIC_NOT_NULL;
    char name[METRIC_NAME_SIZE];
    cell_bounds(cell, prefix, reason, factor * interval->low, factor * interval->high, unit);
    snprintf(name, sizeof name, "%s_method", prefix);
    cell_text(cell, name, interval_method_name(interval->method));
}

void cell_attach(struct metric_row *row, const struct interval *interval)
{
    if (row->type != METRIC_NUMBER || interval->method == INTERVAL_NONE)
        return;
    row->has_interval = true;
    row->low = interval->low;
    row->high = interval->high;
    row->method = interval_method_name(interval->method);
}

struct metric_row *cell_share_only(const struct cell *cell, const char *metric, int64_t x)
{
    if (cell->n == 0)
        return cell_null(cell, metric, METRIC_N0, "share");
    return cell_number(cell, metric, (double)x / (double)cell->n, "share");
}

void cell_share(const struct cell *cell, const char *metric, int64_t x)
{
    struct metric_row *share = cell_share_only(cell, metric, x);
    enum metric_null null = share->null;
    double low = 0, high = 0;
    if (null == METRIC_NOT_NULL) {
        struct interval_counts bounds = interval_hypergeometric(cell->N, cell->n, x);
        low = (double)bounds.low / (double)cell->N;
        high = (double)bounds.high / (double)cell->N;
        share->has_interval = true;
        share->low = low;
        share->high = high;
    }
    cell_bounds(cell, metric, null, low, high, "share");
}

void cell_moments(const struct cell *cell, const struct moments *moments,
                  const struct interval *interval, const char *unit)
{
    enum metric_null none = moments->n == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    enum metric_null few = moments->n < 2 ? METRIC_N_LT_2 : METRIC_NOT_NULL;
    cell_number(cell, "n", (double)moments->n, "count");
    struct metric_row *mean = cell_either(cell, "mean", none, moments->mean, unit);
    if (interval != NULL)
        cell_attach(mean, interval);
    cell_either(cell, "sd", few, moments->sd, unit);
}

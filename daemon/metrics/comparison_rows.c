/* The rows of one item: the programme's, each trip's, each pair's. */
#include "comparison_part.h"

#include "families.h"
#include <debriefd/pooling.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAIR_MAX (2 * COMPARISON_NAME_MAX + 2)

/* What the trips that take part have in common. */
struct pool {
    const struct compared_series *series;
    size_t trips; /* that take part */
    int64_t n, N;
    enum metric_null null; /* why nothing is pooled */
    double variance;       /* of persons within trips */
    double degrees;        /* of that variance */
    double origin;         /* a mean; deviations from it are 0 when all means are equal */
    double sum;            /* of the means' deviations */
    double inverse;        /* sum of 1 / n */
    struct pooled fit;
};

struct place {
    const char *slice, *item, *unit;
    int64_t n, N;
};

static struct metric_row *put(struct metric_rows *rows, const struct place *place,
                              const char *metric, enum metric_null null, double value,
                              const char *method)
{
    struct cell cell = {.rows = rows,
                        .wave = "pool",
                        .slice = place->slice,
                        .item = place->item,
                        .n = place->n,
                        .N = place->N};
    struct metric_row *row = cell_either(&cell, metric, null, value, place->unit);
    row->method = method; /* a literal: it outlives the rows */
    return row;
}

static void put_interval(struct metric_row *row, double low, double high)
{
    row->has_interval = row->null == METRIC_NOT_NULL;
    row->low = low;
    row->high = high;
}

/* Why this value does not take part. */
static enum metric_null value_null(const struct comparison_value *value)
{
    if (value->state != FACTS_WAVE_CLOSED)
        return METRIC_WAVE_OPEN;
    return value->n < COMPARISON_ANSWERS_MIN ? METRIC_N_LT_5 : METRIC_NOT_NULL;
}

static bool takes_part(const struct compared *compared)
{
    return value_null(&compared->value) == METRIC_NOT_NULL;
}

static enum metric_null pool_null(const struct pool *pool)
{
    const struct compared_series *series = pool->series;
    for (size_t i = 1; i < series->count; i++)
        if (strcmp(series->values[0].value.scale, series->values[i].value.scale) != 0)
            return METRIC_SCALE_DIFFERS;
    return pool->trips < COMPARISON_TRIPS_MIN ? METRIC_TRIPS_LT_3 : METRIC_NOT_NULL;
}

/* Everybody's variance around the own trip's mean, because with some thirty answers a trip's own
 * variance is too unsteady to weigh with. */
static void pool_within(struct pool *pool)
{
    double squares = 0;
    for (size_t i = 0; i < pool->series->count; i++) {
        const struct comparison_value *value = &pool->series->values[i].value;
        if (!takes_part(&pool->series->values[i]))
            continue;
        pool->origin = pool->trips++ == 0 ? value->mean : pool->origin;
        pool->n += value->n;
        pool->N += value->N;
        pool->degrees += (double)(value->n - 1);
        pool->sum += value->mean - pool->origin;
        pool->inverse += 1 / (double)value->n;
        squares += (double)(value->n - 1) * value->sd * value->sd;
    }
    if (pool->trips > 0)
        pool->variance = squares / pool->degrees;
}

static double variance_of(const struct pool *pool, const struct comparison_value *value)
{
    return pool->variance / (double)value->n;
}

static void pool_between(struct pool *pool)
{
    double *estimates = xcalloc_array(pool->trips, sizeof *estimates);
    double *variances = xcalloc_array(pool->trips, sizeof *variances);
    struct pooling_input input = {.estimates = estimates, .variances = variances};
    for (size_t i = 0; i < pool->series->count; i++) {
        const struct comparison_value *value = &pool->series->values[i].value;
        if (!takes_part(&pool->series->values[i]))
            continue;
        estimates[input.k] = value->mean;
        variances[input.k++] = variance_of(pool, value);
    }
    pooling_fit(&input, &pool->fit);
    free(estimates);
    free(variances);
}

/* Why there is no model: its weights are the inverse of the variance within trips. */
static enum metric_null model_null(const struct pool *pool)
{
    if (pool->null != METRIC_NOT_NULL)
        return pool->null;
    return pool->variance > 0 ? METRIC_NOT_NULL : METRIC_ZERO_VAR;
}

static void emit_programme(const struct pool *pool, struct metric_rows *rows)
{
    const char *unit = pool->series->values[0].value.unit;
    struct place place = {"all", pool->series->item, unit, pool->n, pool->N};
    struct place count = place, squared = place;
    count.unit = "count";
    squared.unit = "";
    enum metric_null null = model_null(pool);
    put(rows, &count, "pool.k", METRIC_NOT_NULL, (double)pool->trips, "");
    put(rows, &squared, "pool.tau2_pm", null, pool->fit.tau2_pm, "pm");
    put(rows, &squared, "pool.tau2_dl", null, pool->fit.tau2_dl, "dl");
    put_interval(put(rows, &place, "pool.mu", null, pool->fit.mu, "pm_hksj"), pool->fit.lo,
                 pool->fit.hi);
    put(rows, &place, "pool.se_hksj", null, pool->fit.se, "pm_hksj");
    put(rows, &place, "pool.lo", null, pool->fit.lo, "pm_hksj");
    put(rows, &place, "pool.hi", null, pool->fit.hi, "pm_hksj");
}

/* The mean of the other trips, and the contrast to it in an analysis of variance with the variance
 * within trips. */
static void emit_benchmark(const struct pool *pool, const struct comparison_value *value,
                           const struct place *place, enum metric_null null,
                           struct metric_rows *rows)
{
    double others = (double)pool->trips - 1;
    double benchmark = 0;
    if (null == METRIC_NOT_NULL)
        benchmark = pool->origin + (pool->sum - (value->mean - pool->origin)) / others;
    put(rows, place, "pool.benchmark_loo", null, benchmark, "");
    double difference = value->mean - benchmark;
    struct metric_row *row = put(rows, place, "pool.vs_benchmark", null, difference, "contrast_t");
    if (null != METRIC_NOT_NULL || !(pool->variance > 0))
        return;
    double own = 1 / (double)value->n;
    double spread = own + (pool->inverse - own) / others / others;
    double half = pooling_half_width(sqrt(pool->variance * spread), pool->degrees);
    put_interval(row, difference - half, difference + half);
}

static void emit_trip(const struct pool *pool, const struct compared *compared,
                      struct metric_rows *rows)
{
    const struct comparison_value *value = &compared->value;
    struct place place = {compared->trip, pool->series->item, value->unit, value->n, value->N};
    enum metric_null own = value_null(value);
    enum metric_null null = own != METRIC_NOT_NULL ? own : model_null(pool);
    struct shrunk shrunk = {0};
    if (null == METRIC_NOT_NULL)
        shrunk = pooling_shrink(&pool->fit, pool->trips, value->mean, variance_of(pool, value));
    put_interval(put(rows, &place, "pool.shrunk", null, shrunk.value, "eb_t"), shrunk.lo,
                 shrunk.hi);
    emit_benchmark(pool, value, &place, own != METRIC_NOT_NULL ? own : pool->null, rows);
}

struct pair {
    const struct compared *a, *b;
    enum metric_null null;
    double welch, holm;
};

static struct pair test_pair(const struct pool *pool, const struct compared *a,
                             const struct compared *b)
{
    struct pair pair = {a, b, value_null(&a->value), 0, 0};
    if (pair.null == METRIC_NOT_NULL)
        pair.null = value_null(&b->value);
    if (pair.null == METRIC_NOT_NULL)
        pair.null = pool->null;
    if (pair.null == METRIC_NOT_NULL && !(a->value.sd > 0) && !(b->value.sd > 0))
        pair.null = METRIC_ZERO_VAR;
    if (pair.null != METRIC_NOT_NULL)
        return pair;
    struct pooling_group one = {a->value.n, a->value.mean, a->value.sd};
    struct pooling_group other = {b->value.n, b->value.mean, b->value.sd};
    pair.welch = pooling_welch(&one, &other);
    return pair;
}

/* Over the pairs that were tested. */
static void correct_pairs(struct pair *pairs, size_t count)
{
    double p[COMPARISON_PAIRED_MAX * (COMPARISON_PAIRED_MAX - 1) / 2];
    size_t tested = 0;
    for (size_t i = 0; i < count; i++)
        if (pairs[i].null == METRIC_NOT_NULL)
            p[tested++] = pairs[i].welch;
    pooling_holm(p, tested);
    tested = 0;
    for (size_t i = 0; i < count; i++)
        if (pairs[i].null == METRIC_NOT_NULL)
            pairs[i].holm = p[tested++];
}

static void emit_pair(const struct pool *pool, const struct pair *pair, struct metric_rows *rows)
{
    char slice[PAIR_MAX];
    snprintf(slice, sizeof slice, "%s>%s", pair->a->trip, pair->b->trip);
    struct place place = {slice, pool->series->item, "", pair->a->value.n + pair->b->value.n,
                          pair->a->value.N + pair->b->value.N};
    put(rows, &place, "cmp.welch_p", pair->null, pair->welch, "welch");
    put(rows, &place, "cmp.holm_p", pair->null, pair->holm, "holm");
}

static void emit_pairs(const struct pool *pool, struct metric_rows *rows)
{
    struct pair pairs[COMPARISON_PAIRED_MAX * (COMPARISON_PAIRED_MAX - 1) / 2];
    const struct compared *values = pool->series->values;
    size_t count = 0;
    for (size_t i = 0; i < pool->series->count; i++)
        for (size_t j = i + 1; j < pool->series->count; j++)
            pairs[count++] = test_pair(pool, &values[i], &values[j]);
    correct_pairs(pairs, count);
    for (size_t i = 0; i < count; i++)
        emit_pair(pool, &pairs[i], rows);
}

static void emit_no_pairs(const struct pool *pool, struct metric_rows *rows)
{
    struct place place = {"all", pool->series->item, "", pool->n, pool->N};
    put(rows, &place, "cmp.welch_p", METRIC_TRIPS_GT_20, 0, "welch");
    put(rows, &place, "cmp.holm_p", METRIC_TRIPS_GT_20, 0, "holm");
}

void comparison_emit(const struct compared_series *series, struct metric_rows *rows)
{
    struct pool pool = {.series = series};
    pool_within(&pool);
    pool.null = pool_null(&pool);
    if (model_null(&pool) == METRIC_NOT_NULL)
        pool_between(&pool);
    emit_programme(&pool, rows);
    for (size_t i = 0; i < series->count; i++)
        emit_trip(&pool, &series->values[i], rows);
    if (series->count <= COMPARISON_PAIRED_MAX)
        emit_pairs(&pool, rows);
    else
        emit_no_pairs(&pool, rows);
}

/* Trips with many persons in common are not independent, as the model takes them to be. */
void comparison_emit_persons(const struct comparison_persons *persons, struct metric_rows *rows)
{
    struct place place = {"all", "", "count", persons->persons, persons->persons};
    enum metric_null null = persons->persons > 0 ? METRIC_NOT_NULL : METRIC_N0;
    double share =
        null == METRIC_NOT_NULL ? (double)persons->repeaters / (double)persons->persons : 0;
    put(rows, &place, "pool.participations", METRIC_NOT_NULL, (double)persons->participations, "");
    put(rows, &place, "pool.persons", METRIC_NOT_NULL, (double)persons->persons, "");
    put(rows, &place, "pool.repeat_persons", METRIC_NOT_NULL, (double)persons->repeaters, "");
    place.unit = "share";
    put(rows, &place, "pool.repeat_share", null, share, "");
}

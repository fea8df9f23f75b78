#include <debriefd/agreement.h>

#include "agreement_units.h"
#include <assert.h>
#include <debriefd/prng.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>

/* Alpha of units that occur `times` each. `differences` holds all of them (row by row), or is NULL:
 * then they are computed as they are needed. */
struct alpha {
    const struct agreement_units *units;
    const struct agreement_metric *metric;
    const int64_t *times;
    double *totals;
    double *differences;
};

static double difference(const struct alpha *alpha, int a, int b)
{
    if (a == b)
        return 0;
    int low = a < b ? a : b, high = a < b ? b : a;
    if (alpha->differences != NULL)
        return alpha->differences[(size_t)low * (size_t)alpha->units->categories + (size_t)high];
    return alpha->metric->difference(alpha->metric->context, alpha->totals, low, high);
}

static void fill_differences(struct alpha *alpha)
{
    int categories = alpha->units->categories;
    for (int a = 0; a < categories; a++)
        for (int b = a + 1; b < categories; b++)
            alpha->differences[(size_t)a * (size_t)categories + (size_t)b] =
                alpha->metric->difference(alpha->metric->context, alpha->totals, a, b);
}

/* Returns n.., the number of pairable values. */
static double fill_totals(const struct alpha *alpha)
{
    const struct agreement_units *units = alpha->units;
    double n = 0;
    for (int c = 0; c < units->categories; c++)
        alpha->totals[c] = 0;
    for (size_t p = 0; p < units->count; p++) {
        const struct unit_pattern *pattern = &units->patterns[p];
        for (size_t i = 0; i < pattern->length; i++) {
            const struct unit_cell *cell = &units->cells[pattern->first + i];
            alpha->totals[cell->category] += (double)alpha->times[p] * cell->count;
        }
        n += (double)alpha->times[p] * pattern->values;
    }
    return n;
}

/* The sum of o_ck times the difference, over ordered pairs. */
static double sum_observed(const struct alpha *alpha)
{
    double sum = 0;
    for (size_t p = 0; p < alpha->units->count; p++) {
        const struct unit_pattern *pattern = &alpha->units->patterns[p];
        const struct unit_cell *cells = alpha->units->cells + pattern->first;
        double within = 0;
        for (size_t i = 0; i < pattern->length && alpha->times[p] > 0; i++)
            for (size_t j = i + 1; j < pattern->length; j++)
                within += (double)cells[i].count * cells[j].count *
                          difference(alpha, cells[i].category, cells[j].category);
        sum += 2 * (double)alpha->times[p] * within / (pattern->values - 1);
    }
    return sum;
}

static double sum_expected(const struct alpha *alpha)
{
    double sum = 0;
    for (int a = 0; a < alpha->units->categories; a++) {
        double row = 0;
        for (int b = a + 1; b < alpha->units->categories && alpha->totals[a] > 0; b++)
            if (alpha->totals[b] > 0)
                row += alpha->totals[b] * difference(alpha, a, b);
        sum += 2 * alpha->totals[a] * row;
    }
    return sum;
}

/* Krippendorff 2011, sections A to D. */
static struct agreement compute(struct alpha *alpha)
{
    double n = fill_totals(alpha);
    if (n < 2)
        return (struct agreement){.null = METRIC_NO_PAIRS};
    if (alpha->differences != NULL && alpha->metric->uses_totals)
        fill_differences(alpha);
    struct agreement result = {
        .observed = sum_observed(alpha) / n,
        .expected = sum_expected(alpha) / (n * (n - 1)),
        .units = alpha->units->units,
    };
    if (!(result.expected > 0))
        result.null = METRIC_ZERO_VAR;
    else
        result.value = 1 - result.observed / result.expected;
    return result;
}

static int64_t *original_times(const struct agreement_units *units)
{
    int64_t *times = xcalloc_array(units->count, sizeof *times);
    for (size_t p = 0; p < units->count; p++)
        times[p] = units->patterns[p].times;
    return times;
}

struct agreement agreement_alpha(const struct ratings *ratings,
                                 const struct agreement_metric *metric)
{
    struct agreement_units units;
    agreement_units_init(&units, ratings);
    int64_t *times = original_times(&units);
    double *totals = xcalloc_array((size_t)ratings->categories, sizeof *totals);
    struct alpha alpha = {.units = &units, .metric = metric, .times = times, .totals = totals};
    struct agreement result = compute(&alpha);
    free(totals);
    free(times);
    agreement_units_finish(&units);
    return result;
}

/* Draws as many units as there are. `pattern_of` has the pattern of each. */
static void resample(struct prng *prng, const struct agreement_units *units,
                     const size_t *pattern_of, int64_t *times)
{
    for (size_t p = 0; p < units->count; p++)
        times[p] = 0;
    for (int64_t i = 0; i < units->units; i++)
        times[pattern_of[prng_below(prng, (uint32_t)units->units)]]++;
}

static size_t *patterns_of_units(const struct agreement_units *units)
{
    size_t *pattern_of = xcalloc_array((size_t)units->units, sizeof *pattern_of);
    size_t unit = 0;
    for (size_t p = 0; p < units->count; p++)
        for (int64_t i = 0; i < units->patterns[p].times; i++)
            pattern_of[unit++] = p;
    return pattern_of;
}

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Hyndman and Fan 1996, definition 7: R's default. */
static double quantile(const double *sorted, int count, double p)
{
    double at = p * (count - 1);
    int below = (int)at;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

static struct agreement_bounds bounds_of(double *values, int count, int resamples)
{
    struct agreement_bounds bounds = {.resamples = resamples, .undefined = resamples - count};
    if (2 * count < resamples) {
        bounds.null = METRIC_ZERO_VAR;
        return bounds;
    }
    qsort(values, (size_t)count, sizeof *values, compare_numbers);
    bounds.low = quantile(values, count, 0.025);
    bounds.high = quantile(values, count, 0.975);
    return bounds;
}

static struct agreement_bounds bootstrap(struct alpha *alpha, int64_t *times, uint64_t seed,
                                         int resamples)
{
    struct prng prng;
    prng_init(&prng, seed, "agreement");
    size_t *pattern_of = patterns_of_units(alpha->units);
    double *values = xcalloc_array((size_t)resamples, sizeof *values);
    int count = 0;
    for (int i = 0; i < resamples; i++) {
        resample(&prng, alpha->units, pattern_of, times);
        struct agreement drawn = compute(alpha);
        if (drawn.null == METRIC_NOT_NULL)
            values[count++] = drawn.value;
    }
    struct agreement_bounds bounds = bounds_of(values, count, resamples);
    free(values);
    free(pattern_of);
    return bounds;
}

struct agreement_bounds agreement_bootstrap(const struct ratings *ratings,
                                            const struct agreement_metric *metric, uint64_t seed,
                                            int resamples)
{
    assert(resamples > 0);
    if (ratings->categories > AGREEMENT_BOOTSTRAP_CATEGORIES_MAX)
        return (struct agreement_bounds){.null = METRIC_TOO_MANY_VALUES};
    struct agreement_units units;
    agreement_units_init(&units, ratings);
    size_t categories = (size_t)ratings->categories;
    int64_t *times = original_times(&units);
    double *totals = xcalloc_array(categories, sizeof *totals);
    struct alpha alpha = {.units = &units, .metric = metric, .times = times, .totals = totals};
    struct agreement whole = compute(&alpha);
    struct agreement_bounds bounds = {.null = whole.null};
    if (whole.null == METRIC_NOT_NULL) {
        alpha.differences = xcalloc_array(categories * categories, sizeof *alpha.differences);
        fill_differences(&alpha);
        bounds = bootstrap(&alpha, times, seed, resamples);
        free(alpha.differences);
    }
    free(totals);
    free(times);
    agreement_units_finish(&units);
    return bounds;
}

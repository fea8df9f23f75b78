#include <debriefd/agreement.h>

#include <debriefd/xalloc.h>
#include <stdlib.h>

static struct agreement beyond_chance(double observed, double expected, int64_t units)
{
    struct agreement result = {.observed = observed, .expected = expected, .units = units};
    if (units == 0)
        result.null = METRIC_NO_PAIRS;
    else if (!(expected < 1))
        result.null = METRIC_ZERO_VAR;
    else
        result.value = (observed - expected) / (1 - expected);
    return result;
}

/* How often each category stands in one unit; returns the number of values. */
static int64_t count_unit(const struct ratings *ratings, size_t unit, int64_t *counts)
{
    int64_t values = 0;
    for (int c = 0; c < ratings->categories; c++)
        counts[c] = 0;
    for (size_t coder = 0; coder < ratings->coders; coder++) {
        int value = ratings->values[unit * ratings->coders + coder];
        if (value == AGREEMENT_MISSING)
            continue;
        counts[value]++;
        values++;
    }
    return values;
}

static int64_t equal_pairs(const int64_t *counts, int categories)
{
    int64_t pairs = 0;
    for (int c = 0; c < categories; c++)
        pairs += counts[c] * (counts[c] - 1) / 2;
    return pairs;
}

struct agreement agreement_percent(const struct ratings *ratings)
{
    int64_t *counts = xcalloc_array((size_t)ratings->categories, sizeof *counts);
    int64_t equal = 0, pairs = 0, units = 0;
    for (size_t unit = 0; unit < ratings->units; unit++) {
        int64_t values = count_unit(ratings, unit, counts);
        equal += equal_pairs(counts, ratings->categories);
        pairs += values * (values - 1) / 2;
        units += values >= 2;
    }
    free(counts);
    if (pairs == 0)
        return (struct agreement){.null = METRIC_NO_PAIRS};
    double share = (double)equal / (double)pairs;
    return (struct agreement){.value = share, .observed = share, .units = units};
}

/* The weight of a pair of categories: 1 on the diagonal, 0 in the far corners. */
static double weight_of(enum agreement_weights weights, int categories, int a, int b)
{
    if (weights == AGREEMENT_UNWEIGHTED || categories < 2)
        return a == b;
    double apart = (double)(a > b ? a - b : b - a) / (categories - 1);
    return weights == AGREEMENT_LINEAR ? 1 - apart : 1 - apart * apart;
}

/* table[a * categories + b]: units that the first coder called a and the second b. */
static int64_t cross_table(const struct ratings *ratings, int64_t *table)
{
    int64_t units = 0;
    for (size_t unit = 0; unit < ratings->units && ratings->coders >= 2; unit++) {
        int a = ratings->values[unit * ratings->coders];
        int b = ratings->values[unit * ratings->coders + 1];
        if (a == AGREEMENT_MISSING || b == AGREEMENT_MISSING)
            continue;
        table[(size_t)a * (size_t)ratings->categories + (size_t)b]++;
        units++;
    }
    return units;
}

static double weighted_chance(const int64_t *rows, const int64_t *columns, int categories,
                              enum agreement_weights weights)
{
    double chance = 0;
    for (int a = 0; a < categories; a++)
        for (int b = 0; b < categories; b++)
            chance += weight_of(weights, categories, a, b) * (double)(rows[a] * columns[b]);
    return chance;
}

struct agreement agreement_cohen(const struct ratings *ratings, enum agreement_weights weights)
{
    size_t categories = (size_t)ratings->categories;
    int64_t *table = xcalloc_array(categories * categories, sizeof *table);
    int64_t *rows = xcalloc_array(categories, sizeof *rows);
    int64_t *columns = xcalloc_array(categories, sizeof *columns);
    int64_t units = cross_table(ratings, table);
    double observed = 0;
    for (size_t a = 0; a < categories; a++)
        for (size_t b = 0; b < categories; b++) {
            int64_t count = table[a * categories + b];
            rows[a] += count;
            columns[b] += count;
            observed += weight_of(weights, ratings->categories, (int)a, (int)b) * (double)count;
        }
    double n = units > 0 ? (double)units : 1;
    double expected = weighted_chance(rows, columns, ratings->categories, weights);
    free(table);
    free(rows);
    free(columns);
    return beyond_chance(observed / n, expected / (n * n), units);
}

struct agreement agreement_fleiss(const struct ratings *ratings)
{
    int64_t *counts = xcalloc_array((size_t)ratings->categories, sizeof *counts);
    int64_t *totals = xcalloc_array((size_t)ratings->categories, sizeof *totals);
    int64_t units = 0, equal = 0;
    for (size_t unit = 0; unit < ratings->units && ratings->coders >= 2; unit++) {
        if (count_unit(ratings, unit, counts) < (int64_t)ratings->coders)
            continue;
        units++;
        equal += equal_pairs(counts, ratings->categories);
        for (int c = 0; c < ratings->categories; c++)
            totals[c] += counts[c];
    }
    double values = units > 0 ? (double)units * (double)ratings->coders : 1;
    double pairs = values * ((double)ratings->coders - 1) / 2;
    double expected = 0;
    for (int c = 0; c < ratings->categories; c++)
        expected += (double)totals[c] / values * ((double)totals[c] / values);
    free(counts);
    free(totals);
    return beyond_chance(pairs > 0 ? (double)equal / pairs : 0, expected, units);
}

/* The share of pairs that agree in a unit has the denominator values (values - 1), and a category's
 * share of a unit the denominator values: summed by number of values, so that the order of units
 * does not matter. */
struct ac1_sums {
    int64_t *units;  /* by number of values */
    int64_t *equal;  /* pairs, by number of values */
    int64_t *totals; /* by number of values, then category */
};

static void sum_units(const struct ratings *ratings, struct ac1_sums *sums)
{
    int64_t *counts = xcalloc_array((size_t)ratings->categories, sizeof *counts);
    for (size_t unit = 0; unit < ratings->units; unit++) {
        size_t values = (size_t)count_unit(ratings, unit, counts);
        sums->units[values]++;
        sums->equal[values] += equal_pairs(counts, ratings->categories);
        for (int c = 0; c < ratings->categories; c++)
            sums->totals[values * (size_t)ratings->categories + (size_t)c] += counts[c];
    }
    free(counts);
}

static struct agreement ac1_of(const struct ratings *ratings, const struct ac1_sums *sums)
{
    double agreeing = 0, chance = 0;
    int64_t rated = 0, paired = 0;
    for (size_t values = 1; values <= ratings->coders; values++) {
        rated += sums->units[values];
        paired += values >= 2 ? sums->units[values] : 0;
        if (values >= 2)
            agreeing += 2 * (double)sums->equal[values] / ((double)values * (double)(values - 1));
    }
    if (paired == 0)
        return (struct agreement){.null = METRIC_NO_PAIRS};
    if (ratings->categories < 2)
        return (struct agreement){.null = METRIC_ZERO_VAR, .units = paired};
    for (int c = 0; c < ratings->categories; c++) {
        double share = 0;
        for (size_t values = 1; values <= ratings->coders; values++)
            share += (double)sums->totals[values * (size_t)ratings->categories + (size_t)c] /
                     (double)values;
        share /= (double)rated;
        chance += share * (1 - share);
    }
    return beyond_chance(agreeing / (double)paired, chance / (ratings->categories - 1), paired);
}

struct agreement agreement_ac1(const struct ratings *ratings)
{
    struct ac1_sums sums = {
        .units = xcalloc_array(ratings->coders + 1, sizeof *sums.units),
        .equal = xcalloc_array(ratings->coders + 1, sizeof *sums.equal),
        .totals =
            xcalloc_array((ratings->coders + 1) * (size_t)ratings->categories, sizeof *sums.totals),
    };
    sum_units(ratings, &sums);
    struct agreement result = ac1_of(ratings, &sums);
    free(sums.units);
    free(sums.equal);
    free(sums.totals);
    return result;
}

#include "reliability.h"

#include "families.h"
#include <math.h>

#define ENOUGH_FOR_BOUNDS 10
#define STEPS_MAX         5000
#define SETTLED           1e-10 /* relative change of every loading */
#define HEYWOOD_SHARE     1e-3  /* a smaller unique share of a variance is on its way to 0 */

/* Covariances of the complete cases; only their ratios matter, so they are n(n - 1) times too big.
 */
struct scale {
    int items;
    int64_t n;
    double covariance[FACTS_SCALE_ITEMS_MAX][FACTS_SCALE_ITEMS_MAX];
    double trace, total;
};

static void scale_fill(struct scale *scale, const struct facts_moments *moments)
{
    __int128 trace = 0, total = 0;
    scale->items = moments->items;
    scale->n = moments->n;
    for (int i = 0; i < moments->items; i++)
        for (int j = 0; j < moments->items; j++) {
            __int128 scaled = (__int128)moments->n * moments->products[i * moments->items + j] -
                              (__int128)moments->sums[i] * moments->sums[j];
            scale->covariance[i][j] = (double)scaled;
            total += scaled;
            trace += i == j ? scaled : 0;
        }
    scale->trace = (double)trace;
    scale->total = (double)total;
}

static enum metric_null alpha_null(const struct scale *scale)
{
    if (scale->n < 3)
        return METRIC_N_LT_3;
    if (!(scale->total > 0))
        return METRIC_ZERO_VAR;
    return scale->items == 2 ? METRIC_TWO_ITEMS : METRIC_NOT_NULL;
}

static void emit_alpha(const struct cell *cell, const struct scale *scale)
{
    enum metric_null null = alpha_null(scale), bounds = null;
    double k = scale->items, alpha = 0;
    struct interval interval = {0};
    if (null == METRIC_NOT_NULL) {
        alpha = k / (k - 1) * (1 - scale->trace / scale->total);
        bounds = scale->n < ENOUGH_FOR_BOUNDS ? METRIC_N_LT_10 : METRIC_NOT_NULL;
    }
    if (bounds == METRIC_NOT_NULL)
        interval = interval_feldt(alpha, scale->n, scale->items);
    struct metric_row *row = cell_either(cell, "rel.alpha", null, alpha, "");
    row->has_interval = bounds == METRIC_NOT_NULL;
    row->low = interval.low;
    row->high = interval.high;
    cell_either(cell, "rel.alpha_lo", bounds, interval.low, "");
    cell_either(cell, "rel.alpha_hi", bounds, interval.high, "");
}

/* Eisinga et al. 2013: 2r / (1 + r). */
static void emit_spearman_brown(const struct cell *cell, const struct scale *scale)
{
    double variances = scale->covariance[0][0] * scale->covariance[1][1];
    enum metric_null null = scale->n < 3 ? METRIC_N_LT_3 : METRIC_NOT_NULL;
    if (null == METRIC_NOT_NULL && !(variances > 0))
        null = METRIC_ZERO_VAR;
    double r = null == METRIC_NOT_NULL ? scale->covariance[0][1] / sqrt(variances) : 0;
    if (1 + r < 1e-12)
        null = METRIC_ZERO_VAR;
    cell_either(cell, "rel.spearman_brown", null, null == METRIC_NOT_NULL ? 2 * r / (1 + r) : 0,
                "");
}

struct factor {
    double loading[FACTS_SCALE_ITEMS_MAX];
    double unique[FACTS_SCALE_ITEMS_MAX];
};

/* Three items determine one factor: loading_1 ^ 2 = s12 s13 / s23. */
static enum metric_null three_items(const struct scale *scale, struct factor *factor)
{
    const double s12 = scale->covariance[0][1], s13 = scale->covariance[0][2],
                 s23 = scale->covariance[1][2];
    if (!(s12 * s13 * s23 > 0))
        return METRIC_HEYWOOD;
    factor->loading[0] = sqrt(s12 * s13 / s23);
    factor->loading[1] = s12 / factor->loading[0];
    factor->loading[2] = s13 / factor->loading[0];
    for (int i = 0; i < 3; i++) {
        factor->unique[i] = scale->covariance[i][i] - factor->loading[i] * factor->loading[i];
        if (factor->unique[i] < 0)
            return METRIC_HEYWOOD;
    }
    return METRIC_NOT_NULL;
}

/* One step of expectation and maximisation (Rubin and Thayer 1982); returns the largest change of a
 * loading relative to its item's standard deviation. */
static double improve(const struct scale *scale, struct factor *factor)
{
    int k = scale->items;
    double weight[FACTS_SCALE_ITEMS_MAX], cross[FACTS_SCALE_ITEMS_MAX] = {0};
    double explained = 0, second = 1, change = 0;
    for (int i = 0; i < k; i++)
        explained += factor->loading[i] * factor->loading[i] / factor->unique[i];
    for (int i = 0; i < k; i++)
        weight[i] = factor->loading[i] / factor->unique[i] / (1 + explained);
    for (int i = 0; i < k; i++) {
        for (int j = 0; j < k; j++)
            cross[i] += scale->covariance[i][j] * weight[j];
        second += weight[i] * (cross[i] - factor->loading[i]);
    }
    for (int i = 0; i < k; i++) {
        double loading = cross[i] / second;
        double deviation = sqrt(scale->covariance[i][i]);
        change = fmax(change, fabs(loading - factor->loading[i]) / deviation);
        factor->loading[i] = loading;
        factor->unique[i] = scale->covariance[i][i] - loading * cross[i];
        factor->unique[i] = fmax(factor->unique[i], 1e-12 * scale->covariance[i][i]);
    }
    return change;
}

/* The length of a step against the change from one step to the next, in the items' own units. */
static double stride(const struct scale *scale, const struct factor *from, const struct factor *one,
                     const struct factor *two)
{
    double steps = 0, changes = 0;
    for (int i = 0; i < scale->items; i++) {
        double variance = scale->covariance[i][i];
        double step = one->loading[i] - from->loading[i];
        double change = two->loading[i] - one->loading[i] - step;
        steps += step * step / variance;
        changes += change * change / variance;
        step = one->unique[i] - from->unique[i];
        change = two->unique[i] - one->unique[i] - step;
        steps += step * step / variance / variance;
        changes += change * change / variance / variance;
    }
    return changes > 0 ? fmax(1, sqrt(steps / changes)) : 1;
}

static double extrapolate(double from, double one, double two, double stride)
{
    return from + 2 * stride * (one - from) + stride * stride * (two - 2 * one + from);
}

/* Two steps, a leap in their direction and a step from there: near a variance of 0 the steps alone
 * would take for ever (Varadhan and Roland 2008, SqS3). A leap at most halves a variance, because
 * from close to 0 there is no way back. Returns what the last step changed. */
static double leap(const struct scale *scale, struct factor *factor)
{
    struct factor from = *factor, one = from, two;
    improve(scale, &one);
    two = one;
    improve(scale, &two);
    double length = stride(scale, &from, &one, &two);
    for (int i = 0; i < scale->items; i++) {
        factor->loading[i] = extrapolate(from.loading[i], one.loading[i], two.loading[i], length);
        double unique = extrapolate(from.unique[i], one.unique[i], two.unique[i], length);
        factor->unique[i] = fmax(unique, two.unique[i] / 2);
    }
    return improve(scale, factor);
}

/* Maximum likelihood of the one-factor model on the covariances. */
static enum metric_null more_items(const struct scale *scale, struct factor *factor)
{
    for (int i = 0; i < scale->items; i++) {
        if (!(scale->covariance[i][i] > 0))
            return METRIC_ZERO_VAR;
        double row = 0;
        for (int j = 0; j < scale->items; j++)
            row += i == j ? 0 : scale->covariance[i][j];
        factor->loading[i] = copysign(sqrt(scale->covariance[i][i] / 2), row);
        factor->unique[i] = scale->covariance[i][i] / 2;
    }
    int steps = 0;
    while (steps < STEPS_MAX && leap(scale, factor) > SETTLED)
        steps++;
    for (int i = 0; i < scale->items; i++)
        if (factor->unique[i] < HEYWOOD_SHARE * scale->covariance[i][i])
            return METRIC_HEYWOOD;
    return steps < STEPS_MAX ? METRIC_NOT_NULL : METRIC_NO_CONVERGENCE;
}

/* McDonald 1999, omega total. */
static void emit_omega(const struct cell *cell, const struct scale *scale)
{
    struct factor factor = {0};
    enum metric_null null = alpha_null(scale);
    if (null == METRIC_NOT_NULL)
        null = scale->items == 3 ? three_items(scale, &factor) : more_items(scale, &factor);
    double loadings = 0, unique = 0;
    for (int i = 0; i < scale->items; i++) {
        loadings += factor.loading[i];
        unique += factor.unique[i];
    }
    double common = loadings * loadings;
    double omega = null == METRIC_NOT_NULL ? common / (common + unique) : 0;
    cell_either(cell, "rel.omega", null, omega, "");
}

void reliability_compute(const struct facts *facts, size_t wave, size_t index,
                         struct metric_rows *rows)
{
    const struct facts_moments *moments = facts_moments(facts, wave, index);
    struct scale scale;
    scale_fill(&scale, moments);
    struct cell cell = cell_of_wave(facts, wave, 0, moments->name, rows);
    cell.n = moments->n;
    cell_number(&cell, "rel.n", (double)moments->n, "count");
    emit_alpha(&cell, &scale);
    if (scale.items == 2)
        emit_spearman_brown(&cell, &scale);
    emit_omega(&cell, &scale);
}

#include "families.h"

#include <debriefd/paired.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>

/* The differences after - before of one series, as far as they need not be whole numbers. */
struct changes {
    struct moments moments;
    int64_t better, same, worse;
};

static void changes_count(struct changes *changes, int difference, int64_t count)
{
    if (difference > 0)
        changes->better += count;
    else if (difference < 0)
        changes->worse += count;
    else
        changes->same += count;
}

static enum metric_null unless_answered(const struct cell *cell)
{
    return cell->n == 0 ? METRIC_N0 : METRIC_NOT_NULL;
}

/* Why there is no statistic that needs `least` pairs (2 or 3). */
static enum metric_null unless_pairs(const struct cell *cell, int64_t least)
{
    if (cell->n == 0)
        return METRIC_N0;
    if (cell->n >= least)
        return METRIC_NOT_NULL;
    return least == 2 ? METRIC_N_LT_2 : METRIC_N_LT_3;
}

/* And that those differ. */
static enum metric_null unless_spread(const struct cell *cell, int64_t least, double sd)
{
    enum metric_null null = unless_pairs(cell, least);
    return null == METRIC_NOT_NULL && !(sd > 0) ? METRIC_ZERO_VAR : null;
}

static void emit_intervals(const struct cell *cell, const struct moments *moments,
                           const struct interval *finite)
{
    struct interval analytic = interval_mean(moments->n, moments->mean, moments->sd);
    enum metric_null null = unless_spread(cell, 3, moments->sd);
    cell_bounds(cell, "gain.t", null, analytic.low, analytic.high, "scale");
    bool is_set = finite->method != INTERVAL_NONE;
    cell_bounds(cell, "gain.fpc", is_set ? METRIC_NOT_NULL : null, finite->low, finite->high,
                "scale");
}

/* The standardised mean difference of pairs, d_z and its unbiased g_z (Lakens 2013). */
static void emit_standardised(const struct cell *cell, const struct moments *moments)
{
    enum metric_null null = unless_spread(cell, 2, moments->sd);
    enum metric_null null_g = unless_spread(cell, 3, moments->sd);
    double root = sqrt((double)cell->n), dz = 0, exact = 0;
    struct interval interval = {.method = INTERVAL_NONE};
    if (null == METRIC_NOT_NULL) {
        dz = moments->mean / moments->sd;
        interval = interval_noncentral_t(dz * root, (double)(cell->n - 1));
        interval.low /= root;
        interval.high /= root;
    }
    if (null_g == METRIC_NOT_NULL)
        exact = paired_hedges_j(cell->n - 1);
    double approximate = 1 - 3 / (4 * (double)(cell->n - 1) - 1);
    cell_attach(cell_either(cell, "gain.dz", null, dz, ""), &interval);
    cell_bounds(cell, "gain.dz", null, interval.low, interval.high, "");
    cell_either(cell, "gain.gz", null_g, exact * dz, "");
    cell_either(cell, "gain.gz_approx", null_g, approximate * dz, "");
}

static void emit_sign_test(const struct cell *cell, const struct changes *changes)
{
    int64_t changed = changes->better + changes->worse;
    enum metric_null null = unless_answered(cell);
    if (null == METRIC_NOT_NULL && changed == 0)
        null = METRIC_NO_CHANGE;
    double p = changed > 0 ? paired_sign_p(changes->better, changes->worse) : 0;
    cell_either(cell, "gain.sign_p", null, p, "")->n = changed;
}

static void emit_changes(const struct cell *cell, const struct changes *changes)
{
    const struct moments *moments = &changes->moments;
    struct interval finite = interval_finite_mean(cell->n, cell->N, moments->mean, moments->sd);
    cell_number(cell, "gain.n", (double)cell->n, "count");
    cell_attach(cell_either(cell, "gain.mean", unless_answered(cell), moments->mean, "scale"),
                &finite);
    cell_either(cell, "gain.sd", unless_pairs(cell, 2), moments->sd, "scale");
    cell_share_only(cell, "gain.improved", changes->better);
    cell_share_only(cell, "gain.same", changes->same);
    cell_share_only(cell, "gain.worse", changes->worse);
    emit_intervals(cell, moments, &finite);
    emit_standardised(cell, moments);
    emit_sign_test(cell, changes);
}

/* The before and after of one scale. */
struct gain {
    struct facts_joint_cells pairs;
    int min, max;
    struct changes changes;
    struct moments before, after;
};

/* The values before * key[0] + after * key[1]; the caller frees the cells. */
static struct facts_histogram project(const struct facts_joint_cells *pairs, int before, int after)
{
    struct facts_cell *cells = xcalloc_array(pairs->length + 1, sizeof *cells);
    for (size_t i = 0; i < pairs->length; i++) {
        const int *key = pairs->cells[i].key;
        cells[i] = (struct facts_cell){before * key[0] + after * key[1], pairs->cells[i].count};
    }
    return histogram_collect(cells, pairs->length);
}

static void histogram_free(struct facts_histogram *owned_histogram)
{
    free((void *)(uintptr_t)owned_histogram->cells);
}

static struct moments moments_projected(const struct facts_joint_cells *pairs, int before,
                                        int after)
{
    struct facts_histogram histogram = project(pairs, before, after);
    struct moments moments = moments_of_histogram(&histogram);
    histogram_free(&histogram);
    return moments;
}

/* Pearson's r from whole sums: n sum(ab) - sum(a) sum(b) and the like. */
static double correlation(const struct facts_joint_cells *pairs)
{
    __int128 n = 0, a = 0, b = 0, aa = 0, ab = 0, bb = 0;
    for (size_t i = 0; i < pairs->length; i++) {
        __int128 x = pairs->cells[i].key[0], y = pairs->cells[i].key[1];
        int64_t count = pairs->cells[i].count;
        n += count;
        a += x * count;
        b += y * count;
        aa += x * x * count;
        ab += x * y * count;
        bb += y * y * count;
    }
    double both = (double)(n * ab - a * b);
    double r = both / sqrt((double)(n * aa - a * a) * (double)(n * bb - b * b));
    return fmax(-1, fmin(1, r));
}

static void emit_association(const struct cell *cell, const struct gain *gain)
{
    double a = gain->before.sd, b = gain->after.sd;
    enum metric_null average = unless_spread(cell, 2, a + b);
    enum metric_null both = unless_spread(cell, 2, fmin(a, b));
    bool has_average = average == METRIC_NOT_NULL, has_both = both == METRIC_NOT_NULL;
    cell_either(cell, "gain.dav", average,
                has_average ? gain->changes.moments.mean / ((a + b) / 2) : 0, "");
    cell_either(cell, "gain.r", both, has_both ? correlation(&gain->pairs) : 0, "");
}

/* A mean over the persons it is defined for. */
struct person_mean {
    int64_t n;
    long double sum;
};

static void person_mean_add(struct person_mean *mean, int change, int possible, int64_t count)
{
    mean->n += count;
    mean->sum += (long double)count * change / possible;
}

/* Two rows <metric>, <metric>_n. */
static void emit_person_mean(const struct cell *cell, const char *metric, const char *metric_n,
                             const struct person_mean *mean)
{
    enum metric_null null = unless_answered(cell);
    if (null == METRIC_NOT_NULL && mean->n == 0)
        null = METRIC_CEILING;
    double value = mean->n > 0 ? (double)(mean->sum / (long double)mean->n) : 0;
    cell_either(cell, metric, null, value, "share")->n = mean->n;
    cell_number(cell, metric_n, (double)mean->n, "count");
}

/* Of everybody together, sum(b - a) / sum(max - a) (Hake 1998); the whole sums divide once. */
static void emit_hake_class(const struct cell *cell, const struct gain *gain)
{
    int64_t change = 0, possible = 0;
    for (size_t i = 0; i < gain->pairs.length; i++) {
        const struct facts_joint_cell *pair = &gain->pairs.cells[i];
        change += (pair->key[1] - pair->key[0]) * pair->count;
        possible += (gain->max - pair->key[0]) * pair->count;
    }
    enum metric_null null = unless_answered(cell);
    if (null == METRIC_NOT_NULL && possible == 0)
        null = METRIC_CEILING;
    double value = possible > 0 ? (double)change / (double)possible : 0;
    cell_either(cell, "gain.hake_class", null, value, "share");
}

/* Of each person: Hake's gain, undefined at the top of the scale, and the normalised change of Marx
 * and Cummings 2007, which relates a loss to what could be lost and is undefined for who stays at
 * either end. */
static void emit_normalised(const struct cell *cell, const struct gain *gain)
{
    struct person_mean hake = {0}, change = {0};
    for (size_t i = 0; i < gain->pairs.length; i++) {
        const struct facts_joint_cell *pair = &gain->pairs.cells[i];
        int before = pair->key[0], difference = pair->key[1] - before;
        int above = gain->max - before, below = before - gain->min;
        if (above > 0)
            person_mean_add(&hake, difference, above, pair->count);
        if (difference != 0 || (above > 0 && below > 0))
            person_mean_add(&change, difference, difference < 0 ? below : above, pair->count);
    }
    emit_hake_class(cell, gain);
    emit_person_mean(cell, "gain.hake_ind", "gain.hake_ind_n", &hake);
    emit_person_mean(cell, "gain.norm_change", "gain.norm_change_n", &change);
}

static void emit_sign_flips(const struct cell *cell, const struct facts_histogram *differences)
{
    double p = 0;
    enum metric_null null = unless_answered(cell);
    if (null == METRIC_NOT_NULL && !paired_signflip_p(differences, &p))
        null = METRIC_TOO_LARGE;
    cell_either(cell, "gain.signflip_p", null, p, "");
}

static struct changes changes_of(const struct facts_histogram *differences)
{
    struct changes changes = {.moments = moments_of_histogram(differences)};
    for (size_t i = 0; i < differences->length; i++)
        changes_count(&changes, differences->cells[i].value, differences->cells[i].count);
    return changes;
}

void learning_of_differences(struct cell *cell, const struct facts_histogram *differences)
{
    struct changes changes = changes_of(differences);
    cell->n = changes.moments.n;
    emit_changes(cell, &changes);
    emit_sign_flips(cell, differences);
}

static void compute_gain(struct cell *cell, const struct facts_joint *joint,
                         const struct facts_joint_cells *pairs)
{
    struct facts_histogram differences = project(pairs, -1, 1);
    struct gain gain = {.pairs = *pairs, .min = joint->parts[0].min, .max = joint->parts[0].max};
    gain.changes = changes_of(&differences);
    gain.before = moments_projected(pairs, 1, 0);
    gain.after = moments_projected(pairs, 0, 1);
    cell->n = gain.changes.moments.n;
    enum metric_null null = unless_answered(cell);
    emit_changes(cell, &gain.changes);
    cell_either(cell, "gain.pre_mean", null, gain.before.mean, "scale");
    cell_either(cell, "gain.post_mean", null, gain.after.mean, "scale");
    emit_association(cell, &gain);
    emit_normalised(cell, &gain);
    emit_sign_flips(cell, &differences);
    histogram_free(&differences);
}

/* Each person's mean difference over the topics; the cells come by key. */
static void compute_gain_index(struct cell *cell, const struct facts_joint_cells *pairs)
{
    struct changes changes = {0};
    struct spread spread = {0};
    for (size_t i = 0; i < pairs->length; i++) {
        const struct facts_joint_cell *pair = &pairs->cells[i];
        spread_add(&spread, (double)pair->key[1] / pair->key[0], pair->count);
        changes_count(&changes, pair->key[1], pair->count);
    }
    changes.moments = spread_moments(&spread);
    cell->n = changes.moments.n;
    emit_changes(cell, &changes);
}

void learning_compute(const struct facts *facts, struct metric_rows *rows)
{
    for (size_t i = 0; i < facts_joints(facts); i++) {
        const struct facts_joint *joint = facts_joint(facts, i);
        if (joint->kind != FACTS_GAIN && joint->kind != FACTS_GAIN_INDEX)
            continue;
        struct facts_joint_cells pairs = facts_joint_cells(facts, i, 0);
        struct cell cell = cell_of_joint(facts, i, 0, rows);
        cell.wave = "pair";
        if (joint->kind == FACTS_GAIN)
            compute_gain(&cell, joint, &pairs);
        else
            compute_gain_index(&cell, &pairs);
    }
}

#include "families.h"

#include "reliability.h"
#include <math.h>
#include <stdio.h>

/* Every non-respondent lowest, every non-respondent highest (Manski). */
static void emit_manski(const struct cell *cell, double sum, double min, double max,
                        const char *unit)
{
    double missing = (double)(cell->N - cell->n), all = (double)cell->N;
    enum metric_null null = cell->N == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    bool defined = null == METRIC_NOT_NULL;
    cell_either(cell, "manski_lo", null, defined ? (sum + missing * min) / all : 0, unit);
    cell_either(cell, "manski_hi", null, defined ? (sum + missing * max) / all : 0, unit);
}

/* Tastle and Wierman 2007. */
static double consensus(const struct facts_histogram *histogram, const struct moments *moments,
                        const struct facts_item *item)
{
    double sum = 1, span = item->max - item->min;
    for (size_t i = 0; i < histogram->length; i++) {
        double p = (double)histogram->cells[i].count / (double)moments->n;
        sum += p * log2(1 - fabs(histogram->cells[i].value - moments->mean) / span);
    }
    return fmin(1, fmax(0, sum));
}

static void emit_distribution(const struct cell *cell, const struct facts_item *item,
                              const struct facts_histogram *histogram)
{
    for (int value = item->min; value <= item->max; value++) {
        char name[32];
        snprintf(name, sizeof name, "dist.%d", value);
        cell_number(cell, name, (double)histogram_count(histogram, value), "count");
    }
}

/* The mean and standard error of a sample stratified by slice, with finite population correction.
 */
struct stratified {
    enum metric_null null;
    double mean, variance;
};

static void add_stratum(struct stratified *sums, const struct moments *moments, int64_t members,
                        int64_t all)
{
    if (members == 0)
        return;
    if (moments->n < 2 && moments->n != members)
        sums->null = METRIC_STRATUM_LT_2;
    if (sums->null != METRIC_NOT_NULL)
        return;
    double weight = (double)members / (double)all, n = (double)moments->n;
    sums->mean += weight * moments->mean;
    sums->variance += weight * weight * (1 - n / (double)members) * moments->sd * moments->sd / n;
}

static void emit_stratified(const struct cell *cell, size_t item)
{
    struct stratified sums = {.null = cell->N == 0 ? METRIC_N0 : METRIC_NOT_NULL};
    for (size_t slice = 1; slice <= facts_slices(cell->facts); slice++) {
        struct facts_histogram histogram =
            facts_histogram(cell->facts, cell->wave_index, item, slice);
        struct moments moments = moments_of_histogram(&histogram);
        add_stratum(&sums, &moments, facts_eligible(cell->facts, cell->wave_index, slice), cell->N);
    }
    cell_either(cell, "poststrat_mean", sums.null, sums.mean, "scale");
    cell_either(cell, "poststrat_se", sums.null, sqrt(sums.variance), "scale");
}

static void emit_rating_total(const struct cell *cell, size_t index, const struct facts_item *item,
                              const struct facts_histogram *histogram,
                              const struct interval *interval)
{
    struct moments moments = moments_of_histogram(histogram);
    enum metric_null null = cell->n == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    bool any = cell->n > 0;
    cell_share(cell, "top2", histogram_at_least(histogram, item->max - 1));
    cell_either(cell, "median", null, any ? histogram_median(histogram) : 0, "scale");
    emit_distribution(cell, item, histogram);
    cell_interval(cell, "ci", interval, 1, METRIC_N0, "scale");
    emit_manski(cell, (double)histogram_sum(histogram), item->min, item->max, "scale");
    cell_either(cell, "consensus", null, any ? consensus(histogram, &moments, item) : 0, "");
    emit_stratified(cell, index);
}

static void compute_rating(struct cell *cell, size_t index)
{
    const struct facts_item *item = facts_item(cell->facts, cell->wave_index, index);
    struct facts_histogram histogram =
        facts_histogram(cell->facts, cell->wave_index, index, cell->slice_index);
    struct moments moments = moments_of_histogram(&histogram);
    cell->n = moments.n;
    if (cell->slice_index != 0) {
        cell_moments(cell, &moments, NULL, "scale");
        cell_share_only(cell, "top2", histogram_at_least(&histogram, item->max - 1));
        return;
    }
    struct interval interval = interval_integer_mean(&histogram, item->min, item->max, cell->N);
    cell_moments(cell, &moments, &interval, "scale");
    emit_rating_total(cell, index, item, &histogram, &interval);
}

/* The answers as -1 (0-6), 0 (7-8) and 1 (9-10). */
struct nps {
    struct facts_cell cells[3];
    struct facts_histogram histogram; /* of the cells that are not empty */
    int64_t promoters, passives, detractors;
};

static void nps_fill(struct nps *nps, const struct facts_histogram *answers)
{
    int64_t n = histogram_total(answers);
    nps->promoters = histogram_at_least(answers, 9);
    nps->passives = histogram_at_least(answers, 7) - nps->promoters;
    nps->detractors = n - nps->promoters - nps->passives;
    const int64_t counts[] = {nps->detractors, nps->passives, nps->promoters};
    nps->histogram = (struct facts_histogram){nps->cells, 0};
    for (int i = 0; i < 3; i++)
        if (counts[i] > 0)
            nps->cells[nps->histogram.length++] = (struct facts_cell){i - 1, counts[i]};
}

/* Analytic, without finite population correction: at n = N that would exclude the true value
 * (adjusted Wald of Rocks 2016). */
static void emit_adjusted_wald(const struct cell *cell, const struct nps *nps)
{
    enum metric_null null = cell->n == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    double n = (double)cell->n + 3;
    double p = ((double)nps->promoters + 0.75) / n, d = ((double)nps->detractors + 0.75) / n;
    double half = interval_z() * sqrt((p + d - (p - d) * (p - d)) / n);
    cell_either(cell, "nps.aw_lo", null, 100 * fmax(-1, p - d - half), "points");
    cell_either(cell, "nps.aw_hi", null, 100 * fmin(1, p - d + half), "points");
}

static void emit_nps_total(const struct cell *cell, const struct facts_item *item,
                           const struct facts_histogram *answers, const struct nps *nps,
                           const struct interval *interval)
{
    emit_distribution(cell, item, answers);
    cell_interval(cell, "nps.ci", interval, 100, METRIC_N0, "points");
    emit_adjusted_wald(cell, nps);
}

static void compute_nps(struct cell *cell, size_t index)
{
    struct facts_histogram answers =
        facts_histogram(cell->facts, cell->wave_index, index, cell->slice_index);
    struct nps nps;
    nps_fill(&nps, &answers);
    struct moments moments = moments_of_histogram(&nps.histogram);
    cell->n = moments.n;
    cell_number(cell, "n", (double)cell->n, "count");
    cell_number(cell, "nps.promoters", (double)nps.promoters, "count");
    cell_number(cell, "nps.passives", (double)nps.passives, "count");
    cell_number(cell, "nps.detractors", (double)nps.detractors, "count");
    enum metric_null null = cell->n == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    struct metric_row *score = cell_either(cell, "nps.score", null, 100 * moments.mean, "points");
    if (cell->slice_index != 0)
        return;
    struct interval interval = interval_integer_mean(&nps.histogram, -1, 1, cell->N);
    score->has_interval = interval.method != INTERVAL_NONE;
    score->low = 100 * interval.low;
    score->high = 100 * interval.high;
    score->method = interval_method_name(interval.method);
    emit_nps_total(cell, facts_item(cell->facts, cell->wave_index, index), &answers, &nps,
                   &interval);
}

static void compute_index(struct cell *cell, size_t index)
{
    const struct facts_composite *composite = facts_composite(cell->facts, cell->wave_index, index);
    struct facts_pairs pairs = facts_pairs(cell->facts, cell->wave_index, index, cell->slice_index);
    struct moments moments = moments_of_pairs(&pairs, composite);
    cell->n = moments.n;
    if (cell->slice_index != 0) {
        cell_moments(cell, &moments, NULL, "points");
        return;
    }
    struct interval interval =
        interval_index_mean(moments.n, cell->N, moments.mean, moments.sd, 0, 100);
    enum metric_null few = moments.n == 0 ? METRIC_N0 : METRIC_N_LT_10;
    enum metric_null null = moments.n >= 10 ? METRIC_ZERO_VAR : few;
    cell_moments(cell, &moments, &interval, "points");
    cell_interval(cell, "ci", &interval, 1, null, "points");
    emit_manski(cell, moments.mean * (double)moments.n, 0, 100, "points");
}

static void compute_item(const struct facts *facts, size_t wave, size_t index,
                         struct metric_rows *rows)
{
    const struct facts_item *item = facts_item(facts, wave, index);
    for (size_t slice = 0; slice <= facts_slices(facts); slice++) {
        struct cell cell = cell_of_wave(facts, wave, slice, item->name, rows);
        if (item->kind == FACTS_RATING)
            compute_rating(&cell, index);
        else if (item->kind == FACTS_NPS)
            compute_nps(&cell, index);
    }
}

static void compute_composite(const struct facts *facts, size_t wave, size_t index,
                              struct metric_rows *rows)
{
    const char *name = facts_composite(facts, wave, index)->name;
    for (size_t slice = 0; slice <= facts_slices(facts); slice++) {
        struct cell cell = cell_of_wave(facts, wave, slice, name, rows);
        compute_index(&cell, index);
    }
}

void satisfaction_compute(const struct facts *facts, struct metric_rows *rows)
{
    for (size_t wave = 0; wave < facts_waves(facts); wave++) {
        for (size_t item = 0; item < facts_items(facts, wave); item++)
            compute_item(facts, wave, item, rows);
        for (size_t index = 0; index < facts_composites(facts, wave); index++)
            compute_composite(facts, wave, index, rows);
        for (size_t scale = 0; scale < facts_scales(facts, wave); scale++)
            reliability_compute(facts, wave, scale, rows);
    }
}

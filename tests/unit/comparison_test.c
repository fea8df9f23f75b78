#include "suite.h"

#include <debriefd/comparison.h>
#include <debriefd/pooling.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE(actual, expected) CU_ASSERT_DOUBLE_EQUAL((actual), (expected), 1e-9)

/* Rubin 1981, "Estimation in parallel randomized experiments", table 1: effects and standard errors
 * of coaching in eight schools. No variance between them is left: complete pooling gives 7.7 with a
 * standard error of 4.1 (Gelman et al., Bayesian Data Analysis, 5.5). */
static const double school_effects[] = {28, 8, -3, 7, -1, 1, 18, 12};
static const double school_errors[] = {15, 10, 16, 11, 9, 11, 10, 18};

static void eight_schools_are_pooled_completely(void)
{
    double variances[8], weights = 0;
    for (size_t i = 0; i < 8; i++) {
        variances[i] = school_errors[i] * school_errors[i];
        weights += 1 / variances[i];
    }
    struct pooling_input input = {8, school_effects, variances};
    struct pooled pooled;
    pooling_fit(&input, &pooled);
    CU_ASSERT_EQUAL(pooled.tau2_pm, 0);
    CU_ASSERT_EQUAL(pooled.tau2_dl, 0);
    CU_ASSERT_DOUBLE_EQUAL(pooled.mu, 7.7, 0.05);
    CU_ASSERT_DOUBLE_EQUAL(sqrt(1 / weights), 4.1, 0.05);
    for (size_t i = 0; i < 8; i++)
        CU_ASSERT_EQUAL(pooling_shrink(&pooled, 8, school_effects[i], variances[i]).value,
                        pooled.mu);
}

/* Thirteen trials of the BCG vaccine (Colditz et al. 1994): cases and others of the vaccinated and
 * the control group. */
static const int trials[13][4] = {
    {4, 119, 11, 128},       {6, 300, 29, 274},        {3, 228, 11, 209},
    {62, 13536, 248, 12619}, {33, 5036, 47, 5761},     {180, 1361, 372, 1079},
    {8, 2537, 10, 619},      {505, 87886, 499, 87892}, {29, 7470, 45, 7232},
    {17, 1699, 65, 1600},    {186, 50448, 141, 27197}, {5, 2493, 3, 2338},
    {27, 16886, 29, 17825},
};

/* Log relative risks. The tests of R's metafor (test_misc_rma_uni.r) have tau2 = 0.3181 for the
 * DerSimonian-Laird estimator iterated until it settles, which is Paule and Mandel's (DerSimonian
 * and Kacker 2007). The other digits are R's: rma(measure = "RR", data = dat.bcg, method = "PM" or
 * "DL", test = "knha", control = list(tol = 1e-15)). */
static void vaccine_trials_agree_with_published_estimates(void)
{
    double y[13], v[13];
    for (size_t i = 0; i < 13; i++) {
        double a = trials[i][0], b = a + trials[i][1], c = trials[i][2], d = c + trials[i][3];
        y[i] = log(a / b) - log(c / d);
        v[i] = 1 / a - 1 / b + 1 / c - 1 / d;
    }
    struct pooling_input input = {13, y, v};
    struct pooled pooled;
    pooling_fit(&input, &pooled);
    CU_ASSERT_DOUBLE_EQUAL(pooled.tau2_pm, 0.3181, 5e-5);
    CU_ASSERT_DOUBLE_EQUAL(pooled.tau2_dl, 0.30876026286237618, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(pooled.mu, -0.71496815349344411, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(pooled.se, 0.18089219153762351, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(pooled.lo, -1.1090983812022399, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(pooled.hi, -0.32083792578464826, 1e-9);
}

/* The defining equation, far tighter than metafor's default tolerance. */
static void the_estimate_solves_its_equation(void)
{
    const double y[] = {10, 20, 35, 70}, v[] = {4, 1, 9, 2};
    struct pooling_input input = {4, y, v};
    struct pooled pooled;
    pooling_fit(&input, &pooled);
    double q = 0;
    for (size_t i = 0; i < 4; i++)
        q += (y[i] - pooled.mu) * (y[i] - pooled.mu) / (v[i] + pooled.tau2_pm);
    CU_ASSERT_DOUBLE_EQUAL(q, 3, 1e-13);
}

/* R's documentation of t.test: Student's sleep data (Cushny and Peebles 1905), t = -1.8608,
 * df = 17.776, p = 0.07939. */
static void welch_of_students_sleep(void)
{
    struct pooling_group one = {10, 0.75, 1.7890096577591625};
    struct pooling_group other = {10, 2.33, 2.0022487357968290};
    CU_ASSERT_DOUBLE_EQUAL(pooling_welch(&one, &other), 0.07939, 5e-6);
    CU_ASSERT_EQUAL(pooling_welch(&one, &other), pooling_welch(&other, &one));
}

/* R: p.adjust(c(.01, .04, .03, .005), "holm"), the usual example of Holm's 1979 procedure: 4 x
 * .005, 3 x .01, 2 x .03, and .06 again for what would be .04. */
static void holm_steps_down(void)
{
    double p[] = {.01, .04, .03, .005}, tied[] = {.5, .02, .5, .02}, none[1];
    pooling_holm(p, 4);
    CLOSE(p[0], .03);
    CLOSE(p[1], .06);
    CLOSE(p[2], .06);
    CLOSE(p[3], .02);
    pooling_holm(tied, 4);
    CLOSE(tied[0], 1);
    CLOSE(tied[1], .08);
    CLOSE(tied[2], 1);
    CLOSE(tied[3], .08);
    pooling_holm(none, 0);
}

/* A trip in a test: everything about item NKI. */
struct known {
    const char *name;
    int64_t n;
    double mean, sd;
    enum facts_wave_state state;
};

static struct comparison_value value_of(const struct known *known, size_t trip, const char *item)
{
    return (struct comparison_value){.trip = trip,
                                     .wave = "post",
                                     .state = known->state,
                                     .item = item,
                                     .unit = "points",
                                     .scale = "0..100",
                                     .n = known->n,
                                     .N = known->n + 3,
                                     .mean = known->mean,
                                     .sd = known->sd};
}

static void add_known(struct comparison *comparison, const struct known *known, const char *item)
{
    struct error err;
    size_t trip;
    char id[80];
    snprintf(id, sizeof id, "id of %s", known->name);
    CU_ASSERT_FATAL(comparison_add_trip(comparison, id, known->name, &trip, &err));
    struct comparison_value value = value_of(known, trip, item);
    CU_ASSERT_FATAL(comparison_add(comparison, &value, &err));
}

static struct metric_rows *finish(struct comparison *owned_comparison)
{
    struct error err;
    struct metric_rows *rows = metric_rows_create();
    CU_ASSERT(comparison_compute(owned_comparison, rows, &err));
    comparison_destroy(owned_comparison);
    return rows;
}

static struct metric_rows *compare(const struct known *known, size_t count)
{
    struct comparison *comparison = comparison_create();
    for (size_t i = 0; i < count; i++)
        add_known(comparison, &known[i], "NKI");
    return finish(comparison);
}

static const struct metric_row *row_of(const struct metric_rows *rows, const char *slice,
                                       const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, "pool", slice, "NKI", metric);
    CU_ASSERT_FATAL(row != NULL);
    return row;
}

static double number_of(const struct metric_rows *rows, const char *slice, const char *metric)
{
    const struct metric_row *row = row_of(rows, slice, metric);
    CU_ASSERT_EQUAL(row->type, METRIC_NUMBER);
    return row->value;
}

static enum metric_null null_of(const struct metric_rows *rows, const char *slice,
                                const char *metric)
{
    return row_of(rows, slice, metric)->null;
}

static const struct known four[] = {{"Seattle", 25, 62, 20, FACTS_WAVE_CLOSED},
                                    {"Dublin", 40, 71, 15, FACTS_WAVE_CLOSED},
                                    {"Helsinki", 30, 78, 12, FACTS_WAVE_CLOSED},
                                    {"Singapore", 10, 50, 22, FACTS_WAVE_CLOSED}};

/* The benchmark by hand; n of all and of a pair. */
static void a_trip_is_no_part_of_its_benchmark(void)
{
    struct metric_rows *rows = compare(four, 4);
    CLOSE(number_of(rows, "Seattle", "pool.benchmark_loo"), (71 + 78 + 50) / 3.0);
    CLOSE(number_of(rows, "Seattle", "pool.vs_benchmark"), 62 - (71 + 78 + 50) / 3.0);
    CU_ASSERT_EQUAL(number_of(rows, "all", "pool.k"), 4);
    CU_ASSERT_EQUAL(row_of(rows, "all", "pool.mu")->n, 105);
    CU_ASSERT_EQUAL(row_of(rows, "all", "pool.mu")->N, 117);
    CU_ASSERT_EQUAL(row_of(rows, "Dublin>Seattle", "cmp.holm_p")->n, 65);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pool", "Seattle>Dublin", "NKI", "cmp.holm_p"));
    CU_ASSERT_STRING_EQUAL(row_of(rows, "all", "pool.mu")->family->name, "comparison");
    double shrunk = number_of(rows, "Singapore", "pool.shrunk");
    CU_ASSERT(shrunk > 50 && shrunk < number_of(rows, "all", "pool.mu"));
    metric_rows_destroy(rows);
}

/* The bytes of every field that is stored. */
static char *text_of(const struct metric_rows *rows)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        fprintf(file, "%s|%s|%s|%s|%s|%d|%a|%s|%lld|%lld|%d|%a|%a|%s|%s\n", row->family->name,
                row->wave, row->slice, row->item, row->metric, (int)row->type, row->value,
                metric_null_name(row->null), (long long)row->n, (long long)row->N,
                row->has_interval, row->low, row->high, row->unit, row->method);
    }
    fclose(file);
    return text;
}

/* Trips and values in every order of four. */
static void the_order_of_trips_does_not_matter(void)
{
    struct metric_rows *rows = compare(four, 4);
    char *expected = text_of(rows);
    metric_rows_destroy(rows);
    int orders = 0;
    for (int code = 0; code < 256; code++) {
        int a = code & 3, b = code >> 2 & 3, c = code >> 4 & 3, d = code >> 6;
        if (a == b || a == c || a == d || b == c || b == d || c == d)
            continue;
        struct known shuffled[] = {four[a], four[b], four[c], four[d]};
        rows = compare(shuffled, 4);
        char *text = text_of(rows);
        CU_ASSERT_STRING_EQUAL(text, expected);
        orders++;
        free(text);
        metric_rows_destroy(rows);
    }
    CU_ASSERT_EQUAL(orders, 24);
    free(expected);
}

static const char *const model_metrics[] = {"pool.tau2_pm", "pool.tau2_dl", "pool.mu",
                                            "pool.se_hksj", "pool.lo",      "pool.hi"};

static void model_is_null(const struct metric_rows *rows, enum metric_null null)
{
    for (size_t i = 0; i < sizeof model_metrics / sizeof *model_metrics; i++)
        CU_ASSERT_EQUAL(null_of(rows, "all", model_metrics[i]), null);
}

static void fewer_than_three_trips_are_not_compared(void)
{
    struct metric_rows *rows = compare(four, 0);
    CU_ASSERT_EQUAL(metric_rows_count(rows), 0);
    metric_rows_destroy(rows);
    for (size_t k = 1; k <= 2; k++) {
        rows = compare(four, k);
        CU_ASSERT_EQUAL(number_of(rows, "all", "pool.k"), (double)k);
        model_is_null(rows, METRIC_TRIPS_LT_3);
        CU_ASSERT_EQUAL(null_of(rows, "Seattle", "pool.shrunk"), METRIC_TRIPS_LT_3);
        CU_ASSERT_EQUAL(null_of(rows, "Seattle", "pool.benchmark_loo"), METRIC_TRIPS_LT_3);
        CU_ASSERT_EQUAL(null_of(rows, "Seattle", "pool.vs_benchmark"), METRIC_TRIPS_LT_3);
        if (k == 2)
            CU_ASSERT_EQUAL(null_of(rows, "Dublin>Seattle", "cmp.welch_p"), METRIC_TRIPS_LT_3);
        metric_rows_destroy(rows);
    }
}

/* Four answers are too few, an open wave is preliminary: neither moves any other trip's number. */
static void who_takes_no_part_changes_nothing(void)
{
    struct known more[6];
    memcpy(more, four, sizeof four);
    more[4] = (struct known){"Small", 4, 1, 1, FACTS_WAVE_CLOSED};
    more[5] = (struct known){"Open", 50, 99, 1, FACTS_WAVE_OPEN};
    struct metric_rows *rows = compare(four, 4), *with = compare(more, 6);
    CU_ASSERT_EQUAL(null_of(with, "Small", "pool.shrunk"), METRIC_N_LT_5);
    CU_ASSERT_EQUAL(null_of(with, "Open", "pool.benchmark_loo"), METRIC_WAVE_OPEN);
    CU_ASSERT_EQUAL(null_of(with, "Open>Seattle", "cmp.holm_p"), METRIC_WAVE_OPEN);
    CU_ASSERT_EQUAL(null_of(with, "Seattle>Small", "cmp.welch_p"), METRIC_N_LT_5);
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        const struct metric_row *other = row_of(with, row->slice, row->metric);
        CU_ASSERT_EQUAL(other->value, row->value);
        CU_ASSERT_EQUAL(other->low, row->low);
        CU_ASSERT_EQUAL(other->n, row->n);
    }
    metric_rows_destroy(rows);
    metric_rows_destroy(with);
}

/* A third of 100 is no double: only deviations that are taken from a mean are exactly 0. */
static void equal_means_are_the_programme(void)
{
    struct known equal[4];
    for (size_t i = 0; i < 4; i++) {
        equal[i] = four[i];
        equal[i].mean = 100 / 3.0;
    }
    struct metric_rows *rows = compare(equal, 4);
    CU_ASSERT_EQUAL(number_of(rows, "all", "pool.tau2_pm"), 0);
    CU_ASSERT_EQUAL(number_of(rows, "all", "pool.tau2_dl"), 0);
    CU_ASSERT_EQUAL(number_of(rows, "all", "pool.mu"), 100 / 3.0);
    CU_ASSERT_EQUAL(number_of(rows, "all", "pool.se_hksj"), 0);
    for (size_t i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(number_of(rows, equal[i].name, "pool.shrunk"), 100 / 3.0);
        CU_ASSERT_EQUAL(number_of(rows, equal[i].name, "pool.vs_benchmark"), 0);
    }
    CU_ASSERT_EQUAL(number_of(rows, "Dublin>Seattle", "cmp.holm_p"), 1);
    metric_rows_destroy(rows);
}

static void without_variance_within_there_is_no_model(void)
{
    struct known flat[4];
    for (size_t i = 0; i < 4; i++) {
        flat[i] = four[i];
        flat[i].sd = 0;
    }
    struct metric_rows *rows = compare(flat, 4);
    model_is_null(rows, METRIC_ZERO_VAR);
    CU_ASSERT_EQUAL(null_of(rows, "Dublin", "pool.shrunk"), METRIC_ZERO_VAR);
    CLOSE(number_of(rows, "Dublin", "pool.vs_benchmark"), 71 - (62 + 78 + 50) / 3.0);
    CU_ASSERT_FALSE(row_of(rows, "Dublin", "pool.vs_benchmark")->has_interval);
    CU_ASSERT_EQUAL(null_of(rows, "Dublin>Seattle", "cmp.welch_p"), METRIC_ZERO_VAR);
    metric_rows_destroy(rows);
    flat[0].sd = 3; /* one trip's is enough to pool, and for the tests it is part of */
    rows = compare(flat, 4);
    CU_ASSERT(number_of(rows, "all", "pool.mu") > 0);
    CU_ASSERT(number_of(rows, "Dublin>Seattle", "cmp.welch_p") < 1e-6);
    CU_ASSERT_EQUAL(null_of(rows, "Dublin>Helsinki", "cmp.holm_p"), METRIC_ZERO_VAR);
    /* The farthest of the three pairs that are tested. */
    CU_ASSERT_EQUAL(number_of(rows, "Helsinki>Seattle", "cmp.holm_p"),
                    3 * number_of(rows, "Helsinki>Seattle", "cmp.welch_p"));
    metric_rows_destroy(rows);
}

static void many_trips_are_pooled_and_not_paired(void)
{
    struct known many[COMPARISON_PAIRED_MAX + 1];
    char names[COMPARISON_PAIRED_MAX + 1][16];
    for (size_t i = 0; i <= COMPARISON_PAIRED_MAX; i++) {
        snprintf(names[i], sizeof names[i], "T%02zu", i);
        many[i] = (struct known){names[i], 20, 60 + (double)i, 10, FACTS_WAVE_CLOSED};
    }
    struct metric_rows *rows = compare(many, COMPARISON_PAIRED_MAX);
    CU_ASSERT(number_of(rows, "T00>T19", "cmp.holm_p") < 0.01);
    metric_rows_destroy(rows);
    rows = compare(many, COMPARISON_PAIRED_MAX + 1);
    CU_ASSERT_EQUAL(null_of(rows, "all", "cmp.holm_p"), METRIC_TRIPS_GT_20);
    CU_ASSERT(number_of(rows, "T20", "pool.shrunk") > 60);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pool", "T00>T19", "NKI", "cmp.holm_p"));
    metric_rows_destroy(rows);
}

static void another_scale_is_not_compared(void)
{
    struct comparison *comparison = comparison_create();
    struct error err;
    for (size_t i = 0; i < 4; i++) {
        size_t trip;
        CU_ASSERT_FATAL(comparison_add_trip(comparison, four[i].name, four[i].name, &trip, &err));
        struct comparison_value value = value_of(&four[i], trip, "NKI");
        value.scale = i == 3 ? "1..10" : "1..5";
        CU_ASSERT(comparison_add(comparison, &value, &err));
    }
    struct metric_rows *rows = finish(comparison);
    model_is_null(rows, METRIC_SCALE_DIFFERS);
    metric_rows_destroy(rows);
}

/* Two waves have an item of one name; names that would not tell trips apart give way to ids. */
static void names_tell_trips_and_waves_apart(void)
{
    static const char *const names[] = {"Twice", "Twice", "a>b", "all", "Paris", "id 4"};
    struct comparison *comparison = comparison_create();
    struct error err;
    for (size_t i = 0; i < 6; i++) {
        char id[16];
        size_t trip;
        snprintf(id, sizeof id, "id %zu", i);
        CU_ASSERT_FATAL(comparison_add_trip(comparison, id, names[i], &trip, &err));
        struct comparison_value value = value_of(&four[i % 4], trip, "T1");
        CU_ASSERT(comparison_add(comparison, &value, &err));
        value.wave = "pre";
        CU_ASSERT(comparison_add(comparison, &value, &err));
        value.item = "X";
        CU_ASSERT(comparison_add(comparison, &value, &err));
    }
    struct metric_rows *rows = finish(comparison);
    static const char *const slices[] = {"id 0", "id 1", "id 2", "id 3", "Paris", "id 5"};
    for (size_t i = 0; i < 6; i++) {
        CU_ASSERT_PTR_NOT_NULL(metric_rows_find(rows, "pool", slices[i], "T1@post", "pool.shrunk"));
        CU_ASSERT_PTR_NOT_NULL(metric_rows_find(rows, "pool", slices[i], "T1@pre", "pool.shrunk"));
        CU_ASSERT_PTR_NOT_NULL(metric_rows_find(rows, "pool", slices[i], "X", "pool.shrunk"));
    }
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pool", "Twice", "X", "pool.shrunk"));
    metric_rows_destroy(rows);
}

static void what_cannot_be_is_refused(void)
{
    struct comparison *comparison = comparison_create();
    struct error err;
    size_t trip, again;
    CU_ASSERT_FATAL(comparison_add_trip(comparison, "1", "One", &trip, &err));
    CU_ASSERT_FALSE(comparison_add_trip(comparison, "1", "Other", &again, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
    struct comparison_value good = value_of(&four[0], trip, "NKI"), bad = good;
    bad.trip = 7;
    CU_ASSERT_FALSE(comparison_add(comparison, &bad, &err));
    bad = good;
    bad.n = bad.N + 1;
    CU_ASSERT_FALSE(comparison_add(comparison, &bad, &err));
    bad = good;
    bad.mean = NAN;
    CU_ASSERT_FALSE(comparison_add(comparison, &bad, &err));
    bad.n = 0; /* nobody's mean is not read */
    bad.item = "NOBODY";
    CU_ASSERT(comparison_add(comparison, &bad, &err));
    bad = good;
    bad.sd = -1;
    CU_ASSERT_FALSE(comparison_add(comparison, &bad, &err));
    CU_ASSERT(comparison_add(comparison, &good, &err));
    CU_ASSERT(comparison_add(comparison, &good, &err));
    struct metric_rows *rows = metric_rows_create();
    CU_ASSERT_FALSE(comparison_compute(comparison, rows, &err));
    CU_ASSERT_EQUAL(metric_rows_count(rows), 0);
    metric_rows_destroy(rows);
    comparison_destroy(comparison);
}

/* The specification's own numbers: 162 participations of 101 persons. */
static void repeat_participants_are_counted(void)
{
    struct comparison *comparison = comparison_create();
    comparison_count_persons(comparison, &(struct comparison_persons){162, 101, 41});
    struct metric_rows *rows = finish(comparison);
    const struct metric_row *row = metric_rows_find(rows, "pool", "all", "", "pool.repeat_share");
    CU_ASSERT_FATAL(row != NULL);
    CLOSE(row->value, 41 / 101.0);
    CU_ASSERT_EQUAL(row->n, 101);
    metric_rows_destroy(rows);
    comparison = comparison_create();
    comparison_count_persons(comparison, &(struct comparison_persons){0, 0, 0});
    rows = finish(comparison);
    row = metric_rows_find(rows, "pool", "all", "", "pool.repeat_share");
    CU_ASSERT(row != NULL && row->null == METRIC_N0);
    metric_rows_destroy(rows);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"eight schools are pooled completely", eight_schools_are_pooled_completely},
        {"vaccine trials agree with published estimates",
         vaccine_trials_agree_with_published_estimates},
        {"the estimate solves its equation", the_estimate_solves_its_equation},
        {"Welch of Student's sleep", welch_of_students_sleep},
        {"Holm steps down", holm_steps_down},
        {"a trip is no part of its benchmark", a_trip_is_no_part_of_its_benchmark},
        {"the order of trips does not matter", the_order_of_trips_does_not_matter},
        {"fewer than three trips are not compared", fewer_than_three_trips_are_not_compared},
        {"who takes no part changes nothing", who_takes_no_part_changes_nothing},
        {"equal means are the programme", equal_means_are_the_programme},
        {"without variance within there is no model", without_variance_within_there_is_no_model},
        {"many trips are pooled and not paired", many_trips_are_pooled_and_not_paired},
        {"another scale is not compared", another_scale_is_not_compared},
        {"names tell trips and waves apart", names_tell_trips_and_waves_apart},
        {"what cannot be is refused", what_cannot_be_is_refused},
        {"repeat participants are counted", repeat_participants_are_counted},
        {0},
    };
    return suite_run("comparison", tests);
}

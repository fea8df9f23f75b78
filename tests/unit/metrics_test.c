#include "study.h"
#include "suite.h"

#include <debriefd/metric.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE(actual, expected) CU_ASSERT_DOUBLE_EQUAL(actual, expected, 1e-8)

/* agrmt::consensus(c(30, 40, 210, 130, 530, 50, 10)) documents .7256876 (Tastle and Wierman 2007).
 */
static void consensus_of_a_published_example(void)
{
    struct facts *facts = study_begin((struct study_slice[]){{"a", 1000}, {0}});
    study_item(facts, "Q", FACTS_RATING, 1, 7);
    study_counts(facts, "Q", "a", 1, (int64_t[]){30, 40, 210, 130, 530, 50, 10, -1});
    struct metric_rows *rows = study_compute(facts);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "all", "Q", "consensus"), 0.7256876, 5e-8);
    metric_rows_destroy(rows);
}

/* The linear map of Swedish municipalities' index: 8,65 on the ten-point scale is 85. */
static void index_maps_the_scale_to_100(void)
{
    struct error err;
    struct facts *facts = study_begin((struct study_slice[]){{"a", 3}, {0}});
    struct facts_composite nki = {"NKI", 1, 10, 3, 2};
    CU_ASSERT(facts_add_composite(facts, "post", &nki, &err));
    CU_ASSERT(
        facts_count_composite(facts, "post", "NKI", "a", &(struct facts_pair){3, 26, 1}, &err));
    CU_ASSERT(
        facts_count_composite(facts, "post", "NKI", "a", &(struct facts_pair){2, 17, 1}, &err));
    CU_ASSERT(
        facts_count_composite(facts, "post", "NKI", "a", &(struct facts_pair){1, 1, 1}, &err));
    struct metric_rows *rows = study_compute(facts);
    CLOSE(study_value(rows, "all", "NKI", "n"), 2);
    CLOSE(study_value(rows, "all", "NKI", "mean"), (100 * 23 / 27.0 + 100 * 15 / 18.0) / 2);
    CU_ASSERT_EQUAL(study_null(rows, "all", "NKI", "ci_lo"), METRIC_N_LT_10);
    metric_rows_destroy(rows);
}

/* 6/6 is the mean of one answer, 12/12 of two: equal persons have a deviation of exactly 0. */
static void equal_indices_have_no_spread(void)
{
    struct error err;
    struct facts *facts = study_begin((struct study_slice[]){{"a", 40}, {0}});
    struct facts_composite index = {"IX", 1, 10, 3, 1};
    CU_ASSERT(facts_add_composite(facts, "post", &index, &err));
    for (int answered = 1; answered <= 3; answered++) {
        struct facts_pair pair = {answered, answered * 8, 7};
        CU_ASSERT(facts_count_composite(facts, "post", "IX", "a", &pair, &err));
    }
    struct metric_rows *rows = study_compute(facts);
    CU_ASSERT_EQUAL(study_value(rows, "all", "IX", "sd"), 0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "IX", "ci_lo"), METRIC_ZERO_VAR);
    metric_rows_destroy(rows);
}

static bool same_row(const struct metric_row *a, const struct metric_row *b)
{
    if (strcmp(a->metric, b->metric) != 0 || a->type != b->type || a->null != b->null)
        return false;
    if (a->type == METRIC_TEXT && strcmp(a->text, b->text) != 0)
        return false;
    return a->n == b->n && a->N == b->N && fabs(a->value - b->value) < 1e-12;
}

static struct metric_rows *three_sectors(const char *const names[3], const int order[3])
{
    static const int64_t members[] = {10, 5, 4};
    static const int64_t rating[3][6] = {
        {0, 1, 2, 2, 2, -1}, {0, 0, 0, 2, 1, -1}, {1, 0, 0, 0, 2, -1}};
    static const int64_t nps[3][12] = {{1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, -1},
                                       {0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, -1},
                                       {0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, -1}};
    struct study_slice slices[4] = {0};
    for (int i = 0; i < 3; i++)
        slices[i] = (struct study_slice){names[order[i]], members[order[i]]};
    struct facts *facts = study_begin(slices);
    study_item(facts, "Q", FACTS_RATING, 1, 5);
    study_item(facts, "NPS", FACTS_NPS, 0, 10);
    for (int i = 0; i < 3; i++) {
        study_counts(facts, "Q", names[order[i]], 1, rating[order[i]]);
        study_counts(facts, "NPS", names[order[i]], 0, nps[order[i]]);
    }
    return study_compute(facts);
}

/* Totals do not know what sectors are called or in which order they come; a sector's rows follow
 * it. */
static void sectors_may_be_relabelled_and_reordered(void)
{
    static const char *const plain[] = {"a", "b", "c"}, *const other[] = {"x", "y", "z"};
    struct metric_rows *rows = three_sectors(plain, (int[]){0, 1, 2});
    struct metric_rows *turned = three_sectors(other, (int[]){2, 0, 1});
    CU_ASSERT_EQUAL_FATAL(metric_rows_count(rows), metric_rows_count(turned));
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        const char *slice = row->slice;
        for (int s = 0; s < 3; s++)
            slice = strcmp(row->slice, plain[s]) == 0 ? other[s] : slice;
        const struct metric_row *twin =
            metric_rows_find(turned, row->wave, slice, row->item, row->metric);
        CU_ASSERT(twin != NULL && same_row(row, twin));
    }
    metric_rows_destroy(turned);
    metric_rows_destroy(rows);
}

/* The weighted mean by hand: .526 * 3.714 + .263 * 4.333 + .211 * 3.667. */
static void stratified_mean_weighs_sectors(void)
{
    static const char *const names[] = {"a", "b", "c"};
    struct metric_rows *rows = three_sectors(names, (int[]){0, 1, 2});
    double expected = 10.0 / 19 * 26 / 7 + 5.0 / 19 * 13 / 3 + 4.0 / 19 * 11 / 3;
    CLOSE(study_value(rows, "all", "Q", "poststrat_mean"), expected);
    metric_rows_destroy(rows);
}

static void check_all_finite(const struct metric_rows *rows)
{
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        CU_ASSERT(row->type != METRIC_NUMBER || isfinite(row->value));
        CU_ASSERT_EQUAL(row->type == METRIC_NULL, row->null != METRIC_NOT_NULL);
    }
}

static struct metric_rows *one_sector(int64_t members, const int64_t *rating, const int64_t *count)
{
    struct facts *facts = study_begin((struct study_slice[]){{"a", members}, {0}});
    study_item(facts, "Q", FACTS_RATING, 1, 5);
    study_item(facts, "NPS", FACTS_NPS, 0, 10);
    study_item(facts, "USED", FACTS_BINARY, 0, 1);
    study_item(facts, "REACH", FACTS_COUNTED, 0, 30000);
    study_counts(facts, "Q", "a", 1, rating);
    study_counts(facts, "REACH", "a", 0, count);
    struct metric_rows *rows = study_compute(facts);
    check_all_finite(rows);
    return rows;
}

static const int64_t nothing[] = {-1};

static void an_empty_study_has_reasons(void)
{
    struct metric_rows *rows = one_sector(0, nothing, nothing);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "n"), 0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "mean"), METRIC_N0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "sd"), METRIC_N_LT_2);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "manski_lo"), METRIC_N0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "", "resp.RR2"), METRIC_N0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "", "resp.R_indicator"), METRIC_N_LT_2);
    CU_ASSERT_EQUAL(study_value(rows, "all", "REACH", "sum"), 0);
    metric_rows_destroy(rows);
    struct facts *facts = facts_create();
    struct error err;
    CU_ASSERT(facts_slices_done(facts, &err));
    rows = study_compute(facts); /* no slice, no wave */
    check_all_finite(rows);
    CU_ASSERT_PTR_NOT_NULL(metric_rows_find(rows, "trip", "all", "balance", "N"));
    metric_rows_destroy(rows);
}

static void a_study_of_one_is_a_census(void)
{
    struct metric_rows *rows = one_sector(1, (int64_t[]){0, 0, 0, 1, -1}, (int64_t[]){0, 1, -1});
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "mean"), 4);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "ci_lo"), 4);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "consensus"), 1);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "sd"), METRIC_N_LT_2);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "poststrat_se"), 0);
    metric_rows_destroy(rows);
}

static void equal_answers_have_no_spread(void)
{
    struct metric_rows *rows = one_sector(20, (int64_t[]){0, 0, 0, 0, 12, -1}, nothing);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "sd"), 0);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "consensus"), 1);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "top2"), 1);
    CU_ASSERT(study_value(rows, "all", "Q", "ci_lo") < 5);
    metric_rows_destroy(rows);
}

static void missing_answers_leave_the_widest_bounds(void)
{
    struct metric_rows *rows = one_sector(20, nothing, nothing);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "manski_lo"), 1);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "manski_hi"), 5);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "poststrat_mean"), METRIC_STRATUM_LT_2);
    CU_ASSERT_EQUAL(study_value(rows, "all", "", "resp.RR2"), 0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "", "resp.RR6"), METRIC_ALL_UNKNOWN);
    metric_rows_destroy(rows);
}

/* ESSnet Handbook on Statistical Disclosure Control: of a total of 110 000, x1 = 52 000 and x2 = 50
 * 000 leave 15.4 % of x1; of 100 000, 50 000 and 49 000 leave 2 %. Here in hundreds. */
static void dominance_is_reported(void)
{
    struct facts *facts = study_begin((struct study_slice[]){{"a", 4}, {0}});
    struct error err;
    study_item(facts, "SAFE", FACTS_COUNTED, 0, 30000);
    study_item(facts, "UNSAFE", FACTS_COUNTED, 0, 30000);
    static const int safe[] = {520, 500, 80}, unsafe[] = {500, 490, 10};
    for (int i = 0; i < 3; i++) {
        CU_ASSERT(facts_count(facts, "post", "SAFE", "a", safe[i], 1, &err));
        CU_ASSERT(facts_count(facts, "post", "UNSAFE", "a", unsafe[i], 1, &err));
    }
    struct metric_rows *rows = study_compute(facts);
    CU_ASSERT_EQUAL(study_value(rows, "all", "SAFE", "ppct_unsafe_p10"), 0);
    CU_ASSERT_EQUAL(study_value(rows, "all", "UNSAFE", "ppct_unsafe_p10"), 1);
    CU_ASSERT_EQUAL(study_value(rows, "all", "UNSAFE", "dom_1_85_unsafe"), 0);
    metric_rows_destroy(rows);
}

/* Targets of 0.5, 0.3 and 0.2 for ten seats; 5 + 3 + 2 are wanted. */
static void balance_follows_the_target(void)
{
    struct error err;
    struct facts *facts = facts_create();
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"a", 7, 0, 0.5}, &err));
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"b", 1, 2, 0.3}, &err));
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"c", 2, 0, 0.2}, &err));
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"state", 3, 0, 0}, &err));
    CU_ASSERT(facts_slices_done(facts, &err));
    struct metric_rows *rows = study_compute(facts);
    static const struct {
        const char *slice, *metric;
        double value;
    } expected[] = {
        {"b", "seats_short", 2},      {"a", "seats_short", 0},      {"b", "gap_pp", -20},
        {"all", "dissimilarity", .2}, {"all", "core_N", 10},        {"all", "blau", 1 - .54},
        {"all", "staff", 2},          {"state", "share", 3 / 13.0},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct metric_row *row =
            metric_rows_find(rows, "trip", expected[i].slice, "balance", expected[i].metric);
        CU_ASSERT_PTR_NOT_NULL_FATAL(row);
        CLOSE(row->value, expected[i].value);
    }
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "trip", "state", "balance", "gap_pp"));
    metric_rows_destroy(rows);
}

static struct metric_rows *scale_of(int items, int64_t n, const int64_t *products)
{
    struct error err;
    int64_t sums[FACTS_SCALE_ITEMS_MAX] = {0};
    struct facts *facts = study_begin((struct study_slice[]){{"a", 100}, {0}});
    struct facts_moments moments = {"S", items, n, sums, products};
    CU_ASSERT(facts_add_moments(facts, "post", &moments, &err));
    return study_compute(facts);
}

/* Sums of 0 make the products the covariances. Three congeneric items: loadings 2, 3, 4, unique
 * variances 5, 6, 7: omega is 81 / 99, alpha 3/2 (1 - 47 / 99). */
static void omega_of_a_known_factor(void)
{
    struct metric_rows *rows = scale_of(3, 50, (int64_t[]){9, 6, 8, 6, 15, 12, 8, 12, 23});
    CLOSE(study_value(rows, "all", "S", "rel.omega"), 81 / 99.0);
    CLOSE(study_value(rows, "all", "S", "rel.alpha"), 1.5 * (1 - 47 / 99.0));
    metric_rows_destroy(rows);
    /* A fourth item of loading 1 and unique variance 2: 100 / 120. */
    rows = scale_of(4, 50, (int64_t[]){9, 6, 8, 2, 6, 15, 12, 3, 8, 12, 23, 4, 2, 3, 4, 3});
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "all", "S", "rel.omega"), 100 / 120.0, 1e-6);
    metric_rows_destroy(rows);
}

static void reliability_that_cannot_be_has_reasons(void)
{
    struct metric_rows *rows = scale_of(3, 50, (int64_t[]){9, -6, 8, -6, 15, 12, 8, 12, 23});
    CU_ASSERT_EQUAL(study_null(rows, "all", "S", "rel.omega"), METRIC_HEYWOOD);
    metric_rows_destroy(rows);
    /* Equal loadings of sqrt(20) fit it with unique variances of 20, 20, 20 and -1. */
    rows = scale_of(4, 50,
                    (int64_t[]){40, 20, 20, 20, 20, 40, 20, 20, 20, 20, 40, 20, 20, 20, 20, 19});
    CU_ASSERT_EQUAL(study_null(rows, "all", "S", "rel.omega"), METRIC_HEYWOOD);
    metric_rows_destroy(rows);
    rows = scale_of(2, 50, (int64_t[]){4, 3, 3, 9});
    CU_ASSERT_EQUAL(study_null(rows, "all", "S", "rel.alpha"), METRIC_TWO_ITEMS);
    CLOSE(study_value(rows, "all", "S", "rel.spearman_brown"), 2 * .5 / 1.5);
    metric_rows_destroy(rows);
    rows = scale_of(3, 2, (int64_t[]){9, 6, 8, 6, 15, 12, 8, 12, 23});
    CU_ASSERT_EQUAL(study_null(rows, "all", "S", "rel.alpha"), METRIC_N_LT_3);
    metric_rows_destroy(rows);
    rows = scale_of(3, 5, (int64_t[9]){0});
    CU_ASSERT_EQUAL(study_null(rows, "all", "S", "rel.alpha"), METRIC_ZERO_VAR);
    metric_rows_destroy(rows);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"consensus of a published example", consensus_of_a_published_example},
        {"an index maps the scale to 100", index_maps_the_scale_to_100},
        {"equal indices have no spread", equal_indices_have_no_spread},
        {"sectors may be relabelled and reordered", sectors_may_be_relabelled_and_reordered},
        {"a stratified mean weighs sectors", stratified_mean_weighs_sectors},
        {"an empty study has reasons", an_empty_study_has_reasons},
        {"a study of one is a census", a_study_of_one_is_a_census},
        {"equal answers have no spread", equal_answers_have_no_spread},
        {"missing answers leave the widest bounds", missing_answers_leave_the_widest_bounds},
        {"dominance is reported", dominance_is_reported},
        {"balance follows the target", balance_follows_the_target},
        {"omega of a known factor", omega_of_a_known_factor},
        {"reliability that cannot be has reasons", reliability_that_cannot_be_has_reasons},
        {0},
    };
    return suite_run("metrics", tests);
}

#include "study.h"
#include "suite.h"

#include <debriefd/metric.h>
#include <debriefd/moments.h>
#include <debriefd/paired.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOSE(actual, expected) CU_ASSERT_DOUBLE_EQUAL(actual, expected, 1e-8)
#define ROUNDS_TO(actual, expected, digits)                                                        \
    CU_ASSERT_DOUBLE_EQUAL(actual, expected, 0.5 * pow(10, -(digits)))

static double gain(const struct metric_rows *rows, const char *metric)
{
    return study_number(rows, "pair", "all", "G", metric);
}

static enum metric_null reason(const struct metric_rows *rows, const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, "pair", "all", "G", metric);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    CU_ASSERT_EQUAL(row->type, METRIC_NULL);
    return row->null;
}

/* The rows of `n` pairs (before, after) on a scale, of a delegation of `members`. */
static struct metric_rows *gain_of(int64_t members, int min, int max, const int *pairs, size_t n)
{
    struct facts_joint joint = {"G", FACTS_GAIN, "post", {{min, max, 0, 0}, {0}}};
    struct facts *facts = study_begin((struct study_slice[]){{"a", members}, {0}});
    study_joint(facts, &joint);
    study_persons(facts, &joint, "a", pairs, n);
    return study_compute(facts);
}

/* Lakens 2013, Table 1: ratings of two films by ten persons, d_z = 1.50, d_av = 1.13; the order
 * here is film 2, film 1. */
static void effect_sizes_of_a_published_example(void)
{
    static const int films[] = {9, 9, 6, 7, 7, 8, 8, 9, 7, 8, 9, 9, 8, 9, 8, 10, 8, 9, 7, 9};
    struct metric_rows *rows = gain_of(20, 0, 10, films, 10);
    CLOSE(gain(rows, "gain.pre_mean"), 7.7);
    CLOSE(gain(rows, "gain.post_mean"), 8.7);
    ROUNDS_TO(gain(rows, "gain.sd"), 0.67, 2);
    ROUNDS_TO(gain(rows, "gain.dz"), 1.50, 2);
    ROUNDS_TO(gain(rows, "gain.dav"), 1.13, 2);
    ROUNDS_TO(gain(rows, "gain.r"), 0.73, 2);
    metric_rows_destroy(rows);
}

/* Student 1908, hours of sleep won by two drugs, in tenths. R documents t.test(extra ~ group,
 * paired) of `sleep`: t = 4.0621, interval 0.7001142 to 2.4598858; uniroot over pt gives d_z
 * 0.4146278 to 2.118017. */
static void intervals_of_a_published_example(void)
{
    static const int sleep[] = {7,  19, -16, 8,  -2, 11, -12, 1,  -1, -1,
                                34, 44, 37,  55, 8,  16, 0,   46, 20, 34};
    struct metric_rows *rows = gain_of(10, -20, 60, sleep, 10);
    ROUNDS_TO(gain(rows, "gain.dz") * sqrt(10), 4.0621, 4);
    CU_ASSERT_DOUBLE_EQUAL(gain(rows, "gain.t_lo"), 7.001142367, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(gain(rows, "gain.t_hi"), 24.598857633, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(gain(rows, "gain.dz_lo"), 0.4146278, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(gain(rows, "gain.dz_hi"), 2.118017, 1e-6);
    CU_ASSERT_EQUAL(gain(rows, "gain.fpc_lo"), gain(rows, "gain.mean")); /* all of them */
    CU_ASSERT_EQUAL(gain(rows, "gain.fpc_hi"), gain(rows, "gain.mean"));
    metric_rows_destroy(rows);
}

/* Fisher 1935, The Design of Experiments, 21: Darwin's pairs of maize, in eighths of an inch. 1726
 * of the 2^15 = 32768 arrangements of signs are as far from 0; t = 2.148. Two of 15 are negative.
 */
static void exact_tests_of_a_published_example(void)
{
    static const int maize[] = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
    int pairs[30];
    for (size_t i = 0; i < 15; i++) {
        pairs[2 * i] = 100;
        pairs[2 * i + 1] = 100 + maize[i];
    }
    struct metric_rows *rows = gain_of(15, 0, 200, pairs, 15);
    CLOSE(gain(rows, "gain.signflip_p"), 1726 / 32768.0);
    CLOSE(gain(rows, "gain.sign_p"), 2 * (1 + 15 + 105) / 32768.0);
    ROUNDS_TO(gain(rows, "gain.dz") * sqrt(15), 2.148, 3);
    CU_ASSERT_EQUAL(reason(rows, "gain.r"), METRIC_ZERO_VAR); /* before is the same for all */
    metric_rows_destroy(rows);
}

/* Hedges 1981, Table 1: the exact correction of 2 to 10 degrees of freedom. */
static void the_correction_of_a_published_table(void)
{
    static const double table[] = {.5642, .7236, .7979, .8407, .8686, .8882, .9027, .9139, .9227};
    for (int m = 2; m <= 10; m++)
        ROUNDS_TO(paired_hedges_j(m), table[m - 2], 4);
    CU_ASSERT_DOUBLE_EQUAL(paired_hedges_j(9999999), 1 - 3 / (4 * 9999999.0 - 1), 1e-8);
}

/* Hake 1998, eq. 1, of averages 40 and 75 of 100; of the persons 0 to 50 and 80 to 100 (1/2 and 1),
 * of which the mean differs (Bao 2006). */
static void the_gain_of_a_class_is_not_that_of_its_persons(void)
{
    static const int pairs[] = {0, 50, 80, 100};
    struct metric_rows *rows = gain_of(2, 0, 100, pairs, 2);
    CLOSE(gain(rows, "gain.hake_class"), 35 / 60.0);
    CLOSE(gain(rows, "gain.hake_ind"), 0.75);
    metric_rows_destroy(rows);
}

/* The five cases of Marx and Cummings 2007: a gain, a loss, no change; both at the top, both at the
 * bottom are dropped. Hake's gain drops the top only. */
static void normalised_change_relates_losses_to_what_could_be_lost(void)
{
    static const int pairs[] = {50, 75, 80, 60, 30, 30, 100, 100, 0, 0};
    struct metric_rows *rows = gain_of(5, 0, 100, pairs, 5);
    CLOSE(gain(rows, "gain.norm_change"), (0.5 - 0.25 + 0) / 3);
    CLOSE(gain(rows, "gain.norm_change_n"), 3);
    CLOSE(gain(rows, "gain.hake_ind"), (0.5 - 1 + 0 + 0) / 4);
    CLOSE(gain(rows, "gain.hake_ind_n"), 4);
    CLOSE(gain(rows, "gain.improved"), 0.2);
    CLOSE(gain(rows, "gain.same"), 0.6);
    metric_rows_destroy(rows);
}

static const char *const of_pairs[] = {
    "gain.mean",        "gain.sd",         "gain.improved", "gain.same",   "gain.worse",
    "gain.t_lo",        "gain.t_hi",       "gain.fpc_lo",   "gain.fpc_hi", "gain.dz",
    "gain.dz_lo",       "gain.dz_hi",      "gain.gz",       "gain.sign_p", "gain.gz_approx",
    "gain.pre_mean",    "gain.post_mean",  "gain.dav",      "gain.r",      "gain.hake_class",
    "gain.norm_change", "gain.signflip_p", "gain.hake_ind",
};

static void no_pair_has_reasons(void)
{
    struct metric_rows *rows = gain_of(5, 1, 5, NULL, 0);
    CU_ASSERT_EQUAL(gain(rows, "gain.n"), 0);
    for (size_t i = 0; i < sizeof of_pairs / sizeof *of_pairs; i++)
        CU_ASSERT_EQUAL(reason(rows, of_pairs[i]), METRIC_N0);
    CU_ASSERT_EQUAL(gain(rows, "gain.hake_ind_n"), 0);
    CU_ASSERT_EQUAL(gain(rows, "gain.norm_change_n"), 0);
    metric_rows_destroy(rows);
}

static void one_pair_has_no_spread(void)
{
    struct metric_rows *rows = gain_of(5, 1, 5, (int[]){2, 4}, 1);
    CU_ASSERT_EQUAL(gain(rows, "gain.mean"), 2);
    CU_ASSERT_EQUAL(gain(rows, "gain.sign_p"), 1);
    CU_ASSERT_EQUAL(gain(rows, "gain.signflip_p"), 1);
    CU_ASSERT_EQUAL(reason(rows, "gain.sd"), METRIC_N_LT_2);
    CU_ASSERT_EQUAL(reason(rows, "gain.dz"), METRIC_N_LT_2);
    CU_ASSERT_EQUAL(reason(rows, "gain.gz"), METRIC_N_LT_3);
    CU_ASSERT_EQUAL(reason(rows, "gain.t_lo"), METRIC_N_LT_3);
    CU_ASSERT_EQUAL(reason(rows, "gain.fpc_lo"), METRIC_N_LT_3);
    CU_ASSERT_EQUAL(reason(rows, "gain.r"), METRIC_N_LT_2);
    metric_rows_destroy(rows);
}

static void two_pairs_have_an_effect_but_no_correction(void)
{
    struct metric_rows *rows = gain_of(5, 1, 5, (int[]){2, 3, 2, 4}, 2);
    ROUNDS_TO(gain(rows, "gain.dz"), 2.1213, 4);
    CU_ASSERT(gain(rows, "gain.dz_lo") < gain(rows, "gain.dz"));
    CU_ASSERT_EQUAL(reason(rows, "gain.gz"), METRIC_N_LT_3);
    CU_ASSERT_EQUAL(reason(rows, "gain.r"), METRIC_ZERO_VAR);
    metric_rows_destroy(rows);
}

/* Everybody gains the same: there is nothing to divide by. */
static void equal_differences_have_no_effect_size(void)
{
    static const int pairs[] = {1, 2, 2, 3, 3, 4, 4, 5};
    struct metric_rows *rows = gain_of(9, 1, 5, pairs, 4);
    CU_ASSERT_EQUAL(gain(rows, "gain.sd"), 0);
    static const char *const undefined[] = {"gain.dz",   "gain.dz_hi",  "gain.gz",
                                            "gain.t_lo", "gain.fpc_hi", "gain.gz_approx"};
    for (size_t i = 0; i < sizeof undefined / sizeof *undefined; i++)
        CU_ASSERT_EQUAL(reason(rows, undefined[i]), METRIC_ZERO_VAR);
    CU_ASSERT_EQUAL(gain(rows, "gain.r"), 1);
    CLOSE(gain(rows, "gain.signflip_p"), 2 / 16.0);
    metric_rows_destroy(rows);
}

static void a_ceiling_leaves_nothing_to_gain(void)
{
    static const int pairs[] = {5, 5, 5, 5, 5, 5};
    struct metric_rows *rows = gain_of(3, 1, 5, pairs, 3);
    CU_ASSERT_EQUAL(reason(rows, "gain.hake_class"), METRIC_CEILING);
    CU_ASSERT_EQUAL(reason(rows, "gain.hake_ind"), METRIC_CEILING);
    CU_ASSERT_EQUAL(reason(rows, "gain.norm_change"), METRIC_CEILING);
    CU_ASSERT_EQUAL(reason(rows, "gain.sign_p"), METRIC_NO_CHANGE);
    CU_ASSERT_EQUAL(gain(rows, "gain.signflip_p"), 1);
    CU_ASSERT_EQUAL(gain(rows, "gain.same"), 1);
    CU_ASSERT_EQUAL(gain(rows, "gain.fpc_lo"), 0); /* a census, though nothing varies */
    metric_rows_destroy(rows);
}

static void turning_time_round_turns_signs(void)
{
    static const int there[] = {1, 3, 2, 2, 4, 5, 3, 2, 2, 5, 1, 1, 3, 4};
    int back[14];
    for (size_t i = 0; i < 14; i++)
        back[i] = there[i ^ 1];
    struct metric_rows *rows = gain_of(11, 1, 5, there, 7), *turned = gain_of(11, 1, 5, back, 7);
    static const char *const signs[][2] = {
        {"gain.mean", "gain.mean"},     {"gain.dz", "gain.dz"},
        {"gain.gz", "gain.gz"},         {"gain.dz_lo", "gain.dz_hi"},
        {"gain.t_lo", "gain.t_hi"},     {"gain.dav", "gain.dav"},
        {"gain.fpc_hi", "gain.fpc_lo"}, {"gain.gz_approx", "gain.gz_approx"},
    };
    static const char *const same[][2] = {
        {"gain.sd", "gain.sd"},          {"gain.r", "gain.r"},
        {"gain.sign_p", "gain.sign_p"},  {"gain.signflip_p", "gain.signflip_p"},
        {"gain.improved", "gain.worse"}, {"gain.pre_mean", "gain.post_mean"},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        CLOSE(gain(rows, signs[i][0]), -gain(turned, signs[i][1]));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        CLOSE(gain(rows, same[i][0]), gain(turned, same[i][1]));
    metric_rows_destroy(turned);
    metric_rows_destroy(rows);
}

/* Cells of two slices counted in this order. */
static struct metric_rows *counted_in_order(const int *order)
{
    static const int keys[][2] = {{1, 2}, {2, 5}, {3, 2}, {1, 4}, {4, 4}, {2, 3}};
    static const struct facts_joint joint = {"G", FACTS_GAIN, "post", {{1, 5, 0, 0}, {0}}};
    static const struct facts_joint index = {
        "RPP_INDEX", FACTS_GAIN_INDEX, "post", {{1, 5, 4, 2}, {0}}};
    struct error err;
    struct facts *facts = study_begin((struct study_slice[]){{"a", 20}, {"b", 20}, {0}});
    study_joint(facts, &joint);
    study_joint(facts, &index);
    for (int i = 0; i < 12; i++) {
        int at = order[i] % 6;
        const char *slice = order[i] < 6 ? "a" : "b";
        CU_ASSERT(facts_count_joint(facts, "G", slice, keys[at], 1 + order[i] % 3, &err));
        CU_ASSERT(
            facts_count_joint(facts, "RPP_INDEX", slice, (int[]){2 + at % 3, at - 2}, 1, &err));
    }
    return study_compute(facts);
}

static bool identical(const struct metric_row *a, const struct metric_row *b)
{
    return strcmp(a->metric, b->metric) == 0 && strcmp(a->item, b->item) == 0 &&
           a->null == b->null && a->n == b->n && a->has_interval == b->has_interval &&
           a->value == b->value && a->low == b->low && a->high == b->high;
}

static void the_order_of_counting_does_not_matter(void)
{
    static const int one[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    static const int other[] = {7, 2, 11, 0, 5, 9, 1, 10, 3, 6, 8, 4};
    struct metric_rows *rows = counted_in_order(one), *shuffled = counted_in_order(other);
    CU_ASSERT_EQUAL_FATAL(metric_rows_count(rows), metric_rows_count(shuffled));
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        CU_ASSERT(identical(metric_rows_get(rows, i), metric_rows_get(shuffled, i)));
    metric_rows_destroy(shuffled);
    metric_rows_destroy(rows);
}

/* Persons with (topics, sum): means 1/2, 2/4 and -1; one topic alone does not count. */
static void an_index_is_the_mean_of_the_persons_topics(void)
{
    static const struct facts_joint index = {"G", FACTS_GAIN_INDEX, "post", {{1, 5, 4, 2}, {0}}};
    struct facts *facts = study_begin((struct study_slice[]){{"a", 6}, {0}});
    study_joint(facts, &index);
    study_persons(facts, &index, "a", (int[]){2, 1, 4, 2, 3, -3, 1, 4, 0, 0}, 5);
    struct metric_rows *rows = study_compute(facts);
    CU_ASSERT_EQUAL(gain(rows, "gain.n"), 3);
    CLOSE(gain(rows, "gain.mean"), 0);
    CLOSE(gain(rows, "gain.sd"), sqrt(0.75));
    CLOSE(gain(rows, "gain.worse"), 1 / 3.0);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pair", "all", "G", "gain.signflip_p"));
    metric_rows_destroy(rows);
    facts = study_begin((struct study_slice[]){{"a", 6}, {0}});
    study_joint(facts, &index);
    study_persons(facts, &index, "a", (int[]){3, 1, 3, 1, 3, 1}, 3);
    rows = study_compute(facts);
    CU_ASSERT_EQUAL(reason(rows, "gain.dz"), METRIC_ZERO_VAR); /* 1/3 is equal to itself */
    metric_rows_destroy(rows);
}

/* The share of all 2^n sign patterns. */
static double flip_all(const int *d, int n)
{
    int observed = 0, as_far = 0;
    for (int i = 0; i < n; i++)
        observed += d[i];
    for (int pattern = 0; pattern < 1 << n; pattern++) {
        int sum = 0;
        for (int i = 0; i < n; i++)
            sum += (pattern >> i & 1) != 0 ? d[i] : -d[i];
        as_far += abs(sum) >= abs(observed);
    }
    return (double)as_far / (1 << n);
}

static void sign_flips_are_all_counted(void)
{
    uint32_t seed = 20261123;
    double worst = 0;
    for (int turn = 0; turn < 300; turn++) {
        int d[12], n = 1 + turn % 12;
        struct facts_cell cells[12];
        for (int i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            d[i] = (int)(seed >> 16) % (3 + turn % 9) - 2;
            cells[i] = (struct facts_cell){d[i], 1};
        }
        struct facts_histogram differences = histogram_collect(cells, (size_t)n);
        double p = 0;
        CU_ASSERT(paired_signflip_p(&differences, &p));
        worst = fmax(worst, fabs(p - flip_all(d, n)));
    }
    CU_ASSERT(worst < 1e-12);
}

/* Differences of one size make it the sign test; R: 2 * pbinom(49500, 1e5, .5). */
static void many_persons_are_no_obstacle(void)
{
    struct facts_cell equal[] = {{-3, 49500}, {3, 50500}};
    struct facts_histogram differences = {equal, 2};
    double p = 0;
    CU_ASSERT(paired_signflip_p(&differences, &p));
    CU_ASSERT_DOUBLE_EQUAL(p, 0.0015823598788516, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(paired_sign_p(50500, 49500), 0.0015823598788516, 1e-12);
    struct facts_cell scale[] = {{-4, 11100}, {-3, 11100}, {-2, 11100}, {-1, 11100},
                                 {1, 11200},  {2, 11200},  {3, 11200},  {4, 11200}};
    differences = (struct facts_histogram){scale, 8};
    CU_ASSERT(paired_signflip_p(&differences, &p));
    /* 1000 of a sum with variance 22300 * 30; the next attainable sum is 2 away. */
    CU_ASSERT_DOUBLE_EQUAL(p, erfc(999 / sqrt(2.0 * 22300 * 30)), 1e-4);
}

static void what_would_take_too_long_is_refused(void)
{
    struct facts_cell cells[200];
    for (int i = 0; i < 100; i++) {
        cells[i] = (struct facts_cell){i - 100, 500};
        cells[i + 100] = (struct facts_cell){i + 1, 501};
    }
    struct facts_histogram differences = {cells, 200};
    double p = 7;
    CU_ASSERT_FALSE(paired_signflip_p(&differences, &p));
    CU_ASSERT_EQUAL(p, 7);
}

static void no_p_is_zero(void)
{
    struct facts_cell cells[] = {{1, 5000}};
    struct facts_histogram differences = {cells, 1};
    double p = 0;
    CU_ASSERT(paired_signflip_p(&differences, &p));
    CU_ASSERT_EQUAL(p, PAIRED_P_LEAST);
    CU_ASSERT_EQUAL(paired_sign_p(5000, 0), PAIRED_P_LEAST);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"effect sizes of a published example", effect_sizes_of_a_published_example},
        {"intervals of a published example", intervals_of_a_published_example},
        {"exact tests of a published example", exact_tests_of_a_published_example},
        {"the correction of a published table", the_correction_of_a_published_table},
        {"the gain of a class is not that of its persons",
         the_gain_of_a_class_is_not_that_of_its_persons},
        {"normalised change relates losses to what could be lost",
         normalised_change_relates_losses_to_what_could_be_lost},
        {"no pair has reasons", no_pair_has_reasons},
        {"one pair has no spread", one_pair_has_no_spread},
        {"two pairs have an effect but no correction", two_pairs_have_an_effect_but_no_correction},
        {"equal differences have no effect size", equal_differences_have_no_effect_size},
        {"a ceiling leaves nothing to gain", a_ceiling_leaves_nothing_to_gain},
        {"turning time round turns signs", turning_time_round_turns_signs},
        {"the order of counting does not matter", the_order_of_counting_does_not_matter},
        {"an index is the mean of the persons' topics", an_index_is_the_mean_of_the_persons_topics},
        {"sign flips are all counted", sign_flips_are_all_counted},
        {"many persons are no obstacle", many_persons_are_no_obstacle},
        {"what would take too long is refused", what_would_take_too_long_is_refused},
        {"no p is zero", no_p_is_zero},
        {0},
    };
    return suite_run("learning", tests);
}

#include "study.h"
#include "suite.h"

#include <debriefd/metric.h>
#include <math.h>

#define CLOSE(actual, expected) CU_ASSERT_DOUBLE_EQUAL(actual, expected, 1e-8)

static const struct facts_joint gap = {
    "TRANSFER_GAP", FACTS_GAP, "post", {{1, 5, 2, 1}, {1, 5, 2, 1}}};
static const struct facts_joint uptake = {"UPTAKE", FACTS_UPTAKE, "post", {{0}, {0}}};
static const struct facts_joint host = {"HOST", FACTS_CONVERSION, "post", {{0}, {0}}};
static const struct facts_joint promises = {"COMMIT_all", FACTS_COMMITMENT, "post", {{0}, {0}}};

static struct metric_rows *rows_of(const struct facts_joint *joint, const int *keys, size_t n)
{
    struct facts *facts = study_begin((struct study_slice[]){{"a", 9}, {"b", 9}, {0}});
    study_joint(facts, joint);
    study_persons(facts, joint, "a", keys, n);
    return study_compute(facts);
}

/* (4+4)/2 less (2+2)/2 is 75 - 25; 5 of one answer less (1+2)/2 is 100 - 12.5. */
static void a_gap_is_positive_where_the_organisation_lags(void)
{
    struct metric_rows *rows = rows_of(&gap, (int[]){2, 8, 2, 4, 1, 5, 2, 3, 0, 0, 2, 9}, 3);
    static const char *const slices[] = {"all", "a"};
    for (int i = 0; i < 2; i++) {
        CLOSE(study_value(rows, slices[i], "TRANSFER_GAP", "n"), 2);
        CLOSE(study_value(rows, slices[i], "TRANSFER_GAP", "mean"), 68.75);
        CLOSE(study_value(rows, slices[i], "TRANSFER_GAP", "sd"), sqrt(2 * 18.75 * 18.75));
    }
    CU_ASSERT_EQUAL(study_value(rows, "b", "TRANSFER_GAP", "n"), 0);
    CU_ASSERT_EQUAL(study_null(rows, "b", "TRANSFER_GAP", "mean"), METRIC_N0);
    CU_ASSERT_EQUAL(study_null(rows, "b", "TRANSFER_GAP", "sd"), METRIC_N_LT_2);
    metric_rows_destroy(rows);
}

/* 1/3 less 0 and 2/3 less 1/3 of a scale of three steps, exactly. */
static void equal_gaps_have_no_spread(void)
{
    static const struct facts_joint thirds = {
        "GAP", FACTS_GAP, "post", {{0, 3, 2, 1}, {0, 3, 2, 1}}};
    static const int keys[] = {1, 1, 1, 0, 1, 2, 1, 1, 2, 4, 2, 2, 2, 6, 1, 2};
    struct metric_rows *rows = rows_of(&thirds, keys, 4);
    CLOSE(study_value(rows, "all", "GAP", "mean"), 100 / 3.0);
    CU_ASSERT_EQUAL(study_value(rows, "all", "GAP", "sd"), 0);
    metric_rows_destroy(rows);
}

static void uptake_is_of_those_who_applied_it(void)
{
    static const int keys[] = {1, 1, 1, 0, 1, 0, 0, 1, 0, 0};
    struct metric_rows *rows = rows_of(&uptake, keys, 5);
    CLOSE(study_value(rows, "all", "UPTAKE", "org_given_ind"), 1 / 3.0);
    metric_rows_destroy(rows);
    rows = rows_of(&uptake, &keys[6], 2);
    CU_ASSERT_EQUAL(study_null(rows, "all", "UPTAKE", "org_given_ind"), METRIC_N0);
    metric_rows_destroy(rows);
}

/* Four of two kept are two. */
static void more_contacts_kept_than_made_do_not_count(void)
{
    static const int keys[] = {2, 4, 3, 1, 0, 5, 1, 0};
    struct metric_rows *rows = rows_of(&host, keys, 4);
    CLOSE(study_value(rows, "all", "HOST", "conversion"), 3 / 6.0);
    metric_rows_destroy(rows);
    rows = rows_of(&host, &keys[4], 1);
    CU_ASSERT_EQUAL(study_null(rows, "all", "HOST", "conversion"), METRIC_N0);
    metric_rows_destroy(rows);
}

/* Made, withdrawn, completed, unknown. Of the standing 3, 1 and 2 are completed 2, 0 and 1: R is
 * 1/2 and the errors are 1/2, -1/2 and 0; the person who withdrew everything is no cluster. */
static void commitments_are_counted_by_intention_to_treat(void)
{
    static const int keys[] = {3, 0, 2, 0, 2, 1, 0, 1, 2, 0, 1, 0, 1, 1, 0, 0};
    struct metric_rows *rows = rows_of(&promises, keys, 4);
    CLOSE(study_value(rows, "all", "COMMIT_all", "made"), 8);
    CLOSE(study_value(rows, "all", "COMMIT_all", "completed"), 3);
    CLOSE(study_value(rows, "all", "COMMIT_all", "rate_itt"), 3 / 6.0);
    CLOSE(study_value(rows, "all", "COMMIT_all", "rate_known"), 3 / 5.0);
    CLOSE(study_value(rows, "all", "COMMIT_all", "rate_itt_se"), sqrt(0.5 / 6) / 2);
    CU_ASSERT_EQUAL(metric_rows_find(rows, "post", "all", "COMMIT_all", "made")->n, 4);
    metric_rows_destroy(rows);
}

static void commitments_that_say_nothing_have_reasons(void)
{
    struct metric_rows *rows = rows_of(&promises, NULL, 0);
    CU_ASSERT_EQUAL(study_value(rows, "all", "COMMIT_all", "made"), 0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "COMMIT_all", "rate_itt"), METRIC_N0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "COMMIT_all", "rate_itt_se"), METRIC_N_LT_3);
    metric_rows_destroy(rows);
    rows = rows_of(&promises, (int[]){2, 0, 0, 2, 2, 2, 0, 0}, 2);
    CU_ASSERT_EQUAL(study_value(rows, "all", "COMMIT_all", "rate_itt"), 0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "COMMIT_all", "rate_known"), METRIC_N0);
    CU_ASSERT_EQUAL(study_null(rows, "all", "COMMIT_all", "rate_itt_se"), METRIC_N_LT_3);
    metric_rows_destroy(rows);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"a gap is positive where the organisation lags",
         a_gap_is_positive_where_the_organisation_lags},
        {"equal gaps have no spread", equal_gaps_have_no_spread},
        {"uptake is of those who applied it", uptake_is_of_those_who_applied_it},
        {"more contacts kept than made do not count", more_contacts_kept_than_made_do_not_count},
        {"commitments are counted by intention to treat",
         commitments_are_counted_by_intention_to_treat},
        {"commitments that say nothing have reasons", commitments_that_say_nothing_have_reasons},
        {0},
    };
    return suite_run("transfer", tests);
}

/* What is released of two answers of a person. */
#include "study.h"
#include "suite.h"

#include <debriefd/release.h>
#include <math.h>

static const struct facts_item differences = {"RPP", FACTS_DIFFERENCE, -4, 4, false};

/* A gain over one wave, one over two, their index, and an uptake. */
static struct facts *delegation_of_joints(void)
{
    static const struct facts_joint joints[] = {
        {"RPP", FACTS_GAIN, "post", {{1, 5, 0, 0}}},
        {"SHIFT", FACTS_GAIN, "post", {{1, 5, 0, 0}}},
        {"RPP_INDEX", FACTS_GAIN_INDEX, "post", {{1, 5, 2, 1}}},
        {"UPTAKE", FACTS_UPTAKE, "post", {{0}}},
        {"COMMIT_all", FACTS_COMMITMENT, "post", {{0}}},
    };
    struct error err;
    struct facts *facts = study_begin((struct study_slice[]){{"politics", 22}, {0}});
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        CU_ASSERT_FATAL(facts_add_joint(facts, &joints[i], &err));
    CU_ASSERT_FATAL(facts_seal(facts, &err));
    return facts;
}

static struct metric_rows *release_gains_of(const struct release_series *series, size_t count,
                                            const char *const *gains, size_t gain_count)
{
    struct error err;
    struct facts *facts = delegation_of_joints();
    struct release_gain_index index = {"RPP_INDEX", gains, gain_count};
    struct release_input input = {
        .rules = &disclosure_default_rules,
        .facts = facts,
        .series = series,
        .series_count = count,
        .gain_indices = &index,
        .gain_index_count = 1,
    };
    struct metric_rows *rows = metric_rows_create();
    CU_ASSERT(release_compute(&input, rows, &err));
    facts_destroy(facts);
    return rows;
}

static double gain_value(const struct metric_rows *rows, const char *item, const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, "pair", "all", item, metric);
    CU_ASSERT_FATAL(row != NULL && row->type == METRIC_NUMBER);
    return row->value;
}

static enum metric_null gain_null(const struct metric_rows *rows, const char *item,
                                  const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, "pair", "all", item, metric);
    CU_ASSERT_FATAL(row != NULL);
    return row->null;
}

/* Differences 0 0 0 1 1 1 1 2 2 2 in one group and -1 0 1 1 2 in another: mean 13/15, sum of
 * squares 25, so sd^2 = (23 - 169/15)/14. */
static void a_gain_is_told_by_its_differences(void)
{
    static const int64_t first[] = {0, 0, 0, 0, 3, 4, 3, 0, 0},
                         second[] = {0, 0, 0, 1, 1, 2, 1, 0, 0};
    static const struct release_group groups[] = {{"a", 14, first}, {"b", 8, second}};
    static const char *const gains[] = {"RPP"};
    struct release_series series = {.wave = "post",
                                    .state = RELEASE_READY,
                                    .item = &differences,
                                    .eligible = 22,
                                    .groups = groups,
                                    .group_count = 2};
    struct metric_rows *rows = release_gains_of(&series, 1, gains, 1);
    CU_ASSERT_EQUAL(gain_value(rows, "RPP", "gain.n"), 15);
    CU_ASSERT_DOUBLE_EQUAL(gain_value(rows, "RPP", "gain.mean"), 13 / 15.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(gain_value(rows, "RPP", "gain.sd"), sqrt((23 - 169 / 15.0) / 14), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(gain_value(rows, "RPP", "gain.improved"), 10 / 15.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(gain_value(rows, "RPP", "gain.worse"), 1 / 15.0, 1e-12);
    /* Of 11 who changed 10 improved: 2 (1 + 11) / 2^11. */
    CU_ASSERT_DOUBLE_EQUAL(gain_value(rows, "RPP", "gain.sign_p"), 24 / 2048.0, 1e-12);
    static const char *const pairs[] = {"gain.pre_mean", "gain.post_mean",  "gain.dav",
                                        "gain.r",        "gain.hake_class", "gain.norm_change_n"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        CU_ASSERT_EQUAL(gain_null(rows, "RPP", pairs[i]), METRIC_WITHHELD_LINKED);
    CU_ASSERT_EQUAL(gain_null(rows, "SHIFT", "gain.mean"), METRIC_WITHHELD_LINKED);
    CU_ASSERT_DOUBLE_EQUAL(gain_value(rows, "RPP_INDEX", "gain.mean"), 13 / 15.0, 1e-12);
    CU_ASSERT_EQUAL(gain_null(rows, "RPP_INDEX", "gain.sd"), METRIC_WITHHELD_LINKED);
    CU_ASSERT_EQUAL(study_null(rows, "all", "UPTAKE", "org_given_ind"), METRIC_WITHHELD_LINKED);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "post", "all", "COMMIT_all", "made"));
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pair", "a", "RPP", "gain.n"));
    metric_rows_destroy(rows);
}

static void a_held_gain_takes_its_index_with_it(void)
{
    static const char *const gains[] = {"RPP", "SHIFT"};
    struct release_series series = {
        .wave = "post", .state = RELEASE_FEW, .item = &differences, .eligible = 22};
    struct metric_rows *rows = release_gains_of(&series, 1, gains, 2);
    CU_ASSERT_EQUAL(gain_null(rows, "RPP", "gain.mean"), METRIC_WITHHELD_K);
    CU_ASSERT_EQUAL(gain_null(rows, "RPP_INDEX", "gain.mean"), METRIC_WITHHELD_LINKED);
    metric_rows_destroy(rows);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"a gain is told by its differences", a_gain_is_told_by_its_differences},
        {"a held gain takes its index with it", a_held_gain_takes_its_index_with_it},
        {0},
    };
    return suite_run("release_joint", tests);
}

#include "study.h"
#include "suite.h"

#include <debriefd/release.h>
#include <stdio.h>
#include <string.h>

static const struct facts_item rating = {"Q", FACTS_RATING, 1, 5, false};
static const struct facts_item reversed = {"R", FACTS_RATING, 1, 5, true};
static const struct facts_item reach = {"REACH", FACTS_COUNTED, 0, 9, false};

/* politics 10, business 8, academia 4; I 7, 6, 2; the rest unknown. */
static struct facts *delegation(int64_t scale)
{
    struct error err;
    struct facts *facts = study_begin((struct study_slice[]){
        {"politics", 10 * scale}, {"business", 8 * scale}, {"academia", 4 * scale}, {0}});
    bool counted =
        facts_count_disposition(facts, "post", "politics", FACTS_COMPLETE, 7 * scale, &err) &&
        facts_count_disposition(facts, "post", "business", FACTS_COMPLETE, 6 * scale, &err) &&
        facts_count_disposition(facts, "post", "academia", FACTS_COMPLETE, 2 * scale, &err);
    CU_ASSERT_FATAL(counted && facts_seal(facts, &err));
    return facts;
}

static const size_t merged[] = {0, 1, 0};
static const struct release_frame frame = {"post", merged, 2};

static struct metric_rows *release(const struct release_series *series, size_t count)
{
    struct error err = {0};
    struct facts *facts = delegation(1);
    struct release_input input = {&disclosure_default_rules, facts, &frame, 1, series, count};
    struct metric_rows *rows = metric_rows_create();
    bool done = release_compute(&input, rows, &err);
    CU_ASSERT(done);
    if (!done)
        puts(err.message);
    facts_destroy(facts);
    return rows;
}

static struct release_series of_item(const struct facts_item *item,
                                     const struct release_group *groups, size_t count)
{
    return (struct release_series){.wave = "post",
                                   .state = RELEASE_READY,
                                   .item = item,
                                   .eligible = 22,
                                   .groups = groups,
                                   .group_count = count};
}

static const int64_t first_counts[] = {0, 0, 2, 3, 4}, second_counts[] = {1, 1, 0, 2, 2};
static const struct release_group two_groups[] = {{"politics+academia", 14, first_counts},
                                                  {"business", 8, second_counts}};

/* The total is the sum of the groups, by the functions that compute internal rows. */
static void totals_are_built_bottom_up(void)
{
    struct release_series series = of_item(&rating, two_groups, 2);
    struct metric_rows *rows = release(&series, 1);
    struct facts *facts =
        study_begin((struct study_slice[]){{"politics+academia", 14}, {"business", 8}, {0}});
    study_item(facts, "Q", FACTS_RATING, 1, 5);
    study_counts(facts, "Q", "politics+academia", 1, (int64_t[]){0, 0, 2, 3, 4, -1});
    study_counts(facts, "Q", "business", 1, (int64_t[]){1, 1, 0, 2, 2, -1});
    struct metric_rows *internal = study_compute(facts);
    static const char *const names[] = {"mean", "sd", "top2", "ci_lo", "poststrat_mean", "median"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT_EQUAL(study_value(rows, "all", "Q", names[i]),
                        study_value(internal, "all", "Q", names[i]));
    CU_ASSERT_EQUAL(study_value(rows, "business", "Q", "mean"),
                    study_value(internal, "business", "Q", "mean"));
    CU_ASSERT_EQUAL(study_value(rows, "business", "Q", "n"), 6);
    metric_rows_destroy(internal);
    metric_rows_destroy(rows);
}

static void a_reversed_item_is_scored(void)
{
    struct release_series series = of_item(&reversed, two_groups, 2);
    struct metric_rows *rows = release(&series, 1);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "politics+academia", "R", "mean"), 6 - 38 / 9.0,
                           1e-12);
    metric_rows_destroy(rows);
}

static void a_distribution_needs_eight(void)
{
    static const struct release_group one_group[] = {{"all three", 22, second_counts}};
    struct release_series few = of_item(&rating, one_group, 1);
    struct metric_rows *rows = release(&few, 1);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "dist.5"), METRIC_WITHHELD_DIST);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "all", "Q", "mean"), 21 / 6.0, 1e-12);
    metric_rows_destroy(rows);
    struct release_series enough = of_item(&rating, two_groups, 2);
    rows = release(&enough, 1);
    CU_ASSERT_EQUAL(study_value(rows, "all", "Q", "dist.5"), 6);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "post", "business", "Q", "dist.5"));
    metric_rows_destroy(rows);
}

/* Not even the number of answers is told. */
static void what_is_held_says_only_why(void)
{
    struct release_series series[] = {
        {.wave = "post", .state = RELEASE_OPEN, .item = &rating, .eligible = 22},
        {.wave = "post", .state = RELEASE_FEW, .index = "NKI", .eligible = 22},
    };
    struct metric_rows *rows = release(series, 2);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "n"), METRIC_WITHHELD_OPEN);
    CU_ASSERT_EQUAL(study_null(rows, "all", "NKI", "mean"), METRIC_WITHHELD_K);
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        if (strcmp(row->item, "Q") != 0 && strcmp(row->item, "NKI") != 0)
            continue;
        CU_ASSERT_EQUAL(row->type, METRIC_NULL);
        CU_ASSERT_EQUAL(row->n, 0);
        CU_ASSERT_STRING_EQUAL(row->slice, "all");
        CU_ASSERT_FALSE(row->has_interval);
    }
    metric_rows_destroy(rows);
}

static void uncoded_or_small_atoms_are_refused(void)
{
    static const int64_t unanimous[] = {0, 0, 0, 0, 9}, small[] = {0, 1, 1, 1, 1};
    const int64_t *bad[] = {unanimous, small};
    for (int i = 0; i < 2; i++) {
        struct release_group groups[] = {{"politics+academia", 14, first_counts},
                                         {"business", 8, bad[i]}};
        struct release_series series[] = {of_item(&reversed, two_groups, 2),
                                          of_item(&rating, groups, 2)};
        struct facts *facts = delegation(1);
        struct release_input input = {&disclosure_default_rules, facts, &frame, 1, series, 2};
        struct metric_rows *rows = metric_rows_create();
        struct error err;
        CU_ASSERT_FALSE(release_compute(&input, rows, &err));
        CU_ASSERT_EQUAL(err.code, ERR_INVALID);
        CU_ASSERT_EQUAL(metric_rows_count(rows), 0);
        metric_rows_destroy(rows);
        facts_destroy(facts);
    }
}

static void an_index_is_released_from_its_bins(void)
{
    int64_t bins[DISCLOSURE_INDEX_MAX + 1] = {0};
    bins[10] = 4; /* 50 */
    bins[16] = 6; /* 80 */
    struct release_group group = {"everybody", 22, bins};
    struct release_series series = of_item(NULL, &group, 1);
    series.index = "PHASE_programme";
    struct metric_rows *rows = release(&series, 1);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "all", "PHASE_programme", "mean"), 68, 1e-12);
    CU_ASSERT_EQUAL(study_value(rows, "everybody", "PHASE_programme", "n"), 10);
    metric_rows_destroy(rows);
}

/* An index with atoms of its own keeps its items back. */
static void an_index_and_its_items_are_not_both_released(void)
{
    int64_t bins[DISCLOSURE_INDEX_MAX + 1] = {[10] = 4, [12] = 4, [13] = 7};
    struct release_group group = {"everybody", 22, bins};
    struct release_series series[] = {of_item(&rating, two_groups, 2), of_item(NULL, &group, 1)};
    series[0].linked = series[1].index = "IX";
    struct metric_rows *rows = release(series, 2);
    CU_ASSERT_EQUAL(study_null(rows, "all", "Q", "mean"), METRIC_WITHHELD_LINKED);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "post", "business", "Q", "n"));
    CU_ASSERT_EQUAL(study_value(rows, "all", "IX", "n"), 15);
    metric_rows_destroy(rows);
}

/* Q has means 4.2222, 3.5 and 3.9333 in all, R the reversed ones: their index is 50 everywhere. */
static void an_index_may_be_the_mean_of_its_items(void)
{
    struct release_series series[] = {
        {.wave = "post", .state = RELEASE_MEAN_OF_ITEMS, .index = "IX", .eligible = 22},
        of_item(&rating, two_groups, 2),
        of_item(&reversed, two_groups, 2),
    };
    series[1].linked = series[2].linked = "IX";
    struct metric_rows *rows = release(series, 3);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "all", "IX", "mean"), 50, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "business", "IX", "mean"), 50, 1e-12);
    CU_ASSERT_EQUAL(study_value(rows, "all", "IX", "n"), 15);
    CU_ASSERT_EQUAL(study_null(rows, "all", "IX", "sd"), METRIC_WITHHELD_LINKED);
    metric_rows_destroy(rows);
    series[2] = (struct release_series){
        .wave = "post", .state = RELEASE_FEW, .item = &reversed, .linked = "IX", .eligible = 22};
    rows = release(series, 3);
    CU_ASSERT_EQUAL(study_null(rows, "all", "IX", "mean"), METRIC_WITHHELD_LINKED);
    metric_rows_destroy(rows);
}

/* One dominated group takes the other groups' sums with it: they would tell its own. */
static void a_dominated_sum_is_held(void)
{
    static const int64_t calm[] = {2, 3, 2, 2, 0, 0, 0, 0, 0, 0};
    static const int64_t crowd[] = {3, 2, 0, 0, 0, 0, 0, 0, 0, 1};
    static const int64_t pair[] = {4, 0, 0, 0, 0, 0, 0, 0, 1, 1};
    struct release_group groups[] = {{"politics+academia", 14, calm}, {"business", 8, pair}};
    struct release_series series = of_item(&reach, groups, 2);
    struct metric_rows *rows = release(&series, 1);
    CU_ASSERT_EQUAL(study_value(rows, "all", "REACH", "sum"), 13 + 17);
    CU_ASSERT_EQUAL(study_null(rows, "business", "REACH", "mean"), METRIC_WITHHELD_DOMINANCE);
    CU_ASSERT_EQUAL(study_null(rows, "politics+academia", "REACH", "mean"),
                    METRIC_WITHHELD_DOMINANCE);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "post", "all", "REACH", "ppct_unsafe_p10"));
    metric_rows_destroy(rows);
    groups[1].counts = crowd;
    rows = release(&series, 1);
    CU_ASSERT_EQUAL(study_value(rows, "business", "REACH", "mean"), 11 / 6.0);
    metric_rows_destroy(rows);
}

static void sums_are(const struct release_atom *atoms, size_t count, bool total, bool groups)
{
    static const int64_t both[] = {4, 6, 4, 2, 0, 0, 0, 0, 0, 1};
    static const int64_t calm[] = {2, 3, 2, 1, 0, 0, 0, 0, 0, 0};
    struct release_group all[] = {{"politics+academia", 14, both}, {"business", 8, calm}};
    struct release_series series = of_item(&reach, all, 2);
    series.atoms = atoms;
    series.atom_count = count;
    struct metric_rows *rows = release(&series, 1);
    enum metric_null held = METRIC_WITHHELD_DOMINANCE, told = METRIC_NOT_NULL;
    CU_ASSERT_EQUAL(study_null(rows, "all", "REACH", "sum"), total ? told : held);
    CU_ASSERT_EQUAL(study_null(rows, "all", "REACH", "mean"), total ? told : held);
    CU_ASSERT_EQUAL(study_null(rows, "business", "REACH", "mean"), groups ? told : held);
    CU_ASSERT_EQUAL(study_null(rows, "all", "REACH", "median"), told);
    CU_ASSERT_EQUAL(study_null(rows, "all", "REACH", "share_any"), told);
    metric_rows_destroy(rows);
}

/* The growth of a sum tells the sum of what entered since: there too nobody may dominate. */
static void no_growth_of_a_sum_is_dominated(void)
{
    static const int64_t calm[] = {2, 3, 2, 1, 0, 0, 0, 0, 0, 0};
    static const int64_t lone[] = {2, 3, 2, 1, 0, 0, 0, 0, 0, 1};
    static const int64_t rival[] = {4, 0, 0, 0, 0, 0, 0, 0, 1, 1};
    sums_are((struct release_atom[]){{0, 1, calm}, {0, 1, lone}, {1, 1, calm}}, 3, true, true);
    sums_are((struct release_atom[]){{0, 1, calm}, {0, 2, rival}, {1, 1, calm}}, 3, false, false);
    sums_are((struct release_atom[]){{0, 1, calm}, {0, 2, rival}, {1, 2, calm}}, 3, true, false);
}

static void response_rates_need_k(void)
{
    struct metric_rows *rows = release(NULL, 0);
    CU_ASSERT_EQUAL(study_value(rows, "all", "", "resp.N"), 22);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "all", "", "resp.RR2"), 15 / 22.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "politics+academia", "", "resp.RR2"), 9 / 14.0, 1e-12);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "post", "politics", "", "resp.RR2"));
    CU_ASSERT(study_value(rows, "all", "", "resp.R_indicator") < 1);
    CU_ASSERT_PTR_NOT_NULL(metric_rows_find(rows, "trip", "academia", "balance", "count"));
    metric_rows_destroy(rows);
}

static struct metric_rows *release_frame_only(struct facts *owned_facts, const size_t *group_of,
                                              size_t groups)
{
    struct error err;
    struct release_frame own = {"post", group_of, groups};
    struct release_input input = {
        .rules = &disclosure_default_rules, .facts = owned_facts, .frames = &own, .frame_count = 1};
    struct metric_rows *rows = metric_rows_create();
    CU_ASSERT(release_compute(&input, rows, &err));
    facts_destroy(owned_facts);
    return rows;
}

static void groups_below_k_hold_every_group(void)
{
    static const size_t apart[] = {0, 1, 2};
    struct metric_rows *rows = release_frame_only(delegation(1), apart, 3); /* academia: 2 */
    CU_ASSERT_EQUAL(study_null(rows, "academia", "", "resp.RR2"), METRIC_WITHHELD_K);
    CU_ASSERT_EQUAL(study_null(rows, "politics", "", "resp.I"), METRIC_WITHHELD_K);
    CU_ASSERT_EQUAL(study_null(rows, "all", "", "resp.R_indicator"), METRIC_WITHHELD_K);
    CU_ASSERT_DOUBLE_EQUAL(study_value(rows, "all", "", "resp.RR2"), 15 / 22.0, 1e-12);
    metric_rows_destroy(rows);
    rows = release_frame_only(delegation(3), apart, 3);
    CU_ASSERT_EQUAL(study_value(rows, "academia", "", "resp.I"), 6);
    metric_rows_destroy(rows);
}

static void a_study_of_one_or_none_tells_nothing(void)
{
    for (int64_t members = 0; members <= 1; members++) {
        struct error err;
        static const size_t alone[] = {0};
        struct facts *facts = study_begin((struct study_slice[]){{"a", members}, {0}});
        CU_ASSERT(facts_seal(facts, &err));
        struct metric_rows *rows = release_frame_only(facts, alone, 1);
        CU_ASSERT_EQUAL(study_value(rows, "all", "", "resp.N"), (double)members);
        CU_ASSERT_EQUAL(study_null(rows, "all", "", "resp.RR2"), METRIC_WITHHELD_K);
        CU_ASSERT_EQUAL(study_null(rows, "a", "", "resp.I"), METRIC_WITHHELD_K);
        metric_rows_destroy(rows);
    }
}

/* A published atom stays when its people are no longer eligible. */
static void an_atom_outlives_its_people(void)
{
    struct release_group group = {"everybody", 3, first_counts};
    struct release_series series = of_item(&rating, &group, 1);
    struct metric_rows *rows = release(&series, 1);
    CU_ASSERT_EQUAL(metric_rows_find(rows, "post", "all", "Q", "mean")->N, 9);
    metric_rows_destroy(rows);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"totals are built bottom-up", totals_are_built_bottom_up},
        {"a reversed item is scored", a_reversed_item_is_scored},
        {"a distribution needs eight", a_distribution_needs_eight},
        {"what is held says only why", what_is_held_says_only_why},
        {"uncoded or small atoms are refused", uncoded_or_small_atoms_are_refused},
        {"an index is released from its bins", an_index_is_released_from_its_bins},
        {"an index and its items are not both released",
         an_index_and_its_items_are_not_both_released},
        {"an index may be the mean of its items", an_index_may_be_the_mean_of_its_items},
        {"a dominated sum is held", a_dominated_sum_is_held},
        {"no growth of a sum is dominated", no_growth_of_a_sum_is_dominated},
        {"response rates need k", response_rates_need_k},
        {"groups below k hold every group", groups_below_k_hold_every_group},
        {"a study of one or none tells nothing", a_study_of_one_or_none_tells_nothing},
        {"an atom outlives its people", an_atom_outlives_its_people},
        {0},
    };
    return suite_run("release", tests);
}

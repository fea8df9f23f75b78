#include "suite.h"

#include <debriefd/disclosure.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static const struct disclosure_rules *const rules = &disclosure_default_rules;

static void rules_that_protect_nothing_are_refused(void)
{
    struct error err;
    struct disclosure_rules bad[6];
    for (size_t i = 0; i < 6; i++)
        bad[i] = *rules;
    bad[0].k = 3; /* c = 1 needs 4 */
    bad[1].coalition = 2;
    bad[2].coalition = -1;
    bad[3].distribution = 4;
    bad[4].p_percent = 0;
    bad[5].comments = 4;
    for (size_t i = 0; i < 6; i++)
        CU_ASSERT_FALSE(disclosure_rules_check(&bad[i], &err));
    CU_ASSERT(disclosure_rules_check(rules, &err));
}

static void an_open_or_small_wave_is_held(void)
{
    CU_ASSERT_FALSE(disclosure_admits(rules, FACTS_WAVE_OPEN, 50));
    CU_ASSERT_FALSE(disclosure_admits(rules, FACTS_WAVE_CLOSED, 4));
    CU_ASSERT(disclosure_admits(rules, FACTS_WAVE_CLOSED, 5));
    CU_ASSERT_FALSE(disclosure_epoch_admits(rules, 4));
    CU_ASSERT(disclosure_epoch_admits(rules, 5));
}

#define NONE DISCLOSURE_NO_GROUP

static void groups_are(const int64_t members[5], const int64_t answers[5], size_t groups,
                       const size_t expected[5])
{
    struct disclosure_sector sectors[5];
    size_t group_of[5];
    for (size_t i = 0; i < 5; i++)
        sectors[i] = (struct disclosure_sector){"s", members[i], answers[i]};
    CU_ASSERT_EQUAL(disclosure_group(rules, sectors, 5, group_of), groups);
    CU_ASSERT(memcmp(group_of, expected, 5 * sizeof *expected) == 0);
}

/* The algorithm's sentences, one by one. */
static void sectors_are_grouped_by_counts(void)
{
    static const int64_t ten[] = {10, 10, 10, 10, 0};
    /* Every sector has 0 or k: they stay; one without members is dropped. */
    groups_are(ten, (int64_t[]){5, 6, 7, 8, 0}, 4, (size_t[]){0, 1, 2, 3, NONE});
    /* All small ones merge when they are k together. */
    groups_are(ten, (int64_t[]){2, 6, 3, 8, 0}, 3, (size_t[]){0, 1, 0, 2, NONE});
    /* Still too few: the smallest remaining joins, the first of equals. */
    groups_are(ten, (int64_t[]){7, 6, 3, 6, 0}, 3, (size_t[]){0, 1, 1, 2, NONE});
    /* Members without an answer go to the merged group, else to the largest. */
    groups_are(ten, (int64_t[]){0, 6, 3, 2, 0}, 2, (size_t[]){0, 1, 0, 0, NONE});
    groups_are(ten, (int64_t[]){0, 6, 7, 7, 0}, 3, (size_t[]){0, 1, 0, 2, NONE});
    /* Everything in one group, and too few for any. */
    groups_are(ten, (int64_t[]){1, 1, 1, 2, 0}, 1, (size_t[]){0, 0, 0, 0, NONE});
    groups_are(ten, (int64_t[]){1, 1, 1, 1, 0}, 0, (size_t[]){NONE, NONE, NONE, NONE, NONE});
    groups_are((int64_t[5]){0}, (int64_t[5]){0}, 0, (size_t[]){NONE, NONE, NONE, NONE, NONE});
}

/* Every count vector of three sectors: each group has at least k, each answer is in one. */
static void no_grouping_is_below_k(void)
{
    for (int code = 0; code < 12 * 12 * 12; code++) {
        const int64_t counts[] = {code % 12, code / 12 % 12, code / 144};
        struct disclosure_sector sectors[3];
        size_t group_of[3];
        for (int i = 0; i < 3; i++)
            sectors[i] = (struct disclosure_sector){"s", 12, counts[i]};
        int64_t sums[3] = {0};
        size_t groups = disclosure_group(rules, sectors, 3, group_of);
        CU_ASSERT_EQUAL(groups == 0, counts[0] + counts[1] + counts[2] < 5);
        for (int i = 0; i < 3 && groups > 0; i++) {
            CU_ASSERT_FATAL(group_of[i] < groups);
            sums[group_of[i]] += counts[i];
        }
        for (size_t g = 0; g < groups; g++)
            CU_ASSERT(sums[g] >= 5);
    }
}

static void a_group_lists_its_sectors(void)
{
    static const struct disclosure_sector sectors[] = {
        {"politics", 9, 2}, {"business", 9, 7}, {"academia", 9, 3}};
    static const size_t group_of[] = {0, 1, 0};
    char name[32], small[17];
    CU_ASSERT(disclosure_group_name(sectors, group_of, 3, 0, name, sizeof name));
    CU_ASSERT_STRING_EQUAL(name, "politics+academia");
    CU_ASSERT_FALSE(disclosure_group_name(sectors, group_of, 3, 0, small, sizeof small));
    CU_ASSERT_FALSE(disclosure_group_name(sectors, group_of, 3, 2, name, sizeof name));
}

static void codes_to(const int64_t counts[5], const int64_t expected[5])
{
    struct error err;
    int64_t coded[5];
    memcpy(coded, counts, sizeof coded);
    CU_ASSERT(disclosure_code(rules, coded, 5, &err));
    CU_ASSERT(memcmp(coded, expected, sizeof coded) == 0);
}

/* cap = n - 2: of six equal answers two move. */
static void a_mode_over_the_cap_moves_one_step(void)
{
    codes_to((int64_t[]){0, 0, 0, 0, 6}, (int64_t[]){0, 0, 0, 2, 4});
    codes_to((int64_t[]){6, 0, 0, 0, 0}, (int64_t[]){4, 2, 0, 0, 0});
    codes_to((int64_t[]){0, 0, 6, 0, 0}, (int64_t[]){0, 1, 4, 1, 0});
    codes_to((int64_t[]){0, 0, 5, 0, 1}, (int64_t[]){0, 1, 4, 0, 1});
    codes_to((int64_t[]){0, 0, 4, 0, 2}, (int64_t[]){0, 0, 4, 0, 2});
}

static void counts_are(size_t mode, size_t categories, size_t down, size_t up)
{
    struct error err;
    int64_t *counts = xcalloc_array(categories, sizeof *counts);
    counts[mode] = 6;
    CU_ASSERT(disclosure_code_count(rules, counts, categories, &err));
    CU_ASSERT_EQUAL(counts[mode], 4);
    CU_ASSERT_EQUAL(counts[down], down == up ? 2 : 1);
    CU_ASSERT_EQUAL(counts[up], down == up ? 2 : 1);
    CU_ASSERT(disclosure_is_coded(rules, counts, categories));
    free(counts);
}

/* 400 is of the class 201-500. */
static void a_count_moves_to_another_class(void)
{
    counts_are(0, 30001, 1, 1);
    counts_are(1, 30001, 0, 2);
    counts_are(4, 30001, 2, 6);
    counts_are(400, 30001, 200, 501);
    counts_are(400, 501, 200, 200);
    counts_are(30000, 30001, 20000, 20000);
}

/* Every histogram of 5 to 9 answers over 4 values: coding keeps n, obeys the cap, is idempotent and
 * moves at most c + 1 answers. */
static void coding_has_its_properties(void)
{
    for (int code = 0; code < 10000; code++) {
        int64_t counts[] = {code % 10, code / 10 % 10, code / 100 % 10, code / 1000}, coded[4];
        int64_t n = counts[0] + counts[1] + counts[2] + counts[3], after = 0, moved = 0;
        struct error err;
        memcpy(coded, counts, sizeof coded);
        CU_ASSERT_EQUAL(disclosure_code(rules, coded, 4, &err), n >= 5);
        if (n < 5 || n > 9)
            continue;
        for (int i = 0; i < 4; i++) {
            after += coded[i];
            moved += coded[i] > counts[i] ? coded[i] - counts[i] : 0;
            CU_ASSERT(coded[i] <= n - 2);
        }
        CU_ASSERT(after == n && moved <= 2);
        CU_ASSERT(disclosure_is_coded(rules, coded, 4));
        CU_ASSERT_EQUAL(disclosure_is_coded(rules, counts, 4), moved == 0);
    }
}

static void atoms_that_cannot_be_are_refused(void)
{
    struct error err;
    CU_ASSERT_FALSE(disclosure_code(rules, (int64_t[]){9}, 1, &err));
    CU_ASSERT_FALSE(disclosure_code(rules, (int64_t[]){-1, 9}, 2, &err));
    CU_ASSERT_FALSE(disclosure_code(rules, (int64_t[]){2, 2}, 2, &err));
    CU_ASSERT_FALSE(disclosure_is_coded(rules, (int64_t[]){2, 2}, 2));
}

static void an_index_is_binned_to_the_nearest(void)
{
    struct facts_composite index = {"IX", 1, 5, 4, 2};
    CU_ASSERT_EQUAL(disclosure_index_bin(&index, 4, 4), 0);
    CU_ASSERT_EQUAL(disclosure_index_bin(&index, 4, 20), 20);
    CU_ASSERT_EQUAL(disclosure_index_bin(&index, 4, 12), 10);
    CU_ASSERT_EQUAL(disclosure_index_bin(&index, 4, 13), 11); /* 56.25 is nearest to 55 */
    CU_ASSERT_EQUAL(disclosure_index_bin(&index, 2, 3), 3);   /* 12.5: half up to 15 */
    for (int answered = 2; answered <= 4; answered++)
        for (int sum = answered; sum <= 5 * answered; sum++) {
            double exact = 100.0 * (sum - answered) / (4 * answered);
            double off = 5 * disclosure_index_bin(&index, answered, sum) - exact;
            CU_ASSERT(off <= 2.5 && off >= -2.5);
        }
}

/* Two items of 1..5 have the sums 2..10, so no answers are in bin 19, 14, 4 or 1. */
static void an_index_is_coded_to_bins_that_answers_have(void)
{
    struct facts_composite index = {"IX", 1, 5, 2, 1};
    const struct {
        size_t mode, up, down;
    } cases[] = {{20, 20, 18}, {0, 3, 0}, {10, 13, 8}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t counts[DISCLOSURE_INDEX_MAX + 1] = {0}, again[DISCLOSURE_INDEX_MAX + 1];
        struct error err;
        counts[cases[i].mode] = 6;
        CU_ASSERT_FATAL(disclosure_code_index(rules, &index, counts, &err));
        CU_ASSERT_EQUAL(counts[cases[i].mode], 4);
        CU_ASSERT_EQUAL(counts[cases[i].mode] + counts[cases[i].up] + counts[cases[i].down],
                        cases[i].up == cases[i].mode || cases[i].down == cases[i].mode ? 10 : 6);
        memcpy(again, counts, sizeof again);
        CU_ASSERT(
            disclosure_code_index(rules, &index, again, &err)); /* the same world may be true */
        CU_ASSERT_EQUAL(memcmp(again, counts, sizeof again), 0);
    }
    struct error err;
    int64_t impossible[DISCLOSURE_INDEX_MAX + 1] = {[19] = 3, [20] = 5};
    CU_ASSERT_FALSE(disclosure_code_index(rules, &index, impossible, &err));
}

static void magnitudes_need_a_crowd(void)
{
    struct facts_cell lone[] = {{0, 6}, {40, 1}}, pair[] = {{0, 5}, {40, 2}};
    struct facts_cell crowd[] = {{10, 6}, {40, 1}}, silent[] = {{0, 7}};
    CU_ASSERT_FALSE(disclosure_magnitude_safe(rules, &(struct facts_histogram){lone, 2}));
    CU_ASSERT_FALSE(disclosure_magnitude_safe(rules, &(struct facts_histogram){pair, 2}));
    CU_ASSERT(disclosure_magnitude_safe(rules, &(struct facts_histogram){crowd, 2}));
    CU_ASSERT(disclosure_magnitude_safe(rules, &(struct facts_histogram){silent, 1}));
    CU_ASSERT(disclosure_dominated(&(struct facts_histogram){lone, 2}, 85));
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"rules that protect nothing are refused", rules_that_protect_nothing_are_refused},
        {"an open or small wave is held", an_open_or_small_wave_is_held},
        {"sectors are grouped by counts", sectors_are_grouped_by_counts},
        {"no grouping is below k", no_grouping_is_below_k},
        {"a group lists its sectors", a_group_lists_its_sectors},
        {"a mode over the cap moves one step", a_mode_over_the_cap_moves_one_step},
        {"a count moves to another class", a_count_moves_to_another_class},
        {"coding has its properties", coding_has_its_properties},
        {"atoms that cannot be are refused", atoms_that_cannot_be_are_refused},
        {"an index is binned to the nearest", an_index_is_binned_to_the_nearest},
        {"an index is coded to bins that answers have",
         an_index_is_coded_to_bins_that_answers_have},
        {"magnitudes need a crowd", magnitudes_need_a_crowd},
        {0},
    };
    return suite_run("disclosure", tests);
}

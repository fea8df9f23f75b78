/* The counts of small answers, worked out by hand. */
#include "suite.h"

#include <debriefd/fold.h>
#include <stdlib.h>

/* Slots: 1 and 2 on 1..5, 2 reversed; 3 free. */
static struct fold *begin(void)
{
    static const struct fold_member members[] = {{1, 1, 5, false}, {2, 1, 5, true}};
    struct fold *fold = fold_create();
    fold_add_wave(fold);
    fold_add_wave(fold);
    fold_add_composite(fold, FOLD_INDEX, members, 2);
    fold_add_composite(fold, FOLD_SCALE, members, 2);
    return fold;
}

static void give(struct fold *fold, size_t sector, enum fold_sign sign, int16_t first,
                 int16_t second, int16_t third)
{
    int16_t scores[] = {first, second, third};
    fold_evaluation(fold, 1, sector, sign, scores, 3);
}

static int64_t n_of(const struct fold *fold, struct fold_row wanted)
{
    size_t count;
    struct fold_row *rows = fold_rows(fold, wanted.table, &count);
    int64_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].wave == wanted.wave && rows[i].part == wanted.part &&
            rows[i].sector == wanted.sector && rows[i].first == wanted.first &&
            rows[i].second == wanted.second)
            n += rows[i].n;
    free(rows);
    return n;
}

static size_t rows_of(const struct fold *fold, enum fold_table table)
{
    size_t count;
    free(fold_rows(fold, table, &count));
    return count;
}

static void values_are_counted_also_missing_ones(void)
{
    struct fold *fold = begin();
    give(fold, 0, FOLD_ADD, 5, -1, 30000);
    give(fold, 0, FOLD_ADD, 5, 2, -4);
    give(fold, 3, FOLD_ADD, 5, 2, -4);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 1, 0, 5, 0, 0}), 2);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 1, 3, 5, 0, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 2, 0, -1, 0, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 3, 0, 30000, 0, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 0, 1, 0, 5, 0, 0}), 0);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_COUNTS), 8);
    fold_destroy(fold);
}

static void an_index_sums_what_is_valid(void)
{
    struct fold *fold = begin();
    give(fold, 0, FOLD_ADD, 4, 1, 0);  /* 4 + (6 - 1) */
    give(fold, 0, FOLD_ADD, 4, -2, 0); /* 4 alone */
    give(fold, 0, FOLD_ADD, 6, 5, 0);  /* 6 is outside: 1 alone */
    give(fold, 0, FOLD_ADD, 0, -3, 0); /* nothing */
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COMPOSITES, 1, 0, 0, 2, 9, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COMPOSITES, 1, 0, 0, 1, 4, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COMPOSITES, 1, 0, 0, 1, 1, 0}), 1);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_COMPOSITES), 3);
    fold_destroy(fold);
}

static void moments_are_of_complete_cases_of_all_sectors(void)
{
    struct fold *fold = begin();
    give(fold, 0, FOLD_ADD, 2, 5, 0); /* 2, 1 */
    give(fold, 3, FOLD_ADD, 4, 3, 0); /* 4, 3 */
    give(fold, 3, FOLD_ADD, 4, -1, 0);
    static const struct {
        int i, j;
        int64_t total;
    } expected[] = {{0, 0, 2}, {1, 0, 6}, {2, 0, 4}, {1, 1, 20}, {2, 1, 14}, {2, 2, 10}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        CU_ASSERT_EQUAL(
            n_of(fold, (struct fold_row){FOLD_MOMENTS, 1, 1, 0, expected[i].i, expected[i].j, 0}),
            expected[i].total);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_MOMENTS), 6);
    fold_destroy(fold);
}

static void taking_away_leaves_nothing(void)
{
    struct fold *fold = begin();
    for (int16_t i = 0; i < 3000; i++) /* more rows than the table begins with */
        give(fold, (size_t)i % 7, FOLD_ADD, i % 6, i % 5, i);
    CU_ASSERT(rows_of(fold, FOLD_COUNTS) > 3000);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 3, 2999 % 7, 2999, 0, 0}), 1);
    for (int16_t i = 2999; i >= 0; i--)
        give(fold, (size_t)i % 7, FOLD_TAKE_AWAY, i % 6, i % 5, i);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_COUNTS), 0);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_COMPOSITES), 0);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_MOMENTS), 0);
    fold_destroy(fold);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"values are counted, also missing ones", values_are_counted_also_missing_ones},
        {"an index sums what is valid", an_index_sums_what_is_valid},
        {"moments are of complete cases of all sectors",
         moments_are_of_complete_cases_of_all_sectors},
        {"taking away leaves nothing", taking_away_leaves_nothing},
        {0},
    };
    return suite_run("fold", tests);
}

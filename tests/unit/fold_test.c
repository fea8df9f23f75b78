/* The counts of small answers, worked out by hand. */
#include "suite.h"

#include <debriefd/fold.h>
#include <stdlib.h>
#include <string.h>

enum { WAVES = 2 };

/* Slots of the second wave: 1 and 2 on 1..5, 2 reversed; 3 free. The first wave has none. */
static struct fold *begin(void)
{
    static const struct fold_member members[] = {{1, 1, 1, 5, false}, {1, 2, 1, 5, true}};
    struct fold *fold = fold_create();
    fold_add_wave(fold, true);
    fold_add_wave(fold, true);
    fold_add_composite(fold, FOLD_INDEX, members, 2);
    fold_add_composite(fold, FOLD_SCALE, members, 2);
    return fold;
}

static void give(struct fold *fold, size_t sector, enum fold_sign sign, int16_t first,
                 int16_t second, int16_t third)
{
    int16_t scores[] = {first, second, third};
    struct fold_record records[WAVES] = {{0}, {true, FACTS_COMPLETE, scores, 3}};
    fold_person(fold, sign, &(struct fold_person){sector, records, NULL});
}

static int64_t n_of(const struct fold *fold, struct fold_row wanted)
{
    size_t count;
    struct fold_row *rows = fold_rows(fold, &count);
    int64_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].table == wanted.table && rows[i].wave == wanted.wave &&
            rows[i].part == wanted.part && rows[i].sector == wanted.sector &&
            memcmp(rows[i].key, wanted.key, sizeof wanted.key) == 0)
            n += rows[i].n;
    free(rows);
    return n;
}

static size_t rows_of(const struct fold *fold, enum fold_table table)
{
    size_t count, found = 0;
    struct fold_row *rows = fold_rows(fold, &count);
    for (size_t i = 0; i < count; i++)
        found += rows[i].table == table;
    free(rows);
    return found;
}

static void values_are_counted_also_missing_ones(void)
{
    struct fold *fold = begin();
    give(fold, 0, FOLD_ADD, 5, -1, 30000);
    give(fold, 0, FOLD_ADD, 5, 2, -4);
    give(fold, 3, FOLD_ADD, 5, 2, -4);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 1, 0, {5, 0}, 0}), 2);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 1, 3, {5, 0}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 2, 0, {-1, 0}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 3, 0, {30000, 0}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 0, 1, 0, {5, 0}, 0}), 0);
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
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COMPOSITES, 1, 0, 0, {2, 9}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COMPOSITES, 1, 0, 0, {1, 4}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COMPOSITES, 1, 0, 0, {1, 1}, 0}), 1);
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
            n_of(fold, (struct fold_row){FOLD_MOMENTS, 1, 1, 0, {expected[i].i, expected[i].j}, 0}),
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
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_COUNTS, 1, 3, 2999 % 7, {2999, 0}, 0}), 1);
    for (int16_t i = 2999; i >= 0; i--)
        give(fold, (size_t)i % 7, FOLD_TAKE_AWAY, i % 6, i % 5, i);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_COUNTS), 0);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_COMPOSITES), 0);
    size_t count;
    free(fold_rows(fold, &count));
    CU_ASSERT_EQUAL(count, 0);
    fold_destroy(fold);
}

/* Slot 1 of the first wave and slots 1 and 2 of the second, all on 1..5, the last reversed. */
static struct fold *begin_joints(void)
{
    static const struct fold_member before[] = {{0, 1, 1, 5, false}, {1, 1, 1, 5, false}};
    static const struct fold_member after[] = {{1, 1, 1, 5, false}, {1, 2, 1, 5, true}};
    struct fold *fold = fold_create();
    fold_add_wave(fold, true);
    fold_add_wave(fold, true);
    fold_add_joint(fold, FOLD_BOTH, before, 1, after, 1);
    fold_add_joint(fold, FOLD_DIFFERENCES, before, 2, after, 2);
    fold_add_joint(fold, FOLD_SUMS, before, 1, after, 2);
    fold_add_joint(fold, FOLD_GIVEN, NULL, 0, NULL, 0);
    return fold;
}

static void give_two(struct fold *fold, int16_t before, int16_t first, int16_t second, int given)
{
    int16_t earlier[] = {before}, later[] = {first, second};
    struct fold_record records[WAVES] = {{true, FACTS_PARTIAL, earlier, 1},
                                         {true, FACTS_COMPLETE, later, 2}};
    const int counted[][FOLD_KEYS] = {{given, 0, 0, 0}};
    fold_person(fold, FOLD_ADD, &(struct fold_person){2, records, counted});
}

static void what_a_person_said_twice_is_counted_together(void)
{
    struct fold *fold = begin_joints();
    give_two(fold, 2, 5, 1, 3);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_JOINTS, 0, 0, 2, {2, 5}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_JOINTS, 0, 1, 2, {2, 3 + 0}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_JOINTS, 0, 2, 2, {1, 2, 2, 10}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_JOINTS, 0, 3, 2, {3}, 0}), 1);
    give_two(fold, -1, 5, 2, 0); /* nothing before: only the second pair is a difference */
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_JOINTS, 0, 1, 2, {1, 4 - 5}, 0}), 1);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_JOINTS), 5);
    fold_destroy(fold);
}

static void the_panel_answered_in_every_wave(void)
{
    struct fold *fold = begin_joints();
    int16_t scores[] = {1, 1};
    struct fold_record records[WAVES] = {{true, FACTS_COMPLETE, scores, 1},
                                         {true, FACTS_REFUSAL, NULL, 0}};
    const int none[][FOLD_KEYS] = {{0}};
    struct fold_person person = {1, records, none};
    fold_person(fold, FOLD_ADD, &person);
    CU_ASSERT_EQUAL(rows_of(fold, FOLD_PANEL), 0);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_RESPONSES, 1, FACTS_REFUSAL, 1, {0}, 0}), 1);
    records[1] = (struct fold_record){true, FACTS_PARTIAL, scores, 2};
    fold_person(fold, FOLD_ADD, &person);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_PANEL, 0, 0, 1, {0}, 0}), 1);
    records[0] = (struct fold_record){0}; /* nothing is known of the first wave */
    fold_person(fold, FOLD_ADD, &person);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_PANEL, 0, 0, 1, {0}, 0}), 1);
    CU_ASSERT_EQUAL(n_of(fold, (struct fold_row){FOLD_RESPONSES, 0, FACTS_COMPLETE, 1, {0}, 0}), 2);
    fold_destroy(fold);
}

static void packed_counts_read_back_the_same(void)
{
    struct fold *fold = begin(), *again = begin(), *other = begin();
    for (int16_t i = 0; i < 500; i++) {
        int16_t j = (int16_t)(499 - i);
        give(fold, (size_t)i % 7, FOLD_ADD, i % 6, i % 5, i);
        give(other, (size_t)j % 7, FOLD_ADD, j % 6, j % 5, j);
    }
    give(fold, 3, FOLD_TAKE_AWAY, -1, -4, 30000); /* counts below 0, as in an increment */
    give(other, 3, FOLD_TAKE_AWAY, -1, -4, 30000);
    struct buf packed, reread, otherwise;
    buf_init(&packed);
    buf_init(&reread);
    buf_init(&otherwise);
    fold_pack(fold, &packed);
    fold_pack(other, &otherwise);
    CU_ASSERT(fold_unpack(again, packed.data, packed.length));
    fold_pack(again, &reread);
    CU_ASSERT(packed.length > 500);
    CU_ASSERT_EQUAL(packed.length, reread.length);
    CU_ASSERT_EQUAL(memcmp(packed.data, reread.data, packed.length), 0);
    CU_ASSERT_EQUAL(packed.length, otherwise.length); /* whatever the order */
    CU_ASSERT_EQUAL(memcmp(packed.data, otherwise.data, packed.length), 0);
    packed.data[0]++;
    CU_ASSERT(!fold_unpack(again, packed.data, packed.length));
    CU_ASSERT(!fold_unpack(again, "", 0));
    buf_finish(&packed);
    buf_finish(&reread);
    buf_finish(&otherwise);
    fold_destroy(fold);
    fold_destroy(again);
    fold_destroy(other);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"values are counted, also missing ones", values_are_counted_also_missing_ones},
        {"an index sums what is valid", an_index_sums_what_is_valid},
        {"moments are of complete cases of all sectors",
         moments_are_of_complete_cases_of_all_sectors},
        {"taking away leaves nothing", taking_away_leaves_nothing},
        {"what a person said twice is counted together",
         what_a_person_said_twice_is_counted_together},
        {"the panel answered in every wave", the_panel_answered_in_every_wave},
        {"packed counts read back the same", packed_counts_read_back_the_same},
        {0},
    };
    return suite_run("fold", tests);
}

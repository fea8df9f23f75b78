#include "suite.h"

#include <debriefd/facts.h>
#include <debriefd/metric.h>
#include <string.h>

/* Two slices, one wave, a reversed item, an index. */
static struct facts *begin(void)
{
    struct error err;
    struct facts *facts = facts_create();
    struct facts_item item = {"Q", FACTS_RATING, 1, 5, true};
    struct facts_composite index = {"IX", 1, 5, 4, 2};
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"a", 5, 1, 0.5}, &err));
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"b", 4, 0, 0.5}, &err));
    CU_ASSERT(facts_slices_done(facts, &err));
    CU_ASSERT(facts_add_wave(facts, "post", FACTS_WAVE_OPEN, &err));
    CU_ASSERT(facts_add_item(facts, "post", &item, &err));
    CU_ASSERT(facts_add_composite(facts, "post", &index, &err));
    return facts;
}

static void impossible_slices_are_refused(void)
{
    struct error err;
    struct facts *facts = facts_create();
    CU_ASSERT_FALSE(facts_add_slice(facts, &(struct facts_slice){"", 1, 0, 0}, &err));
    CU_ASSERT_FALSE(facts_add_slice(facts, &(struct facts_slice){"all", 1, 0, 0}, &err));
    CU_ASSERT_FALSE(facts_add_slice(facts, &(struct facts_slice){"a", -1, 0, 0}, &err));
    CU_ASSERT_FALSE(facts_add_slice(facts, &(struct facts_slice){"a", 1, -1, 0}, &err));
    CU_ASSERT_FALSE(facts_add_slice(facts, &(struct facts_slice){"a", 1, 0, 1.5}, &err));
    CU_ASSERT_FALSE(facts_add_wave(facts, "post", FACTS_WAVE_OPEN, &err));
    CU_ASSERT(facts_add_slice(facts, &(struct facts_slice){"a", 1, 0, 0.5}, &err));
    CU_ASSERT_FALSE(facts_add_slice(facts, &(struct facts_slice){"a", 1, 0, 0}, &err));
    CU_ASSERT_FALSE(facts_slices_done(facts, &err)); /* the targets sum to 0.5 */
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
    facts_destroy(facts);
    facts_destroy(NULL);
}

static void impossible_counts_are_refused(void)
{
    struct error err;
    struct facts *facts = begin();
    CU_ASSERT_FALSE(facts_count(facts, "pre", "Q", "a", 1, 1, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "R", "a", 1, 1, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "all", 1, 1, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "a", 0, 1, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "a", 6, 1, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "a", 1, -1, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "a", 1, FACTS_COUNT_MAX + 1, &err));
    CU_ASSERT(facts_count(facts, "post", "Q", "a", 1, 1, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "a", 1, 1, &err));
    facts_destroy(facts);
}

static void impossible_pairs_are_refused(void)
{
    struct error err;
    struct facts *facts = begin();
    static const struct facts_pair bad[] = {
        {5, 5, 1}, {-1, 0, 1}, {2, 1, 1}, {2, 11, 1}, {2, 5, -1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(facts_count_composite(facts, "post", "IX", "a", &bad[i], &err));
    CU_ASSERT(facts_count_composite(facts, "post", "IX", "a", &(struct facts_pair){2, 5, 1}, &err));
    CU_ASSERT_FALSE(
        facts_count_composite(facts, "post", "IX", "a", &(struct facts_pair){2, 5, 1}, &err));
    facts_destroy(facts);
}

static void impossible_definitions_are_refused(void)
{
    struct error err;
    struct facts *facts = begin();
    struct facts_item flat = {"F", FACTS_RATING, 3, 3, false}, twice = {"IX", FACTS_NPS, 0, 10, 0};
    struct facts_composite none = {"N", 1, 5, 0, 0}, over = {"O", 1, 5, 2, 3};
    int64_t sums[] = {1, 2}, lopsided[] = {1, 2, 3, 4};
    struct facts_moments moments = {"M", 2, 1, sums, lopsided};
    CU_ASSERT_FALSE(facts_add_item(facts, "post", &flat, &err));
    CU_ASSERT_FALSE(facts_add_item(facts, "post", &twice, &err));
    CU_ASSERT_FALSE(facts_add_composite(facts, "post", &none, &err));
    CU_ASSERT_FALSE(facts_add_composite(facts, "post", &over, &err));
    CU_ASSERT_FALSE(facts_add_moments(facts, "post", &moments, &err));
    facts_destroy(facts);
}

static void contradictions_are_refused_at_the_end(void)
{
    struct error err;
    struct facts *facts = begin();
    CU_ASSERT(facts_count(facts, "post", "Q", "b", 2, 4, &err));
    CU_ASSERT(facts_count_disposition(facts, "post", "b", FACTS_NOT_ELIGIBLE, 1, &err));
    CU_ASSERT_FALSE(facts_seal(facts, &err)); /* four answers of three eligible */
    facts_destroy(facts);
    facts = begin();
    CU_ASSERT(facts_count_disposition(facts, "post", "a", FACTS_COMPLETE, 6, &err));
    CU_ASSERT_FALSE(facts_seal(facts, &err));
    facts_destroy(facts);
    facts = begin();
    CU_ASSERT(facts_count_panel(facts, "b", 5, &err));
    CU_ASSERT_FALSE(facts_seal(facts, &err));
    facts_destroy(facts);
}

static void sealed_facts_read_back(void)
{
    struct error err;
    struct facts *facts = begin();
    CU_ASSERT(facts_count(facts, "post", "Q", "b", 5, 1, &err));
    CU_ASSERT(facts_count(facts, "post", "Q", "b", 1, 2, &err));
    CU_ASSERT(facts_count(facts, "post", "Q", "a", 1, 3, &err));
    CU_ASSERT(facts_count_composite(facts, "post", "IX", "a", &(struct facts_pair){1, 5, 2}, &err));
    CU_ASSERT(facts_count_disposition(facts, "post", "b", FACTS_NOT_ELIGIBLE, 1, &err));
    CU_ASSERT(facts_count_disposition(facts, "post", "b", FACTS_COMPLETE, 2, &err));
    CU_ASSERT(facts_seal(facts, &err));
    CU_ASSERT_FALSE(facts_count(facts, "post", "Q", "a", 2, 1, &err));
    CU_ASSERT_EQUAL(facts_members(facts, 0), 9);
    CU_ASSERT_EQUAL(facts_staff(facts, 0), 1);
    CU_ASSERT_EQUAL(facts_eligible(facts, 0, 0), 8);
    CU_ASSERT_EQUAL(facts_disposition(facts, 0, 0, FACTS_UNKNOWN), 6); /* 5 of a, 1 of b */
    struct facts_histogram all = facts_histogram(facts, 0, 0, 0);
    CU_ASSERT_EQUAL_FATAL(all.length, 2); /* reversed: 5 reads 1, 1 reads 5 */
    CU_ASSERT(all.cells[0].value == 1 && all.cells[0].count == 1);
    CU_ASSERT(all.cells[1].value == 5 && all.cells[1].count == 5);
    CU_ASSERT_EQUAL(facts_pairs(facts, 0, 0, 0).length, 0); /* below the minimum answered */
    facts_destroy(facts);
}

static const struct facts_joint gain = {"G", FACTS_GAIN, "post", {{1, 5, 0, 0}, {0}}};
static const struct facts_joint topics = {"IX", FACTS_GAIN_INDEX, "post", {{1, 5, 4, 2}, {0}}};
static const struct facts_joint gap = {"GAP", FACTS_GAP, "post", {{1, 5, 2, 1}, {0, 10, 3, 2}}};
static const struct facts_joint uptake = {"UP", FACTS_UPTAKE, "post", {{0}, {0}}};
static const struct facts_joint host = {"HOST", FACTS_CONVERSION, "post", {{0}, {0}}};
static const struct facts_joint promises = {"C", FACTS_COMMITMENT, "post", {{0}, {0}}};

static struct facts *begin_joints(void)
{
    struct error err;
    struct facts *facts = begin();
    const struct facts_joint *all[] = {&gain, &topics, &gap, &uptake, &host, &promises};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        CU_ASSERT(facts_add_joint(facts, all[i], &err));
    return facts;
}

static void impossible_joints_are_refused(void)
{
    struct error err;
    struct facts *facts = begin_joints();
    static const struct facts_joint bad[] = {
        {"", FACTS_UPTAKE, "post", {{0}, {0}}},
        {"X", FACTS_UPTAKE, "pre", {{0}, {0}}},
        {"X", FACTS_JOINT_KINDS, "post", {{0}, {0}}},
        {"UP", FACTS_GAIN, "post", {{1, 5, 0, 0}, {0}}},
        {"X", FACTS_GAIN, "post", {{5, 5, 0, 0}, {0}}},
        {"X", FACTS_GAIN_INDEX, "post", {{1, 5, 0, 0}, {0}}},
        {"X", FACTS_GAIN_INDEX, "post", {{1, 5, 2, 3}, {0}}},
        {"X", FACTS_GAP, "post", {{1, 5, 2, 1}, {1, 5, 2, 0}}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(facts_add_joint(facts, &bad[i], &err));
    facts_destroy(facts);
}

static void impossible_keys_are_refused(void)
{
    static const struct {
        const char *joint;
        int key[FACTS_JOINT_KEYS];
    } bad[] = {
        {"G", {0, 3}},         {"G", {3, 6}},          {"IX", {5, 0}},
        {"IX", {2, 9}},        {"IX", {-1, 0}},        {"GAP", {3, 9, 1, 1}},
        {"GAP", {1, 0, 1, 1}}, {"GAP", {1, 1, 1, 11}}, {"UP", {0, 2}},
        {"UP", {-1, 1}},       {"HOST", {-1, 0}},      {"HOST", {1, FACTS_VALUE_MAX + 1}},
        {"C", {2, 1, 1, 1}},   {"C", {1, -1, 0, 0}},   {"C", {FACTS_COMMITMENTS_MAX + 1, 0}},
        {"NONE", {1, 1}},
    };
    struct error err;
    struct facts *facts = begin_joints();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(facts_count_joint(facts, bad[i].joint, "a", bad[i].key, 1, &err));
    CU_ASSERT_FALSE(facts_count_joint(facts, "G", "a", (int[]){1, 1}, -1, &err));
    CU_ASSERT_FALSE(facts_count_joint(facts, "G", "all", (int[]){1, 1}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "G", "a", (int[]){1, 1}, 1, &err));
    CU_ASSERT_FALSE(facts_count_joint(facts, "G", "a", (int[]){1, 1}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "G", "b", (int[]){1, 1}, 1, &err));
    facts_destroy(facts);
}

static void contradicting_joints_are_refused_at_the_end(void)
{
    struct error err;
    struct facts *facts = begin_joints();
    CU_ASSERT(facts_count_disposition(facts, "post", "b", FACTS_NOT_ELIGIBLE, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "C", "b", (int[]){1, 0, 0, 1}, 4, &err));
    CU_ASSERT(facts_count_joint(facts, "G", "b", (int[]){1, 2}, 3, &err));
    CU_ASSERT(facts_seal(facts, &err)); /* commitments are of members, eligible or not */
    facts_destroy(facts);
    facts = begin_joints();
    CU_ASSERT(facts_count_disposition(facts, "post", "b", FACTS_NOT_ELIGIBLE, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "G", "b", (int[]){1, 2}, 4, &err));
    CU_ASSERT_FALSE(facts_seal(facts, &err));
    facts_destroy(facts);
    facts = begin();
    struct facts_joint twin = gap;
    twin.name = "Q";
    CU_ASSERT(facts_add_joint(facts, &twin, &err));
    CU_ASSERT_FALSE(facts_seal(facts, &err)); /* an item is called so */
    facts_destroy(facts);
}

static void joints_read_back_by_key(void)
{
    struct error err;
    struct facts *facts = begin_joints();
    CU_ASSERT(facts_count_joint(facts, "G", "b", (int[]){3, 1}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "G", "b", (int[]){1, 5}, 2, &err));
    CU_ASSERT(facts_count_joint(facts, "G", "a", (int[]){3, 1}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "G", "a", (int[]){1, 2}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "IX", "a", (int[]){1, 2}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "GAP", "a", (int[]){1, 2, 1, 3}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "C", "a", (int[]){0, 0, 0, 0}, 1, &err));
    CU_ASSERT(facts_count_joint(facts, "UP", "a", (int[]){1, 1}, 0, &err));
    CU_ASSERT(facts_seal(facts, &err));
    CU_ASSERT_FALSE(facts_count_joint(facts, "G", "a", (int[]){2, 2}, 1, &err));
    CU_ASSERT_FALSE(facts_add_joint(facts, &gain, &err));
    CU_ASSERT_EQUAL(facts_joints(facts), 6);
    CU_ASSERT_STRING_EQUAL(facts_joint(facts, 0)->wave, "post");
    struct facts_joint_cells all = facts_joint_cells(facts, 0, 0);
    static const struct facts_joint_cell expected[] = {{{1, 2}, 1}, {{1, 5}, 2}, {{3, 1}, 2}};
    CU_ASSERT_EQUAL_FATAL(all.length, 3);
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(memcmp(all.cells[i].key, expected[i].key, sizeof expected[i].key), 0);
        CU_ASSERT_EQUAL(all.cells[i].count, expected[i].count);
    }
    CU_ASSERT_EQUAL(facts_joint_cells(facts, 0, 2).length, 2);
    for (size_t joint = 1; joint < 6; joint++) /* below a minimum, none made, none counted */
        CU_ASSERT_EQUAL(facts_joint_cells(facts, joint, 0).length, 0);
    facts_destroy(facts);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"impossible slices are refused", impossible_slices_are_refused},
        {"impossible counts are refused", impossible_counts_are_refused},
        {"impossible pairs are refused", impossible_pairs_are_refused},
        {"impossible definitions are refused", impossible_definitions_are_refused},
        {"contradictions are refused at the end", contradictions_are_refused_at_the_end},
        {"sealed facts read back", sealed_facts_read_back},
        {"impossible joints are refused", impossible_joints_are_refused},
        {"impossible keys are refused", impossible_keys_are_refused},
        {"contradicting joints are refused at the end",
         contradicting_joints_are_refused_at_the_end},
        {"joints read back by key", joints_read_back_by_key},
        {0},
    };
    return suite_run("facts", tests);
}

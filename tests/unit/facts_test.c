#include "suite.h"

#include <debriefd/facts.h>
#include <debriefd/metric.h>

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

int main(void)
{
    static const struct suite_test tests[] = {
        {"impossible slices are refused", impossible_slices_are_refused},
        {"impossible counts are refused", impossible_counts_are_refused},
        {"impossible pairs are refused", impossible_pairs_are_refused},
        {"impossible definitions are refused", impossible_definitions_are_refused},
        {"contradictions are refused at the end", contradictions_are_refused_at_the_end},
        {"sealed facts read back", sealed_facts_read_back},
        {0},
    };
    return suite_run("facts", tests);
}

/* The u-alpha family against published output, and its invariants. */
#include "suite.h"

#include <debriefd/unitizing.h>
#include <stdlib.h>

static struct unitizing compute(const struct unitizing_segment *segments, size_t count,
                                size_t coders, int64_t length)
{
    struct unitizing_study study = {segments, count, coders, 2, length};
    struct unitizing result;
    struct error err;
    CU_ASSERT_FATAL(unitizing_compute(&study, &result, &err));
    return result;
}

static void is(const struct unitizing_alpha *alpha, double value, double coverage)
{
    CU_ASSERT_EQUAL(alpha->null, METRIC_NOT_NULL);
    CU_ASSERT_DOUBLE_EQUAL(alpha->value, value, 5e-7);
    CU_ASSERT_DOUBLE_EQUAL(alpha->coverage, coverage, 5e-5);
}

/* Three coders, 20 code points: the output that a public implementation of Krippendorff et al. 2016
 * prints, .474, .433, .779 (38.33 %), .769 (95.45 %) and .787 (59.52 %), here with the digits of a
 * third program. */
static const struct unitizing_segment three_coders[] = {
    {0, 0, 2, 5},  {0, 0, 9, 11}, {0, 1, 12, 20}, {1, 0, 2, 5},
    {1, 1, 7, 15}, {2, 0, 2, 5},  {2, 1, 10, 15},
};

static void published_output(void)
{
    struct unitizing found = compute(three_coders, 7, 3, 20);
    is(&found.all, 0.473913, 1);
    is(&found.relevant, 0.432813, 1);
    is(&found.coding, 0.778882, 0.3833);
    is(&found.values[0], 0.769252, 0.9545);
    is(&found.values[1], 0.786971, 0.5952);
    unitizing_finish(&found);
}

static void order_does_not_matter(void)
{
    static const struct unitizing_segment reordered[] = {
        {0, 1, 2, 5}, {2, 0, 7, 15},  {1, 0, 10, 15}, {2, 1, 2, 5},
        {1, 1, 2, 5}, {0, 0, 12, 20}, {0, 1, 9, 11},
    };
    struct unitizing expected = compute(three_coders, 7, 3, 20);
    struct unitizing found = compute(reordered, 7, 3, 20); /* coders and values renumbered */
    CU_ASSERT_DOUBLE_EQUAL(found.all.value, expected.all.value, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(found.relevant.value, expected.relevant.value, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(found.coding.value, expected.coding.value, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(found.values[0].value, expected.values[1].value, 1e-15);
    unitizing_finish(&expected);
    unitizing_finish(&found);
}

static void equal_unitizations_agree(void)
{
    static const struct unitizing_segment equal[] = {
        {0, 0, 10, 40}, {0, 1, 60, 80}, {1, 0, 10, 40}, {1, 1, 60, 80}};
    struct unitizing found = compute(equal, 4, 2, 100);
    is(&found.all, 1, 1);
    is(&found.relevant, 1, 1);
    is(&found.coding, 1, 0.5);
    is(&found.values[0], 1, 1);
    unitizing_finish(&found);
}

/* The same boundaries and exchanged values: the boundaries are certain, the values are not. */
static void exchanged_values_disagree(void)
{
    static const struct unitizing_segment exchanged[] = {
        {0, 0, 10, 40}, {0, 1, 60, 80}, {1, 1, 10, 40}, {1, 0, 60, 80}};
    struct unitizing found = compute(exchanged, 4, 2, 100);
    is(&found.relevant, 1, 1);
    CU_ASSERT(found.coding.value < 0);
    CU_ASSERT(found.all.value < 0.7);
    unitizing_finish(&found);
}

static void nothing_to_compare(void)
{
    static const struct unitizing_segment one[] = {{0, 0, 0, 10}};
    struct unitizing found = compute(one, 1, 1, 10);
    CU_ASSERT_EQUAL(found.all.null, METRIC_NO_PAIRS);
    unitizing_finish(&found);
    found = compute(one, 1, 2, 10);
    CU_ASSERT_EQUAL(found.coding.null, METRIC_NO_PAIRS);
    unitizing_finish(&found);
    found = compute(NULL, 0, 2, 10);
    CU_ASSERT_EQUAL(found.all.null, METRIC_ZERO_VAR);
    CU_ASSERT_EQUAL(found.relevant.null, METRIC_ZERO_VAR);
    unitizing_finish(&found);
}

static void refuses(const struct unitizing_segment *segments, size_t count)
{
    struct unitizing_study study = {segments, count, 2, 2, 10};
    struct unitizing result;
    struct error err = {0};
    CU_ASSERT_FALSE(unitizing_compute(&study, &result, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
}

static void faults_are_refused(void)
{
    refuses((const struct unitizing_segment[]){{0, 0, 0, 5}, {0, 1, 4, 6}}, 2);
    refuses((const struct unitizing_segment[]){{0, 0, 5, 5}}, 1);
    refuses((const struct unitizing_segment[]){{0, 0, 5, 11}}, 1);
    refuses((const struct unitizing_segment[]){{0, 0, -1, 5}}, 1);
    refuses((const struct unitizing_segment[]){{2, 0, 0, 5}}, 1);
    refuses((const struct unitizing_segment[]){{0, 2, 0, 5}}, 1);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"published output", published_output},
        {"order does not matter", order_does_not_matter},
        {"equal unitizations agree", equal_unitizations_agree},
        {"exchanged values disagree", exchanged_values_disagree},
        {"nothing to compare", nothing_to_compare},
        {"faults are refused", faults_are_refused},
        {0},
    };
    return suite_run("unitizing", tests);
}

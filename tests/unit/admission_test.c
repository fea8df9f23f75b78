#include "suite.h"

#include <debriefd/admission.h>

#define SECTORS 3

/* Lets these answers wait for a family with default rules (k = 5). */
static void decide(struct admission *admission, int64_t left[SECTORS])
{
    struct disclosure_sector sectors[SECTORS] = {
        {"politics", 20, left[0]}, {"business", 20, left[1]}, {"state", 20, left[2]}};
    admission_decide(&disclosure_default_rules, sectors, SECTORS, admission);
    for (int i = 0; i < SECTORS; i++)
        left[i] = sectors[i].answers;
}

static void too_few_form_no_groups(void)
{
    struct admission admission = {0};
    int64_t left[SECTORS] = {2, 1, 1};
    decide(&admission, left);
    CU_ASSERT_EQUAL(admission.groups, 0);
    CU_ASSERT_FALSE(admission.is_new);
    CU_ASSERT_EQUAL(left[0], 2);
}

static void groups_are_formed_once(void)
{
    struct admission admission = {0};
    int64_t left[SECTORS] = {6, 3, 2};
    decide(&admission, left);
    CU_ASSERT(admission.is_new);
    CU_ASSERT_EQUAL(admission.groups, 2);
    CU_ASSERT(admission.enters[0] && admission.enters[1]);
    CU_ASSERT_EQUAL(left[0] + left[1] + left[2], 0);
    int64_t late[SECTORS] = {0, 7, 0};
    decide(&admission, late);
    CU_ASSERT_FALSE(admission.is_new);
    CU_ASSERT_EQUAL(admission.groups, 2);
    CU_ASSERT_EQUAL(admission.group_of[1], admission.group_of[2]);
    CU_ASSERT_FALSE(admission.enters[0]);
    CU_ASSERT(admission.enters[1]);
    CU_ASSERT_EQUAL(late[1], 0);
}

static void a_group_waits_for_k(void)
{
    struct admission admission = {.groups = 2, .group_of = {0, 1, 1}};
    int64_t left[SECTORS] = {4, 3, 1};
    decide(&admission, left);
    CU_ASSERT_FALSE(admission.enters[0] || admission.enters[1]);
    CU_ASSERT_EQUAL(left[0], 4);
    CU_ASSERT_EQUAL(left[1], 3);
    left[2] = 2;
    decide(&admission, left);
    CU_ASSERT_FALSE(admission.enters[0]);
    CU_ASSERT(admission.enters[1]);
    CU_ASSERT_EQUAL(left[0], 4);
    CU_ASSERT_EQUAL(left[1] + left[2], 0);
}

static void a_sector_in_no_group_waits(void)
{
    struct admission admission = {.groups = 1, .group_of = {0, 0, DISCLOSURE_NO_GROUP}};
    int64_t left[SECTORS] = {0, 0, 9};
    decide(&admission, left);
    CU_ASSERT_FALSE(admission.enters[0]);
    CU_ASSERT_EQUAL(left[2], 9);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"too few form no groups", too_few_form_no_groups},
        {"groups are formed once", groups_are_formed_once},
        {"a group waits for k", a_group_waits_for_k},
        {"a sector in no group waits", a_sector_in_no_group_waits},
        {0},
    };
    return suite_run("admission", tests);
}

/* Why an index and its items do not both have atoms. One atom of people who each answered two
 * yes/no items, the index being their number of yes; every vector of answers is enumerated (k = 4,
 * c = 1). The attacker is an outsider or one of the contributors. */
#include "suite.h"

#include <debriefd/disclosure.h>
#include <stdio.h>
#include <stdlib.h>

#define TYPES  4 /* answers to both items: type & 1 and type >> 1 */
#define TRUTHS 512

enum published { ITEMS, INDEX, BOTH };

struct truth {
    int64_t people[TYPES];
    int64_t items[2][2], index[3]; /* as published */
};

static void publish(struct truth *truth, enum published published)
{
    const struct disclosure_rules rules = {4, 4, 1, 4, 4, 10};
    struct error err;
    for (int type = 0; type < TYPES; type++) {
        int64_t people = truth->people[type];
        truth->items[0][type & 1] += published == INDEX ? 0 : people;
        truth->items[1][type >> 1] += published == INDEX ? 0 : people;
        truth->index[(type & 1) + (type >> 1)] += published == ITEMS ? 0 : people;
    }
    bool coded = true;
    for (int i = 0; i < 2 && published != INDEX; i++)
        coded = coded && disclosure_code(&rules, truth->items[i], 2, &err);
    if (published != ITEMS)
        coded = coded && disclosure_code(&rules, truth->index, 3, &err);
    if (!coded)
        abort();
}

static bool same(const struct truth *a, const struct truth *b)
{
    bool equal = true;
    for (int i = 0; i < 4; i++)
        equal = equal && a->items[i / 2][i % 2] == b->items[i / 2][i % 2];
    for (int i = 0; i < 3; i++)
        equal = equal && a->index[i] == b->index[i];
    return equal;
}

static size_t enumerate(int64_t people, enum published published, struct truth *truths)
{
    size_t count = 0;
    for (int64_t a = 0; a <= people; a++)
        for (int64_t b = 0; a + b <= people; b++)
            for (int64_t c = 0; a + b + c <= people; c++) {
                if (count == TRUTHS)
                    abort();
                truths[count] = (struct truth){.people = {a, b, c, people - a - b - c}};
                publish(&truths[count++], published);
            }
    return count;
}

/* The types that others than the attacker (of type `own`, or an outsider) may have, as a set. */
static unsigned types_of_others(const struct truth *truths, size_t count, const struct truth *seen,
                                int own)
{
    unsigned types = 0;
    for (size_t i = 0; i < count; i++) {
        if (!same(&truths[i], seen) || (own < TYPES && truths[i].people[own] == 0))
            continue;
        for (int type = 0; type < TYPES; type++)
            types |= truths[i].people[type] > (type == own) ? 1U << type : 0;
    }
    return types;
}

/* Types 0 and 2 answer the first item alike, 0 and 1 the second; 1 and 2 have the same index. */
static bool decided(unsigned types)
{
    static const unsigned alike[] = {0x5, 0xa, 0x3, 0xc, 0x1, 0x6, 0x8};
    for (size_t i = 0; i < sizeof alike / sizeof *alike && types != 0; i++)
        if ((types & ~alike[i]) == 0)
            return true;
    return false;
}

static size_t leaks(int64_t people, enum published published)
{
    static struct truth truths[TRUTHS];
    size_t leaking = 0, count = enumerate(people, published, truths);
    for (size_t i = 0; i < count; i++)
        for (int own = 0; own <= TYPES; own++)
            leaking += decided(types_of_others(truths, count, &truths[i], own));
    return leaking;
}

static void items_alone_or_an_index_alone_are_safe(void)
{
    for (int64_t people = 4; people <= 9; people++) {
        CU_ASSERT_EQUAL(leaks(people, ITEMS), 0);
        CU_ASSERT_EQUAL(leaks(people, INDEX), 0);
    }
}

static void an_index_beside_its_items_leaks(void)
{
    for (int64_t people = 5; people <= 9; people++)
        CU_ASSERT(leaks(people, BOTH) > 0);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"items alone or an index alone are safe", items_alone_or_an_index_alone_are_safe},
        {"an index beside its items leaks", an_index_beside_its_items_leaks},
        {0},
    };
    return suite_run("linked", tests);
}

/* What may be released of answers that are more than one number of one scale: gains (the difference
 * of two answers) and counts. One atom of people, every vector of whose answers is enumerated (k =
 * 4, c = 1); the attacker is an outsider or one of them, and sees the histograms that a scheme
 * publishes. He wins when some answer, or difference, of the others is the same in every world that
 * fits. */
#include "suite.h"

#include <debriefd/disclosure.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPES_MAX      8 /* what one person may have answered */
#define HISTOGRAMS_MAX 3
#define CATEGORIES_MAX 7
#define ATTRIBUTES_MAX 4

enum coding { PLAIN, COUNTED, UNCODED_SUM };

/* A histogram: of each type its category. */
struct histogram {
    enum coding coding;
    int categories;
    int category_of[TYPES_MAX];
};

struct scheme {
    int types;
    struct histogram published[HISTOGRAMS_MAX]; /* ended by one without categories */
    int attributes;
    int attribute_of[ATTRIBUTES_MAX][TYPES_MAX]; /* what the attacker wants to know of a type */
};

struct world {
    int64_t people[TYPES_MAX];
    int64_t seen[HISTOGRAMS_MAX][CATEGORIES_MAX];
};

struct worlds {
    struct world *list;
    size_t count, capacity;
};

static void publish(const struct histogram *histogram, int types, struct world *world,
                    int64_t *seen)
{
    static const struct disclosure_rules rules = {4, 4, 1, 4, 4, 10};
    size_t categories = (size_t)histogram->categories;
    struct error err;
    for (int type = 0; type < types; type++) {
        int category = histogram->category_of[type];
        if (histogram->coding == UNCODED_SUM)
            seen[0] += category * world->people[type];
        else
            seen[category] += world->people[type];
    }
    bool coded = true;
    if (histogram->coding == PLAIN)
        coded = disclosure_code(&rules, seen, categories, &err);
    if (histogram->coding == COUNTED)
        coded = disclosure_code_count(&rules, seen, categories, &err);
    if (!coded)
        abort();
}

static void enumerate(const struct scheme *scheme, struct worlds *worlds, struct world world,
                      int type, int64_t people)
{
    if (type < scheme->types - 1) {
        for (world.people[type] = 0; world.people[type] <= people; world.people[type]++)
            enumerate(scheme, worlds, world, type + 1, people - world.people[type]);
        return;
    }
    world.people[type] = people;
    for (int i = 0; i < HISTOGRAMS_MAX && scheme->published[i].categories > 0; i++)
        publish(&scheme->published[i], scheme->types, &world, world.seen[i]);
    if (worlds->count == worlds->capacity) {
        worlds->capacity = worlds->capacity == 0 ? 1024 : 2 * worlds->capacity;
        worlds->list = xrealloc_array(worlds->list, worlds->capacity, sizeof *worlds->list);
    }
    worlds->list[worlds->count++] = world;
}

static int by_seen(const void *a, const void *b)
{
    const struct world *left = a, *right = b;
    return memcmp(left->seen, right->seen, sizeof left->seen);
}

/* The types that others than the attacker (of type `own`; outside with -1) have in some of these
 * worlds, as a set. */
static unsigned types_of_others(const struct scheme *scheme, const struct world *worlds,
                                size_t count, int own)
{
    unsigned types = 0;
    for (size_t i = 0; i < count; i++)
        for (int type = 0; type < scheme->types && (own < 0 || worlds[i].people[own] > 0); type++)
            types |= worlds[i].people[type] > (type == own) ? 1U << type : 0;
    return types;
}

static bool is_decided(const struct scheme *scheme, unsigned types)
{
    for (int i = 0; i < scheme->attributes && types != 0; i++) {
        unsigned values = 0;
        for (int type = 0; type < scheme->types; type++)
            values |= (types >> type & 1) ? 1U << scheme->attribute_of[i][type] : 0;
        if ((values & (values - 1)) == 0)
            return true;
    }
    return false;
}

static size_t leaks(const struct scheme *scheme, int64_t people)
{
    struct worlds worlds = {0};
    size_t leaking = 0;
    enumerate(scheme, &worlds, (struct world){0}, 0, people);
    qsort(worlds.list, worlds.count, sizeof *worlds.list, by_seen);
    for (size_t from = 0, to; from < worlds.count; from = to) {
        for (to = from; to < worlds.count && by_seen(&worlds.list[from], &worlds.list[to]) == 0;)
            to++;
        for (int own = -1; own < scheme->types; own++)
            leaking +=
                is_decided(scheme, types_of_others(scheme, &worlds.list[from], to - from, own));
    }
    free(worlds.list);
    return leaking;
}

static size_t leaks_up_to(const struct scheme *scheme, int64_t most)
{
    size_t leaking = 0;
    for (int64_t people = 4; people <= most; people++)
        leaking += leaks(scheme, people);
    return leaking;
}

/* Two yes/no answers, then = type & 1 and now = type >> 1; their difference + 1. */
#define THEN                                                                                       \
    {                                                                                              \
        0, 1, 0, 1                                                                                 \
    }
#define NOW                                                                                        \
    {                                                                                              \
        0, 0, 1, 1                                                                                 \
    }
#define NOW_LESS_THEN                                                                              \
    {                                                                                              \
        1, 0, 2, 1                                                                                 \
    }

static void a_gain_alone_is_safe(void)
{
    static const struct scheme gain = {.types = 4,
                                       .published = {{PLAIN, 3, NOW_LESS_THEN}},
                                       .attributes = 3,
                                       .attribute_of = {THEN, NOW, NOW_LESS_THEN}};
    CU_ASSERT_EQUAL(leaks_up_to(&gain, 9), 0);
}

static void a_gain_beside_its_single_waves_leaks(void)
{
    static const struct scheme both = {
        .types = 4,
        .published = {{PLAIN, 3, NOW_LESS_THEN}, {PLAIN, 2, THEN}, {PLAIN, 2, NOW}},
        .attributes = 3,
        .attribute_of = {THEN, NOW, NOW_LESS_THEN}};
    CU_ASSERT(leaks_up_to(&both, 7) > 0);
}

/* Three yes/no answers: pre = type >> 2, then and now as before. */
#define THEN_OF_THREE                                                                              \
    {                                                                                              \
        0, 1, 0, 1, 0, 1, 0, 1                                                                     \
    }
#define NOW_OF_THREE                                                                               \
    {                                                                                              \
        0, 0, 1, 1, 0, 0, 1, 1                                                                     \
    }
#define PRE_OF_THREE                                                                               \
    {                                                                                              \
        0, 0, 0, 0, 1, 1, 1, 1                                                                     \
    }
#define NOW_LESS_THEN_OF_THREE                                                                     \
    {                                                                                              \
        1, 0, 2, 1, 1, 0, 2, 1                                                                     \
    }
#define THEN_LESS_PRE_OF_THREE                                                                     \
    {                                                                                              \
        1, 2, 1, 2, 0, 1, 0, 1                                                                     \
    }
#define NOW_LESS_PRE_OF_THREE                                                                      \
    {                                                                                              \
        1, 1, 2, 2, 0, 0, 1, 1                                                                     \
    }

static void gains_that_share_an_answer_leak(void)
{
    struct scheme linked = {
        .types = 8,
        .published = {{PLAIN, 3, NOW_LESS_THEN_OF_THREE}},
        .attributes = 4,
        .attribute_of = {THEN_OF_THREE, NOW_OF_THREE, PRE_OF_THREE, NOW_LESS_PRE_OF_THREE}};
    CU_ASSERT_EQUAL(leaks_up_to(&linked, 6), 0);
    linked.published[1] = (struct histogram){PLAIN, 3, THEN_LESS_PRE_OF_THREE};
    linked.published[2] = (struct histogram){PLAIN, 3, NOW_LESS_PRE_OF_THREE};
    CU_ASSERT(leaks_up_to(&linked, 6) > 0);
}

/* Uptake is the histogram of a pair of yes/no answers. */
static void a_pair_beside_its_parts_leaks(void)
{
    static const struct scheme uptake = {
        .types = 4,
        .published = {{PLAIN, 2, THEN}, {PLAIN, 2, NOW}, {PLAIN, 4, {0, 1, 2, 3}}},
        .attributes = 2,
        .attribute_of = {THEN, NOW}};
    CU_ASSERT(leaks_up_to(&uptake, 7) > 0);
}

/* Everything told of a count (median, share, sum, mean, whether sums are dominated) is a function
 * of its coded histogram. */
static void a_coded_count_is_safe_and_a_true_sum_leaks(void)
{
    struct scheme count = {.types = 7,
                           .published = {{COUNTED, 7, {0, 1, 2, 3, 4, 5, 6}}},
                           .attributes = 1,
                           .attribute_of = {{0, 1, 2, 3, 4, 5, 6}}};
    CU_ASSERT_EQUAL(leaks_up_to(&count, 8), 0);
    count.published[1] = (struct histogram){UNCODED_SUM, 1, {0, 1, 2, 3, 4, 5, 6}};
    CU_ASSERT(leaks_up_to(&count, 6) > 0);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"a gain alone is safe", a_gain_alone_is_safe},
        {"a gain beside its single waves leaks", a_gain_beside_its_single_waves_leaks},
        {"gains that share an answer leak", gains_that_share_an_answer_leak},
        {"a pair beside its parts leaks", a_pair_beside_its_parts_leaks},
        {"a coded count is safe and a true sum leaks", a_coded_count_is_safe_and_a_true_sum_leaks},
        {0},
    };
    return suite_run("joint", tests);
}

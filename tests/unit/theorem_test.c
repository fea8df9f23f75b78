/* The disclosure theorem by exhaustive enumeration: every division of at most nine people over two
 * sectors and three arrival times, every vector of answers, three releases, k = 4, c = 1. The
 * attacker knows the algorithm, all arrival times and one answer, and sees every coded atom, of
 * which all that is published is a function. For every rule there is a world in which the attacker
 * wins without it. */
#include "suite.h"

#include <debriefd/disclosure.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE      9
#define SECTORS     2
#define TIMES       3
#define CLASSES     (SECTORS * TIMES)
#define VALUES_MAX  3
#define OUTPUTS_MAX 10

enum weakness { SOUND, NO_CODING, NO_MERGING, NO_FREEZING, NO_EPOCHS, TOP_DOWN };

/* People of one sector and arrival time are alike: counts are all there is to know. */
struct world {
    int64_t members[CLASSES]; /* class = sector * TIMES + time */
    int values;
    enum weakness weakness;
};

/* What is published: the histogram of a set of classes, coded or raw. */
struct output {
    unsigned classes;
    bool coded;
};

struct plan {
    struct output outputs[OUTPUTS_MAX];
    size_t count;
};

struct truth {
    uint64_t transcript;
    uint8_t counts[CLASSES][VALUES_MAX];
};

static struct disclosure_rules rules_of(const struct world *world)
{
    struct disclosure_rules rules = disclosure_default_rules;
    rules.k = world->weakness == NO_MERGING ? 1 : 4;
    rules.coalition = world->weakness == NO_CODING ? -1 : 1;
    return rules;
}

static unsigned arrived(size_t sector, int until)
{
    return ((2U << until) - 1) << (sector * TIMES);
}

static int64_t size_of(const struct world *world, unsigned classes)
{
    int64_t size = 0;
    for (int c = 0; c < CLASSES; c++)
        size += (classes >> c & 1) ? world->members[c] : 0;
    return size;
}

static void publish(struct plan *plan, unsigned classes, bool coded)
{
    if (plan->count == OUTPUTS_MAX)
        abort();
    plan->outputs[plan->count++] = (struct output){classes, coded};
}

/* The groups at a time, as sets of the classes that have arrived. */
static size_t group(const struct world *world, int time, size_t group_of[SECTORS])
{
    struct disclosure_rules rules = rules_of(world);
    struct disclosure_sector sectors[SECTORS];
    for (size_t s = 0; s < SECTORS; s++)
        sectors[s] =
            (struct disclosure_sector){s == 0 ? "a" : "b", size_of(world, arrived(s, TIMES - 1)),
                                       size_of(world, arrived(s, time))};
    if (world->weakness != NO_MERGING)
        return disclosure_group(&rules, sectors, SECTORS, group_of);
    for (size_t s = 0; s < SECTORS; s++)
        group_of[s] = s;
    return SECTORS;
}

static unsigned classes_of(const size_t group_of[SECTORS], size_t group_index, int time)
{
    unsigned classes = 0;
    for (size_t s = 0; s < SECTORS; s++)
        if (group_of[s] == group_index)
            classes |= arrived(s, time);
    return classes;
}

/* One release: what is pending enters as an atom, or everything so far is published again. */
static void release_group(const struct world *world, unsigned so_far, unsigned *entered, bool again,
                          struct plan *plan)
{
    struct disclosure_rules rules = rules_of(world);
    unsigned pending = so_far & ~*entered;
    bool coded = world->weakness != NO_MERGING;
    if (world->weakness == NO_EPOCHS || again) {
        if (size_of(world, pending) > 0 || again)
            publish(plan, so_far, coded);
        *entered |= so_far;
    } else if (size_of(world, pending) > 0 &&
               (!coded || disclosure_epoch_admits(&rules, size_of(world, pending)))) {
        publish(plan, pending, coded);
        *entered |= pending;
    }
}

static struct plan plan_of(const struct world *world)
{
    struct plan plan = {0};
    size_t group_of[SECTORS], groups = 0;
    unsigned entered = 0;
    for (int time = 0; time < TIMES; time++) {
        size_t fresh_of[SECTORS], fresh = group(world, time, fresh_of);
        bool regroup = groups != 0 && world->weakness == NO_FREEZING &&
                       memcmp(fresh_of, group_of, sizeof fresh_of) != 0;
        if (groups == 0 || regroup) {
            groups = fresh;
            memcpy(group_of, fresh_of, sizeof group_of);
        }
        for (size_t g = 0; g < groups; g++)
            release_group(world, classes_of(group_of, g, time), &entered, regroup, &plan);
        if (world->weakness == TOP_DOWN && groups != 0)
            publish(&plan, entered, false);
    }
    return plan;
}

/* Counts up to PEOPLE in four bits each; the last one follows from the sum. */
static uint64_t transcript_of(const struct world *world, const struct plan *plan,
                              const struct truth *truth)
{
    struct disclosure_rules rules = rules_of(world);
    uint64_t transcript = 0;
    for (size_t i = 0; i < plan->count; i++) {
        int64_t counts[VALUES_MAX] = {0};
        for (int c = 0; c < CLASSES; c++)
            for (int v = 0; (plan->outputs[i].classes >> c & 1) && v < world->values; v++)
                counts[v] += truth->counts[c][v];
        struct error err;
        if (plan->outputs[i].coded && !disclosure_code(&rules, counts, (size_t)world->values, &err))
            abort();
        for (int v = 0; v + 1 < world->values; v++)
            transcript = transcript << 4 | (uint64_t)counts[v];
    }
    return transcript;
}

/* The next way to spread a class's members over the values, or false after the last. */
static bool next_spread(uint8_t counts[VALUES_MAX], int values)
{
    int v = 0;
    while (v < values - 1 && counts[v] == 0)
        v++;
    if (v == values - 1)
        return false;
    uint8_t moved = counts[v];
    counts[v] = 0;
    counts[0] = (uint8_t)(moved - 1);
    counts[v + 1]++;
    return true;
}

static void first_spread(uint8_t counts[VALUES_MAX], int64_t members)
{
    memset(counts, 0, VALUES_MAX);
    counts[0] = (uint8_t)members;
}

static bool next_truth(const struct world *world, struct truth *truth)
{
    for (int c = 0; c < CLASSES; c++) {
        if (next_spread(truth->counts[c], world->values))
            return true;
        first_spread(truth->counts[c], world->members[c]);
    }
    return false;
}

static int by_transcript(const void *a, const void *b)
{
    const struct truth *left = a, *right = b;
    return (left->transcript > right->transcript) - (left->transcript < right->transcript);
}

struct truths {
    struct truth *list;
    size_t count, capacity;
};

static void enumerate(const struct world *world, struct truths *truths)
{
    struct plan plan = plan_of(world);
    struct truth truth = {0};
    for (int c = 0; c < CLASSES; c++)
        first_spread(truth.counts[c], world->members[c]);
    truths->count = 0;
    do {
        if (truths->count == truths->capacity) {
            truths->capacity = truths->capacity == 0 ? 8192 : 2 * truths->capacity;
            truths->list = xrealloc_array(truths->list, truths->capacity, sizeof truth);
        }
        truth.transcript = transcript_of(world, &plan, &truth);
        truths->list[truths->count++] = truth;
    } while (next_truth(world, &truth));
    qsort(truths->list, truths->count, sizeof truth, by_transcript);
}

/* The values that the others of class `target` hold in some world of the same transcript, in which
 * somebody of class `insider` holds `own`; 0 when there is no such world. insider < 0: an outsider.
 */
static unsigned possible(const struct truth *same, size_t count, int values, int insider, int own,
                         int target)
{
    unsigned possible_values = 0;
    for (size_t i = 0; i < count; i++) {
        if (insider >= 0 && same[i].counts[insider][own] == 0)
            continue;
        for (int v = 0; v < values; v++) {
            int self = target == insider && v == own ? 1 : 0;
            possible_values |= same[i].counts[target][v] > self ? 1U << v : 0;
        }
    }
    return possible_values;
}

static bool determined(const struct world *world, const struct truth *same, size_t count,
                       int insider, int own)
{
    for (int target = 0; target < CLASSES; target++) {
        unsigned values = possible(same, count, world->values, insider, own, target);
        if (values != 0 && (values & (values - 1)) == 0)
            return true;
    }
    return false;
}

static bool transcript_leaks(const struct world *world, const struct truth *same, size_t count)
{
    if (determined(world, same, count, -1, 0))
        return true;
    for (int insider = 0; insider < CLASSES; insider++)
        for (int own = 0; own < world->values; own++)
            if (determined(world, same, count, insider, own))
                return true;
    return false;
}

static bool leaks(const struct world *world, struct truths *truths)
{
    enumerate(world, truths);
    for (size_t from = 0, to; from < truths->count; from = to) {
        for (to = from;
             to < truths->count && truths->list[to].transcript == truths->list[from].transcript;)
            to++;
        if (transcript_leaks(world, &truths->list[from], to - from))
            return true;
    }
    return false;
}

/* Every division of at most PEOPLE people over the classes. */
static bool next_world(struct world *world)
{
    for (int c = 0; c < CLASSES; c++) {
        if (size_of(world, (1U << CLASSES) - 1) < PEOPLE) {
            world->members[c]++;
            return true;
        }
        world->members[c] = 0;
    }
    return false;
}

static void no_world_leaks(int values)
{
    struct world world = {.values = values};
    struct truths truths = {0};
    size_t worlds = 0, released = 0, leaking = 0;
    while (next_world(&world)) {
        struct plan plan = plan_of(&world);
        worlds++;
        released += plan.count > 0;
        leaking += leaks(&world, &truths);
    }
    printf(" %zu worlds, %zu released, %zu leak ", worlds, released, leaking);
    CU_ASSERT_EQUAL(leaking, 0);
    CU_ASSERT(released > 1000);
    free(truths.list);
}

static void no_world_of_two_values_leaks(void)
{
    no_world_leaks(2);
}

static void no_world_of_three_values_leaks(void)
{
    no_world_leaks(3);
}

static bool world_leaks(struct world world, enum weakness weakness)
{
    struct truths truths = {0};
    world.weakness = weakness;
    bool leaked = leaks(&world, &truths);
    free(truths.list);
    return leaked;
}

static void each_rule_is_needed(void)
{
    static const struct {
        const char *rule;
        enum weakness without;
        struct world world;
    } cases[] = {
        {"coding: a unanimous group", NO_CODING, {.members = {4, 0, 0, 5}, .values = 3}},
        {"merging: a sector of one", NO_MERGING, {.members = {5, 0, 0, 1}, .values = 3}},
        {"freezing: a group splits later", NO_FREEZING, {.members = {4, 0, 0, 1, 3}, .values = 3}},
        {"epochs: a late answer", NO_EPOCHS, {.members = {5, 1}, .values = 3}},
        {"bottom-up: a raw total", TOP_DOWN, {.members = {4, 0, 0, 4}, .values = 3}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool sound = !world_leaks(cases[i].world, SOUND);
        bool needed = world_leaks(cases[i].world, cases[i].without);
        if (!sound || !needed)
            printf("\n%s: sound %d, needed %d", cases[i].rule, sound, needed);
        CU_ASSERT(sound);
        CU_ASSERT(needed);
    }
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"each rule is needed", each_rule_is_needed},
        {"no world of two values leaks", no_world_of_two_values_leaks},
        {"no world of three values leaks", no_world_of_three_values_leaks},
        {0},
    };
    return suite_run("theorem", tests);
}

#include "tidy_layout.h"

#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A joint count and the items it is of, two lists. */
struct source {
    struct facts_joint joint;
    size_t items[2][TIDY_ITEMS_MAX];
    size_t counts[2];
    const char *level; /* of commitments; NULL: all */
};

static const struct {
    const char *name, *before_wave, *before, *wave, *after;
} gains[] = {
    {"RPP", "post", "learn_then", "post", "learn_now"},
    {"PREPOST", "pre", "learn_pre", "post", "learn_now"},
    {"SHIFT", "pre", "learn_pre", "post", "learn_then"},
    {"FADE", "post", "learn_now", "fu", "learn_fu"},
};

static bool scored_answer(const struct tidy *tidy, size_t person, size_t item, int *value)
{
    if (!tidy_answered(tidy, person, table_field(&tidy->items, item, "wave"), item, value))
        return false;
    *value = tidy_scored(tidy, item, *value);
    return true;
}

static bool two_values(const struct tidy *tidy, const struct source *source, size_t person,
                       int *key)
{
    return scored_answer(tidy, person, source->items[0][0], &key[0]) &&
           scored_answer(tidy, person, source->items[1][0], &key[1]);
}

static bool topics(const struct tidy *tidy, const struct source *source, size_t person, int *key)
{
    for (size_t i = 0; i < source->counts[0]; i++) {
        int before, after;
        if (!scored_answer(tidy, person, source->items[0][i], &before) ||
            !scored_answer(tidy, person, source->items[1][i], &after))
            continue;
        key[0]++;
        key[1] += after - before;
    }
    return true;
}

static bool two_indices(const struct tidy *tidy, const struct source *source, size_t person,
                        int *key)
{
    for (int i = 0; i < 2; i++) {
        struct facts_pair pair =
            tidy_pair_of(tidy, person, source->joint.wave, source->items[i], source->counts[i]);
        key[2 * i] = pair.answered;
        key[2 * i + 1] = (int)pair.sum;
    }
    return true;
}

static bool commitments(const struct tidy *tidy, const struct source *source, size_t person,
                        int *key)
{
    const struct table *table = &tidy->commitments;
    const char *id = table_field(&tidy->participants, person, "participant_id");
    const char *trip = table_field(&tidy->participants, person, "trip_id");
    for (size_t row = 1; row < table->count; row++) {
        if (!table_is(table, row, "participant_id", id) || !table_is(table, row, "trip_id", trip) ||
            (source->level != NULL && !table_is(table, row, "level", source->level)))
            continue;
        key[0]++;
        key[1] += table_is(table, row, "status", "withdrawn");
        key[2] += table_is(table, row, "status", "completed");
        key[3] += table_is(table, row, "status", "unknown");
    }
    return true;
}

static bool (*const key_of[FACTS_JOINT_KINDS])(const struct tidy *, const struct source *, size_t,
                                               int *) = {
    [FACTS_GAIN] = two_values,   [FACTS_GAIN_INDEX] = topics,     [FACTS_GAP] = two_indices,
    [FACTS_UPTAKE] = two_values, [FACTS_CONVERSION] = two_values, [FACTS_COMMITMENT] = commitments,
};

/* Folds equal keys: facts take each key once. */
static void count_keys(struct facts *facts, const char *name, const char *sector,
                       struct facts_joint_cell *cells, size_t n)
{
    struct error err;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            if (memcmp(cells[i].key, cells[j].key, sizeof cells[i].key) != 0)
                continue;
            cells[i].count += cells[j].count;
            cells[j].count = 0;
        }
        if (cells[i].count > 0)
            tidy_must(facts_count_joint(facts, name, sector, cells[i].key, cells[i].count, &err),
                      &err);
    }
}

static size_t people_of(const struct tidy *tidy, const char *trip, const struct source *source,
                        const char *sector, size_t *people)
{
    if (source->joint.kind != FACTS_COMMITMENT)
        return tidy_eligible(tidy, trip, source->joint.wave, sector, people);
    size_t count = 0;
    for (size_t row = 1; row < tidy->participants.count; row++)
        if (tidy_is_delegate(tidy, row, trip) &&
            table_is(&tidy->participants, row, "sector", sector))
            people[count++] = row;
    return count;
}

static void add_source(const struct tidy *tidy, const char *trip, const struct source *source,
                       struct facts *facts)
{
    struct error err;
    tidy_must(facts_add_joint(facts, &source->joint, &err), &err);
    size_t *people = xcalloc_array(tidy->participants.count, sizeof *people);
    struct facts_joint_cell *cells = xcalloc_array(tidy->participants.count, sizeof *cells);
    for (size_t s = 0; s < 4; s++) {
        size_t n = 0, count = people_of(tidy, trip, source, tidy_sectors[s], people);
        for (size_t i = 0; i < count; i++) {
            cells[n] = (struct facts_joint_cell){.count = 1};
            n += key_of[source->joint.kind](tidy, source, people[i], cells[n].key);
        }
        count_keys(facts, source->joint.name, tidy_sectors[s], cells, n);
    }
    free(cells);
    free(people);
}

static struct facts_part part_of(const struct tidy *tidy, const size_t *items, size_t count,
                                 int minimum)
{
    return (struct facts_part){
        .min = atoi(table_field(&tidy->items, items[0], "min")),
        .max = atoi(table_field(&tidy->items, items[0], "max")),
        .items = (int)count,
        .minimum_answered = minimum,
    };
}

/* The topics of both constructs stand in the same order and have one scale. */
static void add_gains(const struct tidy *tidy, const char *trip, size_t index, struct facts *facts)
{
    struct source all = {
        .joint = {.kind = FACTS_GAIN_INDEX, .name = "RPP_INDEX", .wave = gains[index].wave}};
    all.counts[0] = tidy_items_where(tidy, gains[index].before_wave, "construct",
                                     gains[index].before, all.items[0]);
    all.counts[1] =
        tidy_items_where(tidy, gains[index].wave, "construct", gains[index].after, all.items[1]);
    if (all.counts[0] == 0 || all.counts[0] != all.counts[1])
        return;
    all.joint.parts[0] = part_of(tidy, all.items[0], all.counts[0], 2);
    for (size_t i = 0; i < all.counts[0]; i++) {
        char name[64];
        const char *topic = strrchr(table_field(&tidy->items, all.items[0][i], "item_id"), '_');
        snprintf(name, sizeof name, "%s%s", gains[index].name, topic);
        struct source one = {.joint = all.joint, .counts = {1, 1}};
        one.joint.kind = FACTS_GAIN;
        one.joint.name = name;
        one.items[0][0] = all.items[0][i];
        one.items[1][0] = all.items[1][i];
        add_source(tidy, trip, &one, facts);
    }
    if (strcmp(gains[index].name, "RPP") == 0)
        add_source(tidy, trip, &all, facts);
}

static void add_constructs(const struct tidy *tidy, const char *trip, const char *const keys[4],
                           struct facts_joint joint, struct facts *facts)
{
    struct source source = {.joint = joint};
    for (int i = 0; i < 2; i++) {
        source.counts[i] =
            tidy_items_where(tidy, keys[2 * i], "construct", keys[2 * i + 1], source.items[i]);
        if (source.counts[i] == 0)
            return;
        source.joint.parts[i] = part_of(tidy, source.items[i], source.counts[i], 1);
    }
    add_source(tidy, trip, &source, facts);
}

void tidy_add_joints(const struct tidy *tidy, const char *trip, struct facts *facts)
{
    static const struct facts_joint gap = {"TRANSFER_GAP", FACTS_GAP, "fu", {{0}, {0}}},
                                    uptake = {"UPTAKE", FACTS_UPTAKE, "fu", {{0}, {0}}},
                                    host = {"HOST", FACTS_CONVERSION, "fu", {{0}, {0}}};
    static const char *const levels[][2] = {
        {"COMMIT_all", NULL}, {"COMMIT_ind", "ind"}, {"COMMIT_org", "org"}};
    for (size_t i = 0; i < sizeof gains / sizeof *gains; i++)
        add_gains(tidy, trip, i, facts);
    add_constructs(tidy, trip, (const char *[]){"fu", "transfer_ind", "fu", "transfer_org"}, gap,
                   facts);
    add_constructs(tidy, trip, (const char *[]){"fu", "applied_ind", "fu", "applied_org"}, uptake,
                   facts);
    add_constructs(tidy, trip, (const char *[]){"post", "host_made", "fu", "host_kept"}, host,
                   facts);
    for (size_t i = 0; i < 3; i++) {
        struct source source = {.level = levels[i][1]};
        source.joint =
            (struct facts_joint){.name = levels[i][0], .kind = FACTS_COMMITMENT, .wave = "fu"};
        add_source(tidy, trip, &source, facts);
    }
}

#include "facts_layout.h"

#include <assert.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static bool on_scale(const struct facts_part *part, int value)
{
    return value >= part->min && value <= part->max;
}

static bool possible_sum(const struct facts_part *part, int answered, int64_t sum, int min, int max)
{
    return answered >= 0 && answered <= part->items && sum >= (int64_t)answered * min &&
           sum <= (int64_t)answered * max;
}

static bool gain_possible(const struct facts_joint *joint, const int *key)
{
    return on_scale(&joint->parts[0], key[0]) && on_scale(&joint->parts[0], key[1]);
}

static bool gain_index_possible(const struct facts_joint *joint, const int *key)
{
    const struct facts_part *part = &joint->parts[0];
    int span = part->max - part->min;
    return possible_sum(part, key[0], key[1], -span, span);
}

static bool gain_index_counts(const struct facts_joint *joint, const int *key)
{
    return key[0] >= joint->parts[0].minimum_answered;
}

static bool gap_possible(const struct facts_joint *joint, const int *key)
{
    const struct facts_part *a = &joint->parts[0], *b = &joint->parts[1];
    return possible_sum(a, key[0], key[1], a->min, a->max) &&
           possible_sum(b, key[2], key[3], b->min, b->max);
}

static bool gap_counts(const struct facts_joint *joint, const int *key)
{
    return key[0] >= joint->parts[0].minimum_answered && key[2] >= joint->parts[1].minimum_answered;
}

static bool uptake_possible(const struct facts_joint *joint, const int *key)
{
    (void)joint;
    return (key[0] == 0 || key[0] == 1) && (key[1] == 0 || key[1] == 1);
}

static bool conversion_possible(const struct facts_joint *joint, const int *key)
{
    (void)joint;
    return key[0] >= 0 && key[0] <= FACTS_VALUE_MAX && key[1] >= 0 && key[1] <= FACTS_VALUE_MAX;
}

static bool commitment_possible(const struct facts_joint *joint, const int *key)
{
    (void)joint;
    for (int i = 0; i < 4; i++)
        if (key[i] < 0 || key[i] > FACTS_COMMITMENTS_MAX)
            return false;
    return key[1] + key[2] + key[3] <= key[0];
}

static bool commitment_counts(const struct facts_joint *joint, const int *key)
{
    (void)joint;
    return key[0] > 0;
}

/* What a kind's key may be, and who of it counts (everybody without `counts`). */
static const struct kind {
    int keys, parts;
    bool has_items;  /* its parts are indices */
    bool of_members; /* not only the eligible of its wave */
    bool (*possible)(const struct facts_joint *joint, const int *key);
    bool (*counts)(const struct facts_joint *joint, const int *key);
} kinds[FACTS_JOINT_KINDS] = {
    [FACTS_GAIN] = {.keys = 2, .parts = 1, .possible = gain_possible},
    [FACTS_GAIN_INDEX] = {.keys = 2,
                          .parts = 1,
                          .has_items = true,
                          .possible = gain_index_possible,
                          .counts = gain_index_counts},
    [FACTS_GAP] =
        {.keys = 4, .parts = 2, .has_items = true, .possible = gap_possible, .counts = gap_counts},
    [FACTS_UPTAKE] = {.keys = 2, .possible = uptake_possible},
    [FACTS_CONVERSION] = {.keys = 2, .possible = conversion_possible},
    [FACTS_COMMITMENT] = {.keys = 4,
                          .of_members = true,
                          .possible = commitment_possible,
                          .counts = commitment_counts},
};

int facts_joint_keys(enum facts_joint_kind kind)
{
    assert(kind < FACTS_JOINT_KINDS);
    return kinds[kind].keys;
}

void facts_destroy_joints(struct facts *facts)
{
    for (size_t i = 0; i < facts->joint_count; i++) {
        struct joint_facts *joint = &facts->joints[i];
        for (size_t slot = 0; slot <= facts->slice_count; slot++)
            free(joint->slots[slot].cells);
        free(joint->slots);
        free((void *)(uintptr_t)joint->joint.name);
    }
    free(facts->joints);
}

static struct joint_facts *find_joint(const struct facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->joint_count; i++)
        if (strcmp(facts->joints[i].joint.name, name) == 0)
            return &facts->joints[i];
    return NULL;
}

static bool check_parts(const struct facts_joint *joint, struct error *err)
{
    const struct kind *kind = &kinds[joint->kind];
    for (int i = 0; i < kind->parts; i++) {
        const struct facts_part *part = &joint->parts[i];
        if (!facts_check_scale(joint->name, part->min, part->max, err))
            return false;
        if (kind->has_items && (part->items < 1 || part->items > FACTS_SERIES_MAX ||
                                part->minimum_answered < 1 || part->minimum_answered > part->items))
            return error_set(err, ERR_INVALID, "%s has an impossible minimum", joint->name);
    }
    return true;
}

bool facts_add_joint(struct facts *facts, const struct facts_joint *joint, struct error *err)
{
    const struct wave_facts *wave = facts_find_building(facts, joint->wave, err);
    if (wave == NULL || !facts_check_name(joint->name, err))
        return false;
    if (joint->kind >= FACTS_JOINT_KINDS)
        return error_set(err, ERR_INVALID, "%s is of no kind", joint->name);
    if (find_joint(facts, joint->name) != NULL || facts->joint_count == FACTS_JOINTS_MAX)
        return error_set(err, ERR_INVALID, "%s is named twice or one too many", joint->name);
    if (!check_parts(joint, err))
        return false;
    facts->joints = facts_grow(facts->joints, facts->joint_count, sizeof *facts->joints);
    struct joint_facts *added = &facts->joints[facts->joint_count++];
    added->joint = *joint;
    added->joint.name = xstrdup(joint->name);
    added->joint.wave = wave->name;
    added->slots = xcalloc_array(facts->slice_count + 1, sizeof *added->slots);
    return true;
}

static int compare_keys(const int *a, const int *b)
{
    int i = 0;
    while (i < FACTS_JOINT_KEYS - 1 && a[i] == b[i])
        i++;
    return (a[i] > b[i]) - (a[i] < b[i]);
}

/* Where a key is, or would be. */
static size_t position(const struct joint_cells *cells, const int *key)
{
    size_t from = 0, to = cells->length;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare_keys(cells->cells[middle].key, key) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool has_key(const struct joint_cells *cells, const int *key)
{
    size_t at = position(cells, key);
    return at < cells->length && compare_keys(cells->cells[at].key, key) == 0;
}

static void cells_add(struct joint_cells *cells, const struct facts_joint_cell *cell)
{
    size_t at = position(cells, cell->key);
    cells->total += cell->count;
    if (has_key(cells, cell->key)) {
        cells->cells[at].count += cell->count;
        return;
    }
    if (cells->length == cells->capacity) {
        cells->capacity = cells->capacity == 0 ? 8 : 2 * cells->capacity;
        cells->cells = xrealloc_array(cells->cells, cells->capacity, sizeof *cells->cells);
    }
    memmove(&cells->cells[at + 1], &cells->cells[at], (cells->length - at) * sizeof *cells->cells);
    cells->cells[at] = *cell;
    cells->length++;
}

bool facts_count_joint(struct facts *facts, const char *name, const char *slice, const int *key,
                       int64_t count, struct error *err)
{
    size_t slot;
    struct joint_facts *series = find_joint(facts, name);
    if (series == NULL || facts->sealed)
        return error_set(err, ERR_INVALID, "no joint count %s in facts being built", name);
    if (!facts_slice_slot(facts, slice, &slot, err) || !facts_check_count(count, name, err))
        return false;
    const struct kind *kind = &kinds[series->joint.kind];
    struct facts_joint_cell cell = {.count = count};
    memcpy(cell.key, key, (size_t)kind->keys * sizeof *key);
    if (!kind->possible(&series->joint, cell.key))
        return error_set(err, ERR_INVALID, "%s counts what cannot be in %s", name, slice);
    if (has_key(&series->slots[slot], cell.key))
        return error_set(err, ERR_INVALID, "%s counts a key twice in %s", name, slice);
    if (count == 0 || (kind->counts != NULL && !kind->counts(&series->joint, cell.key)))
        return true;
    cells_add(&series->slots[slot], &cell);
    if (slot != 0)
        cells_add(&series->slots[0], &cell);
    return true;
}

static const struct wave_facts *wave_of(const struct facts *facts, const struct facts_joint *joint)
{
    const struct wave_facts *wave = facts->waves;
    while (strcmp(wave->name, joint->wave) != 0)
        wave++;
    return wave;
}

static bool check_joint(const struct facts *facts, const struct joint_facts *series,
                        struct error *err)
{
    const struct facts_joint *joint = &series->joint;
    const struct wave_facts *wave = wave_of(facts, joint);
    if (joint->kind == FACTS_GAP && facts_has_series(wave, joint->name))
        return error_set(err, ERR_INVALID, "%s is named twice in its wave", joint->name);
    for (size_t slot = 0; slot <= facts->slice_count; slot++) {
        int64_t people = facts_people(facts, wave, slot);
        if (!kinds[joint->kind].of_members)
            people -= wave->dispositions[slot][FACTS_NOT_ELIGIBLE];
        if (series->slots[slot].total > people)
            return error_set(err, ERR_INVALID, "%s counts more persons than there are",
                             joint->name);
    }
    return true;
}

bool facts_check_joints(const struct facts *facts, struct error *err)
{
    for (size_t i = 0; i < facts->joint_count; i++)
        if (!check_joint(facts, &facts->joints[i], err))
            return false;
    return true;
}

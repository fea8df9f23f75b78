#include "facts_layout.h"

#include <assert.h>
#include <debriefd/network.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct facts *facts_create(void)
{
    return xcalloc(sizeof(struct facts));
}

static void destroy_items(struct wave_facts *wave, size_t slots)
{
    for (size_t i = 0; i < wave->item_count; i++) {
        for (size_t s = 0; s < slots; s++)
            free(wave->items[i].slots[s].cells);
        free(wave->items[i].slots);
        free((void *)(uintptr_t)wave->items[i].item.name);
    }
    free(wave->items);
}

static void destroy_composites(struct wave_facts *wave, size_t slots)
{
    for (size_t i = 0; i < wave->composite_count; i++) {
        for (size_t s = 0; s < slots; s++)
            free(wave->composites[i].slots[s].pairs);
        free(wave->composites[i].slots);
        free((void *)(uintptr_t)wave->composites[i].composite.name);
    }
    free(wave->composites);
}

static void destroy_moments(struct wave_facts *wave)
{
    for (size_t i = 0; i < wave->moments_count; i++) {
        free((void *)(uintptr_t)wave->moments[i].name);
        free((void *)(uintptr_t)wave->moments[i].sums);
        free((void *)(uintptr_t)wave->moments[i].products);
    }
    free(wave->moments);
}

void facts_destroy(struct facts *facts)
{
    if (facts == NULL)
        return;
    size_t slots = facts->slice_count + 1;
    for (size_t i = 0; i < facts->wave_count; i++) {
        struct wave_facts *wave = &facts->waves[i];
        destroy_items(wave, slots);
        destroy_composites(wave, slots);
        destroy_moments(wave);
        free(wave->dispositions);
        free(wave->name);
    }
    facts_destroy_joints(facts);
    network_destroy(facts->network);
    for (size_t i = 1; i < slots; i++)
        free((void *)(uintptr_t)facts->slices[i].name);
    free(facts);
}

void facts_set_network(struct facts *facts, struct network *network)
{
    network_destroy(facts->network);
    facts->network = network;
}

bool facts_check_name(const char *name, struct error *err)
{
    if (name == NULL || name[0] == '\0' || strlen(name) > FACTS_NAME_MAX)
        return error_set(err, ERR_INVALID, "a name in the facts is empty or too long");
    return true;
}

bool facts_check_count(int64_t count, const char *what, struct error *err)
{
    if (count < 0 || count > FACTS_COUNT_MAX)
        return error_set(err, ERR_INVALID, "%s counts %lld, outside 0..%lld", what,
                         (long long)count, (long long)FACTS_COUNT_MAX);
    return true;
}

static size_t find_slice(const struct facts *facts, const char *name)
{
    size_t slice = facts->slice_count;
    while (slice > 0 && strcmp(facts->slices[slice].name, name) != 0)
        slice--;
    return slice;
}

bool facts_add_slice(struct facts *facts, const struct facts_slice *slice, struct error *err)
{
    if (!facts_check_name(slice->name, err) ||
        !facts_check_count(slice->members, slice->name, err) ||
        !facts_check_count(slice->staff, slice->name, err))
        return false;
    if (facts->slices_done || facts->slice_count == FACTS_SLICES_MAX)
        return error_set(err, ERR_INVALID, "slice %s comes too late or is one too many",
                         slice->name);
    if (find_slice(facts, slice->name) != 0 || strcmp(slice->name, "all") == 0)
        return error_set(err, ERR_INVALID, "slice %s is named twice", slice->name);
    if (!isfinite(slice->target) || slice->target < 0 || slice->target > 1)
        return error_set(err, ERR_INVALID, "slice %s has a target outside 0..1", slice->name);
    struct facts_slice *added = &facts->slices[++facts->slice_count];
    *added = *slice;
    added->name = xstrdup(slice->name);
    facts->slices[0].members += slice->members;
    facts->slices[0].staff += slice->staff;
    return true;
}

static bool check_targets(const struct facts *facts, struct error *err)
{
    double sum = 0;
    for (size_t i = 1; i <= facts->slice_count; i++)
        sum += facts->slices[i].target;
    if (sum != 0 && fabs(sum - 1) > 1e-6)
        return error_set(err, ERR_INVALID, "the slices' targets sum to %g, not to 1", sum);
    return true;
}

void facts_set_anonymous(struct facts *facts)
{
    assert(!facts->slices_done);
    facts->is_anonymous = true;
}

bool facts_is_anonymous(const struct facts *facts)
{
    return facts->is_anonymous;
}

bool facts_slices_done(struct facts *facts, struct error *err)
{
    if (facts->slices_done)
        return error_set(err, ERR_INVALID, "the slices were already ended");
    if (!check_targets(facts, err))
        return false;
    facts->slices_done = true;
    return true;
}

struct wave_facts *facts_find_building(struct facts *facts, const char *name, struct error *err)
{
    for (size_t i = 0; i < facts->wave_count && !facts->sealed; i++)
        if (strcmp(facts->waves[i].name, name) == 0)
            return &facts->waves[i];
    error_set(err, ERR_INVALID, "no wave %s in facts being built", name);
    return NULL;
}

bool facts_slice_slot(const struct facts *facts, const char *name, size_t *slot, struct error *err)
{
    *slot = 0;
    if (facts->is_anonymous && strcmp(name, "all") == 0)
        return true;
    if (!facts->is_anonymous)
        *slot = find_slice(facts, name);
    return *slot != 0 || error_set(err, ERR_INVALID, "no slice %s in the facts", name);
}

bool facts_add_wave(struct facts *facts, const char *name, enum facts_wave_state state,
                    struct error *err)
{
    if (!facts_check_name(name, err))
        return false;
    if (!facts->slices_done || facts->sealed || facts->wave_count == FACTS_WAVES_MAX)
        return error_set(err, ERR_INVALID, "wave %s comes at a wrong time or is one too many",
                         name);
    for (size_t i = 0; i < facts->wave_count; i++)
        if (strcmp(facts->waves[i].name, name) == 0)
            return error_set(err, ERR_INVALID, "wave %s is named twice", name);
    struct wave_facts *wave = &facts->waves[facts->wave_count++];
    wave->name = xstrdup(name);
    wave->state = state;
    wave->dispositions = xcalloc_array(facts->slice_count + 1, sizeof *wave->dispositions);
    return true;
}

bool facts_count_disposition(struct facts *facts, const char *wave_name, const char *slice,
                             enum facts_disposition disposition, int64_t count, struct error *err)
{
    size_t slot;
    struct wave_facts *wave = facts_find_building(facts, wave_name, err);
    if (wave == NULL || !facts_slice_slot(facts, slice, &slot, err) ||
        !facts_check_count(count, slice, err))
        return false;
    if (disposition >= FACTS_DISPOSITIONS || wave->dispositions[slot][disposition] != 0)
        return error_set(err, ERR_INVALID, "a disposition of %s is unknown or counted twice",
                         slice);
    wave->dispositions[slot][disposition] = count;
    if (slot != 0)
        wave->dispositions[0][disposition] += count;
    return true;
}

bool facts_count_panel(struct facts *facts, const char *slice, int64_t count, struct error *err)
{
    size_t slot;
    if (!facts_slice_slot(facts, slice, &slot, err) || !facts_check_count(count, slice, err))
        return false;
    if (facts->sealed || !facts->slices_done || facts->panel[slot] != 0)
        return error_set(err, ERR_INVALID, "the panel of %s is counted twice or too late", slice);
    facts->panel[slot] = count;
    if (slot != 0)
        facts->panel[0] += count;
    return true;
}

static int64_t disposed(const int64_t *dispositions)
{
    int64_t sum = 0;
    for (int d = 0; d < FACTS_DISPOSITIONS; d++)
        sum += dispositions[d];
    return sum;
}

int64_t facts_people(const struct facts *facts, const struct wave_facts *wave, size_t slot)
{
    int64_t members = facts->slices[slot].members, known = disposed(wave->dispositions[slot]);
    return facts->is_anonymous && known > members ? known : members;
}

static bool check_series(const struct wave_facts *wave, size_t slot, int64_t eligible,
                         struct error *err)
{
    for (size_t i = 0; i < wave->item_count; i++)
        if (wave->items[i].slots[slot].total > eligible)
            return error_set(err, ERR_INVALID, "%s has more answers than eligible persons",
                             wave->items[i].item.name);
    for (size_t i = 0; i < wave->composite_count; i++)
        if (wave->composites[i].slots[slot].total > eligible)
            return error_set(err, ERR_INVALID, "%s has more answers than eligible persons",
                             wave->composites[i].composite.name);
    for (size_t i = 0; slot == 0 && i < wave->moments_count; i++)
        if (wave->moments[i].n > eligible)
            return error_set(err, ERR_INVALID, "%s has more cases than eligible persons",
                             wave->moments[i].name);
    return true;
}

static bool check_wave(const struct facts *facts, const struct wave_facts *wave, struct error *err)
{
    for (size_t slot = 0; slot <= facts->slice_count; slot++) {
        const int64_t *dispositions = wave->dispositions[slot];
        int64_t members = facts_people(facts, wave, slot);
        if (disposed(dispositions) > members)
            return error_set(err, ERR_INVALID, "wave %s disposes of more persons than members",
                             wave->name);
        if (!check_series(wave, slot, members - dispositions[FACTS_NOT_ELIGIBLE], err))
            return false;
    }
    return true;
}

/* AAPOR counts a person of the list without a disposition as unknown. */
static void count_missing_as_unknown(struct facts *facts)
{
    for (size_t w = 0; w < facts->wave_count; w++)
        for (size_t slot = 0; slot <= facts->slice_count; slot++) {
            int64_t *dispositions = facts->waves[w].dispositions[slot];
            int64_t people = facts_people(facts, &facts->waves[w], slot);
            dispositions[FACTS_UNKNOWN] += people - disposed(dispositions);
        }
}

bool facts_seal(struct facts *facts, struct error *err)
{
    if (facts->sealed || !facts->slices_done)
        return error_set(err, ERR_INVALID, "facts are sealed once, after their slices");
    for (size_t i = 0; i < facts->wave_count; i++)
        if (!check_wave(facts, &facts->waves[i], err))
            return false;
    for (size_t slot = 1; slot <= facts->slice_count; slot++)
        if (facts->panel[slot] > facts->slices[slot].members)
            return error_set(err, ERR_INVALID, "the panel of %s is larger than the slice",
                             facts->slices[slot].name);
    if (!facts_check_joints(facts, err))
        return false;
    count_missing_as_unknown(facts);
    facts->sealed = true;
    return true;
}

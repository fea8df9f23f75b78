#include "facts_layout.h"

#include <assert.h>
#include <string.h>

static const struct wave_facts *wave_at(const struct facts *facts, size_t wave)
{
    assert(facts->sealed && wave < facts->wave_count);
    return &facts->waves[wave];
}

size_t facts_slices(const struct facts *facts)
{
    return facts->slice_count;
}

const struct facts_slice *facts_slice(const struct facts *facts, size_t slice)
{
    assert(slice >= 1 && slice <= facts->slice_count);
    return &facts->slices[slice];
}

const char *facts_slice_name(const struct facts *facts, size_t slice)
{
    assert(slice <= facts->slice_count);
    return slice == 0 ? "all" : facts->slices[slice].name;
}

int64_t facts_members(const struct facts *facts, size_t slice)
{
    assert(slice <= facts->slice_count);
    return facts->slices[slice].members;
}

int64_t facts_staff(const struct facts *facts, size_t slice)
{
    assert(slice <= facts->slice_count);
    return facts->slices[slice].staff;
}

int64_t facts_panel(const struct facts *facts, size_t slice)
{
    assert(slice <= facts->slice_count);
    return facts->panel[slice];
}

size_t facts_waves(const struct facts *facts)
{
    return facts->wave_count;
}

const char *facts_wave_name(const struct facts *facts, size_t wave)
{
    return wave_at(facts, wave)->name;
}

enum facts_wave_state facts_wave_state(const struct facts *facts, size_t wave)
{
    return wave_at(facts, wave)->state;
}

bool facts_find_wave(const struct facts *facts, const char *name, size_t *wave)
{
    for (size_t i = 0; i < facts->wave_count; i++) {
        if (strcmp(facts->waves[i].name, name) != 0)
            continue;
        *wave = i;
        return true;
    }
    return false;
}

int64_t facts_disposition(const struct facts *facts, size_t wave, size_t slice,
                          enum facts_disposition disposition)
{
    assert(slice <= facts->slice_count && disposition < FACTS_DISPOSITIONS);
    return wave_at(facts, wave)->dispositions[slice][disposition];
}

int64_t facts_eligible(const struct facts *facts, size_t wave, size_t slice)
{
    return facts_people(facts, wave_at(facts, wave), slice) -
           facts_disposition(facts, wave, slice, FACTS_NOT_ELIGIBLE);
}

size_t facts_items(const struct facts *facts, size_t wave)
{
    return wave_at(facts, wave)->item_count;
}

const struct facts_item *facts_item(const struct facts *facts, size_t wave, size_t item)
{
    assert(item < facts_items(facts, wave));
    return &facts->waves[wave].items[item].item;
}

struct facts_histogram facts_histogram(const struct facts *facts, size_t wave, size_t item,
                                       size_t slice)
{
    assert(item < facts_items(facts, wave) && slice <= facts->slice_count);
    const struct cells *cells = &facts->waves[wave].items[item].slots[slice];
    return (struct facts_histogram){cells->cells, cells->length};
}

size_t facts_composites(const struct facts *facts, size_t wave)
{
    return wave_at(facts, wave)->composite_count;
}

const struct facts_composite *facts_composite(const struct facts *facts, size_t wave,
                                              size_t composite)
{
    assert(composite < facts_composites(facts, wave));
    return &facts->waves[wave].composites[composite].composite;
}

struct facts_pairs facts_pairs(const struct facts *facts, size_t wave, size_t composite,
                               size_t slice)
{
    assert(composite < facts_composites(facts, wave) && slice <= facts->slice_count);
    const struct pairs *pairs = &facts->waves[wave].composites[composite].slots[slice];
    return (struct facts_pairs){pairs->pairs, pairs->length};
}

size_t facts_scales(const struct facts *facts, size_t wave)
{
    return wave_at(facts, wave)->moments_count;
}

const struct facts_moments *facts_moments(const struct facts *facts, size_t wave, size_t scale)
{
    assert(scale < facts_scales(facts, wave));
    return &facts->waves[wave].moments[scale];
}

size_t facts_joints(const struct facts *facts)
{
    return facts->joint_count;
}

const struct facts_joint *facts_joint(const struct facts *facts, size_t joint)
{
    assert(joint < facts_joints(facts));
    return &facts->joints[joint].joint;
}

struct facts_joint_cells facts_joint_cells(const struct facts *facts, size_t joint, size_t slice)
{
    assert(facts->sealed && joint < facts_joints(facts) && slice <= facts->slice_count);
    const struct joint_cells *cells = &facts->joints[joint].slots[slice];
    return (struct facts_joint_cells){cells->cells, cells->length};
}

const struct network *facts_network(const struct facts *facts)
{
    return facts->network;
}

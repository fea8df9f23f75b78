/* The coding of an atom: each item's histogram over the values that it can have. */
#include "admit_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

const char *waiting_text(const struct waiting_family *family, int row, enum waiting_column column)
{
    return rows_text(family->rows, row, (int)column);
}

bool waiting_in_group(const struct study_run *run, const struct waiting_groups *groups,
                      size_t group, const char *sector)
{
    const struct facts *facts = run->loaded.facts;
    if (sector[0] == '\0') /* an anonymous wave has one group */
        return group == 0;
    for (size_t i = 0; i < facts_slices(facts); i++)
        if (strcmp(facts_slice_name(facts, i + 1), sector) == 0)
            return groups->admission.group_of[i] == group;
    return false;
}

static const struct study_wave *wave_of(const struct study_run *run,
                                        const struct waiting_family *family)
{
    for (size_t i = 0; i < run->loaded.wave_count; i++)
        if (strcmp(run->loaded.waves[i].kind, family->wave) == 0)
            return &run->loaded.waves[i];
    abort(); /* the statements read one snapshot */
}

/* Complete cases only: see logic.families. */
static struct facts_composite composite_of(const struct study_run *run,
                                           const struct waiting_family *family)
{
    const json_t *composite = study_wave_composite(wave_of(run, family), family->name);
    const json_t *items = json_object_get(composite, "items");
    const json_t *first = json_array_get(items, 0);
    return (struct facts_composite){
        .name = family->name,
        .min = (int)json_integer_value(json_object_get(first, "min")),
        .max = (int)json_integer_value(json_object_get(first, "max")),
        .items = (int)json_array_size(items),
        .minimum_answered = (int)json_array_size(items),
    };
}

static bool is_index(const struct waiting_family *family)
{
    return strcmp(family->type, "index") == 0;
}

static bool is_gain(const struct waiting_family *family)
{
    return strcmp(family->type, "gain") == 0;
}

/* Where a row counts: an item's raw value, a gain's difference, or an index's bin. `minimum` is the
 * scale's least value. */
static int place_of(const struct study_run *run, const struct waiting_family *family, int row,
                    int minimum)
{
    int answered = (int)rows_int64(family->rows, row, ANSWERED);
    int64_t total = rows_int64(family->rows, row, TOTAL);
    if (!is_index(family))
        return (int)total - minimum;
    struct facts_composite scale = composite_of(run, family);
    return disclosure_index_bin(&scale, answered, total);
}

struct scale {
    int minimum;
    size_t categories;
    bool is_counted;
};

/* The differences of two answers of one scale. */
static bool gain_scale(const struct study_run *run, const struct waiting_family *family,
                       struct scale *scale)
{
    const struct facts *facts = run->loaded.facts;
    for (size_t i = 0; i < facts_joints(facts); i++) {
        const struct facts_joint *joint = facts_joint(facts, i);
        int span = joint->parts[0].max - joint->parts[0].min;
        if (joint->kind != FACTS_GAIN || strcmp(joint->name, family->name) != 0 ||
            strcmp(joint->wave, family->wave) != 0)
            continue;
        *scale = (struct scale){.minimum = -span, .categories = 2 * (size_t)span + 1};
        return true;
    }
    return false;
}

bool atom_has_scale(const struct study_run *run, const struct waiting_family *family)
{
    struct scale scale;
    return !is_gain(family) || gain_scale(run, family, &scale);
}

static struct scale scale_of(const struct study_run *run, const struct waiting_family *family,
                             const char *item)
{
    struct facts_item measured;
    struct scale scale;
    if (is_index(family))
        return (struct scale){.minimum = 0, .categories = DISCLOSURE_INDEX_MAX + 1};
    if (is_gain(family) && gain_scale(run, family, &scale))
        return scale;
    if (!study_wave_item(wave_of(run, family), item, &measured))
        abort(); /* logic.families names scored items and gains of one scale only */
    return (struct scale){measured.min, (size_t)(measured.max - measured.min) + 1,
                          measured.kind == FACTS_COUNTED};
}

static bool code(const struct study_run *run, const struct waiting_family *family,
                 const struct scale *scale, int64_t *counts, struct error *err)
{
    if (scale->is_counted)
        return disclosure_code_count(&run->rules, counts, scale->categories, err);
    if (!is_index(family))
        return disclosure_code(&run->rules, counts, scale->categories, err);
    struct facts_composite composite = composite_of(run, family);
    return disclosure_code_index(&run->rules, &composite, counts, err);
}

/* The same, and how many answers it moved; -1 when it fails. */
static int64_t code_counting(const struct study_run *run, const struct waiting_family *family,
                             const struct scale *scale, int64_t *counts, struct error *err)
{
    size_t size = scale->categories * sizeof *counts;
    int64_t *before = memcpy(xcalloc(size), counts, size);
    int64_t moved = 0;
    bool coded = code(run, family, scale, counts, err);
    for (size_t i = 0; i < scale->categories; i++)
        moved += before[i] > counts[i] ? before[i] - counts[i] : 0;
    free(before);
    return coded ? moved : -1;
}

/* Codes one item's histogram of the group and appends its cells. */
static bool code_item(const struct study_run *run, const struct waiting_family *family,
                      const struct waiting_groups *groups, size_t group, const char *item,
                      const struct coded_atom *atom, struct error *err)
{
    struct scale scale = scale_of(run, family, item);
    int64_t *counts = xcalloc_array(scale.categories, sizeof *counts);
    for (int row = family->first; row < family->end; row++)
        if (strcmp(waiting_text(family, row, ITEM), item) == 0 &&
            waiting_in_group(run, groups, group, waiting_text(family, row, SECTOR)))
            counts[place_of(run, family, row, scale.minimum)] +=
                rows_int64(family->rows, row, COUNT);
    int64_t moved = code_counting(run, family, &scale, counts, err);
    if (moved > 0)
        json_object_set_new(atom->moved, item, json_integer(moved));
    for (size_t i = 0; moved >= 0 && i < scale.categories; i++)
        if (counts[i] > 0)
            json_array_append_new(atom->cells,
                                  json_pack("{s:s,s:i,s:I}", "item", item, "value",
                                            (int)i + scale.minimum, "n", (json_int_t)counts[i]));
    free(counts);
    return moved >= 0;
}

bool atom_code(const struct study_run *run, const struct waiting_family *family,
               const struct waiting_groups *groups, size_t group, const struct coded_atom *atom,
               struct error *err)
{
    const char *previous = "";
    for (int row = family->first; row < family->end; row++) {
        const char *item = waiting_text(family, row, ITEM);
        if (item[0] == '\0' || strcmp(item, previous) == 0)
            continue;
        if (!code_item(run, family, groups, group, item, atom, err))
            return false;
        previous = item;
    }
    return true;
}

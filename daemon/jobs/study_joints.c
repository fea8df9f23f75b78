/* What an instrument measures of two answers of a person, maybe in two waves: gains, gaps, uptake,
 * conversion, and what became of commitments. The fold counts them in the order the facts have. */
#include "study_joints.h"

#include "json_read.h"
#include <debriefd/instrument.h>
#include <debriefd/log.h>
#include <stdio.h>
#include <string.h>

/* One list of members as it is planned. */
struct members {
    struct fold_member list[INSTRUMENT_SLOTS];
    size_t count;
};

struct planning {
    struct study_facts *loaded;
    size_t wave; /* whose instrument it is: the later one */
    const json_t *measure;
    struct members first, second;
    struct error *err;
};

static const json_t *compiled_part(const struct planning *planning, const char *part)
{
    return json_object_get(planning->loaded->waves[planning->wave].compiled, part);
}

/* The slot of an item, or of its part, in a wave; NULL when there is none. */
static const json_t *find_slot(const struct study_wave *wave, const json_t *ref)
{
    const json_t *slots = json_object_get(wave->compiled, "slots");
    for (size_t i = 0; i < json_array_size(slots); i++) {
        const json_t *slot = json_array_get(slots, i);
        if (strcmp(json_text(slot, "item"), json_text(ref, "item")) == 0 &&
            strcmp(json_text(slot, "part"), json_text(ref, "part")) == 0)
            return slot;
    }
    return NULL;
}

/* False when the study has no such wave, or its instrument no such item. */
static bool find_member(const struct planning *planning, const json_t *ref,
                        struct fold_member *member)
{
    const struct study_facts *loaded = planning->loaded;
    const char *kind = json_text(ref, "wave");
    size_t wave = planning->wave;
    for (size_t i = 0; kind[0] != '\0' && i < loaded->wave_count; i++)
        if (strcmp(loaded->waves[i].kind, kind) == 0)
            wave = i;
    bool is_there = kind[0] == '\0' || strcmp(loaded->waves[wave].kind, kind) == 0;
    const json_t *slot = is_there ? find_slot(&loaded->waves[wave], ref) : NULL;
    if (slot == NULL)
        return false;
    *member = (struct fold_member){
        .wave = wave,
        .slot = json_int(slot, "slot"),
        .min = json_int(slot, "min"),
        .max = json_int(slot, "max"),
        .is_reversed = json_flag(slot, "reverse"),
    };
    return true;
}

/* Adds the two items of a measure. */
static bool add_two(struct planning *planning, const json_t *measure)
{
    const json_t *items = json_object_get(measure, "items");
    return json_array_size(items) == 2 &&
           find_member(planning, json_array_get(items, 0),
                       &planning->first.list[planning->first.count++]) &&
           find_member(planning, json_array_get(items, 1),
                       &planning->second.list[planning->second.count++]);
}

static bool is_one_scale(const struct planning *planning)
{
    const struct fold_member *one = &planning->first.list[0];
    for (size_t i = 0; i < planning->first.count; i++) {
        const struct fold_member *a = &planning->first.list[i], *b = &planning->second.list[i];
        if (a->min != one->min || a->max != one->max || b->min != one->min || b->max != one->max)
            return false;
    }
    return true;
}

static bool add_joint(struct planning *planning, const char *name, enum facts_joint_kind kind,
                      enum fold_joint counted, const struct facts_part parts[2])
{
    struct facts_joint joint = {
        .name = name,
        .kind = kind,
        .wave = planning->loaded->waves[planning->wave].kind,
        .parts = {parts[0], parts[1]},
    };
    fold_add_joint(planning->loaded->fold, counted, planning->first.list, planning->first.count,
                   planning->second.list, planning->second.count);
    return facts_add_joint(planning->loaded->facts, &joint, planning->err);
}

/* A study may lack the other wave, have an instrument there on another scale, or one that measures
 * by the same name in an earlier wave: then there is nothing to compare. */
static bool skip(const struct planning *planning)
{
    log_info("measure_not_comparable", "measure=%s wave=%s", json_text(planning->measure, "id"),
             planning->loaded->waves[planning->wave].kind);
    return true;
}

static bool plan_gain(struct planning *planning)
{
    if (!add_two(planning, planning->measure) || !is_one_scale(planning))
        return skip(planning);
    const struct facts_part parts[2] = {
        {.min = planning->first.list[0].min, .max = planning->first.list[0].max}};
    return add_joint(planning, json_text(planning->measure, "id"), FACTS_GAIN, FOLD_BOTH, parts);
}

static bool plan_gain_index(struct planning *planning)
{
    const json_t *topics = json_object_get(planning->measure, "measures");
    for (size_t i = 0; i < json_array_size(topics); i++) {
        const char *topic = json_string_value(json_array_get(topics, i));
        if (!add_two(planning, json_find(compiled_part(planning, "measures"), "id", topic)))
            return skip(planning);
    }
    if (!is_one_scale(planning))
        return skip(planning);
    const struct facts_part parts[2] = {{
        .min = planning->first.list[0].min,
        .max = planning->first.list[0].max,
        .items = (int)planning->first.count,
        .minimum_answered = json_int(planning->measure, "minimum"),
    }};
    return add_joint(planning, json_text(planning->measure, "id"), FACTS_GAIN_INDEX,
                     FOLD_DIFFERENCES, parts);
}

static bool add_index(struct planning *planning, size_t at, struct members *members,
                      struct facts_part *part)
{
    const char *id =
        json_string_value(json_array_get(json_object_get(planning->measure, "measures"), at));
    const json_t *composite = json_find(compiled_part(planning, "composites"), "id", id);
    const json_t *items = json_object_get(composite, "items");
    for (size_t i = 0; i < json_array_size(items); i++)
        if (!find_member(planning, json_array_get(items, i), &members->list[members->count++]))
            return false;
    *part = (struct facts_part){
        .min = members->list[0].min,
        .max = members->list[0].max,
        .items = (int)members->count,
        .minimum_answered = json_int(composite, "minimum"),
    };
    return members->count > 0;
}

static bool plan_gap(struct planning *planning)
{
    struct facts_part parts[2];
    if (!add_index(planning, 0, &planning->first, &parts[0]) ||
        !add_index(planning, 1, &planning->second, &parts[1]))
        return skip(planning);
    return add_joint(planning, json_text(planning->measure, "id"), FACTS_GAP, FOLD_SUMS, parts);
}

static bool plan_both(struct planning *planning, enum facts_joint_kind kind)
{
    static const struct facts_part none[2];
    if (!add_two(planning, planning->measure))
        return skip(planning);
    return add_joint(planning, json_text(planning->measure, "id"), kind, FOLD_BOTH, none);
}

static bool plan_uptake(struct planning *planning)
{
    return plan_both(planning, FACTS_UPTAKE);
}

static bool plan_conversion(struct planning *planning)
{
    return plan_both(planning, FACTS_CONVERSION);
}

static bool plan_commitment(struct planning *planning)
{
    static const char *const levels[STUDY_COMMITMENT_LEVELS] = {"all", "ind", "org"};
    static const struct facts_part none[2];
    struct study_facts *loaded = planning->loaded;
    if (loaded->commitment_count == STUDY_COMMITMENTS_MAX)
        return skip(planning);
    const json_t *status = json_array_get(json_object_get(planning->measure, "items"), 0);
    loaded->commitments[loaded->commitment_count++] =
        (struct study_commitment){planning->wave, json_text(status, "item")};
    bool is_good = true;
    for (size_t i = 0; is_good && i < STUDY_COMMITMENT_LEVELS; i++) {
        char name[100];
        snprintf(name, sizeof name, "%s_%s", json_text(planning->measure, "id"), levels[i]);
        is_good = add_joint(planning, name, FACTS_COMMITMENT, FOLD_GIVEN, none);
    }
    return is_good;
}

/* Whether a joint is called so already, or by it and a level. */
static bool is_taken(const struct planning *planning, const char *name)
{
    const struct facts *facts = planning->loaded->facts;
    size_t length = strlen(name);
    for (size_t i = 0; i < facts_joints(facts); i++) {
        const char *taken = facts_joint(facts, i)->name;
        if (strncmp(taken, name, length) == 0 && (taken[length] == '\0' || taken[length] == '_'))
            return true;
    }
    return false;
}

static bool plan_measure(struct planning *planning)
{
    static const struct {
        const char *type;
        bool (*plan)(struct planning *planning);
    } plans[] = {
        {"gain", plan_gain},     {"gain_index", plan_gain_index}, {"gap", plan_gap},
        {"uptake", plan_uptake}, {"conversion", plan_conversion}, {"commitment", plan_commitment},
    };
    planning->first.count = planning->second.count = 0;
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        if (strcmp(json_text(planning->measure, "type"), plans[i].type) == 0)
            return is_taken(planning, json_text(planning->measure, "id")) ? skip(planning)
                                                                          : plans[i].plan(planning);
    return true;
}

bool study_joints_plan(struct study_facts *loaded, struct error *err)
{
    static struct planning planning; /* 32 kB */
    planning = (struct planning){.loaded = loaded, .err = err};
    for (; planning.wave < loaded->wave_count; planning.wave++) {
        const json_t *measures = compiled_part(&planning, "measures");
        for (size_t i = 0; i < json_array_size(measures); i++) {
            planning.measure = json_array_get(measures, i);
            if (!plan_measure(&planning))
                return false;
        }
    }
    return true;
}

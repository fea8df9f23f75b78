#include "instrument_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define BIT(type) (1u << (type))

/* A measure is computed from items (of the stated types) or from other measures. */
struct measure_type {
    const char *name;
    unsigned item_types;
    size_t least;
    size_t most;
    const char *parts;    /* the type of the measures it is computed from, or NULL */
    bool across_waves;    /* items may be another wave's */
    bool one_scale;       /* its items share minimum and maximum */
    bool composite;       /* a person's answers are combined, so facts keep joint counts */
    size_t usual_missing; /* unanswered items allowed; SIZE_MAX for half of them */
    bool item_series;     /* facts keep the item's counts for it */
};

static const struct measure_type types[] = {
    {"rating", BIT(ITEM_RATING), 1, 1, NULL, false, false, false, 0, true},
    {"nps", BIT(ITEM_NPS), 1, 1, NULL, false, false, false, 0, true},
    {"count", BIT(ITEM_COUNT), 1, 1, NULL, false, false, false, 0, true},
    {"binary", BIT(ITEM_BINARY), 1, 1, NULL, false, false, false, 0, true},
    {"number", BIT(ITEM_NUMBER), 1, 1, NULL, false, false, false, 0, false},
    {"preference", BIT(ITEM_SINGLE) | BIT(ITEM_MULTIPLE) | BIT(ITEM_RANKING), 1, 1, NULL, false,
     false, false, 0, false},
    {"net_balance", BIT(ITEM_SINGLE) | BIT(ITEM_RATING), 1, 1, NULL, false, false, false, 0, false},
    {"index", BIT(ITEM_RATING) | BIT(ITEM_MATRIX), 1, 50, NULL, false, true, true, SIZE_MAX, false},
    {"nki", BIT(ITEM_RATING) | BIT(ITEM_MATRIX), 3, 3, NULL, false, true, true, 1, false},
    {"reliability", BIT(ITEM_RATING) | BIT(ITEM_MATRIX), 2, 20, NULL, false, true, true, 0, false},
    {"ladder", BIT(ITEM_BINARY), 2, 10, NULL, false, false, true, 0, false},
    {"gain", BIT(ITEM_RATING) | BIT(ITEM_MATRIX), 2, 2, NULL, true, true, false, 0, false},
    {"gain_index", 0, 2, 50, "gain", false, false, false, SIZE_MAX, false},
    {"gap", 0, 2, 2, "index", false, false, false, 0, false},
    {"uptake", BIT(ITEM_BINARY), 2, 2, NULL, false, false, false, 0, false},
    {"conversion", BIT(ITEM_COUNT), 2, 2, NULL, true, false, false, 0, false},
    {"network", BIT(ITEM_ROSTER), 1, 1, NULL, false, false, false, 0, false},
    {"commitment", BIT(ITEM_COMMITMENT_STATUS), 1, 1, NULL, false, false, false, 0, false},
};

const char *measure_type_name(const struct measure_type *type)
{
    return type->name;
}

bool measure_is_composite(const struct measure *measure)
{
    return measure->type->composite;
}

static const struct measure_type *find_type(const json_t *value)
{
    for (size_t i = 0; json_is_string(value) && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, json_string_value(value)) == 0)
            return &types[i];
    return NULL;
}

static const struct measure *find_measure(const struct instrument *instrument, const char *id)
{
    for (size_t i = 0; i < instrument->measure_count; i++)
        if (instrument->measures[i].id != NULL && strcmp(instrument->measures[i].id, id) == 0)
            return &instrument->measures[i];
    return NULL;
}

static bool find_part(const struct item *item, const char *id, size_t *slot)
{
    const struct option *parts = item->rows != NULL ? item->rows : item->options;
    size_t count = item->rows != NULL ? item->row_count : item->option_count;
    for (size_t i = 0; i < count && item->slot_count == count; i++)
        if (parts[i].id != NULL && strcmp(parts[i].id, id) == 0) {
            *slot = item->slot + i;
            return true;
        }
    return false;
}

/* An item of this instrument, of a type that the measure can use, and its slot. */
static void resolve(struct compiler *compiler, const struct measure *measure,
                    struct measure_ref *ref)
{
    const struct instrument *instrument = compiler->instrument;
    size_t index;
    if (!instrument_find_item(instrument, ref->item, strlen(ref->item), &index)) {
        compiler_fault(compiler, "unknown_item", "there is no such item");
        return;
    }
    ref->own = &instrument->items[index];
    ref->slot = ref->own->slot;
    ref->scored = ref->own->slot_count > 0;
    if ((measure->type->item_types & BIT(ref->own->type)) == 0)
        compiler_fault(compiler, "bad_item", "a measure of type %s does not use items of type %s",
                       measure->type->name, item_type_name(ref->own->type));
    bool row_needed = ref->own->type == ITEM_MATRIX;
    bool fits = ref->part[0] == '\0' ? !row_needed : find_part(ref->own, ref->part, &ref->slot);
    if (!fits)
        compiler_fault(compiler, "unknown_part",
                       "the item's row or option must be named by \"part\"");
}

/* "ITEM", or {"item", "part", "wave"}. */
static void compile_ref(struct compiler *compiler, const json_t *value,
                        const struct measure *measure, struct measure_ref *ref)
{
    static const char *const members[] = {"item", "part", "wave", NULL};
    ref->part = "";
    if (compiler_is_id(value)) {
        ref->item = json_string_value(value);
    } else if (compiler_object(compiler, value, members)) {
        ref->item = compiler_id(compiler, value, "item", REQUIRED);
        ref->wave = compiler_id(compiler, value, "wave", OPTIONAL);
        const char *part = compiler_id(compiler, value, "part", OPTIONAL);
        ref->part = part != NULL ? part : "";
    }
    if (ref->item == NULL)
        ref->item = "";
    else if (ref->wave == NULL)
        resolve(compiler, measure, ref);
    else if (!measure->type->across_waves)
        compiler_fault(compiler, "bad_item", "only gain and conversion look at another wave");
}

static void check_scales(struct compiler *compiler, const struct measure *measure)
{
    const struct item *first = NULL;
    for (size_t i = 0; i < measure->ref_count; i++) {
        const struct item *item = measure->refs[i].own;
        if (item == NULL)
            continue;
        if (first != NULL && (item->minimum != first->minimum || item->maximum != first->maximum))
            compiler_fault(compiler, "bad_scale", "the items of this measure must share one scale");
        first = item;
    }
}

static void compile_refs(struct compiler *compiler, const json_t *value, struct measure *measure)
{
    const struct measure_type *type = measure->type;
    measure->ref_count = compiler_array(compiler, value, "items", type->least, type->most);
    measure->refs = xcalloc_array(measure->ref_count, sizeof *measure->refs);
    size_t outer = compiler_push(compiler, "items");
    for (size_t i = 0; i < measure->ref_count; i++) {
        size_t mark = compiler_push_index(compiler, i);
        compile_ref(compiler, json_array_get(json_object_get(value, "items"), i), measure,
                    &measure->refs[i]);
        compiler_pop(compiler, mark);
    }
    if (type->one_scale)
        check_scales(compiler, measure);
    compiler_pop(compiler, outer);
}

static void compile_parts(struct compiler *compiler, const json_t *value, struct measure *measure)
{
    const struct measure_type *type = measure->type;
    measure->part_count = compiler_array(compiler, value, "measures", type->least, type->most);
    measure->parts = xcalloc_array(measure->part_count, sizeof *measure->parts);
    size_t outer = compiler_push(compiler, "measures");
    for (size_t i = 0; i < measure->part_count; i++) {
        const char *id = json_string_value(json_array_get(json_object_get(value, "measures"), i));
        const struct measure *part = id != NULL ? find_measure(compiler->instrument, id) : NULL;
        size_t mark = compiler_push_index(compiler, i);
        if (part == NULL || part->type == NULL || strcmp(part->type->name, type->parts) != 0)
            compiler_fault(compiler, "unknown_measure",
                           "this must name an earlier measure of type %s", type->parts);
        measure->parts[i] = part;
        compiler_pop(compiler, mark);
    }
    compiler_pop(compiler, outer);
}

static size_t usual_minimum(const struct measure *measure)
{
    size_t count = measure->ref_count + measure->part_count;
    size_t missing = measure->type->usual_missing;
    return missing == SIZE_MAX ? (count + 1) / 2 : count - (missing < count ? missing : count);
}

/* Composites have their facts under their own name, measures of one item under the item's. */
static bool is_series(const struct measure *measure)
{
    return measure->type->composite || measure->type->item_series;
}

static const char *series_name(const struct measure *measure)
{
    bool is_item = !measure->type->composite && measure->ref_count > 0;
    return is_item ? measure->refs[0].item : measure->id;
}

static bool share_series(const struct measure *a, const struct measure *b)
{
    return a->type != NULL && is_series(a) && is_series(b) && series_name(a) != NULL &&
           series_name(b) != NULL && strcmp(series_name(a), series_name(b)) == 0;
}

/* A study's facts have one series of a name in a wave. */
static void check_series(struct compiler *compiler, size_t index)
{
    const struct measure *measures = compiler->instrument->measures;
    for (size_t i = 0; i < index; i++)
        if (share_series(&measures[i], &measures[index]))
            compiler_fault(compiler, "duplicate", "an earlier measure is of %s already",
                           series_name(&measures[index]));
}

void measure_compile(struct compiler *compiler, const json_t *value, size_t index)
{
    struct measure *measure = &compiler->instrument->measures[index];
    measure->id = compiler_id(compiler, value, "id", REQUIRED);
    if (measure->id != NULL && find_measure(compiler->instrument, measure->id) != NULL)
        compiler_fault(compiler, "duplicate", "an earlier measure has this id already");
    measure->type = find_type(json_object_get(value, "type"));
    if (measure->type == NULL) {
        size_t mark = compiler_push(compiler, "type");
        compiler_fault(compiler, "bad_type", "this is no type of measure");
        compiler_pop(compiler, mark);
        return;
    }
    const char *const members[] = {"id",
                                   "type",
                                   "minimum_answered",
                                   "note",
                                   measure->type->parts != NULL ? "measures" : "items",
                                   NULL};
    compiler_object(compiler, value, members);
    if (measure->type->parts != NULL)
        compile_parts(compiler, value, measure);
    else
        compile_refs(compiler, value, measure);
    check_series(compiler, index);
    int count = (int)(measure->ref_count + measure->part_count);
    measure->minimum = (size_t)compiler_integer(compiler, value, "minimum_answered", 1, count,
                                                (int)usual_minimum(measure));
}

void measure_finish(struct measure *measure)
{
    free(measure->refs);
    free(measure->parts);
}

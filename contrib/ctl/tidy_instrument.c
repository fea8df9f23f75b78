#include "tidy_instrument.h"

#include <debriefd/buf.h>
#include <debriefd/instrument.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static bool is_wave(const struct tidy *tidy, uint32_t wave, const char *name)
{
    return strcmp(names_text(tidy->waves, wave), name) == 0;
}

bool tidy_asks_roster(const struct tidy *tidy, uint32_t wave)
{
    return is_wave(tidy, wave, "pre") || is_wave(tidy, wave, "fu");
}

bool tidy_asks_commitments(const struct tidy *tidy, uint32_t wave)
{
    return is_wave(tidy, wave, "post");
}

bool tidy_asks_statuses(const struct tidy *tidy, uint32_t wave)
{
    return is_wave(tidy, wave, "fu");
}

/* A definition being made. */
struct definition {
    const struct tidy *tidy;
    uint32_t wave;
    json_t *items, *measures;
};

static void add_question(struct definition *definition, const char *id, const char *type)
{
    json_array_append_new(definition->items,
                          json_pack("{s:s,s:s,s:{s:s}}", "id", id, "type", type, "text", "en", id));
}

static void add_item(struct definition *definition, const struct tidy_item *item)
{
    json_t *one =
        json_pack("{s:s,s:s,s:{s:s}}", "id", item->id, "type", item->kind, "text", "en", item->id);
    if (strcmp(item->kind, "rating") == 0)
        json_object_set_new(one, "scale",
                            json_pack("{s:i,s:i}", "min", item->min, "max", item->max));
    else if (strcmp(item->kind, "count") == 0 && item->has_max && item->max < INSTRUMENT_COUNT)
        json_object_set_new(one, "max", json_integer(item->max));
    if (item->construct[0] != '\0')
        json_object_set_new(one, "construct", json_string(item->construct));
    if (item->phase[0] != '\0')
        json_object_set_new(one, "phase", json_string(item->phase));
    if (item->purpose > 0)
        json_object_set_new(one, "purpose", json_integer(item->purpose));
    if (item->is_reversed)
        json_object_set_new(one, "reverse", json_true());
    json_array_append_new(definition->items, one);
}

/* `owned_parts` are items or, under that name, measures. */
static json_t *add_measure(struct definition *definition, const char *id, const char *type,
                           const char *parts, json_t *owned_parts)
{
    json_t *measure = json_pack("{s:s,s:s,s:o}", "id", id, "type", type, parts, owned_parts);
    json_array_append_new(definition->measures, measure);
    return measure;
}

enum column { CONSTRUCT, PHASE };

static json_t *items_where(const struct definition *definition, enum column column,
                           const char *value)
{
    json_t *ids = json_array();
    for (uint32_t i = 0; i < definition->tidy->item_count; i++) {
        const struct tidy_item *item = &definition->tidy->items[i];
        const char *text = column == CONSTRUCT ? item->construct : item->phase;
        if (item->wave == definition->wave && strcmp(text, value) == 0)
            json_array_append_new(ids, json_string(item->id));
    }
    return ids;
}

/* A single item's own measure: of the rest only indices and changes are told. */
static void add_single(struct definition *definition, const struct tidy_item *item)
{
    static const char *const told[] = {"sat", "purpose", "overall"};
    bool is_told = strcmp(item->kind, "rating") != 0;
    for (size_t i = 0; i < COUNT_OF(told); i++)
        is_told = is_told || strcmp(item->construct, told[i]) == 0;
    if (is_told)
        add_measure(definition, item->id, item->kind, "items", json_pack("[s]", item->id));
}

static const struct {
    const char *id, *type;
    enum column column;
    const char *value;
    int minimum_answered; /* 0: the usual */
    size_t least, most;   /* items */
} composites[] = {
    {"PROG", "reliability", PHASE, "programme", 0, 2, 20},
    {"NKI", "nki", CONSTRUCT, "nki", 0, 3, 3},
    {"TRANSFER_IND", "index", CONSTRUCT, "transfer_ind", 1, 1, 50},
    {"TRANSFER_ORG", "index", CONSTRUCT, "transfer_org", 1, 1, 50},
};

static bool has_measure(const struct definition *definition, const char *id)
{
    size_t index;
    json_t *measure;
    json_array_foreach(definition->measures, index, measure)
    {
        if (strcmp(json_string_value(json_object_get(measure, "id")), id) == 0)
            return true;
    }
    return false;
}

static void add_phases(struct definition *definition)
{
    struct buf id;
    buf_init(&id);
    for (uint32_t i = 0; i < definition->tidy->item_count; i++) {
        const struct tidy_item *item = &definition->tidy->items[i];
        buf_clear(&id);
        buf_printf(&id, "PHASE_%s", item->phase);
        if (item->wave == definition->wave && item->phase[0] != '\0' &&
            !has_measure(definition, buf_text(&id)))
            add_measure(definition, buf_text(&id), "index", "items",
                        items_where(definition, PHASE, item->phase));
    }
    buf_finish(&id);
}

static void add_composites(struct definition *definition)
{
    for (size_t i = 0; i < COUNT_OF(composites); i++) {
        json_t *items = items_where(definition, composites[i].column, composites[i].value);
        size_t count = json_array_size(items);
        if (count < composites[i].least || count > composites[i].most) {
            json_decref(items);
            continue;
        }
        json_t *measure =
            add_measure(definition, composites[i].id, composites[i].type, "items", items);
        if (composites[i].minimum_answered > 0)
            json_object_set_new(measure, "minimum_answered",
                                json_integer(composites[i].minimum_answered));
    }
    if (has_measure(definition, "TRANSFER_IND") && has_measure(definition, "TRANSFER_ORG"))
        add_measure(definition, "TRANSFER_GAP", "gap", "measures",
                    json_pack("[s,s]", "TRANSFER_IND", "TRANSFER_ORG"));
}

/* What follows the last underscore: L_pre_T1 is about T1. */
static const char *topic_of(const struct tidy_item *item)
{
    const char *underscore = strrchr(item->id, '_');
    return underscore != NULL ? underscore + 1 : "";
}

/* The item of a construct, with this topic unless it is NULL. */
static const struct tidy_item *find_item(const struct tidy *tidy, const char *construct,
                                         const char *topic)
{
    for (uint32_t i = 0; i < tidy->item_count; i++)
        if (strcmp(tidy->items[i].construct, construct) == 0 &&
            (topic == NULL || strcmp(topic_of(&tidy->items[i]), topic) == 0))
            return &tidy->items[i];
    return NULL;
}

/* An item as a measure of the definition's wave names it. */
static json_t *refer(const struct definition *definition, const struct tidy_item *item)
{
    if (item->wave == definition->wave)
        return json_string(item->id);
    return json_pack("{s:s,s:s}", "wave", names_text(definition->tidy->waves, item->wave), "item",
                     item->id);
}

static void add_gain(struct definition *definition, const char *prefix, const char *before,
                     const struct tidy_item *later)
{
    const char *topic = topic_of(later);
    const struct tidy_item *earlier = find_item(definition->tidy, before, topic);
    if (earlier == NULL)
        return;
    struct buf id;
    buf_init(&id);
    buf_printf(&id, "%s_%s", prefix, topic);
    add_measure(definition, buf_text(&id), "gain", "items",
                json_pack("[o,o]", refer(definition, earlier), refer(definition, later)));
    buf_finish(&id);
}

static void add_gains(struct definition *definition)
{
    static const struct {
        const char *prefix, *before, *after;
    } gains[] = {
        {"RPP", "learn_then", "learn_now"},
        {"PREPOST", "learn_pre", "learn_now"},
        {"SHIFT", "learn_pre", "learn_then"},
        {"FADE", "learn_now", "learn_fu"},
    };
    for (size_t g = 0; g < COUNT_OF(gains); g++)
        for (uint32_t i = 0; i < definition->tidy->item_count; i++) {
            const struct tidy_item *item = &definition->tidy->items[i];
            if (item->wave == definition->wave && strcmp(item->construct, gains[g].after) == 0)
                add_gain(definition, gains[g].prefix, gains[g].before, item);
        }
}

static void add_gain_index(struct definition *definition)
{
    json_t *parts = json_array();
    size_t index;
    json_t *measure;
    json_array_foreach(definition->measures, index, measure)
    {
        json_t *id = json_object_get(measure, "id");
        if (strncmp(json_string_value(id), "RPP_", 4) == 0)
            json_array_append(parts, id);
    }
    if (json_array_size(parts) < 2) {
        json_decref(parts);
        return;
    }
    measure = add_measure(definition, "RPP_INDEX", "gain_index", "measures", parts);
    json_object_set_new(measure, "minimum_answered", json_integer(2));
}

/* Two items of different constructs, told in the wave of the later one. */
static void add_couple(struct definition *definition, const char *id, const char *type,
                       const char *first, const char *second)
{
    const struct tidy_item *earlier = find_item(definition->tidy, first, NULL);
    const struct tidy_item *later = find_item(definition->tidy, second, NULL);
    if (earlier != NULL && later != NULL && later->wave == definition->wave)
        add_measure(definition, id, type, "items",
                    json_pack("[o,o]", refer(definition, earlier), refer(definition, later)));
}

static void add_special_items(struct definition *definition)
{
    if (tidy_asks_roster(definition->tidy, definition->wave)) {
        add_question(definition, TIDY_ROSTER, "roster");
        add_measure(definition, "net", "network", "items", json_pack("[s]", TIDY_ROSTER));
    }
    if (tidy_asks_commitments(definition->tidy, definition->wave))
        add_question(definition, TIDY_COMMITMENTS_ITEM, "commitments");
    if (tidy_asks_statuses(definition->tidy, definition->wave)) {
        add_question(definition, TIDY_STATUSES_ITEM, "commitment_status");
        add_measure(definition, "COMMIT", "commitment", "items",
                    json_pack("[s]", TIDY_STATUSES_ITEM));
    }
}

json_t *tidy_instrument_create(const struct tidy *tidy, uint32_t wave)
{
    const char *name = names_text(tidy->waves, wave);
    struct definition definition = {tidy, wave, json_array(), json_array()};
    for (uint32_t i = 0; i < tidy->item_count; i++) {
        if (tidy->items[i].wave != wave)
            continue;
        add_item(&definition, &tidy->items[i]);
        add_single(&definition, &tidy->items[i]);
    }
    add_phases(&definition);
    add_composites(&definition);
    add_gains(&definition);
    add_gain_index(&definition);
    add_couple(&definition, "UPTAKE", "uptake", "applied_ind", "applied_org");
    add_couple(&definition, "HOST", "conversion", "host_made", "host_kept");
    add_special_items(&definition);
    struct buf id;
    buf_init(&id);
    buf_printf(&id, "tidy-%s", name);
    json_t *document = json_pack("{s:s,s:{s:s},s:s,s:[s],s:o,s:o}", "id", buf_text(&id), "title",
                                 "en", name, "wave", name, "languages", "en", "items",
                                 definition.items, "measures", definition.measures);
    buf_finish(&id);
    return document;
}

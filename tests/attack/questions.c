#include "questions.h"

#include <assert.h>
#include <string.h>

const char *const wave_names[WAVES] = {"post", "pre"};

static bool is_shown(const struct part *part, const struct index_measure *index, size_t item)
{
    return (index->items >> item & 1) && !index->is_nki && part->items[item].is_measured;
}

static unsigned shown_of(const struct part *part, const struct index_measure *index)
{
    unsigned shown = 0;
    for (size_t i = 0; i < part->item_count; i++)
        shown |= is_shown(part, index, i) ? 1U << i : 0;
    return shown;
}

static bool is_conditional(const struct part *part, const struct index_measure *index)
{
    for (size_t i = 0; i < part->item_count; i++)
        if ((index->items >> i & 1) && part->items[i].is_conditional)
            return true;
    return false;
}

/* An index published alone yields to one that shows some of its items, and to an earlier one. */
static bool yields(const struct part *part, const struct index_measure *index)
{
    for (size_t i = 0; i < part->index_count; i++) {
        const struct index_measure *other = &part->indices[i];
        if (is_conditional(part, other))
            continue;
        unsigned shown = shown_of(part, other);
        if ((shown & index->items) != 0 || (shown == 0 && strcmp(other->name, index->name) < 0 &&
                                            (other->items & index->items) != 0))
            return true;
    }
    return false;
}

static int item_count(unsigned items)
{
    int count = 0;
    for (; items != 0; items &= items - 1)
        count++;
    return count;
}

static void add_index(const struct part *part, const struct index_measure *index,
                      enum family_rules rules, struct families *families)
{
    unsigned shown = shown_of(part, index);
    if (is_conditional(part, index))
        return;
    if (shown != 0)
        families->list[families->count++] = (struct family){
            FAMILY_ITEMS, index->name, index->items, shown, item_count(index->items),
            WAVE_POST,    NULL};
    int minimum = rules == FAMILIES_PARTIAL ? index->minimum : item_count(index->items);
    if (rules == FAMILIES_LINKED || (shown == 0 && !yields(part, index)))
        families->list[families->count++] =
            (struct family){FAMILY_INDEX, index->name, index->items, 0, minimum, WAVE_POST, NULL};
}

static bool is_member(const struct part *part, size_t item)
{
    for (size_t i = 0; i < part->index_count; i++)
        if (part->indices[i].items >> item & 1)
            return true;
    return false;
}

static bool share_an_answer(const struct gain_measure *a, const struct gain_measure *b)
{
    return a->before == b->before || a->before == b->after || a->after == b->before ||
           a->after == b->after;
}

/* To an index that is published, and to an earlier gain: one within the wave is before one over
 * two. */
static bool gain_yields(const struct part *part, const struct gain_measure *gain,
                        const struct families *families)
{
    bool is_over_two = part->items[gain->before].wave != WAVE_POST;
    for (size_t i = 0; i < families->count; i++)
        if ((families->list[i].type == FAMILY_ITEMS || families->list[i].type == FAMILY_INDEX) &&
            (families->list[i].items & (1U << gain->before | 1U << gain->after)) != 0)
            return true;
    for (size_t i = 0; i < part->gain_count; i++) {
        const struct gain_measure *other = &part->gains[i];
        bool other_is_over_two = part->items[other->before].wave != WAVE_POST;
        bool is_earlier = other_is_over_two == is_over_two ? other < gain : is_over_two;
        if (other != gain && is_earlier && share_an_answer(other, gain))
            return true;
    }
    return false;
}

void families_of(const struct part *part, enum family_rules rules, struct families *families)
{
    unsigned told = 0;
    *families = (struct families){.list = {{.type = FAMILY_FRAME, .name = "*"}}, .count = 1};
    for (size_t i = 0; i < part->index_count; i++)
        add_index(part, &part->indices[i], rules, families);
    for (size_t i = 0; i < part->gain_count; i++) {
        const struct gain_measure *gain = &part->gains[i];
        unsigned items = 1U << gain->before | 1U << gain->after;
        if (rules != FAMILIES_GAINS && gain_yields(part, gain, families))
            continue;
        families->list[families->count++] =
            (struct family){FAMILY_GAIN, gain->name, items, 0, 2, WAVE_POST, gain};
        told |= rules == FAMILIES_GAINS ? 0 : items;
    }
    for (size_t i = 0; i < part->item_count; i++) {
        const struct question *item = &part->items[i];
        bool is_held = (item->is_conditional && rules != FAMILIES_LINKED) || (told >> i & 1) != 0;
        if (item->is_measured && !is_held && !is_member(part, i))
            families->list[families->count++] =
                (struct family){FAMILY_ITEM, item->name, 1U << i, 1U << i, 1, item->wave, NULL};
    }
    assert(families->count <= PART_FAMILIES);
}

/* The values an item can have after the earlier ones, in *first..*last; others are MISSING or
 * NOT_SHOWN. */
struct choice {
    int first, last;
    bool may_be_missing, is_hidden;
};

static struct choice choice_of(const struct part *part, unsigned missing, size_t item,
                               const struct tuple *tuple)
{
    const struct question *asked = &part->items[item];
    struct choice choice = {asked->scale.min, asked->scale.max, asked->is_conditional, false};
    if (asked->is_conditional)
        choice.is_hidden = tuple->values[0] != part->items[0].scale.max;
    else if (missing >> item & 1)
        choice = (struct choice){0, -1, true, false};
    if (choice.is_hidden)
        choice = (struct choice){0, -1, false, true};
    return choice;
}

struct listing {
    const struct part *part;
    unsigned missing;
    struct tuple *tuples;
    size_t count;
    bool overflows;
};

static void list_from(struct listing *listing, size_t item, struct tuple tuple)
{
    if (item == listing->part->item_count) {
        if (listing->count == PART_TUPLES)
            listing->overflows = true;
        else
            listing->tuples[listing->count++] = tuple;
        return;
    }
    struct choice choice = choice_of(listing->part, listing->missing, item, &tuple);
    for (int value = choice.first; value <= choice.last; value++) {
        tuple.values[item] = (uint8_t)value;
        list_from(listing, item + 1, tuple);
    }
    if (choice.may_be_missing || choice.is_hidden) {
        tuple.values[item] = choice.is_hidden ? NOT_SHOWN : MISSING;
        list_from(listing, item + 1, tuple);
    }
}

bool tuples_of(const struct part *part, unsigned missing, struct tuple *tuples, size_t *count)
{
    struct listing listing = {part, missing, tuples, 0, false};
    list_from(&listing, 0, (struct tuple){{0}});
    *count = listing.count;
    return !listing.overflows;
}

static bool is_value(uint8_t value)
{
    return value != MISSING && value != NOT_SHOWN;
}

static int scored(const struct facts_item *scale, int value)
{
    return scale->reverse ? scale->min + scale->max - value : value;
}

bool gain_of(const struct part *part, const struct gain_measure *gain, const struct tuple *tuple,
             int *difference)
{
    uint8_t before = tuple->values[gain->before], after = tuple->values[gain->after];
    *difference = scored(&part->items[gain->after].scale, after) -
                  scored(&part->items[gain->before].scale, before);
    return is_value(before) && is_value(after);
}

bool family_needs(const struct part *part, const struct family *family, enum wave wave)
{
    bool is_over_two =
        family->type == FAMILY_GAIN && part->items[family->gain->before].wave == wave;
    return family->wave == wave || is_over_two;
}

bool contributes(const struct part *part, const struct family *family, const struct tuple *tuple)
{
    int answered = 0;
    for (size_t i = 0; i < part->item_count; i++)
        answered += (family->items >> i & 1) && is_value(tuple->values[i]);
    return answered >= family->minimum;
}

struct facts_composite composite_of(const struct part *part, const struct family *family)
{
    size_t first = 0;
    while ((family->items >> first & 1) == 0)
        first++;
    return (struct facts_composite){
        .name = family->name,
        .min = part->items[first].scale.min,
        .max = part->items[first].scale.max,
        .items = item_count(family->items),
        .minimum_answered = family->minimum,
    };
}

size_t cell_categories(const struct part *part, const struct family *family, size_t item)
{
    if (family->type == FAMILY_INDEX)
        return CATEGORIES_MAX;
    if (family->type == FAMILY_GAIN)
        return (size_t)(2 * family->gain->scale.max) + 1;
    return (size_t)(part->items[item].scale.max - part->items[item].scale.min) + 1;
}

static size_t index_place(const struct part *part, const struct family *family,
                          const struct tuple *tuple)
{
    struct facts_composite composite = composite_of(part, family);
    int answered = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < part->item_count; i++) {
        if ((family->items >> i & 1) == 0 || !is_value(tuple->values[i]))
            continue;
        const struct facts_item *scale = &part->items[i].scale;
        answered++;
        sum += scored(scale, tuple->values[i]);
    }
    return (size_t)disclosure_index_bin(&composite, answered, sum);
}

size_t cell_place(const struct part *part, const struct family *family, size_t item,
                  const struct tuple *tuple)
{
    if (family->type == FAMILY_INDEX)
        return index_place(part, family, tuple);
    int difference;
    if (family->type == FAMILY_GAIN) {
        gain_of(part, family->gain, tuple, &difference);
        return (size_t)(difference + family->gain->scale.max);
    }
    return (size_t)(tuple->values[item] - part->items[item].scale.min);
}

/* The first family, by name, of type ITEMS that shows the item, or SIZE_MAX. */
static size_t find_showing(const struct families *families, size_t item)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < families->count; i++)
        if (families->list[i].type == FAMILY_ITEMS && (families->list[i].shown >> item & 1) &&
            (found == SIZE_MAX || strcmp(families->list[i].name, families->list[found].name) < 0))
            found = i;
    return found;
}

static size_t find_family(const struct families *families, const char *name)
{
    for (size_t i = 0; i < families->count; i++)
        if (strcmp(families->list[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static void add_item_series(const struct part *part, const struct families *families, size_t item,
                            struct part_series *made)
{
    const struct question *asked = &part->items[item];
    size_t showing = find_showing(families, item);
    size_t family = showing != SIZE_MAX ? showing : find_family(families, asked->name);
    made->series[made->count] = (struct release_series){
        .wave = wave_names[asked->wave],
        .state = family == SIZE_MAX ? RELEASE_LINKED : RELEASE_FEW,
        .item = &asked->scale,
        .linked = showing != SIZE_MAX ? families->list[showing].name : NULL,
    };
    made->family[made->count] = family;
    made->item[made->count++] = item;
}

static bool shows_all(const struct families *families, size_t family)
{
    for (size_t i = 0; i < PART_ITEMS; i++)
        if ((families->list[family].shown >> i & 1) && find_showing(families, i) != family)
            return false;
    return true;
}

static void add_index_series(const struct families *families, const struct index_measure *index,
                             struct part_series *made)
{
    size_t family = find_family(families, index->name);
    struct release_series series = {.wave = "post", .state = RELEASE_FEW, .index = index->name};
    bool is_mean = family != SIZE_MAX && families->list[family].type == FAMILY_ITEMS;
    if (is_mean)
        series.state = shows_all(families, family) ? RELEASE_MEAN_OF_ITEMS : RELEASE_LINKED;
    else if (family == SIZE_MAX)
        series.state = RELEASE_LINKED;
    made->series[made->count] = series;
    made->family[made->count] = is_mean ? SIZE_MAX : family;
    made->item[made->count++] = 0;
}

static void add_gain_series(const struct families *families, const struct gain_measure *gain,
                            struct part_series *made)
{
    size_t family = find_family(families, gain->name);
    made->series[made->count] =
        (struct release_series){.wave = "post",
                                .state = family == SIZE_MAX ? RELEASE_LINKED : RELEASE_FEW,
                                .item = &gain->scale};
    made->family[made->count] = family;
    made->item[made->count++] = 0;
}

void series_of(const struct part *part, const struct families *families, struct part_series *series)
{
    series->count = 0;
    for (size_t i = 0; i < part->item_count; i++)
        if (part->items[i].is_measured)
            add_item_series(part, families, i, series);
    for (size_t i = 0; i < part->index_count; i++)
        add_index_series(families, &part->indices[i], series);
    for (size_t i = 0; i < part->gain_count; i++)
        add_gain_series(families, &part->gains[i], series);
}

#include "facts_layout.h"

#include <debriefd/xalloc.h>
#include <string.h>

void *facts_grow(void *list, size_t count, size_t size)
{
    char *grown = xrealloc_array(list, count + 1, size);
    memset(grown + count * size, 0, size);
    return grown;
}

static struct item_facts *find_item(const struct wave_facts *wave, const char *name)
{
    for (size_t i = 0; i < wave->item_count; i++)
        if (strcmp(wave->items[i].item.name, name) == 0)
            return &wave->items[i];
    return NULL;
}

static struct composite_facts *find_composite(const struct wave_facts *wave, const char *name)
{
    for (size_t i = 0; i < wave->composite_count; i++)
        if (strcmp(wave->composites[i].composite.name, name) == 0)
            return &wave->composites[i];
    return NULL;
}

bool facts_has_series(const struct wave_facts *wave, const char *name)
{
    return find_item(wave, name) != NULL || find_composite(wave, name) != NULL;
}

static bool check_new_series(const struct wave_facts *wave, const char *name, size_t count,
                             struct error *err)
{
    if (!facts_check_name(name, err))
        return false;
    if (facts_has_series(wave, name))
        return error_set(err, ERR_INVALID, "%s is named twice in its wave", name);
    if (count == FACTS_SERIES_MAX)
        return error_set(err, ERR_INVALID, "%s is one too many in its wave", name);
    return true;
}

bool facts_check_scale(const char *name, int min, int max, struct error *err)
{
    if (min < -FACTS_VALUE_MAX || max > FACTS_VALUE_MAX || min >= max)
        return error_set(err, ERR_INVALID, "%s has an impossible scale %d..%d", name, min, max);
    return true;
}

bool facts_add_item(struct facts *facts, const char *wave_name, const struct facts_item *item,
                    struct error *err)
{
    struct wave_facts *wave = facts_find_building(facts, wave_name, err);
    if (wave == NULL || !check_new_series(wave, item->name, wave->item_count, err) ||
        !facts_check_scale(item->name, item->min, item->max, err))
        return false;
    wave->items = facts_grow(wave->items, wave->item_count, sizeof *wave->items);
    struct item_facts *added = &wave->items[wave->item_count++];
    added->item = *item;
    added->item.name = xstrdup(item->name);
    added->slots = xcalloc_array(facts->slice_count + 1, sizeof *added->slots);
    return true;
}

static void cells_add(struct cells *cells, int value, int64_t count)
{
    size_t at = 0;
    while (at < cells->length && cells->cells[at].value < value)
        at++;
    cells->total += count;
    if (at < cells->length && cells->cells[at].value == value) {
        cells->cells[at].count += count;
        return;
    }
    if (cells->length == cells->capacity) {
        cells->capacity = cells->capacity == 0 ? 8 : 2 * cells->capacity;
        cells->cells = xrealloc_array(cells->cells, cells->capacity, sizeof *cells->cells);
    }
    memmove(&cells->cells[at + 1], &cells->cells[at], (cells->length - at) * sizeof *cells->cells);
    cells->cells[at] = (struct facts_cell){value, count};
    cells->length++;
}

static bool has_cell(const struct cells *cells, int value)
{
    for (size_t i = 0; i < cells->length; i++)
        if (cells->cells[i].value == value)
            return true;
    return false;
}

bool facts_count(struct facts *facts, const char *wave_name, const char *name, const char *slice,
                 int value, int64_t count, struct error *err)
{
    size_t slot;
    struct wave_facts *wave = facts_find_building(facts, wave_name, err);
    if (wave == NULL || !facts_slice_slot(facts, slice, &slot, err) ||
        !facts_check_count(count, name, err))
        return false;
    struct item_facts *series = find_item(wave, name);
    if (series == NULL)
        return error_set(err, ERR_INVALID, "no item %s in wave %s", name, wave_name);
    const struct facts_item *item = &series->item;
    if (value < item->min || value > item->max)
        return error_set(err, ERR_INVALID, "%s has a value %d outside its scale", name, value);
    int scored = item->reverse ? item->min + item->max - value : value;
    if (has_cell(&series->slots[slot], scored))
        return error_set(err, ERR_INVALID, "%s counts value %d twice in %s", name, value, slice);
    if (count == 0)
        return true;
    cells_add(&series->slots[slot], scored, count);
    if (slot != 0)
        cells_add(&series->slots[0], scored, count);
    return true;
}

bool facts_add_composite(struct facts *facts, const char *wave_name,
                         const struct facts_composite *composite, struct error *err)
{
    const struct facts_composite *c = composite;
    struct wave_facts *wave = facts_find_building(facts, wave_name, err);
    if (wave == NULL || !check_new_series(wave, c->name, wave->composite_count, err) ||
        !facts_check_scale(c->name, c->min, c->max, err))
        return false;
    if (c->items < 1 || c->items > FACTS_SERIES_MAX || c->minimum_answered < 1 ||
        c->minimum_answered > c->items)
        return error_set(err, ERR_INVALID, "index %s has an impossible minimum", c->name);
    wave->composites =
        facts_grow(wave->composites, wave->composite_count, sizeof *wave->composites);
    struct composite_facts *added = &wave->composites[wave->composite_count++];
    added->composite = *c;
    added->composite.name = xstrdup(c->name);
    added->slots = xcalloc_array(facts->slice_count + 1, sizeof *added->slots);
    return true;
}

static bool pair_before(const struct facts_pair *a, const struct facts_pair *b)
{
    return a->answered < b->answered || (a->answered == b->answered && a->sum < b->sum);
}

static size_t pair_position(const struct pairs *pairs, const struct facts_pair *pair)
{
    size_t at = 0;
    while (at < pairs->length && pair_before(&pairs->pairs[at], pair))
        at++;
    return at;
}

static bool has_pair(const struct pairs *pairs, const struct facts_pair *pair)
{
    size_t at = pair_position(pairs, pair);
    return at < pairs->length && !pair_before(pair, &pairs->pairs[at]);
}

static void pairs_add(struct pairs *pairs, const struct facts_pair *pair)
{
    size_t at = pair_position(pairs, pair);
    pairs->total += pair->count;
    if (has_pair(pairs, pair)) {
        pairs->pairs[at].count += pair->count;
        return;
    }
    if (pairs->length == pairs->capacity) {
        pairs->capacity = pairs->capacity == 0 ? 8 : 2 * pairs->capacity;
        pairs->pairs = xrealloc_array(pairs->pairs, pairs->capacity, sizeof *pairs->pairs);
    }
    memmove(&pairs->pairs[at + 1], &pairs->pairs[at], (pairs->length - at) * sizeof *pairs->pairs);
    pairs->pairs[at] = *pair;
    pairs->length++;
}

static bool check_pair(const struct facts_composite *composite, const struct facts_pair *pair,
                       struct error *err)
{
    if (pair->answered < 0 || pair->answered > composite->items ||
        pair->sum < (int64_t)pair->answered * composite->min ||
        pair->sum > (int64_t)pair->answered * composite->max)
        return error_set(err, ERR_INVALID, "%s has an impossible sum %lld of %d answers",
                         composite->name, (long long)pair->sum, pair->answered);
    return facts_check_count(pair->count, composite->name, err);
}

bool facts_count_composite(struct facts *facts, const char *wave_name, const char *name,
                           const char *slice, const struct facts_pair *pair, struct error *err)
{
    size_t slot;
    struct wave_facts *wave = facts_find_building(facts, wave_name, err);
    if (wave == NULL || !facts_slice_slot(facts, slice, &slot, err))
        return false;
    struct composite_facts *series = find_composite(wave, name);
    if (series == NULL)
        return error_set(err, ERR_INVALID, "no index %s in wave %s", name, wave_name);
    if (!check_pair(&series->composite, pair, err))
        return false;
    if (has_pair(&series->slots[slot], pair))
        return error_set(err, ERR_INVALID, "%s counts a pair twice in %s", name, slice);
    if (pair->count == 0 || pair->answered < series->composite.minimum_answered)
        return true;
    pairs_add(&series->slots[slot], pair);
    if (slot != 0)
        pairs_add(&series->slots[0], pair);
    return true;
}

static const int64_t *copy_numbers(const int64_t *numbers, size_t count)
{
    int64_t *copy = xcalloc_array(count, sizeof *copy);
    memcpy(copy, numbers, count * sizeof *copy);
    return copy;
}

static bool check_moments(const struct wave_facts *wave, const struct facts_moments *moments,
                          struct error *err)
{
    if (!facts_check_name(moments->name, err) || !facts_check_count(moments->n, moments->name, err))
        return false;
    for (size_t i = 0; i < wave->moments_count; i++)
        if (strcmp(wave->moments[i].name, moments->name) == 0)
            return error_set(err, ERR_INVALID, "scale %s is named twice", moments->name);
    if (moments->items < 2 || moments->items > FACTS_SCALE_ITEMS_MAX ||
        wave->moments_count == FACTS_SERIES_MAX)
        return error_set(err, ERR_INVALID, "scale %s has too few or too many items", moments->name);
    size_t k = (size_t)moments->items;
    for (size_t i = 0; i < k * k; i++)
        if (moments->products[i] != moments->products[i % k * k + i / k])
            return error_set(err, ERR_INVALID, "scale %s has asymmetric products", moments->name);
    return true;
}

bool facts_add_moments(struct facts *facts, const char *wave_name,
                       const struct facts_moments *moments, struct error *err)
{
    struct wave_facts *wave = facts_find_building(facts, wave_name, err);
    if (wave == NULL || !check_moments(wave, moments, err))
        return false;
    size_t k = (size_t)moments->items;
    wave->moments = facts_grow(wave->moments, wave->moments_count, sizeof *wave->moments);
    struct facts_moments *added = &wave->moments[wave->moments_count++];
    *added = *moments;
    added->name = xstrdup(moments->name);
    added->sums = copy_numbers(moments->sums, k);
    added->products = copy_numbers(moments->products, k * k);
    return true;
}

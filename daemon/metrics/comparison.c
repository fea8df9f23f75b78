#include <debriefd/comparison.h>

#include "comparison_part.h"
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_MAX (2 * COMPARISON_NAME_MAX + 2)

struct trip {
    char *id;
    char *name;
};

struct comparison {
    struct trip *trips;
    size_t trip_count;
    struct compared *values;
    size_t value_count, value_capacity;
    struct comparison_persons persons;
    bool has_persons;
};

struct comparison *comparison_create(void)
{
    return xcalloc(sizeof(struct comparison));
}

static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

void comparison_destroy(struct comparison *comparison)
{
    if (comparison == NULL)
        return;
    for (size_t i = 0; i < comparison->trip_count; i++) {
        free(comparison->trips[i].id);
        free(comparison->trips[i].name);
    }
    for (size_t i = 0; i < comparison->value_count; i++) {
        free_text(comparison->values[i].value.wave);
        free_text(comparison->values[i].value.item);
        free_text(comparison->values[i].value.unit);
        free_text(comparison->values[i].value.scale);
    }
    free(comparison->trips);
    free(comparison->values);
    free(comparison);
}

bool comparison_add_trip(struct comparison *comparison, const char *id, const char *name,
                         size_t *trip, struct error *err)
{
    if (strlen(id) > COMPARISON_NAME_MAX || strlen(name) > COMPARISON_NAME_MAX)
        return error_set(err, ERR_TOO_LARGE, "a trip's name is too long");
    for (size_t i = 0; i < comparison->trip_count; i++)
        if (strcmp(comparison->trips[i].id, id) == 0)
            return error_set(err, ERR_INVALID, "the trip %s is given twice", id);
    comparison->trips =
        xrealloc_array(comparison->trips, comparison->trip_count + 1, sizeof *comparison->trips);
    comparison->trips[comparison->trip_count] = (struct trip){xstrdup(id), xstrdup(name)};
    *trip = comparison->trip_count++;
    return true;
}

static bool is_sound(const struct comparison *comparison, const struct comparison_value *value)
{
    bool is_known = value->trip < comparison->trip_count;
    bool is_counted = value->n >= 0 && value->n <= value->N;
    bool has_mean = value->n < 1 || isfinite(value->mean);
    bool has_sd = value->n < 2 || (isfinite(value->sd) && value->sd >= 0);
    return is_known && is_counted && has_mean && has_sd;
}

bool comparison_add(struct comparison *comparison, const struct comparison_value *value,
                    struct error *err)
{
    if (!is_sound(comparison, value))
        return error_set(err, ERR_INVALID, "the value of %s cannot be", value->item);
    if (strlen(value->item) > COMPARISON_NAME_MAX || strlen(value->wave) > COMPARISON_NAME_MAX)
        return error_set(err, ERR_TOO_LARGE, "an item's name is too long");
    if (comparison->value_count == comparison->value_capacity) {
        comparison->value_capacity = 2 * comparison->value_capacity + 64;
        comparison->values = xrealloc_array(comparison->values, comparison->value_capacity,
                                            sizeof *comparison->values);
    }
    struct compared *added = &comparison->values[comparison->value_count++];
    *added = (struct compared){.value = *value};
    added->value.wave = xstrdup(value->wave);
    added->value.item = xstrdup(value->item);
    added->value.unit = xstrdup(value->unit);
    added->value.scale = xstrdup(value->scale);
    return true;
}

void comparison_count_persons(struct comparison *comparison,
                              const struct comparison_persons *persons)
{
    comparison->persons = *persons;
    comparison->has_persons = true;
}

/* A slice must name one trip, be no pair, and not be the programme's own. */
static const char *slice_of(const struct comparison *comparison, size_t trip)
{
    const char *name = comparison->trips[trip].name;
    if (name[0] == '\0' || strcmp(name, "all") == 0 || strchr(name, '>') != NULL)
        return comparison->trips[trip].id;
    for (size_t i = 0; i < comparison->trip_count; i++) {
        bool is_name = i != trip && strcmp(comparison->trips[i].name, name) == 0;
        if (is_name || strcmp(comparison->trips[i].id, name) == 0)
            return comparison->trips[trip].id;
    }
    return name;
}

static void name_trips(struct comparison *comparison)
{
    const char **slices = xcalloc_array(comparison->trip_count, sizeof *slices);
    for (size_t i = 0; i < comparison->trip_count; i++)
        slices[i] = slice_of(comparison, i);
    for (size_t i = 0; i < comparison->value_count; i++)
        comparison->values[i].trip = slices[comparison->values[i].value.trip];
    free(slices);
}

/* By item, wave, trip. */
static int compare_values(const void *a, const void *b)
{
    const struct compared *one = a, *other = b;
    int order = strcmp(one->value.item, other->value.item);
    if (order == 0)
        order = strcmp(one->value.wave, other->value.wave);
    return order != 0 ? order : strcmp(one->trip, other->trip);
}

static bool same_item(const struct compared *a, const struct compared *b)
{
    return strcmp(a->value.item, b->value.item) == 0;
}

static bool same_wave(const struct compared *a, const struct compared *b)
{
    return strcmp(a->value.wave, b->value.wave) == 0;
}

static bool check_once(const struct comparison *comparison, struct error *err)
{
    for (size_t i = 1; i < comparison->value_count; i++)
        if (compare_values(&comparison->values[i - 1], &comparison->values[i]) == 0)
            return error_set(err, ERR_INVALID, "the value of %s is given twice",
                             comparison->values[i].value.item);
    return true;
}

/* Of the sorted values from `first`, those of the same item and wave. */
static size_t series_end(const struct comparison *comparison, size_t first)
{
    const struct compared *values = comparison->values;
    size_t end = first + 1;
    while (end < comparison->value_count && same_item(&values[first], &values[end]) &&
           same_wave(&values[first], &values[end]))
        end++;
    return end;
}

static bool has_another_wave(const struct comparison *comparison, size_t first, size_t end)
{
    const struct compared *values = comparison->values;
    return (first > 0 && same_item(&values[first - 1], &values[first])) ||
           (end < comparison->value_count && same_item(&values[first], &values[end]));
}

static void emit_series(const struct comparison *comparison, size_t first, size_t end,
                        struct metric_rows *rows)
{
    const struct comparison_value *value = &comparison->values[first].value;
    char item[ITEM_MAX];
    bool is_qualified = has_another_wave(comparison, first, end);
    snprintf(item, sizeof item, "%s%s%s", value->item, is_qualified ? "@" : "",
             is_qualified ? value->wave : "");
    struct compared_series series = {item, &comparison->values[first], end - first};
    comparison_emit(&series, rows);
}

bool comparison_compute(struct comparison *comparison, struct metric_rows *rows, struct error *err)
{
    name_trips(comparison);
    if (comparison->value_count > 0)
        qsort(comparison->values, comparison->value_count, sizeof *comparison->values,
              compare_values);
    if (!check_once(comparison, err))
        return false;
    metric_rows_begin(rows, "comparison");
    if (comparison->has_persons)
        comparison_emit_persons(&comparison->persons, rows);
    for (size_t first = 0, end; first < comparison->value_count; first = end) {
        end = series_end(comparison, first);
        emit_series(comparison, first, end, rows);
    }
    return true;
}

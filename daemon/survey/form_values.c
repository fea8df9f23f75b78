#include "form_values_part.h"

#include <debriefd/xalloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void form_values_init(struct form_values *values, const struct instrument *instrument)
{
    size_t items = instrument_item_count(instrument);
    *values = (struct form_values){.instrument = instrument};
    buf_init(&values->text);
    values->first = xcalloc_array(items, sizeof *values->first);
    values->last = xcalloc_array(items, sizeof *values->last);
    for (size_t i = 0; i < items; i++)
        form_values_clear(values, i);
}

void form_values_finish(struct form_values *values)
{
    buf_finish(&values->text);
    free(values->entries);
    free(values->first);
    free(values->last);
    *values = (struct form_values){0};
}

void form_values_clear(struct form_values *values, size_t item)
{
    values->first[item] = SIZE_MAX;
    values->last[item] = SIZE_MAX;
}

static size_t keep_text(struct form_values *values, const char *text)
{
    size_t offset = values->text.length;
    buf_append(&values->text, text, strlen(text) + 1);
    return offset;
}

void form_values_put(struct form_values *values, size_t item, const char *part, const char *value)
{
    if (values->count == values->capacity) {
        values->capacity = values->capacity > 0 ? 2 * values->capacity : 64;
        values->entries =
            xrealloc_array(values->entries, values->capacity, sizeof *values->entries);
    }
    size_t entry = values->count++;
    size_t part_offset = keep_text(values, part);
    values->entries[entry] = (struct form_value){part_offset, keep_text(values, value), SIZE_MAX};
    if (values->last[item] == SIZE_MAX)
        values->first[item] = entry;
    else
        values->entries[values->last[item]].next = entry;
    values->last[item] = entry;
}

bool form_values_add(struct form_values *values, const char *name, const char *value)
{
    size_t item;
    if (strncmp(name, "q.", 2) != 0)
        return false;
    size_t length = strcspn(name + 2, ".");
    if (!instrument_find_item(values->instrument, name + 2, length, &item))
        return false;
    const char *part = name + 2 + length;
    form_values_put(values, item, *part == '.' ? part + 1 : part, value);
    return true;
}

size_t form_values_next(const struct form_values *values, size_t item, size_t entry)
{
    return entry == SIZE_MAX ? values->first[item] : values->entries[entry].next;
}

const char *form_values_part(const struct form_values *values, size_t entry)
{
    return values->text.data + values->entries[entry].part;
}

const char *form_values_value(const struct form_values *values, size_t entry)
{
    return values->text.data + values->entries[entry].value;
}

void form_values_take(struct form_values *values, const struct form_values *from, size_t item)
{
    for (size_t entry = from->first[item]; entry != SIZE_MAX; entry = from->entries[entry].next)
        form_values_put(values, item, form_values_part(from, entry),
                        form_values_value(from, entry));
}

const char *form_values_get(const struct form_values *values, size_t item, const char *part)
{
    const char *found = NULL;
    for (size_t entry = values->first[item]; entry != SIZE_MAX; entry = values->entries[entry].next)
        if (strcmp(form_values_part(values, entry), part) == 0)
            found = form_values_value(values, entry);
    return found;
}

bool form_values_has(const struct form_values *values, size_t item, const char *part,
                     const char *value)
{
    for (size_t entry = values->first[item]; entry != SIZE_MAX; entry = values->entries[entry].next)
        if (strcmp(form_values_part(values, entry), part) == 0 &&
            strcmp(form_values_value(values, entry), value) == 0)
            return true;
    return false;
}

struct row_part form_values_row(size_t row, const char *field)
{
    struct row_part part;
    snprintf(part.text, sizeof part.text, "%zu.%s", row, field);
    return part;
}

const char *const *form_values_row_fields(enum item_type type)
{
    static const char *const contact[] = {"name", "organisation", NULL};
    static const char *const commitment[] = {"text", "due", "audience", NULL};
    return type == ITEM_CONTACTS ? contact : commitment;
}

size_t form_values_rows(const struct form_values *values, size_t item)
{
    const char *const *fields =
        form_values_row_fields(instrument_item(values->instrument, item)->type);
    size_t rows = 0;
    for (size_t row = 0; row < FORM_ROWS_MAX; row++)
        for (const char *const *field = fields; *field != NULL; field++) {
            const char *value = form_values_get(values, item, form_values_row(row, *field).text);
            if (value != NULL && value[strspn(value, " \t\n")] != '\0')
                rows = row + 1;
        }
    return rows;
}

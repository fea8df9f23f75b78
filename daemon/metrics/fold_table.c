#include "fold_table.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_FIRST 1024

static void make_places(struct fold_rows_table *table, size_t count)
{
    table->places = xcalloc_array(count, sizeof *table->places);
    table->is_used = xcalloc_array(count, sizeof *table->is_used);
    table->place_count = count;
    table->used = 0;
}

void fold_table_init(struct fold_rows_table *table)
{
    make_places(table, PLACES_FIRST);
}

void fold_table_finish(struct fold_rows_table *table)
{
    free(table->places);
    free(table->is_used);
}

/* FNV-1a over the row's numbers, and a last mix because the low bits choose the place. */
static size_t hash_of(const struct fold_row *row)
{
    const uint64_t numbers[] = {
        row->table,
        row->wave,
        row->part,
        row->sector,
        (uint64_t)(uint32_t)row->key[0] << 32 | (uint32_t)row->key[1],
        (uint64_t)(uint32_t)row->key[2] << 32 | (uint32_t)row->key[3],
    };
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        hash = (hash ^ numbers[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ (hash >> 32));
}

/* Below, at or above 0, as qsort wants it. */
static int compare_names(const struct fold_row *a, const struct fold_row *b)
{
    if (a->table != b->table)
        return a->table < b->table ? -1 : 1;
    if (a->wave != b->wave)
        return a->wave < b->wave ? -1 : 1;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    if (a->sector != b->sector)
        return a->sector < b->sector ? -1 : 1;
    for (size_t i = 0; i < FOLD_KEYS; i++)
        if (a->key[i] != b->key[i])
            return a->key[i] < b->key[i] ? -1 : 1;
    return 0;
}

static size_t find_place(const struct fold_rows_table *table, const struct fold_row *row)
{
    size_t place = hash_of(row) & (table->place_count - 1);
    while (table->is_used[place] && compare_names(&table->places[place], row) != 0)
        place = (place + 1) & (table->place_count - 1);
    return place;
}

static void grow(struct fold_rows_table *table)
{
    struct fold_rows_table old = *table;
    make_places(table, old.place_count * 2);
    for (size_t i = 0; i < old.place_count; i++) {
        if (!old.is_used[i])
            continue;
        size_t place = find_place(table, &old.places[i]);
        table->places[place] = old.places[i];
        table->is_used[place] = true;
        table->used++;
    }
    fold_table_finish(&old);
}

void fold_table_add(struct fold_rows_table *table, const struct fold_row *row)
{
    size_t place = find_place(table, row);
    if (table->is_used[place]) {
        table->places[place].n += row->n;
        return;
    }
    table->places[place] = *row;
    table->is_used[place] = true;
    if (++table->used * 2 > table->place_count)
        grow(table);
}

static int compare_rows(const void *a, const void *b)
{
    return compare_names(a, b);
}

struct fold_row *fold_table_sorted(const struct fold_rows_table *table, size_t *count)
{
    struct fold_row *rows = xcalloc_array(table->used + 1, sizeof *rows);
    *count = 0;
    for (size_t i = 0; i < table->place_count; i++)
        if (table->is_used[i] && table->places[i].n != 0)
            rows[(*count)++] = table->places[i];
    qsort(rows, *count, sizeof *rows, compare_rows);
    return rows;
}

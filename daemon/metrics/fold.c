#include <debriefd/fold.h>

#include <assert.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_FIRST 1024 /* a power of two, as every size of the table */

struct composite {
    enum fold_composite type;
    struct fold_member *members;
    size_t count;
};

struct wave {
    struct composite *composites;
    size_t count;
};

/* Rows by everything but their n: an open-addressed hash table. */
struct fold {
    struct wave *waves;
    size_t wave_count;
    struct fold_row *places;
    bool *is_used;
    size_t place_count;
    size_t used;
    int *values; /* room for the scored values of the widest composite */
    size_t widest;
};

static void make_places(struct fold *fold, size_t count)
{
    fold->places = xcalloc_array(count, sizeof *fold->places);
    fold->is_used = xcalloc_array(count, sizeof *fold->is_used);
    fold->place_count = count;
    fold->used = 0;
}

struct fold *fold_create(void)
{
    struct fold *fold = xcalloc(sizeof *fold);
    make_places(fold, PLACES_FIRST);
    return fold;
}

void fold_destroy(struct fold *fold)
{
    if (fold == NULL)
        return;
    for (size_t i = 0; i < fold->wave_count; i++) {
        for (size_t j = 0; j < fold->waves[i].count; j++)
            free(fold->waves[i].composites[j].members);
        free(fold->waves[i].composites);
    }
    free(fold->waves);
    free(fold->places);
    free(fold->is_used);
    free(fold->values);
    free(fold);
}

void fold_add_wave(struct fold *fold)
{
    fold->waves = xrealloc_array(fold->waves, fold->wave_count + 1, sizeof *fold->waves);
    fold->waves[fold->wave_count++] = (struct wave){0};
}

void fold_add_composite(struct fold *fold, enum fold_composite type,
                        const struct fold_member *members, size_t count)
{
    assert(fold->wave_count > 0);
    struct wave *wave = &fold->waves[fold->wave_count - 1];
    struct composite made = {type, xcalloc_array(count, sizeof *members), count};
    memcpy(made.members, members, count * sizeof *members);
    wave->composites = xrealloc_array(wave->composites, wave->count + 1, sizeof *wave->composites);
    wave->composites[wave->count++] = made;
    fold->widest = count > fold->widest ? count : fold->widest;
    fold->values = xrealloc_array(fold->values, fold->widest, sizeof *fold->values);
}

/* FNV-1a over the row's numbers, and a last mix because the low bits choose the place. */
static size_t hash_of(const struct fold_row *row)
{
    const uint64_t numbers[] = {
        row->table, row->wave, row->part, row->sector, (uint64_t)row->first, (uint64_t)row->second};
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        hash = (hash ^ numbers[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ (hash >> 32));
}

static bool same_row(const struct fold_row *a, const struct fold_row *b)
{
    return a->table == b->table && a->wave == b->wave && a->part == b->part &&
           a->sector == b->sector && a->first == b->first && a->second == b->second;
}

static size_t find_place(const struct fold *fold, const struct fold_row *row)
{
    size_t place = hash_of(row) & (fold->place_count - 1);
    while (fold->is_used[place] && !same_row(&fold->places[place], row))
        place = (place + 1) & (fold->place_count - 1);
    return place;
}

static void grow(struct fold *fold)
{
    struct fold_row *places = fold->places;
    bool *is_used = fold->is_used;
    size_t count = fold->place_count;
    make_places(fold, count * 2);
    for (size_t i = 0; i < count; i++) {
        if (!is_used[i])
            continue;
        size_t place = find_place(fold, &places[i]);
        fold->places[place] = places[i];
        fold->is_used[place] = true;
        fold->used++;
    }
    free(places);
    free(is_used);
}

static void add(struct fold *fold, const struct fold_row *row)
{
    size_t place = find_place(fold, row);
    if (fold->is_used[place]) {
        fold->places[place].n += row->n;
        return;
    }
    fold->places[place] = *row;
    fold->is_used[place] = true;
    if (++fold->used * 2 > fold->place_count)
        grow(fold);
}

/* The scored values of the answered members, in their order. */
static size_t score(struct fold *fold, const struct composite *composite, const int16_t *scores,
                    size_t count)
{
    size_t answered = 0;
    for (size_t i = 0; i < composite->count; i++) {
        const struct fold_member *member = &composite->members[i];
        if (member->slot < 1 || (size_t)member->slot > count)
            continue;
        int value = scores[member->slot - 1];
        if (value >= member->min && value <= member->max)
            fold->values[answered++] =
                member->is_reversed ? member->min + member->max - value : value;
    }
    return answered;
}

/* `row` names the composite; n is the sign. */
static void add_index(struct fold *fold, struct fold_row row, size_t answered)
{
    row.table = FOLD_COMPOSITES;
    row.first = (int)answered;
    for (size_t i = 0; i < answered; i++)
        row.second += fold->values[i];
    if (answered > 0)
        add(fold, &row);
}

static void add_moments(struct fold *fold, struct fold_row row, size_t items)
{
    int64_t sign = row.n;
    row.table = FOLD_MOMENTS;
    row.sector = 0;
    add(fold, &row);
    for (size_t i = 0; i < items; i++) {
        row.first = (int)i + 1;
        for (size_t j = 0; j <= i + 1; j++) {
            row.second = (int)j;
            row.n = sign * fold->values[i] * (j == 0 ? 1 : fold->values[j - 1]);
            add(fold, &row);
        }
    }
}

void fold_evaluation(struct fold *fold, size_t wave, size_t sector, enum fold_sign sign,
                     const int16_t *scores, size_t count)
{
    assert(wave < fold->wave_count);
    struct fold_row row = {.wave = wave, .sector = sector, .n = sign};
    for (size_t i = 0; i < count; i++) {
        row.part = i + 1;
        row.first = scores[i];
        add(fold, &row);
    }
    row.first = 0;
    for (size_t i = 0; i < fold->waves[wave].count; i++) {
        const struct composite *composite = &fold->waves[wave].composites[i];
        size_t answered = score(fold, composite, scores, count);
        row.part = i;
        if (composite->type == FOLD_INDEX)
            add_index(fold, row, answered);
        else if (answered == composite->count)
            add_moments(fold, row, answered);
    }
}

struct fold_row *fold_rows(const struct fold *fold, enum fold_table table, size_t *count)
{
    struct fold_row *rows = xcalloc_array(fold->used, sizeof *rows);
    *count = 0;
    for (size_t i = 0; i < fold->place_count; i++)
        if (fold->is_used[i] && fold->places[i].table == table && fold->places[i].n != 0)
            rows[(*count)++] = fold->places[i];
    return rows;
}

#include "tidy_layout.h"

#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const waves[] = {"pre", "post", "fu"};
const char *const tidy_sectors[] = {"politics", "business", "academia", "state"};
static const char *const codes[] = {"I", "P", "R", "NC", "O", "UE", "NE"};

enum { CONSTRUCT, PHASE };

static const struct {
    const char *name, *wave;
    int column;
    const char *key;
    int minimum; /* answered; 0: half of the items, rounded up */
} indices[] = {
    {"PHASE_preparation", "post", PHASE, "preparation", 0},
    {"PHASE_programme", "post", PHASE, "programme", 0},
    {"NKI", "post", CONSTRUCT, "nki", 2},
    {"PHASE_followup", "fu", PHASE, "followup", 0},
    {"TRANSFER_IND", "fu", CONSTRUCT, "transfer_ind", 1},
    {"TRANSFER_ORG", "fu", CONSTRUCT, "transfer_org", 1},
};

static const char *const item_columns[] = {"construct", "phase"};

struct tidy *tidy_load(const char *directory)
{
    struct tidy *tidy = xcalloc(sizeof *tidy);
    tidy->trips = table_load(directory, "trips.csv");
    tidy->participants = table_load(directory, "participants.csv");
    tidy->dispositions = table_load(directory, "dispositions.csv");
    tidy->items = table_load(directory, "items.csv");
    tidy->responses = table_load(directory, "responses.csv");
    tidy->commitments = table_load(directory, "commitments.csv");
    return tidy;
}

void tidy_destroy(struct tidy *tidy)
{
    table_finish(&tidy->trips);
    table_finish(&tidy->participants);
    table_finish(&tidy->dispositions);
    table_finish(&tidy->items);
    table_finish(&tidy->responses);
    table_finish(&tidy->commitments);
    free(tidy);
}

size_t tidy_trips(const struct tidy *tidy)
{
    return tidy->trips.count - 1;
}

const char *tidy_trip(const struct tidy *tidy, size_t index)
{
    return table_field(&tidy->trips, index + 1, "trip_id");
}

bool tidy_is_delegate(const struct tidy *tidy, size_t row, const char *trip)
{
    const struct table *people = &tidy->participants;
    return table_is(people, row, "trip_id", trip) && table_is(people, row, "is_staff", "0") &&
           table_is(people, row, "travelled", "1");
}

/* The row of a (trip, wave, participant[, item]) in a table, or 0. */
static size_t find(const struct table *table, const char *trip, const char *wave,
                   const char *participant, const char *item)
{
    for (size_t row = 1; row < table->count; row++)
        if (table_is(table, row, "participant_id", participant) &&
            table_is(table, row, "trip_id", trip) && table_is(table, row, "wave", wave) &&
            (item == NULL || table_is(table, row, "item_id", item)))
            return row;
    return 0;
}

static bool has_disposition(const struct tidy *tidy, size_t person, const char *wave,
                            const char *code)
{
    const struct table *people = &tidy->participants;
    size_t row = find(&tidy->dispositions, table_field(people, person, "trip_id"), wave,
                      table_field(people, person, "participant_id"), NULL);
    return row != 0 && table_is(&tidy->dispositions, row, "disposition", code);
}

bool tidy_answered(const struct tidy *tidy, size_t person, const char *wave, size_t item,
                   int *value)
{
    const struct table *people = &tidy->participants;
    size_t row = find(&tidy->responses, table_field(people, person, "trip_id"), wave,
                      table_field(people, person, "participant_id"),
                      table_field(&tidy->items, item, "item_id"));
    if (row == 0 || table_is(&tidy->responses, row, "value", ""))
        return false;
    *value = atoi(table_field(&tidy->responses, row, "value"));
    return true;
}

int tidy_scored(const struct tidy *tidy, size_t item, int value)
{
    if (table_is(&tidy->items, item, "reverse", "0"))
        return value;
    return atoi(table_field(&tidy->items, item, "min")) +
           atoi(table_field(&tidy->items, item, "max")) - value;
}

size_t tidy_eligible(const struct tidy *tidy, const char *trip, const char *wave,
                     const char *sector, size_t *people)
{
    size_t count = 0;
    for (size_t row = 1; row < tidy->participants.count; row++)
        if (tidy_is_delegate(tidy, row, trip) &&
            (sector == NULL || table_is(&tidy->participants, row, "sector", sector)) &&
            !has_disposition(tidy, row, wave, "NE"))
            people[count++] = row;
    return count;
}

void tidy_must(bool done, const struct error *err)
{
    if (!done)
        table_fail("facts refuse:", err->message);
}

static void add_slices(const struct tidy *tidy, const char *trip, struct facts *facts)
{
    struct error err;
    const struct table *people = &tidy->participants;
    for (size_t s = 0; s < 4; s++) {
        struct facts_slice slice = {.name = tidy_sectors[s], .target = s < 3 ? 1.0 / 3 : 0};
        for (size_t row = 1; row < people->count; row++) {
            slice.members += tidy_is_delegate(tidy, row, trip) &&
                             table_is(people, row, "sector", tidy_sectors[s]);
            slice.staff += table_is(people, row, "trip_id", trip) &&
                           table_is(people, row, "is_staff", "1") &&
                           table_is(people, row, "travelled", "1") &&
                           table_is(people, row, "sector", tidy_sectors[s]);
        }
        tidy_must(facts_add_slice(facts, &slice, &err), &err);
    }
    tidy_must(facts_slices_done(facts, &err), &err);
}

static bool took_part(const struct tidy *tidy, size_t person, const char *wave)
{
    return has_disposition(tidy, person, wave, "I") || has_disposition(tidy, person, wave, "P");
}

static void count_frame(const struct tidy *tidy, const char *trip, const char *sector,
                        struct facts *facts)
{
    struct error err;
    int64_t counts[3][7] = {{0}}, panel = 0;
    for (size_t row = 1; row < tidy->participants.count; row++) {
        if (!tidy_is_delegate(tidy, row, trip) ||
            !table_is(&tidy->participants, row, "sector", sector))
            continue;
        for (int w = 0; w < 3; w++)
            for (int d = 0; d < 7; d++)
                counts[w][d] += has_disposition(tidy, row, waves[w], codes[d]);
        panel += took_part(tidy, row, "pre") && took_part(tidy, row, "post") &&
                 took_part(tidy, row, "fu");
    }
    for (int w = 0; w < 3; w++)
        for (int d = 0; d < 7; d++)
            tidy_must(facts_count_disposition(facts, waves[w], sector, (enum facts_disposition)d,
                                              counts[w][d], &err),
                      &err);
    tidy_must(facts_count_panel(facts, sector, panel, &err), &err);
}

static bool item_of(const struct tidy *tidy, size_t row, struct facts_item *item)
{
    static const struct {
        const char *column, *value;
        enum facts_kind kind;
    } kinds[] = {
        {"construct", "sat", FACTS_RATING}, {"construct", "purpose", FACTS_RATING},
        {"kind", "nps", FACTS_NPS},         {"kind", "binary", FACTS_BINARY},
        {"kind", "count", FACTS_COUNTED},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!table_is(&tidy->items, row, kinds[i].column, kinds[i].value))
            continue;
        *item = (struct facts_item){
            .name = table_field(&tidy->items, row, "item_id"),
            .kind = kinds[i].kind,
            .min = atoi(table_field(&tidy->items, row, "min")),
            .max = atoi(table_field(&tidy->items, row, "max")),
            .reverse = table_is(&tidy->items, row, "reverse", "1"),
        };
        if (item->kind == FACTS_COUNTED)
            item->max = 30000;
        return true;
    }
    return false;
}

static int by_value(const void *a, const void *b)
{
    const int *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/* Counts runs of equal values. */
static void count_values(struct facts *facts, const char *wave, const char *item,
                         const char *sector, int *values, size_t n)
{
    struct error err;
    qsort(values, n, sizeof *values, by_value);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && values[to] == values[from];)
            to++;
        tidy_must(facts_count(facts, wave, item, sector, values[from], (int64_t)(to - from), &err),
                  &err);
    }
}

static void add_item(const struct tidy *tidy, const char *trip, size_t row, struct facts *facts)
{
    struct error err;
    struct facts_item item;
    if (!item_of(tidy, row, &item))
        return;
    const char *wave = table_field(&tidy->items, row, "wave");
    tidy_must(facts_add_item(facts, wave, &item, &err), &err);
    size_t *people = xcalloc_array(tidy->participants.count, sizeof *people);
    int *values = xcalloc_array(tidy->participants.count, sizeof *values);
    for (size_t s = 0; s < 4; s++) {
        size_t n = 0, count = tidy_eligible(tidy, trip, wave, tidy_sectors[s], people);
        for (size_t i = 0; i < count; i++)
            n += tidy_answered(tidy, people[i], wave, row, &values[n]);
        count_values(facts, wave, item.name, tidy_sectors[s], values, n);
    }
    free(values);
    free(people);
}

size_t tidy_items_where(const struct tidy *tidy, const char *wave, const char *column,
                        const char *key, size_t *items)
{
    size_t count = 0;
    for (size_t row = 1; row < tidy->items.count; row++)
        if (table_is(&tidy->items, row, "wave", wave) && table_is(&tidy->items, row, column, key))
            items[count++] = row;
    return count;
}

struct facts_pair tidy_pair_of(const struct tidy *tidy, size_t person, const char *wave,
                               const size_t *items, size_t count)
{
    struct facts_pair pair = {.count = 1};
    for (size_t i = 0; i < count; i++) {
        int value;
        if (!tidy_answered(tidy, person, wave, items[i], &value))
            continue;
        pair.answered++;
        pair.sum += tidy_scored(tidy, items[i], value);
    }
    return pair;
}

/* Folds equal pairs: facts take each pair once. */
static void count_pairs(struct facts *facts, const char *wave, const char *name, const char *sector,
                        struct facts_pair *pairs, size_t n)
{
    struct error err;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            if (pairs[i].count == 0 || pairs[j].answered != pairs[i].answered ||
                pairs[j].sum != pairs[i].sum)
                continue;
            pairs[i].count += pairs[j].count;
            pairs[j].count = 0;
        }
        if (pairs[i].count > 0)
            tidy_must(facts_count_composite(facts, wave, name, sector, &pairs[i], &err), &err);
    }
}

static void add_index(const struct tidy *tidy, const char *trip, size_t index, struct facts *facts)
{
    struct error err;
    size_t items[TIDY_ITEMS_MAX];
    const char *wave = indices[index].wave;
    size_t k = tidy_items_where(tidy, wave, item_columns[indices[index].column], indices[index].key,
                                items);
    int minimum = indices[index].minimum != 0 ? indices[index].minimum : (int)(k + 1) / 2;
    struct facts_composite composite = {
        .name = indices[index].name,
        .min = atoi(table_field(&tidy->items, items[0], "min")),
        .max = atoi(table_field(&tidy->items, items[0], "max")),
        .items = (int)k,
        .minimum_answered = minimum,
    };
    tidy_must(facts_add_composite(facts, wave, &composite, &err), &err);
    size_t *people = xcalloc_array(tidy->participants.count, sizeof *people);
    struct facts_pair *pairs = xcalloc_array(tidy->participants.count, sizeof *pairs);
    for (size_t s = 0; s < 4; s++) {
        size_t count = tidy_eligible(tidy, trip, wave, tidy_sectors[s], people);
        for (size_t i = 0; i < count; i++)
            pairs[i] = tidy_pair_of(tidy, people[i], wave, items, k);
        count_pairs(facts, wave, composite.name, tidy_sectors[s], pairs, count);
    }
    free(pairs);
    free(people);
}

static void add_scale(const struct tidy *tidy, const char *trip, const char *name, int column,
                      const char *key, struct facts *facts)
{
    struct error err;
    size_t items[TIDY_ITEMS_MAX], *people = xcalloc_array(tidy->participants.count, sizeof *people);
    size_t k = tidy_items_where(tidy, "post", item_columns[column], key, items);
    int64_t n = 0, sums[FACTS_SCALE_ITEMS_MAX] = {0};
    int64_t products[FACTS_SCALE_ITEMS_MAX * FACTS_SCALE_ITEMS_MAX] = {0};
    size_t count = tidy_eligible(tidy, trip, "post", NULL, people);
    for (size_t p = 0; p < count; p++) {
        int x[FACTS_SCALE_ITEMS_MAX];
        size_t got = 0;
        while (got < k && tidy_answered(tidy, people[p], "post", items[got], &x[got])) {
            x[got] = tidy_scored(tidy, items[got], x[got]);
            got++;
        }
        if (got < k)
            continue;
        n++;
        for (size_t i = 0; i < k; i++) {
            sums[i] += x[i];
            for (size_t j = 0; j < k; j++)
                products[i * k + j] += (int64_t)x[i] * x[j];
        }
    }
    struct facts_moments moments = {name, (int)k, n, sums, products};
    tidy_must(facts_add_moments(facts, "post", &moments, &err), &err);
    free(people);
}

struct facts *tidy_facts(const struct tidy *tidy, const char *trip)
{
    struct error err;
    struct facts *facts = facts_create();
    add_slices(tidy, trip, facts);
    for (int w = 0; w < 3; w++)
        tidy_must(facts_add_wave(facts, waves[w], FACTS_WAVE_CLOSED, &err), &err);
    for (size_t s = 0; s < 4; s++)
        count_frame(tidy, trip, tidy_sectors[s], facts);
    for (size_t row = 1; row < tidy->items.count; row++)
        add_item(tidy, trip, row, facts);
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        add_index(tidy, trip, i, facts);
    add_scale(tidy, trip, "NKI", CONSTRUCT, "nki", facts);
    add_scale(tidy, trip, "PROG", PHASE, "programme", facts);
    tidy_add_joints(tidy, trip, facts);
    tidy_must(facts_seal(facts, &err), &err);
    return facts;
}

#include "tidy.h"

#include "tidy_part.h"
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

struct tidy_rows {
    size_t size; /* of a row */
    char *rows;
    size_t count, capacity;
    size_t *starts; /* of each participant's rows, and the end */
};

static const size_t sizes[TIDY_TABLES] = {
    [TIDY_RESPONSES] = sizeof(struct tidy_response),
    [TIDY_DISPOSITIONS] = sizeof(struct tidy_disposition),
    [TIDY_ROSTERS] = sizeof(struct tidy_roster),
    [TIDY_TIES] = sizeof(struct tidy_tie),
    [TIDY_COMMITMENTS] = sizeof(struct tidy_commitment),
};

static const char *const usual_waves[] = {"pre", "post", "fu"};
static const char *const usual_sectors[] = {"politics", "business", "academia", "state"};

void tidy_rows_add(struct tidy_rows *rows, const void *row)
{
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity > 0 ? 2 * rows->capacity : 256;
        rows->rows = xrealloc_array(rows->rows, rows->capacity, rows->size);
    }
    memcpy(rows->rows + rows->count++ * rows->size, row, rows->size);
}

static uint32_t participant_of(const struct tidy_rows *rows, size_t index)
{
    uint32_t participant;
    memcpy(&participant, rows->rows + index * rows->size, sizeof participant);
    return participant;
}

/* A counting sort, which keeps the file's order within a participant. */
static void group_rows(struct tidy_rows *rows, uint32_t participants)
{
    size_t *next = xcalloc_array((size_t)participants + 1, sizeof *next);
    char *sorted = xrealloc_array(NULL, rows->count + 1, rows->size);
    rows->starts = xcalloc_array((size_t)participants + 1, sizeof *rows->starts);
    for (size_t i = 0; i < rows->count; i++)
        rows->starts[participant_of(rows, i) + 1]++;
    for (uint32_t i = 0; i < participants; i++)
        rows->starts[i + 1] += rows->starts[i];
    memcpy(next, rows->starts, ((size_t)participants + 1) * sizeof *next);
    for (size_t i = 0; i < rows->count; i++)
        memcpy(sorted + next[participant_of(rows, i)]++ * rows->size, rows->rows + i * rows->size,
               rows->size);
    free(next);
    free(rows->rows);
    rows->rows = sorted;
}

const void *tidy_rows(const struct tidy *tidy, enum tidy_table table, uint32_t participant,
                      size_t *count)
{
    const struct tidy_rows *rows = tidy->tables[table];
    *count = rows->starts[participant + 1] - rows->starts[participant];
    return rows->rows + rows->starts[participant] * rows->size;
}

bool tidy_is_delegate(const struct tidy *tidy, uint32_t participant)
{
    const struct tidy_participant *one = &tidy->participants[participant];
    return one->travelled && !one->is_staff;
}

/* Participants in the order of trips, in that of the file within a trip. */
static void group_participants(struct opening *opening)
{
    struct tidy *tidy = opening->tidy;
    uint32_t count = tidy->participant_count, first = 0;
    struct tidy_participant *sorted = xcalloc_array((size_t)count + 1, sizeof *sorted);
    for (uint32_t i = 0; i < count; i++)
        tidy->trips[tidy->participants[i].trip].count++;
    for (uint32_t i = 0; i < tidy->trip_count; i++) {
        tidy->trips[i].first = first;
        first += tidy->trips[i].count;
        tidy->trips[i].count = 0;
    }
    opening->places = xcalloc_array((size_t)count + 1, sizeof *opening->places);
    for (uint32_t i = 0; i < count; i++) {
        struct tidy_trip *trip = &tidy->trips[tidy->participants[i].trip];
        opening->places[i] = trip->first + trip->count++;
        sorted[opening->places[i]] = tidy->participants[i];
    }
    free(tidy->participants);
    tidy->participants = sorted;
}

static struct tidy *create(void)
{
    struct tidy *tidy = xcalloc(sizeof *tidy);
    tidy->waves = names_create();
    tidy->sectors = names_create();
    tidy->labels = names_create();
    for (size_t i = 0; i < sizeof usual_waves / sizeof *usual_waves; i++)
        names_add(tidy->waves, usual_waves[i]);
    for (size_t i = 0; i < sizeof usual_sectors / sizeof *usual_sectors; i++)
        names_add(tidy->sectors, usual_sectors[i]);
    for (size_t i = 0; i < TIDY_TABLES; i++) {
        tidy->tables[i] = xcalloc(sizeof *tidy->tables[i]);
        tidy->tables[i]->size = sizes[i];
    }
    return tidy;
}

static bool read_files(const char *directory, struct opening *opening, struct error *err)
{
    for (size_t i = 0; tidy_files[i].name != NULL; i++) {
        if (!tidy_file_read(directory, &tidy_files[i], opening, err))
            return false;
        if (i == TIDY_FILE_PARTICIPANTS)
            group_participants(opening);
    }
    for (size_t i = 0; i < TIDY_TABLES; i++)
        group_rows(opening->tidy->tables[i], opening->tidy->participant_count);
    return true;
}

bool tidy_open(const char *directory, struct tidy **tidy, struct error *err)
{
    struct opening opening = {
        .tidy = create(),
        .trips = names_create(),
        .people = names_create(),
        .items = names_create(),
    };
    buf_init(&opening.key);
    bool is_good = read_files(directory, &opening, err);
    names_destroy(opening.trips);
    names_destroy(opening.people);
    names_destroy(opening.items);
    free(opening.places);
    buf_finish(&opening.key);
    if (is_good)
        *tidy = opening.tidy;
    else
        tidy_close(opening.tidy);
    return is_good;
}

static void free_rows(struct tidy_rows *rows)
{
    free(rows->rows);
    free(rows->starts);
    free(rows);
}

void tidy_close(struct tidy *tidy)
{
    if (tidy == NULL)
        return;
    for (uint32_t i = 0; i < tidy->trip_count; i++) {
        free(tidy->trips[i].id);
        free(tidy->trips[i].name);
    }
    for (uint32_t i = 0; i < tidy->item_count; i++) {
        free(tidy->items[i].id);
        free(tidy->items[i].construct);
        free(tidy->items[i].phase);
        free(tidy->items[i].kind);
    }
    for (size_t i = 0; i < TIDY_TABLES; i++)
        free_rows(tidy->tables[i]);
    names_destroy(tidy->waves);
    names_destroy(tidy->sectors);
    names_destroy(tidy->labels);
    free(tidy->trips);
    free(tidy->participants);
    free(tidy->items);
    free(tidy);
}

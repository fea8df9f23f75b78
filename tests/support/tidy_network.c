#include "tidy_network.h"

#include "tidy_layout.h"
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define WAVES 3

static const char *const waves[WAVES] = {"pre", "post", "fu"};
static const char *const rosters[] = {"none", "partial", "complete"};

static size_t find(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return i;
    table_fail("unknown", name);
}

static size_t find_in(const struct table *table, size_t row, const char *column,
                      const char *const *list, size_t count)
{
    return find(table_field(table, row, column), list, count);
}

/* The delegates' names, in the order of the file. */
struct people {
    size_t count;
    const char **names;
    struct table table;
};

static struct people read_people(const char *directory, const char *trip)
{
    struct people people = {.table = table_load(directory, "participants.csv")};
    people.names = xcalloc_array(people.table.count, sizeof *people.names);
    for (size_t row = 1; row < people.table.count; row++)
        if (table_is(&people.table, row, "trip_id", trip) &&
            table_is(&people.table, row, "is_staff", "0") &&
            table_is(&people.table, row, "travelled", "1"))
            people.names[people.count++] = table_field(&people.table, row, "participant_id");
    return people;
}

static void people_finish(struct people *people)
{
    free(people->names);
    table_finish(&people->table);
}

static void set_sectors(struct network *network, const struct people *people, const char *trip)
{
    struct error err;
    const struct table *table = &people->table;
    for (size_t row = 1, delegate = 0; row < table->count && delegate < people->count; row++)
        if (table_is(table, row, "trip_id", trip) &&
            table_is(table, row, "participant_id", people->names[delegate])) {
            size_t sector = find_in(table, row, "sector", tidy_sectors, 4);
            tidy_must(network_set_sector(network, delegate++, sector, &err), &err);
        }
}

/* Sets wave_of[w] to the network's number of waves[w]. */
static void add_waves(struct network *network, const struct table *statuses, size_t *wave_of)
{
    struct error err;
    bool seen[WAVES] = {false};
    for (size_t row = 1; row < statuses->count; row++)
        seen[find_in(statuses, row, "wave", waves, WAVES)] = true;
    for (size_t i = 0, added = 0; i < WAVES; i++)
        if (seen[i]) {
            tidy_must(network_add_wave(network, waves[i], &err), &err);
            wave_of[i] = added++;
        }
}

static void add_rosters(struct network *network, const struct table *statuses, const char *trip,
                        const struct people *people, const size_t *wave_of)
{
    struct error err;
    for (size_t row = 1; row < statuses->count; row++) {
        if (!table_is(statuses, row, "trip_id", trip))
            continue;
        size_t wave = wave_of[find_in(statuses, row, "wave", waves, WAVES)];
        size_t ego = find_in(statuses, row, "ego", people->names, people->count);
        size_t roster = NETWORK_ROSTER_NONE + find_in(statuses, row, "status", rosters, 3);
        tidy_must(network_set_roster(network, wave, ego, (enum network_roster)roster, &err), &err);
    }
}

static void add_ties(struct network *network, const struct table *ties, const char *trip,
                     const struct people *people, const size_t *wave_of)
{
    struct error err;
    for (size_t row = 1; row < ties->count; row++) {
        if (!table_is(ties, row, "trip_id", trip))
            continue;
        size_t wave = wave_of[find_in(ties, row, "wave", waves, WAVES)];
        size_t ego = find_in(ties, row, "ego", people->names, people->count);
        size_t alter = find_in(ties, row, "alter", people->names, people->count);
        const char *value = table_field(ties, row, "value");
        int level = value[0] == '\0' ? NETWORK_SKIPPED : (int)strtol(value, NULL, 10);
        tidy_must(network_add_tie(network, wave, ego, alter, level, &err), &err);
    }
}

struct network *tidy_network(const char *directory, const char *trip, uint32_t permutations,
                             uint64_t seed)
{
    struct error err;
    struct people people = read_people(directory, trip);
    struct table statuses = table_load(directory, "roster_status.csv");
    struct table ties = table_load(directory, "ties.csv");
    struct network_frame frame = {
        .delegates = people.count,
        .sectors = tidy_sectors,
        .sector_count = 4,
        .tau = NETWORK_TAU,
        .permutations = permutations,
        .seed = seed,
    };
    struct network *network;
    size_t wave_of[WAVES] = {0};
    tidy_must(network_create(&frame, &network, &err), &err);
    set_sectors(network, &people, trip);
    add_waves(network, &statuses, wave_of);
    add_rosters(network, &statuses, trip, &people, wave_of);
    add_ties(network, &ties, trip, &people, wave_of);
    table_finish(&ties);
    table_finish(&statuses);
    people_finish(&people);
    return network;
}

void tidy_network_trips(const char *directory, void (*visit)(const char *trip, void *context),
                        void *context)
{
    struct table trips = table_load(directory, "trips.csv");
    for (size_t row = 1; row < trips.count; row++)
        visit(table_field(&trips, row, "trip_id"), context);
    table_finish(&trips);
}

#include "tidy_network.h"

#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 12
#define WAVES      3

static const char *const sectors[] = {"politics", "business", "academia", "state"};
static const char *const waves[WAVES] = {"pre", "post", "fu"};
static const char *const rosters[] = {"none", "partial", "complete"};

struct csv {
    FILE *file;
    char *line, *header;
    size_t line_size, header_size;
    const char *names[FIELDS_MAX], *fields[FIELDS_MAX];
};

static void panic(const char *what, const char *detail)
{
    fprintf(stderr, "tidy_network: %s %s\n", what, detail);
    exit(EXIT_FAILURE);
}

static bool read_line(FILE *file, char **line, size_t *size, const char **fields)
{
    if (getline(line, size, file) < 0)
        return false;
    (*line)[strcspn(*line, "\r\n")] = '\0';
    char *rest = *line;
    memset(fields, 0, FIELDS_MAX * sizeof *fields);
    for (size_t i = 0; i < FIELDS_MAX && rest != NULL; i++)
        fields[i] = strsep(&rest, ",");
    return true;
}

static struct csv csv_open(const char *directory, const char *name)
{
    char path[4096];
    struct csv csv = {0};
    snprintf(path, sizeof path, "%s/%s", directory, name);
    csv.file = fopen(path, "r");
    if (csv.file == NULL || !read_line(csv.file, &csv.header, &csv.header_size, csv.names))
        panic("cannot read", path);
    return csv;
}

static bool csv_next(struct csv *csv)
{
    return read_line(csv->file, &csv->line, &csv->line_size, csv->fields);
}

static const char *field(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < FIELDS_MAX && csv->names[i] != NULL; i++)
        if (strcmp(csv->names[i], name) == 0 && csv->fields[i] != NULL)
            return csv->fields[i];
    panic("no column", name);
    return NULL;
}

static void csv_close(struct csv *csv)
{
    fclose(csv->file);
    free(csv->line);
    free(csv->header);
}

static size_t find(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return i;
    panic("unknown", name);
    return 0;
}

struct people {
    size_t count;
    char **names;
    size_t *sectors;
};

static struct people read_people(const char *directory, const char *trip)
{
    struct people people = {0};
    struct csv csv = csv_open(directory, "participants.csv");
    while (csv_next(&csv)) {
        if (strcmp(field(&csv, "trip_id"), trip) != 0 || field(&csv, "is_staff")[0] != '0' ||
            field(&csv, "travelled")[0] != '1')
            continue;
        size_t more = people.count + 1;
        people.names = xrealloc_array(people.names, more, sizeof *people.names);
        people.sectors = xrealloc_array(people.sectors, more, sizeof *people.sectors);
        people.names[people.count] = xstrdup(field(&csv, "participant_id"));
        people.sectors[people.count++] = find(field(&csv, "sector"), sectors, 4);
    }
    csv_close(&csv);
    return people;
}

static void people_finish(struct people *people)
{
    for (size_t i = 0; i < people->count; i++)
        free(people->names[i]);
    free(people->names);
    free(people->sectors);
}

static void must(bool done, const struct error *err)
{
    if (!done)
        panic("refused:", err->message);
}

/* Sets wave_of[w] to the network's number of waves[w]. */
static void add_waves(const char *directory, struct network *network, size_t *wave_of)
{
    bool seen[WAVES] = {false};
    struct csv csv = csv_open(directory, "roster_status.csv");
    while (csv_next(&csv))
        seen[find(field(&csv, "wave"), waves, WAVES)] = true;
    csv_close(&csv);
    struct error err;
    for (size_t i = 0, added = 0; i < WAVES; i++)
        if (seen[i]) {
            must(network_add_wave(network, waves[i], &err), &err);
            wave_of[i] = added++;
        }
}

static const char *const *names_of(const struct people *people)
{
    return (const char *const *)people->names;
}

static void add_rosters(const char *directory, const char *trip, struct network *network,
                        const struct people *people, const size_t *wave_of)
{
    struct error err;
    struct csv csv = csv_open(directory, "roster_status.csv");
    while (csv_next(&csv)) {
        if (strcmp(field(&csv, "trip_id"), trip) != 0)
            continue;
        size_t wave = wave_of[find(field(&csv, "wave"), waves, WAVES)];
        size_t ego = find(field(&csv, "ego"), names_of(people), people->count);
        size_t roster = NETWORK_ROSTER_NONE + find(field(&csv, "status"), rosters, 3);
        must(network_set_roster(network, wave, ego, (enum network_roster)roster, &err), &err);
    }
    csv_close(&csv);
}

static void add_ties(const char *directory, const char *trip, struct network *network,
                     const struct people *people, const size_t *wave_of)
{
    struct error err;
    struct csv csv = csv_open(directory, "ties.csv");
    while (csv_next(&csv)) {
        if (strcmp(field(&csv, "trip_id"), trip) != 0)
            continue;
        size_t wave = wave_of[find(field(&csv, "wave"), waves, WAVES)];
        size_t ego = find(field(&csv, "ego"), names_of(people), people->count);
        size_t alter = find(field(&csv, "alter"), names_of(people), people->count);
        const char *value = field(&csv, "value");
        int level = value[0] == '\0' ? NETWORK_SKIPPED : (int)strtol(value, NULL, 10);
        must(network_add_tie(network, wave, ego, alter, level, &err), &err);
    }
    csv_close(&csv);
}

struct network *tidy_network(const char *directory, const char *trip, uint32_t permutations,
                             uint64_t seed)
{
    struct error err;
    struct people people = read_people(directory, trip);
    struct network_frame frame = {
        .delegates = people.count,
        .sectors = sectors,
        .sector_count = 4,
        .tau = NETWORK_TAU,
        .permutations = permutations,
        .seed = seed,
    };
    struct network *network;
    size_t wave_of[WAVES] = {0};
    must(network_create(&frame, &network, &err), &err);
    for (size_t i = 0; i < people.count; i++)
        must(network_set_sector(network, i, people.sectors[i], &err), &err);
    add_waves(directory, network, wave_of);
    add_rosters(directory, trip, network, &people, wave_of);
    add_ties(directory, trip, network, &people, wave_of);
    people_finish(&people);
    return network;
}

void tidy_network_trips(const char *directory, void (*visit)(const char *trip, void *context),
                        void *context)
{
    struct csv csv = csv_open(directory, "trips.csv");
    while (csv_next(&csv))
        visit(field(&csv, "trip_id"), context);
    csv_close(&csv);
}

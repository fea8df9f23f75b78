#include "digest.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ byte[i]) * UINT64_C(0x100000001b3);
    return digest;
}

uint64_t digest_number(uint64_t digest, uint64_t number)
{
    uint64_t mixed = (digest ^ number) * UINT64_C(0xff51afd7ed558ccd);
    mixed = (mixed ^ (mixed >> 32)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return mixed ^ (mixed >> 29);
}

static uint64_t digest_text(uint64_t digest, const char *text)
{
    return digest_bytes(digest, text, strlen(text) + 1);
}

static uint64_t digest_row(uint64_t digest, const struct metric_row *row)
{
    const char *texts[] = {row->family->name, row->wave,   row->slice,
                           row->item,         row->metric, row->text == NULL ? "" : row->text,
                           row->unit,         row->method};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        digest = digest_text(digest, texts[i]);
    const int64_t numbers[] = {(int64_t)row->type, (int64_t)row->null, row->n, row->N,
                               row->has_interval};
    const double values[] = {row->type == METRIC_NUMBER ? row->value : 0,
                             row->has_interval ? row->low : 0, row->has_interval ? row->high : 0};
    digest = digest_bytes(digest, numbers, sizeof numbers);
    return digest_bytes(digest, values, sizeof values);
}

uint64_t digest_rows(const struct metric_rows *rows)
{
    uint64_t digest = DIGEST_START;
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        digest = digest_row(digest, metric_rows_get(rows, i));
    return digest_number(digest, metric_rows_count(rows));
}

struct known {
    uint64_t input, result;
};

/* Open addressing, at most half full; input 0 is an empty place. */
struct digest_memory {
    struct known *known;
    size_t places, count;
};

struct digest_memory *digest_memory_create(void)
{
    struct digest_memory *memory = xcalloc(sizeof *memory);
    memory->places = 1024;
    memory->known = xcalloc_array(memory->places, sizeof *memory->known);
    return memory;
}

void digest_memory_destroy(struct digest_memory *memory)
{
    if (memory == NULL)
        return;
    free(memory->known);
    free(memory);
}

static size_t place_of(const struct digest_memory *memory, uint64_t input)
{
    size_t place = input & (memory->places - 1);
    while (memory->known[place].input != 0 && memory->known[place].input != input)
        place = (place + 1) & (memory->places - 1);
    return place;
}

bool digest_recall(const struct digest_memory *memory, uint64_t input, uint64_t *result)
{
    const struct known *known = &memory->known[place_of(memory, input | 1)];
    *result = known->result;
    return known->input != 0;
}

static void grow(struct digest_memory *memory)
{
    struct digest_memory larger = {.places = 2 * memory->places, .count = memory->count};
    larger.known = xcalloc_array(larger.places, sizeof *larger.known);
    for (size_t i = 0; i < memory->places; i++)
        if (memory->known[i].input != 0)
            larger.known[place_of(&larger, memory->known[i].input)] = memory->known[i];
    free(memory->known);
    *memory = larger;
}

void digest_remember(struct digest_memory *memory, uint64_t input, uint64_t result)
{
    if (2 * memory->count >= memory->places)
        grow(memory);
    memory->known[place_of(memory, input | 1)] = (struct known){input | 1, result};
    memory->count++;
}

#include "reader_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_KEYS 256

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_key(const struct reader *reader, struct reader_text key, uint32_t serial)
{
    uint64_t hash = reader->seed ^ (serial + ((uint64_t)key.length << 32));
    const char *at = key.bytes;
    uint64_t word;
    for (size_t left = key.length; left > 0;) {
        size_t step = left < sizeof word ? left : sizeof word;
        word = 0;
        memcpy(&word, at, step);
        hash = fold(hash ^ word, reader->seed ^ 0x9e3779b97f4a7c15u) + reader->seed;
        at += step;
        left -= step;
    }
    return fold(hash, reader->seed);
}

/* The entry of an equal key of the same object, or the free one where it belongs. */
static struct reader_key *find_key(struct reader *reader, const struct reader_key *wanted)
{
    size_t mask = reader->key_capacity - 1;
    for (size_t i = (size_t)wanted->hash & mask;; i = (i + 1) & mask) {
        struct reader_key *entry = &reader->keys[i];
        bool is_free = entry->serial < reader->first_serial;
        if (is_free || (entry->hash == wanted->hash && entry->serial == wanted->serial &&
                        entry->length == wanted->length &&
                        memcmp(entry->bytes, wanted->bytes, wanted->length) == 0))
            return entry;
    }
}

static void grow_keys(struct reader *reader)
{
    struct reader_key *old = reader->keys;
    size_t old_capacity = reader->key_capacity;
    reader->key_capacity = old_capacity > 0 ? old_capacity * 2 : FIRST_KEYS;
    reader->keys = xcalloc_array(reader->key_capacity, sizeof *reader->keys);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].serial >= reader->first_serial)
            *find_key(reader, &old[i]) = old[i];
    free(old);
}

bool reader_remember_key(struct reader *reader, const struct reader_frame *frame)
{
    if (2 * (reader->key_count + 1) > reader->key_capacity)
        grow_keys(reader);
    struct reader_key key = {frame->key.bytes, (uint32_t)frame->key.length, frame->serial,
                             hash_key(reader, frame->key, frame->serial)};
    struct reader_key *entry = find_key(reader, &key);
    if (entry->serial >= reader->first_serial)
        return reader_refuse(reader, READER_DUPLICATE_KEY);
    *entry = key;
    reader->key_count++;
    return true;
}

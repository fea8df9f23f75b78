/* NOLINTBEGIN(clang-analyzer-unix.Malloc): the analyzer does not follow uthash's lists and takes an
 * entry that was unlinked and freed for one that is still reached. valgrind and ASan run the tests.
 */
#include <debriefd/map.h>

#include <debriefd/clock.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct entry {
    void *value;
    int64_t until_us; /* monotonic */
    UT_hash_handle hh;
    unsigned char key[]; /* as long as the hash handle says */
};

struct map {
    struct entry *entries;
    map_destroy_fn *destroy;
};

struct map *map_create(map_destroy_fn *destroy)
{
    struct map *map = xcalloc(sizeof *map);
    map->destroy = destroy;
    return map;
}

static struct entry *find_entry(const struct map *map, const void *key, size_t length)
{
    struct entry *entry;
    HASH_FIND(hh, map->entries, key, length, entry);
    return entry;
}

static void drop(struct map *map, struct entry *entry)
{
    HASH_DEL(map->entries, entry);
    if (map->destroy != NULL)
        map->destroy(entry->value);
    free(entry);
}

void *map_find(const struct map *map, const void *key, size_t length)
{
    const struct entry *entry = find_entry(map, key, length);
    if (entry == NULL || (entry->until_us != MAP_FOREVER && entry->until_us < clock_monotonic_us()))
        return NULL;
    return entry->value;
}

void *map_peek(const struct map *map, const void *key, size_t length)
{
    const struct entry *entry = find_entry(map, key, length);
    return entry != NULL ? entry->value : NULL;
}

void map_add(struct map *map, const void *key, size_t length, void *owned_value, int64_t life_us)
{
    struct entry *present = find_entry(map, key, length);
    if (present != NULL)
        drop(map, present);
    struct entry *added = xcalloc(sizeof *added + length);
    added->value = owned_value;
    added->until_us = life_us == MAP_FOREVER ? MAP_FOREVER : clock_monotonic_us() + life_us;
    memcpy(added->key, key, length);
    HASH_ADD_KEYPTR(hh, map->entries, added->key, length, added);
}

size_t map_count(const struct map *map)
{
    return HASH_COUNT(map->entries);
}

void map_clear(struct map *map)
{
    while (map->entries != NULL)
        drop(map, map->entries);
}

void map_destroy(struct map *map)
{
    if (map == NULL)
        return;
    map_clear(map);
    free(map);
}

void *map_oldest(const struct map *map)
{
    return map->entries != NULL ? map->entries->value : NULL;
}

void map_drop_oldest(struct map *map)
{
    if (map->entries != NULL)
        drop(map, map->entries);
}

void map_each(const struct map *map, map_visit_fn *visit, void *context)
{
    for (struct entry *entry = map->entries; entry != NULL; entry = entry->hh.next)
        visit(context, entry->value);
}
/* NOLINTEND(clang-analyzer-unix.Malloc) */

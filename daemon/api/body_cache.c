#include "body_cache.h"

#include <debriefd/map.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

struct body_cache {
    struct map *bodies;
    size_t bytes;
    size_t limit;
    int64_t life_us;
    uint64_t age;
};

static void unref_value(void *value)
{
    reply_body_unref(value);
}

struct body_cache *body_cache_create(size_t bytes, int64_t life_us)
{
    struct body_cache *cache = xcalloc(sizeof *cache);
    cache->bodies = map_create(unref_value);
    cache->limit = bytes;
    cache->life_us = life_us;
    return cache;
}

void body_cache_clear(struct body_cache *cache)
{
    map_clear(cache->bodies);
    cache->bytes = 0;
    cache->age++;
}

void body_cache_destroy(struct body_cache *cache)
{
    map_destroy(cache->bodies);
    free(cache);
}

struct reply_body *body_cache_find(struct body_cache *cache, const char *question)
{
    return map_find(cache->bodies, question, strlen(question));
}

static void drop_oldest(struct body_cache *cache)
{
    cache->bytes -= reply_body_size(map_oldest(cache->bodies));
    map_drop_oldest(cache->bodies);
}

uint64_t body_cache_age(const struct body_cache *cache)
{
    return cache->age;
}

void body_cache_add(struct body_cache *cache, const char *question, uint64_t age,
                    struct reply_body *body)
{
    size_t size = reply_body_size(body);
    if (age != cache->age || size > cache->limit / 4)
        return;
    const struct reply_body *replaced = map_peek(cache->bodies, question, strlen(question));
    if (replaced != NULL)
        cache->bytes -= reply_body_size(replaced);
    while (map_count(cache->bodies) > 0 && cache->bytes + size > cache->limit)
        drop_oldest(cache);
    cache->bytes += size;
    map_add(cache->bodies, question, strlen(question), reply_body_ref(body), cache->life_us);
}

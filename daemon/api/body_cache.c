#include "body_cache.h"

#include <debriefd/clock.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <uthash.h>

struct cached_body {
    char *question;
    struct reply_body *body;
    int64_t until_us; /* monotonic */
    UT_hash_handle hh;
};

struct body_cache {
    struct cached_body *bodies; /* oldest first */
    size_t bytes;
    size_t limit;
    int64_t life_us;
};

struct body_cache *body_cache_create(size_t bytes, int64_t life_us)
{
    struct body_cache *cache = xcalloc(sizeof *cache);
    cache->limit = bytes;
    cache->life_us = life_us;
    return cache;
}

static void forget(struct body_cache *cache, struct cached_body *cached)
{
    HASH_DEL(cache->bodies, cached);
    cache->bytes -= reply_body_size(cached->body);
    reply_body_unref(cached->body);
    free(cached->question);
    free(cached);
}

void body_cache_clear(struct body_cache *cache)
{
    while (cache->bodies != NULL)
        forget(cache, cache->bodies);
}

void body_cache_destroy(struct body_cache *cache)
{
    body_cache_clear(cache);
    free(cache);
}

struct reply_body *body_cache_find(struct body_cache *cache, const char *question)
{
    struct cached_body *cached;
    HASH_FIND_STR(cache->bodies, question, cached);
    if (cached == NULL || cached->until_us < clock_monotonic_us())
        return NULL;
    return cached->body;
}

void body_cache_add(struct body_cache *cache, const char *question, struct reply_body *body)
{
    struct cached_body *cached;
    HASH_FIND_STR(cache->bodies, question, cached);
    if (cached != NULL)
        forget(cache, cached);
    size_t size = reply_body_size(body);
    if (size > cache->limit / 4)
        return;
    while (cache->bodies != NULL && cache->bytes + size > cache->limit)
        forget(cache, cache->bodies);
    cached = xcalloc(sizeof *cached);
    cached->question = xstrdup(question);
    cached->body = reply_body_ref(body);
    cached->until_us = clock_monotonic_us() + cache->life_us;
    cache->bytes += size;
    HASH_ADD_KEYPTR(hh, cache->bodies, cached->question, strlen(cached->question), cached);
}

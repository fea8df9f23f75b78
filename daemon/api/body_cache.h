/* body_cache: rendered answers by their exact question, bounded in bytes, brief, and dropped when a
 * release is announced: a notification is only a hint, so the time to live is the promise. Private
 * to the API. */
#ifndef DEBRIEFD_BODY_CACHE_H
#define DEBRIEFD_BODY_CACHE_H

#include <debriefd/operation.h>

struct body_cache *body_cache_create(size_t bytes, int64_t life_us);
void body_cache_destroy(struct body_cache *cache);
void body_cache_clear(struct body_cache *cache);

/* NULL when it is not there; else borrowed until the next call. */
struct reply_body *body_cache_find(struct body_cache *cache, const char *question);

/* Grows whenever the cache is cleared: taken before an answer is looked up. */
uint64_t body_cache_age(const struct body_cache *cache);

/* Takes its own reference. An answer that was looked up before the cache was cleared, at another
 * age, may be what was just withdrawn, and is not kept. */
void body_cache_add(struct body_cache *cache, const char *question, uint64_t age,
                    struct reply_body *body);

#endif

#include <debriefd/rate.h>

#include <debriefd/clock.h>
#include <debriefd/map.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>

struct rate {
    double burst;
    double per_second;
    size_t keys;
    struct map *buckets;
};

struct bucket {
    double tokens;
    int64_t at_us;
};

struct rate *rate_create(unsigned burst, double per_second, size_t keys)
{
    struct rate *rate = xcalloc(sizeof *rate);
    *rate = (struct rate){burst, per_second, keys, map_create(free)};
    return rate;
}

void rate_destroy(struct rate *rate)
{
    if (rate == NULL)
        return;
    map_destroy(rate->buckets);
    free(rate);
}

static struct bucket *find_bucket(struct rate *rate, const void *key, size_t length, int64_t now_us)
{
    struct bucket *bucket = map_peek(rate->buckets, key, length);
    if (bucket != NULL)
        return bucket;
    if (map_count(rate->buckets) >= rate->keys)
        map_drop_oldest(rate->buckets);
    bucket = xcalloc(sizeof *bucket);
    *bucket = (struct bucket){rate->burst, now_us};
    map_add(rate->buckets, key, length, bucket, MAP_FOREVER);
    return bucket;
}

bool rate_take(struct rate *rate, const void *key, size_t length, int64_t now_us, int *wait_seconds)
{
    struct bucket *bucket = find_bucket(rate, key, length, now_us);
    double seconds = (double)(now_us - bucket->at_us) / (double)CLOCK_SECOND_US;
    bucket->at_us = now_us;
    bucket->tokens += seconds * rate->per_second;
    if (bucket->tokens > rate->burst)
        bucket->tokens = rate->burst;
    if (bucket->tokens >= 1) {
        bucket->tokens -= 1;
        return true;
    }
    *wait_seconds = 1 + (int)((1 - bucket->tokens) / rate->per_second);
    return false;
}

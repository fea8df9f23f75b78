#include <debriefd/channel.h>

#include <assert.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>

struct channel_pool {
    size_t count;
    struct channel **channels;
};

struct channel_pool *channel_pool_create(struct event_base *base, size_t count,
                                         const struct channel_options *options)
{
    assert(count > 0);
    struct channel_pool *pool = xcalloc(sizeof *pool);
    pool->count = count;
    pool->channels = xcalloc_array(count, sizeof(struct channel *));
    for (size_t i = 0; i < count; i++)
        pool->channels[i] = channel_create(base, options);
    return pool;
}

void channel_pool_destroy(struct channel_pool *pool)
{
    if (pool == NULL)
        return;
    for (size_t i = 0; i < pool->count; i++)
        channel_destroy(pool->channels[i]);
    free(pool->channels);
    free(pool);
}

static size_t load(const struct channel *channel)
{
    struct channel_counters counters = channel_counters(channel);
    return counters.waiting + counters.in_flight;
}

static bool is_better(const struct channel *channel, const struct channel *than)
{
    if (channel_is_ready(channel) != channel_is_ready(than))
        return channel_is_ready(channel);
    return load(channel) < load(than);
}

struct channel *channel_pool_choose(const struct channel_pool *pool)
{
    struct channel *chosen = pool->channels[0];
    for (size_t i = 1; i < pool->count; i++)
        if (is_better(pool->channels[i], chosen))
            chosen = pool->channels[i];
    return chosen;
}

size_t channel_pool_size(const struct channel_pool *pool)
{
    return pool->count;
}

struct channel *channel_pool_at(const struct channel_pool *pool, size_t index)
{
    assert(index < pool->count);
    return pool->channels[index];
}

#include "channel_private.h"

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/statement.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>

/* A loss is possible in every state but the last. */
static const bool transitions[CHANNEL_CLOSED + 1][CHANNEL_CLOSED + 1] = {
    [CHANNEL_AWAY] = {[CHANNEL_CONNECTING] = true, [CHANNEL_CLOSED] = true},
    [CHANNEL_CONNECTING] = {[CHANNEL_READY] = true, [CHANNEL_AWAY] = true, [CHANNEL_CLOSED] = true},
    [CHANNEL_READY] = {[CHANNEL_DRAINING] = true, [CHANNEL_AWAY] = true, [CHANNEL_CLOSED] = true},
    [CHANNEL_DRAINING] = {[CHANNEL_AWAY] = true, [CHANNEL_CLOSED] = true},
};

void channel_enter(struct channel *channel, enum channel_state state)
{
    assert(transitions[channel->state][state]);
    channel->state = state;
}

void channel_start_timer(struct event *timer, int64_t delay_us)
{
    struct timeval delay = clock_timeval(delay_us);
    event_add(timer, &delay);
}

void channel_finish_call(struct channel *channel, struct call *call)
{
    if (call->err.code != ERR_NONE)
        channel->counters.failed++;
    else
        channel->counters.completed++;
    call_append(&channel->finished, call);
    event_active(channel->deferral, EV_TIMEOUT, 0);
}

void channel_report_finished(struct channel *channel)
{
    struct call *call;
    channel->is_reporting = true;
    while ((call = call_take_first(&channel->finished)) != NULL) {
        call_report(call);
        call_destroy(call);
    }
    channel->is_reporting = false;
}

void channel_fail_all(struct channel *channel, struct call_list *list, enum error_code code,
                      const char *message)
{
    struct call *call;
    while ((call = call_take_first(list)) != NULL) {
        call_fail(call, code, message);
        channel_finish_call(channel, call);
    }
}

static void default_to(int64_t *value, int64_t standard)
{
    if (*value == 0)
        *value = standard;
}

static void set_defaults(struct channel_options *options)
{
    if (options->queue_limit == 0)
        options->queue_limit = 4096;
    if (options->pipeline_limit == 0)
        options->pipeline_limit = 64;
    if (options->application_name == NULL)
        options->application_name = "debriefd";
    default_to(&options->statement_timeout_us, 5 * CLOCK_SECOND_US);
    default_to(&options->connect_timeout_us, 3 * CLOCK_SECOND_US);
    default_to(&options->grace_us, 700000);
    default_to(&options->wait_us, CLOCK_SECOND_US);
    default_to(&options->backoff_first_us, 50000);
    default_to(&options->backoff_last_us, 2 * CLOCK_SECOND_US);
}

struct channel *channel_create(struct event_base *base, const struct channel_options *options)
{
    struct channel *channel = xcalloc(sizeof *channel);
    channel->options = *options;
    set_defaults(&channel->options);
    channel->base = base;
    channel->backoff_us = channel->options.backoff_first_us;
    channel->prepared =
        xcalloc_array((size_t)statement_count(options->statements), sizeof *channel->prepared);
    channel_link_init(channel);
    return channel;
}

void channel_destroy(struct channel *channel)
{
    if (channel == NULL)
        return;
    assert(!channel->is_reporting);
    channel_enter(channel, CHANNEL_CLOSED);
    channel_drop(channel);
    channel_fail_all(channel, &channel->waiting, ERR_UNAVAILABLE, "the connection is being closed");
    channel_report_finished(channel);
    channel_link_finish(channel);
    free(channel->prepared);
    free(channel);
}

static void refuse(struct channel *channel, struct call *call, const char *message)
{
    channel->counters.refused++;
    call_fail(call, ERR_UNAVAILABLE, message);
    channel_finish_call(channel, call);
}

void channel_await_patience(struct channel *channel)
{
    if (channel->waiting.first != NULL && !event_pending(channel->patience, EV_TIMEOUT, NULL))
        channel_start_timer(channel->patience, channel->options.wait_us);
}

void channel_execute(struct channel *channel, const char *statement, const struct params *params,
                     channel_done_fn *done, void *context)
{
    int index = statement_find(channel->options.statements, statement);
    assert(index != STATEMENT_NOT_FOUND);
    struct call *call = call_create(index, params, done, context);
    if (channel->state == CHANNEL_CLOSED) {
        refuse(channel, call, "the connection is being closed");
    } else if (channel->is_grace_over) {
        refuse(channel, call, "the database is away");
    } else if (channel->waiting.count + channel->in_flight.count >= channel->options.queue_limit) {
        refuse(channel, call, "too many statements are waiting for the database");
    } else {
        call->queued_us = clock_monotonic_us();
        call_append(&channel->waiting, call);
        channel_send_waiting(channel);
        channel_await_patience(channel);
    }
}

bool channel_is_ready(const struct channel *channel)
{
    return channel->state == CHANNEL_READY;
}

struct channel_counters channel_counters(const struct channel *channel)
{
    struct channel_counters counters = channel->counters;
    counters.waiting = channel->waiting.count;
    counters.in_flight = channel->in_flight.count;
    counters.is_ready = channel_is_ready(channel);
    return counters;
}

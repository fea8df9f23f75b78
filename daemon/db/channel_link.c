#include "channel_private.h"

#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/secret.h>
#include <debriefd/statement.h>
#include <string.h>

static int64_t next_backoff(struct channel *channel)
{
    int64_t full_us = channel->backoff_us;
    channel->backoff_us = full_us * 2 < channel->options.backoff_last_us
                              ? full_us * 2
                              : channel->options.backoff_last_us;
    uint32_t random;
    secret_random(&random, sizeof random);
    return full_us / 2 + (int64_t)random % (full_us / 2 + 1);
}

static void free_event(struct event **event)
{
    if (*event != NULL)
        event_free(*event);
    *event = NULL;
}

/* Events go before the descriptor that they watch. */
void channel_drop(struct channel *channel)
{
    free_event(&channel->io);
    free_event(&channel->writable);
    PQfinish(channel->connection);
    channel->connection = NULL;
    if (channel->is_ended_by_server)
        channel_fail_all(channel, &channel->in_flight, ERR_UNAVAILABLE,
                         "the database ended the connection before the statement was run");
    channel_fail_all(channel, &channel->in_flight, ERR_TIMEOUT,
                     "the connection to the database was lost, outcome unknown");
    channel->listens = 0;
    channel->is_ended_by_server = false;
}

static bool is_connected(const struct channel *channel)
{
    return channel->state == CHANNEL_READY || channel->state == CHANNEL_DRAINING;
}

void channel_lose(struct channel *channel, const char *reason)
{
    bool was_connected = is_connected(channel);
    struct log_quoted quoted = log_quote(reason); /* which may be libpq's, of this connection */
    channel_drop(channel);
    channel_enter(channel, CHANNEL_AWAY);
    if (was_connected) {
        channel->counters.losses++;
        channel_start_timer(channel->grace, channel->options.grace_us);
        log_warn("db_lost", "name=%s reason=%s", log_quote(channel->options.application_name).text,
                 quoted.text);
    } else {
        log_debug("db_connect_failed", "name=%s reason=%s",
                  log_quote(channel->options.application_name).text, quoted.text);
    }
    channel_start_timer(channel->timer, next_backoff(channel));
}

static void become_ready(struct channel *channel)
{
    PGconn *connection = channel->connection;
    free_event(&channel->io);
    event_del(channel->timer);
    event_del(channel->grace);
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) {
        channel_lose(channel, PQerrorMessage(connection));
        return;
    }
    notices_to_log(connection);
    memset(channel->prepared, 0,
           (size_t)statement_count(channel->options.statements) * sizeof *channel->prepared);
    channel_enter(channel, CHANNEL_READY);
    channel->is_grace_over = false;
    channel->backoff_us = channel->options.backoff_first_us;
    channel->counters.connects++;
    log_info("db_ready", "name=%s", log_quote(channel->options.application_name).text);
    channel_flow_begin(channel);
}

static void on_connecting(evutil_socket_t fd, short what, void *context);

/* The socket may be another one after each step (libpq, PQconnectPoll), so the event is as well. */
static void await_step(struct channel *channel, PostgresPollingStatusType step)
{
    free_event(&channel->io);
    switch (step) {
    case PGRES_POLLING_OK:
        become_ready(channel);
        return;
    case PGRES_POLLING_READING:
    case PGRES_POLLING_WRITING:
        channel->io =
            event_new(channel->base, PQsocket(channel->connection),
                      step == PGRES_POLLING_READING ? EV_READ : EV_WRITE, on_connecting, channel);
        event_add(channel->io, NULL);
        return;
    default:
        channel_lose(channel, PQerrorMessage(channel->connection));
    }
}

static void on_connecting(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    await_step(channel, PQconnectPoll(channel->connection));
}

static void connect_now(struct channel *channel)
{
    const struct channel_options *options = &channel->options;
    struct startup startup;
    startup_prepare(&startup, options->conninfo, options->application_name,
                    options->statement_timeout_us, options->connect_timeout_us);
    channel_enter(channel, CHANNEL_CONNECTING);
    channel_start_timer(channel->timer, options->connect_timeout_us);
    channel->connection = PQconnectStartParams(startup.keywords, startup.values, 1);
    bool has_begun = PQstatus(channel->connection) != CONNECTION_BAD;
    await_step(channel, has_begun ? PGRES_POLLING_WRITING : PGRES_POLLING_FAILED);
}

/* A server that is stopped, or a network that is cut, shows only as silence. */
static void check_progress(struct channel *channel)
{
    if (channel->in_flight.first == NULL)
        return;
    int64_t limit_us = channel->options.statement_timeout_us + CHANNEL_STUCK_MARGIN_US;
    int64_t silence_us = clock_monotonic_us() - channel->progress_us;
    if (silence_us >= limit_us)
        channel_lose(channel, "stuck");
    else
        channel_start_timer(channel->timer, limit_us - silence_us);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    switch (channel->state) {
    case CHANNEL_AWAY:
        connect_now(channel);
        break;
    case CHANNEL_CONNECTING:
        channel_lose(channel, "connecting takes too long");
        break;
    case CHANNEL_READY:
    case CHANNEL_DRAINING:
        check_progress(channel);
        break;
    case CHANNEL_CLOSED:
        break;
    }
    channel_report_finished(channel);
}

static void on_grace(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    channel->is_grace_over = true;
    log_warn("db_away", "name=%s waiting=%zu", log_quote(channel->options.application_name).text,
             channel->waiting.count);
    channel_fail_all(channel, &channel->waiting, ERR_UNAVAILABLE, "the database is away");
    channel_report_finished(channel);
}

static void on_deferral(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    channel_report_finished(context);
}

/* A ready connection can be too slow as well: everything in flight may be waiting for a lock. */
static void on_patience(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    int64_t limit_us = clock_monotonic_us() - channel->options.wait_us;
    while (channel->waiting.first != NULL && channel->waiting.first->queued_us <= limit_us) {
        struct call *call = call_take_first(&channel->waiting);
        call_fail(call, ERR_UNAVAILABLE, "the database is too slow");
        channel_finish_call(channel, call);
    }
    if (channel->waiting.first != NULL)
        channel_start_timer(channel->patience, channel->waiting.first->queued_us - limit_us);
    channel_report_finished(channel);
}

void channel_link_init(struct channel *channel)
{
    channel->timer = event_new(channel->base, -1, 0, on_timer, channel);
    channel->grace = event_new(channel->base, -1, 0, on_grace, channel);
    channel->patience = event_new(channel->base, -1, 0, on_patience, channel);
    channel->deferral = event_new(channel->base, -1, 0, on_deferral, channel);
    channel_start_timer(channel->timer, 0);
    channel_start_timer(channel->grace, channel->options.grace_us);
}

void channel_link_finish(struct channel *channel)
{
    free_event(&channel->timer);
    free_event(&channel->grace);
    free_event(&channel->patience);
    free_event(&channel->deferral);
}

#include "channel_call.h"

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/secret.h>
#include <debriefd/statement.h>
#include <debriefd/xalloc.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define STUCK_MARGIN_US (2 * CLOCK_SECOND_US)

enum channel_state {
    CHANNEL_AWAY,       /* no connection; the timer is the backoff */
    CHANNEL_CONNECTING, /* the timer is the connect timeout */
    CHANNEL_READY,      /* the timer watches for a stuck connection while calls are in flight */
    CHANNEL_DRAINING,   /* like ready, but the connection is replaced once nothing is in flight */
    CHANNEL_CLOSED,
};

struct channel {
    struct channel_options options;
    struct event_base *base;
    enum channel_state state;
    PGconn *connection;
    struct event *io;       /* the socket: next connect step, or reading */
    struct event *writable; /* pending while libpq has output left */
    struct event *timer;    /* of the state */
    struct event *grace;    /* pending for grace_us after a loss */
    struct event *deferral; /* reports what finished inside a submitting call */
    bool *prepared;         /* by statement, on this connection */
    struct call_list waiting;
    struct call_list in_flight; /* in the order sent */
    struct call_list finished;  /* to be reported */
    size_t listens;             /* LISTENs in flight */
    int64_t progress_us;        /* when the connection last finished a call, or got its first */
    int64_t backoff_us;
    bool is_grace_over;
    bool is_ended_by_server; /* it said so: what came later on this connection was not run */
    bool is_reporting;
    struct channel_counters counters;
};

static void start_timer(struct event *timer, int64_t delay_us)
{
    struct timeval delay = clock_timeval(delay_us);
    event_add(timer, &delay);
}

static void free_event(struct event **event)
{
    if (*event != NULL)
        event_free(*event);
    *event = NULL;
}

static void finish_call(struct channel *channel, struct call *call)
{
    if (call->err.code != ERR_NONE)
        channel->counters.failed++;
    else
        channel->counters.completed++;
    call_append(&channel->finished, call);
    event_active(channel->deferral, EV_TIMEOUT, 0);
}

static void report_finished(struct channel *channel)
{
    struct call *call;
    channel->is_reporting = true;
    while ((call = call_take_first(&channel->finished)) != NULL) {
        call_report(call);
        call_destroy(call);
    }
    channel->is_reporting = false;
}

static void on_deferral(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    report_finished(context);
}

static void fail_all(struct channel *channel, struct call_list *list, enum error_code code,
                     const char *message)
{
    struct call *call;
    while ((call = call_take_first(list)) != NULL) {
        call_fail(call, code, message);
        finish_call(channel, call);
    }
}

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

/* Events go before the descriptor that they watch. */
static void disconnect(struct channel *channel)
{
    free_event(&channel->io);
    free_event(&channel->writable);
    PQfinish(channel->connection);
    channel->connection = NULL;
    if (channel->is_ended_by_server)
        fail_all(channel, &channel->in_flight, ERR_UNAVAILABLE,
                 "the database ended the connection before the statement was run");
    fail_all(channel, &channel->in_flight, ERR_TIMEOUT,
             "the connection to the database was lost, outcome unknown");
    channel->listens = 0;
    channel->is_ended_by_server = false;
}

static bool is_connected(const struct channel *channel)
{
    return channel->state == CHANNEL_READY || channel->state == CHANNEL_DRAINING;
}

static void lose(struct channel *channel, const char *reason)
{
    bool was_connected = is_connected(channel);
    struct log_quoted quoted = log_quote(reason); /* which may be libpq's, of this connection */
    disconnect(channel);
    channel->state = CHANNEL_AWAY;
    if (was_connected) {
        channel->counters.losses++;
        start_timer(channel->grace, channel->options.grace_us);
        log_warn("db_lost", "name=%s reason=%s", channel->options.application_name, quoted.text);
    } else {
        log_debug("db_connect_failed", "name=%s reason=%s", channel->options.application_name,
                  quoted.text);
    }
    start_timer(channel->timer, next_backoff(channel));
}

static void on_grace(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    channel->is_grace_over = true;
    log_warn("db_away", "name=%s waiting=%zu", channel->options.application_name,
             channel->waiting.count);
    fail_all(channel, &channel->waiting, ERR_UNAVAILABLE, "the database is away");
    report_finished(channel);
}

/* True when libpq took all of it; a failure shows when the socket is read. */
static int send_statement(struct channel *channel, struct call *call)
{
    PGconn *connection = channel->connection;
    struct params_view view;
    params_view(&call->params, &view);
    if (call->statement == CALL_LISTEN)
        return PQsendQueryParams(connection, call->listen_sql, 0, NULL, NULL, NULL, NULL, 0);
    const struct embedded_file *file = &channel->options.statements[call->statement];
    struct statement_name name = statement_name(file);
    if (channel->options.naming == CHANNEL_UNNAMED)
        return PQsendQueryParams(connection, file->data, view.count, NULL, view.values,
                                 view.lengths, view.formats, 0);
    if (!channel->prepared[call->statement]) {
        if (PQsendPrepare(connection, name.text, file->data, 0, NULL) == 0)
            return 0;
        call->stage = CALL_PARSE;
        channel->prepared[call->statement] = true;
    }
    return PQsendQueryPrepared(connection, name.text, view.count, view.values, view.lengths,
                               view.formats, 0);
}

/* The call is in flight whatever becomes of it: parts of it may have been sent. */
static bool send_call(struct channel *channel, struct call *call)
{
    call->stage = CALL_EXECUTE;
    bool is_sent = send_statement(channel, call) == 1 && PQpipelineSync(channel->connection) == 1;
    params_finish(&call->params);
    if (channel->in_flight.count == 0) {
        channel->progress_us = clock_monotonic_us();
        start_timer(channel->timer, channel->options.statement_timeout_us + STUCK_MARGIN_US);
    }
    call_append(&channel->in_flight, call);
    return is_sent;
}

static void flush(struct channel *channel)
{
    int left = PQflush(channel->connection);
    if (left > 0)
        event_add(channel->writable, NULL);
    else if (left < 0)
        lose(channel, PQerrorMessage(channel->connection));
}

static void send_waiting(struct channel *channel)
{
    if (channel->state != CHANNEL_READY || channel->waiting.first == NULL)
        return;
    while (channel->waiting.first != NULL &&
           channel->in_flight.count < channel->options.pipeline_limit) {
        if (!send_call(channel, call_take_first(&channel->waiting))) {
            lose(channel, "cannot send");
            return;
        }
    }
    flush(channel);
}

static const char *call_name(const struct channel *channel, const struct call *call)
{
    return call->statement == CALL_LISTEN ? "LISTEN"
                                          : channel->options.statements[call->statement].name;
}

static void end_listen(struct channel *channel, const struct call *call)
{
    if (call->err.code != ERR_NONE)
        log_warn("db_listen_failed", "reason=%s", log_quote(call->err.message).text);
    if (--channel->listens == 0 && channel->options.connected != NULL)
        channel->options.connected(channel->options.context);
}

static void end_call(struct channel *channel)
{
    struct call *call = call_take_first(&channel->in_flight);
    channel->progress_us = clock_monotonic_us();
    if (call->statement == CALL_LISTEN) {
        end_listen(channel, call);
        call_destroy(call);
        return;
    }
    finish_call(channel, call);
}

/* What a failed result says about the connection rather than the call. A Parse that failed left no
 * statement behind; 42P05 (duplicate_prepared_statement) says that there is one. */
static void note_failure(struct channel *channel, const struct call *call, const PGresult *result)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (call->stage == CALL_PARSE && code != NULL)
        channel->prepared[call->statement] = strcmp(code, "42P05") == 0;
    if (result_is_fatal(result))
        channel->is_ended_by_server = true;
    if (channel->state == CHANNEL_READY && result_state(result)->wants_new_link)
        channel->state = CHANNEL_DRAINING;
}

/* Each statement's results end with NULL, a sync stands alone (libpq, "Pipeline Mode"). After a
 * loss PQgetResult says FATAL_ERROR, NULL for ever. */
static void take_result(struct channel *channel, PGresult *owned_result)
{
    struct call *call = channel->in_flight.first;
    if (owned_result == NULL) {
        if (call->stage != CALL_SYNC)
            call->stage++;
    } else if (PQresultStatus(owned_result) == PGRES_PIPELINE_SYNC) {
        PQclear(owned_result);
        end_call(channel);
    } else {
        if (PQresultStatus(owned_result) == PGRES_FATAL_ERROR)
            note_failure(channel, call, owned_result);
        call_take_result(call, owned_result, call_name(channel, call));
    }
}

/* Reads only what is there: PQgetResult would block while PQisBusy, and has nothing to say while
 * nothing is in flight. On a dead connection it takes at most the server's last words. */
static void take_results(struct channel *channel)
{
    bool has_ended = false;
    while (channel->in_flight.first != NULL && !PQisBusy(channel->connection)) {
        bool is_dead = PQstatus(channel->connection) == CONNECTION_BAD;
        PGresult *result = PQgetResult(channel->connection);
        if (result == NULL && has_ended) {
            lose(channel, "out of step");
            return;
        }
        has_ended = result == NULL;
        take_result(channel, result);
        if (is_dead)
            return;
    }
}

static void take_notifications(struct channel *channel)
{
    PGnotify *notification;
    while (channel->connection != NULL &&
           (notification = PQnotifies(channel->connection)) != NULL) {
        if (channel->options.notify != NULL)
            channel->options.notify(channel->options.context, notification->relname,
                                    notification->extra);
        PQfreemem(notification);
    }
}

static void after_results(struct channel *channel)
{
    if (PQstatus(channel->connection) == CONNECTION_BAD) {
        lose(channel, PQerrorMessage(channel->connection));
        return;
    }
    take_notifications(channel);
    if (channel->state == CHANNEL_DRAINING && channel->in_flight.first == NULL)
        lose(channel, "replaced");
    send_waiting(channel);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    int is_read = PQconsumeInput(channel->connection);
    take_results(channel);
    if (channel->connection != NULL && is_read == 0)
        lose(channel, PQerrorMessage(channel->connection));
    else if (channel->connection != NULL)
        after_results(channel);
    report_finished(channel);
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    flush(context);
}

static void send_listens(struct channel *channel)
{
    const char *const *name = channel->options.listen;
    for (; name != NULL && *name != NULL; name++)
        channel->listens++;
    if (channel->listens == 0 && channel->options.connected != NULL)
        channel->options.connected(channel->options.context);
    for (name = channel->options.listen; name != NULL && *name != NULL; name++) {
        if (!send_call(channel, call_create_listen(*name))) {
            lose(channel, "cannot send");
            return;
        }
    }
}

static void become_ready(struct channel *channel)
{
    PGconn *connection = channel->connection;
    int fd = PQsocket(connection);
    free_event(&channel->io);
    event_del(channel->timer);
    event_del(channel->grace);
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) {
        lose(channel, PQerrorMessage(connection));
        return;
    }
    notices_to_log(connection);
    channel->io = event_new(channel->base, fd, EV_READ | EV_PERSIST, on_readable, channel);
    channel->writable = event_new(channel->base, fd, EV_WRITE, on_writable, channel);
    event_add(channel->io, NULL);
    memset(channel->prepared, 0,
           (size_t)statement_count(channel->options.statements) * sizeof *channel->prepared);
    channel->state = CHANNEL_READY;
    channel->is_grace_over = false;
    channel->backoff_us = channel->options.backoff_first_us;
    channel->counters.connects++;
    log_info("db_ready", "name=%s", channel->options.application_name);
    send_listens(channel);
    send_waiting(channel);
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
        lose(channel, PQerrorMessage(channel->connection));
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
    channel->state = CHANNEL_CONNECTING;
    start_timer(channel->timer, options->connect_timeout_us);
    channel->connection = PQconnectStartParams(startup.keywords, startup.values, 1);
    bool has_begun = PQstatus(channel->connection) != CONNECTION_BAD;
    await_step(channel, has_begun ? PGRES_POLLING_WRITING : PGRES_POLLING_FAILED);
}

/* A server that is stopped, or a network that is cut, shows only as silence. */
static void check_progress(struct channel *channel)
{
    if (channel->in_flight.first == NULL)
        return;
    int64_t limit_us = channel->options.statement_timeout_us + STUCK_MARGIN_US;
    int64_t silence_us = clock_monotonic_us() - channel->progress_us;
    if (silence_us >= limit_us)
        lose(channel, "stuck");
    else
        start_timer(channel->timer, limit_us - silence_us);
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
        lose(channel, "connecting takes too long");
        break;
    case CHANNEL_READY:
    case CHANNEL_DRAINING:
        check_progress(channel);
        break;
    case CHANNEL_CLOSED:
        break;
    }
    report_finished(channel);
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
        options->pipeline_limit = 256;
    if (options->application_name == NULL)
        options->application_name = "debriefd";
    default_to(&options->statement_timeout_us, 5 * CLOCK_SECOND_US);
    default_to(&options->connect_timeout_us, 3 * CLOCK_SECOND_US);
    default_to(&options->grace_us, 700000);
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
    channel->timer = event_new(base, -1, 0, on_timer, channel);
    channel->grace = event_new(base, -1, 0, on_grace, channel);
    channel->deferral = event_new(base, -1, 0, on_deferral, channel);
    start_timer(channel->timer, 0);
    start_timer(channel->grace, channel->options.grace_us);
    return channel;
}

void channel_destroy(struct channel *channel)
{
    if (channel == NULL)
        return;
    assert(!channel->is_reporting);
    channel->state = CHANNEL_CLOSED;
    disconnect(channel);
    fail_all(channel, &channel->waiting, ERR_UNAVAILABLE, "the connection is being closed");
    report_finished(channel);
    free_event(&channel->timer);
    free_event(&channel->grace);
    free_event(&channel->deferral);
    free(channel->prepared);
    free(channel);
}

static void refuse(struct channel *channel, struct call *call, const char *message)
{
    channel->counters.refused++;
    call_fail(call, ERR_UNAVAILABLE, message);
    finish_call(channel, call);
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
        call_append(&channel->waiting, call);
        send_waiting(channel);
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

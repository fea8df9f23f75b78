#include "channel_private.h"

#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/statement.h>
#include <string.h>

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
    call->runs++;
    if (channel->in_flight.count == 0) {
        channel->progress_us = clock_monotonic_us();
        channel_start_timer(channel->timer,
                            channel->options.statement_timeout_us + CHANNEL_STUCK_MARGIN_US);
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
        channel_lose(channel, PQerrorMessage(channel->connection));
}

void channel_send_waiting(struct channel *channel)
{
    if (channel->state != CHANNEL_READY || channel->waiting.first == NULL)
        return;
    while (channel->waiting.first != NULL &&
           channel->in_flight.count < channel->options.pipeline_limit) {
        if (!send_call(channel, call_take_first(&channel->waiting))) {
            channel_lose(channel, "cannot send");
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

/* Behind what waits already: whoever it met goes on meanwhile. */
static void run_again(struct channel *channel, struct call *call)
{
    log_info("db_rerun", "statement=%s reason=%s", call_name(channel, call),
             log_quote(call->err.message).text);
    channel->counters.rerun++;
    call_reset(call);
    call->queued_us = clock_monotonic_us();
    call_append(&channel->waiting, call);
    channel_await_patience(channel);
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
    if (call->is_rerun && call->runs < CHANNEL_RUNS)
        run_again(channel, call);
    else
        channel_finish_call(channel, call);
}

/* What a failed result says about the connection rather than the call. A Parse that failed left no
 * statement behind; 42P05 (duplicate_prepared_statement) says that there is one. */
static void note_failure(struct channel *channel, struct call *call, const PGresult *result)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (call->stage == CALL_PARSE && code != NULL)
        channel->prepared[call->statement] = strcmp(code, "42P05") == 0;
    call->is_rerun = result_state(result)->is_rerun;
    if (result_is_fatal(result))
        channel->is_ended_by_server = true;
    if (channel->state == CHANNEL_READY && result_state(result)->wants_new_link)
        channel_enter(channel, CHANNEL_DRAINING);
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
            channel_lose(channel, "out of step");
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
        channel_lose(channel, PQerrorMessage(channel->connection));
        return;
    }
    take_notifications(channel);
    if (channel->state == CHANNEL_DRAINING && channel->in_flight.first == NULL)
        channel_lose(channel, "replaced");
    channel_send_waiting(channel);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct channel *channel = context;
    int is_read = PQconsumeInput(channel->connection);
    take_results(channel);
    if (channel->connection != NULL && is_read == 0)
        channel_lose(channel, PQerrorMessage(channel->connection));
    else if (channel->connection != NULL)
        after_results(channel);
    channel_report_finished(channel);
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
            channel_lose(channel, "cannot send");
            return;
        }
    }
}

void channel_flow_begin(struct channel *channel)
{
    int fd = PQsocket(channel->connection);
    channel->io = event_new(channel->base, fd, EV_READ | EV_PERSIST, on_readable, channel);
    channel->writable = event_new(channel->base, fd, EV_WRITE, on_writable, channel);
    event_add(channel->io, NULL);
    send_listens(channel);
    channel_send_waiting(channel);
}

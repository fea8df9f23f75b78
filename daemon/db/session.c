#include <debriefd/session.h>

#include "libpq.h"
#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/statement.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_US (10 * CLOCK_SECOND_US)

struct session {
    struct session_options options;
    PGconn *connection; /* NULL while closed */
    bool *prepared;     /* by index in options.statements, of this connection */
    PGnotify *pending;  /* received, not yet asked for */
};

static void disconnect(struct session *session)
{
    PQfreemem(session->pending);
    session->pending = NULL;
    PQfinish(session->connection);
    session->connection = NULL;
}

static bool check_open(const struct session *session, struct error *err)
{
    return session_is_open(session) ||
           error_set(err, ERR_UNAVAILABLE, "not connected to the database");
}

static bool listen_to_all(struct session *session, struct error *err)
{
    for (const char *const *channel = session->options.listen; channel != NULL && *channel != NULL;
         channel++) {
        char sql[96];
        snprintf(sql, sizeof sql, "LISTEN \"%s\"", *channel);
        if (!session_query(session, sql, NULL, NULL, err))
            return false;
    }
    return true;
}

static bool connect_now(struct session *session, struct error *err)
{
    const struct session_options *options = &session->options;
    struct startup startup;
    startup_prepare(&startup, options->conninfo, options->application_name,
                    options->statement_timeout_us, options->connect_timeout_us);
    if (options->idle_timeout_us > 0)
        startup_limit_idling(&startup, options->idle_timeout_us);
    if (options->commits_asynchronously)
        startup_commit_asynchronously(&startup);
    session->connection = PQconnectdbParams(startup.keywords, startup.values, 1);
    if (PQstatus(session->connection) != CONNECTION_OK) {
        connection_error(session->connection, "cannot connect to the database", err);
        disconnect(session);
        return false;
    }
    notices_to_log(session->connection);
    if (!listen_to_all(session, err)) {
        disconnect(session);
        return false;
    }
    return true;
}

bool session_open(const struct session_options *options, struct session **session,
                  struct error *err)
{
    struct session *opened = xcalloc(sizeof *opened);
    opened->options = *options;
    if (opened->options.connect_timeout_us == 0)
        opened->options.connect_timeout_us = CONNECT_TIMEOUT_US;
    opened->prepared =
        xcalloc_array((size_t)statement_count(options->statements), sizeof *opened->prepared);
    if (!connect_now(opened, err)) {
        session_close(opened);
        return false;
    }
    *session = opened;
    return true;
}

void session_close(struct session *session)
{
    if (session == NULL)
        return;
    disconnect(session);
    free(session->prepared);
    free(session);
}

bool session_reopen(struct session *session, struct error *err)
{
    disconnect(session);
    memset(session->prepared, 0,
           (size_t)statement_count(session->options.statements) * sizeof *session->prepared);
    return connect_now(session, err);
}

bool session_is_open(const struct session *session)
{
    return session->connection != NULL && PQstatus(session->connection) == CONNECTION_OK;
}

static bool succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

/* What an open transaction had done is rolled back when its connection is lost. */
static void soften_loss(bool was_in_transaction, struct error *err)
{
    if (err->code == ERR_TIMEOUT && was_in_transaction)
        err->code = ERR_UNAVAILABLE;
}

static void replace_if_spent(struct session *session, const PGresult *result)
{
    if (result_state(result)->wants_new_link)
        disconnect(session);
}

/* Takes the result: hands it out as rows, or fills *err. */
static bool finish(struct session *session, PGresult *owned_result, bool was_in_transaction,
                   const char *what, struct rows **rows, struct error *err)
{
    if (!succeeded(owned_result)) {
        result_error(owned_result, what, err);
        soften_loss(was_in_transaction, err);
        replace_if_spent(session, owned_result);
        PQclear(owned_result);
        return false;
    }
    if (rows != NULL)
        *rows = rows_wrap(owned_result);
    else
        PQclear(owned_result);
    return true;
}

bool session_in_transaction(const struct session *session)
{
    return session->connection != NULL && PQtransactionStatus(session->connection) != PQTRANS_IDLE;
}

static bool prepare_once(struct session *session, int index, const char *name, struct error *err)
{
    if (session->prepared[index])
        return true;
    bool inside = session_in_transaction(session);
    const char *sql = session->options.statements[index].data;
    PGresult *result = PQprepare(session->connection, name, sql, 0, NULL);
    session->prepared[index] = finish(session, result, inside, name, NULL, err);
    return session->prepared[index];
}

bool session_execute(struct session *session, const char *statement, const struct params *params,
                     struct rows **rows, struct error *err)
{
    int index = statement_find(session->options.statements, statement);
    if (index == STATEMENT_NOT_FOUND)
        return error_set(err, ERR_INTERNAL, "there is no statement %s", statement);
    if (!check_open(session, err) || !prepare_once(session, index, statement, err))
        return false;
    struct params_view view;
    params_view(params, &view);
    bool inside = session_in_transaction(session);
    PGresult *result = PQexecPrepared(session->connection, statement, view.count, view.values,
                                      view.lengths, view.formats, 0);
    return finish(session, result, inside, statement, rows, err);
}

bool session_each(struct session *session, const char *statement, const struct params *params,
                  session_row_fn *take, void *context, struct error *err)
{
    struct rows *rows;
    if (!session_execute(session, statement, params, &rows, err))
        return false;
    bool is_good = true;
    for (int row = 0; is_good && row < rows_count(rows); row++)
        is_good = take(context, rows, row, err);
    rows_destroy(rows);
    return is_good;
}

bool session_query(struct session *session, const char *sql, const struct params *params,
                   struct rows **rows, struct error *err)
{
    if (!check_open(session, err))
        return false;
    struct params_view view;
    params_view(params, &view);
    bool inside = session_in_transaction(session);
    PGresult *result = PQexecParams(session->connection, sql, view.count, NULL, view.values,
                                    view.lengths, view.formats, 0);
    return finish(session, result, inside, "query", rows, err);
}

bool session_script(struct session *session, const char *name, const char *sql, struct error *err)
{
    if (!check_open(session, err))
        return false;
    bool inside = session_in_transaction(session);
    PGresult *result = PQexec(session->connection, sql);
    bool is_done = succeeded(result);
    if (!is_done) {
        result_error_verbose(result, name, sql, err);
        soften_loss(inside, err);
        replace_if_spent(session, result);
    }
    PQclear(result);
    return is_done;
}

bool session_begin(struct session *session, struct error *err)
{
    if (!check_open(session, err))
        return false;
    assert(!session_in_transaction(session));
    return finish(session, PQexec(session->connection, "BEGIN"), true, "BEGIN", NULL, err);
}

/* COMMIT of a failed transaction succeeds with the command tag ROLLBACK. */
bool session_commit(struct session *session, struct error *err)
{
    if (!check_open(session, err))
        return false;
    PGresult *result = PQexec(session->connection, "COMMIT");
    if (succeeded(result) && strcmp(PQcmdStatus(result), "COMMIT") != 0) {
        PQclear(result);
        return error_set(err, ERR_INTERNAL, "a failed transaction was committed: rolled back");
    }
    return finish(session, result, false, "COMMIT", NULL, err);
}

void session_rollback(struct session *session)
{
    if (session_is_open(session) && session_in_transaction(session))
        PQclear(PQexec(session->connection, "ROLLBACK"));
}

static bool lost(struct session *session, struct error *err)
{
    disconnect(session);
    return error_set(err, ERR_UNAVAILABLE, "the connection to the database was lost");
}

/* PQnotifies takes its entry; one waits here until session_notification_next asks. */
static bool has_notification(struct session *session)
{
    return session->pending != NULL || (session->pending = PQnotifies(session->connection)) != NULL;
}

bool session_wait(struct session *session, int64_t timeout_us, int extra_fd,
                  enum session_wake *wake, struct error *err)
{
    int64_t deadline_us = clock_monotonic_us() + timeout_us;
    for (;;) {
        if (!check_open(session, err))
            return false;
        if (PQconsumeInput(session->connection) == 0)
            return lost(session, err);
        if (has_notification(session)) {
            *wake = SESSION_WAKE_NOTIFIED;
            return true;
        }
        int64_t left_us = deadline_us - clock_monotonic_us();
        struct pollfd fds[2] = {
            {.fd = PQsocket(session->connection), .events = POLLIN},
            {.fd = extra_fd, .events = POLLIN},
        };
        int ready = poll(fds, 2, left_us > 0 ? (int)((left_us + 999) / 1000) : 0);
        if (fds[1].revents != 0 || (ready < 0 && errno == EINTR)) {
            *wake = SESSION_WAKE_EXTRA;
            return true;
        }
        if (ready <= 0 && clock_monotonic_us() >= deadline_us) {
            *wake = SESSION_WAKE_TIMEOUT;
            return true;
        }
    }
}

bool session_notification_next(struct session *session, struct session_notification *notification)
{
    if (session->connection == NULL || !has_notification(session))
        return false;
    snprintf(notification->channel, sizeof notification->channel, "%s", session->pending->relname);
    snprintf(notification->payload, sizeof notification->payload, "%s", session->pending->extra);
    PQfreemem(session->pending);
    session->pending = NULL;
    return true;
}

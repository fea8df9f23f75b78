#include "connection.h"

#include "request_private.h"
#include "server_private.h"

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/xalloc.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>

#define READ_SLACK 32768 /* more than one read(2) of libevent brings */

#define GRACE_US 100000

static struct connection_list *list_of(struct connection *connection)
{
    return &connection->server->phases[connection->phase];
}

void connection_enter(struct connection *connection, enum phase phase)
{
    TAILQ_REMOVE(list_of(connection), connection, link);
    connection->phase = phase;
    connection->since_us = clock_monotonic_us();
    TAILQ_INSERT_TAIL(list_of(connection), connection, link);
}

/* The bytes from `offset` on, chunk by chunk; evbuffer_read fills at most four. */
static void scan_input(struct connection *connection, struct evbuffer *input, size_t offset)
{
    struct evbuffer_iovec pieces[8];
    struct evbuffer_ptr at;
    while (!connection->scan.complete) {
        if (evbuffer_ptr_set(input, &at, offset, EVBUFFER_PTR_SET) != 0)
            return;
        int count = evbuffer_peek(input, -1, &at, pieces, 8);
        if (count <= 0)
            return;
        for (int i = 0; i < count && i < 8; i++) {
            framing_scan_bytes(&connection->scan, pieces[i].iov_base, pieces[i].iov_len);
            offset += pieces[i].iov_len;
        }
    }
}

static enum phase reading_phase(const struct connection *connection)
{
    if (connection->refused)
        return PHASE_REFUSED;
    return connection->scan.complete ? PHASE_BODY : PHASE_HEAD;
}

static void note_progress(struct connection *connection)
{
    enum phase phase = reading_phase(connection);
    if (connection->phase != phase)
        connection_enter(connection, phase);
}

/* Runs before evhttp sees the bytes. Bytes that arrive behind a complete head are a body, or belong
 * to the next request and are scanned when this one is done. */
static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
    struct connection *connection = context;
    if (info->n_added == 0 || connection->phase > PHASE_IDLE || connection->scan.complete)
        return;
    scan_input(connection, input, info->orig_size);
    if (connection->phase != PHASE_ACCEPTED)
        note_progress(connection);
}

/* At the high mark libevent calls the reader again and again until it takes something. A reader
 * that has not found a whole request in that many bytes never will. */
static size_t read_mark(const struct server *server)
{
    return server->options.max_body_bytes + server->options.max_header_bytes + READ_SLACK;
}

static void watch_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *context)
{
    struct connection *connection = context;
    on_input(input, info, context);
    if (info->n_added > 0 && evbuffer_get_length(input) >= read_mark(connection->server)) {
        connection->full = true;
        event_active(connection->server->attend, EV_TIMEOUT, 0);
    }
}

static void kill_full(struct server *server, enum phase phase)
{
    struct connection *connection = TAILQ_FIRST(&server->phases[phase]);
    while (connection != NULL) {
        struct connection *next = TAILQ_NEXT(connection, link);
        struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
        if (connection->full && evbuffer_get_length(input) >= read_mark(server))
            connection_kill(connection, SERVER_KILL_OVERFLOW);
        connection = next;
    }
}

void connection_attend(struct server *server)
{
    connection_adopt_all(server);
    kill_full(server, PHASE_HEAD);
    kill_full(server, PHASE_BODY);
    kill_full(server, PHASE_REFUSED);
    refusal_attend(server);
}

struct bufferevent *connection_accept(struct event_base *base, void *context)
{
    struct server *server = context;
    connection_adopt_all(server);
    if (server->counters.open >= server->options.max_connections)
        connection_make_room(server);
    struct connection *connection = xcalloc(sizeof *connection);
    connection->server = server;
    connection->fd = -1;
    connection->bufferevent = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    assert(connection->bufferevent != NULL);
    /* evhttp waits for a whole body in the input buffer, so the mark must hold one; it bounds a
     * chunk-size line, which evhttp does not. */
    bufferevent_setwatermark(connection->bufferevent, EV_READ, 0, read_mark(server));
    connection->input_watch =
        evbuffer_add_cb(bufferevent_get_input(connection->bufferevent), watch_input, connection);
    connection->output_watch = evbuffer_add_cb(bufferevent_get_output(connection->bufferevent),
                                               refusal_notice, connection);
    /* Keeps the object readable should evhttp give up on it before it is adopted. */
    bufferevent_incref(connection->bufferevent);
    connection->since_us = clock_monotonic_us();
    TAILQ_INSERT_TAIL(list_of(connection), connection, link);
    server->counters.accepted++;
    server->counters.open++;
    if (!connection_has_room(server))
        listener_pause(server);
    event_active(server->attend, EV_TIMEOUT, 0);
    return connection->bufferevent;
}

static void forget(struct connection *connection)
{
    struct server *server = connection->server;
    evbuffer_remove_cb_entry(bufferevent_get_input(connection->bufferevent),
                             connection->input_watch);
    evbuffer_remove_cb_entry(bufferevent_get_output(connection->bufferevent),
                             connection->output_watch);
    TAILQ_REMOVE(list_of(connection), connection, link);
    if (connection->fd >= 0)
        server->by_fd[connection->fd] = NULL;
    free(connection);
    server->counters.open--;
    if (server->paused)
        listener_resume(server);
    server_check_drained(server);
}

static void on_close(struct evhttp_connection *evcon, void *context)
{
    struct connection *connection = context;
    assert(connection->evcon == evcon);
    request_close_connection(connection);
    forget(connection);
}

static void index_by_fd(struct connection *connection)
{
    struct server *server = connection->server;
    size_t fd = (size_t)connection->fd;
    if (fd >= server->by_fd_count) {
        size_t count = fd * 2 + 64;
        server->by_fd = xrealloc_array(server->by_fd, count, sizeof *server->by_fd);
        for (size_t i = server->by_fd_count; i < count; i++)
            server->by_fd[i] = NULL;
        server->by_fd_count = count;
    }
    server->by_fd[fd] = connection;
}

/* In libevent 2.1 and 2.2 the argument of an incoming bufferevent's callbacks is its
 * evhttp_connection, and freeing clears the callbacks (http.c,
 * evhttp_connection_base_bufferevent_new; bufferevent.c, bufferevent_free). There is no public way
 * from one to the other. */
static struct evhttp_connection *evcon_of(struct bufferevent *bufferevent)
{
    bufferevent_data_cb read_cb;
    bufferevent_data_cb write_cb;
    bufferevent_event_cb event_cb;
    void *argument;
    bufferevent_getcb(bufferevent, &read_cb, &write_cb, &event_cb, &argument);
    if (read_cb == NULL && write_cb == NULL && event_cb == NULL)
        return NULL;
    struct evhttp_connection *evcon = argument;
    assert(evhttp_connection_get_bufferevent(evcon) == bufferevent);
    return evcon;
}

static void adopt(struct connection *connection)
{
    struct bufferevent *bufferevent = connection->bufferevent;
    connection->evcon = evcon_of(bufferevent);
    if (connection->evcon == NULL) {
        forget(connection);
    } else {
        connection->fd = bufferevent_getfd(bufferevent);
        index_by_fd(connection);
        evhttp_connection_set_closecb(connection->evcon, on_close, connection);
        connection_enter(connection, reading_phase(connection));
    }
    bufferevent_decref(bufferevent);
}

void connection_adopt_all(struct server *server)
{
    while (!TAILQ_EMPTY(&server->phases[PHASE_ACCEPTED]))
        /* adopt unlinks it, which the analyzer does not see. */
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc)
        adopt(TAILQ_FIRST(&server->phases[PHASE_ACCEPTED]));
}

struct connection *connection_of(struct server *server, struct bufferevent *bufferevent)
{
    connection_adopt_all(server);
    struct connection *connection = server->by_fd[bufferevent_getfd(bufferevent)];
    assert(connection != NULL && connection->bufferevent == bufferevent);
    return connection;
}

void connection_rest(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
    connection->request = NULL;
    framing_scan_init(&connection->scan);
    connection_enter(connection, PHASE_IDLE);
    if (evbuffer_get_length(input) == 0)
        return;
    scan_input(connection, input, 0);
    note_progress(connection);
}

void connection_kill(struct connection *connection, enum server_kill reason)
{
    connection->server->counters.killed[reason]++;
    evhttp_connection_free(connection->evcon); /* calls on_close */
}

/* The oldest of a phase, once it has had time to speak, which clients do right behind the
 * handshake: a burst of honest clients must not evict each other before anybody has looked at their
 * first bytes. */
static struct connection *victim_of(struct server *server)
{
    static const enum phase order[] = {PHASE_REFUSED, PHASE_HEAD, PHASE_BODY, PHASE_IDLE};
    int64_t oldest = clock_monotonic_us() - GRACE_US;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        struct connection *victim = TAILQ_FIRST(&server->phases[order[i]]);
        if (victim != NULL && victim->since_us <= oldest)
            return victim;
    }
    return NULL;
}

bool connection_has_room(struct server *server)
{
    return server->counters.open < server->options.max_connections || victim_of(server) != NULL;
}

bool connection_make_room(struct server *server)
{
    struct connection *victim = victim_of(server);
    if (victim != NULL)
        connection_kill(victim, SERVER_KILL_ROOM);
    return victim != NULL;
}

static void kill_older(struct server *server, enum phase phase, int64_t limit_us,
                       enum server_kill reason)
{
    int64_t oldest = clock_monotonic_us() - limit_us;
    struct connection *connection;
    while ((connection = TAILQ_FIRST(&server->phases[phase])) != NULL) {
        if (connection->since_us > oldest)
            return;
        connection_kill(connection, reason);
    }
}

/* Connected, and not a byte since: nothing is lost by closing it at drain. */
static void kill_silent(struct server *server)
{
    int64_t oldest = clock_monotonic_us() - CLOCK_SECOND_US;
    struct connection *connection = TAILQ_FIRST(&server->phases[PHASE_HEAD]);
    while (connection != NULL && connection->since_us <= oldest) {
        struct connection *next = TAILQ_NEXT(connection, link);
        if (connection->scan.lines == 0 && connection->scan.line_length == 0)
            connection_kill(connection, SERVER_KILL_DRAIN);
        connection = next;
    }
}

static void kill_slow_streams(struct server *server)
{
    int64_t oldest = clock_monotonic_us() - server->options.response_deadline_us;
    struct connection *connection = TAILQ_FIRST(&server->phases[PHASE_STREAMING]);
    while (connection != NULL) {
        struct connection *next = TAILQ_NEXT(connection, link);
        if (connection->since_us != 0 && connection->since_us <= oldest)
            connection_kill(connection, SERVER_KILL_RESPONSE);
        connection = next;
    }
}

void connection_sweep(struct server *server)
{
    const struct server_options *options = &server->options;
    connection_adopt_all(server);
    kill_older(server, PHASE_HEAD, options->header_deadline_us, SERVER_KILL_HEADER);
    kill_older(server, PHASE_BODY, options->body_deadline_us, SERVER_KILL_BODY);
    kill_older(server, PHASE_IDLE, options->idle_timeout_us, SERVER_KILL_IDLE);
    kill_older(server, PHASE_REFUSED, options->response_deadline_us, SERVER_KILL_RESPONSE);
    kill_older(server, PHASE_WRITING, options->response_deadline_us, SERVER_KILL_RESPONSE);
    kill_slow_streams(server);
    if (server->draining)
        kill_silent(server);
}

void connection_kill_idle(struct server *server)
{
    struct connection *connection;
    while ((connection = TAILQ_FIRST(&server->phases[PHASE_IDLE])) != NULL)
        connection_kill(connection, SERVER_KILL_DRAIN);
}

/* Problems in place of the HTML pages with which evhttp refuses what it cannot read. libevent 2.1
 * has no hook for them, so what it writes to a connection that no handler holds is exchanged in the
 * same turn of the loop, before the socket can take it. */
#include "request_private.h"

#include <debriefd/problem.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LENGTH 12 /* "HTTP/1.1 400" */

/* 0 unless the output begins with a status line; 100 Continue is no refusal. Peeks, because a
 * bufferevent lets nobody else copy from its output. */
static int status_of(struct evbuffer *output)
{
    struct evbuffer_iovec piece;
    char line[LINE_LENGTH + 1] = "";
    if (evbuffer_peek(output, LINE_LENGTH, NULL, &piece, 1) < 1 || piece.iov_len < LINE_LENGTH)
        return 0;
    memcpy(line, piece.iov_base, LINE_LENGTH);
    int status = strncmp(line, "HTTP/", 5) == 0 ? (int)strtol(line + 9, NULL, 10) : 0;
    return status >= 400 ? status : 0;
}

void refusal_notice(struct evbuffer *output, const struct evbuffer_cb_info *info, void *context)
{
    struct connection *connection = context;
    bool is_held = connection->request != NULL || connection->phase > PHASE_IDLE;
    if (info->n_added == 0 || is_held || connection->refused || status_of(output) == 0)
        return;
    connection->refused = true;
    connection->server->counters.refused++;
    if (connection->phase != PHASE_ACCEPTED)
        connection_enter(connection, PHASE_REFUSED);
    event_active(connection->server->attend, EV_TIMEOUT, 0);
}

static void append_head(struct server *server, struct evbuffer *output, int status, const char *id,
                        size_t length)
{
    evbuffer_add_printf(output,
                        "HTTP/1.1 %d %s\r\nDate: %s\r\nX-Request-Id: %s\r\n"
                        "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"
                        "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
                        "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                        status, http_status_phrase(status), server_date(server), id, length);
}

/* The bufferevent keeps the front of its output for itself, except while it writes, which it has
 * not begun to. */
static void exchange(struct connection *connection)
{
    struct server *server = connection->server;
    struct evbuffer *output = bufferevent_get_output(connection->bufferevent);
    int status = status_of(output);
    char id[REQUEST_ID_SIZE];
    struct buf body;
    if (status == 0)
        return;
    request_make_id(server, id);
    problem_begin(&body, id, status, NULL,
                  status == 413 ? "The request is larger than this server takes"
                                : "The request could not be read");
    buf_append_text(&body, "}\n");
    evbuffer_unfreeze(output, 1);
    evbuffer_drain(output, evbuffer_get_length(output));
    evbuffer_freeze(output, 1);
    append_head(server, output, status, id, body.length);
    evbuffer_add(output, body.data, body.length);
    buf_finish(&body);
}

void refusal_attend(struct server *server)
{
    struct connection *connection;
    TAILQ_FOREACH_REVERSE(connection, &server->phases[PHASE_REFUSED], connection_list, link)
    {
        if (!connection->refused)
            return; /* and so are those before it: done */
        connection->refused = false;
        exchange(connection);
    }
}

#include "request_private.h"

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/problem.h>
#include <debriefd/reply.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/http_struct.h>

/* HTTP/1.0 has no chunks: the end of the connection is the end of the body. */
static void close_old_client(struct request *request)
{
    if (request->ev->minor > 0)
        return;
    evhttp_remove_header(evhttp_request_get_input_headers(request->ev), "Connection");
    request_close_after(request);
}

void request_stream_start(struct request *request, int status, const char *content_type,
                          request_stream_fn *on_drained, request_stream_fn *on_closed,
                          void *context)
{
    assert(request->state == REQUEST_HELD);
    request->state = REQUEST_STREAMING;
    request->status = status;
    request->on_drained = on_drained;
    request->on_closed = on_closed;
    request->stream_context = context;
    if (request->gone)
        return;
    reply_default_headers(request, content_type);
    reply_etag_header(request, "");
    close_old_client(request);
    connection_enter(request->connection, PHASE_STREAMING);
    evhttp_send_reply_start(request->ev, status, http_status_phrase(status));
}

static void on_drained(struct evhttp_connection *evcon, void *context)
{
    struct request *request = context;
    (void)evcon;
    request->connection->since_us = 0;
    if (request->on_drained != NULL)
        request->on_drained(request, request->stream_context);
}

void request_stream_write(struct request *request, const void *bytes, size_t length)
{
    assert(request->state == REQUEST_STREAMING);
    if (request->gone || length == 0 || request->head_only)
        return;
    if (request->connection->since_us == 0)
        request->connection->since_us = clock_monotonic_us();
    request->bytes += length;
    struct evbuffer *piece = reply_output(request);
    evbuffer_add(piece, bytes, length);
    evhttp_send_reply_chunk_with_cb(request->ev, piece, on_drained, request);
}

static void on_complete(struct evhttp_request *ev, void *context)
{
    (void)ev;
    request_written(context);
}

void request_stream_end(struct request *request)
{
    assert(request->state == REQUEST_STREAMING);
    if (request->gone) {
        request_release(request);
        return;
    }
    struct evhttp_request *ev = request->ev;
    request->state = REQUEST_REPLIED;
    ev->flags &= ~EVHTTP_USER_OWNED;
    evhttp_request_set_on_complete_cb(ev, on_complete, request);
    connection_enter(request->connection, PHASE_WRITING);
    evhttp_send_reply_end(ev);
}

/* on_closed may end the stream and free its request, or others', so each round starts anew. */
static struct request *first_untold(struct server *server)
{
    struct request *request;
    TAILQ_FOREACH(request, &server->requests, link)
    if (request->closed_untold)
        return request;
    return NULL;
}

void reply_stream_tell_closed(struct server *server)
{
    struct request *request;
    while ((request = first_untold(server)) != NULL) {
        request->closed_untold = false;
        request->on_closed(request, request->stream_context);
    }
}

#include <debriefd/reply.h>

#include "gzip.h"
#include "request_private.h"

#include <assert.h>
#include <debriefd/log.h>
#include <debriefd/problem.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GZIP_MINIMUM 1024

static struct evkeyvalq *headers_of(struct request *request)
{
    return evhttp_request_get_output_headers(request->ev);
}

void request_add_header(struct request *request, const char *name, const char *value)
{
    if (evhttp_add_header(headers_of(request), name, value) != 0)
        log_error("http_header_dropped", "request=%s name=%s", request->id, name);
}

void request_set_header(struct request *request, const char *name, const char *value)
{
    while (evhttp_remove_header(headers_of(request), name) == 0)
        continue;
    request_add_header(request, name, value);
}

void request_set_etag(struct request *request, const char *tag)
{
    request->etag = request_copy(request, tag, strlen(tag));
}

void request_close_after(struct request *request)
{
    request_set_header(request, "Connection", "close");
}

static void set_default(struct request *request, const char *name, const char *value)
{
    if (evhttp_find_header(headers_of(request), name) == NULL)
        evhttp_add_header(headers_of(request), name, value);
}

void reply_default_headers(struct request *request, const char *content_type)
{
    struct evkeyvalq *headers = headers_of(request);
    evhttp_add_header(headers, "Date", server_date(request->server));
    evhttp_add_header(headers, "X-Request-Id", request->id);
    if (content_type != NULL)
        set_default(request, "Content-Type", content_type);
    set_default(request, "Cache-Control", "no-store");
    set_default(request, "X-Content-Type-Options", "nosniff");
    set_default(request, "Referrer-Policy", "no-referrer");
    if (server_is_draining(request->server))
        request_close_after(request);
}

void reply_begin(struct request *request, int status, const char *content_type)
{
    assert(request->state == REQUEST_HELD);
    request->status = status;
    if (!request->gone)
        reply_default_headers(request, content_type);
}

struct evbuffer *reply_output(struct request *request)
{
    return evhttp_request_get_output_buffer(request->ev);
}

static void on_complete(struct evhttp_request *ev, void *context)
{
    (void)ev;
    request_written(context);
}

static void set_length(struct request *request, size_t length)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", length);
    request_set_header(request, "Content-Length", text);
}

/* `body_length` is what GET would get; for HEAD the output holds nothing and evhttp sets no length.
 */
void reply_finish(struct request *request, size_t body_length)
{
    if (request->gone) {
        request_release(request);
        return;
    }
    struct evhttp_request *ev = request->ev;
    if (request->head_only && request->status != 204 && request->status != 304)
        set_length(request, body_length);
    request->bytes = request->head_only ? 0 : body_length;
    request->state = REQUEST_REPLIED;
    ev->flags &= ~EVHTTP_USER_OWNED;
    evhttp_request_set_on_complete_cb(ev, on_complete, request);
    connection_enter(request->connection, PHASE_WRITING);
    evhttp_send_reply(ev, request->status, http_status_phrase(request->status), NULL);
    /* evhttp reads on to notice a close, and drops the reply for a client that has only closed its
     * sending side. */
    bufferevent_disable(request->connection->bufferevent, EV_READ);
}

bool reply_accepts_gzip(const struct request *request)
{
    const char *codings = request_header(request, "Accept-Encoding");
    return codings != NULL && accept_gzip(codings);
}

void reply_etag_header(struct request *request, const char *suffix)
{
    if (request->etag == NULL)
        return;
    char quoted[160];
    snprintf(quoted, sizeof quoted, "\"%s%s\"", request->etag, suffix);
    request_set_header(request, "ETag", quoted);
}

static bool is_textual(const char *content_type)
{
    static const char *const types[] = {"text/",
                                        "application/json",
                                        "application/problem+json",
                                        "application/x-ndjson",
                                        "application/xml",
                                        "application/javascript",
                                        "image/svg+xml"};
    for (size_t i = 0; content_type != NULL && i < sizeof types / sizeof *types; i++)
        if (strncmp(content_type, types[i], strlen(types[i])) == 0)
            return strcmp(content_type, "text/event-stream") != 0;
    return false;
}

static void release_bytes(const void *bytes, size_t length, void *context)
{
    (void)bytes, (void)length;
    free(context);
}

/* Moves the storage of `body` to the output. */
static void output_buf(struct request *request, struct buf *body)
{
    if (body->length > 0 && !request->head_only)
        evbuffer_add_reference(reply_output(request), body->data, body->length, release_bytes,
                               body->data);
    else
        free(body->data);
    buf_init(body);
}

static size_t output_gzip(struct request *request, const void *bytes, size_t length)
{
    struct buf packed;
    buf_init(&packed);
    gzip_append(bytes, length, GZIP_FAST, &packed);
    size_t packed_length = packed.length;
    request_set_header(request, "Content-Encoding", "gzip");
    reply_etag_header(request, "-gz");
    output_buf(request, &packed);
    return packed_length;
}

static bool varies(const char *content_type, size_t length)
{
    return length >= GZIP_MINIMUM && is_textual(content_type);
}

/* True when the body went out compressed. */
static bool reply_gzip(struct request *request, const char *content_type, const void *body,
                       size_t length)
{
    if (request->gone || !varies(content_type, length))
        return false;
    request_add_header(request, "Vary", "Accept-Encoding");
    if (!reply_accepts_gzip(request))
        return false;
    reply_finish(request, output_gzip(request, body, length));
    return true;
}

void request_reply(struct request *request, int status, const char *content_type, const void *body,
                   size_t length)
{
    reply_begin(request, status, content_type);
    if (reply_gzip(request, content_type, body, length))
        return;
    reply_etag_header(request, "");
    if (!request->gone && !request->head_only && length > 0)
        evbuffer_add(reply_output(request), body, length);
    reply_finish(request, length);
}

void request_reply_buf(struct request *request, int status, const char *content_type,
                       struct buf *owned_body)
{
    size_t length = owned_body->length;
    reply_begin(request, status, content_type);
    if (reply_gzip(request, content_type, owned_body->data, length)) {
        buf_finish(owned_body);
        return;
    }
    reply_etag_header(request, "");
    output_buf(request, owned_body);
    reply_finish(request, length);
}

void request_reply_empty(struct request *request, int status)
{
    reply_begin(request, status, NULL);
    reply_etag_header(request, "");
    reply_finish(request, 0);
}

void request_redirect(struct request *request, int status, const char *location)
{
    request_set_header(request, "Location", location);
    request_reply_empty(request, status);
}

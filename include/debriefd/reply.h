/* reply: the answer to a request, exactly once. Every reply carries X-Request-Id,
 * X-Content-Type-Options, Referrer-Policy and, unless set, Cache-Control: no-store. HEAD gets the
 * headers of GET. Bodies of 1 kB and more of a textual type are compressed when the client accepts
 * gzip. Nothing here fails: a reply to a client that has left is dropped. The request must not be
 * touched after its reply. */
#ifndef DEBRIEFD_REPLY_H
#define DEBRIEFD_REPLY_H

#include <debriefd/buf.h>
#include <debriefd/request.h>
#include <stddef.h>

/* Before the reply. A value with CR or LF in it is dropped and logged. request_set_header
 * replaces an earlier one of that name, also a default; request_add_header does not (Set-Cookie).
 */
void request_set_header(struct request *request, const char *name, const char *value);
void request_add_header(struct request *request, const char *name, const char *value);

/* Names the representation: `tag` without quotes, [A-Za-z0-9._:-]. A compressed body is sent under
 * "tag-gz" (strong tags differ by bytes, RFC 9110 8.8.3.3). */
void request_set_etag(struct request *request, const char *tag);

/* Closes the connection after the reply. */
void request_close_after(struct request *request);

/* Replies 304 and returns true when If-None-Match names `tag`, which is also set as the ETag. */
bool request_not_modified(struct request *request, const char *tag) must_check;

/* If-Match against the current tag (strong comparison, RFC 9110 13.1.1). */
enum request_precondition {
    PRECONDITION_ABSENT,
    PRECONDITION_HOLDS,
    PRECONDITION_FAILED,
};
enum request_precondition request_if_match(const struct request *request, const char *tag);

/* Copies the body. */
void request_reply(struct request *request, int status, const char *content_type, const void *body,
                   size_t length);

/* Takes the buffer's storage and leaves the buffer empty. */
void request_reply_buf(struct request *request, int status, const char *content_type,
                       struct buf *owned_body);

void request_reply_empty(struct request *request, int status);

/* `location` is an absolute path or URI, already encoded. */
void request_redirect(struct request *request, int status, const char *location);

/* A finished body shared by many replies without copying: plain and, where it is shorter, gzip.
 * Counted: the creator holds one reference, each reply under way another. */
struct reply_body;
struct reply_body *reply_body_create(const char *content_type, const char *etag,
                                     const char *cache_control, struct buf *owned_body);
struct reply_body *reply_body_ref(struct reply_body *body);
void reply_body_unref(struct reply_body *body);
size_t reply_body_size(const struct reply_body *body); /* bytes it holds, for cache limits */

/* 200 with the body, or 304. */
void request_reply_cached(struct request *request, struct reply_body *body);

/* Streaming. `on_drained` fires each time everything written so far has been taken by the kernel:
 * write the next piece there. `on_closed` fires once when the client leaves or the server closes
 * before request_stream_end; the request still wants its request_stream_end. Both come from the
 * loop, never from inside a call. Either may be NULL. A HEAD request gets headers only; its
 * writes are dropped. */
typedef void request_stream_fn(struct request *request, void *context);
void request_stream_start(struct request *request, int status, const char *content_type,
                          request_stream_fn *on_drained, request_stream_fn *on_closed,
                          void *context);
void request_stream_write(struct request *request, const void *bytes, size_t length);
void request_stream_end(struct request *request);

#endif

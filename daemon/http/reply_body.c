#include "gzip.h"
#include "request_private.h"

#include <assert.h>
#include <debriefd/reply.h>
#include <debriefd/xalloc.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GZIP_MINIMUM                                                                               \
    256 /* compressed once, sent often: worth it earlier than for a single reply                   \
         */

struct reply_body {
    size_t references;
    char *content_type;
    char *etag;
    char *cache_control;
    struct buf plain;
    struct buf packed; /* empty when it would not be shorter */
};

struct reply_body *reply_body_create(const char *content_type, const char *etag,
                                     const char *cache_control, struct buf *owned_body)
{
    struct reply_body *body = xcalloc(sizeof *body);
    body->references = 1;
    body->content_type = xstrdup(content_type);
    body->etag = xstrdup(etag);
    body->cache_control = xstrdup(cache_control);
    body->plain = *owned_body;
    buf_init(owned_body);
    if (body->plain.length < GZIP_MINIMUM)
        return body;
    gzip_append(body->plain.data, body->plain.length, GZIP_BEST, &body->packed);
    if (body->packed.length >= body->plain.length)
        buf_finish(&body->packed);
    return body;
}

struct reply_body *reply_body_ref(struct reply_body *body)
{
    body->references++;
    return body;
}

void reply_body_unref(struct reply_body *body)
{
    if (body == NULL || --body->references > 0)
        return;
    free(body->content_type);
    free(body->etag);
    free(body->cache_control);
    buf_finish(&body->plain);
    buf_finish(&body->packed);
    free(body);
}

size_t reply_body_size(const struct reply_body *body)
{
    return sizeof *body + body->plain.capacity + body->packed.capacity;
}

static void release_body(const void *bytes, size_t length, void *context)
{
    (void)bytes, (void)length;
    reply_body_unref(context);
}

/* One list of tags, "*", strong or weak, compared weakly (RFC 9110 13.1.2). Tags of both variants
 * name the same state. */
static bool tag_list_has(const char *list, const char *tag, bool weak_allowed)
{
    size_t length = strlen(tag);
    for (const char *cursor = list; *cursor != '\0';) {
        cursor += strspn(cursor, " \t,");
        if (*cursor == '*')
            return true;
        bool weak = strncmp(cursor, "W/", 2) == 0;
        cursor += weak ? 2 : 0;
        if (*cursor != '"')
            return false;
        const char *end = strchr(++cursor, '"');
        if (end == NULL)
            return false;
        size_t given = (size_t)(end - cursor);
        bool same = given >= length && memcmp(cursor, tag, length) == 0;
        bool variant = given == length + 3 && same && memcmp(end - 3, "-gz", 3) == 0;
        if (same && (given == length || variant) && (weak_allowed || !weak))
            return true;
        cursor = end + 1;
    }
    return false;
}

bool reply_none_match(const struct request *request, const char *tag)
{
    const char *list = request_header(request, "If-None-Match");
    return list != NULL && tag_list_has(list, tag, true);
}

enum request_precondition request_if_match(const struct request *request, const char *tag)
{
    const char *list = request_header(request, "If-Match");
    if (list == NULL)
        return PRECONDITION_ABSENT;
    return tag_list_has(list, tag, false) ? PRECONDITION_HOLDS : PRECONDITION_FAILED;
}

bool request_not_modified(struct request *request, const char *tag)
{
    request_set_etag(request, tag);
    if (!reply_none_match(request, tag))
        return false;
    reply_begin(request, 304, NULL);
    reply_etag_header(request, reply_accepts_gzip(request) ? "-gz" : "");
    reply_finish(request, 0);
    return true;
}

static void output_body(struct request *request, struct reply_body *body, const struct buf *bytes)
{
    if (request->gone || request->head_only || bytes->length == 0)
        return;
    evbuffer_add_reference(reply_output(request), bytes->data, bytes->length, release_body,
                           reply_body_ref(body));
}

void request_reply_cached(struct request *request, struct reply_body *body)
{
    bool packed = body->packed.length > 0 && reply_accepts_gzip(request);
    const struct buf *bytes = packed ? &body->packed : &body->plain;
    bool fresh = reply_none_match(request, body->etag);
    request->etag = body->etag;
    request_set_header(request, "Cache-Control", body->cache_control);
    if (body->packed.length > 0)
        request_add_header(request, "Vary", "Accept-Encoding");
    if (packed && !fresh)
        request_add_header(request, "Content-Encoding", "gzip");
    reply_etag_header(request, packed ? "-gz" : "");
    reply_begin(request, fresh ? 304 : 200, fresh ? NULL : body->content_type);
    if (!fresh)
        output_body(request, body, bytes);
    reply_finish(request, fresh ? 0 : bytes->length);
}

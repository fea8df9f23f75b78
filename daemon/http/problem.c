#include <debriefd/problem.h>

#include "request_private.h"

#include <ctype.h>
#include <debriefd/buf.h>
#include <debriefd/log.h>
#include <debriefd/reply.h>
#include <debriefd/text.h>
#include <event2/http.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* evhttp's own table ends at 417 and is off by one at 307. */
static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {425, "Too Early"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *http_status_phrase(int status)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Status";
}

/* "Not Found" as "not-found". */
static void append_slug(struct buf *body, const char *slug, const char *title)
{
    for (const char *cursor = slug != NULL ? slug : title; *cursor != '\0'; cursor++)
        buf_append_char(body, *cursor == ' ' ? '-' : (char)tolower((unsigned char)*cursor));
}

/* A detail may quote the client and be cut anywhere, also inside a character. */
static void append_text(struct buf *body, const char *text)
{
    size_t length = strlen(text);
    if (text_is_utf8(text, length)) {
        buf_append_json(body, text, length);
        return;
    }
    struct buf plain;
    buf_init(&plain);
    for (size_t i = 0; i < length; i++)
        buf_append_char(&plain, (unsigned char)text[i] < 0x80 ? text[i] : '?');
    buf_append_json(body, plain.data, plain.length);
    buf_finish(&plain);
}

void problem_begin(struct buf *body, const char *id, int status, const char *slug,
                   const char *detail)
{
    const char *title = http_status_phrase(status);
    buf_init(body);
    buf_append_text(body, "{\"type\":\"/problems/");
    append_slug(body, slug, title);
    buf_append_text(body, "\",\"title\":");
    append_text(body, title);
    buf_printf(body, ",\"status\":%d,\"detail\":", status);
    append_text(body, detail);
    buf_printf(body, ",\"instance\":\"urn:request:%s\"", id);
}

static void set_headers(struct request *request, int status)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request->ev);
    if ((status == 429 || status == 503) && evhttp_find_header(headers, "Retry-After") == NULL)
        request_set_header(request, "Retry-After", "1");
    request->etag = NULL;
    request_set_header(request, "Cache-Control", "no-store");
}

static void send_problem(struct request *request, int status, struct buf *body)
{
    server_explain_fn *explain = request->server->options.explain;
    set_headers(request, status);
    if (explain != NULL && explain(request, status)) {
        buf_finish(body);
        return;
    }
    buf_append_text(body, "}\n");
    request_reply_buf(request, status, "application/problem+json", body);
}

void request_problem(struct request *request, int status, const char *slug, const char *format, ...)
{
    char detail[2100]; /* holds a reason of 500 characters */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    struct buf body;
    problem_begin(&body, request_id(request), status, slug, detail);
    send_problem(request, status, &body);
}

void request_problem_error(struct request *request, const struct error *err)
{
    int status = error_http_status(err->code);
    if (status != 500) {
        request_problem(request, status, NULL, "%s", err->message);
        return;
    }
    log_error("request_failed", "request=%s code=%s message=%s", request_id(request),
              error_code_name(err->code), log_quote(err->message).text);
    request_problem(request, status, NULL, "The server failed; the request id names it in the log");
}

void request_problem_lookup(struct request *request, const struct error *err)
{
    struct error harmless = *err;
    if (err->code == ERR_TIMEOUT)
        error_set(&harmless, ERR_UNAVAILABLE, "the database did not answer");
    request_problem_error(request, &harmless);
}

static void append_violation(struct buf *body, const struct violation *violation)
{
    buf_append_text(body, "{\"pointer\":");
    append_text(body, violation->pointer);
    buf_append_text(body, ",\"code\":");
    append_text(body, violation->code);
    buf_append_text(body, ",\"detail\":");
    append_text(body, violation->detail);
    buf_append_char(body, '}');
}

void request_problem_violations(struct request *request, const struct violations *violations)
{
    struct buf body;
    char detail[80];
    snprintf(detail, sizeof detail, "%zu fault%s in the request", violations->total,
             violations->total == 1 ? "" : "s");
    problem_begin(&body, request_id(request), 422, "validation", detail);
    buf_append_text(&body, ",\"errors\":[");
    for (size_t i = 0; i < violations->count; i++) {
        if (i > 0)
            buf_append_char(&body, ',');
        append_violation(&body, &violations->items[i]);
    }
    buf_append_char(&body, ']');
    send_problem(request, 422, &body);
}

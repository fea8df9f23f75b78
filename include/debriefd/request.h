/* request: one HTTP request as a handler sees it. It lives until its reply is written or given up;
 * strings are valid as long. A handler may keep it across loop turns and must reply exactly once
 * (reply.h), also when the client has left or the server is gone: then the reply goes nowhere. */
#ifndef DEBRIEFD_REQUEST_H
#define DEBRIEFD_REQUEST_H

#include <debriefd/error.h>
#include <debriefd/router.h>
#include <stddef.h>

#define REQUEST_QUERY_MAX 32 /* parameters of a query */

struct request;

enum http_method request_method(const struct request *request); /* HEAD stays HEAD */
const struct route *request_route(const struct request *request);
void *request_app(const struct request *request);

/* 8 to 64 characters [A-Za-z0-9._-]: the client's X-Request-Id when it is sane, else a new one. */
const char *request_id(const struct request *request);

/* The numeric address of the client ("" for a unix socket without a trusted X-Forwarded-For). */
const char *request_peer(const struct request *request);

/* The raw path up to '?'; it may carry tokens, so never log it. */
const char *request_path(const struct request *request);

/* A decoded path segment by its name in the pattern; asserts that the pattern has it. */
const char *request_segment(const struct request *request, const char *name);

/* A decoded query parameter, the first of its name; NULL when absent, "" without a value. */
const char *request_query(const struct request *request, const char *name);

/* Fails with ERR_INVALID on a parameter that is repeated or not among `names` (ended by NULL). */
bool request_query_expect(const struct request *request, const char *const *names,
                          struct error *err) must_check;

/* The first header of that name, in any case; NULL when absent. */
const char *request_header(const struct request *request, const char *name);

/* A cookie's value by name, copied into the request's storage; NULL when absent. */
const char *request_cookie(struct request *request, const char *name);

/* The whole body, not NUL-terminated; never NULL. */
const char *request_body(struct request *request, size_t *length);

/* True when Content-Type is `type` ("application/json"), whatever its parameters except a charset
 * other than UTF-8. */
bool request_has_type(const struct request *request, const char *type);

/* Replies 415 and returns false unless the body is application/json. */
bool request_require_json(struct request *request) must_check;

/* The index of the best of `types` (ended by NULL, best first) for the Accept header (RFC 9110
 * 12.5.1), or -1 when none is acceptable. Without the header it is 0. */
int request_accept(const struct request *request, const char *const *types);

/* Zeroed storage that lives as long as the request. */
void *request_alloc(struct request *request, size_t size);
char *request_copy(struct request *request, const char *text, size_t length);

/* A slot for the layer above: the principal. */
void request_set_user(struct request *request, void *user);
void *request_user(const struct request *request);

#endif

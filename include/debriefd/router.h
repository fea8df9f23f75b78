/* router: from method and raw path to a route. Patterns are compiled once into a tree of path
 * segments: literals before "{name}:verb" (a parameter with a literal suffix) before "{name}".
 * Matching looks at the raw path, without decoding; captured segments are decoded by the request.
 */
#ifndef DEBRIEFD_ROUTER_H
#define DEBRIEFD_ROUTER_H

#include <debriefd/error.h>
#include <stddef.h>

#define ROUTER_PARAMETERS_MAX 6
#define ROUTER_SEGMENTS_MAX   16

enum http_method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_OTHER, /* refused before routing */
};

#define METHOD_COUNT METHOD_OTHER

struct request;

/* Replies at once, or keeps the request and replies later; either way exactly once. */
typedef void route_handler_fn(struct request *request);

/* Rows are const and outlive the router. HEAD falls back to the GET row of the same pattern. */
struct route {
    enum http_method method;
    const char *pattern; /* "/v1/waves/{wave}:close" */
    route_handler_fn *handler;
    const void *detail; /* what the layer above attaches: rights, limits, documentation */
};

/* One captured segment, still percent-encoded, without the suffix of its pattern. */
struct router_capture {
    const char *name; /* from the pattern, not NUL-terminated */
    size_t name_length;
    const char *value; /* into the path */
    size_t value_length;
};

struct router_match {
    const struct route *route;
    unsigned allowed; /* bit 1u << method for each method the path knows */
    size_t count;
    struct router_capture captures[ROUTER_PARAMETERS_MAX];
};

enum router_result {
    ROUTER_FOUND,
    ROUTER_NO_PATH,   /* 404 */
    ROUTER_NO_METHOD, /* 405, `allowed` is set */
};

struct router *router_create(void);
void router_destroy(struct router *router);

/* Fails on a malformed pattern and on a second row for the same method and path. */
bool router_add(struct router *router, const struct route *route, struct error *err) must_check;

/* Adds rows until one without a pattern. */
bool router_add_table(struct router *router, const struct route *table,
                      struct error *err) must_check;

/* `path` is the target up to '?'. */
enum router_result router_find(const struct router *router, enum http_method method,
                               const char *path, size_t length, struct router_match *match);

/* "GET", or "OTHER". */
const char *http_method_name(enum http_method method);

/* The value of an Allow header for a mask, with HEAD beside GET and OPTIONS always. */
struct router_allow {
    char text[64];
};
struct router_allow router_allow(unsigned allowed);

#endif

/* server: the HTTP/1.1 server of one event loop: listens, enforces limits and deadlines on
 * connections, routes requests to handlers. It knows nothing of the application.
 *
 * Connections: at `max_connections` the oldest one whose request head or body is incomplete for
 * a tenth of a second gives way to a newcomer, then the longest idle one, because whoever holds
 * the slots without asking anything is the cheaper loss; only without such a one do the listeners
 * pause. Deadlines are absolute (a drip does not extend them) and checked once a second. */
#ifndef DEBRIEFD_SERVER_H
#define DEBRIEFD_SERVER_H

#include <debriefd/error.h>
#include <debriefd/router.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct server;

#define SERVER_LISTENERS_MAX 16

/* One finished request, for telemetry; valid during the call. */
struct server_access {
    enum http_method method;
    const char *pattern; /* the route's, or "-" when none matched */
    int status;          /* 499 when the client left or the server gave up before a reply */
    int64_t duration_us; /* from the complete request to the last byte written */
    uint64_t bytes;      /* of the response body as sent */
};
typedef void server_access_fn(const struct server_access *access, void *context);

/* For people instead of a problem: true when it has answered. */
typedef bool server_explain_fn(struct request *request, int status);

struct server_options {
    const char *listen;    /* "127.0.0.1:8080,[::1]:0,unix:/run/debriefd/http"; "" for none */
    const int *listen_fds; /* inherited listening sockets, owned by the server from then on */
    size_t listen_fd_count;
    bool reuse_port; /* SO_REUSEPORT on TCP, so that several processes share a port */

    size_t max_connections;
    size_t max_header_bytes; /* request line and headers */
    size_t max_body_bytes;
    int64_t header_deadline_us;   /* from connecting, or from a request's first byte, to its head */
    int64_t body_deadline_us;     /* from the head to the last byte of the body */
    int64_t idle_timeout_us;      /* between two requests */
    int64_t response_deadline_us; /* without any byte taken by the client while one is waiting */

    const char *const *trusted_proxies; /* numeric addresses, NULL-terminated; NULL for none */
    const char *proxy_key; /* what a trusted proxy sends as X-Debriefd-Proxy-Key; NULL: no trust */

    server_access_fn *on_access; /* NULL for none */
    void *access_context;
    server_explain_fn *explain; /* asked before a problem is sent; NULL for none */
};

/* The defaults: no sockets, 10,000 connections, 16 KiB, 256 KiB, 15 s, 60 s, 30 s, 30 s. */
struct server_options server_options_default(void);

enum server_kill {
    SERVER_KILL_HEADER,   /* header deadline */
    SERVER_KILL_BODY,     /* body deadline */
    SERVER_KILL_IDLE,     /* idle keep-alive */
    SERVER_KILL_RESPONSE, /* slow reader */
    SERVER_KILL_ROOM,     /* made room for a newcomer */
    SERVER_KILL_DRAIN,    /* idle at drain */
    SERVER_KILL_OVERFLOW, /* more bytes than any request has, and no request in them */
    SERVER_KILLS,
};

struct server_counters {
    uint64_t accepted;
    uint64_t killed[SERVER_KILLS];
    uint64_t refused;         /* requests refused by framing */
    uint64_t requests;        /* handed to a handler or answered by the router */
    uint64_t listener_pauses; /* all slots busy, or no file descriptor left */
    size_t open;              /* connections now */
    size_t in_flight;         /* requests without a complete reply */
};

/* A loop fit for a server: its epoll change list spares two of three epoll_ctl calls a request. No
 * descriptor watched in it may be a dup(2) of another one (event2/event.h). */
struct event_base *server_base_create(void);

/* Listens at once and serves when the loop runs. `router` and the strings of `options` are borrowed
 * until server_destroy; `app` is what request_app returns. */
struct server *server_create(struct event_base *base, const struct server_options *options,
                             const struct router *router, void *app, struct error *err) must_check;

/* Frees listeners and connections. Requests that handlers still hold stay valid: their replies go
 * nowhere. NULL is fine. */
void server_destroy(struct server *server);

/* Stops listening, closes idle connections and ends keep-alive; `done` is called once, from the
 * loop, when the last connection is gone. The caller keeps its own deadline and may call
 * server_destroy before that; then `done` is never called. */
typedef void server_drained_fn(void *context);
void server_drain(struct server *server, server_drained_fn *done, void *context);
bool server_is_draining(const struct server *server);

/* The port of the first TCP listener, 0 when there is none. */
uint16_t server_port(const struct server *server);

struct server_counters server_counters(const struct server *server);

/* The stable lower-case name of a reason, for metric labels: "header". */
const char *server_kill_name(enum server_kill reason);

#endif

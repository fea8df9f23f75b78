/* server_private: what the modules of this folder share of a server. */
#ifndef HTTP_SERVER_PRIVATE_H
#define HTTP_SERVER_PRIVATE_H

#include "connection.h"

#include <debriefd/server.h>

struct event;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_request;

struct listener {
    struct evhttp_bound_socket *bound;
    char *unix_path; /* removed when the server ends */
};

TAILQ_HEAD(request_list, request);

struct server {
    TAILQ_ENTRY(server) link;
    struct event_base *base;
    struct evhttp *http;
    struct server_options options;
    const struct router *router;
    void *app;

    struct listener listeners[SERVER_LISTENERS_MAX];
    size_t listener_count;
    bool paused;
    struct event *resume; /* ends a pause */
    int64_t last_accept_warning_us;

    struct connection_list phases[PHASES];
    struct connection **by_fd;
    size_t by_fd_count;
    struct event *attend; /* activated for connection_attend */
    struct event *sweep;  /* each second */

    struct request_list requests; /* all that exist */
    struct request_list spares;
    size_t spare_count;
    struct event *notify; /* tells streams that their client has left */

    bool draining;
    struct event *drained;
    server_drained_fn *done;
    void *done_context;

    struct server_counters counters;
    uint64_t next_request;
    char request_prefix[17];
    char date[32]; /* for the Date header, of second date_s */
    int64_t date_s;
};

/* listener.c */
bool listener_open_all(struct server *server, struct error *err) must_check;
void listener_close_all(struct server *server);
void listener_forget(struct server *server); /* closes all; follows listener_open_all */
void listener_pause(struct server *server);  /* until listener_resume, called or by timer */
void listener_resume(struct server *server);
void listener_try_resume(struct server *server); /* the timer: when there is room */

/* server.c: reports the end of draining when nothing is left. */
void server_check_drained(struct server *server);
const char *server_date(struct server *server);

#endif

/* connection: the registry of one server's connections. evhttp 2.1 has no cap, no absolute deadline
 * and no hook before a request is complete; the bufferevent it is handed by evhttp_set_bevcb gives
 * all three. A connection is in exactly one phase, and in that phase's list in order of entry, so
 * that the sweeper and the search for a victim look at list heads only. */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <debriefd/framing.h>
#include <debriefd/server.h>
#include <sys/queue.h>

struct bufferevent;
struct evhttp_connection;
struct evbuffer_cb_entry;
struct request;

enum phase {
    PHASE_ACCEPTED, /* evhttp has not yet tied its own object to the bufferevent */
    PHASE_HEAD,
    PHASE_BODY,
    PHASE_IDLE,
    PHASE_REFUSED,  /* evhttp refused the request by itself, and closes */
    PHASE_HANDLING, /* a handler holds the request; evhttp does not read */
    PHASE_WRITING,  /* the whole reply is queued */
    PHASE_STREAMING,
    PHASES,
};

struct connection {
    TAILQ_ENTRY(connection) link;
    struct server *server;
    struct bufferevent *bufferevent;
    struct evbuffer_cb_entry *input_watch;
    struct evbuffer_cb_entry *output_watch;
    struct evhttp_connection *evcon; /* NULL while PHASE_ACCEPTED */
    int fd;
    struct request *request; /* from dispatch to its last byte */
    enum phase phase;
    int64_t since_us; /* when the phase began; streaming: when unsent bytes began to wait, or 0 */
    struct framing_scan scan;
    bool full;    /* the input reached its high mark */
    bool refused; /* by evhttp, and its page is not exchanged yet */
};

TAILQ_HEAD(connection_list, connection);

/* The bufferevent evhttp asks for on accept; registers it. `context` is the server. */
struct bufferevent *connection_accept(struct event_base *base, void *context);

/* Ties accepted connections to evhttp's objects. */
void connection_adopt_all(struct server *server);

/* What could not be done inside a callback of libevent: adopts, exchanges refusals, and closes
 * overfull connections. */
void connection_attend(struct server *server);

/* The connection of a bufferevent, adopted if need be. */
struct connection *connection_of(struct server *server, struct bufferevent *bufferevent);

void connection_enter(struct connection *connection, enum phase phase);

/* The reply's last byte is written: the connection waits for its next request. */
void connection_rest(struct connection *connection);

/* Closes now. The request, when a handler holds it, becomes gone. */
void connection_kill(struct connection *connection, enum server_kill reason);

/* Closes the connection that is the cheapest loss; false when there is none. */
bool connection_make_room(struct server *server);

/* True when a newcomer finds a slot, a free one or a cheap loss. */
bool connection_has_room(struct server *server);

/* Kills what is past its deadline. */
void connection_sweep(struct server *server);

void connection_kill_idle(struct server *server);

#endif

/* fixture: a server of the HTTP layer in a child process, with a few routes, and a raw client. The
 * child's exit code carries what the sanitizers found in it. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <debriefd/server.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Written by the child, read by the test. */
struct fixture_shared {
    _Atomic int port;
    _Atomic int handler_calls;  /* of any route */
    _Atomic int smuggled_calls; /* of /smuggled: a request that must never be seen */
    _Atomic int closed_calls;   /* on_closed of a stream */
    _Atomic int access_calls;
    _Atomic int last_status;
    _Atomic long rss_kb;
    _Atomic uint64_t killed[SERVER_KILLS];
    _Atomic uint64_t pauses;
    _Atomic uint64_t cpu_us; /* of the child */
    _Atomic size_t open;
    _Atomic size_t in_flight;
    _Atomic int descriptors; /* RLIMIT_NOFILE of the child, set before fixture_start; 0 keeps it */
    _Atomic int destroy_at_once; /* at the end, without waiting for the drain */
};

extern struct fixture_shared *fixture;

/* Makes `fixture`, so that wishes can be set before fixture_start, which calls it otherwise. */
void fixture_init(void);

/* 127.0.0.1 with a port of its own when `options` names no socket. */
void fixture_start(const struct server_options *options);

/* Ends the server by drain; returns the child's exit code. */
int fixture_stop(void);
void fixture_terminate(void); /* begins the drain */
int fixture_wait(void);

int client_connect(void);
void client_send(int fd, const void *bytes, size_t length);
void client_send_text(int fd, const char *text);

/* What came until the peer closed, or until nothing came for `patience_ms`. */
enum client_end { CLIENT_CLOSED, CLIENT_SILENT };
struct client_reply {
    enum client_end end;
    size_t length;
    char *text; /* NUL-terminated behind `length`; client_free */
};
struct client_reply client_read(int fd, int patience_ms);
struct client_reply client_ask(const char *request, int patience_ms); /* connects and closes */
void client_free(struct client_reply *reply);

/* The status of the first response, 0 without one; how many responses there are. */
int client_status(const struct client_reply *reply);
int client_responses(const struct client_reply *reply);
const char *client_body(const struct client_reply *reply);

int64_t client_now_ms(void);
void client_sleep_ms(int duration_ms);

#endif

/* turns: the frame of a role that is a plain loop with one blocking connection: it listens to no
 * network, has one thing to do at a time and nobody waits for its answer, so an event loop would
 * only add states. It keeps the connection, takes signals (SIGHUP reloads, SIGTERM stops after the
 * turn), pats the service manager's watchdog and sleeps until a notification or the poll interval.
 */
#ifndef DEBRIEFD_TURNS_H
#define DEBRIEFD_TURNS_H

#include <debriefd/error.h>
#include <stdint.h>

struct config;
struct session;
struct turns;

/* One turn. *has_more asks for the next one at once. False when the database is away. */
typedef bool turns_fn(void *context, struct turns *turns, struct session *session, bool *has_more,
                      struct error *err);

struct turns_options {
    const char *role;             /* "work": in logs and as the connection's name */
    const char *const *listen;    /* channels that wake it, ended by NULL */
    int64_t statement_timeout_us; /* of its session */
    bool commits_asynchronously;
    turns_fn *turn;
    void *context;
};

/* Until SIGTERM; returns the process's exit code. */
int turns_run(struct config *config, const struct turns_options *options);

/* Inside a turn, between two pieces of work: false when the role is to stop. */
bool turns_go_on(struct turns *turns);

#endif

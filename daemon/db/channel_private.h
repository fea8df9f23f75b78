/* channel_private: a channel's parts. channel.c is the contract, channel_link.c makes and loses the
 * connection, channel_flow.c moves calls over it. */
#ifndef DB_CHANNEL_PRIVATE_H
#define DB_CHANNEL_PRIVATE_H

#include "channel_call.h"
#include <event2/event.h>

#define CHANNEL_STUCK_MARGIN_US ((int64_t)2000000)
#define CHANNEL_RUNS            4 /* of one call, the first included */

enum channel_state {
    CHANNEL_AWAY,       /* no connection; the timer is the backoff */
    CHANNEL_CONNECTING, /* the timer is the connect timeout */
    CHANNEL_READY,      /* the timer watches for a stuck connection while calls are in flight */
    CHANNEL_DRAINING,   /* like ready, but the connection is replaced once nothing is in flight */
    CHANNEL_CLOSED,
};

struct channel {
    struct channel_options options;
    struct event_base *base;
    enum channel_state state;
    PGconn *connection;
    struct event *io;       /* the socket: next connect step, or reading */
    struct event *writable; /* pending while libpq has output left */
    struct event *timer;    /* of the state */
    struct event *grace;    /* pending for grace_us after a loss */
    struct event *patience; /* pending while a call waits */
    struct event *deferral; /* reports what finished inside a submitting call */
    bool *prepared;         /* by statement, on this connection */
    struct call_list waiting;
    struct call_list in_flight; /* in the order sent */
    struct call_list finished;  /* to be reported */
    size_t listens;             /* LISTENs in flight */
    int64_t progress_us;        /* when the connection last finished a call, or got its first */
    int64_t backoff_us;
    bool is_grace_over;
    bool is_ended_by_server; /* it said so: what came later on this connection was not run */
    bool is_reporting;
    struct channel_counters counters;
};

/* The one place where the state changes; asserts that the change is a possible one. */
void channel_enter(struct channel *channel, enum channel_state state);

void channel_start_timer(struct event *timer, int64_t delay_us);

/* Calls on their way out. */
void channel_finish_call(struct channel *channel, struct call *owned_call);
void channel_fail_all(struct channel *channel, struct call_list *list, enum error_code code,
                      const char *message);
void channel_report_finished(struct channel *channel);
void channel_await_patience(struct channel *channel); /* while a call waits */

/* The link: makes the events, drops the connection with what is in flight, or loses it, which is
 * dropping and trying again. */
void channel_link_init(struct channel *channel);
void channel_link_finish(struct channel *channel);
void channel_drop(struct channel *channel);
void channel_lose(struct channel *channel, const char *reason);

/* The flow: what to do with a fresh connection, and with calls that wait. */
void channel_flow_begin(struct channel *channel);
void channel_send_waiting(struct channel *channel);

#endif

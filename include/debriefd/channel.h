/* channel: one asynchronous PostgreSQL connection on a libevent loop, in pipeline mode, that
 * reconnects by itself. Every call is a transaction of its own (Bind, Execute, Sync), and succeeds
 * only when the server has confirmed the Sync, that is, the commit. One that was rolled back for
 * what others did (deadlock, serialization failure) is run again, at most three times, and may so
 * be overtaken by a later one. Used by the loop's thread only.
 *
 * Failures of a call: ERR_UNAVAILABLE nothing was done, may be repeated (away, queue full,
 * statement_timeout); ERR_TIMEOUT the connection was lost or stuck after the call was
 * sent, outcome unknown; else what sqlstate.h says. While the database is away, calls wait for at
 * most grace_us after the loss and then fail, and further ones fail at once, until it is back. */
#ifndef DEBRIEFD_CHANNEL_H
#define DEBRIEFD_CHANNEL_H

#include <debriefd/embedded.h>
#include <debriefd/params.h>
#include <debriefd/rows.h>
#include <stdint.h>

struct channel;
struct event_base;

/* Exactly one of `rows` and `err` is not NULL; both are borrowed for the call.
 * Called exactly once a call, from the loop or from channel_destroy, never from inside
 * channel_execute. It may call channel_execute, not channel_destroy. */
typedef void channel_done_fn(void *context, const struct rows *rows, const struct error *err);

/* A notification; `payload` is borrowed. Only a hint: it may be lost while the database is away. */
typedef void channel_notify_fn(void *context, const char *name, const char *payload);

/* The connection is ready, LISTEN is on its way before any call. Caches that rely on notifications
 * are to be flushed. Called on every connection, the first included. */
typedef void channel_connected_fn(void *context);

enum channel_naming {
    CHANNEL_NAMED,   /* statements are prepared once a connection */
    CHANNEL_UNNAMED, /* parsed every time: for a transaction pooler, which must be told
                        ignore_startup_parameters = options */
};

/* Strings and tables are borrowed for the channel's life. A 0 takes the default in brackets. */
struct channel_options {
    const char *conninfo; /* a unix socket or hostaddr: name resolution blocks the loop */
    const char *application_name;
    const struct embedded_file *statements;
    enum channel_naming naming;
    size_t queue_limit;           /* calls waiting and in flight together [4096] */
    size_t pipeline_limit;        /* calls in flight; they run one after the other, so the last
                                     may wait for as many statement timeouts [64] */
    int64_t wait_us;              /* a call that is not sent by then is ERR_UNAVAILABLE [1 s] */
    int64_t statement_timeout_us; /* the server's; 2 s later the connection is dropped [5 s] */
    int64_t connect_timeout_us;   /* [3 s] */
    int64_t grace_us;             /* [700 ms] */
    int64_t backoff_first_us;     /* doubled up to backoff_last_us, and jittered [50 ms] */
    int64_t backoff_last_us;      /* [2 s] */
    const char *const *listen;    /* channels, ended by NULL; NULL for none */
    channel_notify_fn *notify;
    channel_connected_fn *connected; /* may be NULL */
    void *context;                   /* of notify and connected */
};

struct channel_counters {
    uint64_t connects;  /* connections that became ready */
    uint64_t losses;    /* ready connections that were lost or dropped */
    uint64_t completed; /* calls that succeeded */
    uint64_t failed;    /* calls that did not */
    uint64_t refused;   /* of those, for a full queue */
    uint64_t rerun;     /* runs that were rolled back for what others did, and repeated */
    size_t waiting;
    size_t in_flight;
    bool is_ready;
};

/* Starts connecting at once; a database that is away is no error. */
struct channel *channel_create(struct event_base *base, const struct channel_options *options);

/* Ends every call with ERR_UNAVAILABLE (ERR_TIMEOUT if it was sent). Takes NULL. */
void channel_destroy(struct channel *channel);

/* Runs a statement of the table; asserts that there is one. `params` may be NULL and is copied. */
void channel_execute(struct channel *channel, const char *statement, const struct params *params,
                     channel_done_fn *done, void *context);

bool channel_is_ready(const struct channel *channel);
struct channel_counters channel_counters(const struct channel *channel);

/* channel_pool: several like channels; a call goes to the least loaded one that is ready. */
struct channel_pool;

struct channel_pool *channel_pool_create(struct event_base *base, size_t count,
                                         const struct channel_options *options);
void channel_pool_destroy(struct channel_pool *pool);
struct channel *channel_pool_choose(const struct channel_pool *pool);
size_t channel_pool_size(const struct channel_pool *pool);
struct channel *channel_pool_at(const struct channel_pool *pool, size_t index);

#endif

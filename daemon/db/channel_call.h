/* channel_call: one call of a channel on its way through the lists waiting, in flight, finished. */
#ifndef DB_CHANNEL_CALL_H
#define DB_CHANNEL_CALL_H

#include "libpq.h"
#include <debriefd/channel.h>

/* What of the call the server's next result is about. */
enum call_stage {
    CALL_PARSE,
    CALL_EXECUTE,
    CALL_SYNC,
};

enum { CALL_LISTEN = -1 };

struct call {
    struct call *next;
    int statement;       /* its index in the table, or CALL_LISTEN */
    char listen_sql[96]; /* of CALL_LISTEN */
    struct params params;
    int64_t queued_us;
    enum call_stage stage;
    int runs;      /* how often it was sent */
    bool is_rerun; /* it failed for what others did, and is to be sent again */
    channel_done_fn *done;
    void *context;
    struct rows *rows; /* what the statement returned, kept back until its commit is confirmed */
    struct error err;  /* ERR_NONE until the call fails */
};

struct call_list {
    struct call *first;
    struct call *last;
    size_t count;
};

/* `params` (NULL for none) is copied. */
struct call *call_create(int statement, const struct params *params, channel_done_fn *done,
                         void *context);
struct call *call_create_listen(const char *name);
void call_destroy(struct call *call);

void call_append(struct call_list *list, struct call *owned_call);
struct call *call_take_first(struct call_list *list); /* NULL from an empty list */

/* Keeps an earlier error, which is the cause. */
void call_fail(struct call *call, enum error_code code, const char *message);

/* Takes in one result that is neither NULL nor a sync. */
void call_take_result(struct call *call, PGresult *owned_result, const char *statement);

/* Forgets how it went, for another run. */
void call_reset(struct call *call);

/* Tells `done` how it went. */
void call_report(const struct call *call);

#endif

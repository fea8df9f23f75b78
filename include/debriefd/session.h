/* session: one blocking PostgreSQL connection, for work, send, migrations, backup and tests.
 * Never on an event loop. Owned by its opener, used by one thread.
 * Failures: ERR_UNAVAILABLE nothing happened, may be repeated (also: any loss inside an open
 * transaction); ERR_TIMEOUT the connection was lost and the outcome is unknown; else what
 * sqlstate.h says. After a loss session_is_open is false and every call fails with ERR_UNAVAILABLE
 * until session_reopen. */
#ifndef DEBRIEFD_SESSION_H
#define DEBRIEFD_SESSION_H

#include <debriefd/embedded.h>
#include <debriefd/params.h>
#include <debriefd/rows.h>
#include <stdint.h>

struct session;

/* All strings and tables are borrowed for the session's life. */
struct session_options {
    const char *conninfo;                   /* libpq's key=value or URI form */
    const char *application_name;           /* NULL: debriefd */
    const struct embedded_file *statements; /* what session_execute knows; NULL: nothing */
    const char *const *listen;    /* channels, ended by NULL; listened to again after a reopen */
    int64_t statement_timeout_us; /* 0: none */
    int64_t connect_timeout_us;   /* 0: 10 s; libpq rounds up to 2 s */
    int64_t idle_timeout_us;      /* of silence inside a transaction, before it is ended; 0: none */
    bool commits_asynchronously;  /* what a crash of the server undoes is done again */
};

enum session_wake {
    SESSION_WAKE_TIMEOUT,
    SESSION_WAKE_NOTIFIED,
    SESSION_WAKE_EXTRA, /* the extra descriptor is readable, or a signal arrived */
};

struct session_notification {
    char channel[64];
    char payload[256]; /* cut: a notification is a hint, the table is the truth */
};

bool session_open(const struct session_options *options, struct session **session,
                  struct error *err) must_check;
void session_close(struct session *session); /* takes NULL; an open transaction rolls back */
bool session_reopen(struct session *session, struct error *err) must_check;
bool session_is_open(const struct session *session);

/* Runs a statement of the table, prepared on its first use. `params` may be NULL. `rows` may be
 * NULL; otherwise *rows is the caller's to destroy. */
bool session_execute(struct session *session, const char *statement, const struct params *params,
                     struct rows **rows, struct error *err) must_check;

/* Runs a statement of the table and hands over its rows one by one, until one is refused. */
typedef bool session_row_fn(void *context, const struct rows *rows, int row, struct error *err);
bool session_each(struct session *session, const char *statement, const struct params *params,
                  session_row_fn *take, void *context, struct error *err) must_check;

/* Runs one statement given as text, unprepared: for SQL from another embedded table, and tests. */
bool session_query(struct session *session, const char *sql, const struct params *params,
                   struct rows **rows, struct error *err) must_check;

/* Runs a script of many statements: one implicit transaction when none is open. Errors repeat the
 * server's message and the line. */
bool session_script(struct session *session, const char *name, const char *sql,
                    struct error *err) must_check;

bool session_begin(struct session *session, struct error *err) must_check;
bool session_commit(struct session *session, struct error *err) must_check;
void session_rollback(struct session *session); /* harmless without a transaction */
bool session_in_transaction(const struct session *session);

/* Sleeps until a notification, until `extra_fd` (or -1) is readable, or for at most timeout_us. */
bool session_wait(struct session *session, int64_t timeout_us, int extra_fd,
                  enum session_wake *wake, struct error *err) must_check;

/* Takes the oldest received notification; false when there is none. Never blocks. */
bool session_notification_next(struct session *session, struct session_notification *notification);

#endif

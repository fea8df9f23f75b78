/* libpq: what the modules of this folder share about PGconn and PGresult. */
#ifndef DB_LIBPQ_H
#define DB_LIBPQ_H

#include <debriefd/params.h>
#include <debriefd/rows.h>
#include <debriefd/sqlstate.h>
#include <libpq-fe.h>
#include <stdint.h>

/* libpq's arrays for a statement's parameters; the pointers are into `params`. */
struct params_view {
    int count;
    const char *values[PARAMS_LIMIT];
    int lengths[PARAMS_LIMIT];
    int formats[PARAMS_LIMIT];
};

/* NULL is no parameters. */
void params_view(const struct params *params, struct params_view *view);

struct rows *rows_wrap(PGresult *owned_result);

/* The keywords of PQconnectdbParams and PQconnectStartParams, with expand_dbname. */
struct startup {
    const char *keywords[16];
    const char *values[16];
    char options[400];
    char connect_timeout[16];
};

void startup_prepare(struct startup *startup, const char *conninfo, const char *application_name,
                     int64_t statement_timeout_us, int64_t connect_timeout_us);

/* The server ends the connection when its client stays silent inside a transaction for so long, and
 * within a second when the client is gone: what a stopped process has locked becomes free. */
void startup_limit_idling(struct startup *startup, int64_t idle_timeout_us);

/* A commit is answered before it is durable: for what is done again when a crash of the server
 * undoes it. A transaction can ask for more. */
void startup_commit_asynchronously(struct startup *startup);

/* The table's row for a result's SQLSTATE. */
const struct sqlstate *result_state(const PGresult *result);

/* Whether the server ended the connection with this error. */
bool result_is_fatal(const PGresult *result);

/* Fills *err from a failed result: code from the sqlstate table, message naming `what`. */
bool result_error(const PGresult *result, const char *what, struct error *err);

/* Like result_error for SQL of our own making: always repeats the server's message. */
bool result_error_verbose(const PGresult *result, const char *what, const char *sql,
                          struct error *err);

/* Fills *err with ERR_UNAVAILABLE and libpq's message, on one line. */
bool connection_error(const PGconn *connection, const char *what, struct error *err);

/* Notices go to the debug log, not to stderr. */
void notices_to_log(PGconn *connection);

#endif

#include "libpq.h"

#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The negative control of the crash campaign acknowledges commits that are not on disk. */
#ifdef DEBRIEFD_MUTANT_ASYNC_COMMIT
#define SYNCHRONOUS_COMMIT "off"
#else
#define SYNCHRONOUS_COMMIT "on"
#endif

static void add_keyword(struct startup *startup, const char *keyword, const char *value)
{
    size_t used = 0;
    while (startup->keywords[used] != NULL)
        used++;
    startup->keywords[used] = keyword;
    startup->values[used] = value;
}

/* Later keywords win over what the expanded conninfo says, so a conninfo cannot switch off what the
 * promises need. TCP settings do nothing on a unix socket. */
void startup_prepare(struct startup *startup, const char *conninfo, const char *application_name,
                     int64_t statement_timeout_us, int64_t connect_timeout_us)
{
    memset(startup, 0, sizeof *startup);
    snprintf(startup->options, sizeof startup->options,
             "-c synchronous_commit=" SYNCHRONOUS_COMMIT " -c statement_timeout=%lld"
             " -c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex",
             (long long)(statement_timeout_us / 1000));
    snprintf(startup->connect_timeout, sizeof startup->connect_timeout, "%lld",
             (long long)((connect_timeout_us + CLOCK_SECOND_US - 1) / CLOCK_SECOND_US));
    add_keyword(startup, "dbname", conninfo);
    add_keyword(startup, "application_name",
                application_name != NULL ? application_name : "debriefd");
    add_keyword(startup, "options", startup->options);
    add_keyword(startup, "client_encoding", "UTF8");
    add_keyword(startup, "connect_timeout", startup->connect_timeout);
    add_keyword(startup, "keepalives_idle", "30");
    add_keyword(startup, "keepalives_interval", "10");
    add_keyword(startup, "keepalives_count", "3");
    add_keyword(startup, "tcp_user_timeout", "30000");
}

void startup_limit_idling(struct startup *startup, int64_t idle_timeout_us)
{
    size_t used = strlen(startup->options);
    snprintf(
        startup->options + used, sizeof startup->options - used,
        " -c idle_in_transaction_session_timeout=%lld -c client_connection_check_interval=1000",
        (long long)(idle_timeout_us / 1000));
}

void startup_commit_asynchronously(struct startup *startup)
{
    size_t used = strlen(startup->options);
    snprintf(startup->options + used, sizeof startup->options - used, " -c synchronous_commit=off");
}

static const char *field(const PGresult *result, int code)
{
    const char *value = PQresultErrorField(result, code);
    return value != NULL ? value : "";
}

/* 0A000 is both "cached plan must not change result type", which a new connection heals, and any
 * feature that is not supported, which it does not; the reporting function tells them apart. */
const struct sqlstate *result_state(const PGresult *result)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *function = field(result, PG_DIAG_SOURCE_FUNCTION);
    if (code != NULL && strcmp(code, "0A000") == 0 &&
        strcmp(function, "RevalidateCachedQuery") != 0)
        return sqlstate_find(NULL);
    return sqlstate_find(code);
}

bool result_is_fatal(const PGresult *result)
{
    const char *severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0;
}

/* A result without SQLSTATE is libpq's own word about a lost connection. */
bool result_error(const PGresult *result, const char *what, struct error *err)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (code == NULL)
        return error_set(err, ERR_TIMEOUT,
                         "%s: the connection to the database was lost, outcome unknown", what);
    const struct sqlstate *state = result_state(result);
    if (state->is_private)
        return error_set(err, state->code, "%s failed with SQLSTATE %s", what, code);
    return error_set(err, state->code, "%s: %s (SQLSTATE %s)", what,
                     field(result, PG_DIAG_MESSAGE_PRIMARY), code);
}

static int line_of(const char *sql, const char *position)
{
    int line = 1;
    long left = strtol(position, NULL, 10);
    for (; *sql != '\0' && left > 1; sql++) {
        left -= ((unsigned char)*sql & 0xc0) != 0x80; /* positions count characters */
        line += *sql == '\n';
    }
    return line;
}

bool result_error_verbose(const PGresult *result, const char *what, const char *sql,
                          struct error *err)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (code == NULL)
        return result_error(result, what, err);
    const char *message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    enum error_code mapped = result_state(result)->code;
    if (position != NULL)
        return error_set(err, mapped, "%s line %d: %s (SQLSTATE %s)", what, line_of(sql, position),
                         message, code);
    return error_set(err, mapped, "%s: %s (SQLSTATE %s)", what, message, code);
}

bool connection_error(const PGconn *connection, const char *what, struct error *err)
{
    error_set(err, ERR_UNAVAILABLE, "%s: %s", what, PQerrorMessage(connection));
    size_t length = strlen(err->message);
    while (length > 0 && err->message[length - 1] == '\n')
        err->message[--length] = '\0';
    for (char *cursor = err->message; *cursor != '\0'; cursor++)
        if (*cursor == '\n')
            *cursor = ' ';
    return false;
}

static void log_notice(void *context, const PGresult *notice)
{
    (void)context;
    log_debug("db_notice", "text=%s", log_quote(field(notice, PG_DIAG_MESSAGE_PRIMARY)).text);
}

void notices_to_log(PGconn *connection)
{
    PQsetNoticeReceiver(connection, log_notice, NULL);
}

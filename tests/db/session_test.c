#include "cluster.h"
#include "suite.h"

#include <debriefd/clock.h>
#include <debriefd/secret.h>
#include <debriefd/session.h>
#include <string.h>
#include <unistd.h>

static const struct embedded_file statements[] = {
    {"add.sql", "select $1::integer + $2::integer as sum", 0},
    {"types.sql",
     "select $1::text as a, $2::uuid as b, $3::bigint as c, $4::boolean as d, $5::text as e, "
     "$6::bytea as f, $7::smallint[] as g, $8::double precision as h",
     0},
    {"broken.sql", "select no_such_function()", 0},
    {"divide.sql", "select 1 / $1::integer", 0},
    {0},
};

static const char *const listened[] = {"hints", NULL};

static struct session *open_session(void)
{
    struct session_options options = {
        .conninfo = cluster_conninfo(NULL),
        .statements = statements,
        .listen = listened,
        .statement_timeout_us = 300000,
    };
    struct session *session = NULL;
    struct error err = {0};
    CU_ASSERT_FATAL(session_open(&options, &session, &err));
    return session;
}

static struct rows *query(struct session *session, const char *sql)
{
    struct rows *rows = NULL;
    struct error err = {0};
    if (!session_query(session, sql, NULL, &rows, &err))
        fprintf(stderr, "%s\n", err.message);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rows);
    return rows;
}

static void statements_are_prepared_once(void)
{
    struct session *session = open_session();
    struct params params;
    struct error err = {0};
    params_init(&params);
    for (int i = 0; i < 3; i++) {
        params_clear(&params);
        params_int(&params, i);
        params_int(&params, -5);
        struct rows *rows = NULL;
        CU_ASSERT_FATAL(session_execute(session, "add", &params, &rows, &err));
        CU_ASSERT_EQUAL(rows_int64(rows, 0, rows_column(rows, "sum")), i - 5);
        rows_destroy(rows);
    }
    params_finish(&params);
    struct rows *prepared = query(session, "select name, calls from (select name, generic_plans + "
                                           "custom_plans as calls from pg_prepared_statements) p");
    CU_ASSERT_EQUAL(rows_count(prepared), 1);
    CU_ASSERT_STRING_EQUAL(rows_text(prepared, 0, 0), "add");
    CU_ASSERT_EQUAL(rows_int64(prepared, 0, 1), 3);
    rows_destroy(prepared);
    session_close(session);
}

static void values_round_trip(void)
{
    static const int16_t scores[] = {5, -1, 30000, -32768};
    struct session *session = open_session();
    struct params params;
    struct uuid uuid = uuid_random();
    params_init(&params);
    params_text(&params, "Sm\xc3\xb6rg\xc3\xa5s 'quoted' \\ $1");
    params_uuid(&params, &uuid);
    params_int(&params, INT64_MIN);
    params_bool(&params, true);
    params_text(&params, NULL);
    params_binary(&params, "a\0b\\", 4);
    params_int16_array(&params, scores, 4);
    params_text(&params, "0.1");
    struct rows *rows = NULL;
    struct error err = {0};
    CU_ASSERT_FATAL(session_execute(session, "types", &params, &rows, &err));
    CU_ASSERT_STRING_EQUAL(rows_text(rows, 0, 0), "Sm\xc3\xb6rg\xc3\xa5s 'quoted' \\ $1");
    struct uuid read = rows_uuid(rows, 0, 1);
    CU_ASSERT(uuid_equal(&read, &uuid));
    CU_ASSERT_EQUAL(rows_int64(rows, 0, 2), INT64_MIN);
    CU_ASSERT(rows_bool(rows, 0, 3));
    CU_ASSERT(rows_is_null(rows, 0, 4));
    CU_ASSERT_STRING_EQUAL(rows_text(rows, 0, 4), "");
    struct buf bytes;
    buf_init(&bytes);
    rows_bytes(rows, 0, 5, &bytes);
    CU_ASSERT_EQUAL(bytes.length, 4);
    CU_ASSERT_EQUAL(memcmp(bytes.data, "a\0b\\", 4), 0);
    buf_finish(&bytes);
    CU_ASSERT_STRING_EQUAL(rows_text(rows, 0, 6), "{5,-1,30000,-32768}");
    CU_ASSERT_EQUAL(rows_real(rows, 0, 7), 0.1);
    rows_destroy(rows);
    params_finish(&params);
    session_close(session);
}

static void empty_array_is_empty(void)
{
    struct session *session = open_session();
    struct params params;
    params_init(&params);
    params_int16_array(&params, NULL, 0);
    struct rows *rows = NULL;
    struct error err = {0};
    CU_ASSERT_FATAL(session_query(session, "select $1::smallint[] = '{}'", &params, &rows, &err));
    CU_ASSERT(rows_bool(rows, 0, 0));
    rows_destroy(rows);
    params_finish(&params);
    session_close(session);
}

static void commits_are_synchronous(void)
{
    struct session *session = open_session();
    struct rows *rows = query(session, "show synchronous_commit");
    CU_ASSERT_STRING_EQUAL(rows_text(rows, 0, 0), "on");
    rows_destroy(rows);
    rows = query(session, "show data_checksums");
    CU_ASSERT_STRING_EQUAL(rows_text(rows, 0, 0), "on");
    rows_destroy(rows);
    session_close(session);
}

static void errors_have_codes(void)
{
    struct session *session = open_session();
    struct params params;
    struct error err = {0};
    params_init(&params);
    params_int(&params, 0);
    CU_ASSERT_FALSE(session_execute(session, "absent", NULL, NULL, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INTERNAL);
    CU_ASSERT_FALSE(session_execute(session, "broken", NULL, NULL, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "42883"));
    CU_ASSERT_FALSE(session_execute(session, "divide", &params, NULL, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
    CU_ASSERT_PTR_NULL(strstr(err.message, "zero"));
    CU_ASSERT_FALSE(session_script(session, "s.sql", "select 1;\nselect 1;\nselect bad", &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "s.sql line 3"));
    CU_ASSERT_FALSE(session_query(session, "select pg_sleep(5)", NULL, NULL, &err));
    CU_ASSERT_EQUAL(err.code, ERR_UNAVAILABLE);
    CU_ASSERT(session_is_open(session));
    params_finish(&params);
    session_close(session);
}

static void failed_transaction_is_not_committed(void)
{
    struct session *session = open_session();
    struct error err = {0};
    CU_ASSERT(session_begin(session, &err));
    CU_ASSERT(session_script(session, "s", "create table t_rolled_back (a int)", &err));
    CU_ASSERT_FALSE(session_query(session, "select 1 / 0", NULL, NULL, &err));
    CU_ASSERT_FALSE(session_commit(session, &err));
    CU_ASSERT(session_begin(session, &err));
    CU_ASSERT(session_script(session, "s", "create table t_kept (a int)", &err));
    CU_ASSERT(session_commit(session, &err));
    session_rollback(session);
    session_close(session);
    CU_ASSERT_STRING_EQUAL(cluster_value("select to_regclass('t_rolled_back') is null"), "t");
    CU_ASSERT_STRING_EQUAL(cluster_value("select to_regclass('t_kept') is null"), "f");
}

#define TERMINATE_OTHERS                                                                           \
    "select pg_terminate_backend(pid) from pg_stat_activity "                                      \
    "where backend_type = 'client backend' and pid <> pg_backend_pid()"

static void loss_is_told_and_healed(void)
{
    struct session *session = open_session();
    struct error err = {0};
    struct rows *rows = NULL;
    struct params params;
    params_init(&params);
    params_int(&params, 1);
    params_int(&params, 2);
    CU_ASSERT(session_execute(session, "add", &params, NULL, &err));
    CU_ASSERT(session_begin(session, &err));
    cluster_run(TERMINATE_OTHERS);
    CU_ASSERT_FALSE(session_execute(session, "add", &params, NULL, &err));
    CU_ASSERT_EQUAL(err.code, ERR_UNAVAILABLE);
    CU_ASSERT_FALSE(session_is_open(session));
    CU_ASSERT_FALSE(session_execute(session, "add", &params, NULL, &err));
    CU_ASSERT_EQUAL(err.code, ERR_UNAVAILABLE);
    CU_ASSERT_FATAL(session_reopen(session, &err));
    CU_ASSERT_FATAL(session_execute(session, "add", &params, &rows, &err));
    CU_ASSERT_EQUAL(rows_int64(rows, 0, 0), 3);
    rows_destroy(rows);
    params_finish(&params);
    session_close(session);
}

static void notifications_wake(void)
{
    struct session *session = open_session();
    enum session_wake wake = SESSION_WAKE_TIMEOUT;
    struct session_notification notification;
    struct error err = {0};
    CU_ASSERT(session_wait(session, 20000, -1, &wake, &err));
    CU_ASSERT_EQUAL(wake, SESSION_WAKE_TIMEOUT);
    cluster_run("notify hints, 'first'; notify hints, 'second'");
    CU_ASSERT(session_wait(session, 5 * CLOCK_SECOND_US, -1, &wake, &err));
    CU_ASSERT_EQUAL(wake, SESSION_WAKE_NOTIFIED);
    CU_ASSERT(session_notification_next(session, &notification));
    CU_ASSERT_STRING_EQUAL(notification.channel, "hints");
    CU_ASSERT_STRING_EQUAL(notification.payload, "first");
    CU_ASSERT(session_notification_next(session, &notification));
    CU_ASSERT_STRING_EQUAL(notification.payload, "second");
    CU_ASSERT_FALSE(session_notification_next(session, &notification));
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    CU_ASSERT_EQUAL(write(ends[1], "x", 1), 1);
    CU_ASSERT(session_wait(session, 5 * CLOCK_SECOND_US, ends[0], &wake, &err));
    CU_ASSERT_EQUAL(wake, SESSION_WAKE_EXTRA);
    cluster_run(TERMINATE_OTHERS);
    CU_ASSERT_FALSE(session_wait(session, 5 * CLOCK_SECOND_US, -1, &wake, &err));
    CU_ASSERT_EQUAL(err.code, ERR_UNAVAILABLE);
    CU_ASSERT(session_reopen(session, &err));
    cluster_run("notify hints, 'third'");
    CU_ASSERT(session_wait(session, 5 * CLOCK_SECOND_US, -1, &wake, &err));
    CU_ASSERT(session_notification_next(session, &notification));
    CU_ASSERT_STRING_EQUAL(notification.payload, "third");
    close(ends[0]);
    close(ends[1]);
    session_close(session);
}

static void absent_database_is_unavailable(void)
{
    struct session_options options = {.conninfo = "host=/nonexistent dbname=x"};
    struct session *session;
    struct error err = {0};
    CU_ASSERT_FALSE(session_open(&options, &session, &err));
    CU_ASSERT_EQUAL(err.code, ERR_UNAVAILABLE);
    CU_ASSERT_PTR_NULL(strchr(err.message, '\n'));
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"statements are prepared once", statements_are_prepared_once},
        {"values round-trip", values_round_trip},
        {"an empty array is empty", empty_array_is_empty},
        {"commits are synchronous, pages have checksums", commits_are_synchronous},
        {"errors have codes and keep values private", errors_have_codes},
        {"a failed transaction is not committed", failed_transaction_is_not_committed},
        {"a loss is told and healed", loss_is_told_and_healed},
        {"notifications wake", notifications_wake},
        {"an absent database is unavailable", absent_database_is_unavailable},
        {0},
    };
    secret_init();
    cluster_conninfo(NULL);
    return suite_run("session", tests);
}

#include "cluster.h"
#include "suite.h"

#include <debriefd/channel.h>
#include <debriefd/clock.h>
#include <debriefd/secret.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const struct embedded_file statements[] = {
    {"insert_value.sql", "insert into t_value values ($1::integer) returning a", 0},
    {"value.sql", "select $1::integer as a", 0},
    {"sleep.sql", "select pg_sleep($1::double precision)", 0},
    {"insert_slowly.sql", "insert into t_value select $1::integer from pg_sleep(0.3)", 0},
    {"insert_deferred.sql", "insert into t_deferred values ($1::integer) returning a", 0},
    {"parse_fails.sql", "select * from t_later where a = $1::integer", 0},
    {"reshaped.sql", "select * from t_reshaped where $1::integer = $1::integer", 0},
    {"locks.sql",
     "select pg_advisory_xact_lock($1::integer), pg_sleep(0.3), pg_advisory_xact_lock(3 - $1)", 0},
    {"in_the_way.sql", "select t_in_the_way($1::integer)", 0},
    {"hint.sql", "select pg_notify('hints', $1::text)", 0},
    {0},
};

static const char *const listened[] = {"hints", NULL};

enum { OUTCOMES = 13 };

struct tally {
    int done;
    int succeeded;
    int by_code[OUTCOMES];
    int64_t sum;
    int64_t last_us;
    struct error last_error;
};

static struct event_base *base;
static int connected;
static char hint[64];

static void on_done(void *context, const struct rows *rows, const struct error *err)
{
    struct tally *tally = context;
    CU_ASSERT((rows == NULL) != (err == NULL));
    tally->done++;
    tally->last_us = clock_monotonic_us();
    if (err != NULL) {
        tally->by_code[err->code]++;
        tally->last_error = *err;
        return;
    }
    tally->succeeded++;
    if (rows_count(rows) > 0 && rows_length(rows, 0, 0) > 0)
        tally->sum += rows_int64(rows, 0, 0);
}

static void on_connected(void *context)
{
    (void)context;
    connected++;
}

static void on_notify(void *context, const char *name, const char *payload)
{
    (void)context;
    CU_ASSERT_STRING_EQUAL(name, "hints");
    snprintf(hint, sizeof hint, "%s", payload);
}

static void on_alarm(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    *(bool *)context = true;
}

/* Turns the loop until *count reaches `wanted` or 20 s are over. */
static void turn_until(const int *count, int wanted)
{
    bool is_over = false;
    struct event *alarm_event = evtimer_new(base, on_alarm, &is_over);
    struct timeval limit = {.tv_sec = 20};
    event_add(alarm_event, &limit);
    while (*count < wanted && !is_over)
        event_base_loop(base, EVLOOP_ONCE);
    event_free(alarm_event);
    CU_ASSERT_FATAL(*count >= wanted);
}

static void turn_for(int64_t duration_us)
{
    struct timeval limit = clock_timeval(duration_us);
    event_base_loopexit(base, &limit);
    event_base_dispatch(base);
}

static void turn_until_ready(const struct channel *channel)
{
    for (int i = 0; i < 2000 && !channel_is_ready(channel); i++)
        turn_for(10000);
    CU_ASSERT_FATAL(channel_is_ready(channel));
}

static struct channel_options standard_options(void)
{
    return (struct channel_options){
        .conninfo = cluster_conninfo(NULL),
        .application_name = "channel test",
        .statements = statements,
        .listen = listened,
        .notify = on_notify,
        .connected = on_connected,
    };
}

static struct channel *open_channel(void)
{
    struct channel_options options = standard_options();
    struct channel *channel = channel_create(base, &options);
    connected = 0;
    turn_until(&connected, 1);
    return channel;
}

static void execute_int(struct channel *channel, const char *statement, int value,
                        struct tally *tally)
{
    struct params params;
    params_init(&params);
    params_int(&params, value);
    channel_execute(channel, statement, &params, on_done, tally);
    params_finish(&params);
}

static void execute_text(struct channel *channel, const char *statement, const char *value,
                         struct tally *tally)
{
    struct params params;
    params_init(&params);
    params_text(&params, value);
    channel_execute(channel, statement, &params, on_done, tally);
    params_finish(&params);
}

static void terminate_channels(void)
{
    cluster_run("select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'channel test'");
}

static void many_calls_in_a_pipeline(void)
{
    enum { CALLS = 10000 };
    struct channel_options options = standard_options();
    options.queue_limit = CALLS;
    options.wait_us = 60 * CLOCK_SECOND_US;
    struct channel *channel = channel_create(base, &options);
    struct tally tally = {0};
    for (int i = 1; i <= CALLS; i++)
        execute_int(channel, "value", i, &tally);
    CU_ASSERT_EQUAL(tally.done, 0);
    turn_until(&tally.done, CALLS);
    CU_ASSERT_EQUAL(tally.succeeded, CALLS);
    CU_ASSERT_EQUAL(tally.sum, (int64_t)CALLS * (CALLS + 1) / 2);
    struct channel_counters counters = channel_counters(channel);
    CU_ASSERT_EQUAL(counters.connects, 1);
    CU_ASSERT_EQUAL(counters.completed, CALLS);
    CU_ASSERT_EQUAL(counters.in_flight + counters.waiting, 0);
    channel_destroy(channel);
}

/* Sent in one burst, so that libpq's output does not fit the socket while results come back. */
static void large_values_both_ways(void)
{
    enum { CALLS = 64, SIZE = 300000 };
    struct channel *channel = open_channel();
    struct tally tally = {0};
    char *payload = malloc(SIZE + 1);
    memset(payload, '0', SIZE);
    payload[SIZE] = '\0';
    struct params params;
    params_init(&params);
    params_text(&params, payload);
    for (int i = 0; i < CALLS; i++)
        channel_execute(channel, "hint", &params, on_done, &tally);
    turn_until(&tally.done, CALLS);
    CU_ASSERT_EQUAL(tally.by_code[ERR_INVALID], CALLS); /* 22023: payload string too long */
    params_finish(&params);
    free(payload);
    channel_destroy(channel);
}

static void full_queue_refuses_later(void)
{
    struct channel_options options = standard_options();
    options.queue_limit = 3;
    struct channel *channel = channel_create(base, &options);
    struct tally tally = {0};
    for (int i = 0; i < 5; i++)
        execute_int(channel, "value", i, &tally);
    CU_ASSERT_EQUAL(tally.done, 0);
    turn_until(&tally.done, 5);
    CU_ASSERT_EQUAL(tally.succeeded, 3);
    CU_ASSERT_EQUAL(tally.by_code[ERR_UNAVAILABLE], 2);
    CU_ASSERT_EQUAL(channel_counters(channel).refused, 2);
    channel_destroy(channel);
}

static void absent_database_fails_after_the_grace(void)
{
    struct channel_options options = standard_options();
    options.conninfo = "host=/nonexistent dbname=x";
    struct channel *channel = channel_create(base, &options);
    struct tally tally = {0};
    int64_t begin_us = clock_monotonic_us();
    execute_int(channel, "value", 1, &tally);
    turn_until(&tally.done, 1);
    int64_t waited_us = tally.last_us - begin_us;
    CU_ASSERT_EQUAL(tally.by_code[ERR_UNAVAILABLE], 1);
    CU_ASSERT(waited_us >= 600000);
    execute_int(channel, "value", 1, &tally);
    CU_ASSERT_EQUAL(tally.done, 1);
    turn_until(&tally.done, 2);
    CU_ASSERT_EQUAL(channel_counters(channel).refused, 1); /* at once, without the grace */
    channel_destroy(channel);
}

static void one_error_is_one_call(void)
{
    cluster_run("create table if not exists t_value (a integer primary key); truncate t_value;");
    struct channel *channel = open_channel();
    struct tally good = {0};
    struct tally bad = {0};
    for (int i = 0; i < 40; i++)
        execute_int(channel, "insert_value", i % 10 == 9 ? 0 : i, i % 10 == 9 ? &bad : &good);
    turn_until(&good.done, 36);
    turn_until(&bad.done, 4);
    CU_ASSERT_EQUAL(good.succeeded, 36);
    CU_ASSERT_EQUAL(bad.by_code[ERR_CONFLICT], 4);
    CU_ASSERT_STRING_EQUAL(cluster_value("select count(*) from t_value"), "36");
    channel_destroy(channel);
}

/* The statement itself succeeds; its commit does not. */
static void failure_at_commit_is_a_failure(void)
{
    cluster_run("create table if not exists t_deferred (a integer unique deferrable initially "
                "deferred); truncate t_deferred;");
    struct channel *channel = open_channel();
    struct tally first = {0};
    struct tally second = {0};
    struct tally third = {0};
    execute_int(channel, "insert_deferred", 1, &first);
    execute_int(channel, "insert_deferred", 1, &second);
    execute_int(channel, "insert_deferred", 2, &third);
    turn_until(&third.done, 1);
    CU_ASSERT_EQUAL(first.succeeded, 1);
    CU_ASSERT_EQUAL(second.by_code[ERR_CONFLICT], 1);
    CU_ASSERT_EQUAL(third.succeeded, 1);
    channel_destroy(channel);
}

static void failed_parse_is_parsed_again(void)
{
    cluster_run("drop table if exists t_later");
    struct channel *channel = open_channel();
    struct tally tally = {0};
    for (int i = 0; i < 3; i++)
        execute_int(channel, "parse_fails", i, &tally);
    turn_until(&tally.done, 3);
    CU_ASSERT_EQUAL(tally.by_code[ERR_INTERNAL], 1);
    CU_ASSERT_EQUAL(tally.by_code[ERR_UNAVAILABLE], 2);
    cluster_run("create table t_later (a integer)");
    for (int i = 0; i < 3; i++)
        execute_int(channel, "parse_fails", i, &tally);
    turn_until(&tally.done, 6);
    CU_ASSERT_EQUAL(tally.succeeded, 3);
    channel_destroy(channel);
}

/* After a migration a prepared "select *" cannot be run any more: the connection is replaced. */
static void reshaped_result_replaces_the_connection(void)
{
    cluster_run("drop table if exists t_reshaped; create table t_reshaped (a integer)");
    struct channel *channel = open_channel();
    struct tally tally = {0};
    execute_int(channel, "reshaped", 1, &tally);
    turn_until(&tally.done, 1);
    cluster_run("alter table t_reshaped add b integer");
    execute_int(channel, "reshaped", 1, &tally);
    execute_int(channel, "value", 1, &tally);
    turn_until(&tally.done, 3);
    CU_ASSERT_EQUAL(tally.by_code[ERR_UNAVAILABLE], 1);
    turn_until(&connected, 2);
    execute_int(channel, "reshaped", 1, &tally);
    turn_until(&tally.done, 4);
    CU_ASSERT_EQUAL(tally.succeeded, 3);
    channel_destroy(channel);
}

static void deadlock_is_run_again(void)
{
    struct channel *channels[] = {open_channel(), open_channel()};
    struct tally tally = {0};
    execute_int(channels[0], "locks", 1, &tally);
    execute_int(channels[1], "locks", 2, &tally);
    turn_until(&tally.done, 2);
    CU_ASSERT_EQUAL(tally.succeeded, 2);
    CU_ASSERT_EQUAL(channel_counters(channels[0]).rerun + channel_counters(channels[1]).rerun, 1);
    channel_destroy(channels[0]);
    channel_destroy(channels[1]);
}

static void always_in_the_way_is_unavailable(void)
{
    cluster_run("create sequence t_runs; create function t_in_the_way(integer) returns integer "
                "language plpgsql as $$ begin if nextval('t_runs') < $1 then raise exception using "
                "errcode = 'serialization_failure'; end if; return $1; end $$");
    struct channel *channel = open_channel();
    struct tally tally = {0};
    execute_int(channel, "in_the_way", 4, &tally);
    execute_int(channel, "value", 3, &tally);
    turn_until(&tally.done, 2);
    CU_ASSERT_EQUAL(tally.succeeded, 2);
    CU_ASSERT_EQUAL(tally.sum, 7);
    cluster_run("alter sequence t_runs restart");
    execute_int(channel, "in_the_way", 100, &tally);
    turn_until(&tally.done, 3);
    CU_ASSERT_EQUAL(tally.by_code[ERR_UNAVAILABLE], 1);
    CU_ASSERT_STRING_EQUAL(cluster_value("select last_value from t_runs"), "4");
    CU_ASSERT_EQUAL(channel_counters(channel).rerun, 6);
    channel_destroy(channel);
}

static void statement_timeout_is_unavailable(void)
{
    struct channel_options options = standard_options();
    options.statement_timeout_us = 200000;
    struct channel *channel = channel_create(base, &options);
    struct tally slow = {0};
    struct tally quick = {0};
    execute_int(channel, "sleep", 5, &slow);
    execute_int(channel, "value", 7, &quick);
    turn_until(&quick.done, 1);
    CU_ASSERT_EQUAL(slow.by_code[ERR_UNAVAILABLE], 1);
    CU_ASSERT_EQUAL(quick.sum, 7);
    CU_ASSERT_EQUAL(channel_counters(channel).losses, 0);
    channel_destroy(channel);
}

/* A lock holds what is in flight; what waits behind it is refused before its turn, and undone. */
static void waiting_too_long_is_unavailable(void)
{
    struct channel_options options = standard_options();
    options.pipeline_limit = 1;
    options.wait_us = 200000;
    struct channel *channel = channel_create(base, &options);
    struct tally slow = {0};
    struct tally waiting = {0};
    connected = 0;
    turn_until(&connected, 1);
    execute_int(channel, "sleep", 1, &slow);
    for (int i = 0; i < 3; i++)
        execute_int(channel, "value", 1, &waiting);
    turn_until(&waiting.done, 3);
    CU_ASSERT_EQUAL(waiting.by_code[ERR_UNAVAILABLE], 3);
    CU_ASSERT_EQUAL(slow.done, 0);
    turn_until(&slow.done, 1);
    CU_ASSERT_EQUAL(slow.succeeded, 1);
    execute_int(channel, "value", 1, &waiting);
    turn_until(&waiting.done, 4);
    CU_ASSERT_EQUAL(waiting.succeeded, 1);
    channel_destroy(channel);
}

static void termination_mid_flight(void)
{
    cluster_run("truncate t_value");
    struct channel *channel = open_channel();
    struct tally tally = {0};
    execute_int(channel, "value", 1, &tally);
    turn_until(&tally.done, 1);
    execute_int(channel, "insert_slowly", 1, &tally);
    for (int i = 2; i < 20; i++)
        execute_int(channel, "insert_value", i, &tally);
    turn_for(100000);
    terminate_channels();
    turn_until(&tally.done, 20);
    CU_ASSERT_EQUAL(tally.by_code[ERR_UNAVAILABLE], 19);
    CU_ASSERT_STRING_EQUAL(cluster_value("select count(*) from t_value"), "0");
    turn_until(&connected, 2);
    execute_int(channel, "insert_value", 5, &tally);
    turn_until(&tally.done, 21);
    CU_ASSERT_EQUAL(tally.succeeded, 2);
    CU_ASSERT_EQUAL(channel_counters(channel).losses, 1);
    channel_destroy(channel);
}

static void repeated_termination_loses_no_call(void)
{
    enum { ROUNDS = 25, CALLS = 40 };
    cluster_run("truncate t_value");
    struct channel *channel = open_channel();
    struct tally tally = {0};
    int submitted = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CALLS; i++)
            execute_int(channel, "insert_value", submitted++, &tally);
        turn_for(1000 * (round % 4));
        terminate_channels();
        turn_until_ready(channel);
    }
    turn_until(&tally.done, submitted);
    CU_ASSERT_EQUAL(tally.done, submitted);
    int stored = atoi(cluster_value("select count(*) from t_value"));
    CU_ASSERT(stored >= tally.succeeded);
    CU_ASSERT(stored <= tally.succeeded + tally.by_code[ERR_TIMEOUT]);
    CU_ASSERT(tally.succeeded > 0);
    channel_destroy(channel);
}

/* A termination does not cost processor time: the loop sleeps through the backoff. */
static void loss_does_not_spin(void)
{
    struct channel_options options = standard_options();
    options.conninfo = "host=/nonexistent dbname=x";
    struct channel *channel = channel_create(base, &options);
    clock_t begin = clock();
    turn_for(CLOCK_SECOND_US);
    CU_ASSERT(clock() - begin < CLOCKS_PER_SEC / 2);
    channel_destroy(channel);
}

/* Something that accepts connections and never answers. */
static void silent_server_is_given_up(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.80s/.s.PGSQL.5432",
             cluster_scratch_directory());
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL_FATAL(listen(listener, 16), 0);
    char conninfo[420];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=x", cluster_scratch_directory());
    struct channel_options options = standard_options();
    options.conninfo = conninfo;
    options.connect_timeout_us = 100000;
    struct channel *channel = channel_create(base, &options);
    turn_for(600000);
    int tries = 0;
    int flags = fcntl(listener, F_GETFL);
    fcntl(listener, F_SETFL, flags | O_NONBLOCK);
    for (int fd = accept(listener, NULL, NULL); fd >= 0; fd = accept(listener, NULL, NULL)) {
        close(fd);
        tries++;
    }
    CU_ASSERT(tries >= 2);
    CU_ASSERT_EQUAL(channel_counters(channel).connects, 0);
    channel_destroy(channel);
    close(listener);
    unlink(address.sun_path);
}

static void notifications_survive_a_reconnect(void)
{
    struct channel *channel = open_channel();
    struct tally tally = {0};
    execute_text(channel, "hint", "one", &tally);
    turn_until(&tally.done, 1);
    for (int i = 0; i < 100 && hint[0] == '\0'; i++)
        turn_for(10000);
    CU_ASSERT_STRING_EQUAL(hint, "one");
    terminate_channels();
    turn_until(&connected, 2);
    hint[0] = '\0';
    cluster_run("notify hints, 'two'"); /* the channel is idle */
    for (int i = 0; i < 100 && hint[0] == '\0'; i++)
        turn_for(10000);
    CU_ASSERT_STRING_EQUAL(hint, "two");
    channel_destroy(channel);
}

static void stuck_server_is_dropped(void)
{
    struct channel_options options = standard_options();
    options.statement_timeout_us = 100000;
    struct channel *channel = channel_create(base, &options);
    connected = 0;
    turn_until(&connected, 1);
    int pid = atoi(
        cluster_value("select pid from pg_stat_activity where application_name = 'channel test'"));
    CU_ASSERT_FATAL(pid > 1);
    struct tally tally = {0};
    kill(pid, SIGSTOP);
    int64_t begin_us = clock_monotonic_us();
    execute_int(channel, "value", 1, &tally);
    turn_until(&tally.done, 1);
    int64_t waited_us = clock_monotonic_us() - begin_us;
    kill(pid, SIGCONT);
    CU_ASSERT_EQUAL(tally.by_code[ERR_TIMEOUT], 1);
    CU_ASSERT(waited_us >= 2 * CLOCK_SECOND_US);
    turn_until(&connected, 2);
    execute_int(channel, "value", 1, &tally);
    turn_until(&tally.done, 2);
    CU_ASSERT_EQUAL(tally.succeeded, 1);
    channel_destroy(channel);
}

static void server_killed_and_restarted(void)
{
    struct channel *channel = open_channel();
    struct tally tally = {0};
    execute_int(channel, "sleep", 3, &tally);
    turn_for(100000);
    cluster_kill();
    turn_until(&tally.done, 1);
    CU_ASSERT_EQUAL(tally.by_code[ERR_TIMEOUT] + tally.by_code[ERR_UNAVAILABLE], 1);
    execute_int(channel, "value", 1, &tally);
    turn_until(&tally.done, 2);
    CU_ASSERT_EQUAL(tally.succeeded, 0);
    cluster_restart();
    turn_until(&connected, 2);
    execute_int(channel, "value", 1, &tally);
    turn_until(&tally.done, 3);
    CU_ASSERT_EQUAL(tally.succeeded, 1);
    channel_destroy(channel);
}

static void destroy_ends_every_call(void)
{
    struct channel_options options = standard_options();
    options.pipeline_limit = 2;
    struct channel *channel = channel_create(base, &options);
    struct tally tally = {0};
    connected = 0;
    turn_until(&connected, 1);
    for (int i = 0; i < 5; i++)
        execute_int(channel, "sleep", 1, &tally);
    turn_for(50000);
    channel_destroy(channel);
    CU_ASSERT_EQUAL(tally.done, 5);
    CU_ASSERT_EQUAL(tally.by_code[ERR_TIMEOUT], 2);
    CU_ASSERT_EQUAL(tally.by_code[ERR_UNAVAILABLE], 3);
    channel_destroy(NULL);
    channel = channel_create(base, &options);
    execute_int(channel, "value", 1, &tally);
    channel_destroy(channel);
    CU_ASSERT_EQUAL(tally.done, 6);
}

static void unnamed_statements_leave_nothing(void)
{
    struct channel_options options = standard_options();
    options.naming = CHANNEL_UNNAMED;
    struct channel *channel = channel_create(base, &options);
    struct tally tally = {0};
    for (int i = 0; i < 10; i++)
        execute_int(channel, "value", i, &tally);
    turn_until(&tally.done, 10);
    CU_ASSERT_EQUAL(tally.sum, 45);
    channel_destroy(channel);
}

struct chain {
    struct channel *channel;
    int left;
    int done;
};

static void resubmit(void *context, const struct rows *rows, const struct error *err)
{
    struct chain *chain = context;
    (void)rows;
    CU_ASSERT_PTR_NULL(err);
    chain->done++;
    if (--chain->left > 0) {
        struct params params;
        params_init(&params);
        params_int(&params, 1);
        channel_execute(chain->channel, "value", &params, resubmit, chain);
        params_finish(&params);
    }
}

static void callbacks_may_submit(void)
{
    struct channel *channel = open_channel();
    struct chain chain = {.channel = channel, .left = 50};
    struct params params;
    params_init(&params);
    params_int(&params, 1);
    channel_execute(channel, "value", &params, resubmit, &chain);
    params_finish(&params);
    turn_until(&chain.done, 50);
    channel_destroy(channel);
}

static void pool_chooses_the_least_loaded(void)
{
    struct channel_options options = standard_options();
    struct channel_pool *pool = channel_pool_create(base, 3, &options);
    struct tally tally = {0};
    connected = 0;
    turn_until(&connected, 3);
    for (int i = 0; i < 9; i++)
        execute_int(channel_pool_choose(pool), "value", 1, &tally);
    for (size_t i = 0; i < channel_pool_size(pool); i++)
        CU_ASSERT_EQUAL(channel_counters(channel_pool_at(pool, i)).in_flight, 3);
    turn_until(&tally.done, 9);
    channel_pool_destroy(pool);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"10,000 calls in a pipeline", many_calls_in_a_pipeline},
        {"large values", large_values_both_ways},
        {"a full queue refuses, later", full_queue_refuses_later},
        {"an absent database fails after the grace", absent_database_fails_after_the_grace},
        {"one error is one call", one_error_is_one_call},
        {"a failure at commit is a failure", failure_at_commit_is_a_failure},
        {"a failed parse is parsed again", failed_parse_is_parsed_again},
        {"a reshaped result replaces the connection", reshaped_result_replaces_the_connection},
        {"a deadlock is run again", deadlock_is_run_again},
        {"always in the way is unavailable", always_in_the_way_is_unavailable},
        {"a statement timeout is unavailable", statement_timeout_is_unavailable},
        {"waiting too long is unavailable", waiting_too_long_is_unavailable},
        {"termination mid-flight", termination_mid_flight},
        {"repeated termination loses no call", repeated_termination_loses_no_call},
        {"a loss does not spin", loss_does_not_spin},
        {"a silent server is given up", silent_server_is_given_up},
        {"notifications survive a reconnect", notifications_survive_a_reconnect},
        {"a stuck server is dropped", stuck_server_is_dropped},
        {"destroy ends every call", destroy_ends_every_call},
        {"unnamed statements", unnamed_statements_leave_nothing},
        {"callbacks may submit", callbacks_may_submit},
        {"a pool chooses the least loaded", pool_chooses_the_least_loaded},
        {"a server killed and restarted", server_killed_and_restarted},
        {0},
    };
    secret_init();
    cluster_conninfo(NULL);
    base = event_base_new();
    int code = suite_run("channel", tests);
    event_base_free(base);
    return code;
}

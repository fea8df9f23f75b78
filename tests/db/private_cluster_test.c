#include "cluster.h"
#include "suite.h"

#include <debriefd/child.h>
#include <debriefd/clock.h>
#include <debriefd/postgres_binaries.h>
#include <debriefd/private_cluster.h>
#include <debriefd/secret.h>
#include <debriefd/session.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_US (60 * CLOCK_SECOND_US)
#define STOP_US  (20 * CLOCK_SECOND_US)

static char directory[400];

static const char *server_user(void)
{
    if (geteuid() != 0)
        return NULL;
    return getpwnam("postgres") != NULL ? "postgres" : "nobody";
}

static struct private_cluster *start_in(const char *where, const char *settings)
{
    static const char *const roles[] = {"debrief_reader", NULL};
    struct private_cluster_options options = {.directory = where,
                                              .user = server_user(),
                                              .roles = roles,
                                              .settings = settings,
                                              .durability = PRIVATE_CLUSTER_DISPOSABLE};
    struct private_cluster *cluster = NULL;
    struct error err = {0};
    bool is_started = private_cluster_start(&options, &cluster, &err) &&
                      private_cluster_wait_ready(cluster, READY_US, &err);
    if (!is_started)
        fprintf(stderr, "%s\n", err.message);
    CU_ASSERT_FATAL(is_started);
    return cluster;
}

static void stop(struct private_cluster *cluster)
{
    struct error err = {0};
    CU_ASSERT(private_cluster_stop(cluster, PRIVATE_CLUSTER_FAST, STOP_US, &err));
    CU_ASSERT_FALSE(private_cluster_is_running(cluster));
    private_cluster_destroy(cluster);
}

static bool run_as(const struct private_cluster *cluster, const char *role, const char *sql,
                   struct error *err)
{
    struct buf conninfo;
    buf_init(&conninfo);
    private_cluster_conninfo(cluster, role, &conninfo);
    struct session_options options = {.conninfo = buf_text(&conninfo)};
    struct session *session = NULL;
    bool is_done =
        session_open(&options, &session, err) && session_script(session, "test", sql, err);
    session_close(session);
    buf_finish(&conninfo);
    return is_done;
}

static void run(const struct private_cluster *cluster, const char *sql)
{
    struct error err = {0};
    bool is_done = run_as(cluster, PRIVATE_CLUSTER_SUPERUSER, sql, &err);
    if (!is_done)
        fprintf(stderr, "%s\n", err.message);
    CU_ASSERT(is_done);
}

static void starts_stops_and_remembers(void)
{
    struct private_cluster *cluster = start_in(directory, NULL);
    CU_ASSERT_FALSE(private_cluster_is_adopted(cluster));
    CU_ASSERT(private_cluster_is_running(cluster));
    run(cluster, "create table kept (a int); insert into kept values (1)");
    stop(cluster);
    cluster = start_in(directory, "work_mem = '7MB'");
    run(cluster, "do $$ begin assert (select count(*) from kept) = 1; "
                 "assert current_setting('work_mem') = '7MB'; "
                 "assert current_setting('listen_addresses') = ''; "
                 "assert current_setting('data_checksums') = 'on'; "
                 "assert current_setting('server_encoding') = 'UTF8'; "
                 "assert (select datcollate from pg_database where datname = "
                 "current_database()) = 'C.UTF-8'; end $$");
    stop(cluster);
}

static void only_known_roles_may_connect(void)
{
    struct private_cluster *cluster = start_in(directory, NULL);
    struct error err = {0};
    run(cluster, "create role debrief_reader login; create role debrief_stranger login");
    CU_ASSERT(run_as(cluster, "debrief_reader", "select 1", &err));
    CU_ASSERT_FALSE(run_as(cluster, "debrief_stranger", "select 1", &err));
    CU_ASSERT_EQUAL(err.code, ERR_UNAVAILABLE);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "Peer authentication failed"));
    stop(cluster);
}

static void recovers_from_a_kill(void)
{
    struct private_cluster *cluster = start_in(directory, NULL);
    run(cluster, "create table survives (a int); insert into survives values (1)");
    kill(private_cluster_pid(cluster), SIGKILL);
    while (private_cluster_is_running(cluster))
        usleep(1000);
    private_cluster_destroy(cluster);
    cluster = start_in(directory, NULL); /* the pid file of the killed one is still there */
    run(cluster, "do $$ begin assert (select count(*) from survives) = 1; end $$");
    stop(cluster);
}

static void adopts_a_living_server(void)
{
    struct private_cluster *cluster = start_in(directory, NULL);
    pid_t pid = private_cluster_pid(cluster);
    struct private_cluster *adopted = start_in(directory, NULL);
    CU_ASSERT(private_cluster_is_adopted(adopted));
    CU_ASSERT_EQUAL(private_cluster_pid(adopted), pid);
    run(adopted, "select 1");
    private_cluster_destroy(cluster);
    /* This process is the server's parent here, so nobody else reaps it. */
    struct error err = {0};
    CU_ASSERT(private_cluster_stop(adopted, PRIVATE_CLUSTER_FAST, STOP_US, &err));
    CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
    private_cluster_destroy(adopted);
}

/* The server gets its death signal and shuts down while the next supervisor is starting. */
static void follows_a_killed_supervisor(void)
{
    int ends[2];
    CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
    pid_t supervisor = fork();
    if (supervisor == 0) {
        struct private_cluster *cluster = start_in(directory, NULL);
        pid_t pid = private_cluster_pid(cluster);
        ssize_t written = write(ends[1], &pid, sizeof pid);
        (void)written;
        pause();
        _exit(EXIT_SUCCESS);
    }
    pid_t pid = 0;
    CU_ASSERT_EQUAL_FATAL(read(ends[0], &pid, sizeof pid), sizeof pid);
    close(ends[0]);
    close(ends[1]);
    kill(supervisor, SIGKILL);
    waitpid(supervisor, NULL, 0);
    struct private_cluster *cluster = start_in(directory, NULL);
    run(cluster, "select 1");
    stop(cluster);
}

static void long_paths_use_another_socket(void)
{
    char deep[400];
    snprintf(deep, sizeof deep, "%s/%0100d", cluster_scratch_directory(), 7);
    struct private_cluster *cluster = start_in(deep, NULL);
    CU_ASSERT_EQUAL(strncmp(private_cluster_host(cluster), "/tmp/debriefd-", 14), 0);
    struct stat status;
    CU_ASSERT_EQUAL(stat(private_cluster_host(cluster), &status), 0);
    CU_ASSERT_EQUAL(status.st_mode & 077, 0);
    char host[512];
    snprintf(host, sizeof host, "%s", private_cluster_host(cluster));
    run(cluster, "select 1");
    stop(cluster);
    CU_ASSERT_EQUAL(rmdir(host), 0);
}

static void interrupted_initdb_is_no_cluster(void)
{
    char where[400];
    char left[420];
    struct error err = {0};
    snprintf(where, sizeof where, "%s/interrupted", cluster_scratch_directory());
    snprintf(left, sizeof left, "%s/data.new", where);
    const char *const argv[] = {"/bin/mkdir", "-p", left, NULL};
    struct child_options make = {.argv = argv};
    CU_ASSERT(child_run(&make, STOP_US, &err));
    snprintf(left, sizeof left, "%s/data.new/base", where);
    CU_ASSERT(child_run(&make, STOP_US, &err));
    if (geteuid() == 0) {
        const char *const give[] = {"/bin/chown", "-R", server_user(), where, NULL};
        CU_ASSERT(child_run(&(struct child_options){.argv = give}, STOP_US, &err));
    }
    struct private_cluster *cluster = start_in(where, NULL);
    stop(cluster);
}

static void another_major_version_is_refused(void)
{
    char version[420];
    snprintf(version, sizeof version, "%s/data/PG_VERSION", directory);
    FILE *file = fopen(version, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fputs("9\n", file);
    fclose(file);
    struct private_cluster_options options = {.directory = directory, .user = server_user()};
    struct private_cluster *cluster = NULL;
    struct error err = {0};
    CU_ASSERT_FALSE(private_cluster_start(&options, &cluster, &err));
    CU_ASSERT_EQUAL(err.code, ERR_CONFLICT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "PostgreSQL 9"));
    CU_ASSERT_PTR_NULL(cluster);
}

static void broken_settings_are_told(void)
{
    char where[400];
    snprintf(where, sizeof where, "%s/broken", cluster_scratch_directory());
    struct private_cluster_options options = {.directory = where,
                                              .user = server_user(),
                                              .settings = "no_such_setting = 1",
                                              .durability = PRIVATE_CLUSTER_DISPOSABLE};
    struct private_cluster *cluster = NULL;
    struct error err = {0};
    CU_ASSERT_FATAL(private_cluster_start(&options, &cluster, &err));
    CU_ASSERT_FALSE(private_cluster_wait_ready(cluster, READY_US, &err));
    CU_ASSERT_EQUAL(err.code, ERR_SYSTEM);
    private_cluster_destroy(cluster);
}

static void root_needs_a_user(void)
{
    struct private_cluster_options options = {.directory = directory};
    struct private_cluster *cluster = NULL;
    struct error err = {0};
    if (geteuid() != 0)
        return;
    CU_ASSERT_FALSE(private_cluster_start(&options, &cluster, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "root"));
}

static void children_are_told_apart(void)
{
    struct error err = {0};
    const char *const absent[] = {"/nonexistent/program", NULL};
    const char *const failing[] = {"/bin/false", NULL};
    const char *const slow[] = {"/bin/sleep", "30", NULL};
    CU_ASSERT_FALSE(child_run(&(struct child_options){.argv = absent}, STOP_US, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "/nonexistent/program"));
    CU_ASSERT_FALSE(child_run(&(struct child_options){.argv = failing}, STOP_US, &err));
    CU_ASSERT_EQUAL(err.code, ERR_SYSTEM);
    CU_ASSERT_FALSE(child_run(&(struct child_options){.argv = slow}, 50000, &err));
    CU_ASSERT_EQUAL(err.code, ERR_TIMEOUT);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"starts, stops and remembers", starts_stops_and_remembers},
        {"only known roles may connect", only_known_roles_may_connect},
        {"recovers from kill -9", recovers_from_a_kill},
        {"adopts a living server", adopts_a_living_server},
        {"follows a killed supervisor", follows_a_killed_supervisor},
        {"long paths use another socket", long_paths_use_another_socket},
        {"an interrupted initdb is no cluster", interrupted_initdb_is_no_cluster},
        {"another major version is refused", another_major_version_is_refused},
        {"broken settings are told", broken_settings_are_told},
        {"root needs a user", root_needs_a_user},
        {"children are told apart", children_are_told_apart},
        {0},
    };
    struct postgres_binaries binaries;
    struct error err;
    secret_init();
    if (!postgres_binaries_find(0, &binaries, &err)) {
        printf("SKIPPED: %s\n", err.message);
        return SUITE_SKIPPED;
    }
    snprintf(directory, sizeof directory, "%s/pg", cluster_scratch_directory());
    return suite_run("private_cluster", tests);
}

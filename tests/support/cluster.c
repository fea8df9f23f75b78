#include "cluster.h"

#include "suite.h"
#include <debriefd/child.h>
#include <debriefd/clock.h>
#include <debriefd/postgres_binaries.h>
#include <debriefd/private_cluster.h>
#include <debriefd/session.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_TIMEOUT_US (120 * CLOCK_SECOND_US)
#define STOP_TIMEOUT_US  (20 * CLOCK_SECOND_US)

static struct private_cluster *cluster;
static const char *const *cluster_roles;
static char root_directory[300];
static struct buf superuser_conninfo;
static struct buf role_conninfo;

static _Noreturn void give_up(const char *what, const struct error *err)
{
    fprintf(stderr, "%s: %s\n", what, err->message);
    exit(EXIT_FAILURE);
}

static const char *server_user(void)
{
    if (geteuid() != 0)
        return NULL;
    return getpwnam("postgres") != NULL ? "postgres" : "nobody";
}

/* The watcher reads a pipe whose only writer is the test: end of file is the test's end, however it
 * came. By then the server has had its death signal; what it still writes is removed again. */
static void watch(const char *directory)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        abort();
    fflush(NULL);
    if (fork() > 0) {
        close(ends[0]);
        return;
    }
    close(ends[1]);
    setsid();
    for (int fd = 0; fd <= 2; fd++)
        close(fd);
    char byte;
    while (read(ends[0], &byte, 1) > 0)
        continue;
    static const char script[] = "for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf \"$0\" 2>/dev/null; "
                                 "sleep 0.3; test -e \"$0\" || break; done";
    execl("/bin/sh", "sh", "-c", script, directory, (char *)NULL);
    _exit(EXIT_FAILURE);
}

const char *cluster_scratch_directory(void)
{
    if (root_directory[0] != '\0')
        return root_directory;
    const char *base = getenv("TMPDIR");
    snprintf(root_directory, sizeof root_directory, "%.200s/debriefd-test-XXXXXX",
             base != NULL ? base : "/tmp");
    if (mkdtemp(root_directory) == NULL) {
        perror(root_directory);
        exit(EXIT_FAILURE);
    }
    if (geteuid() == 0 && chmod(root_directory, 0711) != 0)
        perror(root_directory);
    watch(root_directory);
    return root_directory;
}

static void stop(void)
{
    struct error err;
    if (cluster != NULL &&
        !private_cluster_stop(cluster, PRIVATE_CLUSTER_IMMEDIATE, STOP_TIMEOUT_US, &err))
        fprintf(stderr, "%s\n", err.message);
    private_cluster_destroy(cluster);
    cluster = NULL;
    buf_finish(&superuser_conninfo);
    buf_finish(&role_conninfo);
}

static void start(void)
{
    char directory[320];
    snprintf(directory, sizeof directory, "%s/pg", cluster_scratch_directory());
    struct private_cluster_options options = {
        .directory = directory,
        .user = server_user(),
        .roles = cluster_roles,
        .durability = PRIVATE_CLUSTER_DISPOSABLE,
    };
    struct error err;
    if (!private_cluster_start(&options, &cluster, &err) ||
        !private_cluster_wait_ready(cluster, READY_TIMEOUT_US, &err))
        give_up("cannot start a scratch cluster", &err);
}

static void skip_without_postgres(void)
{
    struct postgres_binaries binaries;
    struct error err;
    if (postgres_binaries_find(0, &binaries, &err))
        return;
    printf("SKIPPED: %s\n", err.message);
    exit(SUITE_SKIPPED);
}

const char *cluster_conninfo(const char *const *roles)
{
    if (cluster == NULL) {
        skip_without_postgres();
        cluster_roles = roles;
        start();
        atexit(stop);
        private_cluster_conninfo(cluster, PRIVATE_CLUSTER_SUPERUSER, &superuser_conninfo);
    }
    return buf_text(&superuser_conninfo);
}

const char *cluster_conninfo_as(const char *role)
{
    buf_clear(&role_conninfo);
    private_cluster_conninfo(cluster, role, &role_conninfo);
    return buf_text(&role_conninfo);
}

struct session *cluster_session(void)
{
    struct session_options options = {.conninfo = cluster_conninfo(NULL),
                                      .application_name = "debriefd test"};
    struct session *session;
    struct error err;
    if (!session_open(&options, &session, &err))
        give_up("cannot connect", &err);
    return session;
}

void cluster_run(const char *sql)
{
    struct session *session = cluster_session();
    struct error err;
    if (!session_script(session, "test SQL", sql, &err))
        give_up(sql, &err);
    session_close(session);
}

const char *cluster_value(const char *sql)
{
    static char value[1000];
    struct session *session = cluster_session();
    struct rows *rows;
    struct error err;
    if (!session_query(session, sql, NULL, &rows, &err))
        give_up(sql, &err);
    snprintf(value, sizeof value, "%s", rows_count(rows) > 0 ? rows_text(rows, 0, 0) : "");
    rows_destroy(rows);
    session_close(session);
    return value;
}

void cluster_kill(void)
{
    kill(private_cluster_pid(cluster), SIGKILL);
    while (private_cluster_is_running(cluster))
        usleep(1000);
}

void cluster_restart(void)
{
    private_cluster_destroy(cluster);
    cluster = NULL;
    start();
}

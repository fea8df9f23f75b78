#include <debriefd/private_cluster.h>

#include "bootstrap.h"
#include "cluster_files.h"
#include "libpq.h"
#include <debriefd/child.h>
#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/postgres_binaries.h>
#include <debriefd/session.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define INITDB_TIMEOUT_US   (180 * CLOCK_SECOND_US)
#define POLL_INTERVAL_US    20000
#define RESTART_INTERVAL_US 200000
#define RESTART_LIMIT       50
#define KILL_TIMEOUT_US     (10 * CLOCK_SECOND_US)

struct private_cluster {
    char directory[512];
    char socket_directory[512];
    char *user; /* NULL: this process's */
    struct postgres_binaries binaries;
    pid_t pid;        /* 0 once it is known to have ended */
    bool is_adopted;  /* no child of this process */
    bool was_unclean; /* an earlier server left its pid file behind */
    int restarts;     /* attempts after such a one */
};

static bool choose_binaries(struct private_cluster *cluster, struct error *err)
{
    int made_by = cluster_data_version(cluster->directory);
    if (postgres_binaries_find(made_by, &cluster->binaries, err))
        return true;
    if (made_by == 0)
        return false;
    return error_set(
        err, ERR_CONFLICT,
        "the cluster in %s was made by PostgreSQL %d, which is not installed: dump and "
        "restore it to upgrade",
        cluster->directory, made_by);
}

static bool remove_unfinished(const struct private_cluster *cluster, const char *path,
                              struct error *err)
{
    const char *const argv[] = {"/bin/rm", "-rf", path, NULL};
    struct child_options options = {.argv = argv, .user = cluster->user};
    return access(path, F_OK) != 0 || child_run(&options, INITDB_TIMEOUT_US, err);
}

static bool run_initdb(const struct private_cluster *cluster,
                       enum private_cluster_durability durability, const char *target,
                       struct error *err)
{
    char program[600];
    snprintf(program, sizeof program, "%s/initdb", cluster->binaries.directory);
    const char *const argv[] = {program,
                                "-D",
                                target,
                                "-U",
                                PRIVATE_CLUSTER_SUPERUSER,
                                "--encoding=UTF8",
                                "--locale=C.UTF-8",
                                "--auth=peer",
                                "--data-checksums",
                                "--no-instructions",
                                durability == PRIVATE_CLUSTER_DISPOSABLE ? "--no-sync" : NULL,
                                NULL};
    int quiet_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct child_options options = {
        .argv = argv, .user = cluster->user, .output_fd = quiet_fd < 0 ? 0 : quiet_fd};
    bool is_made = child_run(&options, INITDB_TIMEOUT_US, err);
    if (quiet_fd >= 0)
        close(quiet_fd);
    return is_made;
}

/* Made aside and renamed, so that an interrupted initdb never looks like a cluster. */
static bool make_data(const struct private_cluster *cluster,
                      enum private_cluster_durability durability, struct error *err)
{
    if (cluster_data_version(cluster->directory) != 0)
        return true;
    char aside[600];
    char data[600];
    snprintf(aside, sizeof aside, "%s/data.new", cluster->directory);
    snprintf(data, sizeof data, "%s/data", cluster->directory);
    if (!remove_unfinished(cluster, aside, err) || !run_initdb(cluster, durability, aside, err))
        return false;
    if (rename(aside, data) != 0)
        return error_set_errno(err, errno, "cannot rename %s", aside);
    log_info("cluster_created", "major=%d", cluster->binaries.major);
    return true;
}

static bool start_server(struct private_cluster *cluster, struct error *err)
{
    char program[600];
    char data[600];
    char settings[600];
    snprintf(program, sizeof program, "%s/postgres", cluster->binaries.directory);
    snprintf(data, sizeof data, "%s/data", cluster->directory);
    snprintf(settings, sizeof settings, "config_file=%s/postgresql.conf", cluster->directory);
    const char *const argv[] = {program, "-D", data, "-c", settings, NULL};
    struct child_options options = {
        .argv = argv, .user = cluster->user, .death_signal = SIGINT, .owns_group = true};
    return child_start(&options, &cluster->pid, err);
}

static bool adopt(struct private_cluster *cluster)
{
    struct postmaster_file file;
    if (!cluster_postmaster_read(cluster->directory, &file))
        return false;
    cluster->was_unclean = true;
    if (!cluster_postmaster_is_alive(cluster->directory, file.pid))
        return false;
    cluster->pid = file.pid;
    cluster->is_adopted = true;
    if (file.socket_directory[0] != '\0')
        snprintf(cluster->socket_directory, sizeof cluster->socket_directory, "%s",
                 file.socket_directory);
    kill(cluster->pid, SIGHUP); /* it reads the settings written just now */
    log_warn("cluster_adopted", "pid=%d", (int)cluster->pid);
    return true;
}

static bool start(struct private_cluster *cluster, const struct private_cluster_options *options,
                  struct error *err)
{
    if (geteuid() == 0 && options->user == NULL)
        return error_set(err, ERR_SYSTEM, "PostgreSQL does not run as root: a user is needed");
    return cluster_directories_make(options, cluster->directory, cluster->socket_directory, err) &&
           choose_binaries(cluster, err) && make_data(cluster, options->durability, err) &&
           cluster_settings_write(options, cluster->directory, cluster->socket_directory, err) &&
           (adopt(cluster) || start_server(cluster, err));
}

bool private_cluster_start(const struct private_cluster_options *options,
                           struct private_cluster **cluster, struct error *err)
{
    struct private_cluster *started = xcalloc(sizeof *started);
    if (options->user != NULL && geteuid() == 0)
        started->user = xstrdup(options->user);
    if (!start(started, options, err)) {
        private_cluster_destroy(started);
        return false;
    }
    *cluster = started;
    return true;
}

bool private_cluster_is_running(struct private_cluster *cluster)
{
    if (cluster->pid == 0)
        return false;
    int status;
    struct error ignored;
    bool has_ended = cluster->is_adopted
                         ? !cluster_postmaster_is_alive(cluster->directory, cluster->pid)
                         : child_wait(cluster->pid, 0, &status, &ignored);
    if (has_ended)
        cluster->pid = 0;
    return !has_ended;
}

static PGPing ping(const struct private_cluster *cluster)
{
    const char *const keywords[] = {"host", "port", "dbname", "user", "connect_timeout", NULL};
    const char *const values[] = {cluster->socket_directory, "5432", "postgres",
                                  PRIVATE_CLUSTER_SUPERUSER, "2",    NULL};
    return PQpingParams(keywords, values, 0);
}

static bool create_database(struct session *session, struct error *err)
{
    struct params params;
    params_init(&params);
    params_text(&params, PRIVATE_CLUSTER_DATABASE);
    struct rows *rows;
    bool is_asked = session_query(session, bootstrap_sql("database_exists"), &params, &rows, err);
    params_finish(&params);
    if (!is_asked)
        return false;
    bool exists = rows_bool(rows, 0, 0);
    rows_destroy(rows);
    return exists ||
           session_script(session, "database_create.sql", bootstrap_sql("database_create"), err);
}

static void append_conninfo(const struct private_cluster *cluster, const char *database,
                            const char *role, struct buf *conninfo)
{
    buf_printf(conninfo, "host='%s' port=5432 dbname=%s user=%s", cluster->socket_directory,
               database, role);
}

static bool ensure_database(const struct private_cluster *cluster, struct error *err)
{
    struct buf conninfo;
    buf_init(&conninfo);
    append_conninfo(cluster, "postgres", PRIVATE_CLUSTER_SUPERUSER, &conninfo);
    struct session_options options = {.conninfo = buf_text(&conninfo),
                                      .application_name = "debriefd cluster"};
    struct session *session;
    bool is_open = session_open(&options, &session, err);
    bool is_ready = is_open && create_database(session, err);
    if (is_open)
        session_close(session);
    buf_finish(&conninfo);
    return is_ready;
}

/* After a kill -9 the dead server's children hold its shared memory for a moment, and a new server
 * refuses to start until they are gone; and an adopted one may have been on its way down. */
static bool start_again(struct private_cluster *cluster, struct error *err)
{
    if (!cluster->was_unclean || cluster->restarts++ == RESTART_LIMIT)
        return error_set(err, ERR_SYSTEM, "PostgreSQL ended while starting: see %s/log",
                         cluster->directory);
    usleep(RESTART_INTERVAL_US);
    cluster->is_adopted = false;
    return start_server(cluster, err);
}

bool private_cluster_wait_ready(struct private_cluster *cluster, int64_t timeout_us,
                                struct error *err)
{
    int64_t deadline_us = clock_monotonic_us() + timeout_us;
    while (clock_monotonic_us() < deadline_us) {
        if (!private_cluster_is_running(cluster) && !start_again(cluster, err))
            return false;
        if (ping(cluster) == PQPING_OK)
            return ensure_database(cluster, err);
        usleep(POLL_INTERVAL_US);
    }
    return error_set(err, ERR_TIMEOUT, "PostgreSQL is not ready yet: see %s/log",
                     cluster->directory);
}

void private_cluster_conninfo(const struct private_cluster *cluster, const char *role,
                              struct buf *conninfo)
{
    append_conninfo(cluster, PRIVATE_CLUSTER_DATABASE, role, conninfo);
}

const char *private_cluster_host(const struct private_cluster *cluster)
{
    return cluster->socket_directory;
}

const char *private_cluster_binaries(const struct private_cluster *cluster)
{
    return cluster->binaries.directory;
}

pid_t private_cluster_pid(const struct private_cluster *cluster)
{
    return cluster->pid;
}

bool private_cluster_is_adopted(const struct private_cluster *cluster)
{
    return cluster->is_adopted;
}

static bool wait_until_ended(struct private_cluster *cluster, int64_t timeout_us)
{
    int64_t deadline_us = clock_monotonic_us() + timeout_us;
    while (private_cluster_is_running(cluster)) {
        if (clock_monotonic_us() >= deadline_us)
            return false;
        usleep(POLL_INTERVAL_US);
    }
    return true;
}

bool private_cluster_stop(struct private_cluster *cluster, enum private_cluster_stop mode,
                          int64_t timeout_us, struct error *err)
{
    if (!private_cluster_is_running(cluster))
        return true;
    kill(cluster->pid, mode == PRIVATE_CLUSTER_FAST ? SIGINT : SIGQUIT);
    if (wait_until_ended(cluster, timeout_us))
        return true;
    log_warn("cluster_stop_forced", "pid=%d", (int)cluster->pid);
    kill(cluster->pid, SIGQUIT);
    return wait_until_ended(cluster, KILL_TIMEOUT_US) ||
           error_set(err, ERR_TIMEOUT, "PostgreSQL does not stop");
}

void private_cluster_destroy(struct private_cluster *cluster)
{
    if (cluster == NULL)
        return;
    free(cluster->user);
    free(cluster);
}

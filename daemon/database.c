#include <debriefd/database.h>

#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/embedded.h>
#include <debriefd/log.h>
#include <debriefd/postgres_binaries.h>
#include <debriefd/private_cluster.h>
#include <debriefd/privileges.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define READY_US (120 * CLOCK_SECOND_US)
#define STOP_US  (30 * CLOCK_SECOND_US)

/* Revived every turn until it succeeds, so that one attempt need not wait long. */
#define REVIVE_US (2 * CLOCK_SECOND_US)
#define LOOK_US   50000

struct database {
    const struct config *config;
    struct private_cluster *cluster; /* NULL: configured */
    int lock;                        /* held while at least 0 */
    struct buf admin;
};

/* Statements are short; the JIT compiler would take longer than they do. */
static const char settings[] = "jit = off\n"
                               "shared_buffers = 128MB\n"
                               "max_wal_size = 2GB\n"
                               "checkpoint_timeout = 15min\n";

static const char *const roles[] = {"debriefd_serve", "debriefd_work",    "debriefd_send",
                                    "debriefd_dash",  "debriefd_privacy", NULL};

static bool make_directory(const char *path, const char *user, struct error *err)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return error_set_errno(err, errno, "cannot make %s", path);
    return privileges_give(path, user, err);
}

/* One process at a time makes, starts or owns the cluster. The kernel lets go when it dies. */
static bool lock_cluster(struct database *database, int64_t patience_us, struct error *err)
{
    char path[1100];
    snprintf(path, sizeof path, "%s/cluster.lock", database->config->process.state_directory);
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot open %s", path);
    int64_t deadline_us = clock_monotonic_us() + patience_us;
    bool has_told = false;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (clock_monotonic_us() >= deadline_us) {
            close(fd);
            return error_set(err, ERR_TIMEOUT,
                             "another debriefd is making or using the cluster in %s still: try "
                             "again when it is done",
                             database->config->process.state_directory);
        }
        if (!has_told)
            log_info("cluster_awaited", "lock=%s", path);
        has_told = true;
        usleep(LOOK_US);
    }
    database->lock = fd;
    return true;
}

static bool start_cluster(struct database *database, struct error *err)
{
    char directory[1100];
    snprintf(directory, sizeof directory, "%s/cluster", database->config->process.state_directory);
    struct private_cluster_options options = {
        .directory = directory,
        .roles = roles,
        .settings = settings,
        .durability = PRIVATE_CLUSTER_DURABLE,
    };
    struct private_cluster *cluster;
    if (!private_cluster_start(&options, &cluster, err))
        return false;
    private_cluster_destroy(database->cluster);
    database->cluster = cluster;
    return private_cluster_wait_ready(cluster, READY_US, err);
}

static bool open_private(struct database *database, struct error *err)
{
    const struct config *config = database->config;
    if (!make_directory(config->process.state_directory, config->process.user, err) ||
        !privileges_drop(config->process.user, err) || !lock_cluster(database, READY_US, err) ||
        !start_cluster(database, err))
        return false;
    if (private_cluster_is_adopted(database->cluster))
        database_share(database);
    private_cluster_conninfo(database->cluster, PRIVATE_CLUSTER_SUPERUSER, &database->admin);
    return true;
}

bool database_open(const struct config *config, struct database **database, struct error *err)
{
    struct database *made = xcalloc(sizeof *made);
    made->config = config;
    made->lock = -1;
    bool opened;
    if (config->database.conninfo[0] == '\0') {
        opened = open_private(made, err);
    } else {
        buf_append_text(&made->admin, config->database.admin_conninfo);
        opened = privileges_drop(config->process.user, err);
    }
    if (opened)
        *database = made;
    else
        database_close(made);
    return opened;
}

void database_share(struct database *database)
{
    if (database->lock >= 0)
        close(database->lock);
    database->lock = -1;
}

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    struct error err;
    if (database->cluster != NULL && !private_cluster_is_adopted(database->cluster) &&
        !private_cluster_stop(database->cluster, PRIVATE_CLUSTER_FAST, STOP_US, &err))
        log_error("cluster_not_stopped", "error=%s", log_quote(err.message).text);
    private_cluster_destroy(database->cluster);
    database_share(database);
    buf_finish(&database->admin);
    free(database);
}

struct private_cluster *database_cluster(struct database *database)
{
    return database->cluster;
}

const char *database_admin_conninfo(const struct database *database)
{
    return buf_text(&database->admin);
}

bool database_role_conninfo(const struct database *database, const char *role, struct buf *conninfo)
{
    if (database->cluster == NULL)
        return false;
    private_cluster_conninfo(database->cluster, role, conninfo);
    return true;
}

bool database_session(const struct database *database, struct session **session, struct error *err)
{
    struct session_options options = {
        .conninfo = buf_text(&database->admin),
        .application_name = "debriefd admin",
        .statements = sql_queries,
    };
    return session_open(&options, session, err);
}

bool database_binaries(const struct database *database, struct buf *path, struct error *err)
{
    if (database->cluster != NULL) {
        buf_append_text(path, private_cluster_binaries(database->cluster));
        return true;
    }
    struct postgres_binaries found;
    if (!postgres_binaries_find(0, &found, err))
        return false;
    buf_append_text(path, found.directory);
    return true;
}

bool database_revive(struct database *database, struct error *err)
{
    bool is_started = lock_cluster(database, REVIVE_US, err) && start_cluster(database, err);
    database_share(database);
    return is_started;
}

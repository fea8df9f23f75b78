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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define READY_US (120 * CLOCK_SECOND_US)
#define STOP_US  (30 * CLOCK_SECOND_US)

struct database {
    const struct config *config;
    struct private_cluster *cluster; /* NULL: configured */
    struct buf admin;
};

/* Statements are short; the JIT compiler would take longer than they do. */
static const char settings[] = "jit = off\n"
                               "shared_buffers = 128MB\n"
                               "max_wal_size = 2GB\n"
                               "checkpoint_timeout = 15min\n";

static const char *const roles[] = {"debriefd_serve", "debriefd_work", "debriefd_dash",
                                    "debriefd_privacy", NULL};

static bool make_directory(const char *path, const char *user, struct error *err)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return error_set_errno(err, errno, "cannot make %s", path);
    return privileges_give(path, user, err);
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
        !privileges_drop(config->process.user, err) || !start_cluster(database, err))
        return false;
    private_cluster_conninfo(database->cluster, PRIVATE_CLUSTER_SUPERUSER, &database->admin);
    return true;
}

bool database_open(const struct config *config, struct database **database, struct error *err)
{
    struct database *made = xcalloc(sizeof *made);
    made->config = config;
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

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    struct error err;
    if (database->cluster != NULL && !private_cluster_is_adopted(database->cluster) &&
        !private_cluster_stop(database->cluster, PRIVATE_CLUSTER_FAST, STOP_US, &err))
        log_error("cluster_not_stopped", "error=%s", log_quote(err.message).text);
    private_cluster_destroy(database->cluster);
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
    return start_cluster(database, err);
}

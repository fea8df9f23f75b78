/* private_cluster: a PostgreSQL cluster of the daemon's own: made on first use in a directory,
 * reached by unix socket only, by peer authentication only, never run as root.
 *
 * The server is a child process and gets SIGINT (a fast shutdown) when the process that started it
 * dies: an orphaned server would outlive its only user, and a clean stop spares the next start its
 * recovery. A server that is found alive on the directory all the same is adopted: used, and
 * stopped by private_cluster_stop, but no child.
 *
 * The directory holds data/ (PostgreSQL's), postgresql.conf, pg_hba.conf, pg_ident.conf (written
 * anew at each start), log/ and, if its path is short enough for a socket address, run/. */
#ifndef DEBRIEFD_PRIVATE_CLUSTER_H
#define DEBRIEFD_PRIVATE_CLUSTER_H

#include <debriefd/buf.h>
#include <stdint.h>
#include <sys/types.h>

#define PRIVATE_CLUSTER_SUPERUSER "postgres"
#define PRIVATE_CLUSTER_DATABASE  "debriefd"

struct private_cluster;

enum private_cluster_durability {
    PRIVATE_CLUSTER_DURABLE,
    PRIVATE_CLUSTER_DISPOSABLE, /* no fsync anywhere: for tests */
};

enum private_cluster_stop {
    PRIVATE_CLUSTER_FAST,      /* SIGINT: roll back, checkpoint, end */
    PRIVATE_CLUSTER_IMMEDIATE, /* SIGQUIT: the next start recovers */
};

/* Borrowed for private_cluster_start only. */
struct private_cluster_options {
    const char *directory;    /* made with mode 0700 when absent; its parent exists; when it is
                                 too long for a socket, that is in one in /tmp, private and
                                 named after it */
    const char *user;         /* as root: the system user the server runs as */
    const char *const *roles; /* database roles this process's user may be, besides the
                                 superuser; ended by NULL; NULL for none */
    const char *settings;     /* further lines of postgresql.conf; NULL for none */
    enum private_cluster_durability durability;
};

/* Makes the cluster if need be and starts its server, without waiting for it to be ready.
 * ERR_NOT_FOUND: no PostgreSQL; ERR_CONFLICT: the cluster was made by another major version. */
bool private_cluster_start(const struct private_cluster_options *options,
                           struct private_cluster **cluster, struct error *err) must_check;

/* Waits until the server accepts connections and the database exists. Recovery after a crash takes
 * its time: ERR_TIMEOUT means that it may be called again. */
bool private_cluster_wait_ready(struct private_cluster *cluster, int64_t timeout_us,
                                struct error *err) must_check;

/* Appends a conninfo for a role of the private cluster. */
void private_cluster_conninfo(const struct private_cluster *cluster, const char *role,
                              struct buf *conninfo);

/* The directory of the socket, for programs like pg_dump. */
const char *private_cluster_host(const struct private_cluster *cluster);

/* The programs' directory. */
const char *private_cluster_binaries(const struct private_cluster *cluster);

pid_t private_cluster_pid(const struct private_cluster *cluster);
bool private_cluster_is_adopted(const struct private_cluster *cluster);

/* Reaps a child that has ended. */
bool private_cluster_is_running(struct private_cluster *cluster);

/* Stops the server and waits; a fast stop that takes longer than timeout_us becomes immediate. */
bool private_cluster_stop(struct private_cluster *cluster, enum private_cluster_stop mode,
                          int64_t timeout_us, struct error *err) must_check;

/* Frees; the server goes on. Takes NULL. */
void private_cluster_destroy(struct private_cluster *cluster);

#endif

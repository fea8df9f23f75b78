/* database: the database that the configuration means, for commands that own or supervise it: a
 * configured one, or the private cluster in the state directory, made and started (or found
 * running) on the way. As root, the process first becomes the configured user. */
#ifndef DEBRIEFD_DATABASE_H
#define DEBRIEFD_DATABASE_H

#include <debriefd/error.h>
#include <debriefd/session.h>

struct config;
struct private_cluster;
struct database;

/* `config` is borrowed. Waits until the database answers. One process at a time makes the private
 * cluster, or runs its server: another one waits here, for at most two minutes (ERR_TIMEOUT). */
bool database_open(const struct config *config, struct database **database,
                   struct error *err) must_check;

/* Lets others open the private cluster that this process goes on running. Until then, whoever
 * started its server has it alone. */
void database_share(struct database *database);

/* Stops the private cluster if this process started it. Takes NULL. */
void database_close(struct database *database);

/* NULL when a database is configured. */
struct private_cluster *database_cluster(struct database *database);

/* For the schema's owner; and for one of the roles that roles.sql makes. Valid until
 * database_close. */
const char *database_admin_conninfo(const struct database *database);
bool database_role_conninfo(const struct database *database, const char *role,
                            struct buf *conninfo) must_check;

/* A session of the schema's owner, without a statement timeout. */
bool database_session(const struct database *database, struct session **session,
                      struct error *err) must_check;

/* The folder of pg_dump and pg_restore. */
bool database_binaries(const struct database *database, struct buf *path,
                       struct error *err) must_check;

/* Starts the private cluster again after its server ended. */
bool database_revive(struct database *database, struct error *err) must_check;

#endif

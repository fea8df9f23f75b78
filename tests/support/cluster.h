/* cluster: a scratch PostgreSQL cluster for one test program, in a directory of its own under
 * $TMPDIR, on a unix socket. As root the server runs as user postgres (or nobody). It goes away at
 * exit, and also when the test dies: its server follows the process, and a watcher that outlives it
 * removes the files. */
#ifndef CLUSTER_H
#define CLUSTER_H

struct session;

/* Starts the cluster at the first call. Ends the program with SUITE_SKIPPED when PostgreSQL is not
 * installed, and with failure when it does not start. `roles` may then be connected as (besides
 * postgres) once they exist; NULL for none. Valid until exit. */
const char *cluster_conninfo(const char *const *roles);

/* A conninfo for one of the roles; valid until the next call. */
const char *cluster_conninfo_as(const char *role);

/* A blocking session of the superuser without a statement table; aborts on failure. */
struct session *cluster_session(void);

/* Runs SQL in a session of its own; aborts on failure. */
void cluster_run(const char *sql);

/* The first column of the first row as text, in static storage; aborts on failure. */
const char *cluster_value(const char *sql);

/* kill -9 of the server, and a start on the same directory. */
void cluster_kill(void);
void cluster_restart(void);

/* Makes a fresh temporary directory, removed like the cluster. Static storage for one. */
const char *cluster_scratch_directory(void);

#endif

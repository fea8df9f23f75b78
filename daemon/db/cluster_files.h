/* cluster_files: the files of a private cluster's directory. */
#ifndef DB_CLUSTER_FILES_H
#define DB_CLUSTER_FILES_H

#include <debriefd/private_cluster.h>

/* What PostgreSQL writes into postmaster.pid. */
struct postmaster_file {
    pid_t pid;
    char socket_directory[512];
};

/* Makes the directory (0700) and chooses, and makes, the socket's. `absolute` has room for 512. */
bool cluster_directories_make(const struct private_cluster_options *options, char *absolute,
                              char *socket_directory, struct error *err) must_check;

/* postgresql.conf, pg_hba.conf and pg_ident.conf in `directory`. */
bool cluster_settings_write(const struct private_cluster_options *options, const char *directory,
                            const char *socket_directory, struct error *err) must_check;

/* The major version data/ was made by; 0 when there is no cluster yet. */
int cluster_data_version(const char *directory);

/* False when there is no file. */
bool cluster_postmaster_read(const char *directory, struct postmaster_file *file) must_check;

/* Whether the process exists and is a server of this directory's data/. */
bool cluster_postmaster_is_alive(const char *directory, pid_t pid);

#endif

#include "cluster_files.h"

#include <debriefd/privileges.h>
#include <debriefd/secret.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH_SIZE   512
#define SOCKET_NAME "/.s.PGSQL.5432"

static bool make_private(const char *path, const char *user, struct error *err)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return error_set_errno(err, errno, "cannot make %s", path);
    struct stat status;
    if (lstat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return error_set(err, ERR_SYSTEM, "%s is not a directory", path);
    return user == NULL || privileges_give(path, user, err);
}

/* Anybody may have made a directory of this name in /tmp before us. */
static bool check_owner(const char *path, const char *user, struct error *err)
{
    const struct passwd *server = user != NULL && geteuid() == 0 ? getpwnam(user) : NULL;
    uid_t expected = server != NULL ? server->pw_uid : geteuid();
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == expected &&
        (status.st_mode & 077) == 0)
        return true;
    return error_set(err, ERR_SYSTEM, "%s belongs to somebody else or is open to others", path);
}

static bool choose_socket_directory(const struct private_cluster_options *options,
                                    const char *directory, char *chosen, struct error *err)
{
    if (snprintf(chosen, PATH_SIZE, "%s/run", directory) + (int)sizeof SOCKET_NAME <=
        (int)sizeof((struct sockaddr_un *)NULL)->sun_path)
        return make_private(chosen, options->user, err);
    struct secret_hash hash = secret_hash(directory, strlen(directory));
    char name[17];
    secret_hex(hash.bytes, 8, name);
    snprintf(chosen, PATH_SIZE, "/tmp/debriefd-%s", name);
    if (mkdir(chosen, 0700) == 0)
        return options->user == NULL || privileges_give(chosen, options->user, err);
    return check_owner(chosen, options->user, err);
}

bool cluster_directories_make(const struct private_cluster_options *options, char *absolute,
                              char *socket_directory, struct error *err)
{
    if (!make_private(options->directory, options->user, err))
        return false;
    char *resolved = realpath(options->directory, NULL);
    if (resolved == NULL || strlen(resolved) > PATH_SIZE - 64 || strpbrk(resolved, "'\n") != NULL) {
        free(resolved);
        return error_set(err, ERR_SYSTEM, "the path of %s cannot be used", options->directory);
    }
    snprintf(absolute, PATH_SIZE, "%s", resolved);
    free(resolved);
    return choose_socket_directory(options, absolute, socket_directory, err);
}

/* Written aside and renamed, so that a crash leaves the old file or the new one. */
static bool write_file(const struct private_cluster_options *options, const char *directory,
                       const char *name, const struct buf *content, struct error *err)
{
    char path[PATH_SIZE + 64];
    char aside[sizeof path + 8];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    snprintf(aside, sizeof aside, "%s.new", path);
    unlink(aside);
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot create %s", aside);
    ssize_t written = write(fd, content->data, content->length);
    bool is_written = written == (ssize_t)content->length && fsync(fd) == 0;
    close(fd);
    if (!is_written)
        return error_set_errno(err, errno, "cannot write %s", aside);
    if (options->user != NULL && !privileges_give(aside, options->user, err))
        return false;
    return rename(aside, path) == 0 || error_set_errno(err, errno, "cannot rename %s", aside);
}

/* The log is terse because a DETAIL line can quote a participant's values. */
static const char fixed_settings[] =
    "# Written by debriefd at each start; change it through debriefd's configuration.\n"
    "listen_addresses = ''\n"
    "port = 5432\n"
    "unix_socket_permissions = 0700\n"
    "max_connections = 60\n"
    "shared_buffers = '128MB'\n"
    "max_wal_size = '1GB'\n"
    "checkpoint_timeout = '15min'\n"
    "jit = off\n"
    "timezone = 'UTC'\n"
    "lc_messages = 'C'\n"
    "lc_monetary = 'C.UTF-8'\n"
    "lc_numeric = 'C.UTF-8'\n"
    "lc_time = 'C.UTF-8'\n"
    "default_text_search_config = 'pg_catalog.simple'\n"
    "logging_collector = on\n"
    "log_filename = 'postgresql-%a.log'\n"
    "log_rotation_age = '1d'\n"
    "log_rotation_size = 0\n"
    "log_truncate_on_rotation = on\n"
    "log_timezone = 'UTC'\n"
    "log_error_verbosity = terse\n"
    "log_min_error_statement = panic\n";

static const char disposable_settings[] = "fsync = off\n"
                                          "full_page_writes = off\n"
                                          "shared_buffers = '32MB'\n"
                                          "wal_level = minimal\n"
                                          "max_wal_senders = 0\n"
                                          "autovacuum_naptime = '5min'\n";

static bool write_main(const struct private_cluster_options *options, const char *directory,
                       const char *socket_directory, struct error *err)
{
    struct buf text;
    buf_init(&text);
    buf_append_text(&text, fixed_settings);
    buf_printf(&text, "unix_socket_directories = '%s'\n", socket_directory);
    buf_printf(&text, "hba_file = '%s/pg_hba.conf'\n", directory);
    buf_printf(&text, "ident_file = '%s/pg_ident.conf'\n", directory);
    buf_printf(&text, "log_directory = '%s/log'\n", directory);
    if (options->durability == PRIVATE_CLUSTER_DISPOSABLE)
        buf_append_text(&text, disposable_settings);
    if (options->settings != NULL)
        buf_printf(&text, "%s\n", options->settings);
    bool is_written = write_file(options, directory, "postgresql.conf", &text, err);
    buf_finish(&text);
    return is_written;
}

static void append_identity(struct buf *text, const char *system_user, const char *const *roles)
{
    buf_printf(text, "debriefd \"%s\" " PRIVATE_CLUSTER_SUPERUSER "\n", system_user);
    for (; roles != NULL && *roles != NULL; roles++)
        buf_printf(text, "debriefd \"%s\" \"%s\"\n", system_user, *roles);
}

static bool write_access(const struct private_cluster_options *options, const char *directory,
                         struct error *err)
{
    const struct passwd *caller = getpwuid(geteuid());
    if (caller == NULL)
        return error_set(err, ERR_SYSTEM, "user id %d has no name", (int)geteuid());
    struct buf text;
    buf_init(&text);
    append_identity(&text, caller->pw_name, options->roles);
    if (options->user != NULL && geteuid() == 0)
        append_identity(&text, options->user, options->roles);
    bool is_written = write_file(options, directory, "pg_ident.conf", &text, err);
    buf_clear(&text);
    buf_append_text(&text, "local all all peer map=debriefd\n");
    is_written = is_written && write_file(options, directory, "pg_hba.conf", &text, err);
    buf_finish(&text);
    return is_written;
}

bool cluster_settings_write(const struct private_cluster_options *options, const char *directory,
                            const char *socket_directory, struct error *err)
{
    return write_main(options, directory, socket_directory, err) &&
           write_access(options, directory, err);
}

int cluster_data_version(const char *directory)
{
    char path[PATH_SIZE + 64];
    snprintf(path, sizeof path, "%s/data/PG_VERSION", directory);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    char line[32] = "";
    const char *text = fgets(line, sizeof line, file);
    fclose(file);
    return text != NULL ? (int)strtol(text, NULL, 10) : 0;
}

/* Lines: pid, data directory, start time, port, socket directory (PostgreSQL's pidfile.h). */
bool cluster_postmaster_read(const char *directory, struct postmaster_file *read)
{
    char path[PATH_SIZE + 64];
    snprintf(path, sizeof path, "%s/data/postmaster.pid", directory);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    *read = (struct postmaster_file){0};
    char line[PATH_SIZE];
    for (int number = 1; number <= 5 && fgets(line, sizeof line, file) != NULL; number++) {
        line[strcspn(line, "\n")] = '\0';
        if (number == 1)
            read->pid = (pid_t)strtol(line, NULL, 10);
        if (number == 5)
            snprintf(read->socket_directory, sizeof read->socket_directory, "%s", line);
    }
    fclose(file);
    return true;
}

/* A pid may have been given to another program since: a server's working directory is its data. A
 * zombie has none. */
bool cluster_postmaster_is_alive(const char *directory, pid_t pid)
{
    if (pid <= 0 || (kill(pid, 0) != 0 && errno != EPERM))
        return false;
    char link[64];
    char target[PATH_SIZE + 64];
    char expected[PATH_SIZE + 64];
    snprintf(link, sizeof link, "/proc/%d/cwd", (int)pid);
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length < 0)
        return false;
    target[length] = '\0';
    snprintf(expected, sizeof expected, "%s/data", directory);
    return strcmp(target, expected) == 0;
}

#include <debriefd/backup.h>

#include <debriefd/child.h>
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/conninfo.h>
#include <debriefd/database.h>
#include <debriefd/embedded.h>
#include <debriefd/log.h>
#include <debriefd/migrate.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DUMP_NAME  "database.dump"
#define TIMEOUT_US (INT64_C(6) * 3600 * CLOCK_SECOND_US)
#define PATH_SIZE  1400
#define UNFINISHED ".partial"

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return fsync(fd) == 0;
}

enum key_need { KEY_NEEDED, KEY_OPTIONAL };

/* Key files are short. An existing target must hold the same. A backup without a needed one would
 * be none. */
static bool copy_key(const char *from, const char *to, enum key_need need, struct error *err)
{
    char bytes[4096];
    char present[4096];
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return (need == KEY_OPTIONAL && errno == ENOENT) ||
               error_set_errno(err, errno, "cannot open %s", from);
    ssize_t length = read(source, bytes, sizeof bytes);
    close(source);
    int target = open(to, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (length < 0 || target < 0)
        return error_set_errno(err, errno, "cannot copy %s to %s", from, to);
    ssize_t there = read(target, present, sizeof present);
    bool is_same = there == length && memcmp(bytes, present, (size_t)length) == 0;
    bool written = is_same || (there == 0 && write_all(target, bytes, (size_t)length));
    close(target);
    return written || error_set(err, ERR_CONFLICT, "%s is in place and holds another key", to);
}

struct key_file {
    const char *name; /* in the backup */
    const char *path;
    enum key_need need;
};

static bool copy_keys(const struct config *config, const char *folder, bool is_restore,
                      struct error *err)
{
    const struct key_file keys[] = {
        {"credential.key", config->keys.credential_file, KEY_NEEDED},
        {"signing.key", config->keys.signing_file, KEY_NEEDED},
        {"proxy.key", config->http.proxy_key_file, KEY_OPTIONAL},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char stored[PATH_SIZE];
        snprintf(stored, sizeof stored, "%s/%s", folder, keys[i].name);
        if (keys[i].path[0] == '\0')
            continue;
        if (!copy_key(is_restore ? stored : keys[i].path, is_restore ? keys[i].path : stored,
                      keys[i].need, err))
            return false;
    }
    return true;
}

static bool run_child(struct database *database, const char *tool, const char *const *arguments,
                      struct error *err)
{
    const char *argv[16] = {0};
    struct buf path;
    buf_init(&path);
    if (!database_binaries(database, &path, err))
        return false;
    buf_printf(&path, "/%s", tool);
    argv[0] = buf_text(&path);
    for (size_t i = 0; arguments[i] != NULL; i++)
        argv[i + 1] = arguments[i];
    struct child_options options = {.argv = argv};
    bool done = child_run(&options, TIMEOUT_US, err);
    buf_finish(&path);
    return done;
}

/* `arguments` hold the database's address; its password goes by the environment. */
static bool run_tool(struct database *database, const char *tool, const char *const *arguments,
                     const struct buf *password, struct error *err)
{
    if (password->length > 0)
        setenv("PGPASSWORD", buf_text(password), 1);
    bool done = run_child(database, tool, arguments, err);
    if (password->length > 0)
        unsetenv("PGPASSWORD");
    return done;
}

static bool dump(struct database *database, const char *folder, struct error *err)
{
    char file[PATH_SIZE + 32];
    struct buf address, password;
    buf_init(&address);
    buf_init(&password);
    snprintf(file, sizeof file, "--file=%s/" DUMP_NAME, folder);
    bool done = conninfo_split(database_admin_conninfo(database), &address, &password, err);
    const char *const arguments[] = {
        "--format=custom",  "--no-owner", "--no-privileges", file, "--dbname",
        buf_text(&address), NULL};
    done = done && run_tool(database, "pg_dump", arguments, &password, err);
    buf_finish(&address);
    buf_finish(&password);
    return done;
}

static bool load(struct database *database, const char *folder, struct error *err)
{
    char file[PATH_SIZE];
    struct buf address, password;
    buf_init(&address);
    buf_init(&password);
    snprintf(file, sizeof file, "%.1300s/" DUMP_NAME, folder);
    bool done = conninfo_split(database_admin_conninfo(database), &address, &password, err);
    const char *const arguments[] = {"--no-owner",
                                     "--no-privileges",
                                     "--exit-on-error",
                                     "--single-transaction",
                                     "--dbname",
                                     buf_text(&address),
                                     file,
                                     NULL};
    done = done && run_tool(database, "pg_restore", arguments, &password, err);
    buf_finish(&address);
    buf_finish(&password);
    return done;
}

static bool make_folder(const char *path, struct error *err)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           error_set_errno(err, errno, "cannot make %s", path);
}

/* The descriptor of a directory that is locked until it is closed, or -1: locked by another
 * process, or on a file system without locks. */
static int lock_folder(const char *path, int operation)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, operation) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Only what a backup writes: a folder that holds anything else stays. */
static void remove_backup(int folder, const char *path)
{
    static const char *const names[] = {DUMP_NAME, "credential.key", "signing.key", "proxy.key"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlinkat(folder, names[i], 0);
    if (rmdir(path) == 0)
        log_info("unfinished_backup_removed", "path=%s", path);
    else
        log_warn("unfinished_backup_kept", "path=%s", path);
}

static bool is_unfinished(const char *name)
{
    size_t length = strlen(name);
    return strncmp(name, "debriefd-", 9) == 0 && length > sizeof UNFINISHED - 1 &&
           strcmp(name + length - (sizeof UNFINISHED - 1), UNFINISHED) == 0;
}

/* Whoever is writing one has it locked; the kernel unlocks it when that process dies. */
static void remove_unfinished(const char *directory)
{
    DIR *list = opendir(directory);
    for (struct dirent *entry = list != NULL ? readdir(list) : NULL; entry != NULL;
         entry = readdir(list)) {
        char path[PATH_SIZE + 300];
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        int folder = is_unfinished(entry->d_name) ? lock_folder(path, LOCK_EX | LOCK_NB) : -1;
        if (folder < 0)
            continue;
        remove_backup(folder, path);
        close(folder);
    }
    if (list != NULL)
        closedir(list);
}

/* Under the directory's lock, so that nobody takes a folder for unfinished before it is locked. */
static bool begin_folder(const char *directory, const char *partial, int *lock, struct error *err)
{
    int directory_lock = lock_folder(directory, LOCK_EX);
    remove_unfinished(directory);
    bool made = mkdir(partial, 0700) == 0;
    if (made)
        *lock = lock_folder(partial, LOCK_EX);
    else
        made = error_set_errno(err, errno, "cannot make %s", partial);
    if (directory_lock >= 0)
        close(directory_lock);
    return made;
}

static bool fill(struct database *database, const struct config *config, const char *partial,
                 const char *absolute, struct error *err)
{
    return dump(database, partial, err) && copy_keys(config, partial, false, err) &&
           (rename(partial, absolute) == 0 ||
            error_set_errno(err, errno, "cannot rename %s", partial));
}

bool backup_write(struct database *database, const struct config *config, const char *directory,
                  char *made, size_t size, struct error *err)
{
    char absolute[PATH_SIZE];
    char partial[PATH_SIZE];
    struct clock_text now = clock_format(clock_wall_us());
    umask(0077);
    if (!make_folder(directory, err))
        return false;
    char *real = realpath(directory, NULL);
    if (real == NULL)
        return error_set_errno(err, errno, "cannot resolve %s", directory);
    snprintf(absolute, sizeof absolute, "%.1200s/debriefd-%.19sZ", real, now.text);
    snprintf(partial, sizeof partial, "%.1300s" UNFINISHED, absolute);
    int lock = -1;
    bool written =
        begin_folder(real, partial, &lock, err) && fill(database, config, partial, absolute, err);
    if (lock >= 0)
        close(lock);
    free(real);
    if (written)
        snprintf(made, size, "%s", absolute);
    return written;
}

static bool check_empty(struct session *session, struct error *err)
{
    struct rows *rows;
    if (!session_execute(session, "database_holds_data", NULL, &rows, err))
        return false;
    bool holds_data = rows_bool(rows, 0, 0);
    rows_destroy(rows);
    return !holds_data || error_set(err, ERR_CONFLICT, "the database holds data already");
}

/* Functions and grants are the binary's, not the dump's. */
static bool install_functions(struct session *session, struct error *err)
{
    if (!session_begin(session, err))
        return false;
    for (const struct embedded_file *file = sql_functions; file->name != NULL; file++)
        if (!session_script(session, file->name, file->data, err))
            return false;
    struct migrate_sources sources = {sql_migrations, sql_functions};
    struct migrate_outcome outcome;
    return session_commit(session, err) && migrate_run(session, &sources, &outcome, err);
}

bool backup_restore(struct database *database, const struct config *config, const char *folder,
                    struct error *err)
{
    char *real = realpath(folder, NULL);
    if (real == NULL)
        return error_set_errno(err, errno, "cannot resolve %s", folder);
    struct session *session = NULL;
    bool restored = database_session(database, &session, err) && check_empty(session, err) &&
                    copy_keys(config, real, true, err) && load(database, real, err) &&
                    install_functions(session, err);
    session_close(session);
    free(real);
    return restored;
}

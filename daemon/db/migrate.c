#include <debriefd/migrate.h>

#include "bootstrap.h"
#include <debriefd/log.h>
#include <debriefd/secret.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CREATE_ATTEMPTS    10
#define CREATE_INTERVAL_US 50000
#define CHECKSUM_SIZE      (2 * SECRET_HASH_LENGTH + 1)

struct checksum {
    char text[CHECKSUM_SIZE];
};

/* The record as it was read last: row i is version i, row 0 the functions. */
struct record {
    struct rows *rows;
    int version; /* the highest */
};

static struct checksum checksum_of(const struct embedded_file *file)
{
    struct secret_hash hash = secret_hash(file->data, file->length);
    struct checksum checksum;
    secret_hex(hash.bytes, sizeof hash.bytes, checksum.text);
    return checksum;
}

static struct checksum checksum_of_all(const struct embedded_file *files)
{
    struct secret_hash hash = {{0}};
    for (; files->name != NULL; files++) {
        hash = secret_hash_two(hash.bytes, sizeof hash.bytes, files->name, strlen(files->name) + 1);
        hash = secret_hash_two(hash.bytes, sizeof hash.bytes, files->data, files->length);
    }
    struct checksum checksum;
    secret_hex(hash.bytes, sizeof hash.bytes, checksum.text);
    return checksum;
}

static bool table_exists(struct session *session, bool *exists, struct error *err)
{
    struct rows *rows;
    if (!session_query(session, bootstrap_sql("migration_exists"), NULL, &rows, err))
        return false;
    *exists = rows_bool(rows, 0, 0);
    rows_destroy(rows);
    return true;
}

static bool create_table(struct session *session, struct error *err)
{
    return session_begin(session, err) &&
           session_script(session, "migration_table.sql", bootstrap_sql("migration_table"), err) &&
           session_commit(session, err);
}

/* Two processes that create the same schema collide in the catalog's indexes; the later one finds
 * the table there when it looks again. */
static bool ensure_table(struct session *session, struct error *err)
{
    for (int attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
        struct error looking;
        bool exists;
        if (!table_exists(session, &exists, &looking)) {
            *err = looking;
            return false;
        }
        if (exists || create_table(session, err))
            return true;
        session_rollback(session);
        if (err->code != ERR_CONFLICT && err->code != ERR_INTERNAL)
            return false;
        usleep(CREATE_INTERVAL_US);
    }
    return false;
}

static bool check_newest(const struct record *record, int known, struct error *err)
{
    if (record->version <= known)
        return true;
    return error_set(err, ERR_CONFLICT,
                     "the database is at version %d, newer than this program, which knows %d",
                     record->version, known);
}

static bool check_recorded(const struct record *record, int version,
                           const struct embedded_file *file, struct error *err)
{
    if (rows_int64(record->rows, version, 0) != version)
        return error_set(err, ERR_CONFLICT, "migration %s was skipped: the database has later ones",
                         file->name);
    if (strcmp(rows_text(record->rows, version, 2), checksum_of(file).text) != 0)
        return error_set(err, ERR_CONFLICT, "migration %s was changed after it had been applied",
                         file->name);
    return true;
}

static bool check_record(const struct record *record, const struct embedded_file *migrations,
                         struct error *err)
{
    int known = 0;
    while (migrations[known].name != NULL)
        known++;
    if (!check_newest(record, known, err))
        return false;
    for (int version = 1; version < rows_count(record->rows); version++)
        if (!check_recorded(record, version, &migrations[version - 1], err))
            return false;
    return true;
}

/* Reads and checks; on success the caller destroys record->rows. */
static bool read_record(struct session *session, const struct embedded_file *migrations,
                        struct record *record, struct error *err)
{
    if (!session_query(session, bootstrap_sql("migration_all"), NULL, &record->rows, err))
        return false;
    int count = rows_count(record->rows);
    record->version = count > 0 ? (int)rows_int64(record->rows, count - 1, 0) : 0;
    if (check_record(record, migrations, err))
        return true;
    rows_destroy(record->rows);
    return false;
}

/* The embedded table itself: 0001_, 0002_, ... without gaps. */
static bool check_numbers(const struct embedded_file *migrations, struct error *err)
{
    for (int i = 0; migrations[i].name != NULL; i++) {
        char *end;
        long number = strtol(migrations[i].name, &end, 10);
        if (number != i + 1 || end != migrations[i].name + 4 || *end != '_')
            return error_set(err, ERR_INTERNAL, "migration %s is not number %04d",
                             migrations[i].name, i + 1);
    }
    return true;
}

static bool record_migration(struct session *session, int version, const struct embedded_file *file,
                             struct error *err)
{
    struct params params;
    params_init(&params);
    params_int(&params, version);
    params_text(&params, file->name);
    params_text(&params, checksum_of(file).text);
    bool is_recorded =
        session_query(session, bootstrap_sql("migration_record"), &params, NULL, err);
    params_finish(&params);
    return is_recorded;
}

/* A script that ends the transaction itself would be applied without being recorded. */
static bool check_transaction(const struct session *session, const struct embedded_file *file,
                              struct error *err)
{
    return session_in_transaction(session) ||
           error_set(err, ERR_INTERNAL, "%s ends its own transaction", file->name);
}

static bool lock(struct session *session, struct error *err)
{
    return session_begin(session, err) &&
           session_query(session, bootstrap_sql("migration_lock"), NULL, NULL, err);
}

/* Under the lock, so the record cannot change between reading it and applying. */
static bool apply_next(struct session *session, const struct embedded_file *migrations,
                       struct migrate_outcome *outcome, struct error *err)
{
    struct record record;
    if (!lock(session, err) || !read_record(session, migrations, &record, err))
        return false;
    rows_destroy(record.rows);
    outcome->version = record.version;
    const struct embedded_file *next = &migrations[record.version];
    if (next->name == NULL)
        return session_commit(session, err);
    if (!session_script(session, next->name, next->data, err) ||
        !check_transaction(session, next, err) ||
        !record_migration(session, record.version + 1, next, err) || !session_commit(session, err))
        return false;
    outcome->version++;
    outcome->applied++;
    log_info("migration_applied", "name=%s", next->name);
    return true;
}

static bool has_checksum(const struct record *record, const struct checksum *checksum)
{
    return strcmp(rows_text(record->rows, 0, 2), checksum->text) == 0;
}

static bool record_functions(struct session *session, const struct checksum *checksum,
                             struct error *err)
{
    struct params params;
    params_init(&params);
    params_text(&params, checksum->text);
    bool is_recorded =
        session_query(session, bootstrap_sql("migration_functions"), &params, NULL, err);
    params_finish(&params);
    return is_recorded;
}

static bool run_functions(struct session *session, const struct embedded_file *functions,
                          const struct checksum *checksum, struct error *err)
{
    for (; functions->name != NULL; functions++)
        if (!session_script(session, functions->name, functions->data, err) ||
            !check_transaction(session, functions, err))
            return false;
    return record_functions(session, checksum, err);
}

static bool replace_functions(struct session *session, const struct migrate_sources *sources,
                              const struct checksum *checksum, struct migrate_outcome *outcome,
                              struct error *err)
{
    struct record record;
    if (!lock(session, err) || !read_record(session, sources->migrations, &record, err))
        return false;
    bool is_current = has_checksum(&record, checksum);
    rows_destroy(record.rows);
    if (is_current)
        return session_commit(session, err);
    if (!run_functions(session, sources->functions, checksum, err) || !session_commit(session, err))
        return false;
    outcome->functions_replaced = true;
    log_info("functions_replaced", "version=%d", outcome->version);
    return true;
}

static bool run(struct session *session, const struct migrate_sources *sources,
                struct migrate_outcome *outcome, struct error *err)
{
    struct record record;
    struct checksum functions = checksum_of_all(sources->functions);
    if (!check_numbers(sources->migrations, err) || !ensure_table(session, err) ||
        !read_record(session, sources->migrations, &record, err))
        return false;
    outcome->version = record.version;
    bool has_functions = has_checksum(&record, &functions);
    rows_destroy(record.rows);
    while (sources->migrations[outcome->version].name != NULL)
        if (!apply_next(session, sources->migrations, outcome, err))
            return false;
    return has_functions || replace_functions(session, sources, &functions, outcome, err);
}

bool migrate_run(struct session *session, const struct migrate_sources *sources,
                 struct migrate_outcome *outcome, struct error *err)
{
    struct migrate_outcome reached = {0};
    if (!run(session, sources, &reached, err)) {
        session_rollback(session);
        return false;
    }
    *outcome = reached;
    return true;
}

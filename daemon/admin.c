/* The operator's commands on the database: migrate, bootstrap, backup, restore. */
#include <debriefd/backup.h>
#include <debriefd/config.h>
#include <debriefd/credential.h>
#include <debriefd/database.h>
#include <debriefd/embedded.h>
#include <debriefd/log.h>
#include <debriefd/migrate.h>
#include <debriefd/private_cluster.h>
#include <debriefd/role.h>
#include <stdio.h>
#include <string.h>

typedef bool admin_fn(struct database *database, const struct config *config,
                      const struct role_call *call, struct error *err);

static int run_admin(const struct config *config, const struct role_call *call, admin_fn *work)
{
    struct database *database = NULL;
    struct error err;
    log_set_role(call->command);
    bool done = database_open(config, &database, &err) && work(database, config, call, &err);
    if (!done)
        fprintf(stderr, "debriefd %s: %s\n", call->command, err.message);
    database_close(database);
    return done ? EXIT_CODE_SUCCESS : EXIT_CODE_FAILURE;
}

static bool bring_up(struct database *database, struct migrate_outcome *outcome, struct error *err)
{
    struct session *session;
    struct migrate_sources sources = {sql_migrations, sql_functions};
    if (!database_session(database, &session, err))
        return false;
    bool migrated = migrate_run(session, &sources, outcome, err);
    session_close(session);
    return migrated;
}

static bool migrate(struct database *database, const struct config *config,
                    const struct role_call *call, struct error *err)
{
    (void)config;
    (void)call;
    struct migrate_outcome outcome;
    if (!bring_up(database, &outcome, err))
        return false;
    printf("version %d, %d applied, functions %s\n", outcome.version, outcome.applied,
           outcome.functions_replaced ? "replaced" : "unchanged");
    return true;
}

/* A private cluster that nobody runs yet has no schema either. */
static bool is_own_cluster(struct database *database)
{
    const struct private_cluster *cluster = database_cluster(database);
    return cluster != NULL && !private_cluster_is_adopted(cluster);
}

/* Whoever may run this on the daemon's machine is its operator: each call makes a key of its own.
 */
static bool bootstrap(struct database *database, const struct config *config,
                      const struct role_call *call, struct error *err)
{
    (void)config;
    (void)call;
    struct session *session;
    struct migrate_outcome migrated;
    struct uuid operators = uuid_nil();
    struct uuid id = uuid_ordered();
    struct secret_hash hash;
    struct credential_text key = credential_new_key(&operators, &hash);
    struct params params;
    if ((is_own_cluster(database) && !bring_up(database, &migrated, err)) ||
        !database_session(database, &session, err))
        return false;
    params_init(&params);
    params_uuid(&params, &operators);
    params_uuid(&params, &id);
    params_binary(&params, hash.bytes, sizeof hash.bytes);
    params_text(&params, "{\"role\":\"operator\",\"label\":\"bootstrap\"}");
    params_uuid(&params, &id);
    params_bool(&params, true);
    bool made = session_execute(session, "key_create", &params, NULL, err);
    params_finish(&params);
    session_close(session);
    if (made)
        printf("{\"id\":\"%s\",\"role\":\"operator\",\"key\":\"%s\"}\n", uuid_format(&id).text,
               key.text);
    return made;
}

static bool backup(struct database *database, const struct config *config,
                   const struct role_call *call, struct error *err)
{
    char directory[1200];
    char made[1300];
    if (call->argc > 0)
        snprintf(directory, sizeof directory, "%s", call->argv[0]);
    else
        snprintf(directory, sizeof directory, "%s/backups", config->process.state_directory);
    if (!backup_write(database, config, directory, made, sizeof made, err))
        return false;
    puts(made);
    return true;
}

static bool restore(struct database *database, const struct config *config,
                    const struct role_call *call, struct error *err)
{
    return backup_restore(database, config, call->argv[0], err);
}

int role_migrate(struct config *config, const struct role_call *call)
{
    return run_admin(config, call, migrate);
}

int role_bootstrap(struct config *config, const struct role_call *call)
{
    return run_admin(config, call, bootstrap);
}

int role_backup(struct config *config, const struct role_call *call)
{
    return run_admin(config, call, backup);
}

int role_restore(struct config *config, const struct role_call *call)
{
    if (call->argc == 1)
        return run_admin(config, call, restore);
    fputs("usage: debriefd restore BACKUP [--config FILE]\n", stderr);
    return EXIT_CODE_USAGE;
}

#include "cluster.h"
#include "suite.h"

#include <debriefd/migrate.h>
#include <debriefd/secret.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_ROW(name, text)                                                                       \
    {                                                                                              \
        name, text, sizeof(text) - 1                                                               \
    }

static const struct embedded_file two[] = {
    FILE_ROW("0001_first.sql", "create table debrief.first (a int); insert into debrief.first "
                               "values (1); select pg_sleep(0.2);"),
    FILE_ROW("0002_second.sql", "alter table debrief.first add b int;"),
    {0},
};

static const struct embedded_file three[] = {
    FILE_ROW("0001_first.sql", "create table debrief.first (a int); insert into debrief.first "
                               "values (1); select pg_sleep(0.2);"),
    FILE_ROW("0002_second.sql", "alter table debrief.first add b int;"),
    FILE_ROW("0003_third.sql", "create table debrief.third (a int);\nselect 1 / 0;"),
    {0},
};

static const struct embedded_file changed[] = {
    FILE_ROW("0001_first.sql", "create table debrief.first (a int);"),
    FILE_ROW("0002_second.sql", "alter table debrief.first add b int;"),
    {0},
};

static const struct embedded_file one[] = {
    FILE_ROW("0001_first.sql", "create table debrief.first (a int); insert into debrief.first "
                               "values (1); select pg_sleep(0.2);"),
    {0},
};

static const struct embedded_file gap[] = {
    FILE_ROW("0002_second.sql", "select 1;"),
    {0},
};

static const struct embedded_file ends_transaction[] = {
    FILE_ROW("0001_first.sql", "create table debrief.early (a int); commit;"),
    {0},
};

static const struct embedded_file functions[] = {
    FILE_ROW("answer.sql", "create or replace function debrief.answer() returns int language sql "
                           "as 'select 41';"),
    {0},
};

static const struct embedded_file functions_again[] = {
    FILE_ROW("answer.sql", "create or replace function debrief.answer() returns int language sql "
                           "as 'select 42';"),
    {0},
};

static void reset(void)
{
    cluster_run("drop schema if exists debrief cascade");
}

static bool migrate(const struct embedded_file *migrations, const struct embedded_file *run,
                    struct migrate_outcome *outcome, struct error *err)
{
    struct migrate_sources sources = {.migrations = migrations, .functions = run};
    struct session *session = cluster_session();
    bool is_done = migrate_run(session, &sources, outcome, err);
    session_close(session);
    return is_done;
}

static void applies_once(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    reset();
    CU_ASSERT_FATAL(migrate(two, functions, &outcome, &err));
    CU_ASSERT_EQUAL(outcome.version, 2);
    CU_ASSERT_EQUAL(outcome.applied, 2);
    CU_ASSERT(outcome.functions_replaced);
    CU_ASSERT_FATAL(migrate(two, functions, &outcome, &err));
    CU_ASSERT_EQUAL(outcome.version, 2);
    CU_ASSERT_EQUAL(outcome.applied, 0);
    CU_ASSERT_FALSE(outcome.functions_replaced);
    CU_ASSERT_STRING_EQUAL(cluster_value("select count(*) from debrief.first"), "1");
    CU_ASSERT_STRING_EQUAL(cluster_value("select name from debrief.migration where version = 2"),
                           "0002_second.sql");
}

static void functions_follow_their_text(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    reset();
    CU_ASSERT_FATAL(migrate(two, functions, &outcome, &err));
    CU_ASSERT_STRING_EQUAL(cluster_value("select debrief.answer()"), "41");
    CU_ASSERT_FATAL(migrate(two, functions_again, &outcome, &err));
    CU_ASSERT(outcome.functions_replaced);
    CU_ASSERT_STRING_EQUAL(cluster_value("select debrief.answer()"), "42");
}

static void failed_migration_leaves_nothing(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    reset();
    CU_ASSERT_FALSE(migrate(three, functions, &outcome, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "0003_third.sql"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "division by zero"));
    CU_ASSERT_STRING_EQUAL(cluster_value("select max(version) from debrief.migration"), "2");
    CU_ASSERT_STRING_EQUAL(cluster_value("select to_regclass('debrief.third') is null"), "t");
    CU_ASSERT_STRING_EQUAL(cluster_value("select to_regproc('debrief.answer') is null"), "t");
}

static void refuses_a_changed_migration(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    reset();
    CU_ASSERT_FATAL(migrate(two, functions, &outcome, &err));
    CU_ASSERT_FALSE(migrate(changed, functions_again, &outcome, &err));
    CU_ASSERT_EQUAL(err.code, ERR_CONFLICT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "0001_first.sql"));
    CU_ASSERT_STRING_EQUAL(cluster_value("select debrief.answer()"), "41");
}

static void refuses_a_newer_database(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    reset();
    CU_ASSERT_FATAL(migrate(two, functions, &outcome, &err));
    CU_ASSERT_FALSE(migrate(one, functions_again, &outcome, &err));
    CU_ASSERT_EQUAL(err.code, ERR_CONFLICT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "newer"));
    CU_ASSERT_STRING_EQUAL(cluster_value("select debrief.answer()"), "41");
}

static void refuses_a_skipped_migration(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    reset();
    CU_ASSERT_FATAL(migrate(two, functions, &outcome, &err));
    cluster_run("delete from debrief.migration where version = 1");
    CU_ASSERT_FALSE(migrate(two, functions, &outcome, &err));
    CU_ASSERT_EQUAL(err.code, ERR_CONFLICT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "skipped"));
}

static void refuses_bad_numbers_and_own_commits(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    reset();
    CU_ASSERT_FALSE(migrate(gap, functions, &outcome, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INTERNAL);
    CU_ASSERT_FALSE(migrate(ends_transaction, functions, &outcome, &err));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.message, "0001_first.sql"));
}

enum { PROCESSES = 6 };

static void child(void)
{
    struct migrate_outcome outcome = {0};
    struct error err = {0};
    bool is_done = migrate(two, functions, &outcome, &err);
    if (!is_done)
        fprintf(stderr, "%s\n", err.message);
    _exit(is_done && outcome.version == 2 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void concurrent_runs_are_safe(void)
{
    for (int round = 0; round < 3; round++) {
        reset();
        pid_t pids[PROCESSES];
        for (int i = 0; i < PROCESSES; i++) {
            pids[i] = fork();
            if (pids[i] == 0)
                child();
        }
        for (int i = 0; i < PROCESSES; i++) {
            int status = -1;
            waitpid(pids[i], &status, 0);
            CU_ASSERT_EQUAL(status, 0);
        }
        CU_ASSERT_STRING_EQUAL(cluster_value("select count(*) from debrief.first"), "1");
        CU_ASSERT_STRING_EQUAL(cluster_value("select count(*) from debrief.migration"), "3");
    }
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"migrations are applied once", applies_once},
        {"functions follow their text", functions_follow_their_text},
        {"a failed migration leaves nothing", failed_migration_leaves_nothing},
        {"a changed migration is refused", refuses_a_changed_migration},
        {"a newer database is refused", refuses_a_newer_database},
        {"a skipped migration is refused", refuses_a_skipped_migration},
        {"bad numbers and own commits are refused", refuses_bad_numbers_and_own_commits},
        {"concurrent runs are safe", concurrent_runs_are_safe},
        {0},
    };
    secret_init();
    cluster_conninfo(NULL);
    return suite_run("migrate", tests);
}

#include "suite.h"

#include <debriefd/sqlstate.h>
#include <debriefd/statement.h>

/* PostgreSQL 15, appendix A. */
static void codes_mean(void)
{
    static const struct {
        const char *sqlstate;
        enum error_code code;
    } expected[] = {
        {"08006", ERR_UNAVAILABLE}, /* connection_failure */
        {"22P02", ERR_INVALID},     /* invalid_text_representation */
        {"23502", ERR_INVALID},     /* not_null_violation */
        {"23503", ERR_CONFLICT},    /* foreign_key_violation */
        {"23505", ERR_CONFLICT},    /* unique_violation */
        {"23514", ERR_INVALID},     /* check_violation */
        {"25006", ERR_UNAVAILABLE}, /* read_only_sql_transaction */
        {"40001", ERR_UNAVAILABLE}, /* serialization_failure */
        {"40003", ERR_TIMEOUT},     /* statement_completion_unknown */
        {"40P01", ERR_UNAVAILABLE}, /* deadlock_detected */
        {"42501", ERR_INTERNAL},    /* insufficient_privilege */
        {"42P01", ERR_INTERNAL},    /* undefined_table */
        {"53100", ERR_UNAVAILABLE}, /* disk_full */
        {"53300", ERR_UNAVAILABLE}, /* too_many_connections */
        {"55P03", ERR_UNAVAILABLE}, /* lock_not_available */
        {"57014", ERR_UNAVAILABLE}, /* query_canceled */
        {"57P01", ERR_UNAVAILABLE}, /* admin_shutdown */
        {"P0001", ERR_INTERNAL},    /* raise_exception */
        {"XX000", ERR_INTERNAL},    /* internal_error */
        {NULL, ERR_INTERNAL},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        CU_ASSERT_EQUAL(sqlstate_find(expected[i].sqlstate)->code, expected[i].code);
}

static void values_stay_private(void)
{
    CU_ASSERT(sqlstate_find("22P02")->is_private); /* quotes the text it could not read */
    CU_ASSERT(sqlstate_find("P0001")->is_private);
    CU_ASSERT_FALSE(sqlstate_find("53100")->is_private);
}

static void only_a_link_is_replaced(void)
{
    CU_ASSERT(sqlstate_find("57P01")->wants_new_link);
    CU_ASSERT(sqlstate_find("25006")->wants_new_link);
    CU_ASSERT_FALSE(sqlstate_find("57014")->wants_new_link);
    CU_ASSERT_FALSE(sqlstate_find("40P01")->wants_new_link);
}

static void only_what_others_caused_runs_again(void)
{
    CU_ASSERT(sqlstate_find("40001")->is_rerun);
    CU_ASSERT(sqlstate_find("40P01")->is_rerun);
    CU_ASSERT_FALSE(sqlstate_find("40003")->is_rerun); /* it may have been committed */
    CU_ASSERT_FALSE(sqlstate_find("57014")->is_rerun);
}

static void statements_are_found_by_name(void)
{
    static const struct embedded_file table[] = {
        {"wave_close_all.sql", "", 0}, {"wave_close.sql", "", 0}, {0}};
    CU_ASSERT_EQUAL(statement_count(table), 2);
    CU_ASSERT_EQUAL(statement_find(table, "wave_close"), 1);
    CU_ASSERT_EQUAL(statement_find(table, "wave"), STATEMENT_NOT_FOUND);
    CU_ASSERT_EQUAL(statement_find(NULL, "wave"), STATEMENT_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(statement_name(&table[0]).text, "wave_close_all");
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"codes mean", codes_mean},
        {"values stay private", values_stay_private},
        {"only a link is replaced", only_a_link_is_replaced},
        {"only what others caused runs again", only_what_others_caused_runs_again},
        {"statements are found by name", statements_are_found_by_name},
        {0},
    };
    return suite_run("sqlstate", tests);
}

#include <debriefd/sqlstate.h>

#include <stddef.h>
#include <string.h>

/* A whole code comes before its class. Codes of no row are defects: ERR_INTERNAL. */
static const struct sqlstate states[] = {
    {.prefix = "08", .code = ERR_UNAVAILABLE, .wants_new_link = true},
    /* cached plan must not change result type: a migration went by */
    {.prefix = "0A000", .code = ERR_UNAVAILABLE, .wants_new_link = true},
    {.prefix = "22", .code = ERR_INVALID, .is_private = true},
    {.prefix = "23502", .code = ERR_INVALID},
    {.prefix = "23514", .code = ERR_INVALID},
    {.prefix = "23", .code = ERR_CONFLICT},
    /* read_only_sql_transaction: the primary became a standby */
    {.prefix = "25006", .code = ERR_UNAVAILABLE, .wants_new_link = true},
    /* idle_in_transaction_session_timeout */
    {.prefix = "25P03", .code = ERR_UNAVAILABLE, .wants_new_link = true},
    /* invalid_sql_statement_name: its Parse failed, or a pooler changed the server connection */
    {.prefix = "26000", .code = ERR_UNAVAILABLE},
    {.prefix = "28", .code = ERR_UNAVAILABLE},
    {.prefix = "3D000", .code = ERR_UNAVAILABLE},
    {.prefix = "40001", .code = ERR_UNAVAILABLE, .is_rerun = true}, /* serialization_failure */
    {.prefix = "40003", .code = ERR_TIMEOUT}, /* statement_completion_unknown */
    {.prefix = "40P01", .code = ERR_UNAVAILABLE, .is_rerun = true}, /* deadlock_detected */
    {.prefix = "40", .code = ERR_UNAVAILABLE},
    {.prefix = "53", .code = ERR_UNAVAILABLE},
    {.prefix = "54", .code = ERR_TOO_LARGE},
    {.prefix = "55006", .code = ERR_UNAVAILABLE},
    {.prefix = "55P03", .code = ERR_UNAVAILABLE},
    {.prefix = "57014", .code = ERR_UNAVAILABLE}, /* statement_timeout: rolled back */
    {.prefix = "57", .code = ERR_UNAVAILABLE, .wants_new_link = true},
    {.prefix = "58", .code = ERR_UNAVAILABLE},
    {.prefix = "P0", .code = ERR_INTERNAL, .is_private = true},
    {.prefix = "", .code = ERR_INTERNAL},
};

const struct sqlstate *sqlstate_find(const char *code)
{
    const struct sqlstate *state = states;
    while (state->prefix[0] != '\0' &&
           (code == NULL || strncmp(code, state->prefix, strlen(state->prefix)) != 0))
        state++;
    return state;
}

#include "channel_call.h"

#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call *call_create(int statement, const struct params *params, channel_done_fn *done,
                         void *context)
{
    struct call *call = xcalloc(sizeof *call);
    call->statement = statement;
    call->done = done;
    call->context = context;
    if (params != NULL)
        params_copy(&call->params, params);
    return call;
}

struct call *call_create_listen(const char *name)
{
    struct call *call = call_create(CALL_LISTEN, NULL, NULL, NULL);
    snprintf(call->listen_sql, sizeof call->listen_sql, "LISTEN \"%s\"", name);
    return call;
}

void call_destroy(struct call *call)
{
    rows_destroy(call->rows);
    params_finish(&call->params);
    free(call);
}

void call_append(struct call_list *list, struct call *owned_call)
{
    owned_call->next = NULL;
    if (list->last != NULL)
        list->last->next = owned_call;
    else
        list->first = owned_call;
    list->last = owned_call;
    list->count++;
}

struct call *call_take_first(struct call_list *list)
{
    struct call *call = list->first;
    if (call == NULL)
        return NULL;
    list->first = call->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    return call;
}

void call_fail(struct call *call, enum error_code code, const char *message)
{
    if (call->err.code == ERR_NONE)
        error_set(&call->err, code, "%s", message);
}

/* A server that ends the connection after the statement but before the sync was answered may have
 * committed; before the statement's own result it cannot have. */
static void take_error(struct call *call, const PGresult *result, const char *statement)
{
    if (call->err.code != ERR_NONE)
        return;
    result_error(result, statement, &call->err);
    if (call->stage == CALL_SYNC && result_is_fatal(result))
        call->err.code = ERR_TIMEOUT;
}

void call_take_result(struct call *call, PGresult *owned_result, const char *statement)
{
    ExecStatusType status = PQresultStatus(owned_result);
    if (status == PGRES_FATAL_ERROR)
        take_error(call, owned_result, statement);
    else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        call_fail(call, ERR_INTERNAL, "the statement was not run");
    else if (call->stage == CALL_EXECUTE && call->rows == NULL) {
        call->rows = rows_wrap(owned_result);
        return;
    }
    PQclear(owned_result);
}

void call_reset(struct call *call)
{
    rows_destroy(call->rows);
    call->rows = NULL;
    call->err = (struct error){0};
    call->is_rerun = false;
}

void call_report(const struct call *call)
{
    bool has_failed = call->err.code != ERR_NONE;
    if (call->done != NULL)
        call->done(call->context, has_failed ? NULL : call->rows, has_failed ? &call->err : NULL);
}

/* The delegation: all of it or nothing, with every fault by line. */
#include "records.h"
#include "resources.h"
#include <stdlib.h>

#define ROWS_MAX 2000

static const struct record_column columns[] = {
    {"name", RECORD_TEXT, .is_required = true},
    {"email", RECORD_TEXT},
    {"person", RECORD_TEXT},
    {"sector", RECORD_TEXT, .is_required = true},
    {"organisation", RECORD_TEXT, .is_required = true},
    {"municipality", RECORD_TEXT},
    {"role", RECORD_TEXT},
    {"language", RECORD_TEXT},
    {"is_staff", RECORD_FLAG},
    {"travelled", RECORD_FLAG, .fallback = true},
    {"readmit", RECORD_FLAG},
    {0},
};

static void complete(json_t *row, struct violations *violations)
{
    if (record_text(row, "language")[0] == '\0')
        json_object_set_new(row, "language", json_string("sv"));
    record_set_reference(row, violations);
}

static void import_rows(struct request *request, json_t *rows)
{
    struct uuid study;
    if (!request_uuid(request, "study", &study))
        return;
    char *text = json_dumps(rows, JSON_COMPACT);
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_uuid(&params, &study);
    params_text(&params, text);
    params_uuid(&params, &request_principal(request)->actor);
    operation_answer(request, "delegates_import", &params);
    params_finish(&params);
    free(text);
}

static void import_delegates(struct request *request)
{
    struct violations violations;
    violations_init(&violations);
    json_t *rows = records_read(request, columns, ROWS_MAX, &violations);
    for (size_t i = 0; i < json_array_size(rows); i++)
        complete(json_array_get(rows, i), &violations);
    if (violations.total > 0)
        request_problem_violations(request, &violations);
    else if (rows != NULL)
        import_rows(request, rows);
    json_decref(rows);
    violations_finish(&violations);
}

static const struct operation import_operation = {
    .id = "importDelegates",
    .summary =
        "Import the delegation: name, email, person, sector, organisation, municipality, "
        "role, language, is_staff, travelled, readmit (somebody who was erased); all of it or "
        "nothing",
    .roles = ROLE_ORGANISER,
    .body_type = "text/csv",
    .body_type_too = "application/x-ndjson",
    .answer = "How many were added, changed and unchanged",
    .run = import_delegates,
};

const struct route delegate_routes[] = {
    {METHOD_POST, "/v1/studies/{study}/delegates:import", operation_handle, &import_operation},
    {0},
};

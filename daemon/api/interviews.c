/* The evaluators' tables: codes, interviews, segments, codings and quotes of the caller's
 * programme. Each is imported by one statement from rows of one table of columns. */
#include "records.h"
#include "resources.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX      10000
#define SEQUENCE_MAX  1000000
#define QUOTE_MAX     1000
#define ROLES_CODING  (ROLE_ORGANISER | ROLE_CODER)
#define ROLES_READING (ROLE_ANALYST | ROLE_CODER)

static const char *const approvals[] = {"approved", "pending", "declined", NULL};

static const struct record_column code_columns[] = {
    {"code", RECORD_TEXT, .is_required = true},
    {"label", RECORD_TEXT},
    {"trip_specific", RECORD_FLAG},
    {0},
};

static const struct record_column interview_columns[] = {
    {"interview", RECORD_TEXT, .is_required = true},
    {"email", RECORD_TEXT},
    {"person", RECORD_TEXT},
    {"sector", RECORD_TEXT, .is_required = true},
    {"sequence", RECORD_INTEGER, .is_required = true, .low = 0, .high = SEQUENCE_MAX},
    {"is_organiser", RECORD_FLAG},
    {"trips", RECORD_LIST},
    {0},
};

static const struct record_column segment_columns[] = {
    {"segment", RECORD_TEXT, .is_required = true},
    {"interview", RECORD_TEXT, .is_required = true},
    {"trip", RECORD_TEXT},
    {0},
};

static const struct record_column coding_columns[] = {
    {"coder", RECORD_TEXT, .is_required = true},
    {"segment", RECORD_TEXT, .is_required = true},
    {"code", RECORD_TEXT},
    {"sentiment", RECORD_INTEGER, .low = -1, .high = 1},
    {"withdrawn", RECORD_FLAG},
    {0},
};

static const struct record_column quote_columns[] = {
    {"quote", RECORD_TEXT, .is_required = true},
    {"interview", RECORD_TEXT, .is_required = true},
    {"code", RECORD_TEXT, .is_required = true},
    {"approval", RECORD_TEXT, .is_required = true, .values = approvals},
    {"text", RECORD_TEXT, .longest = QUOTE_MAX},
    {0},
};

/* What one route imports; the operation's id is in both. */
static const struct import {
    const char *operation;
    const char *statement;
    const struct record_column *columns;
    bool has_person;
} imports[] = {
    {"importCodes", "codes_import", code_columns, false},
    {"importInterviews", "interviews_import", interview_columns, true},
    {"importSegments", "segments_import", segment_columns, false},
    {"importCodings", "codings_import", coding_columns, false},
    {"importQuotes", "quotes_import", quote_columns, false},
};

static const struct import *import_of(const struct request *request)
{
    const struct operation *operation = request_route(request)->detail;
    size_t i = 0;
    while (strcmp(imports[i].operation, operation->id) != 0)
        i++;
    return &imports[i];
}

/* A person is named as in a delegation; the statement knows `person` only. */
static void name_people(json_t *rows, struct violations *violations)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        record_set_reference(row, violations);
        json_object_set(row, "person", json_object_get(row, "reference"));
    }
}

static void store(struct request *request, const char *statement, const json_t *rows)
{
    char *text = json_dumps(rows, JSON_COMPACT);
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_text(&params, text);
    params_uuid(&params, &request_principal(request)->actor);
    operation_answer(request, statement, &params);
    params_finish(&params);
    free(text);
}

static void import_rows(struct request *request)
{
    const struct import *import = import_of(request);
    struct violations violations;
    violations_init(&violations);
    json_t *rows = records_read(request, import->columns, ROWS_MAX, &violations);
    if (import->has_person)
        name_people(rows, &violations);
    if (violations.total > 0)
        request_problem_violations(request, &violations);
    else if (rows != NULL)
        store(request, import->statement, rows);
    json_decref(rows);
    violations_finish(&violations);
}

#define ROUTE(method, pattern, ...)                                                                \
    {                                                                                              \
        METHOD_##method, pattern, operation_handle, &(const struct operation)                      \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

#define IMPORTED                                                                                   \
    .roles = ROLES_CODING, .body_type = "text/csv", .body_type_too = "application/x-ndjson",       \
    .answer = "How many were added, changed and unchanged", .run = import_rows

/* A page: `after` is the last name of the page before. */
#define PAGE                                                                                       \
    {                                                                                              \
        {FROM_PROGRAMME}, {FROM_QUERY_TEXT, "after"},                                              \
        {                                                                                          \
            FROM_QUERY_LIMIT, "limit"                                                              \
        }                                                                                          \
    }

static const struct shape_field set_fields[] = {
    {"adjudicator", SHAPE_TEXT, SHAPE_REQUIRED, 1, 200,
     .help = "The coder whose codings say what was said"},
    {0},
};

static const struct shape_field approval_fields[] = {
    {"code", SHAPE_TEXT, SHAPE_REQUIRED, 1, 200, .help = "Whom the theme is of agree to it"},
    {0},
};

static const struct shape_field close_fields[] = {
    {"without_pending", SHAPE_BOOLEAN, SHAPE_OPTIONAL,
     .help = "Leave out for ever the quotes that are not approved yet"},
    {0},
};

const struct route interview_routes[] = {
    ROUTE(POST, "/v1/codes:import", .id = "importCodes",
          .summary = "Import themes: code, label, trip_specific", IMPORTED),
    ROUTE(POST, "/v1/interviews:import", .id = "importInterviews",
          .summary = "Import interviews: interview, person or email, sector, sequence, "
                     "is_organiser, trips (studies by id or name; in CSV with | between them)",
          IMPORTED),
    ROUTE(POST, "/v1/segments:import", .id = "importSegments",
          .summary = "Import segments: segment, interview, trip (a study, or empty)", IMPORTED),
    ROUTE(POST, "/v1/codings:import", .id = "importCodings",
          .summary = "Import codings: coder, segment, code, sentiment (-1, 0, 1 or empty), "
                     "withdrawn; a row without a code says that the coder found none",
          IMPORTED),
    ROUTE(POST, "/v1/quotes:import", .id = "importQuotes",
          .summary =
              "Import quotes: quote, interview, code, approval (approved, pending, declined), "
              "text (what may be read of it; empty: as it is)",
          IMPORTED),
    ROUTE(GET, "/v1/codes", .id = "listCodes", .summary = "The programme's themes",
          .roles = ROLES_STAFF, .answer = "Codes, and `next` to go on after",
          .statement = "code_list", .parameters = PAGE),
    ROUTE(GET, "/v1/interviews", .id = "listInterviews",
          .summary = "The interviews, their people by pseudonym", .roles = ROLES_STAFF,
          .answer = "Interviews, and `next` to go on after", .statement = "interview_list",
          .parameters = PAGE),
    ROUTE(GET, "/v1/segments", .id = "listSegments", .summary = "Segments and who is to code them",
          .roles = ROLES_STAFF, .answer = "Segments, and `next` to go on after",
          .statement = "segment_list", .parameters = PAGE),
    ROUTE(GET, "/v1/codings", .id = "listCodings",
          .summary = "The codings that hold now, `limit` segments of them", .roles = ROLES_READING,
          .answer = "Codings, and `next` to go on after a segment", .statement = "coding_list",
          .parameters = PAGE),
    ROUTE(GET, "/v1/quotes", .id = "listQuotes", .summary = "Quotes and their approval",
          .roles = ROLES_STAFF, .answer = "Quotes, and `next` to go on after",
          .statement = "quote_list", .parameters = PAGE),
    ROUTE(GET, "/v1/interview_set", .id = "getInterviewSet",
          .summary = "What holds for all interviews of the programme", .roles = ROLES_STAFF,
          .answer = "The set", .statement = "interview_set_get", .parameters = {{FROM_PROGRAMME}}),
    ROUTE(PUT, "/v1/interview_set", .id = "changeInterviewSet",
          .summary = "Name the coder whose codings are the adjudicated ones", .roles = ROLES_CODING,
          .body = set_fields, .answer = "The set", .statement = "interview_set_change",
          .parameters = {{FROM_PROGRAMME}, {FROM_BODY}, {FROM_ACTOR}}),
    ROUTE(POST, "/v1/codes:approve", .id = "approveCode",
          .summary = "Let a theme be released that few raised: they agreed to it, as it is coded "
                     "now",
          .roles = ROLE_ORGANISER, .body = approval_fields, .answer = "The code",
          .statement = "code_approve", .parameters = {{FROM_PROGRAMME}, {FROM_BODY}, {FROM_ACTOR}}),
    ROUTE(POST, "/v1/interview_set:close", .id = "closeInterviews",
          .summary = "Close the interviews: nothing of them changes any more, and what they say "
                     "is released. Never undone",
          .roles = ROLE_ORGANISER, .body = close_fields, .answer = "The set",
          .statement = "interview_set_close",
          .parameters = {{FROM_PROGRAMME}, {FROM_BODY}, {FROM_ACTOR}}),
    {0},
};

/* Personal data: who is known, what is held about them, erasure, retention, consent, and the audit
 * trail of it all. Every look is on record before its answer is sent. */
#include "resources.h"

static const struct shape_field erasure_fields[] = {
    {"reason", SHAPE_TEXT, SHAPE_REQUIRED, 3, 500,
     .help = "Why, without the person's name: it stays in the audit trail"},
    {"dry_run", SHAPE_BOOLEAN, SHAPE_OPTIONAL, .help = "Say what would go, and erase nothing"},
    {0},
};

static const struct shape_field programme_change_fields[] = {
    {"retention_months", SHAPE_INTEGER, SHAPE_NULLABLE, 1, 600,
     .help = "So long after a study's end its people and answers are kept; null: until erased"},
    {0},
};

static const struct shape_field consent_fields[] = {
    {"sv", SHAPE_TEXT, SHAPE_OPTIONAL, 1, 4000},
    {"en", SHAPE_TEXT, SHAPE_OPTIONAL, 1, 4000},
    {0},
};

static void csv_known(void *context, const struct rows *rows, const struct error *err)
{
    struct request *request = context;
    bool is_csv = err == NULL && rows_count(rows) > 0 && rows_int64(rows, 0, 0) == 200;
    if (!is_csv) {
        operation_reply_rows(request, rows, err);
        return;
    }
    request_set_header(request, "Content-Disposition", "attachment; filename=\"person.csv\"");
    request_reply(request, 200, "text/csv; charset=utf-8; header=present", rows_text(rows, 0, 1),
                  rows_length(rows, 0, 1));
}

static void export_person(struct request *request)
{
    static const char *const types[] = {"application/json", "text/csv", NULL};
    int best = request_accept(request, types);
    struct uuid person;
    if (best < 0) {
        request_problem(request, 406, NULL, "there is application/json and text/csv");
        return;
    }
    if (!request_uuid(request, "person", &person))
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_uuid(&params, &person);
    params_uuid(&params, &request_principal(request)->actor);
    if (best == 0)
        operation_answer(request, "person_export", &params);
    else
        channel_execute(channel_pool_choose(request_api(request)->options.pool),
                        "person_export_csv", &params, csv_known, request);
    params_finish(&params);
}

const struct route personal_routes[] = {
    ROUTE(GET, "/v1/persons", .id = "listPersons",
          .summary = "People by a part of their name, e-mail address or reference, or of one "
                     "study; audited",
          .roles = ROLE_ORGANISER, .answer = "People, and `next` to go on after",
          .statement = "person_list",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_QUERY_TEXT, "name"},
                         {FROM_QUERY_UUID, "study"},
                         {FROM_QUERY_UUID, "after"},
                         {FROM_QUERY_LIMIT, "limit"},
                         {FROM_ACTOR}}),
    ROUTE(GET, "/v1/persons/{person}:export", .id = "exportPerson",
          .summary =
              "Everything held about a person, a row a value; JSON or CSV by Accept; audited",
          .roles = ROLE_ORGANISER, .answer = "All of it", .other_type = "text/csv",
          .run = export_person),
    ROUTE(
        POST, "/v1/persons/{person}:erase", .id = "erasePerson",
        .summary = "Erase a person everywhere; releases stand", .roles = ROLE_ORGANISER,
        .body = erasure_fields, .answer = "What went, by table, and what stays",
        .statement = "person_erase",
        .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "person"}, {FROM_BODY}, {FROM_ACTOR}}),
    ROUTE(PATCH, "/v1/programmes/{programme}", .id = "changeProgramme",
          .summary = "Say how long people and answers are kept",
          .roles = ROLE_OPERATOR | ROLE_ORGANISER, .body = programme_change_fields,
          .answer = "The programme", .statement = "programme_change",
          .parameters = {{FROM_PROGRAMME}, {FROM_BODY}, {FROM_ACTOR}}),
    ROUTE(GET, "/v1/programmes/{programme}/retention", .id = "getRetention",
          .summary = "What the nightly retention job would delete, and when",
          .roles = ROLE_OPERATOR | ROLE_ORGANISER, .answer = "Studies, with how many rows would go",
          .statement = "retention_plan", .parameters = {{FROM_PROGRAMME}, {FROM_ACTOR}}),
    ROUTE(GET, "/v1/programmes/{programme}/audit", .id = "listAudit",
          .summary = "Who did and saw what, oldest first; audited too",
          .roles = ROLE_OPERATOR | ROLE_ORGANISER, .answer = "Records, and `next` to go on after",
          .statement = "audit_list",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_QUERY_NUMBER, "after"},
                         {FROM_QUERY_LIMIT, "limit"},
                         {FROM_ACTOR}}),
    ROUTE(GET, "/v1/programmes/{programme}/audit:verify", .id = "verifyAudit",
          .summary = "Whether the audit trail's hash chain holds, and its head",
          .roles = ROLE_OPERATOR | ROLE_ORGANISER, .answer = "The chain's state",
          .statement = "audit_verify", .parameters = {{FROM_PROGRAMME}}),
    ROUTE(GET, "/v1/waves/{wave}/consent", .id = "getConsent",
          .summary = "What participants agree to before they answer", .roles = ROLES_STAFF,
          .answer = "The texts and their hashes", .statement = "wave_consent",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}),
    ROUTE(PUT, "/v1/waves/{wave}/consent", .id = "setConsent",
          .summary = "Set it; without texts the default is shown again", .roles = ROLE_ORGANISER,
          .body = consent_fields, .answer = "The texts and their hashes",
          .statement = "wave_consent_set",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_BODY}, {FROM_ACTOR}}),
    {0},
};

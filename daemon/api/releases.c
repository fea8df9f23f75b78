/* Releases as such: what was released when, withdrawing a wrong one, and why each metric is shown
 * or held back. */
#include "resources.h"

#include <debriefd/disclosure.h>

static const struct shape_field withdrawal_fields[] = {
    {"reason", SHAPE_TEXT, SHAPE_REQUIRED, 1, 500,
     .help = "Everybody who can read releases reads it: it names nobody"},
    {0},
};

/* What coding moved is as telling as the answers: it is said to whom internal metrics are. */
static void explain(struct request *request)
{
    const struct principal *principal = request_principal(request);
    const struct disclosure_rules *rules = &disclosure_default_rules;
    struct uuid programme;
    struct uuid study;
    if (!request_programme(request, &programme) || !request_uuid(request, "study", &study))
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &programme);
    params_uuid(&params, &study);
    params_int(&params, disclosure_atom_minimum(rules));
    params_int(&params, rules->distribution);
    if (principal->role == ROLE_ANALYST)
        params_uuid(&params, &principal->actor);
    else
        params_text(&params, NULL);
    operation_answer(request, "release_explain", &params);
    params_finish(&params);
}

static const struct operation list_operation = {
    .id = "listReleases",
    .summary = "What was released when, and what was withdrawn why",
    .roles = ROLES_READERS,
    .answer = "Releases, and `next` to go on after",
    .statement = "release_list",
    .parameters = {{FROM_PROGRAMME},
                   {FROM_SEGMENT_UUID, "study"},
                   {FROM_QUERY_NUMBER, "after"},
                   {FROM_QUERY_LIMIT, "limit"}},
};

static const struct operation withdraw_operation = {
    .id = "withdrawRelease",
    .summary = "Withdraw a wrong release: its numbers are served no more, its reason is. After the "
               "newest one nothing is published until releases:resume",
    .roles = ROLE_ORGANISER,
    .body = withdrawal_fields,
    .answer = "The release",
    .statement = "release_withdraw",
    .parameters = {{FROM_PROGRAMME},
                   {FROM_SEGMENT_UUID, "study"},
                   {FROM_SEGMENT_NUMBER, "number"},
                   {FROM_BODY},
                   {FROM_ACTOR}},
};

static const struct operation resume_operation = {
    .id = "resumeReleases",
    .summary =
        "Let the next release take a withdrawn one's place, once what was wrong is put right",
    .roles = ROLE_ORGANISER,
    .answer = "The newest release",
    .statement = "releases_resume",
    .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}, {FROM_ACTOR}},
};

static const struct operation explain_operation = {
    .id = "explainReleases",
    .summary = "Why each metric is shown, merged, coded or held back; what coding moved is for the "
               "analyst, and audited",
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .answer = "What was decided, by metric family, wave and item",
    .run = explain,
};

const struct route release_routes[] = {
    {METHOD_GET, "/v1/studies/{study}/releases", operation_handle, &list_operation},
    {METHOD_POST, "/v1/studies/{study}/releases/{number}:withdraw", operation_handle,
     &withdraw_operation},
    {METHOD_POST, "/v1/studies/{study}/releases:resume", operation_handle, &resume_operation},
    {METHOD_GET, "/v1/studies/{study}/releases:explain", operation_handle, &explain_operation},
    {0},
};

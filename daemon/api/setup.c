/* Setting up: every operation is one statement, so a row here is all there is to it. */
#include "resources.h"

static const char *const key_roles[] = {"operator", "organiser", "analyst",
                                        "coder",    "dashboard", NULL};
static const char *const dispositions[] = {"I", "P", "R", "NC", "O", "UE", "NE", NULL};

static const char *const anonymities[] = {"pseudonymous", "anonymous", NULL};

static const struct shape_field programme_fields[] = {
    {"id", SHAPE_UUID, SHAPE_OPTIONAL, .help = "Chosen by the client, so that repeating is safe"},
    {"name", SHAPE_TEXT, SHAPE_REQUIRED, 1, 200},
    {"sectors", SHAPE_NAMES, SHAPE_OPTIONAL, 1, 12, .help = "In the order they are shown"},
    {"target", SHAPE_SHARES, SHAPE_OPTIONAL, 0, 12, .help = "Wanted share by sector; sums to 1"},
    {0},
};

static const struct shape_field destination_fields[] = {
    {"name", SHAPE_TEXT, SHAPE_REQUIRED, 1, 100},
    {"country", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 100},
    {0},
};

static const struct shape_field purpose_fields[] = {
    {"number", SHAPE_INTEGER, SHAPE_REQUIRED, 1, 20},
    {"text", SHAPE_PHRASE, SHAPE_REQUIRED, 1, 500},
    {0},
};

#define ANONYMITY                                                                                  \
    {                                                                                              \
        "anonymity", SHAPE_TEXT, SHAPE_OPTIONAL,                                                   \
            .values = anonymities,                                                                 \
            .help = "By default pseudonymous; fixed once somebody is invited"                      \
    }

static const struct shape_field study_fields[] = {
    {"id", SHAPE_UUID, SHAPE_OPTIONAL, .help = "Chosen by the client, so that repeating is safe"},
    {"name", SHAPE_TEXT, SHAPE_REQUIRED, 1, 200},
    {"kind", SHAPE_NAME, SHAPE_OPTIONAL, 0, 40,
     .help = "trip, municipality_area, county_quarter ..."},
    ANONYMITY,
    {"starts_on", SHAPE_DATE, SHAPE_OPTIONAL},
    {"ends_on", SHAPE_DATE, SHAPE_OPTIONAL},
    {"time_zone", SHAPE_TEXT, SHAPE_OPTIONAL, 1, 64, .help = "Of its schedules: Europe/Stockholm"},
    {"destinations", SHAPE_OBJECTS, SHAPE_OPTIONAL, 0, 20, .fields = destination_fields},
    {"purposes", SHAPE_OBJECTS, SHAPE_OPTIONAL, 0, 20, .fields = purpose_fields},
    {"target", SHAPE_SHARES, SHAPE_OPTIONAL, 0, 12, .help = "Overrides the programme's"},
    {"note", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 2000},
    {0},
};

static const struct shape_field study_change_fields[] = {
    {"name", SHAPE_TEXT, SHAPE_OPTIONAL, 1, 200},
    ANONYMITY,
    {"starts_on", SHAPE_DATE, SHAPE_OPTIONAL},
    {"ends_on", SHAPE_DATE, SHAPE_OPTIONAL},
    {"destinations", SHAPE_OBJECTS, SHAPE_OPTIONAL, 0, 20, .fields = destination_fields},
    {"purposes", SHAPE_OBJECTS, SHAPE_OPTIONAL, 0, 20, .fields = purpose_fields},
    {"note", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 2000},
    {0},
};

static const struct shape_field delegate_fields[] = {
    {"sector", SHAPE_NAME, SHAPE_OPTIONAL, 0, 40},
    {"organisation", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 200},
    {"municipality", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 100},
    {"role", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 200},
    {"is_staff", SHAPE_BOOLEAN, SHAPE_OPTIONAL},
    {"travelled", SHAPE_BOOLEAN, SHAPE_OPTIONAL},
    {0},
};

static const struct shape_field wave_fields[] = {
    {"id", SHAPE_UUID, SHAPE_OPTIONAL, .help = "Chosen by the client, so that repeating is safe"},
    {"kind", SHAPE_NAME, SHAPE_REQUIRED, 0, 20, .help = "pre, post, fu ..."},
    {"instrument", SHAPE_TEXT, SHAPE_REQUIRED, 1, 40},
    {"version", SHAPE_INTEGER, SHAPE_REQUIRED, 1, 100000},
    {"opens_at", SHAPE_TIME, SHAPE_OPTIONAL, .help = "By default at once"},
    {"closes_at", SHAPE_TIME, SHAPE_NULLABLE, .help = "Without it, the wave is closed by hand"},
    {0},
};

static const struct shape_field wave_change_fields[] = {
    {"opens_at", SHAPE_TIME, SHAPE_OPTIONAL},
    {"closes_at", SHAPE_TIME, SHAPE_NULLABLE},
    {0},
};

static const struct shape_field disposition_fields[] = {
    {"code", SHAPE_TEXT, SHAPE_REQUIRED, .values = dispositions,
     .help = "AAPOR: complete, partial, refusal, non-contact, other, unknown, not eligible"},
    {0},
};

static const struct shape_field participant_fields[] = {
    {"participant", SHAPE_UUID, SHAPE_REQUIRED},
    {"code", SHAPE_TEXT, SHAPE_REQUIRED, .values = dispositions},
    {0},
};

static const struct shape_field dispositions_fields[] = {
    {"dispositions", SHAPE_OBJECTS, SHAPE_REQUIRED, 0, 2000, .fields = participant_fields,
     .help = "Each participant once"},
    {0},
};

const struct shape_field key_fields[] = {
    {"role", SHAPE_TEXT, SHAPE_REQUIRED, .values = key_roles},
    {"label", SHAPE_TEXT, SHAPE_REQUIRED, 1, 200, .help = "Who or what holds it"},
    {"expires_at", SHAPE_TIME, SHAPE_OPTIONAL},
    {0},
};

const struct route setup_routes[] = {
    ROUTE(POST, "/v1/programmes", .id = "createProgramme", .summary = "Make a programme",
          .roles = ROLE_OPERATOR, .body = programme_fields, .answer = "The programme",
          .statement = "programme_create", .parameters = {{FROM_BODY}, {FROM_NEW_ID}}),
    ROUTE(GET, "/v1/programmes", .id = "listProgrammes", .summary = "The programmes this key sees",
          .roles = ROLE_OPERATOR | ROLES_READERS, .answer = "Programmes",
          .statement = "programme_list", .parameters = {{FROM_PROGRAMME}}),
    ROUTE(GET, "/v1/programmes/{programme}", .id = "getProgramme", .summary = "One programme",
          .roles = ROLE_OPERATOR | ROLES_READERS, .answer = "The programme",
          .statement = "programme_get", .parameters = {{FROM_PROGRAMME}}),
    ROUTE(GET, "/v1/programmes/{programme}/keys", .id = "listKeys",
          .summary = "A programme's keys, without their secrets",
          .roles = ROLE_OPERATOR | ROLE_ORGANISER, .answer = "Keys", .statement = "key_list",
          .parameters = {{FROM_PROGRAMME}}),
    ROUTE(DELETE, "/v1/programmes/{programme}/keys/{key}", .id = "revokeKey",
          .summary = "End a key", .roles = ROLE_OPERATOR | ROLE_ORGANISER, .answer = "The key",
          .statement = "key_revoke",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "key"}, {FROM_ACTOR}}),
    ROUTE(POST, "/v1/studies", .id = "createStudy", .summary = "Make a study",
          .roles = ROLE_ORGANISER, .body = study_fields, .answer = "The study",
          .statement = "study_create",
          .parameters = {{FROM_PROGRAMME}, {FROM_BODY}, {FROM_NEW_ID}, {FROM_VERIFY_TIME}}),
    ROUTE(GET, "/v1/studies", .id = "listStudies", .summary = "The programme's studies",
          .roles = ROLES_READERS, .answer = "Studies", .statement = "study_list",
          .parameters = {{FROM_PROGRAMME}}),
    ROUTE(GET, "/v1/studies/{study}", .id = "getStudy", .summary = "One study",
          .roles = ROLES_READERS, .answer = "The study", .statement = "study_get",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}),
    ROUTE(PATCH, "/v1/studies/{study}", .id = "changeStudy",
          .summary = "Change a study's description", .roles = ROLE_ORGANISER,
          .body = study_change_fields, .answer = "The study", .statement = "study_change",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}, {FROM_BODY}}),
    ROUTE(GET, "/v1/studies/{study}/delegates", .id = "listDelegates",
          .summary = "The delegation, by pseudonym", .roles = ROLES_STAFF,
          .answer = "Delegates, and `next` to go on after", .statement = "delegate_list",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_SEGMENT_UUID, "study"},
                         {FROM_QUERY_UUID, "after"},
                         {FROM_QUERY_LIMIT, "limit"}}),
    ROUTE(PATCH, "/v1/studies/{study}/delegates/{participant}", .id = "changeDelegate",
          .summary = "Correct a delegate; the change is dated", .roles = ROLE_ORGANISER,
          .body = delegate_fields, .answer = "The delegate", .statement = "delegate_change",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_SEGMENT_UUID, "study"},
                         {FROM_SEGMENT_UUID, "participant"},
                         {FROM_BODY},
                         {FROM_ACTOR}}),
    ROUTE(GET, "/v1/instruments", .id = "listInstruments", .summary = "Instrument versions",
          .roles = ROLES_STAFF, .answer = "Versions", .statement = "instrument_list",
          .parameters = {{FROM_PROGRAMME}}),
    ROUTE(GET, "/v1/instruments/{instrument}/versions/{version}", .id = "getInstrument",
          .summary = "One instrument version with its definition", .roles = ROLES_READERS,
          .answer = "The version", .statement = "instrument_get",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_SEGMENT_TEXT, "instrument"},
                         {FROM_SEGMENT_NUMBER, "version"}}),
    ROUTE(POST, "/v1/instruments/{instrument}/versions/{version}:publish",
          .id = "publishInstrument", .summary = "Publish a draft; from then on it never changes",
          .roles = ROLE_ORGANISER, .answer = "The version", .statement = "instrument_publish",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_SEGMENT_TEXT, "instrument"},
                         {FROM_SEGMENT_NUMBER, "version"}}),
    ROUTE(POST, "/v1/instruments/{instrument}/versions/{version}:retire", .id = "retireInstrument",
          .summary = "Take a version out of use for new waves", .roles = ROLE_ORGANISER,
          .answer = "The version", .statement = "instrument_retire",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_SEGMENT_TEXT, "instrument"},
                         {FROM_SEGMENT_NUMBER, "version"}}),
    ROUTE(
        POST, "/v1/studies/{study}/waves", .id = "createWave",
        .summary = "Make a wave: one collection of one instrument", .roles = ROLE_ORGANISER,
        .body = wave_fields, .answer = "The wave", .statement = "wave_create",
        .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}, {FROM_BODY}, {FROM_NEW_ID}}),
    ROUTE(GET, "/v1/studies/{study}/waves", .id = "listWaves", .summary = "A study's waves",
          .roles = ROLES_READERS, .answer = "Waves", .statement = "wave_list",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}),
    ROUTE(GET, "/v1/waves/{wave}", .id = "getWave", .summary = "One wave", .roles = ROLES_READERS,
          .answer = "The wave", .statement = "wave_get",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}),
    ROUTE(PATCH, "/v1/waves/{wave}", .id = "changeWave",
          .summary = "Open, extend or, before its first release, reopen a wave",
          .roles = ROLE_ORGANISER, .body = wave_change_fields, .answer = "The wave",
          .statement = "wave_change",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_BODY}}),
    ROUTE(POST, "/v1/waves/{wave}:close", .id = "closeWave", .summary = "Close a wave now",
          .roles = ROLE_ORGANISER, .answer = "The wave", .statement = "wave_close",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}),
    ROUTE(POST, "/v1/waves/{wave}/invitations", .id = "createInvitations",
          .summary = "Invite everyone who travelled; repeating adds who is new",
          .roles = ROLE_ORGANISER, .answer = "How many were added, and are there",
          .statement = "invitations_create",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_ACTOR}}),
    ROUTE(POST, "/v1/waves/{wave}/invitations:seal", .id = "sealInvitations",
          .summary =
              "Say that an anonymous wave's links are handed out: nobody can list them again",
          .roles = ROLE_ORGANISER, .answer = "How many there are", .statement = "anonymous_seal",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_ACTOR}}),
    ROUTE(POST, "/v1/invitations/{invitation}:revoke", .id = "revokeInvitation",
          .summary = "End an invitation's links", .roles = ROLE_ORGANISER,
          .answer = "The invitation", .statement = "invitation_change",
          .parameters =
              {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "invitation"}, {FROM_TRUE}, {FROM_ACTOR}}),
    ROUTE(POST, "/v1/invitations/{invitation}:rotate", .id = "rotateInvitation",
          .summary = "Give an invitation a new link and end the old ones", .roles = ROLE_ORGANISER,
          .answer = "The invitation", .statement = "invitation_change",
          .parameters =
              {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "invitation"}, {FROM_FALSE}, {FROM_ACTOR}}),
    ROUTE(PUT, "/v1/waves/{wave}/dispositions/{participant}", .id = "setDisposition",
          .summary = "Say what became of one invitation", .roles = ROLE_ORGANISER,
          .body = disposition_fields, .answer = "The disposition", .statement = "disposition_set",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_SEGMENT_UUID, "wave"},
                         {FROM_SEGMENT_UUID, "participant"},
                         {FROM_BODY},
                         {FROM_ACTOR}}),
    ROUTE(POST, "/v1/waves/{wave}/dispositions", .id = "setDispositions",
          .summary = "Say what became of many invitations, all or nothing", .roles = ROLE_ORGANISER,
          .body = dispositions_fields, .answer = "How many were set, and were so before",
          .statement = "dispositions_set",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_BODY}, {FROM_ACTOR}}),
    ROUTE(GET, "/v1/studies/{study}/response_rates", .id = "getResponseRates",
          .summary = "Response rates as they are now", .roles = ROLE_ORGANISER | ROLE_ANALYST,
          .answer = "Rates", .statement = "response_rates",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}),
    ROUTE(GET, "/v1/jobs", .id = "listJobs", .summary = "Scheduled jobs and how they fare",
          .roles = ROLE_ORGANISER | ROLE_ANALYST, .answer = "Jobs", .statement = "job_list",
          .parameters = {{FROM_PROGRAMME}}),
    ROUTE(
        GET, "/v1/jobs/{job}/runs", .id = "listJobRuns", .summary = "A job's latest runs",
        .roles = ROLE_ORGANISER | ROLE_ANALYST, .answer = "Runs, newest first",
        .statement = "job_runs",
        .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "job"}, {FROM_QUERY_LIMIT, "limit"}}),
    ROUTE(POST, "/v1/jobs/{job}:run", .id = "runJob", .summary = "Run a job now",
          .roles = ROLE_ORGANISER, .answer = "202: it is due", .statement = "job_start",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "job"}}),
    {0},
};

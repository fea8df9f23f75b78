#include "command.h"

#define ID                                                                                         \
    {                                                                                              \
        "id", "UUID", OPTION_TEXT, OPTION_BODY, NULL, "Chosen by you, so that repeating is safe"   \
    }

static const struct command_option programme_options[] = {
    ID,
    {"sectors", "LIST", OPTION_LIST, OPTION_BODY, NULL, "Sectors in the order they are shown"},
    {"target", "JSON", OPTION_JSON, OPTION_BODY, NULL, "Wanted share by sector, or @FILE"},
    {0},
};

static const struct command_option key_options[] = {
    {"expires-at", "TIME", OPTION_TEXT, OPTION_BODY, NULL, "When it ends (RFC 3339)"},
    {0},
};

#define STUDY_DESCRIPTION                                                                          \
    {"starts-on", "DATE", OPTION_TEXT, OPTION_BODY, NULL, "First day, 2010-01-13"},                \
        {"ends-on", "DATE", OPTION_TEXT, OPTION_BODY, NULL, "Last day"},                           \
        {"destination", "NAME[,COUNTRY]", OPTION_PLACE,                                            \
         OPTION_BODY,   "destinations",   "A destination; may be repeated"},                       \
        {"purpose",   "LANGUAGE:TEXT", OPTION_PURPOSE,                                             \
         OPTION_BODY, "purposes",      "A purpose, numbered in order; may be repeated"},           \
        {"purposes",  "JSON", OPTION_JSON,                                                         \
         OPTION_BODY, NULL,   "All purposes with their translations, or @FILE"},                   \
    {                                                                                              \
        "note", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "A remark"                                 \
    }

static const struct command_option study_options[] = {
    ID,
    {"kind", "NAME", OPTION_TEXT, OPTION_BODY, NULL, "What is studied; by default trip"},
    STUDY_DESCRIPTION,
    {"time-zone", "NAME", OPTION_TEXT, OPTION_BODY, NULL, "Of its schedules: Europe/Stockholm"},
    {"target", "JSON", OPTION_JSON, OPTION_BODY, NULL, "Overrides the programme's, or @FILE"},
    {0},
};

static const struct command_option study_change_options[] = {
    {"name", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "A new name"},
    STUDY_DESCRIPTION,
    {0},
};

static const struct command_option delegate_options[] = {
    {"sector", "NAME", OPTION_TEXT, OPTION_BODY, NULL, "One of the programme's sectors"},
    {"organisation", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "The employer"},
    {"municipality", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "The municipality"},
    {"role", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "The role there"},
    {"staff", "YES|NO", OPTION_BOOLEAN, OPTION_BODY, "is_staff", "Whether of the organiser"},
    {"travelled", "YES|NO", OPTION_BOOLEAN, OPTION_BODY, NULL, "Whether they came along"},
    {0},
};

static const struct command_option wave_options[] = {
    ID,
    {"opens-at", "TIME", OPTION_TEXT, OPTION_BODY, NULL, "By default at once (RFC 3339)"},
    {"closes-at", "TIME", OPTION_TIME, OPTION_BODY, NULL, "By default, when you close it"},
    {0},
};

static const struct command_option wave_change_options[] = {
    {"opens-at", "TIME", OPTION_TEXT, OPTION_BODY, NULL, "When it opens (RFC 3339)"},
    {"closes-at", "TIME", OPTION_TIME, OPTION_BODY, NULL, "When it closes; none: by hand"},
    {0},
};

static const struct command_option invitation_options[] = {
    {"tokens", NULL, OPTION_FLAG, OPTION_QUERY, NULL, "With their links; reading them is audited"},
    {0},
};

static const struct command_option mail_options[] = {
    {"to", "WHOM", OPTION_TEXT, OPTION_BODY, NULL,
     "waiting, everybody, answered or a participant; by default who lacks it"},
    {"at", "TIME", OPTION_TEXT, OPTION_BODY, NULL, "By default at once (RFC 3339)"},
    {0},
};

static const struct command_option mail_list_options[] = {
    {"state", "NAME", OPTION_TEXT, OPTION_QUERY, NULL, "Only in this state: queued, sent, bounced"},
    {"kind", "NAME", OPTION_TEXT, OPTION_QUERY, NULL, "Only of this kind: invitation, reminder"},
    {0},
};

static const struct command_option mail_withdraw_options[] = {
    {"kind", "NAME", OPTION_TEXT, OPTION_BODY, NULL, "Only of this kind"},
    {0},
};

static const struct command_option mail_plan_options[] = {
    {"max", "NUMBER", OPTION_INTEGER, OPTION_BODY, "mails_max",
     "To one person about this wave; by default 4"},
    {"invitation", NULL, OPTION_FLAG, OPTION_BODY, NULL, "Invite everybody when the wave opens"},
    {"reminders", "JSON", OPTION_JSON, OPTION_BODY, NULL,
     "A list, [{\"date\":\"2026-12-01\",\"time\":\"09:00\"}], or @FILE"},
    {"closing-days", "NUMBER", OPTION_INTEGER, OPTION_BODY, NULL,
     "A notice so many days before the wave closes"},
    {"closing-time", "HH:MM", OPTION_TEXT, OPTION_BODY, NULL, "Of that notice; by default 09:00"},
    {"thanks", NULL, OPTION_FLAG, OPTION_BODY, NULL, "Thank with some results once released"},
    {0},
};

static const struct command_option submit_options[] = {
    {"token", "TOKEN", OPTION_TEXT, OPTION_LOCAL, NULL, "FILE is one evaluation, by this token"},
    {"id", "UUID", OPTION_TEXT, OPTION_LOCAL, NULL, "The evaluation's id, with --token"},
    {"from", "LINE", OPTION_INTEGER, OPTION_LOCAL, NULL, "Begin at this line, from 1"},
    {"quiet", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "Say only what was refused"},
    {0},
};

static const struct command_option import_options[] = {
    {"from", "LINE", OPTION_INTEGER, OPTION_LOCAL, NULL, "Begin at this line, from 1"},
    {"late", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "Also into a closed wave"},
    {"quiet", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "Say only what was refused"},
    {0},
};

static const struct command_option interview_set_options[] = {
    {"adjudicator", "CODER", OPTION_TEXT, OPTION_BODY, NULL, "Whose codings say what was said"},
    {0},
};

static const struct command_option close_options[] = {
    {"without-pending", NULL, OPTION_FLAG, OPTION_BODY, NULL,
     "Leave out for ever the quotes that are not approved yet"},
    {0},
};

static const struct command_option verify_options[] = {
    {"public-key", "HEX", OPTION_TEXT, OPTION_LOCAL, NULL, "The public key, 64 digits"},
    {"keys", "FILE", OPTION_TEXT, OPTION_LOCAL, NULL, "What GET /v1/receipt_keys answered"},
    {0},
};

#define METRIC_FILTERS                                                                             \
    {"family", "NAME", OPTION_TEXT, OPTION_QUERY, NULL, "Only this family"},                       \
        {"wave", "KIND", OPTION_TEXT, OPTION_QUERY, NULL, "Only this wave: pre, post, fu"},        \
        {"slice", "NAME", OPTION_TEXT, OPTION_QUERY, NULL, "Only this slice: all, business"},      \
        {"item", "NAME", OPTION_TEXT, OPTION_QUERY, NULL, "Only this item"},                       \
        {"metric", "LIST", OPTION_LIST, OPTION_QUERY, NULL, "Only these metrics: mean,nps.score"}, \
        {"csv", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "All columns, as CSV"},                     \
    {                                                                                              \
        "wide", NULL, OPTION_FLAG, OPTION_LOCAL, NULL, "As CSV with a column a metric"             \
    }

static const struct command_option metric_options[] = {
    METRIC_FILTERS,
    {"as-of", "TIME", OPTION_TEXT, OPTION_QUERY, "as_of", "The release of that time (RFC 3339)"},
    {"internal", NULL, OPTION_FLAG, OPTION_QUERY, NULL, "Unreleased rows; for analysts, audited"},
    {0},
};

static const struct command_option compare_options[] = {
    METRIC_FILTERS,
    {"internal", NULL, OPTION_FLAG, OPTION_QUERY, NULL,
     "The programme's own unreleased rows: its comparison and interviews; for analysts, audited"},
    {0},
};

static const struct command_option withdrawal_options[] = {
    {"reason", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "Why; whoever reads releases reads it"},
    {0},
};

static const struct command_option programme_change_options[] = {
    {"retention-months", "NUMBER|null", OPTION_JSON, OPTION_BODY, NULL,
     "So long after a study's end its people and answers are kept; null: until erased"},
    {0},
};

static const struct command_option consent_options[] = {
    {"sv", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "The text in Swedish"},
    {"en", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "The text in English"},
    {0},
};

static const struct command_option person_options[] = {
    {"name", "TEXT", OPTION_TEXT, OPTION_QUERY, NULL, "A part of the name, address or reference"},
    {"study", "UUID", OPTION_TEXT, OPTION_QUERY, NULL, "Only of this study"},
    {0},
};

static const struct command_option erasure_options[] = {
    {"reason", "TEXT", OPTION_TEXT, OPTION_BODY, NULL, "Why, without the name; kept on record"},
    {"dry-run", NULL, OPTION_FLAG, OPTION_BODY, NULL, "Say what would go, and erase nothing"},
    {0},
};

static const struct command_option audit_options[] = {
    {"after", "NUMBER", OPTION_INTEGER, OPTION_QUERY, NULL, "Only later ones"},
    {0},
};

static const struct command_option explain_options[] = {
    {"wave", "KIND", OPTION_TEXT, OPTION_LOCAL, NULL, "Only this wave: pre, post, fu"},
    {"item", "NAME", OPTION_TEXT, OPTION_LOCAL, NULL, "Only this item"},
    {0},
};

static const struct command_option run_options[] = {
    {"limit", "NUMBER", OPTION_INTEGER, OPTION_QUERY, NULL, "At most so many, up to 1000"},
    {0},
};

static const struct command_option event_options[] = {
    {"after", "ID", OPTION_TEXT, OPTION_LOCAL, NULL, "Go on after this event"},
    {"count", "NUMBER", OPTION_INTEGER, OPTION_LOCAL, NULL, "End after so many events"},
    {0},
};

static const struct command_option layout_options[] = {
    {"layout", "NAME", OPTION_TEXT, OPTION_LOCAL, NULL, "How DIR is laid out: tidy"},
    {"name", "TEXT", OPTION_TEXT, OPTION_LOCAL, NULL,
     "Of the programme that an operator's key makes; by default DIR's"},
    {0},
};

static const struct column programme_columns[] = {
    {"NAME", "name"},
    {"SECTORS", "sectors"},
    {"CREATED", "created_at", COLUMN_TIME},
    {"ID", "id"},
    {0},
};

static const struct column key_columns[] = {
    {"ROLE", "role"},
    {"LABEL", "label"},
    {"CREATED", "created_at", COLUMN_TIME},
    {"EXPIRES", "expires_at", COLUMN_TIME},
    {"REVOKED", "revoked_at", COLUMN_TIME},
    {"ID", "id"},
    {0},
};

static const struct column webhook_columns[] = {
    {"LABEL", "label"},
    {"URL", "url"},
    {"ATTEMPTS", "attempts"},
    {"LAST ANSWER", "last_answer"},
    {"DISABLED", "disabled_at", COLUMN_TIME},
    {"ID", "id"},
    {0},
};

static const struct column study_columns[] = {
    {"NAME", "name"},  {"FROM", "starts_on"},
    {"TO", "ends_on"}, {"DESTINATIONS", "destinations", COLUMN_PLACES},
    {"ID", "id"},      {0},
};

static const struct column delegate_columns[] = {
    {"SECTOR", "sector"},
    {"ORGANISATION", "organisation"},
    {"ROLE", "role"},
    {"STAFF", "is_staff"},
    {"TRAVELLED", "travelled"},
    {"ID", "id"},
    {0},
};

static const struct column instrument_columns[] = {
    {"INSTRUMENT", "instrument"},
    {"VERSION", "version", COLUMN_NUMBER},
    {"STATUS", "status"},
    {"CREATED", "created_at", COLUMN_TIME},
    {"PUBLISHED", "published_at", COLUMN_TIME},
    {0},
};

static const struct column wave_columns[] = {
    {"KIND", "kind"},
    {"STATE", "state"},
    {"INSTRUMENT", "instrument"},
    {"VERSION", "version", COLUMN_NUMBER},
    {"OPENS", "opens_at", COLUMN_TIME},
    {"CLOSES", "closes_at", COLUMN_TIME},
    {"CLOSED", "closed_at", COLUMN_TIME},
    {"RELEASED", "released_at", COLUMN_TIME},
    {"ID", "id"},
    {0},
};

static const struct column invitation_columns[] = {
    {"ID", "id"},
    {"PARTICIPANT", "participant"},
    {"LINK", "generation", COLUMN_NUMBER},
    {"REVOKED", "revoked"},
    {"ANSWERED", "answered"},
    {"TOKEN", "token"},
    {0},
};

static const struct column mail_columns[] = {
    {"KIND", "kind"},
    {"STATE", "state"},
    {"PARTICIPANT", "participant"},
    {"DUE", "due_at", COLUMN_TIME},
    {"SENT", "sent_at", COLUMN_TIME},
    {"ATTEMPTS", "attempts", COLUMN_NUMBER},
    {"BECAUSE", "error"},
    {"ID", "id"},
    {0},
};

static const struct column code_columns[] = {
    {"CODE", "code"}, {"LABEL", "label"}, {"TRIP", "trip_specific"}, {"APPROVED", "approved"}, {0},
};

static const struct column interview_columns[] = {
    {"INTERVIEW", "interview"},
    {"SECTOR", "sector"},
    {"SEQUENCE", "sequence", COLUMN_NUMBER},
    {"ORGANISER", "is_organiser"},
    {"TRIPS", "trips"},
    {"PERSON", "person"},
    {0},
};

static const struct column segment_columns[] = {
    {"SEGMENT", "segment"}, {"INTERVIEW", "interview"}, {"CODERS", "coders"}, {"TRIP", "trip"}, {0},
};

static const struct column coding_columns[] = {
    {"SEGMENT", "segment"},
    {"CODER", "coder"},
    {"CODE", "code"},
    {"SENTIMENT", "sentiment", COLUMN_NUMBER},
    {"SINCE", "valid_from", COLUMN_TIME},
    {0},
};

static const struct column quote_columns[] = {
    {"QUOTE", "quote"},
    {"INTERVIEW", "interview"},
    {"CODE", "code"},
    {"APPROVAL", "approval"},
    {"TEXT", "text"},
    {"CHANGED", "changed_at", COLUMN_TIME},
    {0},
};

static const struct column release_columns[] = {
    {"NUMBER", "number", COLUMN_NUMBER},
    {"RELEASED", "released_at", COLUMN_TIME},
    {"WITHDRAWN", "withdrawn_at", COLUMN_TIME},
    {"BECAUSE", "withdrawn_reason"},
    {0},
};

static const struct column rate_columns[] = {
    {"WAVE", "wave"},
    {"SLICE", "slice"},
    {"RATE", "rate", COLUMN_SHARE},
    {"ANSWERED", "answered", COLUMN_NUMBER},
    {"DELEGATION", "delegation", COLUMN_NUMBER},
    {0},
};

static const struct column job_columns[] = {
    {"KIND", "kind"},
    {"SCHEDULE", "schedule"},
    {"DUE", "is_due"},
    {"NEXT RUN", "next_run_at", COLUMN_TIME},
    {"FAILURES", "failures", COLUMN_NUMBER},
    {"LAST ERROR", "last_error"},
    {"STUDY", "study"},
    {"ID", "id"},
    {0},
};

static const struct column job_run_columns[] = {
    {"STARTED", "started_at", COLUMN_TIME},
    {"FINISHED", "finished_at", COLUMN_TIME},
    {"OUTCOME", "outcome"},
    {"REVISION", "revision", COLUMN_NUMBER},
    {"EPOCH", "epoch", COLUMN_NUMBER},
    {"DETAIL", "detail"},
    {0},
};

static const struct column person_columns[] = {
    {"ID", "id"}, {"NAME", "name"}, {"EMAIL", "email"}, {"LANGUAGE", "language"}, {0},
};

static const struct column person_row_columns[] = {
    {"AREA", "area"}, {"STUDY", "study"}, {"WAVE", "wave"},          {"RECORD", "record"},
    {"ITEM", "item"}, {"VALUE", "value"}, {"AT", "at", COLUMN_TIME}, {0},
};

static const struct column audit_columns[] = {
    {"NUMBER", "number", COLUMN_NUMBER},
    {"AT", "at", COLUMN_TIME},
    {"ACTION", "action"},
    {"ACTOR", "actor"},
    {0},
};

static const struct column retention_columns[] = {
    {"STUDY", "study"},
    {"NAME", "name"},
    {"ENDED", "ended_on"},
    {"DUE", "due_on"},
    {"DUE NOW", "is_due"},
    {"ARCHIVED", "archived_at", COLUMN_TIME},
    {0},
};

#define PERSON                                                                                     \
    {                                                                                              \
        "PERSON", ARGUMENT_ID                                                                      \
    }
#define STUDY                                                                                      \
    {                                                                                              \
        "STUDY", ARGUMENT_STUDY                                                                    \
    }
#define WAVE                                                                                       \
    {                                                                                              \
        "WAVE", ARGUMENT_WAVE                                                                      \
    }
#define KEY                                                                                        \
    {                                                                                              \
        "KEY", ARGUMENT_ID                                                                         \
    }
#define FILE_NAME                                                                                  \
    {                                                                                              \
        "FILE", ARGUMENT_FILE                                                                      \
    }
#define INSTRUMENT                                                                                 \
    {                                                                                              \
        "INSTRUMENT", ARGUMENT_INSTRUMENT                                                          \
    }
#define INVITATION                                                                                 \
    {                                                                                              \
        "INVITATION", ARGUMENT_ID                                                                  \
    }
#define JOB                                                                                        \
    {                                                                                              \
        "JOB", ARGUMENT_ID                                                                         \
    }

#define WEBHOOK                                                                                    \
    {                                                                                              \
        "WEBHOOK", ARGUMENT_ID                                                                     \
    }

const struct command commands[] = {
    {"programmes", "create", "Make a programme (operator)",
     .arguments = {{"NAME", ARGUMENT_TEXT, "name"}}, .options = programme_options, .method = "POST",
     .path = "/v1/programmes"},
    {"programmes", "list", "List the programmes this key sees", .method = "GET",
     .path = "/v1/programmes", .list = "programmes", .columns = programme_columns},
    {"programmes", "change", "Say how long people and answers are kept",
     .options = programme_change_options, .method = "PATCH", .path = "/v1/programmes/{PROGRAMME}"},
    {"retention", NULL, "Show what the nightly retention job would delete, and when",
     .method = "GET", .path = "/v1/programmes/{PROGRAMME}/retention", .list = "studies",
     .columns = retention_columns},
    {"persons", "list", "Find people by name; audited", .options = person_options, .method = "GET",
     .path = "/v1/persons", .list = "persons", .columns = person_columns},
    {"persons", "export", "Show everything held about a person; audited", .arguments = {PERSON},
     .method = "GET", .path = "/v1/persons/{PERSON}:export", .list = "rows",
     .columns = person_row_columns},
    {"persons", "erase", "Erase a person everywhere; releases stand", .arguments = {PERSON},
     .options = erasure_options,
     .details = "The answer says what went, by table, and what stays and why. A delegation that is "
                "imported again does not bring the person back, unless its row says readmit.",
     .method = "POST", .path = "/v1/persons/{PERSON}:erase"},
    {"audit", "list", "List who did and saw what, oldest first", .options = audit_options,
     .method = "GET", .path = "/v1/programmes/{PROGRAMME}/audit", .list = "records",
     .columns = audit_columns},
    {"audit", "verify", "Check the audit trail's hash chain", .method = "GET",
     .details = "Note its head down elsewhere: another one with as many records is another trail.",
     .path = "/v1/programmes/{PROGRAMME}/audit:verify"},
    {"keys", "create", "Make an API key; its secret is shown once",
     .arguments = {{"ROLE", ARGUMENT_TEXT, "role"}, {"LABEL", ARGUMENT_TEXT, "label"}},
     .options = key_options,
     .details = "ROLE is organiser, analyst, coder, dashboard or operator; LABEL says who or what "
                "holds the key. An organiser makes keys of coders and dashboards; the others come "
                "from an operator.",
     .method = "POST", .path = "/v1/programmes/{PROGRAMME}/keys"},
    {"keys", "list", "List keys, without their secrets", .method = "GET",
     .path = "/v1/programmes/{PROGRAMME}/keys", .list = "keys", .columns = key_columns},
    {"keys", "revoke", "End a key", .arguments = {KEY}, .method = "DELETE",
     .path = "/v1/programmes/{PROGRAMME}/keys/{KEY}"},
    {"keys", "rotate", "Give a key a new secret; the old one stops at once", .arguments = {KEY},
     .method = "POST", .path = "/v1/programmes/{PROGRAMME}/keys/{KEY}:rotate"},
    {"webhooks", "create", "Be told by HTTP when a release is published or withdrawn",
     .arguments = {{"URL", ARGUMENT_TEXT, "url"}, {"LABEL", ARGUMENT_TEXT, "label"}},
     .details = "Messages follow Standard Webhooks 1.0.0: JSON with type (released, withdrawn), "
                "timestamp and data, signed with the secret that is shown once. An event comes in "
                "order and at least once; webhook-id tells a repeated one. A receiver that fails "
                "is tried again for three days and a half, then disabled; 410 disables it at once.",
     .method = "POST", .path = "/v1/programmes/{PROGRAMME}/webhooks"},
    {"webhooks", "list", "List webhooks and how they fare", .method = "GET",
     .path = "/v1/programmes/{PROGRAMME}/webhooks", .list = "webhooks", .columns = webhook_columns},
    {"webhooks", "resume", "Try again now, with the event it stopped at", .arguments = {WEBHOOK},
     .method = "POST", .path = "/v1/programmes/{PROGRAMME}/webhooks/{WEBHOOK}:resume"},
    {"webhooks", "delete", "End a webhook", .arguments = {WEBHOOK}, .method = "DELETE",
     .path = "/v1/programmes/{PROGRAMME}/webhooks/{WEBHOOK}"},
    {"studies", "create", "Make a study, for example a trip",
     .arguments = {{"NAME", ARGUMENT_TEXT, "name"}}, .options = study_options, .method = "POST",
     .path = "/v1/studies"},
    {"studies", "list", "List the programme's studies", .method = "GET", .path = "/v1/studies",
     .list = "studies", .columns = study_columns},
    {"studies", "show", "Show a study", .arguments = {STUDY}, .method = "GET",
     .path = "/v1/studies/{STUDY}"},
    {"studies", "change", "Change a study's description", .arguments = {STUDY},
     .options = study_change_options, .method = "PATCH", .path = "/v1/studies/{STUDY}"},
    {"delegates", "import", "Import a delegation from CSV, all of it or nothing",
     .arguments = {STUDY, FILE_NAME},
     .details =
         "The columns are name, sector and organisation, an email or a person reference, "
         "and municipality, role, language, is_staff, travelled, and readmit for somebody who "
         "was erased. Repeating changes nothing.",
     .run = delegates_import},
    {"delegates", "list", "List a delegation by pseudonym", .arguments = {STUDY}, .method = "GET",
     .path = "/v1/studies/{STUDY}/delegates", .list = "delegates", .columns = delegate_columns},
    {"delegates", "change", "Correct a delegate; the change is dated",
     .arguments = {STUDY, {"PARTICIPANT", ARGUMENT_ID}}, .options = delegate_options,
     .method = "PATCH", .path = "/v1/studies/{STUDY}/delegates/{PARTICIPANT}"},
    {"instruments", "check", "Check an instrument's definition, without a server",
     .arguments = {FILE_NAME}, .run = instruments_check},
    {"instruments", "draft", "Store a definition as a draft", .arguments = {FILE_NAME},
     .run = instruments_draft},
    {"instruments", "publish", "Publish a draft; from then on it never changes",
     .arguments = {INSTRUMENT}, .method = "POST", .path = "/v1/instruments/{INSTRUMENT}:publish"},
    {"instruments", "retire", "Take a version out of use for new waves", .arguments = {INSTRUMENT},
     .method = "POST", .path = "/v1/instruments/{INSTRUMENT}:retire"},
    {"instruments", "list", "List instrument versions", .method = "GET", .path = "/v1/instruments",
     .list = "instruments", .columns = instrument_columns},
    {"instruments", "show", "Show a version with its definition", .arguments = {INSTRUMENT},
     .method = "GET", .path = "/v1/instruments/{INSTRUMENT}"},
    {"waves", "create", "Make a wave: one collection of one instrument",
     .arguments = {STUDY,
                   {"KIND", ARGUMENT_TEXT, "kind"},
                   {"INSTRUMENT", ARGUMENT_INSTRUMENT, "instrument"}},
     .options = wave_options, .details = "KIND is pre, post, fu or another short name.",
     .method = "POST", .path = "/v1/studies/{STUDY}/waves"},
    {"waves", "list", "List a study's waves", .arguments = {STUDY}, .method = "GET",
     .path = "/v1/studies/{STUDY}/waves", .list = "waves", .columns = wave_columns},
    {"waves", "show", "Show a wave", .arguments = {WAVE}, .method = "GET",
     .path = "/v1/waves/{WAVE}"},
    {"waves", "change", "Open, extend or, before its first release, reopen a wave",
     .arguments = {WAVE}, .options = wave_change_options, .method = "PATCH",
     .path = "/v1/waves/{WAVE}"},
    {"consent", "show", "Show what participants agree to before they answer", .arguments = {WAVE},
     .method = "GET", .path = "/v1/waves/{WAVE}/consent"},
    {"consent", "set", "Set it; without texts the default is shown again", .arguments = {WAVE},
     .options = consent_options, .details = "Who agreed to another text is asked again.",
     .method = "PUT", .path = "/v1/waves/{WAVE}/consent"},
    {"waves", "close", "Close a wave now", .arguments = {WAVE}, .method = "POST",
     .path = "/v1/waves/{WAVE}:close"},
    {"invitations", "create", "Invite everyone who travelled; repeating adds who is new",
     .arguments = {WAVE}, .method = "POST", .path = "/v1/waves/{WAVE}/invitations"},
    {"invitations", "list", "List a wave's invitations", .arguments = {WAVE},
     .options = invitation_options, .method = "GET", .path = "/v1/waves/{WAVE}/invitations",
     .list = "invitations", .columns = invitation_columns},
    {"invitations", "revoke", "End an invitation's links", .arguments = {INVITATION},
     .method = "POST", .path = "/v1/invitations/{INVITATION}:revoke"},
    {"invitations", "rotate", "Give an invitation a new link and end the old ones",
     .arguments = {INVITATION}, .method = "POST", .path = "/v1/invitations/{INVITATION}:rotate"},
    {"mails", "queue", "Queue a wave's invitations, reminders, closing notices or thanks",
     .arguments = {WAVE, {"KIND", ARGUMENT_TEXT, "kind"}}, .options = mail_options,
     .details = "KIND is invitation, reminder, closing or thanks. Nobody gets two of a kind within "
                "20 hours, nor more than the plan's limit; who is left out is counted by reason.",
     .method = "POST", .path = "/v1/waves/{WAVE}/mails"},
    {"mails", "list", "List a wave's mails and what became of them", .arguments = {WAVE},
     .options = mail_list_options, .method = "GET", .path = "/v1/waves/{WAVE}/mails",
     .list = "mails", .columns = mail_columns},
    {"mails", "withdraw", "Withdraw a wave's mails that are not sent yet", .arguments = {WAVE},
     .options = mail_withdraw_options, .method = "POST", .path = "/v1/waves/{WAVE}/mails:withdraw"},
    {"mails", "plan", "Show what is sent for a wave by itself", .arguments = {WAVE},
     .method = "GET", .path = "/v1/waves/{WAVE}/mail_plan"},
    {"mails", "set-plan", "Say what is sent for a wave by itself; replaces the plan",
     .arguments = {WAVE}, .options = mail_plan_options,
     .details =
         "Times are of the clock on the wall of the study's time zone. Reminders and closing "
         "notices go to those who have not answered, in an anonymous study to everybody.",
     .method = "PUT", .path = "/v1/waves/{WAVE}/mail_plan"},
    {"mails", "bounce", "Report a mail that came back, from a mail server's pipe",
     .arguments = {FILE_NAME},
     .details = "FILE is the report (RFC 3464); - is standard input. What is no report of a "
                "failure, or of no mail of this daemon, is passed over with success.",
     .run = mails_bounce},
    {"dispositions", "set", "Say what became of one invitation",
     .arguments = {WAVE, {"PARTICIPANT", ARGUMENT_ID}, {"CODE", ARGUMENT_TEXT, "code"}},
     .details = "CODE is I (complete), P (partial), R (refusal), NC (non-contact), O (other), UE "
                "(unknown eligibility) or NE (not eligible), as AAPOR defines them.",
     .method = "PUT", .path = "/v1/waves/{WAVE}/dispositions/{PARTICIPANT}"},
    {"evaluations", "submit", "Submit evaluations, each by its own token",
     .arguments = {WAVE, FILE_NAME}, .options = submit_options,
     .details = "FILE holds one JSON object a line: {\"id\", \"token\", \"evaluation\"}; - is "
                "standard input. Repeating a file records nothing twice.",
     .run = evaluations_submit},
    {"evaluations", "import", "Import evaluations on behalf of participants",
     .arguments = {WAVE, FILE_NAME}, .options = import_options,
     .details = "FILE holds one JSON object a line: {\"id\", \"participant\", \"evaluation\"}; - "
                "is standard input. It may be of any length. Repeating a file records nothing "
                "twice.",
     .run = evaluations_import},
    {"codes", "import", "Import the themes of interviews from CSV or NDJSON",
     .arguments = {FILE_NAME},
     .details = "The columns are code, label and trip_specific. Repeating changes nothing.",
     .run = tables_import},
    {"codes", "list", "List the themes of interviews", .method = "GET", .path = "/v1/codes",
     .list = "codes", .columns = code_columns},
    {"codes", "approve", "Let a theme be released that few raised, because they agreed to it",
     .arguments = {{"CODE", ARGUMENT_TEXT, "code"}},
     .details = "It holds for the theme as it is coded now: when somebody else turns out to have "
                "raised it, approve it again. interviews explain says which themes need it.",
     .method = "POST", .path = "/v1/codes:approve"},
    {"interviews", "import", "Import interviews from CSV or NDJSON", .arguments = {FILE_NAME},
     .details = "The columns are interview, an email or a person reference as in a delegation, "
                "sector, sequence, is_organiser and trips: studies by name or id, with | between "
                "them. Repeating changes nothing.",
     .run = tables_import},
    {"interviews", "list", "List interviews, their people by pseudonym", .method = "GET",
     .path = "/v1/interviews", .list = "interviews", .columns = interview_columns},
    {"interviews", "show", "Show what holds for all interviews", .method = "GET",
     .path = "/v1/interview_set"},
    {"interviews", "change", "Name the coder whose codings are the adjudicated ones",
     .options = interview_set_options, .method = "PUT", .path = "/v1/interview_set"},
    {"interviews", "close", "Close the interviews and release what they say; never undone",
     .options = close_options,
     .details = "Nothing of them changes any more: themes that few raised and quotes are approved "
                "before, and only the approval of a quote can be taken back after. "
                "programme-metrics shows what is released.",
     .method = "POST", .path = "/v1/interview_set:close"},
    {"interviews", "explain", "Say why each theme and quote is released or held back",
     .options = explain_options, .run = interviews_explain},
    {"segments", "import", "Import the segments of interviews from CSV or NDJSON",
     .arguments = {FILE_NAME},
     .details = "The columns are segment, interview and trip: the study it speaks of, by name or "
                "id, or nothing. Repeating changes nothing.",
     .run = tables_import},
    {"segments", "list", "List segments and who is to code them", .method = "GET",
     .path = "/v1/segments", .list = "segments", .columns = segment_columns},
    {"codings", "import", "Import codings from CSV or NDJSON", .arguments = {FILE_NAME},
     .details = "The columns are coder, segment, code, sentiment (-1, 0, 1 or nothing) and "
                "withdrawn. A row without a code says that the coder found none in the segment. "
                "Repeating changes nothing.",
     .run = tables_import},
    {"codings", "list", "List the codings that hold now", .method = "GET", .path = "/v1/codings",
     .list = "codings", .columns = coding_columns},
    {"quotes", "import", "Import quotes and their approval from CSV or NDJSON",
     .arguments = {FILE_NAME},
     .details = "The columns are quote, interview, code, approval: approved, pending or declined, "
                "and text: what may be read of it, which names nobody and is released when it is "
                "approved. Repeating changes nothing.",
     .run = tables_import},
    {"quotes", "list", "List quotes and their approval", .method = "GET", .path = "/v1/quotes",
     .list = "quotes", .columns = quote_columns},
    {"receipts", "show", "Show whether an evaluation is recorded, and its receipt",
     .arguments = {{"EVALUATION", ARGUMENT_ID}}, .run = receipts_show},
    {"receipts", "verify", "Check a receipt's signature, without a server if keys are given",
     .arguments = {FILE_NAME}, .options = verify_options, .run = receipts_verify},
    {"metrics", NULL, "Show a study's released metrics", .arguments = {STUDY},
     .options = metric_options, .run = metrics_show},
    {"programme-metrics", NULL, "Show every study's newest release side by side",
     .options = compare_options, .run = metrics_compare},
    {"releases", "list", "List what was released when", .arguments = {STUDY}, .method = "GET",
     .path = "/v1/studies/{STUDY}/releases", .list = "releases", .columns = release_columns},
    {"releases", "explain", "Say why each metric is shown, merged, coded or held back",
     .arguments = {STUDY}, .options = explain_options,
     .details = "How many answers coding moved is said to analysts only, and audited.",
     .run = releases_explain},
    {"releases", "withdraw", "Withdraw a wrong release; its reason is shown in its place",
     .arguments = {STUDY, {"NUMBER", ARGUMENT_INTEGER}}, .options = withdrawal_options,
     .details = "After the newest release nothing is published until releases resume.",
     .method = "POST", .path = "/v1/studies/{STUDY}/releases/{NUMBER}:withdraw"},
    {"releases", "resume", "Let the next release take a withdrawn one's place",
     .arguments = {STUDY}, .method = "POST", .path = "/v1/studies/{STUDY}/releases:resume"},
    {"rates", NULL, "Show a study's response rates as they are now", .arguments = {STUDY},
     .method = "GET", .path = "/v1/studies/{STUDY}/response_rates", .list = "rates",
     .columns = rate_columns},
    {"jobs", "list", "List scheduled jobs and how they fare", .method = "GET", .path = "/v1/jobs",
     .list = "jobs", .columns = job_columns},
    {"jobs", "runs", "List a job's latest runs", .arguments = {JOB}, .options = run_options,
     .method = "GET", .path = "/v1/jobs/{JOB}/runs", .list = "runs", .columns = job_run_columns},
    {"jobs", "run", "Run a job now", .arguments = {JOB}, .method = "POST",
     .path = "/v1/jobs/{JOB}:run"},
    {"events", NULL, "Follow what happens in the programme, until interrupted",
     .options = event_options, .run = events_follow},
    {"import", NULL, "Load a dataset's studies, people and answers",
     .arguments = {{"DIR", ARGUMENT_FILE}}, .options = layout_options,
     .details = "DIR holds the dataset in the layout that --layout names. An organiser's key loads "
                "it into its programme, an operator's into --programme or a new one. Repeating it "
                "adds nothing.",
     .run = tidy_import},
    {"verify", NULL, "Load a tidy dataset, run all jobs, compare every metric (operator)",
     .arguments = {{"DIR", ARGUMENT_FILE}},
     .details = "A programme of its own is made for it. Every value of DIR/expected.json is "
                "compared with the internal metric of that name, and each difference printed.",
     .run = tidy_verify},
    {"health", NULL, "Show whether the server is ready", .run = health_show},
    {0},
};

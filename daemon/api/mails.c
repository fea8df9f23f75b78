/* Mails to participants: what is queued, planned, withdrawn and reported undeliverable. */
#include "resources.h"

static const char *const mail_kinds[] = {"invitation", "reminder", "closing", "thanks", NULL};

static const struct shape_field queue_fields[] = {
    {"kind", SHAPE_TEXT, SHAPE_REQUIRED, .values = mail_kinds},
    {"to", SHAPE_TEXT, SHAPE_OPTIONAL, 1, 36,
     .help =
         "waiting (not invited yet, or not answered), everybody, answered, or a participant; by "
         "default waiting, for thanks answered, and in an anonymous study everybody"},
    {"at", SHAPE_TIME, SHAPE_OPTIONAL, .help = "By default at once"},
    {0},
};

static const struct shape_field withdraw_fields[] = {
    {"kind", SHAPE_TEXT, SHAPE_OPTIONAL, .values = mail_kinds, .help = "By default all"},
    {0},
};

static const struct shape_field reminder_fields[] = {
    {"date", SHAPE_DATE, SHAPE_REQUIRED},
    {"time", SHAPE_TEXT, SHAPE_OPTIONAL, 3, 9, .help = "HH:MM, by default 09:00"},
    {0},
};

static const struct shape_field plan_fields[] = {
    {"mails_max", SHAPE_INTEGER, SHAPE_OPTIONAL, 0, 20,
     .help = "To one person about this wave, the invitation among them; by default 4"},
    {"invitation", SHAPE_BOOLEAN, SHAPE_OPTIONAL, .help = "Invite everybody when the wave opens"},
    {"reminders", SHAPE_OBJECTS, SHAPE_OPTIONAL, 0, 10, .fields = reminder_fields,
     .help = "In the study's time zone, to those who have not answered"},
    {"closing_days", SHAPE_INTEGER, SHAPE_OPTIONAL, 1, 30,
     .help = "A notice so many days before the wave closes"},
    {"closing_time", SHAPE_TEXT, SHAPE_OPTIONAL, 3, 9, .help = "Of that notice; by default 09:00"},
    {"thanks", SHAPE_BOOLEAN, SHAPE_OPTIONAL,
     .help = "Thank with some results when they are released"},
    {0},
};

static const struct shape_field bounce_fields[] = {
    {"status", SHAPE_TEXT, SHAPE_REQUIRED, 3, 11, .help = "RFC 3463: 5.1.1"},
    {"recipient", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 255,
     .help = "Only if it is still the person's address is it kept from further mail"},
    {"diagnostic", SHAPE_TEXT, SHAPE_OPTIONAL, 0, 300, .help = "The server's words"},
    {0},
};

/* A route and its operation in one row. */
#define ROUTE(method, pattern, ...)                                                                \
    {                                                                                              \
        METHOD_##method, pattern, operation_handle, &(const struct operation)                      \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }

static void withdraw_wave(struct request *request)
{
    struct uuid wave;
    if (!request_uuid(request, "wave", &wave))
        return;
    json_t *body = operation_body(request);
    if (body == NULL)
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_uuid(&params, &wave);
    params_null(&params);
    params_text(&params, json_string_value(json_object_get(body, "kind")));
    params_uuid(&params, &request_principal(request)->actor);
    operation_answer(request, "mails_withdraw", &params);
    params_finish(&params);
    json_decref(body);
}

static void withdraw_one(struct request *request)
{
    struct uuid mail;
    if (!request_uuid(request, "mail", &mail))
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_null(&params);
    params_uuid(&params, &mail);
    params_null(&params);
    params_uuid(&params, &request_principal(request)->actor);
    operation_answer(request, "mails_withdraw", &params);
    params_finish(&params);
}

const struct route mail_routes[] = {
    ROUTE(POST, "/v1/waves/{wave}/mails", .id = "queueMails",
          .summary = "Queue mails to participants; nobody gets two of a kind within 20 hours, nor "
                     "more than the wave's limit",
          .roles = ROLE_ORGANISER, .body = queue_fields,
          .answer = "How many are queued, and by reason how many are not",
          .statement = "mail_queue",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_BODY}, {FROM_ACTOR}}),
    ROUTE(GET, "/v1/waves/{wave}/mails", .id = "listMails",
          .summary = "A wave's mails, counted by kind and state", .roles = ROLE_ORGANISER,
          .answer = "Mails, and `next` to go on after", .statement = "mail_list",
          .parameters = {{FROM_PROGRAMME},
                         {FROM_SEGMENT_UUID, "wave"},
                         {FROM_QUERY_UUID, "after"},
                         {FROM_QUERY_LIMIT, "limit"},
                         {FROM_QUERY_TEXT, "state"},
                         {FROM_QUERY_TEXT, "kind"},
                         {FROM_IS_SENDING}}),
    ROUTE(POST, "/v1/waves/{wave}/mails:withdraw", .id = "withdrawMails",
          .summary = "Withdraw a wave's mails that are not sent yet", .roles = ROLE_ORGANISER,
          .body = withdraw_fields, .answer = "How many were withdrawn", .run = withdraw_wave),
    ROUTE(POST, "/v1/mails/{mail}:withdraw", .id = "withdrawMail",
          .summary = "Withdraw a mail that is not sent yet", .roles = ROLE_ORGANISER,
          .answer = "How many were withdrawn", .run = withdraw_one),
    ROUTE(GET, "/v1/waves/{wave}/mail_plan", .id = "getMailPlan",
          .summary = "What is sent for a wave by itself", .roles = ROLE_ORGANISER,
          .answer = "The plan", .statement = "mail_plan_get",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}}),
    ROUTE(PUT, "/v1/waves/{wave}/mail_plan", .id = "setMailPlan",
          .summary = "Say what is sent for a wave by itself, and how much at most",
          .roles = ROLE_ORGANISER, .body = plan_fields, .answer = "The plan",
          .statement = "mail_plan_set",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "wave"}, {FROM_BODY}, {FROM_ACTOR}}),
    ROUTE(POST, "/v1/programmes/{programme}/mails/{mail}:bounce", .id = "reportBounce",
          .summary = "Report a mail that came back (RFC 3464)",
          .roles = ROLE_ORGANISER | ROLE_OPERATOR, .body = bounce_fields,
          .answer = "The mail's state, and whether its address gets no more",
          .statement = "mail_bounce",
          .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "mail"}, {FROM_BODY}, {FROM_ACTOR}}),
    {0},
};

/* Webhooks: receivers that are told of releases by HTTP. */
#include "resources.h"
#include <debriefd/config.h>
#include <debriefd/webhook.h>
#include <stdlib.h>
#include <string.h>

static const struct shape_field webhook_fields[] = {
    {"url", SHAPE_TEXT, SHAPE_REQUIRED, 9, 500, .help = "https://host/path"},
    {"label", SHAPE_TEXT, SHAPE_REQUIRED, 1, 200, .help = "Who receives it"},
    {0},
};

struct new_webhook {
    struct request *request;
    struct uuid programme;
    struct uuid id;
};

static void stored(void *context, const struct rows *rows, const struct error *err)
{
    const struct new_webhook *made = context;
    struct request *request = made->request;
    int status = err == NULL && rows_count(rows) > 0 ? (int)rows_int64(rows, 0, 0) : 0;
    if (status != 201) {
        operation_reply_rows(request, rows, err);
        return;
    }
    struct secret_key secret =
        webhook_secret(request_api(request)->options.credential_key, &made->programme, &made->id);
    struct buf json;
    buf_init(&json);
    buf_append(&json, rows_text(rows, 0, 1), rows_length(rows, 0, 1) - 1);
    buf_printf(&json, ", \"secret\": \"%s\"}", webhook_secret_text(&secret).text);
    request_reply_buf(request, status, "application/json", &json);
}

/* A URL with a name and a password would show them to whoever lists webhooks. */
static bool is_good_url(const struct request *request, const char *url)
{
    bool allows_http = request_api(request)->options.config->outbound.allows_private;
    bool is_https = strncmp(url, "https://", 8) == 0;
    bool is_http = strncmp(url, "http://", 7) == 0;
    const char *host = is_https ? url + 8 : url + 7;
    size_t length = strcspn(host, "/?#");
    return (is_https || (is_http && allows_http)) && length > 0 &&
           memchr(host, '@', length) == NULL && strpbrk(url, " \t\r\n\"<>\\^`{|}") == NULL;
}

static void store(struct request *request, struct new_webhook *made, const json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT);
    struct params params;
    params_init(&params);
    params_uuid(&params, &made->programme);
    params_uuid(&params, &made->id);
    params_text(&params, text);
    params_uuid(&params, &request_principal(request)->actor);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "webhook_create",
                    &params, stored, made);
    params_finish(&params);
    free(text);
}

static void create_webhook(struct request *request)
{
    struct new_webhook *made = request_alloc(request, sizeof *made);
    if (!request_programme(request, &made->programme))
        return;
    json_t *body = operation_body(request);
    if (body == NULL)
        return;
    made->request = request;
    made->id = uuid_ordered();
    if (is_good_url(request, json_string_value(json_object_get(body, "url")))) {
        store(request, made, body);
    } else {
        struct violations violations;
        violations_init(&violations);
        violations_add(&violations, "/url", "bad_value",
                       "the URL must begin with https:// and a host, without a user's name");
        request_problem_violations(request, &violations);
        violations_finish(&violations);
    }
    json_decref(body);
}

static const struct operation create_operation = {
    .id = "createWebhook",
    .summary = "Be told by HTTP when a release is published or withdrawn (Standard Webhooks); the "
               "secret that signs is shown in this answer only",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .body = webhook_fields,
    .answer = "The webhook with its secret",
    .run = create_webhook,
};

static const struct operation list_operation = {
    .id = "listWebhooks",
    .summary = "A programme's webhooks and how they fare",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .answer = "Webhooks, without their secrets",
    .statement = "webhook_list",
    .parameters = {{FROM_PROGRAMME}},
};

static const struct operation delete_operation = {
    .id = "deleteWebhook",
    .summary = "End a webhook",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .answer = "The webhook as it was",
    .statement = "webhook_delete",
    .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "webhook"}, {FROM_ACTOR}},
};

static const struct operation resume_operation = {
    .id = "resumeWebhook",
    .summary = "Try again now, with the event it stopped at",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .answer = "The webhook",
    .statement = "webhook_resume",
    .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "webhook"}, {FROM_ACTOR}},
};

const struct route webhook_routes[] = {
    {METHOD_POST, "/v1/programmes/{programme}/webhooks", operation_handle, &create_operation},
    {METHOD_GET, "/v1/programmes/{programme}/webhooks", operation_handle, &list_operation},
    {METHOD_DELETE, "/v1/programmes/{programme}/webhooks/{webhook}", operation_handle,
     &delete_operation},
    {METHOD_POST, "/v1/programmes/{programme}/webhooks/{webhook}:resume", operation_handle,
     &resume_operation},
    {0},
};

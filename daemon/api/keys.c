/* API keys whose secret is told once, in the answer that makes it. */
#include "resources.h"
#include <stdlib.h>

struct new_key {
    struct request *request;
    struct credential_text text;
};

static void key_stored(void *context, const struct rows *rows, const struct error *err)
{
    struct new_key *made = context;
    int status = err == NULL && rows_count(rows) > 0 ? (int)rows_int64(rows, 0, 0) : 0;
    if (status != 200 && status != 201) {
        operation_reply_rows(made->request, rows, err);
        return;
    }
    struct buf json;
    buf_init(&json);
    buf_append(&json, rows_text(rows, 0, 1), rows_length(rows, 0, 1) - 1);
    buf_printf(&json, ", \"key\": \"%s\"}", made->text.text);
    request_reply_buf(made->request, status, "application/json", &json);
}

/* The statement says which roles' keys an organiser may hand out. */
static void add_actor(struct params *params, const struct request *request)
{
    const struct principal *principal = request_principal(request);
    params_uuid(params, &principal->actor);
    params_bool(params, principal->role == ROLE_OPERATOR);
}

static void create_key(struct request *request)
{
    struct uuid programme;
    if (!request_programme(request, &programme))
        return;
    json_t *body = operation_body(request);
    if (body == NULL)
        return;
    struct new_key *made = request_alloc(request, sizeof *made);
    struct secret_hash hash;
    made->request = request;
    made->text = credential_new_key(&programme, &hash);
    char *text = json_dumps(body, JSON_COMPACT);
    struct uuid id = uuid_ordered();
    struct params params;
    params_init(&params);
    params_uuid(&params, &programme);
    params_uuid(&params, &id);
    params_binary(&params, hash.bytes, sizeof hash.bytes);
    params_text(&params, text);
    add_actor(&params, request);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "key_create", &params,
                    key_stored, made);
    params_finish(&params);
    free(text);
    json_decref(body);
}

static void rotate_key(struct request *request)
{
    struct uuid programme;
    struct uuid key;
    if (!request_programme(request, &programme) || !request_uuid(request, "key", &key))
        return;
    struct new_key *made = request_alloc(request, sizeof *made);
    struct secret_hash hash;
    made->request = request;
    made->text = credential_new_key(&programme, &hash);
    struct params params;
    params_init(&params);
    params_uuid(&params, &programme);
    params_uuid(&params, &key);
    params_binary(&params, hash.bytes, sizeof hash.bytes);
    add_actor(&params, request);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "key_rotate", &params,
                    key_stored, made);
    params_finish(&params);
}

static const struct operation create_operation = {
    .id = "createKey",
    .summary = "Make an API key for a role; its secret is shown in this answer only. An organiser "
               "makes keys of coders and dashboards, an operator of every role",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .body = key_fields,
    .answer = "The key with its secret",
    .run = create_key,
};

static const struct operation rotate_operation = {
    .id = "rotateKey",
    .summary =
        "Give a key a new secret; the old one stops at once. An organiser renews its own key "
        "and those of coders and dashboards",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .answer = "The key with its new secret",
    .run = rotate_key,
};

const struct route key_routes[] = {
    {METHOD_POST, "/v1/programmes/{programme}/keys", operation_handle, &create_operation},
    {METHOD_POST, "/v1/programmes/{programme}/keys/{key}:rotate", operation_handle,
     &rotate_operation},
    {0},
};

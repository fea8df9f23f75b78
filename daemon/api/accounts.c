/* Accounts: who may sign in to the desk. */
#include "resources.h"
#include <debriefd/config.h>
#include <string.h>

static const char *const account_roles[] = {"organiser", "analyst", "coder", NULL};
static const char *const languages[] = {"sv", "en", NULL};

static const struct shape_field account_fields[] = {
    {"email", SHAPE_TEXT, SHAPE_REQUIRED, 3, 254, .help = "Where links to sign in are sent"},
    {"name", SHAPE_TEXT, SHAPE_REQUIRED, 1, 200},
    {"role", SHAPE_TEXT, SHAPE_REQUIRED, .values = account_roles},
    {"language", SHAPE_TEXT, SHAPE_OPTIONAL, .values = languages, .help = "By default sv"},
    {0},
};

struct new_link {
    struct request *request;
    struct credential_text text;
};

static void link_made(void *context, const struct rows *rows, const struct error *err)
{
    struct new_link *made = context;
    if (err != NULL || rows_count(rows) == 0 || rows_int64(rows, 0, 0) != 200) {
        operation_reply_rows(made->request, rows, err);
        return;
    }
    struct buf json;
    buf_init(&json);
    buf_append(&json, rows_text(rows, 0, 1), rows_length(rows, 0, 1) - 1);
    buf_printf(&json, ", \"link\": \"%s/desk/sign-in/%s\"}",
               request_api(made->request)->options.config->http.public_url, made->text.text);
    request_reply_buf(made->request, 200, "application/json", &json);
}

static void make_link(struct request *request)
{
    struct api *api = request_api(request);
    struct uuid programme;
    struct uuid account;
    if (!request_programme(request, &programme) || !request_uuid(request, "account", &account))
        return;
    struct new_link *made = request_alloc(request, sizeof *made);
    struct uuid id = uuid_random();
    made->request = request;
    made->text = credential_sign_in(api->options.credential_key, &programme, &id);
    struct params params;
    params_init(&params);
    params_uuid(&params, &programme);
    params_uuid(&params, &account);
    params_uuid(&params, &id);
    params_uuid(&params, &request_principal(request)->actor);
    channel_execute(channel_pool_choose(api->options.pool), "sign_in_link", &params, link_made,
                    made);
    params_finish(&params);
}

static const struct operation create_operation = {
    .id = "createAccount",
    .summary = "Let somebody sign in to the desk. An organiser makes accounts of coders, an "
               "operator of every role",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .body = account_fields,
    .answer = "The account",
    .statement = "account_create",
    .parameters = {{FROM_PROGRAMME}, {FROM_BODY}, {FROM_NEW_ID}, {FROM_ACTOR}, {FROM_IS_OPERATOR}},
};

static const struct operation list_operation = {
    .id = "listAccounts",
    .summary = "Who may sign in to the desk",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .answer = "Accounts",
    .statement = "account_list",
    .parameters = {{FROM_PROGRAMME}},
};

static const struct operation revoke_operation = {
    .id = "revokeAccount",
    .summary = "End an account and its sessions",
    .roles = ROLE_OPERATOR | ROLE_ORGANISER,
    .answer = "The account",
    .statement = "account_revoke",
    .parameters = {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "account"}, {FROM_ACTOR}},
};

static const struct operation link_operation = {
    .id = "makeSignInLink",
    .summary = "Make a link that signs an account in, once and within a quarter of an hour, for "
               "an operator to hand over",
    .roles = ROLE_OPERATOR,
    .answer = "The link",
    .run = make_link,
};

const struct route account_routes[] = {
    {METHOD_POST, "/v1/programmes/{programme}/accounts", operation_handle, &create_operation},
    {METHOD_GET, "/v1/programmes/{programme}/accounts", operation_handle, &list_operation},
    {METHOD_DELETE, "/v1/programmes/{programme}/accounts/{account}", operation_handle,
     &revoke_operation},
    {METHOD_POST, "/v1/programmes/{programme}/accounts/{account}:sign-in", operation_handle,
     &link_operation},
    {0},
};

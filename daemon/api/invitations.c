/* Invitations with their tokens: derived for an organiser who sends the links, and never stored. */
#include "resources.h"
#include <assert.h>
#include <debriefd/config.h>
#include <string.h>

struct listing {
    struct request *request;
    bool has_tokens;
    int limit;
};

static void append_link(struct buf *json, struct request *request,
                        const struct credential_text *token)
{
    buf_printf(json, ",\"token\":\"%s\",\"link\":\"%s/i/%s\"}", token->text,
               request_api(request)->options.config->http.public_url, token->text);
}

static void write_one(struct buf *json, const struct listing *listing, const struct rows *rows,
                      int row)
{
    struct api *api = request_api(listing->request);
    struct uuid invitation = rows_uuid(rows, row, 0);
    int16_t generation = (int16_t)rows_int64(rows, row, 2);
    buf_printf(json,
               "{\"id\":\"%s\",\"participant\":\"%s\",\"generation\":%d,\"revoked\":%s,"
               "\"answered\":%s",
               rows_text(rows, row, 0), rows_text(rows, row, 1), generation,
               rows_bool(rows, row, 3) ? "true" : "false",
               rows_bool(rows, row, 4) ? "true" : "false");
    if (listing->has_tokens && !rows_bool(rows, row, 3)) {
        struct credential_text token = credential_invitation(
            api->options.credential_key, &request_principal(listing->request)->programme,
            &invitation, generation);
        append_link(json, listing->request, &token);
        return;
    }
    buf_append_char(json, '}');
}

/* Of an anonymous wave: nobody's, all at once, in no order of people. */
static void links_found(void *context, const struct rows *rows, const struct error *err)
{
    struct listing *listing = context;
    const struct principal *principal = request_principal(listing->request);
    struct uuid wave;
    if (err != NULL) {
        request_problem_lookup(listing->request, err);
        return;
    }
    if (!request_uuid(listing->request, "wave", &wave))
        return;
    struct buf json, token;
    buf_init(&json);
    buf_init(&token);
    buf_append_text(&json, "{\"invitations\":[");
    for (int row = 0; row < rows_count(rows); row++) {
        buf_clear(&token);
        rows_bytes(rows, row, 0, &token);
        assert(token.length == CREDENTIAL_ANONYMOUS_LENGTH);
        struct credential_text text =
            credential_anonymous(&principal->programme, &wave, (const uint8_t *)token.data);
        buf_printf(&json, "%s{\"id\":null,\"participant\":null,\"generation\":1,\"revoked\":false,",
                   row > 0 ? "," : "");
        buf_printf(&json, "\"answered\":%s", rows_bool(rows, row, 1) ? "true" : "false");
        append_link(&json, listing->request, &text);
    }
    buf_append_text(&json, "],\"next\":null}");
    buf_finish(&token);
    request_reply_buf(listing->request, 200, "application/json", &json);
}

static void find_links(struct listing *listing)
{
    struct uuid wave;
    if (!request_uuid(listing->request, "wave", &wave))
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(listing->request)->programme);
    params_uuid(&params, &wave);
    channel_execute(channel_pool_choose(request_api(listing->request)->options.pool),
                    "anonymous_links", &params, links_found, listing);
    params_finish(&params);
}

static void listed(void *context, const struct rows *rows, const struct error *err)
{
    struct listing *listing = context;
    if (err != NULL) {
        request_problem_lookup(listing->request, err);
        return;
    }
    int count = rows_count(rows);
    if (count == 0 && listing->has_tokens && request_query(listing->request, "after") == NULL) {
        find_links(listing);
        return;
    }
    struct buf json;
    buf_init(&json);
    buf_append_text(&json, "{\"invitations\":[");
    for (int row = 0; row < count; row++) {
        if (row > 0)
            buf_append_char(&json, ',');
        write_one(&json, listing, rows, row);
    }
    if (count == listing->limit)
        buf_printf(&json, "],\"next\":\"%s\"}", rows_text(rows, count - 1, 0));
    else
        buf_append_text(&json, "],\"next\":null}");
    request_reply_buf(listing->request, 200, "application/json", &json);
}

static void audited(void *context, const struct rows *rows, const struct error *err)
{
    (void)rows;
    struct listing *listing = context;
    if (err != NULL) {
        request_problem_lookup(listing->request, err);
        return;
    }
    struct uuid wave;
    const char *after = request_query(listing->request, "after");
    if (!request_uuid(listing->request, "wave", &wave))
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(listing->request)->programme);
    params_uuid(&params, &wave);
    params_text(&params, after);
    params_int(&params, listing->limit);
    channel_execute(channel_pool_choose(request_api(listing->request)->options.pool),
                    "invitation_list", &params, listed, listing);
    params_finish(&params);
}

/* Who holds a token can answer in a participant's name: reading them is on record before they are
 * shown. */
static void audit_tokens(struct listing *listing)
{
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(listing->request)->programme);
    params_uuid(&params, &request_principal(listing->request)->actor);
    params_text(&params, "invitations.tokens_read");
    struct buf detail;
    buf_init(&detail);
    buf_append_text(&detail, "{\"wave\":");
    const char *wave = request_segment(listing->request, "wave");
    buf_append_json(&detail, wave, strlen(wave));
    buf_append_char(&detail, '}');
    params_text(&params, buf_text(&detail));
    channel_execute(channel_pool_choose(request_api(listing->request)->options.pool),
                    "audit_append", &params, audited, listing);
    buf_finish(&detail);
    params_finish(&params);
}

static void list_invitations(struct request *request)
{
    struct uuid ignored;
    const char *after = request_query(request, "after");
    const char *tokens = request_query(request, "tokens");
    struct listing *listing = request_alloc(request, sizeof *listing);
    listing->request = request;
    listing->has_tokens = tokens != NULL && strcmp(tokens, "1") == 0;
    if (!request_limit(request, "limit", &listing->limit))
        return;
    if (after != NULL && !uuid_parse(after, strlen(after), &ignored))
        request_problem(request, 400, "invalid-query", "after is not a UUID");
    else if (!request_uuid(request, "wave", &ignored))
        return;
    else if (listing->has_tokens)
        audit_tokens(listing);
    else
        audited(listing, NULL, NULL);
}

static const struct operation list_operation = {
    .id = "listInvitations",
    .summary = "A wave's invitations; with tokens=1 also their links, which is audited. Of an "
               "anonymous wave only the links, nobody's",
    .roles = ROLE_ORGANISER,
    .answer = "Invitations, and `next` to go on after",
    .parameters = {{FROM_QUERY_UUID, "after"},
                   {FROM_QUERY_LIMIT, "limit"},
                   {FROM_QUERY_TEXT, "tokens"}},
    .run = list_invitations,
};

const struct route invitation_routes[] = {
    {METHOD_GET, "/v1/waves/{wave}/invitations", operation_handle, &list_operation},
    {0},
};

#include <debriefd/anonymous.h>
#include <debriefd/evaluations.h>
#include <debriefd/receipt.h>
#include <string.h>

static void write_receipt(struct request *request, const struct uuid *evaluation,
                          const struct rows *rows, struct buf *json)
{
    struct receipt_subject subject = {
        .programme = request_principal(request)->programme,
        .wave = rows_uuid(rows, 0, rows_column(rows, "wave_id")),
        .evaluation = *evaluation,
    };
    snprintf(subject.received_at, sizeof subject.received_at, "%s",
             rows_text(rows, 0, rows_column(rows, "received_at")));
    struct buf bytes;
    buf_init(&bytes);
    rows_bytes(rows, 0, rows_column(rows, "body_hash"), &bytes);
    memcpy(subject.body_hash.bytes, bytes.data, sizeof subject.body_hash.bytes);
    buf_clear(&bytes);
    rows_bytes(rows, 0, rows_column(rows, "leaves"), &bytes);
    struct receipt_tree *tree = receipt_tree_create((const struct secret_hash *)bytes.data,
                                                    bytes.length / SECRET_HASH_LENGTH);
    buf_clear(&bytes);
    rows_bytes(rows, 0, rows_column(rows, "signature"), &bytes);
    struct secret_signature signature;
    memcpy(signature.bytes, bytes.data, sizeof signature.bytes);
    size_t index = (size_t)rows_int64(rows, 0, rows_column(rows, "seal_position"));
    receipt_write(json, &subject, tree, index, rows_text(rows, 0, rows_column(rows, "key_id")),
                  &signature);
    receipt_tree_destroy(tree);
    buf_finish(&bytes);
}

static void reply_unknown(struct request *request, const struct uuid *evaluation)
{
    struct buf json;
    buf_init(&json);
    buf_printf(&json, "{\"recorded\":false,\"evaluation\":\"%s\"}", uuid_format(evaluation).text);
    request_reply_buf(request, 200, "application/json", &json);
}

static void receipt_found(void *context, const struct rows *rows, const struct error *err)
{
    struct request *request = context;
    struct uuid evaluation;
    if (err != NULL) {
        request_problem_lookup(request, err);
        return;
    }
    if (!request_uuid(request, "evaluation", &evaluation))
        return;
    if (rows_count(rows) == 0) {
        reply_unknown(request, &evaluation);
        return;
    }
    struct buf json;
    buf_init(&json);
    write_receipt(request, &evaluation, rows, &json);
    request_reply_buf(request, 200, "application/json", &json);
}

/* Nothing is recorded under the name that the client gave: the token says it. */
static void token_found(struct request *request, void *context, enum ingest_outcome outcome,
                        const struct buf *receipt, const struct error *err)
{
    (void)context;
    struct uuid evaluation;
    if (err != NULL)
        request_problem_lookup(request, err);
    else if (outcome == INGEST_REPLAY)
        request_reply(request, 200, "application/json", receipt->data, receipt->length);
    else if (request_uuid(request, "evaluation", &evaluation))
        reply_unknown(request, &evaluation);
}

static void get_receipt(struct request *request)
{
    struct uuid evaluation;
    if (!request_uuid(request, "evaluation", &evaluation))
        return;
    if (request_principal(request)->role == ROLE_ANONYMOUS) {
        anonymous_state(request, token_found, NULL);
        return;
    }
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_uuid(&params, &evaluation);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "receipt_find",
                    &params, receipt_found, request);
    params_finish(&params);
}

static void get_keys(struct request *request)
{
    operation_answer(request, "receipt_keys", NULL);
}

static const struct operation receipt_operation = {
    .id = "getReceipt",
    .summary = "Whether an evaluation is recorded, and its receipt; never what it says",
    .roles = ROLE_PARTICIPANT | ROLE_ANONYMOUS | ROLES_STAFF,
    .answer = "recorded: true with the receipt, or false",
    .run = get_receipt,
};

static const struct operation keys_operation = {
    .id = "getReceiptKeys",
    .summary = "The public keys that receipts are signed with",
    .roles = ROLE_ANYONE,
    .answer = "The keys",
    .run = get_keys,
};

const struct route receipt_routes[] = {
    {METHOD_GET, "/v1/receipts/{evaluation}", operation_handle, &receipt_operation},
    {METHOD_GET, "/v1/receipt_keys", operation_handle, &keys_operation},
    {0},
};

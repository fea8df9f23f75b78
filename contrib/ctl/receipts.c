#include "ask.h"
#include "body.h"
#include "request.h"
#include <debriefd/receipt.h>
#include <debriefd/secret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECEIPT_BYTES (64 * 1024)

/* A receipt is kept byte for byte, to be verified later: it is printed as it came. */
enum ctl_status receipts_show(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/receipts/");
    client_encode(&path, invocation->arguments[0]);
    invocation->is_json = invocation->field == NULL;
    enum ctl_status status = request_send(invocation, "GET", buf_text(&path), NULL, NULL);
    buf_finish(&path);
    return status;
}

static enum ctl_status find_public_key(const json_t *keys, const char *id, char *hex, size_t size)
{
    const json_t *list = json_object_get(keys, "keys");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *public_key = json_string_value(json_object_get(one, "public_key"));
        const char *name = json_string_value(json_object_get(one, "id"));
        if (public_key != NULL && name != NULL && strcmp(name, id) == 0) {
            snprintf(hex, size, "%s", public_key);
            return CTL_DONE;
        }
    }
    return ctl_fail(CTL_REFUSED, "the receipt is signed with the key %s, which is not known", id);
}

static const char *key_of(const json_t *receipt)
{
    const char *id = json_string_value(json_object_get(receipt, "key"));
    return id != NULL ? id : "";
}

/* From the command line, from a file of keys, or from the server. */
static enum ctl_status choose_key(struct invocation *invocation, const json_t *receipt, char *hex,
                                  size_t size)
{
    const char *given = invocation_option(invocation, "public-key");
    const char *file = invocation_option(invocation, "keys");
    if (given != NULL) {
        snprintf(hex, size, "%s", given);
        return CTL_DONE;
    }
    json_t *keys = NULL;
    enum ctl_status status = CTL_DONE;
    if (file == NULL)
        status = ask_json(invocation, "/v1/receipt_keys", &keys);
    else
        keys = body_load_file(file);
    if (status == CTL_DONE)
        status = keys != NULL ? find_public_key(keys, key_of(receipt), hex, size) : CTL_USAGE;
    json_decref(keys);
    return status;
}

static enum ctl_status verify(const struct buf *text, const json_t *receipt, const char *hex)
{
    uint8_t public_key[32];
    struct error err;
    if (!secret_hex_parse(hex, strlen(hex), public_key, sizeof public_key))
        return ctl_fail(CTL_USAGE, "the public key must be 64 hexadecimal digits");
    if (!receipt_verify(buf_text(text), text->length, public_key, &err))
        return ctl_fail(CTL_REFUSED, "the receipt is not genuine: %s", err.message);
    if (json_is_true(json_object_get(receipt, "anonymous")))
        printf("genuine: an answer to the wave %s was recorded on %s\n",
               json_string_value(json_object_get(receipt, "wave")),
               json_string_value(json_object_get(receipt, "recorded_on")));
    else
        printf("genuine: evaluation %s was recorded at %s\n",
               json_string_value(json_object_get(receipt, "evaluation")),
               json_string_value(json_object_get(receipt, "received_at")));
    return CTL_DONE;
}

enum ctl_status receipts_verify(struct invocation *invocation)
{
    const char *file = invocation->arguments[0];
    char hex[80];
    struct buf text;
    buf_init(&text);
    enum ctl_status status = request_read_file(file, RECEIPT_BYTES, &text);
    json_t *receipt = NULL;
    if (status == CTL_DONE) {
        receipt = json_loadb(buf_text(&text), text.length, 0, NULL);
        status = receipt != NULL ? choose_key(invocation, receipt, hex, sizeof hex)
                                 : ctl_fail(CTL_USAGE, "%s is not a receipt", file);
    }
    if (status == CTL_DONE)
        status = verify(&text, receipt, hex);
    json_decref(receipt);
    buf_finish(&text);
    return status;
}

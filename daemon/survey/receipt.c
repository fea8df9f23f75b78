#include <debriefd/receipt.h>

#include <assert.h>
#include <debriefd/xalloc.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS_MAX 13 /* 2^12 leaves and the root */

static const char root_prefix[] = "debriefd root 1\n";

struct receipt_tree {
    size_t levels;
    size_t count[LEVELS_MAX];
    struct secret_hash *nodes[LEVELS_MAX]; /* [0] are the leaves */
};

struct secret_hash receipt_leaf(const struct receipt_subject *subject)
{
    struct buf text;
    buf_init(&text);
    char body_hash[2 * SECRET_HASH_LENGTH + 1];
    secret_hex(subject->body_hash.bytes, sizeof subject->body_hash.bytes, body_hash);
    buf_append_char(&text, 0);
    buf_printf(&text, "debriefd receipt 1\n%s\n%s\n%s\n%s\n%s\n",
               uuid_format(&subject->programme).text, uuid_format(&subject->wave).text,
               uuid_format(&subject->evaluation).text, body_hash, subject->received_at);
    struct secret_hash leaf = secret_hash(text.data, text.length);
    buf_finish(&text);
    return leaf;
}

static struct secret_hash inner_node(const struct secret_hash *left,
                                     const struct secret_hash *right)
{
    uint8_t bytes[1 + 2 * SECRET_HASH_LENGTH] = {1};
    memcpy(bytes + 1, left->bytes, SECRET_HASH_LENGTH);
    memcpy(bytes + 1 + SECRET_HASH_LENGTH, right->bytes, SECRET_HASH_LENGTH);
    return secret_hash(bytes, sizeof bytes);
}

/* Pairing level by level, with an odd last node carried up, gives RFC 9162's tree. */
struct receipt_tree *receipt_tree_create(const struct secret_hash *leaves, size_t count)
{
    assert(count > 0 && count <= RECEIPT_LEAVES_MAX);
    struct receipt_tree *tree = xcalloc(sizeof *tree);
    tree->nodes[0] = xcalloc_array(count, sizeof *leaves);
    memcpy(tree->nodes[0], leaves, count * sizeof *leaves);
    tree->count[0] = count;
    tree->levels = 1;
    for (size_t below = count; below > 1; below = tree->count[tree->levels++]) {
        size_t above = (below + 1) / 2;
        const struct secret_hash *from = tree->nodes[tree->levels - 1];
        struct secret_hash *to = xcalloc_array(above, sizeof *to);
        for (size_t i = 0; i < above; i++)
            to[i] = 2 * i + 1 < below ? inner_node(&from[2 * i], &from[2 * i + 1]) : from[2 * i];
        tree->nodes[tree->levels] = to;
        tree->count[tree->levels] = above;
    }
    return tree;
}

void receipt_tree_destroy(struct receipt_tree *tree)
{
    if (tree == NULL)
        return;
    for (size_t level = 0; level < tree->levels; level++)
        free(tree->nodes[level]);
    free(tree);
}

const struct secret_hash *receipt_tree_leaves(const struct receipt_tree *tree, size_t *count)
{
    *count = tree->count[0];
    return tree->nodes[0];
}

static size_t signed_root(const struct secret_hash *root, uint8_t *bytes)
{
    memcpy(bytes, root_prefix, sizeof root_prefix - 1);
    memcpy(bytes + sizeof root_prefix - 1, root->bytes, sizeof root->bytes);
    return sizeof root_prefix - 1 + sizeof root->bytes;
}

struct secret_signature receipt_tree_sign(const struct receipt_tree *tree,
                                          const struct secret_signer *signer)
{
    uint8_t bytes[sizeof root_prefix + SECRET_HASH_LENGTH];
    size_t length = signed_root(&tree->nodes[tree->levels - 1][0], bytes);
    return secret_sign(signer, bytes, length);
}

struct receipt_key_id receipt_key_id(const uint8_t public_key[32])
{
    struct secret_hash hash = secret_hash(public_key, 32);
    struct receipt_key_id id;
    secret_hex(hash.bytes, 8, id.text);
    return id;
}

static void append_hex(struct buf *json, const void *bytes, size_t length)
{
    char text[2 * SECRET_SIGNATURE_LENGTH + 1];
    secret_hex(bytes, length, text);
    buf_append_char(json, '"');
    buf_append_text(json, text);
    buf_append_char(json, '"');
}

static void append_path(struct buf *json, const struct receipt_tree *tree, size_t index)
{
    bool first = true;
    for (size_t level = 0; level + 1 < tree->levels; level++, index /= 2) {
        size_t sibling = index ^ 1;
        if (sibling >= tree->count[level])
            continue;
        if (!first)
            buf_append_char(json, ',');
        append_hex(json, tree->nodes[level][sibling].bytes, SECRET_HASH_LENGTH);
        first = false;
    }
}

void receipt_write(struct buf *json, const struct receipt_subject *subject,
                   const struct receipt_tree *tree, size_t index, const char *key_id,
                   const struct secret_signature *signature)
{
    assert(index < tree->count[0]);
    buf_printf(json,
               "{\"recorded\":true,\"programme\":\"%s\",\"wave\":\"%s\",\"evaluation\":\"%s\","
               "\"body_sha256\":",
               uuid_format(&subject->programme).text, uuid_format(&subject->wave).text,
               uuid_format(&subject->evaluation).text);
    append_hex(json, subject->body_hash.bytes, SECRET_HASH_LENGTH);
    buf_printf(json, ",\"received_at\":\"%s\",\"tree\":{\"index\":%zu,\"size\":%zu,\"path\":[",
               subject->received_at, index, tree->count[0]);
    append_path(json, tree, index);
    buf_printf(json, "]},\"key\":\"%s\",\"signature\":", key_id);
    append_hex(json, signature->bytes, sizeof signature->bytes);
    buf_append_char(json, '}');
}

static void state_day(const struct receipt_day *subject, struct buf *statement)
{
    buf_init(statement);
    buf_printf(statement, "debriefd anonymous receipt 1\n%s\n%s\n%s\n",
               uuid_format(&subject->programme).text, uuid_format(&subject->wave).text,
               subject->recorded_on);
}

void receipt_write_day(struct buf *json, const struct receipt_day *subject,
                       const struct secret_signer *signer)
{
    struct buf statement;
    state_day(subject, &statement);
    struct secret_signature signature = secret_sign(signer, statement.data, statement.length);
    buf_finish(&statement);
    buf_printf(json,
               "{\"recorded\":true,\"anonymous\":true,\"programme\":\"%s\",\"wave\":\"%s\","
               "\"recorded_on\":\"%s\",\"key\":\"%s\",\"signature\":",
               uuid_format(&subject->programme).text, uuid_format(&subject->wave).text,
               subject->recorded_on, receipt_key_id(signer->public_key).text);
    append_hex(json, signature.bytes, sizeof signature.bytes);
    buf_append_char(json, '}');
}

struct parsed_receipt {
    struct receipt_subject subject;
    struct secret_signature signature;
    struct secret_hash path[LEVELS_MAX];
    size_t path_length;
    size_t index;
    size_t size;
};

static bool parse_text(const json_t *receipt, const char *name, struct uuid *uuid)
{
    const char *text = json_string_value(json_object_get(receipt, name));
    return text != NULL && uuid_parse(text, strlen(text), uuid);
}

static bool parse_hex(const json_t *value, void *bytes, size_t length)
{
    const char *text = json_string_value(value);
    return text != NULL && secret_hex_parse(text, strlen(text), bytes, length);
}

static bool parse_tree(const json_t *tree, struct parsed_receipt *parsed)
{
    json_int_t index = json_integer_value(json_object_get(tree, "index"));
    json_int_t size = json_integer_value(json_object_get(tree, "size"));
    const json_t *path = json_object_get(tree, "path");
    if (size < 1 || size > RECEIPT_LEAVES_MAX || index < 0 || index >= size ||
        json_array_size(path) >= LEVELS_MAX)
        return false;
    parsed->index = (size_t)index;
    parsed->size = (size_t)size;
    parsed->path_length = json_array_size(path);
    for (size_t i = 0; i < parsed->path_length; i++)
        if (!parse_hex(json_array_get(path, i), parsed->path[i].bytes, SECRET_HASH_LENGTH))
            return false;
    return true;
}

static bool parse_receipt(const json_t *receipt, struct parsed_receipt *parsed)
{
    const char *at = json_string_value(json_object_get(receipt, "received_at"));
    if (at == NULL || strlen(at) >= sizeof parsed->subject.received_at)
        return false;
    snprintf(parsed->subject.received_at, sizeof parsed->subject.received_at, "%s", at);
    return parse_text(receipt, "programme", &parsed->subject.programme) &&
           parse_text(receipt, "wave", &parsed->subject.wave) &&
           parse_text(receipt, "evaluation", &parsed->subject.evaluation) &&
           parse_hex(json_object_get(receipt, "body_sha256"), parsed->subject.body_hash.bytes,
                     SECRET_HASH_LENGTH) &&
           parse_hex(json_object_get(receipt, "signature"), parsed->signature.bytes,
                     SECRET_SIGNATURE_LENGTH) &&
           parse_tree(json_object_get(receipt, "tree"), parsed);
}

/* Climbs from the leaf to the root; false when the path has the wrong length for the tree. */
static bool climb(const struct parsed_receipt *parsed, struct secret_hash *root)
{
    struct secret_hash node = receipt_leaf(&parsed->subject);
    size_t index = parsed->index;
    size_t used = 0;
    for (size_t count = parsed->size; count > 1; count = (count + 1) / 2, index /= 2) {
        size_t sibling = index ^ 1;
        if (sibling >= count)
            continue;
        if (used == parsed->path_length)
            return false;
        const struct secret_hash *other = &parsed->path[used++];
        node = index % 2 == 0 ? inner_node(&node, other) : inner_node(other, &node);
    }
    *root = node;
    return used == parsed->path_length;
}

/* What was signed, and the signature. */
static bool parse_root(const json_t *receipt, struct buf *statement,
                       struct secret_signature *signature)
{
    struct parsed_receipt parsed;
    struct secret_hash root;
    if (!parse_receipt(receipt, &parsed) || !climb(&parsed, &root))
        return false;
    uint8_t bytes[sizeof root_prefix + SECRET_HASH_LENGTH];
    size_t length = signed_root(&root, bytes);
    buf_append(statement, bytes, length);
    *signature = parsed.signature;
    return true;
}

static bool parse_day(const json_t *receipt, struct buf *statement,
                      struct secret_signature *signature)
{
    struct receipt_day subject;
    const char *day = json_string_value(json_object_get(receipt, "recorded_on"));
    if (day == NULL || strlen(day) >= sizeof subject.recorded_on ||
        !parse_text(receipt, "programme", &subject.programme) ||
        !parse_text(receipt, "wave", &subject.wave) ||
        !parse_hex(json_object_get(receipt, "signature"), signature->bytes,
                   sizeof signature->bytes))
        return false;
    snprintf(subject.recorded_on, sizeof subject.recorded_on, "%s", day);
    state_day(&subject, statement);
    return true;
}

bool receipt_verify(const char *json, size_t length, const uint8_t public_key[32],
                    struct error *err)
{
    json_t *receipt = json_loadb(json, length, JSON_REJECT_DUPLICATES, NULL);
    struct secret_signature signature;
    struct buf statement;
    buf_init(&statement);
    bool is_readable = receipt != NULL && (json_is_true(json_object_get(receipt, "anonymous"))
                                               ? parse_day(receipt, &statement, &signature)
                                               : parse_root(receipt, &statement, &signature));
    bool is_genuine =
        is_readable && secret_verify(public_key, &signature, statement.data, statement.length);
    json_decref(receipt);
    buf_finish(&statement);
    if (is_genuine)
        return true;
    return error_set(err, ERR_INVALID, "%s",
                     is_readable ? "the signature does not hold"
                                 : "this is not a receipt of debriefd");
}

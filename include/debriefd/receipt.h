/* receipt: a signed statement that a submission was recorded, checkable offline.
 *
 * The statement is the text "debriefd receipt 1\n" and five lines: programme, wave, evaluation,
 * SHA-256 of the body in hexadecimal, time of receipt. Its leaf is SHA-256(0x00 || statement); the
 * leaves of one commit form a Merkle tree as in RFC 9162 2.1 (SHA-256, inner nodes 0x01 || left ||
 * right); one Ed25519 signature covers "debriefd root 1\n" || root. A receipt says that something
 * was recorded, never what.
 *
 * Of an anonymous answer the statement is "debriefd anonymous receipt 1\n" and three lines:
 * programme, wave, day. The signature covers the statement itself, so that all who answered on one
 * day have the same receipt. */
#ifndef DEBRIEFD_RECEIPT_H
#define DEBRIEFD_RECEIPT_H

#include <debriefd/buf.h>
#include <debriefd/secret.h>
#include <debriefd/uuid.h>

#define RECEIPT_LEAVES_MAX 4096

struct receipt_subject {
    struct uuid programme;
    struct uuid wave;
    struct uuid evaluation;
    struct secret_hash body_hash;
    char received_at[28]; /* RFC 3339, UTC, microseconds */
};

/* An anonymous answer: the day in the study's time zone. */
struct receipt_day {
    struct uuid programme;
    struct uuid wave;
    char recorded_on[11]; /* 2010-01-13 */
};

struct receipt_tree;

struct secret_hash receipt_leaf(const struct receipt_subject *subject);

/* Copies 1 to RECEIPT_LEAVES_MAX leaves. */
struct receipt_tree *receipt_tree_create(const struct secret_hash *leaves, size_t count);
void receipt_tree_destroy(struct receipt_tree *tree);
const struct secret_hash *receipt_tree_leaves(const struct receipt_tree *tree, size_t *count);
struct secret_signature receipt_tree_sign(const struct receipt_tree *tree,
                                          const struct secret_signer *signer);

/* The first 16 hexadecimal digits of the SHA-256 of the public key. */
struct receipt_key_id {
    char text[17];
};
struct receipt_key_id receipt_key_id(const uint8_t public_key[32]);

/* The receipt as JSON:
 * {"recorded":true,"programme",..,"received_at","tree":{"index","size","path":[..]},
 * "key","signature"}. The same arguments give the same bytes. */
void receipt_write(struct buf *json, const struct receipt_subject *subject,
                   const struct receipt_tree *tree, size_t index, const char *key_id,
                   const struct secret_signature *signature);

/* {"recorded":true,"anonymous":true,"programme","wave","recorded_on","key","signature"}. */
void receipt_write_day(struct buf *json, const struct receipt_day *subject,
                       const struct secret_signer *signer);

/* Checks a receipt's JSON text, of either kind, against a public key. ERR_INVALID says what does
 * not hold. */
bool receipt_verify(const char *json, size_t length, const uint8_t public_key[32],
                    struct error *err) must_check;

#endif

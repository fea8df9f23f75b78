/* secret: the project's one door to libsodium: randomness, hashes, message authentication,
 * signatures, text encodings of bytes, constant-time comparison. secret_init comes before
 * everything else here. */
#ifndef DEBRIEFD_SECRET_H
#define DEBRIEFD_SECRET_H

#include <debriefd/error.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_HASH_LENGTH      32 /* SHA-256 */
#define SECRET_KEY_LENGTH       32
#define SECRET_MAC_LENGTH       16 /* keyed BLAKE2b, 128 bits */
#define SECRET_SIGNATURE_LENGTH 64 /* Ed25519 */

struct secret_hash {
    uint8_t bytes[SECRET_HASH_LENGTH];
};

/* A symmetric key that tokens are derived from. */
struct secret_key {
    uint8_t bytes[SECRET_KEY_LENGTH];
};

struct secret_mac {
    uint8_t bytes[SECRET_MAC_LENGTH];
};

/* An Ed25519 key pair; `seed` is what a key file holds. */
struct secret_signer {
    uint8_t seed[32];
    uint8_t public_key[32];
    uint8_t private_key[64];
};

struct secret_signature {
    uint8_t bytes[SECRET_SIGNATURE_LENGTH];
};

/* Aborts the process when the library has no source of randomness. Safe to call again. */
void secret_init(void);

void secret_random(void *bytes, size_t length);

struct secret_hash secret_hash(const void *bytes, size_t length);

/* The hash of the two parts one after the other. */
struct secret_hash secret_hash_two(const void *first, size_t first_length, const void *second,
                                   size_t second_length);

struct secret_mac secret_mac(const struct secret_key *key, const void *bytes, size_t length);

/* HMAC-SHA256 (RFC 2104). */
struct secret_hash secret_hmac(const struct secret_key *key, const void *bytes, size_t length);

/* In constant time. */
bool secret_equal(const void *a, const void *b, size_t length) must_check;

struct secret_signer secret_signer_from_seed(const uint8_t seed[32]);
struct secret_signature secret_sign(const struct secret_signer *signer, const void *bytes,
                                    size_t length);
bool secret_verify(const uint8_t public_key[32], const struct secret_signature *signature,
                   const void *bytes, size_t length) must_check;

/* Lower-case hexadecimal; `text` has room for 2 * length + 1. */
void secret_hex(const void *bytes, size_t length, char *text);

/* Reads exactly `length` bytes of hexadecimal; false for anything else. */
bool secret_hex_parse(const char *text, size_t text_length, void *bytes, size_t length) must_check;

/* base64url without padding (RFC 4648 5); `text` has room for SECRET_BASE64_SIZE(length). */
#define SECRET_BASE64_SIZE(length) (((length)*4 + 2) / 3 + 1)
void secret_base64(const void *bytes, size_t length, char *text);

/* base64 with padding (RFC 4648 4). */
#define SECRET_BASE64_PADDED_SIZE(length) (((length) + 2) / 3 * 4 + 1)
void secret_base64_padded(const void *bytes, size_t length, char *text);

/* Decodes exactly `length` bytes of canonical base64url without padding; false for anything else.
 */
bool secret_base64_parse(const char *text, size_t text_length, void *bytes,
                         size_t length) must_check;

/* Reads a 32-byte secret stored as 64 hexadecimal digits in a file that only its owner may read,
 * making a random one with mode 0600 when the file does not exist. */
bool secret_load_or_create(const char *path, uint8_t secret[32], struct error *err) must_check;

#endif

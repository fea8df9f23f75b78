#include <debriefd/secret.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(crypto_hash_sha256_BYTES == SECRET_HASH_LENGTH, "SHA-256 is 32 bytes");
_Static_assert(crypto_sign_BYTES == SECRET_SIGNATURE_LENGTH, "Ed25519 signatures are 64 bytes");

void secret_init(void)
{
    if (sodium_init() < 0)
        abort();
}

void secret_random(void *bytes, size_t length)
{
    randombytes_buf(bytes, length);
}

struct secret_hash secret_hash(const void *bytes, size_t length)
{
    struct secret_hash hash;
    crypto_hash_sha256(hash.bytes, bytes, length);
    return hash;
}

struct secret_hash secret_hash_two(const void *first, size_t first_length, const void *second,
                                   size_t second_length)
{
    struct secret_hash hash;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, first, first_length);
    crypto_hash_sha256_update(&state, second, second_length);
    crypto_hash_sha256_final(&state, hash.bytes);
    return hash;
}

struct secret_mac secret_mac(const struct secret_key *key, const void *bytes, size_t length)
{
    struct secret_mac mac;
    crypto_generichash(mac.bytes, sizeof mac.bytes, bytes, length, key->bytes, sizeof key->bytes);
    return mac;
}

struct secret_hash secret_hmac(const struct secret_key *key, const void *bytes, size_t length)
{
    struct secret_hash mac;
    crypto_auth_hmacsha256(mac.bytes, bytes, length, key->bytes);
    return mac;
}

bool secret_equal(const void *a, const void *b, size_t length)
{
    return sodium_memcmp(a, b, length) == 0;
}

struct secret_signer secret_signer_from_seed(const uint8_t seed[32])
{
    struct secret_signer signer;
    memcpy(signer.seed, seed, sizeof signer.seed);
    crypto_sign_seed_keypair(signer.public_key, signer.private_key, seed);
    return signer;
}

struct secret_signature secret_sign(const struct secret_signer *signer, const void *bytes,
                                    size_t length)
{
    struct secret_signature signature;
    crypto_sign_detached(signature.bytes, NULL, bytes, length, signer->private_key);
    return signature;
}

bool secret_verify(const uint8_t public_key[32], const struct secret_signature *signature,
                   const void *bytes, size_t length)
{
    return crypto_sign_verify_detached(signature->bytes, bytes, length, public_key) == 0;
}

void secret_hex(const void *bytes, size_t length, char *text)
{
    sodium_bin2hex(text, 2 * length + 1, bytes, length);
}

bool secret_hex_parse(const char *text, size_t text_length, void *bytes, size_t length)
{
    size_t decoded;
    const char *end;
    return text_length == 2 * length &&
           sodium_hex2bin(bytes, length, text, text_length, NULL, &decoded, &end) == 0 &&
           decoded == length && end == text + text_length;
}

void secret_base64(const void *bytes, size_t length, char *text)
{
    sodium_bin2base64(text,
                      sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                      bytes, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void secret_base64_padded(const void *bytes, size_t length, char *text)
{
    sodium_bin2base64(text, SECRET_BASE64_PADDED_SIZE(length), bytes, length,
                      sodium_base64_VARIANT_ORIGINAL);
}

bool secret_base64_parse(const char *text, size_t text_length, void *bytes, size_t length)
{
    size_t decoded;
    const char *end;
    return text_length == SECRET_BASE64_SIZE(length) - 1 &&
           sodium_base642bin(bytes, length, text, text_length, NULL, &decoded, &end,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
           decoded == length && end == text + text_length;
}

/* A new secret in a file of its own, which `path` then names; 0 or an errno. */
static int write_file(int fd)
{
    uint8_t secret[32];
    char text[2 * sizeof secret + 2];
    secret_random(secret, sizeof secret);
    secret_hex(secret, sizeof secret, text);
    text[2 * sizeof secret] = '\n';
    ssize_t written = write(fd, text, sizeof text - 1);
    return written == (ssize_t)sizeof text - 1 && fsync(fd) == 0 ? 0 : EIO;
}

/* Two processes that start together both try: a file appears with all its bytes, and the first
 * wins.
 */
static bool create_file(const char *path, struct error *err)
{
    char name[PATH_MAX];
    snprintf(name, sizeof name, "%s.XXXXXX", path);
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot create %s", path);
    int failure = write_file(fd);
    if (failure == 0 && link(name, path) != 0 && errno != EEXIST)
        failure = errno;
    close(fd);
    unlink(name);
    return failure == 0 || error_set_errno(err, failure, "cannot write %s", path);
}

static bool parse_file(int fd, const char *path, uint8_t secret[32], struct error *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_set_errno(err, errno, "cannot stat %s", path);
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return error_set(err, ERR_SYSTEM, "%s is readable by others than its owner: chmod 600",
                         path);
    char text[66];
    ssize_t length = read(fd, text, sizeof text);
    if (length < 64 || !secret_hex_parse(text, 64, secret, 32))
        return error_set(err, ERR_SYSTEM, "%s does not hold 64 hexadecimal digits", path);
    return true;
}

bool secret_load_or_create(const char *path, uint8_t secret[32], struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        if (!create_file(path, err))
            return false;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return error_set_errno(err, errno, "cannot open %s", path);
    bool loaded = parse_file(fd, path, secret, err);
    close(fd);
    return loaded;
}

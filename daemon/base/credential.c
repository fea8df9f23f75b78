#include <debriefd/credential.h>

#include <string.h>

#define PREFIX_LENGTH      3
#define CLAIM_LENGTH       (16 + 16 + 2)
#define TOKEN_LENGTH       (CLAIM_LENGTH + SECRET_MAC_LENGTH)
#define SECRET_LENGTH      32
#define API_KEY_LENGTH     (16 + SECRET_LENGTH)
#define LINK_LENGTH        (16 + 16 + CREDENTIAL_ANONYMOUS_LENGTH)
#define SIGN_IN_CLAIM      (16 + 16)
#define UNSUBSCRIBE_LENGTH (16 + 16 + SECRET_MAC_LENGTH)
#define SIGN_IN_LENGTH     (SIGN_IN_CLAIM + SECRET_MAC_LENGTH)

static const char key_prefix[] = "dk_";
static const char invitation_prefix[] = "di_";
static const char anonymous_prefix[] = "da_";
static const char sign_in_prefix[] = "dl_";
static const char session_prefix[] = "ds_";
static const char unsubscribe_prefix[] = "du_";
static const char unsubscribe_label[] = "unsubscribe";

_Static_assert(PREFIX_LENGTH + SECRET_BASE64_SIZE(TOKEN_LENGTH) <= CREDENTIAL_TEXT_SIZE, "fits");

static bool has_prefix(const char *text, size_t length, const char *prefix)
{
    return length > PREFIX_LENGTH && memcmp(text, prefix, PREFIX_LENGTH) == 0;
}

static struct credential read_invitation(const struct secret_key *key, const uint8_t *token)
{
    struct credential credential = {.kind = CREDENTIAL_INVITATION};
    struct secret_mac expected = secret_mac(key, token, CLAIM_LENGTH);
    if (!secret_equal(expected.bytes, token + CLAIM_LENGTH, sizeof expected.bytes))
        return (struct credential){.kind = CREDENTIAL_NONE};
    memcpy(credential.programme.bytes, token, 16);
    memcpy(credential.invitation.bytes, token + 16, 16);
    credential.generation = (int16_t)(token[32] << 8 | token[33]);
    return credential;
}

/* Under a label, so that no other text of the same length can stand for a link. */
static struct secret_mac sign_in_mac(const struct secret_key *key, const uint8_t *claim)
{
    static const char label[] = "sign-in";
    uint8_t labelled[sizeof label + SIGN_IN_CLAIM];
    memcpy(labelled, label, sizeof label);
    memcpy(labelled + sizeof label, claim, SIGN_IN_CLAIM);
    return secret_mac(key, labelled, sizeof labelled);
}

static struct credential read_sign_in(const struct secret_key *key, const uint8_t *token)
{
    struct credential credential = {.kind = CREDENTIAL_SIGN_IN};
    struct secret_mac expected = sign_in_mac(key, token);
    if (!secret_equal(expected.bytes, token + SIGN_IN_CLAIM, sizeof expected.bytes))
        return (struct credential){.kind = CREDENTIAL_NONE};
    memcpy(credential.programme.bytes, token, 16);
    memcpy(credential.invitation.bytes, token + 16, 16);
    return credential;
}

static struct credential read_stored(enum credential_kind kind, const uint8_t *bytes)
{
    struct credential credential = {.kind = kind};
    memcpy(credential.programme.bytes, bytes, 16);
    credential.key_hash = secret_hash(bytes + 16, SECRET_LENGTH);
    return credential;
}

static struct credential read_anonymous(const uint8_t *bytes)
{
    struct credential credential = {.kind = CREDENTIAL_ANONYMOUS};
    memcpy(credential.programme.bytes, bytes, 16);
    memcpy(credential.wave.bytes, bytes + 16, 16);
    credential.token_hash = secret_hash(bytes + 32, CREDENTIAL_ANONYMOUS_LENGTH);
    return credential;
}

struct credential credential_read(const struct secret_key *key, const char *text, size_t length)
{
    uint8_t bytes[TOKEN_LENGTH];
    const char *encoded = text + PREFIX_LENGTH;
    size_t encoded_length = length - PREFIX_LENGTH;
    if (has_prefix(text, length, invitation_prefix) &&
        secret_base64_parse(encoded, encoded_length, bytes, TOKEN_LENGTH))
        return read_invitation(key, bytes);
    if (has_prefix(text, length, key_prefix) &&
        secret_base64_parse(encoded, encoded_length, bytes, API_KEY_LENGTH))
        return read_stored(CREDENTIAL_KEY, bytes);
    if (has_prefix(text, length, session_prefix) &&
        secret_base64_parse(encoded, encoded_length, bytes, API_KEY_LENGTH))
        return read_stored(CREDENTIAL_SESSION, bytes);
    if (has_prefix(text, length, sign_in_prefix) &&
        secret_base64_parse(encoded, encoded_length, bytes, SIGN_IN_LENGTH))
        return read_sign_in(key, bytes);
    if (has_prefix(text, length, anonymous_prefix) &&
        secret_base64_parse(encoded, encoded_length, bytes, LINK_LENGTH))
        return read_anonymous(bytes);
    return (struct credential){.kind = CREDENTIAL_NONE};
}

struct credential_text credential_invitation(const struct secret_key *key,
                                             const struct uuid *programme,
                                             const struct uuid *invitation, int16_t generation)
{
    uint8_t token[TOKEN_LENGTH];
    memcpy(token, programme->bytes, 16);
    memcpy(token + 16, invitation->bytes, 16);
    token[32] = (uint8_t)((uint16_t)generation >> 8);
    token[33] = (uint8_t)generation;
    struct secret_mac mac = secret_mac(key, token, CLAIM_LENGTH);
    memcpy(token + CLAIM_LENGTH, mac.bytes, sizeof mac.bytes);
    struct credential_text made;
    memcpy(made.text, invitation_prefix, PREFIX_LENGTH);
    secret_base64(token, sizeof token, made.text + PREFIX_LENGTH);
    return made;
}

struct credential_text credential_anonymous(const struct uuid *programme, const struct uuid *wave,
                                            const uint8_t token[CREDENTIAL_ANONYMOUS_LENGTH])
{
    uint8_t bytes[LINK_LENGTH];
    memcpy(bytes, programme->bytes, 16);
    memcpy(bytes + 16, wave->bytes, 16);
    memcpy(bytes + 32, token, CREDENTIAL_ANONYMOUS_LENGTH);
    struct credential_text made;
    memcpy(made.text, anonymous_prefix, PREFIX_LENGTH);
    secret_base64(bytes, sizeof bytes, made.text + PREFIX_LENGTH);
    return made;
}

struct credential_text credential_sign_in(const struct secret_key *key,
                                          const struct uuid *programme, const struct uuid *sign_in)
{
    uint8_t token[SIGN_IN_LENGTH];
    memcpy(token, programme->bytes, 16);
    memcpy(token + 16, sign_in->bytes, 16);
    struct secret_mac mac = sign_in_mac(key, token);
    memcpy(token + SIGN_IN_CLAIM, mac.bytes, sizeof mac.bytes);
    struct credential_text made;
    memcpy(made.text, sign_in_prefix, PREFIX_LENGTH);
    secret_base64(token, sizeof token, made.text + PREFIX_LENGTH);
    return made;
}

static struct credential_text new_stored(const char *prefix, const struct uuid *programme,
                                         struct secret_hash *hash)
{
    uint8_t bytes[API_KEY_LENGTH];
    memcpy(bytes, programme->bytes, 16);
    secret_random(bytes + 16, SECRET_LENGTH);
    *hash = secret_hash(bytes + 16, SECRET_LENGTH);
    struct credential_text made;
    memcpy(made.text, prefix, PREFIX_LENGTH);
    secret_base64(bytes, sizeof bytes, made.text + PREFIX_LENGTH);
    return made;
}

struct credential_text credential_new_key(const struct uuid *programme, struct secret_hash *hash)
{
    return new_stored(key_prefix, programme, hash);
}

struct credential_text credential_new_session(const struct uuid *programme,
                                              struct secret_hash *hash)
{
    return new_stored(session_prefix, programme, hash);
}

/* What the code of an unsubscription is made of: the label keeps it apart from an invitation's. */
static struct secret_mac unsubscribe_mac(const struct secret_key *key, const uint8_t person[32])
{
    uint8_t claim[sizeof unsubscribe_label + 32];
    memcpy(claim, unsubscribe_label, sizeof unsubscribe_label);
    memcpy(claim + sizeof unsubscribe_label, person, 32);
    return secret_mac(key, claim, sizeof claim);
}

struct credential_text credential_unsubscribe(const struct secret_key *key,
                                              const struct uuid *programme,
                                              const struct uuid *person)
{
    uint8_t token[UNSUBSCRIBE_LENGTH];
    memcpy(token, programme->bytes, 16);
    memcpy(token + 16, person->bytes, 16);
    struct secret_mac mac = unsubscribe_mac(key, token);
    memcpy(token + 32, mac.bytes, sizeof mac.bytes);
    struct credential_text made;
    memcpy(made.text, unsubscribe_prefix, PREFIX_LENGTH);
    secret_base64(token, sizeof token, made.text + PREFIX_LENGTH);
    return made;
}

bool credential_unsubscribe_read(const struct secret_key *key, const char *text, size_t length,
                                 struct uuid *programme, struct uuid *person)
{
    uint8_t token[UNSUBSCRIBE_LENGTH];
    if (!has_prefix(text, length, unsubscribe_prefix) ||
        !secret_base64_parse(text + PREFIX_LENGTH, length - PREFIX_LENGTH, token, sizeof token))
        return false;
    struct secret_mac expected = unsubscribe_mac(key, token);
    if (!secret_equal(expected.bytes, token + 32, sizeof expected.bytes))
        return false;
    memcpy(programme->bytes, token, 16);
    memcpy(person->bytes, token + 16, 16);
    return true;
}

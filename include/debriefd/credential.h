/* credential: the texts that prove a right. All carry their programme, so that nothing is looked
 * up across programmes, and all go in "Authorization: Bearer". API key: "dk_" and base64url of
 * programme (16 bytes), secret (32). Stored as the SHA-256 of the secret. Invitation token: "di_"
 * and base64url of programme (16), invitation (16), generation (2, big-endian), message
 * authentication code (16) under the credential key. Never stored: derived again when needed.
 * Sign-in link: "dl_" and base64url of programme (16), sign-in (16), message authentication code
 * (16); derived as well. A desk's session, which goes in a cookie and nowhere else: "ds_" and
 * base64url of programme (16), secret (32); stored as the SHA-256 of the secret.
 * Anonymous token: "da_" and base64url of programme (16), wave (16), token (16). Stored as the
 * SHA-256 of its token, in no order of people; the database derives the token while the wave's
 * secret is there. */
#ifndef DEBRIEFD_CREDENTIAL_H
#define DEBRIEFD_CREDENTIAL_H

#include <debriefd/secret.h>
#include <debriefd/uuid.h>

#define CREDENTIAL_TEXT_SIZE        72
#define CREDENTIAL_ANONYMOUS_LENGTH 16

struct credential_text {
    char text[CREDENTIAL_TEXT_SIZE];
};

enum credential_kind {
    CREDENTIAL_NONE,
    CREDENTIAL_KEY,
    CREDENTIAL_INVITATION,
    CREDENTIAL_SIGN_IN,
    CREDENTIAL_SESSION,
    CREDENTIAL_ANONYMOUS,
};

/* What a text claims; the claim of an invitation and of a sign-in link is already authenticated. */
struct credential {
    enum credential_kind kind;
    struct uuid programme;
    struct secret_hash key_hash; /* of the secret of an API key or a session */
    struct uuid invitation;      /* or the sign-in */
    int16_t generation;
    struct uuid wave; /* of an anonymous token */
    struct secret_hash token_hash;
};

/* CREDENTIAL_NONE for a malformed text and for what this key did not make. */
struct credential credential_read(const struct secret_key *key, const char *text, size_t length);

struct credential_text credential_invitation(const struct secret_key *key,
                                             const struct uuid *programme,
                                             const struct uuid *invitation, int16_t generation);

/* The link by which a person says that no more mail is wanted: "du_" and base64url of programme
 * (16), person (16), message authentication code (16). It proves nothing else. */
struct credential_text credential_unsubscribe(const struct secret_key *key,
                                              const struct uuid *programme,
                                              const struct uuid *person);
bool credential_unsubscribe_read(const struct secret_key *key, const char *text, size_t length,
                                 struct uuid *programme, struct uuid *person);

/* `token` as logic.anonymous_token gives it. */
struct credential_text credential_anonymous(const struct uuid *programme, const struct uuid *wave,
                                            const uint8_t token[CREDENTIAL_ANONYMOUS_LENGTH]);

struct credential_text credential_sign_in(const struct secret_key *key,
                                          const struct uuid *programme, const struct uuid *sign_in);

/* A new random API key, or session, and the hash to store. */
struct credential_text credential_new_key(const struct uuid *programme, struct secret_hash *hash);
struct credential_text credential_new_session(const struct uuid *programme,
                                              struct secret_hash *hash);

#endif

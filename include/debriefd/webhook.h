/* webhook: tells receivers of events by HTTP, signed as Standard Webhooks 1.0.0 says: webhook-id,
 * webhook-timestamp (Unix seconds) and webhook-signature "v1," and the base64 of HMAC-SHA256 over
 * "id.timestamp.body". Receivers know a repeated event by its id. Redirects are not followed, and
 * addresses that are not public are not reached unless the operator allows it. */
#ifndef DEBRIEFD_WEBHOOK_H
#define DEBRIEFD_WEBHOOK_H

#include <debriefd/buf.h>
#include <debriefd/secret.h>
#include <debriefd/uuid.h>
#include <stdint.h>

#define WEBHOOKS_AT_ONCE 16

struct webhook_options {
    int64_t timeout_us;
    bool allows_private; /* also plain http and addresses of this network */
};

struct webhook_message {
    const char *url;
    const char *id; /* of the event */
    const struct buf *body;
    struct secret_key secret;
};

struct webhook_answer {
    int status;       /* of HTTP; 0 when there was none */
    int wait_seconds; /* Retry-After, at most a day; 0 when not said */
    char text[120];   /* "204", or why there was no status */
};

/* Delivers at most WEBHOOKS_AT_ONCE messages side by side; answers[i] is that of messages[i]. Takes
 * as long as the slowest, at most the timeout. */
void webhook_deliver(const struct webhook_options *options, const struct webhook_message *messages,
                     struct webhook_answer *answers, size_t count);

/* What a webhook's messages are signed with: derived from the credential key, never stored. */
struct secret_key webhook_secret(const struct secret_key *key, const struct uuid *programme,
                                 const struct uuid *webhook);

/* As receivers are given it: "whsec_" and base64. */
struct webhook_secret_text {
    char text[56];
};
struct webhook_secret_text webhook_secret_text(const struct secret_key *secret);

/* The value of webhook-signature. */
void webhook_sign(const struct secret_key *secret, const char *id, int64_t unix_seconds,
                  const struct buf *body, struct buf *signature);

#endif

/* webhooks: delivers the outbox's events to the programmes' webhooks, each receiver's in order, one
 * at a time, and at least once: who dies between a delivery and its record delivers it again under
 * the same id. */
#ifndef DEBRIEFD_WEBHOOKS_H
#define DEBRIEFD_WEBHOOKS_H

#include <debriefd/webhook.h>

struct session;

struct webhooks_options {
    struct webhook_options delivery;
    const struct secret_key *credential_key; /* borrowed */
};

/* Attempts what is due, at most WEBHOOKS_AT_ONCE. *attempted is how many that were. False when the
 * database is away. */
bool webhooks_turn(struct session *session, const struct webhooks_options *options, int *attempted,
                   struct error *err) must_check;

#endif

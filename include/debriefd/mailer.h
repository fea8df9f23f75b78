/* mailer: the part of the send role that makes due mails and sends them. A turn is bounded: by the
 * configured batch and rate, and by two seconds and one mail's timeout.
 *
 * Delivery: a mail is claimed, and the claim committed; sent; marked, and the mark committed, both
 * durably. So each is sent at least once. One is sent again only when the server accepted it and
 * its mark was not committed: this process or its machine ended in between, or the connection
 * ended after the text and before the server's answer. SMTP has no name by which to ask a server
 * later whether it accepted a mail (RFC 1047), so nobody can tell. Every attempt carries the same
 * Message-ID, by which a receiver can.
 * A database that goes away after a mail was sent costs no second one: its mark is kept and
 * committed when the database is back, unless this process ends before. Nothing is sent when so
 * little of a claim's time is left that another process could take it meanwhile. */
#ifndef DEBRIEFD_MAILER_H
#define DEBRIEFD_MAILER_H

#include <debriefd/error.h>
#include <debriefd/secret.h>

struct config;
struct mailer;
struct session;

typedef bool mailer_go_on_fn(void *context);

/* Borrowed. The session's statements are sql_queries. */
struct mailer_options {
    struct session *session;
    const struct config *config;
    const struct secret_key *credential_key;
    mailer_go_on_fn *go_on; /* called before each mail; false ends the turn */
    void *context;
};

struct mailer *mailer_create(const struct mailer_options *options);
void mailer_destroy(struct mailer *mailer);

/* False only when the database is away. *has_more: there is likely something to send at once. */
bool mailer_turn(struct mailer *mailer, bool *has_more, struct error *err) must_check;

#endif

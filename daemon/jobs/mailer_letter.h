/* mailer_letter: from what the database says of a mail to the mail's bytes. Private to the jobs. */
#ifndef DEBRIEFD_MAILER_LETTER_H
#define DEBRIEFD_MAILER_LETTER_H

#include <debriefd/buf.h>
#include <debriefd/message.h>
#include <debriefd/secret.h>
#include <debriefd/uuid.h>

struct mailer_letter {
    const struct secret_key *credential_key;
    const char *public_url;
    const struct mailbox *from;
    const char *reply_to;
    struct uuid programme;
    struct uuid mail;
    const char *json; /* logic.mail_letter */
};

/* Appends the message; `address` gets where it goes. False for a letter that cannot be written: its
 * person is gone, or the address is none. */
bool mailer_letter_write(const struct mailer_letter *given, char address[256],
                         struct buf *out) must_check;

#endif

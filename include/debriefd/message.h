/* message: a mail as the bytes that SMTP carries (RFC 5322, MIME), a plain and an HTML part of the
 * same words. Whatever the texts hold, they cannot add a header: control characters become spaces,
 * and what is not plain ASCII is encoded (RFC 2047, quoted-printable). Pure. */
#ifndef DEBRIEFD_MESSAGE_H
#define DEBRIEFD_MESSAGE_H

#include <debriefd/buf.h>
#include <stdint.h>

/* Borrowed. NULL or "" leaves an optional header out. Addresses are asserted to be such. */
struct message {
    const char *id; /* of Message-ID, without < and >: the same for every attempt */
    const char *from_name;
    const char *from_address;
    const char *to_name;
    const char *to_address;
    const char *reply_to;    /* an address; optional */
    const char *unsubscribe; /* an https URL that one POST suffices for (RFC 8058); optional */
    const char *language;    /* "sv" */
    const char *subject;
    const char *text; /* UTF-8, lines end with LF */
    const char *html;
    int64_t at_us; /* wall clock */
};

void message_write(const struct message *message, struct buf *out);

/* Whether an address can stand in an envelope as it is: ASCII, unquoted, one @. */
bool message_is_address(const char *address);

/* "NAME <ADDRESS>" or "ADDRESS", as the configuration checks it. */
struct mailbox {
    char name[200]; /* "" without one */
    char address[256];
};
struct mailbox mailbox_read(const char *text);

#endif

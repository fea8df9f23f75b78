/* bounce: what a server reports about a mail it could not deliver (RFC 3464), as it comes into the
 * mailbox of the envelope's sender. Our Message-ID, which the report repeats, says which mail it
 * is about: "MAIL.PROGRAMME@HOST". Pure. */
#ifndef DEBRIEFD_BOUNCE_H
#define DEBRIEFD_BOUNCE_H

#include <debriefd/uuid.h>
#include <stdbool.h>
#include <stddef.h>

struct bounce {
    struct uuid mail;
    struct uuid programme;
    char status[12];      /* "5.1.1" (RFC 3463) */
    char recipient[256];  /* "" when it does not say */
    char diagnostic[300]; /* the server's words, "" without */
};

enum bounce_verdict {
    BOUNCE_FAILED,   /* *bounce is filled */
    BOUNCE_OTHER,    /* a report of a delay or of success, an answer by a person or by a holiday */
    BOUNCE_NOT_OURS, /* a failure, of a mail that this daemon did not send */
};

enum bounce_verdict bounce_read(const char *text, size_t length, struct bounce *bounce);

/* Room for the text of a Message-ID's left side. */
#define BOUNCE_ID_SIZE 80
void bounce_id(const struct uuid *mail, const struct uuid *programme, char id[BOUNCE_ID_SIZE]);

#endif

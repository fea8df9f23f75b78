/* letter: what the daemon's mails say, in English and Swedish, as plain text and as simple HTML of
 * the same words: no image, nothing from elsewhere, nothing that tells who read it. Pure. */
#ifndef DEBRIEFD_LETTER_H
#define DEBRIEFD_LETTER_H

#include <debriefd/buf.h>
#include <debriefd/catalogue.h>

enum letter_kind {
    LETTER_INVITATION,
    LETTER_REMINDER,
    LETTER_CLOSING,
    LETTER_THANKS,
    LETTER_RESEND,
    LETTER_SIGN_IN,
    LETTER_KINDS,
};

struct letter_wave {
    const char *study;
    const char *title;  /* of the instrument */
    const char *closes; /* "YYYY-MM-DD HH:MM D", D from 1 Monday; "" without an end */
    const char *link;   /* "" without one, as in anonymous reminders */
    int minutes;
    bool is_anonymous;
};

enum letter_metric { LETTER_RESPONSE_RATE, LETTER_RECOMMEND, LETTER_OVERALL, LETTER_METRICS };

/* A released number. */
struct letter_result {
    enum letter_metric metric;
    double value;
};

#define LETTER_WAVES   8
#define LETTER_RESULTS 8

/* All texts are borrowed. */
struct letter {
    enum letter_kind kind;
    enum language language;
    const char *name;
    const char *programme;
    const char *link;                       /* of sign-in */
    const char *unsubscribe;                /* "" without one */
    struct letter_wave waves[LETTER_WAVES]; /* one, or of LETTER_RESEND every open one */
    size_t wave_count;
    struct letter_result results[LETTER_RESULTS]; /* of LETTER_THANKS */
    size_t result_count;
};

/* "invitation", ...; false for another name. */
bool letter_kind_find(const char *name, enum letter_kind *kind);

/* Appends to three buffers. */
void letter_write(const struct letter *letter, struct buf *subject, struct buf *text,
                  struct buf *html);

#endif

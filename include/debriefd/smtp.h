/* smtp: hands mails to one server, one at a time, and says what became of each. Blocking, for at
 * most the timeout a mail; the connection stays open between mails. For one thread.
 *
 * SMTP_SENT is said only after the server accepted the text. When the connection ends after the
 * text and before that answer, nobody can know (RFC 1047): it is SMTP_LATER, and the mail may come
 * twice. */
#ifndef DEBRIEFD_SMTP_H
#define DEBRIEFD_SMTP_H

#include <debriefd/buf.h>
#include <stdint.h>

enum smtp_outcome {
    SMTP_SENT,
    SMTP_LATER,   /* this mail was refused for now */
    SMTP_BOUNCED, /* for good, because of its address */
    SMTP_FAILED,  /* for good, for another reason */
    SMTP_AWAY,    /* no mail can be sent now: nobody there, no encryption, no login, no sender */
};

enum smtp_tls { SMTP_TLS_REQUIRED, SMTP_TLS_OPPORTUNISTIC, SMTP_TLS_NEVER };

/* Borrowed for the object's life; "" for none. */
struct smtp_options {
    const char *url;   /* smtp://HOST:PORT or smtps://HOST:PORT */
    const char *hello; /* the name to say in EHLO */
    const char *user;
    const char *password;
    const char *ca_file;
    enum smtp_tls tls;
    int64_t timeout_us;
};

struct smtp_result {
    enum smtp_outcome outcome;
    char said[300]; /* the server's last line, or what went wrong */
};

struct smtp;

struct smtp *smtp_create(const struct smtp_options *options);
void smtp_destroy(struct smtp *smtp);

/* The addresses are such as message_is_address likes. */
struct smtp_result smtp_send(struct smtp *smtp, const char *from, const char *to,
                             const struct buf *message);

/* What a refusal means, by the command it answers ('M'AIL, 'R'CPT, 'D'ATA or the text; anything
 * else comes before a mail) and the server's line (RFC 5321 4.2, RFC 3463). */
enum smtp_outcome smtp_refusal(char command, const char *line);

#endif

/* framing: refuses every request that two HTTP parsers could read differently (RFC 9112 11.2), so
 * that no request can hide behind another one, and keeps track of where a request's head ends in
 * the raw bytes. Pure: no sockets, no library. */
#ifndef DEBRIEFD_FRAMING_H
#define DEBRIEFD_FRAMING_H

#include <debriefd/error.h>
#include <debriefd/router.h>
#include <stddef.h>

#define FRAMING_TARGET_MAX 2048 /* bytes of a request target */

struct framing_header {
    const char *name;
    const char *value;
};

/* What the parser below made of a request's head. */
struct framing_head {
    enum http_method method;
    int version_major;
    int version_minor;
    const char *target;
    const struct framing_header *headers;
    size_t header_count;
};

struct framing_verdict {
    int status;         /* 0 when the request may pass */
    const char *reason; /* static English text */
};

/* Judges a parsed head. Any verdict but 0 must be answered with Connection: close. */
struct framing_verdict framing_judge(const struct framing_head *head);

/* A path segment or query part: decodes %XX (and '+' when `plus` is FRAMING_PLUS_IS_SPACE) into
 * `out`, which has room for length + 1. False for a bad escape, %00, %2F in a segment, or bytes
 * that are not UTF-8. */
enum framing_part {
    FRAMING_SEGMENT,
    FRAMING_QUERY, /* '+' is a space, %2F is allowed */
};
bool framing_decode(enum framing_part part, const char *text, size_t length, char *out) must_check;

/* The raw bytes of one head after the other, as they arrive. The parser below forgives bare LF,
 * folds lines, cuts values at NUL and reads "HTTP/+1.01"; the raw view does not. */
enum framing_fault {
    FRAMING_CLEAN,
    FRAMING_NUL,
    FRAMING_BARE_LF,
    FRAMING_BARE_CR,
    FRAMING_FOLDED,  /* a header line that begins with white space (RFC 9112 5.2) */
    FRAMING_VERSION, /* a request line that does not end in " HTTP/" digit "." digit */
};

#define FRAMING_VERSION_LENGTH 9 /* " HTTP/1.1" */

struct framing_scan {
    enum framing_fault fault; /* the first one */
    bool complete;            /* the empty line was seen; further bytes are not looked at */
    bool after_cr;
    size_t line_length; /* of the line under way, without CR and LF */
    size_t lines;
    char tail[FRAMING_VERSION_LENGTH]; /* the last bytes of the request line */
};

void framing_scan_init(struct framing_scan *scan);
void framing_scan_bytes(struct framing_scan *scan, const char *bytes, size_t length);

const char *framing_fault_reason(enum framing_fault fault);

#endif

/* reader: a strict pull reader of JSON (RFC 8259), the one piece of JSON the project parses itself,
 * because submissions are the hot path. Its verdict and values are jansson's with
 * JSON_REJECT_DUPLICATES: an object or array at the top, integers in int64_t, finite reals, strict
 * UTF-8 without NUL and without lone surrogates. Two differences: the depth limit is lower, and a
 * NUL byte is refused everywhere (jansson 2.14 passes over one behind a number or a word).
 *
 * Strings point into the document, or into the reader where they held escapes; both live until the
 * next reader_start. Storage is kept between documents, so the steady state allocates nothing.
 * Real numbers are read by strtod: the process stays in the "C" numeric locale. */
#ifndef DEBRIEFD_READER_H
#define DEBRIEFD_READER_H

#include <debriefd/buf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READER_DEPTH 32 /* containers inside each other */

enum reader_token {
    READER_FAULT, /* `fault` says why; every later call says so again */
    READER_END,   /* the document is complete and nothing but white space follows */
    READER_OBJECT,
    READER_OBJECT_END,
    READER_ARRAY,
    READER_ARRAY_END,
    READER_STRING,
    READER_INTEGER,
    READER_REAL,
    READER_TRUE,
    READER_FALSE,
    READER_NULL,
};

enum reader_fault {
    READER_FINE,
    READER_SYNTAX,
    READER_TRUNCATED,
    READER_TRAILING,
    READER_NO_CONTAINER,
    READER_BAD_UTF8,
    READER_CONTROL_CHARACTER,
    READER_BAD_ESCAPE,
    READER_LONE_SURROGATE,
    READER_NUL,
    READER_DUPLICATE_KEY,
    READER_TOO_DEEP,
    READER_BIG_INTEGER,
    READER_BIG_REAL,
};

struct reader_text {
    const char *bytes; /* not NUL-terminated */
    size_t length;
};

struct reader_frame {
    struct reader_text key; /* of the current member */
    uint32_t serial;        /* which object of this reader's life */
    uint32_t count;         /* members begun */
    char closer;            /* ']' or '}' */
};

struct reader_key {
    const char *bytes;
    uint32_t length;
    uint32_t serial;
    uint64_t hash;
};

struct reader {
    struct reader_text key;    /* of the value just returned, inside an object */
    struct reader_text string; /* of READER_STRING */
    int64_t integer;           /* of READER_INTEGER */
    double real;               /* of READER_REAL */
    enum reader_fault fault;
    size_t fault_offset; /* bytes from the document's start */

    /* The rest is the reader's own. */
    const char *start;
    const char *at;
    const char *end;
    size_t depth;
    bool begun;
    struct reader_frame frames[READER_DEPTH];
    struct buf decoded; /* reserved once a document, so that pointers into it stay */
    struct reader_key *keys;
    size_t key_capacity; /* a power of two */
    size_t key_count;    /* of this document */
    uint32_t serial;
    uint32_t first_serial; /* entries with an older serial are free */
    uint64_t seed;
};

/* secret_init comes first: the table of keys is seeded against chosen collisions. */
void reader_init(struct reader *reader);
void reader_finish(struct reader *reader);

/* Begins a document; `text` is borrowed until the next start or finish. */
void reader_start(struct reader *reader, const char *text, size_t length);

/* The next token. A value in an object comes with its `key`. */
enum reader_token reader_next(struct reader *reader);

/* Reads past the value that `token` began; false when the document is at fault. */
bool reader_skip(struct reader *reader, enum reader_token token);

/* The JSON pointer (RFC 6901) of the value last returned or at fault, cut at a code point. */
void reader_pointer(const struct reader *reader, char *pointer, size_t size);

/* The reason as an English sentence without a full stop. */
const char *reader_fault_text(enum reader_fault fault);

#endif

/* error: the one way a fallible function says why it failed.
 * A fallible function returns bool and takes `struct error *err` last; on false *err is filled once
 * and outputs are untouched. Errors are returned below and logged once, at the edge. */
#ifndef DEBRIEFD_ERROR_H
#define DEBRIEFD_ERROR_H

#include <stdbool.h>

#define must_check               __attribute__((warn_unused_result))
#define printf_like(text, first) __attribute__((format(printf, text, first)))

enum error_code {
    ERR_NONE = 0,
    ERR_INVALID,      /* the caller's input is wrong: 400 or 422 */
    ERR_UNAUTHORIZED, /* no principal: 401 */
    ERR_FORBIDDEN,    /* a principal without the right: 403 */
    ERR_NOT_FOUND,    /* 404 */
    ERR_CONFLICT,     /* 409 */
    ERR_GONE,         /* 410 */
    ERR_TOO_LARGE,    /* past a configured size: 413 */
    ERR_LIMITED,      /* past a configured rate: 429 */
    ERR_UNAVAILABLE,  /* a dependency is away, or a queue is full: 503, safe to retry */
    ERR_TIMEOUT,      /* a deadline passed: 504, outcome unknown */
    ERR_SYSTEM,       /* the operating system refused */
    ERR_INTERNAL,     /* a defect, or an answer that cannot be: 500 */
};

struct error {
    enum error_code code;
    char message[320]; /* one English sentence without a trailing full stop */
};

/* Fills *err and yields false, so that a caller can write `return error_set(...)`: macros, so that
 * compilers and analyzers see that it is false. error_set(err, code, format, ...) */
#define error_set(...) (error_fill(__VA_ARGS__), error_false())

/* Like error_set for a failed system call: appends strerror(errno_value).
 * error_set_errno(err, errno_value, format, ...) */
#define error_set_errno(...) (error_fill_errno(__VA_ARGS__), error_false())

void error_fill(struct error *err, enum error_code code, const char *format, ...) printf_like(3, 4);
void error_fill_errno(struct error *err, int errno_value, const char *format, ...)
    printf_like(3, 4);

static inline bool error_false(void)
{
    return false;
}

/* The stable lower-case name of a code, for logs: "not_found". */
const char *error_code_name(enum error_code code);

/* The HTTP status a code maps to. */
int error_http_status(enum error_code code);

#endif

/* violations: every fault of one input, each with a JSON pointer (RFC 6901), for one 422 answer. */
#ifndef DEBRIEFD_VIOLATIONS_H
#define DEBRIEFD_VIOLATIONS_H

#include <debriefd/error.h>
#include <stddef.h>

#define VIOLATIONS_KEPT 100 /* further ones are counted, not kept */

struct violation {
    char pointer[160]; /* "" is the whole document */
    const char *code;  /* static, stable, for programs: "out_of_range" */
    char detail[200];  /* one English sentence without a full stop */
};

struct violations {
    struct violation *items; /* `count` of them */
    size_t count;
    size_t total; /* also those that were not kept */
};

void violations_init(struct violations *violations);
void violations_finish(struct violations *violations);

/* `code` must be a string literal. */
void violations_add(struct violations *violations, const char *pointer, const char *code,
                    const char *format, ...) printf_like(4, 5);

#endif

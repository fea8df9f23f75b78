/* comparison: expected values against the rows of a metrics answer, told one by one and counted by
 * family. */
#ifndef CTL_COMPARISON_H
#define CTL_COMPARISON_H

#include "expectation.h"
#include <jansson.h>
#include <stdint.h>

#define FAMILIES_MAX 16

struct comparison_count {
    const char *family;
    uint64_t equal, different, missing;
};

struct comparison {
    bool is_json;
    struct comparison_count counts[FAMILIES_MAX];
    size_t families;
};

/* `list` are `count` expectations of one trip; `metrics` is the array of rows, or NULL. Prints what
 * differs on standard output. */
void comparison_add(struct comparison *comparison, const struct names *names,
                    const struct expectation *list, size_t count, const json_t *metrics);

/* Prints a line a family and their sums; whether all was equal. */
bool comparison_finish(const struct comparison *comparison);

#endif

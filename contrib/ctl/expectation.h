/* expectation: a dataset's expected.json, read value by value and kept in a few bytes each:
 * {"metrics":[{"trip","wave","slice","item","metric","value","tol"}, ...]} among other members. */
#ifndef CTL_EXPECTATION_H
#define CTL_EXPECTATION_H

#include "names.h"
#include <debriefd/error.h>
#include <stddef.h>

enum expected_type { EXPECTED_NULL, EXPECTED_NUMBER, EXPECTED_TEXT };

struct expectation {
    uint32_t trip, wave, slice, item, metric, text; /* in `names` */
    enum expected_type type;
    double value;
    double tolerance; /* absolute; 0: exact */
};

struct expectations {
    struct names *names;
    struct expectation *list; /* those of a trip together, in the file's order */
    size_t count;
};

/* ERR_INVALID when it is not what it should be. */
bool expectations_read(const char *directory, struct expectations *expectations,
                       struct error *err) must_check;
void expectations_finish(struct expectations *expectations);

#endif

/* proxy: an answer that an organiser enters for a participant, from paper or a telephone call. It
 * is on record before it is stored, and marked; the participant may replace it as their own. */
#ifndef DEBRIEFD_PROXY_H
#define DEBRIEFD_PROXY_H

#include <debriefd/operation.h>
#include <debriefd/violations.h>

extern const struct route proxy_routes[];

struct proxy_entry {
    struct uuid wave;
    struct uuid participant;
    struct uuid evaluation; /* named by the client, so that repeating is safe */
    bool is_late;           /* also into a closed wave */
};

struct proxy_outcome {
    int status; /* 201 new, 200 recorded before, else refused: */
    const char *slug;
    const char *detail;
    const struct violations *violations; /* of 422 by the answers themselves, else NULL */
    const struct buf *receipt;           /* JSON, of 200 and 201 */
};

/* Called exactly once, at once or later; what it is given is borrowed for the call. Not called when
 * a reply was sent instead: 404 for an unknown wave, 503 while its form is looked up. */
typedef void proxy_done_fn(struct request *request, const struct proxy_outcome *outcome);

/* `body` is an evaluation as answers.h says; copied. */
void proxy_enter(struct request *request, const struct proxy_entry *entry, const char *body,
                 size_t length, proxy_done_fn *done);

#endif

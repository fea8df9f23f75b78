/* anonymous: answers of anonymous waves, given with a token that leads to nobody. A token is spent
 * once, in one transaction with the answers; a spent one is recorded for as long as its wave is
 * open, whatever is sent with it. Nothing the client calls its answers by is kept. The request's
 * principal is ROLE_ANONYMOUS. For the API and the pages. */
#ifndef DEBRIEFD_ANONYMOUS_H
#define DEBRIEFD_ANONYMOUS_H

#include <debriefd/evaluations.h>

/* `done` is called once, later, with INGEST_NEW, INGEST_REPLAY, INGEST_NO_WAVE, INGEST_NOT_OPEN,
 * INGEST_CLOSED, INGEST_REVOKED (no such token), or INGEST_FAILED with an error. The receipt is the
 * same of all who answered the wave on that day, and empty when nothing is recorded. */

/* What the token is good for: INGEST_NEW says that it may answer, and has an empty receipt. */
void anonymous_state(struct request *request, evaluation_done_fn *done, void *context);

/* Copies what it needs. The answers replace nothing: evaluation_submit refuses that before. */
void anonymous_submit(struct request *request, const struct answers *answers,
                      const struct instrument *instrument, evaluation_done_fn *done, void *context);

#endif

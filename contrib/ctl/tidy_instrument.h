/* tidy_instrument: what a tidy dataset's items come to as an instrument: a question an item, a
 * roster before and after, commitments and their status, and the measures that
 * contrib/instruments/benchmarking has for the same constructs. */
#ifndef CTL_TIDY_INSTRUMENT_H
#define CTL_TIDY_INSTRUMENT_H

#include "tidy.h"
#include <jansson.h>

#define TIDY_ROSTER           "ROSTER"
#define TIDY_COMMITMENTS_ITEM "COMMIT"
#define TIDY_STATUSES_ITEM    "COMMIT_STATUS"

/* Whether a wave asks about the others, for commitments, for their status. */
bool tidy_asks_roster(const struct tidy *tidy, uint32_t wave);
bool tidy_asks_commitments(const struct tidy *tidy, uint32_t wave);
bool tidy_asks_statuses(const struct tidy *tidy, uint32_t wave);

/* The definition, the caller's. */
json_t *tidy_instrument_create(const struct tidy *tidy, uint32_t wave);

#endif

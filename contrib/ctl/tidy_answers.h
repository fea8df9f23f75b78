/* tidy_answers: what a participant of a tidy dataset answered in a wave, as an evaluation. */
#ifndef CTL_TIDY_ANSWERS_H
#define CTL_TIDY_ANSWERS_H

#include "tidy.h"
#include <debriefd/buf.h>
#include <debriefd/uuid.h>

/* Appends the evaluation's JSON; false, and nothing is appended, when there is no answer.
 * `people` are the participants' pseudonyms by their numbers. Ties to people who are not of the
 * delegation are left out: nobody is asked about them. */
bool tidy_answers_write(const struct tidy *tidy, uint32_t wave, uint32_t participant,
                        const struct uuid *people, struct buf *json);

/* The disposition the dataset has, "UE" for an evaluation without one, or NULL. */
const char *tidy_answers_disposition(const struct tidy *tidy, uint32_t wave, uint32_t participant);

#endif

/* demo_answers: invented answers whose findings are those of the published evaluation: satisfied
 * with the programme and less with the follow-up, divided over how full it was, more learnt by
 * people than by their organisations, ties made on site, few contacts kept with the hosts. The same
 * person gives the same answers every time. */
#ifndef CTL_DEMO_ANSWERS_H
#define CTL_DEMO_ANSWERS_H

#include "demo_people.h"
#include <jansson.h>

/* The evaluation of one person in one wave (pre, post, fu), or NULL: they do not answer.
 * `delegates` is what GET .../delegates lists. */
json_t *demo_answers_create(const struct demo_trip *trip, const char *wave, int person,
                            const json_t *delegates);

/* What became of the invitation of one who does not answer, as AAPOR codes it, or NULL: nobody
 * knows. */
const char *demo_answers_disposition(const struct demo_trip *trip, const char *wave, int person);

#endif

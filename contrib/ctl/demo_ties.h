/* demo_ties: who knows whom in the invented delegations. Sectors keep to themselves, some people
 * know each other from an earlier trip, and a trip makes ties, more of them across sectors. */
#ifndef CTL_DEMO_TIES_H
#define CTL_DEMO_TIES_H

#include "demo_people.h"
#include <jansson.h>

/* The roster answer of one person in the wave pre or fu: as a rule complete, sometimes partial,
 * without some people, or refused. */
json_t *demo_ties_create(const struct demo_trip *trip, const char *wave, int person,
                         const json_t *delegates);

#endif

/* demo_people: the invented delegations of the demonstration. Nobody in them exists; trips, sizes
 * and dates are the published ones, but for one size that is not (its note says so). */
#ifndef CTL_DEMO_PEOPLE_H
#define CTL_DEMO_PEOPLE_H

#include <debriefd/buf.h>
#include <jansson.h>

struct demo_trip {
    const char *code; /* on the command line */
    const char *name; /* of the study */
    int first;        /* its people have the numbers from `first` on */
    int size;
    double mood; /* added to every satisfaction */
};

extern const struct demo_trip demo_trips[]; /* ended by a row without a code */

const struct demo_trip *demo_trip_find(const char *code); /* NULL when there is none */

/* The delegation as CSV for delegates import. A role ends in the person's number, by which
 * answers are told apart. */
void demo_people_write(const struct demo_trip *trip, struct buf *csv);

const char *demo_sector_of(int person);

/* The number at the end of a listed delegate's role; 0 for none. */
int demo_person_of(const json_t *delegate);

#endif

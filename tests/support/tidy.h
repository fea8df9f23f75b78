/* tidy: facts of one study from a directory of tidy CSV files (participants, dispositions, items,
 * responses), for tests. Fields hold no quotes. Panics with a message on anything odd. */
#ifndef TIDY_H
#define TIDY_H

#include <debriefd/facts.h>

struct tidy;

struct tidy *tidy_load(const char *directory);
void tidy_destroy(struct tidy *tidy);

size_t tidy_trips(const struct tidy *tidy);
const char *tidy_trip(const struct tidy *tidy, size_t index);

/* Sealed facts with sectors as slices, a target of 1/3 for all but "state", the phase and transfer
 * indices, NKI, and the scales NKI and PROG. */
struct facts *tidy_facts(const struct tidy *tidy, const char *trip);

#endif

/* tidy_codings: the interviews of a directory of tidy CSV files (codes, interviews,
 * interview_trips, segments, coder_segments, codings, quotes), for tests. Fields hold no quotes.
 * Panics with a message on anything odd. */
#ifndef TIDY_CODINGS_H
#define TIDY_CODINGS_H

#include <debriefd/codings.h>

enum tidy_order { TIDY_AS_GIVEN, TIDY_REVERSED };

/* Sealed; the caller's. */
struct codings *tidy_codings(const char *directory, enum tidy_order order);

#endif

/* rate: token buckets by key, to slow down whoever fails often. Bounded: of too many keys the ones
 * seen first are forgotten. */
#ifndef DEBRIEFD_RATE_H
#define DEBRIEFD_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rate;

/* A key may do `burst` things at once and `per_second` in the long run. */
struct rate *rate_create(unsigned burst, double per_second, size_t keys);
void rate_destroy(struct rate *rate); /* takes NULL */

/* Counts one thing; false when it is one too many, with the whole seconds until the next may be. */
bool rate_take(struct rate *rate, const void *key, size_t length, int64_t now_us,
               int *wait_seconds);

#endif

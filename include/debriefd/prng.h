/* prng: pseudo-random numbers that are the same on every machine: xoshiro256** 1.0 (Blackman and
 * Vigna 2018, public domain, prng.di.unimi.it), seeded with splitmix64 as its authors recommend.
 * For permutations and bootstraps; nothing here is secret. */
#ifndef DEBRIEFD_PRNG_H
#define DEBRIEFD_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state[4]; /* not all zero */
};

/* A stream of its own for each (seed, purpose), so that one more test changes no other's numbers.
 */
void prng_init(struct prng *prng, uint64_t seed, const char *purpose);
uint64_t prng_next(struct prng *prng);

/* Uniform over 0..bound-1 without bias (Lemire 2019); bound > 0. */
uint32_t prng_below(struct prng *prng, uint32_t bound);

/* The next number of splitmix64. */
uint64_t prng_splitmix(uint64_t *state);

#endif

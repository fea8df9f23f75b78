/* exact: hypergeometric tails by integer arithmetic, for probabilities at a limit. */
#ifndef EXACT_H
#define EXACT_H

#include <stdbool.h>
#include <stdint.h>

/* The largest population it takes. */
#define EXACT_POPULATION_MAX 4096

/* Whether sum over j in from..to of C(K,j) C(N-K,n-j) is more than C(N,n) / tail. */
bool exact_exceeds(int64_t N, int64_t K, int64_t n, int64_t from, int64_t to, uint32_t tail);

#endif

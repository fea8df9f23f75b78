#include "exact.h"

#include <assert.h>
#include <string.h>

/* C(N,n) <= 2^N, a sum of terms is at most C(N,n), and the factors here are below 2^32. */
#define LIMBS (EXACT_POPULATION_MAX / 32 + 3)

/* A natural number; limbs[0] is the least significant. */
struct natural {
    uint32_t limbs[LIMBS];
    int used;
};

static void natural_multiply(struct natural *a, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < a->used; i++) {
        carry += (uint64_t)a->limbs[i] * factor;
        a->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry == 0)
        return;
    assert(a->used < LIMBS);
    a->limbs[a->used++] = (uint32_t)carry;
}

/* The division leaves no remainder. */
static void natural_divide(struct natural *a, uint32_t divisor)
{
    uint64_t rest = 0;
    for (int i = a->used - 1; i >= 0; i--) {
        rest = rest << 32 | a->limbs[i];
        a->limbs[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    assert(rest == 0);
    while (a->used > 0 && a->limbs[a->used - 1] == 0)
        a->used--;
}

static void natural_add(struct natural *a, const struct natural *b)
{
    uint64_t carry = 0;
    for (int i = 0; i < b->used || i < a->used || carry != 0; i++) {
        assert(i < LIMBS);
        carry += (i < a->used ? a->limbs[i] : 0);
        carry += (i < b->used ? b->limbs[i] : 0);
        a->limbs[i] = (uint32_t)carry;
        a->used = i >= a->used ? i + 1 : a->used;
        carry >>= 32;
    }
}

static bool natural_greater(const struct natural *a, const struct natural *b)
{
    if (a->used != b->used)
        return a->used > b->used;
    for (int i = a->used - 1; i >= 0; i--)
        if (a->limbs[i] != b->limbs[i])
            return a->limbs[i] > b->limbs[i];
    return false;
}

/* a times C(n,k). */
static void multiply_binomial(struct natural *a, int64_t n, int64_t k)
{
    for (int64_t i = 0; i < k; i++) {
        natural_multiply(a, (uint32_t)(n - i));
        natural_divide(a, (uint32_t)(i + 1));
    }
}

static struct natural one(void)
{
    struct natural number;
    memset(&number, 0, sizeof number);
    number.limbs[0] = 1;
    number.used = 1;
    return number;
}

bool exact_exceeds(int64_t N, int64_t K, int64_t n, int64_t from, int64_t to, uint32_t tail)
{
    assert(N <= EXACT_POPULATION_MAX && K <= N && n <= N);
    int64_t least = n - (N - K) > 0 ? n - (N - K) : 0;
    int64_t most = K < n ? K : n;
    from = from > least ? from : least;
    to = to < most ? to : most;
    if (from > to)
        return false;
    struct natural term = one(), sum = {.used = 0}, whole = one();
    multiply_binomial(&whole, N, n);
    multiply_binomial(&term, K, from);
    multiply_binomial(&term, N - K, n - from);
    for (int64_t j = from; j <= to; j++) {
        natural_add(&sum, &term);
        natural_multiply(&term, (uint32_t)((K - j) * (n - j)));
        natural_divide(&term, (uint32_t)((j + 1) * (N - K - n + j + 1)));
    }
    natural_multiply(&sum, tail);
    return natural_greater(&sum, &whole);
}

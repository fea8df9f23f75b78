#include "network_private.h"
#include <debriefd/xalloc.h>
#define MATHLIB_STANDALONE
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

/* Steps of the exact table: some tenths of a second. */
#define STEPS_MAX INT64_C(200000000)

static int ascending(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static double by_normal(int64_t sum, double squares)
{
    return 2 * pnorm(-fabs((double)sum) / sqrt(squares), 0, 1, 1, 0);
}

/* chances[c]: that the changes with a plus sum to c, when the sum of all is 2 c - total. Smallest
 * changes first, so that the order of the egos does not show and the table grows late. */
static double by_table(const int64_t *sizes, size_t count, int64_t total, int64_t sum)
{
    double *chances = xcalloc_array((size_t)total + 1, sizeof *chances);
    int64_t reach = 0;
    chances[0] = 1;
    for (size_t i = 0; i < count; i++) {
        reach += sizes[i];
        for (int64_t c = reach; c >= 0; c--)
            chances[c] = (chances[c] + (c >= sizes[i] ? chances[c - sizes[i]] : 0)) / 2;
    }
    double tail = 0;
    for (int64_t c = 0; c <= (total - sum) / 2; c++)
        tail += chances[c];
    free(chances);
    return sum == 0 ? 1 : fmin(2 * tail, 1);
}

/* Egos without a change have no sign to flip. */
double network_signflip(int64_t *changes, size_t count, const char **method)
{
    int64_t sum = 0, total = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += changes[i];
        changes[i] = llabs(changes[i]);
        total += changes[i];
        squares += (double)(changes[i] * changes[i]);
    }
    qsort(changes, count, sizeof *changes, ascending);
    size_t zeros = 0;
    while (zeros < count && changes[zeros] == 0)
        zeros++;
    bool exact = (int64_t)(count - zeros) <= STEPS_MAX / (total + 1);
    *method = exact ? "sign_flip_exact" : "sign_flip_normal";
    if (!exact)
        return by_normal(sum, squares);
    return by_table(changes + zeros, count - zeros, total, llabs(sum));
}

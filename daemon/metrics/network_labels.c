#include "network_private.h"
#include <debriefd/prng.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Ordered pairs, triples and quadruples of different delegates, and those of them in one sector:
 * of a quadruple, the first two and the last two. */
struct tuples {
    int64_t pairs, quadruples;
    int64_t in_pairs, in_triples, in_quadruples;
};

static struct tuples tuples_of(const struct network *network, const struct network_dyads *dyads)
{
    int64_t n = (int64_t)network->delegates;
    struct tuples tuples = {.pairs = n * (n - 1), .quadruples = n * (n - 1) * (n - 2) * (n - 3)};
    for (size_t s = 0; s < network->sectors; s++) {
        int64_t m = dyads->members[s], pairs = m * (m - 1);
        tuples.in_pairs += pairs;
        tuples.in_triples += pairs * (m - 2);
        tuples.in_quadruples += pairs * (m - 2) * (m - 3) - pairs * pairs;
    }
    tuples.in_quadruples += tuples.in_pairs * tuples.in_pairs;
    return tuples;
}

/* Of the number of ties inside sectors, a join count (Cliff and Ord 1981) with weights
 * w_ij = a_ij + a_ji: from E[T] = S0 P2 and
 * E[T^2] = S2 P2 + (D - 2 S2) P3 + (S0^2 + S2 - D) P4, with D the sum of squared strengths.
 * The terms of E[T^2] - E[T]^2 are put over one denominator: integers below 2^127 while there are
 * at most NETWORK_DELEGATES_MAX delegates, so that a constant count has a variance of exactly 0. */
static double variance_of(const struct tuples *tuples, const struct network_dyads *dyads, int64_t n)
{
    int64_t both_tied = dyads->mutual;
    __int128 s0 = dyads->ties, s2 = dyads->ties + 2 * both_tied, d = dyads->squared_strengths;
    __int128 p2 = (__int128)tuples->in_pairs * (n - 2) * (n - 3);
    __int128 p3 = (__int128)tuples->in_triples * (n - 3), p4 = tuples->in_quadruples;
    __int128 spread = p4 * tuples->pairs - p2 * tuples->in_pairs;
    __int128 sum = (s2 * (p2 - 2 * p3 + p4) + d * (p3 - p4)) * tuples->pairs + s0 * s0 * spread;
    return (double)sum / ((double)tuples->quadruples * (double)tuples->pairs);
}

/* The ties as pairs of delegates. */
struct ties {
    size_t count;
    uint16_t (*ends)[2];
};

static struct ties ties_of(const struct network *network, size_t wave, int64_t count)
{
    struct ties ties = {.ends = xcalloc_array((size_t)count, sizeof *ties.ends)};
    for (size_t i = 0; i < network->delegates; i++)
        for (size_t j = 0; j < network->delegates; j++)
            if (i != j && network_level(network, wave, i, j) >= network->tau) {
                ties.ends[ties.count][0] = (uint16_t)i;
                ties.ends[ties.count++][1] = (uint16_t)j;
            }
    return ties;
}

static int64_t count_inside(const struct ties *ties, const uint8_t *labels)
{
    int64_t inside = 0;
    for (size_t i = 0; i < ties->count; i++)
        inside += labels[ties->ends[i][0]] == labels[ties->ends[i][1]];
    return inside;
}

/* Fisher and Yates, after Durstenfeld 1964. */
static void shuffle(uint8_t *labels, size_t count, struct prng *prng)
{
    for (size_t left = count; left > 1; left--) {
        size_t drawn = prng_below(prng, (uint32_t)left);
        uint8_t kept = labels[left - 1];
        labels[left - 1] = labels[drawn];
        labels[drawn] = kept;
    }
}

/* How far from its expectation, times the number of pairs: an integer, so that equal is equal. */
static int64_t distance(const struct tuples *tuples, int64_t inside, int64_t ties)
{
    return llabs(inside * tuples->pairs - ties * tuples->in_pairs);
}

static int64_t count_extreme(const struct network *network, size_t wave,
                             const struct network_dyads *dyads, const struct tuples *tuples)
{
    char purpose[NETWORK_NAME_MAX + 16];
    snprintf(purpose, sizeof purpose, "EI_perm_p %s", network->wave[wave].name);
    struct prng prng;
    prng_init(&prng, network->seed, purpose);
    struct ties ties = ties_of(network, wave, dyads->ties);
    uint8_t *labels = xcalloc_array(network->delegates, sizeof *labels);
    for (size_t i = 0; i < network->delegates; i++)
        labels[i] = network->sector_of[i];
    int64_t observed = distance(tuples, dyads->ties - dyads->cross, dyads->ties), extreme = 0;
    for (uint32_t i = 0; i < network->permutations; i++) {
        shuffle(labels, network->delegates, &prng);
        extreme += distance(tuples, count_inside(&ties, labels), dyads->ties) >= observed;
    }
    free(labels);
    free(ties.ends);
    return extreme;
}

/* With few sectors the expectation is well above 0: E-I is read against it, never against 0. */
void network_labels_emit(const struct network *network, size_t wave,
                         const struct network_dyads *dyads, struct metric_rows *rows)
{
    struct cell cell = network_cell(network, network->wave[wave].name, "net", rows);
    cell.n = dyads->answering;
    struct tuples tuples = tuples_of(network, dyads);
    enum metric_null null = METRIC_NOT_NULL;
    if (network->delegates < 4)
        null = METRIC_N_LT_4;
    else if (dyads->ties == 0)
        null = METRIC_NO_TIES;
    double mean = 0, sd = 0;
    if (null == METRIC_NOT_NULL) {
        mean = (double)(tuples.pairs - 2 * tuples.in_pairs) / (double)tuples.pairs;
        sd = 2 * sqrt(variance_of(&tuples, dyads, cell.N)) / (double)dyads->ties;
    }
    cell_either(&cell, "EI_perm_mean", null, mean, "");
    cell_either(&cell, "EI_perm_sd", null, sd, "");
    if (network->permutations == 0)
        return;
    struct network_permuted permuted = {"EI_perm_p", "sectors_two_sided", .null = null};
    if (null == METRIC_NOT_NULL)
        permuted.as_extreme = count_extreme(network, wave, dyads, &tuples);
    network_p_value(network, &cell, &permuted);
}

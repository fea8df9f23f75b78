#include "network_private.h"
#include <debriefd/prng.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A cell of a matrix of levels; the diagonal is no cell. */
struct place {
    uint16_t row, column;
    int8_t level;
};

/* Levels among the egos complete in both waves. Permuting moves the later wave's cell (a, b) onto
 * the earlier's (i, j) where order[i] = a and order[j] = b. Unobserved cells move along; r is that
 * of the cells observed in both. Its sums need no pass over all cells: those of levels above 0
 * give the products, and those unobserved what to take from the totals. */
struct qap {
    size_t size;
    int8_t *before, *after;
    struct place *known, *unseen_before, *unseen_after;
    size_t known_count, unseen_before_count, unseen_after_count;
    int64_t before_sum, before_squares, after_sum, after_squares; /* of all observed cells */
    uint16_t *order, *inverse;
};

static int level_at(const int8_t *levels, const struct qap *qap, size_t row, size_t column)
{
    return levels[row * qap->size + column];
}

static int8_t *levels_of(const struct network *network, size_t wave,
                         const struct network_members *egos)
{
    int8_t *levels = xcalloc_array(egos->count * egos->count, sizeof *levels);
    for (size_t i = 0; i < egos->count; i++)
        for (size_t j = 0; j < egos->count; j++)
            if (i != j)
                levels[i * egos->count + j] =
                    (int8_t)network_level(network, wave, egos->delegates[i], egos->delegates[j]);
    return levels;
}

enum place_kind { PLACES_KNOWN, PLACES_UNSEEN };

static bool is_kind(int level, enum place_kind kind)
{
    return kind == PLACES_KNOWN ? level > 0 : level < 0;
}

static struct place *places_of(const struct qap *qap, const int8_t *levels, enum place_kind kind,
                               size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < qap->size * qap->size; i++)
        *count += is_kind(levels[i], kind);
    struct place *places = xcalloc_array(*count, sizeof *places), *next = places;
    for (size_t i = 0; i < qap->size; i++)
        for (size_t j = 0; j < qap->size; j++) {
            int level = level_at(levels, qap, i, j);
            if (is_kind(level, kind))
                *next++ = (struct place){(uint16_t)i, (uint16_t)j, (int8_t)level};
        }
    return places;
}

static void sum_levels(const struct qap *qap, const int8_t *levels, int64_t *sum, int64_t *squares)
{
    for (size_t i = 0; i < qap->size * qap->size; i++)
        if (levels[i] > 0) {
            *sum += levels[i];
            *squares += levels[i] * levels[i];
        }
}

static struct qap qap_of(const struct network *network, size_t wave)
{
    struct network_members egos = network_complete(network, 1U | 1U << wave);
    struct qap qap = {.size = egos.count};
    qap.before = levels_of(network, 0, &egos);
    qap.after = levels_of(network, wave, &egos);
    qap.known = places_of(&qap, qap.before, PLACES_KNOWN, &qap.known_count);
    qap.unseen_before = places_of(&qap, qap.before, PLACES_UNSEEN, &qap.unseen_before_count);
    qap.unseen_after = places_of(&qap, qap.after, PLACES_UNSEEN, &qap.unseen_after_count);
    sum_levels(&qap, qap.before, &qap.before_sum, &qap.before_squares);
    sum_levels(&qap, qap.after, &qap.after_sum, &qap.after_squares);
    qap.order = xcalloc_array(egos.count, sizeof *qap.order);
    qap.inverse = xcalloc_array(egos.count, sizeof *qap.inverse);
    for (size_t i = 0; i < egos.count; i++)
        qap.order[i] = qap.inverse[i] = (uint16_t)i;
    network_members_finish(&egos);
    return qap;
}

static void qap_finish(struct qap *qap)
{
    free(qap->before);
    free(qap->after);
    free(qap->known);
    free(qap->unseen_before);
    free(qap->unseen_after);
    free(qap->order);
    free(qap->inverse);
}

static int64_t products_of(const struct qap *qap)
{
    int64_t sum = 0;
    for (size_t i = 0; i < qap->known_count; i++) {
        const struct place *at = &qap->known[i];
        int after = level_at(qap->after, qap, qap->order[at->row], qap->order[at->column]);
        sum += at->level * (after > 0 ? after : 0);
    }
    return sum;
}

struct sums {
    int64_t n, before, before_squares, after, after_squares, products;
};

static void leave_out_unseen_before(const struct qap *qap, struct sums *sums)
{
    for (size_t i = 0; i < qap->unseen_before_count; i++) {
        const struct place *at = &qap->unseen_before[i];
        int after = level_at(qap->after, qap, qap->order[at->row], qap->order[at->column]);
        sums->n -= after >= 0;
        sums->after -= after > 0 ? after : 0;
        sums->after_squares -= after > 0 ? after * after : 0;
    }
}

static void leave_out_unseen_after(const struct qap *qap, struct sums *sums)
{
    for (size_t i = 0; i < qap->unseen_after_count; i++) {
        const struct place *at = &qap->unseen_after[i];
        int before = level_at(qap->before, qap, qap->inverse[at->row], qap->inverse[at->column]);
        sums->n--;
        sums->before -= before > 0 ? before : 0;
        sums->before_squares -= before > 0 ? before * before : 0;
    }
}

/* False when a side does not vary. Equal sums give equal doubles. */
static bool correlation(const struct qap *qap, double *r)
{
    struct sums sums = {
        .n = (int64_t)(qap->size * (qap->size - 1)),
        .before = qap->before_sum,
        .before_squares = qap->before_squares,
        .after = qap->after_sum,
        .after_squares = qap->after_squares,
        .products = products_of(qap),
    };
    leave_out_unseen_before(qap, &sums);
    leave_out_unseen_after(qap, &sums);
    int64_t before = sums.n * sums.before_squares - sums.before * sums.before;
    int64_t after = sums.n * sums.after_squares - sums.after * sums.after;
    if (before <= 0 || after <= 0)
        return false;
    *r = (double)(sums.n * sums.products - sums.before * sums.after) /
         (sqrt((double)before) * sqrt((double)after));
    return true;
}

static void shuffle(struct qap *qap, struct prng *prng)
{
    for (size_t left = qap->size; left > 1; left--) {
        size_t drawn = prng_below(prng, (uint32_t)left);
        uint16_t kept = qap->order[left - 1];
        qap->order[left - 1] = qap->order[drawn];
        qap->order[drawn] = kept;
    }
    for (size_t i = 0; i < qap->size; i++)
        qap->inverse[qap->order[i]] = (uint16_t)i;
}

/* An arrangement that leaves nothing to correlate counts against the observed. */
static int64_t count_extreme(const struct network *network, const char *wave, struct qap *qap,
                             double observed)
{
    char purpose[2 * NETWORK_NAME_MAX + 16];
    snprintf(purpose, sizeof purpose, "qap_p %s", wave);
    struct prng prng;
    prng_init(&prng, network->seed, purpose);
    int64_t extreme = 0;
    for (uint32_t i = 0; i < network->permutations; i++) {
        double r;
        shuffle(qap, &prng);
        extreme += !correlation(qap, &r) || r >= observed;
    }
    return extreme;
}

/* Krackhardt 1988, one-sided: are the ties more stable than among delegates dealt out anew? */
void network_qap_emit(const struct network *network, size_t wave, const struct cell *cell)
{
    if (network->permutations == 0)
        return;
    struct network_permuted permuted = {.metric = "qap_p", .statistic = "qap_upper"};
    struct qap qap = qap_of(network, wave);
    struct cell egos = *cell;
    egos.n = (int64_t)qap.size;
    double observed;
    if (qap.size < 3)
        permuted.null = METRIC_N_LT_3;
    else if (!correlation(&qap, &observed))
        permuted.null = METRIC_ZERO_VAR;
    else
        permuted.as_extreme = count_extreme(network, cell->wave, &qap, observed);
    network_p_value(network, &egos, &permuted);
    qap_finish(&qap);
}

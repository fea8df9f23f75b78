#include <debriefd/paired.h>

#define MATHLIB_STANDALONE
#include <Rmath.h>
#include <assert.h>
#include <debriefd/moments.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>

/* Hoeffding: a sum of independent +-d is further than REACH standard deviations from its mean with
 * a probability of at most 2 exp(-REACH^2 / 2) = 5e-18. */
#define REACH     9
#define STEPS_MAX 1e8

static double two_sided(double tail)
{
    return fmax(PAIRED_P_LEAST, fmin(1, 2 * tail));
}

double paired_sign_p(int64_t better, int64_t worse)
{
    assert(better >= 0 && worse >= 0 && better + worse > 0);
    int64_t fewer = better < worse ? better : worse;
    return two_sided(pbinom((double)fewer, (double)(better + worse), 0.5, 1, 0));
}

double paired_hedges_j(int64_t m)
{
    assert(m >= 2);
    double half = (double)m / 2;
    return exp(lgammafn(half) - lgammafn(half - 0.5)) / sqrt(half);
}

/* Whole numbers from..to with a weight each. */
struct weights {
    int64_t from, to;
    double *of;
};

/* The integers within REACH deviations of the mean, and between 0 and most. */
static struct weights window(double mean, double sd, int64_t most)
{
    double low = floor(mean - REACH * sd), high = ceil(mean + REACH * sd);
    struct weights weights = {.from = low > 0 ? (int64_t)low : 0, .to = most};
    if (high < (double)most)
        weights.to = (int64_t)high;
    return weights;
}

static double width(const struct weights *weights)
{
    return weights->to < weights->from ? 0 : (double)(weights->to - weights->from + 1);
}

/* How many of `count` persons flip. */
static struct weights flips_window(int64_t count)
{
    return window((double)count / 2, sqrt((double)count) / 2, count);
}

/* The sum of the |d| that flip, over the cells so far. It only grows, so that nothing past `most`
 * matters. */
struct sum {
    double mean, variance;
    int64_t most;
    struct weights weights;
};

static void advance(struct sum *sum, const struct facts_cell *cell)
{
    double value = cell->value, count = (double)cell->count;
    sum->mean += value * count / 2;
    sum->variance += value * value * count / 4;
    double *of = sum->weights.of;
    sum->weights = window(sum->mean, sqrt(sum->variance), sum->most);
    sum->weights.of = of;
}

static double steps(const struct facts_histogram *magnitudes, int64_t most)
{
    struct sum sum = {.most = most};
    double all = 0;
    for (size_t i = 0; i < magnitudes->length; i++) {
        struct weights flips = flips_window(magnitudes->cells[i].count);
        advance(&sum, &magnitudes->cells[i]);
        all += width(&sum.weights) * width(&flips);
    }
    return all;
}

/* Adds weight * old, moved by `shift`, to what of `new` it overlaps. */
static void add_shifted(const struct weights *new, const struct weights *old, int64_t shift,
                        double weight)
{
    int64_t from = old->from + shift > new->from ? old->from + shift : new->from;
    int64_t to = old->to + shift < new->to ? old->to + shift : new->to;
    double *restrict sums = new->of + (from - new->from);
    const double *restrict terms = old->of + (from - shift - old->from);
    for (int64_t i = 0; i <= to - from; i++)
        sums[i] += weight * terms[i];
}

static void convolve(struct sum *sum, const struct facts_cell *cell)
{
    struct weights old = sum->weights, flips = flips_window(cell->count);
    advance(sum, cell);
    sum->weights.of = xcalloc_array((size_t)width(&sum->weights) + 1, sizeof(double));
    for (int64_t flip = flips.from; flip <= flips.to; flip++)
        add_shifted(&sum->weights, &old, flip * cell->value,
                    dbinom((double)flip, (double)cell->count, 0.5, 0));
    free(old.of);
}

/* P(the |d| that flip sum to at most `most`). */
static double lower_tail(const struct facts_histogram *magnitudes, int64_t most)
{
    struct sum sum = {.most = most, .weights = {0, 0, xcalloc_array(1, sizeof(double))}};
    sum.weights.of[0] = 1;
    for (size_t i = 0; i < magnitudes->length; i++)
        convolve(&sum, &magnitudes->cells[i]);
    double tail = 0;
    for (int64_t at = sum.weights.from; at <= sum.weights.to; at++)
        tail += sum.weights.of[at - sum.weights.from];
    free(sum.weights.of);
    return tail;
}

/* The |d| above 0 with their counts, small ones first: the sums stay short for longest. The caller
 * frees the cells. */
static struct facts_histogram magnitudes_of(const struct facts_histogram *differences,
                                            struct facts_cell **owned_cells)
{
    size_t length = 0;
    *owned_cells = xcalloc_array(differences->length + 1, sizeof **owned_cells);
    for (size_t i = 0; i < differences->length; i++) {
        struct facts_cell cell = differences->cells[i];
        cell.value = abs(cell.value);
        if (cell.value > 0)
            (*owned_cells)[length++] = cell;
    }
    return histogram_collect(*owned_cells, length);
}

/* |sum d| with other signs is W - 2 F, where W is the sum of all |d| and F of those that flip from
 * plus: as far from 0 as observed are the F up to the smaller of the two sides, and as many from
 * the other end. */
bool paired_signflip_p(const struct facts_histogram *differences, double *p)
{
    int64_t up = 0, down = 0;
    for (size_t i = 0; i < differences->length; i++) {
        int64_t sum = differences->cells[i].value * differences->cells[i].count;
        up += sum > 0 ? sum : 0;
        down -= sum < 0 ? sum : 0;
    }
    if (up == down) {
        *p = 1;
        return true;
    }
    struct facts_cell *cells;
    struct facts_histogram magnitudes = magnitudes_of(differences, &cells);
    int64_t most = up < down ? up : down;
    bool can = steps(&magnitudes, most) <= STEPS_MAX;
    if (can)
        *p = two_sided(lower_tail(&magnitudes, most));
    free(cells);
    return can;
}

#include <debriefd/interval.h>

#include "exact.h"
#include <debriefd/moments.h>
#define MATHLIB_STANDALONE
#include <Rmath.h>
#include <assert.h>
#include <math.h>

#define TAIL         40   /* each tail of a two-sided 95 % interval is 1 / TAIL */
#define ENOUGH_FOR_T 10   /* fewer answers than this get no t interval */
#define LEAST_FOR_T  3    /* the same where values have no bounds */
#define NEARLY       1e-9 /* phyper's error is well below it */

static const char *const method_names[] = {
    [INTERVAL_NONE] = "none",
    [INTERVAL_CENSUS] = "census",
    [INTERVAL_FPC_T] = "fpc_t",
    [INTERVAL_FELDT] = "feldt",
    [INTERVAL_T] = "t",
    [INTERVAL_NONCENTRAL_T] = "noncentral_t",
    [INTERVAL_STACKED] = "stacked_hyper",
};

const char *interval_method_name(enum interval_method method)
{
    return method_names[method];
}

/* Whether P(from <= X <= to | K) > 1 / TAIL, where [from, to] is a tail of which phyper gave
 * `probability`. Past the exact range a tie counts as not greater. */
static bool exceeds(double probability, int64_t N, int64_t K, int64_t n, int64_t from, int64_t to)
{
    double excess = probability * TAIL - 1;
    if (fabs(excess) > NEARLY)
        return excess > 0;
    return N <= EXACT_POPULATION_MAX && exact_exceeds(N, K, n, from, to, TAIL);
}

static bool upper_tail_exceeds(int64_t N, int64_t K, int64_t n, int64_t x)
{
    double p = phyper((double)(x - 1), (double)K, (double)(N - K), (double)n, 0, 0);
    return exceeds(p, N, K, n, x, n);
}

static bool lower_tail_exceeds(int64_t N, int64_t K, int64_t n, int64_t x)
{
    double p = phyper((double)x, (double)K, (double)(N - K), (double)n, 1, 0);
    return exceeds(p, N, K, n, 0, x);
}

/* Both tails are monotone in K, and both exceed at some K between x and N - n + x. */
struct interval_counts interval_hypergeometric(int64_t N, int64_t n, int64_t x)
{
    assert(x >= 0 && x <= n && n <= N);
    struct interval_counts bounds = {x, N - n + x};
    int64_t below = x - 1, above = N - n + x;
    while (above - below > 1) {
        int64_t middle = below + (above - below) / 2;
        if (upper_tail_exceeds(N, middle, n, x))
            above = middle;
        else
            below = middle;
    }
    bounds.low = above;
    below = x, above = N - n + x + 1;
    while (above - below > 1) {
        int64_t middle = below + (above - below) / 2;
        if (lower_tail_exceeds(N, middle, n, x))
            below = middle;
        else
            above = middle;
    }
    bounds.high = below;
    return bounds;
}

/* Half of the interval of an unlimited population. */
static double t_half(int64_t n, double sd)
{
    double answered = (double)n;
    return qt(0.975, answered - 1, 1, 0) * sd / sqrt(answered);
}

static double correction(int64_t n, int64_t N)
{
    return sqrt(1 - (double)n / (double)N);
}

static struct interval fpc_t(int64_t n, int64_t N, double mean, double sd, double min, double max)
{
    double answered = (double)n, missing = (double)(N - n), all = (double)N;
    double half = t_half(n, sd) * correction(n, N);
    double least = (mean * answered + missing * min) / all;
    double most = (mean * answered + missing * max) / all;
    return (struct interval){INTERVAL_FPC_T, fmax(mean - half, least), fmin(mean + half, most)};
}

/* E[X] = min + sum over c > min of P(X >= c); each layer has its own exact bounds. */
static struct interval stacked(const struct facts_histogram *histogram, int min, int max, int64_t n,
                               int64_t N)
{
    int64_t low = 0, high = 0;
    for (int c = min + 1; c <= max; c++) {
        struct interval_counts layer =
            interval_hypergeometric(N, n, histogram_at_least(histogram, c));
        low += layer.low;
        high += layer.high;
    }
    return (struct interval){INTERVAL_STACKED, min + (double)low / (double)N,
                             min + (double)high / (double)N};
}

static int64_t modal_count(const struct facts_histogram *histogram)
{
    int64_t most = 0;
    for (size_t i = 0; i < histogram->length; i++)
        most = histogram->cells[i].count > most ? histogram->cells[i].count : most;
    return most;
}

struct interval interval_integer_mean(const struct facts_histogram *histogram, int min, int max,
                                      int64_t N)
{
    struct moments moments = moments_of_histogram(histogram);
    int64_t n = moments.n;
    assert(n <= N);
    if (n == 0)
        return (struct interval){.method = INTERVAL_NONE};
    if (n == N)
        return (struct interval){INTERVAL_CENSUS, moments.mean, moments.mean};
    bool spread = 10 * modal_count(histogram) < 8 * n;
    if (n >= ENOUGH_FOR_T && moments.sd > 0 && spread)
        return fpc_t(n, N, moments.mean, moments.sd, min, max);
    return stacked(histogram, min, max, n, N);
}

struct interval interval_index_mean(int64_t n, int64_t N, double mean, double sd, double min,
                                    double max)
{
    assert(n <= N);
    if (n > 0 && n == N)
        return (struct interval){INTERVAL_CENSUS, mean, mean};
    if (n < ENOUGH_FOR_T || !(sd > 0))
        return (struct interval){.method = INTERVAL_NONE};
    return fpc_t(n, N, mean, sd, min, max);
}

struct interval interval_mean(int64_t n, double mean, double sd)
{
    if (n < LEAST_FOR_T || !(sd > 0))
        return (struct interval){.method = INTERVAL_NONE};
    double half = t_half(n, sd);
    return (struct interval){INTERVAL_T, mean - half, mean + half};
}

struct interval interval_finite_mean(int64_t n, int64_t N, double mean, double sd)
{
    assert(n <= N);
    if (n > 0 && n == N)
        return (struct interval){INTERVAL_CENSUS, mean, mean};
    if (n < LEAST_FOR_T || !(sd > 0))
        return (struct interval){.method = INTERVAL_NONE};
    double half = t_half(n, sd) * correction(n, N);
    return (struct interval){INTERVAL_FPC_T, mean - half, mean + half};
}

struct interval interval_feldt(double alpha, int64_t n, int k)
{
    double df1 = (double)(n - 1), df2 = df1 * (k - 1);
    return (struct interval){INTERVAL_FELDT, 1 - (1 - alpha) * qf(0.975, df1, df2, 1, 0),
                             1 - (1 - alpha) * qf(0.025, df1, df2, 1, 0)};
}

double interval_z(void)
{
    return qnorm(0.975, 0, 1, 1, 0);
}

#include <debriefd/pooling.h>

#include <debriefd/xalloc.h>
#define MATHLIB_STANDALONE
#include <Rmath.h>
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define STEPS_MAX 200

/* The weighted fit at one tau2. Deviations are taken from the first estimate, so that equal
 * estimates deviate by exactly 0. */
struct fit {
    double weights; /* sum of 1 / (v + tau2) */
    double squares; /* sum of their squares */
    double mu;
    double q;     /* sum of w (y - mu)^2 */
    double slope; /* of -q over tau2: sum of w^2 (y - mu)^2 */
};

static struct fit fit_at(const struct pooling_input *input, double tau2)
{
    struct fit fit = {0};
    double origin = input->estimates[0], above = 0;
    for (size_t i = 0; i < input->k; i++) {
        double weight = 1 / (input->variances[i] + tau2);
        fit.weights += weight;
        fit.squares += weight * weight;
        above += weight * (input->estimates[i] - origin);
    }
    fit.mu = origin + above / fit.weights;
    for (size_t i = 0; i < input->k; i++) {
        double weight = 1 / (input->variances[i] + tau2);
        double weighted = weight * (input->estimates[i] - fit.mu);
        fit.q += weighted * (input->estimates[i] - fit.mu);
        fit.slope += weighted * weighted;
    }
    return fit;
}

/* q falls with tau2 and is convex, so that Newton's steps from 0 rise towards the root and never
 * pass it (DerSimonian and Kacker 2007); they end where a double cannot rise any more. */
static double paule_mandel(const struct pooling_input *input)
{
    double wanted = (double)(input->k - 1), tau2 = 0;
    for (int step = 0; step < STEPS_MAX; step++) {
        struct fit fit = fit_at(input, tau2);
        if (fit.q <= wanted)
            break;
        double next = tau2 + (fit.q - wanted) / fit.slope;
        if (next <= tau2)
            break;
        tau2 = next;
    }
    return tau2;
}

static double dersimonian_laird(const struct pooling_input *input)
{
    struct fit fit = fit_at(input, 0);
    double scale = fit.weights - fit.squares / fit.weights;
    return fmax(0, (fit.q - (double)(input->k - 1)) / scale);
}

double pooling_half_width(double se, double degrees)
{
    return qt(0.975, degrees, 1, 0) * se;
}

void pooling_fit(const struct pooling_input *input, struct pooled *pooled)
{
    assert(input->k >= 2);
    double degrees = (double)(input->k - 1);
    pooled->tau2_pm = paule_mandel(input);
    pooled->tau2_dl = dersimonian_laird(input);
    struct fit fit = fit_at(input, pooled->tau2_pm);
    pooled->mu = fit.mu;
    pooled->se = sqrt(fit.q / degrees / fit.weights);
    double half = pooling_half_width(pooled->se, degrees);
    pooled->lo = pooled->mu - half;
    pooled->hi = pooled->mu + half;
}

struct shrunk pooling_shrink(const struct pooled *pooled, size_t k, double estimate,
                             double variance)
{
    double own = pooled->tau2_pm / (pooled->tau2_pm + variance);
    double se = sqrt(own * variance + (1 - own) * (1 - own) * pooled->se * pooled->se);
    double half = pooling_half_width(se, (double)(k - 1));
    double value = pooled->mu + own * (estimate - pooled->mu);
    return (struct shrunk){value, value - half, value + half};
}

double pooling_welch(const struct pooling_group *a, const struct pooling_group *b)
{
    double of_a = a->sd * a->sd / (double)a->n, of_b = b->sd * b->sd / (double)b->n;
    double variance = of_a + of_b;
    assert(variance > 0);
    double degrees =
        variance * variance / (of_a * of_a / (double)(a->n - 1) + of_b * of_b / (double)(b->n - 1));
    return 2 * pt(-fabs(a->mean - b->mean) / sqrt(variance), degrees, 1, 0);
}

struct ranked {
    double p;
    size_t place;
};

static int compare_p(const void *a, const void *b)
{
    const struct ranked *one = a, *other = b;
    return (one->p > other->p) - (one->p < other->p);
}

/* Whatever the order of tied values, the largest of them that counts is the first one's. */
void pooling_holm(double *p, size_t count)
{
    struct ranked *ranked = xcalloc_array(count, sizeof *ranked);
    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){p[i], i};
    qsort(ranked, count, sizeof *ranked, compare_p);
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, fmin(1, (double)(count - i) * ranked[i].p));
        p[ranked[i].place] = most;
    }
    free(ranked);
}

/* pooling: random-effects pooling of k estimates, and comparisons of two. Pure functions of arrays;
 * the order of an array changes at most the last digits. */
#ifndef DEBRIEFD_POOLING_H
#define DEBRIEFD_POOLING_H

#include <stddef.h>
#include <stdint.h>

/* The estimate of each unit and its sampling variance, which is above 0. k >= 2. */
struct pooling_input {
    size_t k;
    const double *estimates;
    const double *variances;
};

struct pooled {
    double tau2_pm; /* Paule and Mandel 1982: sum of (y - mu)^2 / (v + tau2) is k - 1, or 0 */
    double tau2_dl; /* DerSimonian and Laird 1986 */
    double mu;      /* weighted by 1 / (v + tau2_pm) */
    double se;      /* Hartung and Knapp 2001, Sidik and Jonkman 2002; never widened */
    double lo, hi;  /* mu with Student's t of k - 1 degrees of freedom, 95 % */
};

void pooling_fit(const struct pooling_input *input, struct pooled *pooled);

/* Empirical Bayes: the estimate drawn towards mu. The bounds use t of k - 1 degrees of freedom and
 * carry mu's own uncertainty, as blup() of R's metafor does. */
struct shrunk {
    double value, lo, hi;
};
struct shrunk pooling_shrink(const struct pooled *pooled, size_t k, double estimate,
                             double variance);

/* What a group of n >= 2 values is known by. */
struct pooling_group {
    int64_t n;
    double mean, sd;
};

/* Welch 1947, two-sided. At least one deviation is above 0. */
double pooling_welch(const struct pooling_group *a, const struct pooling_group *b);

/* Holm 1979, step-down: makes p values adjusted ones, in place. Tied values stay tied. */
void pooling_holm(double *p, size_t count);

/* Half the width of the 95 % interval of a value with this standard error. */
double pooling_half_width(double se, double degrees);

#endif

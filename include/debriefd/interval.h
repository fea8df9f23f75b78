/* interval: confidence intervals for a finite population of N named people of whom n answered.
 * Two-sided 95 %, so each tail is 1/40. Pure functions; n <= N. */
#ifndef DEBRIEFD_INTERVAL_H
#define DEBRIEFD_INTERVAL_H

#include <debriefd/facts.h>

/* Bounds for the number K of the N who have a property that x of the n who answered have:
 * low = min{K: P(X >= x | K) > 1/40}, high = max{K: P(X <= x | K) > 1/40}, X hypergeometric
 * (Buonaccorsi 1987). Probabilities at the limit are decided by integer arithmetic. */
struct interval_counts {
    int64_t low, high;
};
struct interval_counts interval_hypergeometric(int64_t N, int64_t n, int64_t x);

enum interval_method {
    INTERVAL_NONE,   /* no interval: low and high are not set */
    INTERVAL_CENSUS, /* everybody answered: a point */
    INTERVAL_FPC_T,  /* Student's t with finite population correction, cut to what is attainable */
    INTERVAL_FELDT,  /* F of Cronbach's alpha */
    INTERVAL_T,      /* Student's t of an unlimited population */
    INTERVAL_NONCENTRAL_T, /* noncentral t of a standardised mean */
    INTERVAL_STACKED,      /* sum of hypergeometric bounds of the layers {x >= c} */
};
const char *interval_method_name(enum interval_method method);

struct interval {
    enum interval_method method;
    double low, high;
};

/* The mean of an integer scale min..max, from its histogram. */
struct interval interval_integer_mean(const struct facts_histogram *histogram, int min, int max,
                                      int64_t N);

/* The mean of an index between min and max: no stacked form exists. */
struct interval interval_index_mean(int64_t n, int64_t N, double mean, double sd, double min,
                                    double max);

/* The mean of values without bounds. Below three answers or without spread there is none, but for a
 * point when everybody of the N answered. */
struct interval interval_finite_mean(int64_t n, int64_t N, double mean, double sd);

/* The same of an unlimited population. */
struct interval interval_mean(int64_t n, double mean, double sd);

/* Noncentralities delta of which t, with df degrees of freedom, is the 97.5 % and the 2.5 %
 * quantile (Steiger and Fouladi 1997). */
struct interval interval_noncentral_t(double t, double df);

/* Feldt 1987: bounds of Cronbach's alpha of n complete cases and k items. */
struct interval interval_feldt(double alpha, int64_t n, int k);

/* z for two-sided 95 %. */
double interval_z(void);

#endif

/* moments: n, mean and standard deviation (n - 1), exact where the data are equal: deviations are
 * taken from the first value, so that equal data have a deviation of exactly 0. */
#ifndef DEBRIEFD_MOMENTS_H
#define DEBRIEFD_MOMENTS_H

#include <debriefd/facts.h>

struct moments {
    int64_t n;
    double mean; /* set when n >= 1 */
    double sd;   /* set when n >= 2 */
};

/* Integer arithmetic until the last division. */
struct moments moments_of_histogram(const struct facts_histogram *histogram);

/* Of the persons' index values, 0..100. */
struct moments moments_of_pairs(const struct facts_pairs *pairs,
                                const struct facts_composite *composite);

/* Sums over values that are no integers. The caller adds them in an order of their own, never in
 * that of arrival; equal values must be equal doubles. Begins as {0}. */
struct spread {
    int64_t n;
    double origin; /* the first value */
    long double sum, squares;
};
void spread_add(struct spread *spread, double value, int64_t count);
struct moments spread_moments(const struct spread *spread);

/* Sorts the cells by value and joins equal values, in place. */
struct facts_histogram histogram_collect(struct facts_cell *cells, size_t length);

int64_t histogram_total(const struct facts_histogram *histogram);
int64_t histogram_sum(const struct facts_histogram *histogram);
int64_t histogram_at_least(const struct facts_histogram *histogram, int value);
int64_t histogram_count(const struct facts_histogram *histogram, int value);
/* The mean of the two middle values; the histogram is not empty. */
double histogram_median(const struct facts_histogram *histogram);

#endif

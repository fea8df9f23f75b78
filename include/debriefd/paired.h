/* paired: exact tests and the correction of effect sizes for before-after differences d of the same
 * persons. Pure functions of counts.
 * No p is given below PAIRED_P_LEAST: what is smaller reads as that. */
#ifndef DEBRIEFD_PAIRED_H
#define DEBRIEFD_PAIRED_H

#include <debriefd/facts.h>

#define PAIRED_P_LEAST 1e-16 /* far above what the windows of a sum leave out */

/* Two-sided sign test: binomial with 1/2 of better + worse > 0 persons. */
double paired_sign_p(int64_t better, int64_t worse);

/* Two-sided sign-flip (Fisher-Pitman) test: the share of the 2^n sign patterns of which the sum is
 * at least as far from 0. Exact: the patterns are counted by a convolution over |d|, of which only
 * what adds less than 1e-45 is left out. False when that would take more than some 2e8 steps, a
 * fifth of a second; a scale of five points stays below it up to some 300 000 persons, one of a
 * hundred up to some 5 000. */
bool paired_signflip_p(const struct facts_histogram *differences, double *p) must_check;

/* Hedges 1981: J(m) = Gamma(m/2) / (sqrt(m/2) Gamma((m-1)/2)), m >= 2 degrees of freedom. */
double paired_hedges_j(int64_t m);

#endif

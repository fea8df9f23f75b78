/* agreement: how far coders who coded the same units agree, beyond chance. Pure functions.
 *
 * Krippendorff's alpha takes any squared difference between two values as a function, so that
 * nominal, ordinal, interval and ratio values and sets of codes share one computation. Results do
 * not depend on the order of units or coders, also not in the last bit, given the same numbering
 * of the values. */
#ifndef DEBRIEFD_AGREEMENT_H
#define DEBRIEFD_AGREEMENT_H

#include <debriefd/metric.h>

#define AGREEMENT_MISSING (-1)

/* A bootstrap needs a table of all differences. */
#define AGREEMENT_BOOTSTRAP_CATEGORIES_MAX 512

/* values[unit * coders + coder] is a category 0..categories-1, or AGREEMENT_MISSING. */
struct ratings {
    size_t units, coders;
    int categories;
    const int *values;
};

/* The squared difference of two different categories a < b; totals[c] is how often category c
 * stands in units with two values or more. */
typedef double agreement_difference_fn(const void *context, const double *totals, int a, int b);

struct agreement_metric {
    agreement_difference_fn *difference;
    const void *context;
    bool uses_totals;
};

extern const struct agreement_metric agreement_nominal;
extern const struct agreement_metric agreement_ordinal; /* in the order of the categories */
/* numbers[c] is what category c stands for; borrowed. */
struct agreement_metric agreement_interval(const double *numbers);
struct agreement_metric agreement_ratio(const double *numbers);

/* A set of codes, ascending. The differences are 0 between empty sets. */
struct agreement_set {
    const int *members;
    size_t count;
};
/* sets[c] is category c; borrowed. 1 - |A and B| / |A or B|. */
struct agreement_metric agreement_jaccard(const struct agreement_set *sets);
/* 1 - J M: M is 1 for equal sets, 2/3 when one is within the other, 1/3 when they overlap, else 0
 * (Passonneau 2006). */
struct agreement_metric agreement_masi(const struct agreement_set *sets);

/* A coefficient, or why there is none: METRIC_NO_PAIRS (no unit with two values), METRIC_ZERO_VAR
 * (one value only). */
struct agreement {
    enum metric_null null;
    double value;
    double observed; /* alpha's disagreement D_o; the kappas' agreement p_o */
    double expected; /* D_e; p_e */
    int64_t units;   /* that count: with two values or more */
};

/* Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". */
struct agreement agreement_alpha(const struct ratings *ratings,
                                 const struct agreement_metric *metric);

/* The percentile interval (95 %) over resampled units. Resamples without variation have no alpha:
 * they are counted and left out; past half of them there is no interval (METRIC_ZERO_VAR). */
struct agreement_bounds {
    enum metric_null null;
    double low, high;
    int resamples, undefined;
};
struct agreement_bounds agreement_bootstrap(const struct ratings *ratings,
                                            const struct agreement_metric *metric, uint64_t seed,
                                            int resamples);

/* Pairs of values of one unit that are equal, of all such pairs. */
struct agreement agreement_percent(const struct ratings *ratings);

enum agreement_weights { AGREEMENT_UNWEIGHTED, AGREEMENT_LINEAR, AGREEMENT_QUADRATIC };

/* Cohen 1960 and 1968, of the first two coders and the units that both coded. */
struct agreement agreement_cohen(const struct ratings *ratings, enum agreement_weights weights);

/* Fleiss 1971. Units with fewer values than there are coders do not count: it needs the same
 * number everywhere. */
struct agreement agreement_fleiss(const struct ratings *ratings);

/* Gwet 2008, AC1; values that are missing are allowed, as in Gwet 2014, section 4. */
struct agreement agreement_ac1(const struct ratings *ratings);

#endif

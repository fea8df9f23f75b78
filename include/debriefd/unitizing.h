/* unitizing: agreement of coders who mark and code segments of one continuum themselves. The
 * u-alpha family of Krippendorff, Mathet, Bouvry and Widlöcher 2016 (Quality & Quantity 50:2347),
 * with the numbering of Krippendorff 2019, "Content Analysis", section 12.6, equations 32 to 38.
 * Pure; integer counts until the last divisions, so the order of segments does not matter. */
#ifndef DEBRIEFD_UNITIZING_H
#define DEBRIEFD_UNITIZING_H

#include <debriefd/metric.h>

#define UNITIZING_VALUES_MAX 500
#define UNITIZING_CODERS_MAX 100
#define UNITIZING_LENGTH_MAX INT64_C(10000000)

/* Half-open, in code points. */
struct unitizing_segment {
    size_t coder; /* 0..coders-1 */
    int value;    /* 0..values-1 */
    int64_t start, end;
};

struct unitizing_study {
    const struct unitizing_segment *segments;
    size_t count;
    size_t coders;
    int values;
    int64_t length; /* of the continuum */
};

/* A null is METRIC_NO_PAIRS (fewer than two coders, or nothing that two of them valued) or
 * METRIC_ZERO_VAR (no disagreement is to be expected). */
struct unitizing_alpha {
    enum metric_null null;
    double value;
    double coverage; /* the share of the continuum, or of the value's length, that it speaks of */
};

struct unitizing {
    struct unitizing_alpha all;      /* u-alpha: boundaries and values */
    struct unitizing_alpha relevant; /* |u-alpha: segments against gaps */
    struct unitizing_alpha coding;   /* cu-alpha: the values where segments intersect */
    struct unitizing_alpha *values;  /* (k)u-alpha of each value */
};

/* Fails with ERR_INVALID on a segment outside the continuum or empty, an unknown coder or value, a
 * coder's segments that overlap (the family has no place for them: compute it code by code), or
 * past a limit. */
bool unitizing_compute(const struct unitizing_study *study, struct unitizing *result,
                       struct error *err) must_check;
void unitizing_finish(struct unitizing *result);

#endif

/* metric: rows computed from facts. A row is a number, a text or a null with its reason; a number
 * is always finite. Rows come in a fixed order: family, wave, item, slice, metric. A growing
 * metric_rows owns every string its rows point to. */
#ifndef DEBRIEFD_METRIC_H
#define DEBRIEFD_METRIC_H

#include <debriefd/error.h>
#include <stddef.h>
#include <stdint.h>

struct facts;
struct metric_family;

/* Why a metric is null: one code per cause. The names are stored and published. */
enum metric_null {
    METRIC_NOT_NULL = 0,
    METRIC_N0,                 /* nobody answered, or nobody to divide by */
    METRIC_N_LT_2,             /* needs two answers */
    METRIC_N_LT_3,             /* needs three */
    METRIC_N_LT_4,             /* needs four */
    METRIC_N_LT_10,            /* needs ten */
    METRIC_ALL_UNKNOWN,        /* every eligible person has unknown eligibility */
    METRIC_ZERO_VAR,           /* all answers equal */
    METRIC_STRATUM_LT_2,       /* a sector with members has fewer than two answers */
    METRIC_NO_CORE,            /* nobody from a sector with a target */
    METRIC_TWO_ITEMS,          /* two items: Spearman-Brown is reported instead */
    METRIC_HEYWOOD,            /* the one-factor solution has a variance of 0 or below */
    METRIC_NO_CONVERGENCE,     /* the estimate did not settle */
    METRIC_NO_CHANGE,          /* nobody's answers differ */
    METRIC_CEILING,            /* everybody was at an end of the scale before */
    METRIC_TOO_LARGE,          /* an exact computation would take too long */
    METRIC_NO_DYADS,           /* no observed dyad to divide by */
    METRIC_NO_TIES,            /* nobody is tied to anybody */
    METRIC_NO_OLD_TIES,        /* no tie before */
    METRIC_NO_NEW_TIES,        /* no tie that was not there before */
    METRIC_NO_TRIPLES,         /* nobody is tied to two others */
    METRIC_NO_BROKERAGE,       /* nobody stands between two others */
    METRIC_ONE_WAVE,           /* needs a second wave */
    METRIC_NOT_COMPUTED,       /* a library refused; the log says why */
    METRIC_WAVE_OPEN,          /* numbers of an open wave are preliminary */
    METRIC_N_LT_5,             /* needs five answers */
    METRIC_TRIPS_LT_3,         /* needs three trips with enough answers */
    METRIC_TRIPS_GT_20,        /* too many trips to test every pair */
    METRIC_SCALE_DIFFERS,      /* the trips were not asked on the same scale */
    METRIC_NO_PAIRS,           /* nothing was coded by two coders */
    METRIC_TOO_MANY_VALUES,    /* too many different values to resample */
    METRIC_NOT_MENTIONED,      /* nobody raised the theme */
    METRIC_NO_STANCE,          /* nobody spoke for or against */
    METRIC_TOO_FEW_INTERVIEWS, /* fewer than the base and the run of the saturation rule */
    METRIC_NOT_SATURATED,      /* new themes kept coming */
    METRIC_NOT_TWO_CODERS,     /* a coefficient of two coders, of more or fewer */
    METRIC_ANONYMOUS,          /* nobody knows whose answers are whose */
    METRIC_WITHHELD_OPEN,      /* nothing is released while the wave is open */
    METRIC_WITHHELD_K,         /* fewer than k answers */
    METRIC_WITHHELD_DIST,      /* too few for a distribution */
    METRIC_WITHHELD_DOMINANCE, /* one contributor could estimate another: p % rule */
    METRIC_WITHHELD_LINKED,    /* only the index is released, or only its items */
    METRIC_WITHHELD_EGOS,      /* too few complete egos for a network */
    METRIC_WITHHELD_COVERAGE,  /* too many did not answer for the structure of a network */
    METRIC_WITHHELD_SMALL,     /* beside what is shown it would tell of one person or a few */
    METRIC_WITHHELD_RETRACTED, /* approved once, and the approval was taken back */
    METRIC_NULLS
};

enum metric_type { METRIC_NUMBER, METRIC_TEXT, METRIC_NULL };

struct metric_row {
    const struct metric_family *family; /* set by metric_rows_append when NULL */
    const char *wave;                   /* pre, post, fu, ..., all (over waves) or trip */
    const char *slice;                  /* all, or a slice's name */
    const char *item;                   /* "" for none */
    const char *metric;                 /* a name of the metric specification: mean, resp.RR2 */
    enum metric_type type;
    double value;     /* METRIC_NUMBER */
    const char *text; /* METRIC_TEXT, else NULL */
    enum metric_null null;
    int64_t n; /* persons it is computed from */
    int64_t N; /* persons it speaks about */
    bool has_interval;
    double low, high;   /* the interval of the value, when has_interval */
    const char *unit;   /* "", share (of 1), points, count, scale, seats, pp */
    const char *method; /* "", or fpc_t, stacked_hyper, census, none, ... */
};

struct metric_rows;

struct metric_rows *metric_rows_create(void);
void metric_rows_destroy(struct metric_rows *rows);
size_t metric_rows_count(const struct metric_rows *rows);
/* Valid until the next append. */
const struct metric_row *metric_rows_get(const struct metric_rows *rows, size_t index);
/* NULL when there is none. For tests and look-ups; linear. */
const struct metric_row *metric_rows_find(const struct metric_rows *rows, const char *wave,
                                          const char *slice, const char *item, const char *metric);
/* Rows appended from now on belong to this family. */
void metric_rows_begin(struct metric_rows *rows, const char *family_name);

/* Copies the row and its strings; the caller's NULL strings become "". The result may be edited
 * until the next append. Asserts that numbers are finite. */
struct metric_row *metric_rows_append(struct metric_rows *rows, const struct metric_row *row);

/* The stored code: "n_lt_2". METRIC_NOT_NULL has "". */
const char *metric_null_name(enum metric_null null);

struct metric_family {
    const char *name;
    int version; /* grows when a definition changes; stored with every value */
    /* NULL when the family is computed from something else than a study's facts. */
    void (*compute)(const struct facts *facts, struct metric_rows *rows);
};

/* Ended by a row without a name. */
extern const struct metric_family metric_families[];
const struct metric_family *metric_family_find(const char *name);

/* Every family, in order. The facts are sealed. */
void metric_compute_all(const struct facts *facts, struct metric_rows *rows);

#endif

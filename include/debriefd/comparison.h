/* comparison: the trips of a programme side by side. A random-effects model over the trips' means
 * of each item and index (see pooling.h), each trip drawn towards the programme and set against the
 * mean of the others, and Welch's tests of all pairs with Holm's correction. The estimand is the
 * kind of trip and not these delegations: no finite population correction. It takes means and
 * standard deviations of persons, raw ones or released ones, and knows no person.
 *
 * Only closed waves with at least 5 answers take part, from 3 trips on; anything less is a row with
 * its reason. Rows belong to the family "comparison" and the wave "pool"; the slice is all for the
 * programme, a trip, or "a>b" for a pair of trips. A trip is called by its name, or by its id where
 * the name would not tell it apart. An item that stands in several waves is called item@wave. */
#ifndef DEBRIEFD_COMPARISON_H
#define DEBRIEFD_COMPARISON_H

#include <debriefd/error.h>
#include <debriefd/facts.h>
#include <debriefd/metric.h>

#define COMPARISON_ANSWERS_MIN 5
#define COMPARISON_TRIPS_MIN   3
#define COMPARISON_PAIRED_MAX  20 /* trips of an item; with more, no pairs are tested */
#define COMPARISON_NAME_MAX    FACTS_NAME_MAX

struct comparison;

struct comparison *comparison_create(void);
void comparison_destroy(struct comparison *comparison);

/* *trip is what values name it by. Fails with ERR_INVALID on a repeated id, ERR_TOO_LARGE on a text
 * of more than COMPARISON_NAME_MAX bytes. Copies what it is given. */
bool comparison_add_trip(struct comparison *comparison, const char *id, const char *name,
                         size_t *trip, struct error *err) must_check;

/* One item or index of one trip. */
struct comparison_value {
    size_t trip;
    const char *wave;
    enum facts_wave_state state;
    const char *item;
    const char *unit;
    const char *scale; /* values of one item are compared when this is the same text */
    int64_t n, N;
    double mean; /* read when n >= 1 */
    double sd;   /* read when n >= 2 */
};

/* Fails with ERR_INVALID on an unknown trip, n above N or below 0, or a number that is not finite.
 */
bool comparison_add(struct comparison *comparison, const struct comparison_value *value,
                    struct error *err) must_check;

/* How many delegates the trips had, how many persons they were, and how many of these were on more
 * than one trip. Without this call there are no such rows. */
struct comparison_persons {
    int64_t participations, persons, repeaters;
};
void comparison_count_persons(struct comparison *comparison,
                              const struct comparison_persons *persons);

/* Appends the rows. They do not depend on the order of trips or values. Fails with ERR_INVALID,
 * rows untouched, on a value given twice. */
bool comparison_compute(struct comparison *comparison, struct metric_rows *rows,
                        struct error *err) must_check;

#endif

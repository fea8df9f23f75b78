/* study: small facts for tests. Every call must succeed; anything else ends the program. */
#ifndef STUDY_H
#define STUDY_H

#include <debriefd/facts.h>
#include <debriefd/metric.h>

struct study_slice {
    const char *name;
    int64_t members;
};

/* Facts with the slices (ended by one without a name), equal targets for all of them, and one
 * closed wave "post" without dispositions. */
struct facts *study_begin(const struct study_slice *slices);

void study_item(struct facts *facts, const char *name, enum facts_kind kind, int min, int max);

/* counts[i] answers of min + i, ended by a negative count. */
void study_counts(struct facts *facts, const char *item, const char *slice, int min,
                  const int64_t *counts);

void study_joint(struct facts *facts, const struct facts_joint *joint);

/* Counts one person for each of `n` keys, which may repeat, each of facts_joint_keys numbers. */
void study_persons(struct facts *facts, const struct facts_joint *joint, const char *slice,
                   const int *keys, size_t n);

/* Seals the facts, computes every family and destroys the facts. */
struct metric_rows *study_compute(struct facts *owned_facts);

/* The value of a row; a missing or null row fails the test. */
double study_number(const struct metric_rows *rows, const char *wave, const char *slice,
                    const char *item, const char *metric);
/* The value of a row of wave post; a missing or null row fails the test. */
double study_value(const struct metric_rows *rows, const char *slice, const char *item,
                   const char *metric);
/* The reason of a null row of wave post; a missing row fails the test. */
enum metric_null study_null(const struct metric_rows *rows, const char *slice, const char *item,
                            const char *metric);

#endif

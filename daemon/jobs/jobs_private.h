/* jobs_private: one run of a study's job, and its steps. Private to the jobs. */
#ifndef DEBRIEFD_JOBS_PRIVATE_H
#define DEBRIEFD_JOBS_PRIVATE_H

#include "refresh.h"
#include <debriefd/disclosure.h>
#include <debriefd/metric.h>
#include <debriefd/runner.h>
#include <debriefd/secret.h>
#include <debriefd/session.h>
#include <debriefd/study_facts.h>

/* A study whose lease is held, inside one transaction that sees one state of the database. */
struct study_run {
    struct session *session;
    struct uuid programme;
    struct uuid study;
    int64_t epoch;
    struct params params; /* programme and study */
    struct study_facts loaded;
    struct metric_rows *internal; /* what was computed, or NULL before */
    struct disclosure_rules rules;
};

/* Starts a parameter list with programme and study. */
void study_params(const struct study_run *run, struct params *params);

typedef bool run_fn(struct study_run *run, const struct refresh_order *order,
                    struct refresh_result *result, struct error *err);

/* Runs `compute` in a transaction of one snapshot under the order's lease, locked until the commit:
 * nobody else's result can come between. *result starts as zero. */
bool run_under_lease(struct session *session, const struct refresh_order *order, run_fn *compute,
                     struct refresh_result *result, struct error *err) must_check;

/* The columns of fold_begin. */
enum fold_begin_column {
    FOLD_BEGIN_TAKEN,
    FOLD_BEGIN_FOLDED,
    FOLD_BEGIN_REBUILT,
    FOLD_BEGIN_WAS_STALE,
    FOLD_BEGIN_MAY_ENTER,
    FOLD_BEGIN_COUNTS,
    FOLD_BEGIN_HASH,
};

/* Folds what fold_begin took into the stored facts, or all of the study when it is rebuilt, and
 * stores them when they changed. Sets rebuilt and facts_changed of the result. */
bool fold_study(struct study_run *run, const struct rows *begun, struct refresh_result *result,
                struct error *err) must_check;

/* Lets waiting contributions of closed waves enter atoms. Decisions look at counts only. */
bool admit_waiting(struct study_run *run, struct error *err) must_check;

/* Publishes a release from the atoms when it would say something new. *number is 0 when not. */
bool publish_release(struct study_run *run, int64_t *number, struct error *err) must_check;

/* Appends the rows as parameters, an array a column. The hash is the same for the same rows. */
struct secret_hash metric_rows_params(const struct metric_rows *rows, struct params *params);

/* The rows of the study as these parameters (after programme and study) have them, instead of those
 * that stand there. */
bool metric_rows_replace(const struct study_run *run, const struct params *rows,
                         const struct secret_hash *hash, int64_t *revision,
                         struct error *err) must_check;

/* The study's next release with these rows, unless the newest one has the same: then *number is 0.
 */
bool release_store(const struct study_run *run, const struct metric_rows *rows, int64_t *number,
                   struct error *err) must_check;

/* Whether some wave is closed: before that nothing is admitted or released. */
bool study_has_closed_wave(const struct study_run *run);

#endif

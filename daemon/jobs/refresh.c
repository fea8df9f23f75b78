#include "refresh.h"

#include "jobs_private.h"
#include "study_network.h"
#include <debriefd/interview_facts.h>
#include <stdlib.h>
#include <string.h>

/* What fold_begin says of the study. */
static void read_begun(const struct rows *begun, struct refresh_result *result, bool *may_enter)
{
    struct buf hash;
    buf_init(&hash);
    rows_bytes(begun, 0, FOLD_BEGIN_HASH, &hash);
    result->has_stored_rows = hash.length == sizeof result->stored_rows.bytes;
    if (result->has_stored_rows)
        memcpy(result->stored_rows.bytes, hash.data, hash.length);
    buf_finish(&hash);
    result->folded = rows_int64(begun, 0, FOLD_BEGIN_FOLDED);
    result->rebuilt = rows_bool(begun, 0, FOLD_BEGIN_REBUILT);
    result->was_stale = rows_bool(begun, 0, FOLD_BEGIN_WAS_STALE);
    *may_enter = rows_bool(begun, 0, FOLD_BEGIN_MAY_ENTER);
}

static bool fold(struct study_run *run, enum refresh_mode mode, struct refresh_result *result,
                 bool *may_enter, struct error *err)
{
    struct params params;
    struct rows *begun;
    params_init(&params);
    study_params(run, &params);
    params_bool(&params, mode == REFRESH_FROM_SCRATCH);
    bool is_good = session_execute(run->session, "fold_begin", &params, &begun, err);
    params_finish(&params);
    if (!is_good)
        return false;
    read_begun(begun, result, may_enter);
    is_good = study_facts_load(run->session, &run->params, &run->loaded, err) &&
              fold_study(run, begun, result, err);
    rows_destroy(begun);
    return is_good;
}

/* The internal rows as they are stored, one text a row. */
static bool read_stored(const struct study_run *run, struct buf *text, struct error *err)
{
    struct rows *rows;
    if (!session_execute(run->session, "metrics_stored", &run->params, &rows, err))
        return false;
    for (int row = 0; row < rows_count(rows); row++) {
        buf_append_text(text, rows_text(rows, row, 0));
        buf_append_char(text, '\n');
    }
    rows_destroy(rows);
    return true;
}

static bool add_interviews(const struct study_run *run, struct metric_rows *rows, struct error *err)
{
    struct codings *codings;
    if (!interview_facts_load(run->session, &run->programme, &run->study, &codings, err))
        return false;
    if (codings != NULL)
        interview_compute_trip(codings, uuid_format(&run->study).text, rows);
    codings_destroy(codings);
    return true;
}

/* Rows that say what is stored stay; from scratch they are written whatever is said to be stored.
 */
static bool store_metrics(const struct study_run *run, enum refresh_mode mode,
                          const struct metric_rows *computed, struct refresh_result *result,
                          struct error *err)
{
    struct params params;
    params_init(&params);
    study_params(run, &params);
    struct secret_hash hash = metric_rows_params(computed, &params);
    bool is_stored = mode == REFRESH_PENDING && result->has_stored_rows &&
                     memcmp(hash.bytes, result->stored_rows.bytes, sizeof hash.bytes) == 0;
    bool is_good = is_stored || metric_rows_replace(run, &params, &hash, &result->revision, err);
    params_finish(&params);
    return is_good;
}

static bool compute_metrics(struct study_run *run, enum refresh_mode mode,
                            struct refresh_result *result, struct error *err)
{
    run->internal = metric_rows_create();
    metric_compute_all(run->loaded.facts, run->internal);
    return add_interviews(run, run->internal, err) &&
           store_metrics(run, mode, run->internal, result, err);
}

/* Closed waves whose contributions and frame are what they were have nothing new to release. */
static bool release_closed(struct study_run *run, struct refresh_result *result, bool may_enter,
                           struct error *err)
{
    return !may_enter || !study_has_closed_wave(run) ||
           (admit_waiting(run, err) && publish_release(run, &result->release, err));
}

static bool compute(struct study_run *run, enum refresh_mode mode, struct refresh_result *result,
                    struct error *err)
{
    bool may_enter;
    bool is_good = fold(run, mode, result, &may_enter, err) && study_network_load(run, err) &&
                   study_facts_count(&run->loaded, err) &&
                   compute_metrics(run, mode, result, err) &&
                   release_closed(run, result, may_enter, err);
    metric_rows_destroy(run->internal);
    run->internal = NULL;
    study_facts_finish(&run->loaded);
    return is_good;
}

/* Compares facts and rows that stood there with what was computed from scratch; what was pending or
 * had changed in the frame explains a difference. */
static bool compare(const struct study_run *run, const struct buf *before,
                    struct refresh_result *result, struct error *err)
{
    struct buf after;
    buf_init(&after);
    bool is_good = read_stored(run, &after, err);
    bool is_explained = result->folded > 0 || result->was_stale;
    bool is_same = !result->facts_changed && strcmp(buf_text(before), buf_text(&after)) == 0;
    result->differed = !is_explained && !is_same;
    buf_finish(&after);
    return is_good;
}

static bool compute_and_compare(struct study_run *run, const struct refresh_order *order,
                                struct refresh_result *result, struct error *err)
{
    struct buf before;
    buf_init(&before);
    bool is_good = (order->mode == REFRESH_PENDING || read_stored(run, &before, err)) &&
                   compute(run, order->mode, result, err) &&
                   (order->mode == REFRESH_PENDING || compare(run, &before, result, err));
    buf_finish(&before);
    return is_good;
}

bool refresh_study(struct session *session, const struct refresh_order *order,
                   struct refresh_result *result, struct error *err)
{
    return run_under_lease(session, order, compute_and_compare, result, err);
}

/* A programme's own rows: its interviews, and its comparison from the studies' internal means; and
 * a release: of the interviews when they are closed, and of the comparison from the means that the
 * studies have released, which therefore says nothing that these do not. Both belong to the
 * reserved study. */
#include "compare.h"

#include "publish_part.h"
#include <debriefd/comparison.h>
#include <debriefd/interview_facts.h>
#include <string.h>

/* The columns of comparison_internal and comparison_released. */
enum column { STUDY, NAME, WAVE, ITEM, UNIT, SCALE, N, POPULATION, MEAN, SD };

/* The comparison, and the trip whose rows pass: those of a study stand together. */
struct filling {
    struct comparison *comparison;
    size_t trip;
};

static bool add_value(void *context, const struct rows *rows, int row, struct error *err)
{
    struct filling *filling = context;
    const char *study = rows_text(rows, row, STUDY);
    bool is_next = row == 0 || strcmp(study, rows_text(rows, row - 1, STUDY)) != 0;
    if (is_next && !comparison_add_trip(filling->comparison, study, rows_text(rows, row, NAME),
                                        &filling->trip, err))
        return false;
    struct comparison_value value = {
        .trip = filling->trip,
        .wave = rows_text(rows, row, WAVE),
        .state = FACTS_WAVE_CLOSED,
        .item = rows_text(rows, row, ITEM),
        .unit = rows_text(rows, row, UNIT),
        .scale = rows_text(rows, row, SCALE),
        .n = rows_int64(rows, row, N),
        .N = rows_int64(rows, row, POPULATION),
        .mean = rows_real(rows, row, MEAN),
        .sd = rows_real(rows, row, SD),
    };
    return comparison_add(filling->comparison, &value, err);
}

static bool add_persons(void *context, const struct rows *rows, int row, struct error *err)
{
    struct filling *filling = context;
    struct comparison_persons persons = {rows_int64(rows, row, 0), rows_int64(rows, row, 1),
                                         rows_int64(rows, row, 2)};
    (void)err;
    comparison_count_persons(filling->comparison, &persons);
    return true;
}

static bool load(const struct study_run *run, const char *statement, session_row_fn *read,
                 struct comparison *comparison, struct error *err)
{
    struct filling filling = {.comparison = comparison};
    struct params params;
    params_init(&params);
    params_uuid(&params, &run->programme);
    bool is_good = session_each(run->session, statement, &params, read, &filling, err);
    params_finish(&params);
    return is_good;
}

/* They belong to the reserved study, which is the run's. */
static bool store_rows(const struct study_run *run, const struct metric_rows *rows,
                       int64_t *revision, struct error *err)
{
    struct params params;
    params_init(&params);
    study_params(run, &params);
    struct secret_hash hash = metric_rows_params(rows, &params);
    bool is_good = metric_rows_replace(run, &params, &hash, revision, err);
    params_finish(&params);
    return is_good;
}

static bool add_interviews(const struct study_run *run, struct metric_rows *rows, struct error *err)
{
    struct codings *codings;
    if (!interview_facts_load(run->session, &run->programme, NULL, &codings, err))
        return false;
    if (codings != NULL)
        interview_compute(codings, rows);
    codings_destroy(codings);
    return true;
}

static bool compare_internal(const struct study_run *run, struct refresh_result *result,
                             struct error *err)
{
    struct comparison *comparison = comparison_create();
    struct metric_rows *rows = metric_rows_create();
    bool is_good = load(run, "comparison_internal", add_value, comparison, err) &&
                   load(run, "comparison_persons", add_persons, comparison, err) &&
                   add_interviews(run, rows, err) && comparison_compute(comparison, rows, err) &&
                   store_rows(run, rows, &result->revision, err);
    metric_rows_destroy(rows);
    comparison_destroy(comparison);
    return is_good;
}

static bool tell_interviews(const struct study_run *run, struct metric_rows *rows,
                            struct error *err)
{
    struct publish_interviews interviews = {0};
    bool is_good = publish_interviews_read(run, NULL, &interviews, err);
    if (is_good && interviews.is_closed)
        release_interviews_tell(&interviews.told, rows);
    publish_interviews_finish(&interviews);
    return is_good;
}

/* Nothing is released before there is something to say. */
static bool compare_released(const struct study_run *run, struct refresh_result *result,
                             struct error *err)
{
    struct comparison *comparison = comparison_create();
    struct metric_rows *rows = metric_rows_create();
    bool is_good =
        tell_interviews(run, rows, err) &&
        load(run, "comparison_released", add_value, comparison, err) &&
        comparison_compute(comparison, rows, err) &&
        (metric_rows_count(rows) == 0 || release_store(run, rows, &result->release, err));
    metric_rows_destroy(rows);
    comparison_destroy(comparison);
    return is_good;
}

static bool take_marks(const struct study_run *run, struct error *err)
{
    struct params params;
    params_init(&params);
    params_uuid(&params, &run->programme);
    bool is_good = session_execute(run->session, "comparison_done", &params, NULL, err);
    params_finish(&params);
    return is_good;
}

static bool compare(struct study_run *run, const struct refresh_order *order,
                    struct refresh_result *result, struct error *err)
{
    (void)order; /* the same in every mode */
    return compare_internal(run, result, err) && compare_released(run, result, err) &&
           take_marks(run, err);
}

bool compare_programme(struct session *session, const struct refresh_order *order,
                       struct refresh_result *result, struct error *err)
{
    return run_under_lease(session, order, compare, result, err);
}

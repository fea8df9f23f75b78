#include <debriefd/runner.h>

#include "compare.h"
#include "retain.h"
#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/session.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPTS 6
#define PAUSE_US 30000

struct runner {
    struct session *session;
    struct runner_options options;
    struct uuid holder;
};

/* What is due: a row of work_due, comparison_due, work_scheduled or retention_due. */
struct due {
    struct uuid programme;
    struct uuid study;
    struct uuid job;
    enum refresh_mode mode;
    char lease[64];
};

struct runner *runner_create(struct session *session, const struct runner_options *options)
{
    struct runner *runner = xcalloc(sizeof *runner);
    runner->session = session;
    runner->options = *options;
    runner->holder = uuid_random();
    return runner;
}

void runner_destroy(struct runner *runner)
{
    free(runner);
}

static void lease_params(const struct runner *runner, const struct due *due, struct params *params)
{
    params_uuid(params, &due->programme);
    params_text(params, due->lease);
    params_uuid(params, &runner->holder);
}

/* *epoch is 0 when somebody else holds the lease. */
static bool take_lease(const struct runner *runner, const struct due *due, int64_t *epoch,
                       struct error *err)
{
    struct params params;
    struct rows *rows;
    params_init(&params);
    lease_params(runner, due, &params);
    params_int(&params, runner->options.lease_seconds);
    bool is_good = session_execute(runner->session, "lease_take", &params, &rows, err);
    params_finish(&params);
    if (!is_good)
        return false;
    *epoch = rows_count(rows) > 0 ? rows_int64(rows, 0, 0) : 0;
    rows_destroy(rows);
    return true;
}

static bool drop_lease(const struct runner *runner, const struct due *due, int64_t epoch,
                       struct error *err)
{
    struct params params;
    params_init(&params);
    lease_params(runner, due, &params);
    params_int(&params, epoch);
    bool is_good = session_execute(runner->session, "lease_drop", &params, NULL, err);
    params_finish(&params);
    return is_good;
}

static bool record(const struct runner *runner, const struct due *due, int64_t epoch,
                   int64_t started_us, const char *outcome, const char *detail, int64_t revision,
                   struct error *err)
{
    struct params params;
    params_init(&params);
    params_uuid(&params, &due->programme);
    params_uuid(&params, &due->job);
    params_int(&params, epoch);
    params_uuid(&params, &runner->holder);
    params_text(&params, clock_format(started_us).text);
    params_text(&params, outcome);
    params_text(&params, detail);
    if (revision > 0)
        params_int(&params, revision);
    else
        params_null(&params);
    bool is_good = session_execute(runner->session, "job_finish", &params, NULL, err);
    params_finish(&params);
    return is_good;
}

static bool finish_comparison(const struct runner *runner, const struct due *due, int64_t epoch,
                              int64_t started_us, const struct refresh_result *result,
                              struct error *err)
{
    char detail[60];
    snprintf(detail, sizeof detail, "release=%lld", (long long)result->release);
    log_info("programme_compared", "programme=%s %s duration_us=%lld",
             uuid_format(&due->programme).text, detail, (long long)(clock_wall_us() - started_us));
    return record(runner, due, epoch, started_us, "succeeded", detail, result->revision, err);
}

static bool finish_retention(const struct runner *runner, const struct due *due, int64_t epoch,
                             int64_t started_us, const struct refresh_result *result,
                             struct error *err)
{
    char detail[60];
    snprintf(detail, sizeof detail, "archived=%lld", (long long)result->archived);
    log_info("retention_done", "programme=%s %s", uuid_format(&due->programme).text, detail);
    return record(runner, due, epoch, started_us, "succeeded", detail, 0, err);
}

static bool finish_run(const struct runner *runner, const struct due *due, int64_t epoch,
                       int64_t started_us, const struct refresh_result *result, struct error *err)
{
    if (due->mode == REFRESH_COMPARISON)
        return finish_comparison(runner, due, epoch, started_us, result, err);
    if (due->mode == REFRESH_RETENTION)
        return finish_retention(runner, due, epoch, started_us, result, err);
    char detail[200];
    snprintf(detail, sizeof detail, "folded=%lld rebuilt=%s release=%lld",
             (long long)result->folded, result->rebuilt ? "yes" : "no", (long long)result->release);
    struct uuid_text study = uuid_format(&due->study);
    if (result->differed)
        log_error("metrics_differ_from_scratch", "study=%s", study.text);
    log_info("study_refreshed", "study=%s %s duration_us=%lld", study.text, detail,
             (long long)(clock_wall_us() - started_us));
    return record(runner, due, epoch, started_us, result->differed ? "differed" : "succeeded",
                  detail, result->revision, err);
}

/* The database's absence ends the turn; anything else is this job's failure, and others go on. */
static bool fail_run(const struct runner *runner, const struct due *due, int64_t epoch,
                     int64_t started_us, const struct error *failure, struct error *err)
{
    if (!session_is_open(runner->session)) {
        *err = *failure;
        return false;
    }
    struct uuid_text study = uuid_format(&due->study);
    log_warn("job_failed", "study=%s error=%s", study.text, log_quote(failure->message).text);
    return record(runner, due, epoch, started_us, "failed", failure->message, 0, err);
}

static bool run_once(struct session *session, const struct refresh_order *order,
                     struct refresh_result *result, struct error *failure)
{
    switch (order->mode) {
    case REFRESH_COMPARISON:
        return compare_programme(session, order, result, failure);
    case REFRESH_RETENTION:
        return retain_programme(session, order, result, failure);
    default:
        return refresh_study(session, order, result, failure);
    }
}

/* A change of the study that commits while its job runs undoes the job's transaction: again then,
 * with what is there now. Somebody who sets a study up changes it many times in a second. */
static bool refresh_settled(const struct runner *runner, const struct refresh_order *order,
                            struct refresh_result *result, struct error *failure)
{
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (run_once(runner->session, order, result, failure))
            return true;
        if (failure->code != ERR_UNAVAILABLE || !session_is_open(runner->session))
            return false;
        usleep((useconds_t)(attempt * PAUSE_US));
    }
    return false;
}

/* *ran grows when this runner got the lease. */
static bool run_due(const struct runner *runner, const struct due *due, int *ran, struct error *err)
{
    int64_t epoch;
    if (!take_lease(runner, due, &epoch, err))
        return false;
    if (epoch == 0)
        return true;
    (*ran)++;
    struct refresh_order order = {due->mode,
                                  due->programme,
                                  due->study,
                                  due->lease,
                                  runner->holder,
                                  epoch,
                                  runner->options.dominance_percent};
    int64_t started_us = clock_wall_us();
    struct refresh_result result;
    struct error failure;
    bool recorded = refresh_settled(runner, &order, &result, &failure)
                        ? finish_run(runner, due, epoch, started_us, &result, err)
                        : fail_run(runner, due, epoch, started_us, &failure, err);
    return recorded && drop_lease(runner, due, epoch, err);
}

static bool run_all(const struct runner *runner, const char *statement, enum refresh_mode mode,
                    int *ran, struct error *err)
{
    struct params params;
    struct rows *rows;
    params_init(&params);
    params_int(&params, runner->options.batch);
    bool is_good = session_execute(runner->session, statement, &params, &rows, err);
    params_finish(&params);
    if (!is_good)
        return false;
    const struct runner_options *options = &runner->options;
    for (int row = 0; is_good && row < rows_count(rows); row++) {
        if (!options->go_on(options->context))
            break;
        struct due due = {
            .programme = rows_uuid(rows, row, 0),
            .study = rows_uuid(rows, row, 1),
            .job = rows_uuid(rows, row, 2),
            .mode = mode,
        };
        snprintf(due.lease, sizeof due.lease, "%s/%s",
                 mode == REFRESH_RETENTION ? "retention" : "study", rows_text(rows, row, 1));
        is_good = run_due(runner, &due, ran, err);
    }
    rows_destroy(rows);
    return is_good;
}

bool runner_turn(struct runner *runner, int *ran, struct error *err)
{
    *ran = 0;
    return session_execute(runner->session, "waves_close_due", NULL, NULL, err) &&
           run_all(runner, "work_due", REFRESH_PENDING, ran, err) &&
           run_all(runner, "comparison_due", REFRESH_COMPARISON, ran, err) &&
           run_all(runner, "work_scheduled", REFRESH_FROM_SCRATCH, ran, err) &&
           run_all(runner, "retention_due", REFRESH_RETENTION, ran, err);
}

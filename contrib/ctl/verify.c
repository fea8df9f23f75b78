/* verify: a dataset goes in as real data does, all jobs run, and every internal metric is compared
 * with what is expected of it. */
#include "ask.h"
#include "comparison.h"
#include "progress.h"
#include "resolve.h"
#include "tidy_load.h"
#include "tidy_programme.h"
#include <debriefd/clock.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STUCK_US     (600 * CLOCK_SECOND_US) /* without any job's end */
#define FAILURES_MAX 4                       /* of a job, before it is given up */
#define WHOLE        "all"                   /* the trip of metrics that are of no single one */

struct verification {
    struct invocation *invocation;
    struct uuid programme;
    struct tidy_key organiser, analyst;
    uint64_t refused;
};

static enum ctl_status get(struct verification *verification, const struct tidy_key *key,
                           const char *path, json_t **answer)
{
    struct client_reply reply;
    client_reply_init(&reply);
    struct client_call call = {
        .method = "GET", .path = path, .accept = "application/json", .bearer = key->secret};
    enum ctl_status status = ask(verification->invocation, &call, &reply);
    if (status == CTL_DONE) {
        *answer = json_loadb(buf_text(&reply.body), reply.body.length, 0, NULL);
        if (*answer == NULL)
            status = ctl_fail(CTL_REFUSED, "the server's answer is not JSON: is it debriefd?");
    }
    client_reply_finish(&reply);
    return status;
}

/* How many jobs have something to do; a job that fails again and again is told. */
static enum ctl_status count_due(struct verification *verification, size_t *due, size_t *all)
{
    json_t *answer, *job;
    size_t index;
    enum ctl_status status = get(verification, &verification->organiser, "/v1/jobs", &answer);
    if (status != CTL_DONE)
        return status;
    *due = 0;
    *all = json_array_size(json_object_get(answer, "jobs"));
    json_array_foreach(json_object_get(answer, "jobs"), index, job)
    {
        const char *error = json_string_value(json_object_get(job, "last_error"));
        *due += json_is_true(json_object_get(job, "is_due"));
        if (json_integer_value(json_object_get(job, "failures")) >= FAILURES_MAX &&
            status == CTL_DONE)
            status = ctl_fail(CTL_REFUSED, "a job fails: %s", error != NULL ? error : "");
    }
    json_decref(answer);
    return status;
}

/* Looks again after a twentieth of the time it has taken so far, from 0.1 to 2 s. */
static void wait_between(int64_t start_us)
{
    int64_t pause_us = (clock_monotonic_us() - start_us) / 20;
    if (pause_us < CLOCK_SECOND_US / 10)
        pause_us = CLOCK_SECOND_US / 10;
    if (pause_us > 2 * CLOCK_SECOND_US)
        pause_us = 2 * CLOCK_SECOND_US;
    struct timespec pause = {pause_us / CLOCK_SECOND_US, pause_us % CLOCK_SECOND_US * 1000};
    nanosleep(&pause, NULL);
}

static enum ctl_status await_jobs(struct verification *verification)
{
    int64_t start_us = clock_monotonic_us(), moved_us = start_us;
    size_t due, all, least = SIZE_MAX;
    struct progress progress = {0};
    for (;;) {
        enum ctl_status status = count_due(verification, &due, &all);
        if (progress.what == NULL && status == CTL_DONE)
            progress_start(&progress, "computing", (int64_t)all);
        if (status != CTL_DONE || due == 0) {
            progress_clear(&progress);
            return status;
        }
        progress_set(&progress, (int64_t)(all - due), all - due);
        if (due < least)
            moved_us = clock_monotonic_us();
        least = due < least ? due : least;
        if (clock_monotonic_us() - moved_us > STUCK_US)
            return ctl_fail(CTL_REFUSED, "the jobs do not come to an end: is debriefd work there?");
        wait_between(start_us);
    }
}

/* The programme's own rows: those of its studies are compared with their trips. */
static json_t *without_studies(const json_t *metrics)
{
    json_t *own = json_array();
    for (size_t i = 0; i < json_array_size(metrics); i++)
        if (!json_is_string(json_object_get(json_array_get(metrics, i), "study")))
            json_array_append(own, json_array_get(metrics, i));
    return own;
}

static enum ctl_status get_whole(struct verification *verification, json_t **rows)
{
    char path[120];
    json_t *answer;
    snprintf(path, sizeof path, "/v1/programmes/%s/metrics?internal=1",
             uuid_format(&verification->programme).text);
    enum ctl_status status = get(verification, &verification->analyst, path, &answer);
    if (status != CTL_DONE)
        return status;
    *rows = without_studies(json_object_get(answer, "metrics"));
    json_decref(answer);
    return CTL_DONE;
}

static enum ctl_status compare_trip(struct verification *verification, const struct names *names,
                                    const struct expectation *list, size_t count,
                                    struct comparison *comparison)
{
    char path[120];
    const char *trip = names_text(names, list[0].trip);
    if (strcmp(trip, WHOLE) == 0) {
        json_t *rows;
        enum ctl_status status = get_whole(verification, &rows);
        if (status != CTL_DONE)
            return status;
        comparison_add(comparison, names, list, count, rows);
        json_decref(rows);
        return CTL_DONE;
    }
    struct uuid study = tidy_study(&verification->programme, trip);
    json_t *answer;
    snprintf(path, sizeof path, "/v1/studies/%s/metrics?internal=1", uuid_format(&study).text);
    enum ctl_status status = get(verification, &verification->analyst, path, &answer);
    if (status != CTL_DONE)
        return status;
    comparison_add(comparison, names, list, count, json_object_get(answer, "metrics"));
    json_decref(answer);
    return CTL_DONE;
}

static enum ctl_status compare_all(struct verification *verification,
                                   const struct expectations *expectations)
{
    struct comparison comparison = {.is_json = verification->invocation->is_json};
    struct progress progress;
    enum ctl_status status = CTL_DONE;
    progress_start(&progress, "comparing", (int64_t)expectations->count);
    for (size_t from = 0, to; status == CTL_DONE && from < expectations->count; from = to) {
        const struct expectation *list = &expectations->list[from];
        for (to = from; to < expectations->count && expectations->list[to].trip == list->trip;)
            to++;
        progress_clear(&progress);
        status = compare_trip(verification, expectations->names, list, to - from, &comparison);
        progress_set(&progress, (int64_t)to, to);
    }
    progress_clear(&progress);
    if (status == CTL_DONE && !comparison_finish(&comparison))
        status = CTL_REFUSED;
    return status;
}

static enum ctl_status compare_with_file(struct verification *verification, const char *directory)
{
    struct expectations expectations;
    struct error err;
    if (!expectations_read(directory, &expectations, &err))
        return ctl_fail(CTL_USAGE, "%s", err.message);
    enum ctl_status status = compare_all(verification, &expectations);
    expectations_finish(&expectations);
    return status;
}

static enum ctl_status make_programme(struct verification *verification, const struct tidy *tidy)
{
    struct invocation *invocation = verification->invocation;
    char *directory = tidy_directory_name(invocation->arguments[0]);
    char name[200];
    snprintf(name, sizeof name, "verify %.100s %s", directory, clock_format(clock_wall_us()).text);
    free(directory);
    enum ctl_status status =
        tidy_programme_create(invocation, name, tidy->sectors, &verification->programme);
    if (status == CTL_DONE)
        status = tidy_key_create(invocation, &verification->programme, "organiser",
                                 &verification->organiser);
    if (status == CTL_DONE)
        status = tidy_key_create(invocation, &verification->programme, "analyst",
                                 &verification->analyst);
    return status;
}

/* The dataset is not needed behind it, nor its memory. */
static enum ctl_status load_dataset(struct verification *verification, const char *directory)
{
    struct tidy *tidy;
    struct error err;
    if (!tidy_open(directory, &tidy, &err))
        return ctl_fail(CTL_USAGE, "%s", err.message);
    enum ctl_status status = make_programme(verification, tidy);
    struct tidy_target target = {verification->invocation, directory, verification->programme,
                                 verification->organiser.secret};
    if (status == CTL_DONE)
        status = tidy_load(&target, tidy, &verification->refused);
    tidy_close(tidy);
    return status;
}

static void tell_time(const char *what, int64_t start_us)
{
    fprintf(stderr, "%s in %.1f s\n", what,
            (double)(clock_monotonic_us() - start_us) / (double)CLOCK_SECOND_US);
}

enum ctl_status tidy_verify(struct invocation *invocation)
{
    struct verification verification = {.invocation = invocation};
    const char *directory = invocation->arguments[0];
    if (!resolve_is_operator(invocation))
        return ctl_fail(CTL_USAGE, "verify makes a programme of its own: give an operator's key");
    int64_t start_us = clock_monotonic_us();
    enum ctl_status status = load_dataset(&verification, directory);
    int64_t loaded_us = clock_monotonic_us();
    if (status == CTL_DONE)
        status = await_jobs(&verification);
    if (status == CTL_DONE)
        tell_time("jobs done", loaded_us);
    int64_t done_us = clock_monotonic_us();
    if (status == CTL_DONE)
        status = compare_with_file(&verification, directory);
    tidy_key_revoke(invocation, &verification.programme, &verification.organiser);
    tidy_key_revoke(invocation, &verification.programme, &verification.analyst);
    tell_time("compared", done_us);
    tell_time("all", start_us);
    return status == CTL_DONE && verification.refused > 0 ? CTL_REFUSED : status;
}

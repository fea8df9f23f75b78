/* The work role: jobs. It reaches nothing but the database. */
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/role.h>
#include <debriefd/runner.h>
#include <debriefd/session.h>
#include <debriefd/turns.h>

#define BATCH 64

struct work {
    const struct config *config;
    struct runner *runner; /* NULL until the first turn */
    struct turns *turns;
};

static bool go_on(void *context)
{
    const struct work *work = context;
    return turns_go_on(work->turns);
}

static struct runner *make_runner(struct work *work, struct session *session)
{
    struct runner_options options = {
        .lease_seconds = (int)(work->config->work.lease_duration_us / CLOCK_SECOND_US),
        .batch = BATCH,
        .dominance_percent = work->config->work.dominance_percent,
        .go_on = go_on,
        .context = work,
    };
    return runner_create(session, &options);
}

static bool turn(void *context, struct turns *turns, struct session *session, bool *has_more,
                 struct error *err)
{
    struct work *work = context;
    int ran;
    work->turns = turns;
    if (work->runner == NULL)
        work->runner = make_runner(work, session);
    if (!runner_turn(work->runner, &ran, err))
        return false;
    *has_more = ran >= BATCH; /* a full batch: there is likely more */
    return true;
}

int role_work(struct config *config, const struct role_call *call)
{
    (void)call;
    static const char *const channels[] = {"debriefd_pending", NULL};
    struct work work = {.config = config};
    struct turns_options options = {
        .role = "work",
        .listen = channels,
        .statement_timeout_us = config->work.job_timeout_us,
        .commits_asynchronously = true,
        .turn = turn,
        .context = &work,
    };
    int code = turns_run(config, &options);
    runner_destroy(work.runner);
    return code;
}

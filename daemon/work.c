/* The work role: a plain loop with one blocking connection. It listens to nothing, has one thing to
 * do at a time and nobody waits for its answer, so an event loop would only add states. */
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/embedded.h>
#include <debriefd/log.h>
#include <debriefd/notify.h>
#include <debriefd/role.h>
#include <debriefd/runner.h>
#include <debriefd/session.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define BATCH          64
#define RETRY_FIRST_US (CLOCK_SECOND_US / 5)
#define RETRY_LAST_US  (5 * CLOCK_SECOND_US)

struct work {
    struct config *config;
    struct session *session; /* NULL until the database answered once */
    struct runner *runner;
    int signals; /* a signalfd */
    bool is_stopping;
    int64_t retry_us;
};

static void reload(struct work *work)
{
    struct buf pending;
    struct buf faults;
    buf_init(&pending);
    buf_init(&faults);
    if (!config_reload(work->config, &pending, &faults))
        log_error("reload_refused", "faults=%s", log_quote(buf_text(&faults)).text);
    else
        log_info("reloaded", "waiting_for_restart=%s", log_quote(buf_text(&pending)).text);
    log_set_level(work->config->process.log_level);
    buf_finish(&pending);
    buf_finish(&faults);
}

static void take_signals(struct work *work)
{
    struct signalfd_siginfo info;
    while (read(work->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            reload(work);
        else
            work->is_stopping = true;
    }
}

static void sleep_us(struct work *work, int64_t duration_us)
{
    struct pollfd poller = {.fd = work->signals, .events = POLLIN};
    if (poll(&poller, 1, (int)(duration_us / 1000)) > 0)
        take_signals(work);
}

static void pat_watchdog(const struct work *work)
{
    struct error err;
    if (work->config->process.watchdog && !notify_watchdog(&err))
        log_warn("service_manager_not_told", "error=%s", log_quote(err.message).text);
}

static bool go_on(void *context)
{
    struct work *work = context;
    pat_watchdog(work);
    take_signals(work);
    return !work->is_stopping;
}

static bool connect_database(struct work *work, struct error *err)
{
    static const char *const channels[] = {"debriefd_pending", NULL};
    struct session_options options = {
        .conninfo = work->config->database.conninfo,
        .application_name = "debriefd work",
        .statements = sql_queries,
        .listen = channels,
        .statement_timeout_us = work->config->work.job_timeout_us,
        .idle_timeout_us = work->config->work.lease_duration_us,
        .commits_asynchronously = true,
    };
    if (work->session != NULL)
        return session_reopen(work->session, err);
    if (!session_open(&options, &work->session, err))
        return false;
    struct runner_options runner_options = {
        .lease_seconds = (int)(work->config->work.lease_duration_us / CLOCK_SECOND_US),
        .batch = BATCH,
        .dominance_percent = work->config->work.dominance_percent,
        .go_on = go_on,
        .context = work,
    };
    work->runner = runner_create(work->session, &runner_options);
    return true;
}

/* Waits until told of work, or for the poll interval; then once more for what comes right behind
 * it. */
static bool wait_for_work(struct work *work, struct error *err)
{
    enum session_wake wake;
    struct session_notification ignored;
    if (!session_wait(work->session, work->config->work.poll_us, work->signals, &wake, err))
        return false;
    take_signals(work);
    if (wake != SESSION_WAKE_NOTIFIED || work->is_stopping)
        return true;
    sleep_us(work, work->config->work.debounce_us);
    while (session_notification_next(work->session, &ignored))
        ;
    return true;
}

static bool turn(struct work *work, struct error *err)
{
    int ran;
    if ((work->session == NULL || !session_is_open(work->session)) && !connect_database(work, err))
        return false;
    if (!runner_turn(work->runner, &ran, err))
        return false;
    work->retry_us = RETRY_FIRST_US;
    take_signals(work);
    bool has_more = ran >= BATCH; /* a full batch: there is likely more */
    return has_more || work->is_stopping || wait_for_work(work, err);
}

static void loop(struct work *work)
{
    struct error err;
    while (!work->is_stopping) {
        pat_watchdog(work);
        if (turn(work, &err))
            continue;
        log_warn("database_away", "error=%s", log_quote(err.message).text);
        sleep_us(work, work->retry_us);
        work->retry_us = work->retry_us * 2 < RETRY_LAST_US ? work->retry_us * 2 : RETRY_LAST_US;
    }
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int role_work(struct config *config, const struct role_call *call)
{
    (void)call;
    log_set_role("work");
    struct work work = {.config = config, .signals = open_signals(), .retry_us = RETRY_FIRST_US};
    struct error err;
    if (work.signals < 0 || config->database.conninfo[0] == '\0') {
        log_error("not_started", "error=%s",
                  work.signals < 0 ? "signalfd" : "\"no database is configured\"");
        return EXIT_CODE_FAILURE;
    }
    log_info("ready", "");
    if (!notify_ready(&err))
        log_warn("service_manager_not_told", "error=%s", log_quote(err.message).text);
    loop(&work);
    runner_destroy(work.runner);
    session_close(work.session);
    close(work.signals);
    log_info("stopped", "");
    return EXIT_CODE_SUCCESS;
}

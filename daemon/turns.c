#include <debriefd/turns.h>

#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/embedded.h>
#include <debriefd/log.h>
#include <debriefd/notify.h>
#include <debriefd/role.h>
#include <debriefd/session.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define RETRY_FIRST_US (CLOCK_SECOND_US / 5)
#define RETRY_LAST_US  (5 * CLOCK_SECOND_US)

struct turns {
    struct config *config;
    const struct turns_options *options;
    struct session *session; /* NULL until the database answered once */
    char name[32];           /* of the connection */
    int signals;             /* a signalfd */
    bool is_stopping;
    int64_t retry_us;
};

static void reload(struct turns *turns)
{
    struct buf pending;
    struct buf faults;
    buf_init(&pending);
    buf_init(&faults);
    if (!config_reload(turns->config, &pending, &faults))
        log_error("reload_refused", "faults=%s", log_quote(buf_text(&faults)).text);
    else
        log_info("reloaded", "waiting_for_restart=%s", log_quote(buf_text(&pending)).text);
    log_set_level(turns->config->process.log_level);
    buf_finish(&pending);
    buf_finish(&faults);
}

static void take_signals(struct turns *turns)
{
    struct signalfd_siginfo info;
    while (read(turns->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            reload(turns);
        else
            turns->is_stopping = true;
    }
}

static void sleep_us(struct turns *turns, int64_t duration_us)
{
    struct pollfd poller = {.fd = turns->signals, .events = POLLIN};
    if (poll(&poller, 1, (int)(duration_us / 1000)) > 0)
        take_signals(turns);
}

static void pat_watchdog(const struct turns *turns)
{
    struct error err;
    if (turns->config->process.watchdog && !notify_watchdog(&err))
        log_warn("service_manager_not_told", "error=%s", log_quote(err.message).text);
}

bool turns_go_on(struct turns *turns)
{
    pat_watchdog(turns);
    take_signals(turns);
    return !turns->is_stopping;
}

static bool connect_database(struct turns *turns, struct error *err)
{
    struct session_options options = {
        .conninfo = turns->config->database.conninfo,
        .application_name = turns->name,
        .statements = sql_queries,
        .listen = turns->options->listen,
        .statement_timeout_us = turns->options->statement_timeout_us,
        .idle_timeout_us = turns->config->work.lease_duration_us,
        .commits_asynchronously = turns->options->commits_asynchronously,
    };
    return turns->session != NULL ? session_reopen(turns->session, err)
                                  : session_open(&options, &turns->session, err);
}

/* Waits until told of work, or for the poll interval; then once more for what comes right behind
 * it. */
static bool wait_for_work(struct turns *turns, struct error *err)
{
    enum session_wake wake;
    struct session_notification ignored;
    if (!session_wait(turns->session, turns->config->work.poll_us, turns->signals, &wake, err))
        return false;
    take_signals(turns);
    if (wake != SESSION_WAKE_NOTIFIED || turns->is_stopping)
        return true;
    sleep_us(turns, turns->config->work.debounce_us);
    while (session_notification_next(turns->session, &ignored))
        ;
    return true;
}

static bool turn(struct turns *turns, struct error *err)
{
    bool has_more = false;
    if ((turns->session == NULL || !session_is_open(turns->session)) &&
        !connect_database(turns, err))
        return false;
    if (!turns->options->turn(turns->options->context, turns, turns->session, &has_more, err))
        return false;
    turns->retry_us = RETRY_FIRST_US;
    take_signals(turns);
    return has_more || turns->is_stopping || wait_for_work(turns, err);
}

static void loop(struct turns *turns)
{
    struct error err;
    while (!turns->is_stopping) {
        pat_watchdog(turns);
        if (turn(turns, &err))
            continue;
        log_warn("database_away", "error=%s", log_quote(err.message).text);
        sleep_us(turns, turns->retry_us);
        turns->retry_us = turns->retry_us * 2 < RETRY_LAST_US ? turns->retry_us * 2 : RETRY_LAST_US;
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

int turns_run(struct config *config, const struct turns_options *options)
{
    log_set_role(options->role);
    struct turns turns = {
        .config = config,
        .options = options,
        .signals = open_signals(),
        .retry_us = RETRY_FIRST_US,
    };
    struct error err;
    snprintf(turns.name, sizeof turns.name, "debriefd %s", options->role);
    if (turns.signals < 0 || config->database.conninfo[0] == '\0') {
        log_error("not_started", "error=%s",
                  turns.signals < 0 ? "signalfd" : "\"no database is configured\"");
        return EXIT_CODE_FAILURE;
    }
    log_info("ready", "");
    if (!notify_ready(&err))
        log_warn("service_manager_not_told", "error=%s", log_quote(err.message).text);
    loop(&turns);
    session_close(turns.session);
    close(turns.signals);
    log_info("stopped", "");
    return EXIT_CODE_SUCCESS;
}

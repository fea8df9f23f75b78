/* The run role: keeps serve, work and send running as children and, when no database is configured,
 * a private PostgreSQL cluster under them. */
#include <debriefd/child.h>
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/database.h>
#include <debriefd/embedded.h>
#include <debriefd/log.h>
#include <debriefd/migrate.h>
#include <debriefd/notify.h>
#include <debriefd/private_cluster.h>
#include <debriefd/role.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURN_US       (CLOCK_SECOND_US / 5)
#define BACKOFF_LAST  (2 * CLOCK_SECOND_US)
#define BACKOFF_FIRST (CLOCK_SECOND_US / 5)
#define STABLE_US     (5 * CLOCK_SECOND_US)
#define GRACE_US      (5 * CLOCK_SECOND_US) /* beyond a child's own drain deadline */

#define CHILDREN 3

struct role_child {
    const char *role;
    const char *database_role;
    pid_t pid; /* 0: not running */
    int64_t started_us;
    int64_t next_start_us;
    int64_t backoff_us;
};

struct supervisor {
    struct config *config;
    const char *config_path; /* absolute, or NULL */
    struct database *database;
    struct role_child children[CHILDREN];
    int signals;
    bool is_stopping;
    bool must_reload;
};

static void take_signals(struct supervisor *supervisor)
{
    struct signalfd_siginfo info;
    while (read(supervisor->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            supervisor->must_reload = true;
        else if (info.ssi_signo != SIGCHLD)
            supervisor->is_stopping = true;
    }
}

/* The child reads the private cluster's address from its environment, and is not to speak to the
 * service manager. */
static void set_environment(const struct supervisor *supervisor, const struct role_child *child)
{
    struct buf conninfo;
    buf_init(&conninfo);
    if (database_role_conninfo(supervisor->database, child->database_role, &conninfo))
        setenv("DEBRIEFD_DATABASE", buf_text(&conninfo), 1);
    buf_finish(&conninfo);
}

static void start_child(struct supervisor *supervisor, struct role_child *child)
{
    const char *argv[] = {"/proc/self/exe", child->role, "--config", supervisor->config_path, NULL};
    if (supervisor->config_path == NULL)
        argv[2] = NULL;
    struct child_options options = {.argv = argv, .death_signal = SIGTERM, .owns_group = true};
    struct error err;
    set_environment(supervisor, child);
    child->started_us = clock_monotonic_us();
    if (child_start(&options, &child->pid, &err)) {
        log_info("child_started", "child=%s pid=%d", child->role, (int)child->pid);
        return;
    }
    child->pid = 0;
    child->next_start_us = child->started_us + child->backoff_us;
    log_error("child_not_started", "child=%s error=%s", child->role, log_quote(err.message).text);
}

static void reap(struct role_child *child)
{
    int status;
    if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
        return;
    int64_t now_us = clock_monotonic_us();
    bool was_stable = now_us - child->started_us > STABLE_US;
    child->backoff_us = was_stable ? BACKOFF_FIRST : child->backoff_us * 2;
    if (child->backoff_us > BACKOFF_LAST)
        child->backoff_us = BACKOFF_LAST;
    child->next_start_us = now_us + child->backoff_us;
    log_warn("child_ended", "child=%s status=%d signal=%d", child->role,
             WIFEXITED(status) ? WEXITSTATUS(status) : -1,
             WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    child->pid = 0;
}

static void keep_cluster(struct supervisor *supervisor)
{
    struct private_cluster *cluster = database_cluster(supervisor->database);
    if (cluster == NULL || private_cluster_is_running(cluster))
        return;
    struct error err;
    log_warn("cluster_ended", "");
    if (!database_revive(supervisor->database, &err))
        log_error("cluster_not_started", "error=%s", log_quote(err.message).text);
    else
        log_info("cluster_revived", "");
}

static void reload(struct supervisor *supervisor)
{
    supervisor->must_reload = false;
    for (size_t i = 0; i < CHILDREN; i++)
        if (supervisor->children[i].pid > 0)
            kill(supervisor->children[i].pid, SIGHUP);
}

static void tell(bool done, const struct error *err)
{
    if (!done)
        log_warn("service_manager_not_told", "error=%s", log_quote(err->message).text);
}

static void pat_watchdog(const struct supervisor *supervisor)
{
    struct error err;
    if (supervisor->config->process.watchdog)
        tell(notify_watchdog(&err), &err);
}

static void supervise(struct supervisor *supervisor)
{
    struct pollfd poller = {.fd = supervisor->signals, .events = POLLIN};
    while (!supervisor->is_stopping) {
        keep_cluster(supervisor);
        int64_t now_us = clock_monotonic_us();
        for (size_t i = 0; i < CHILDREN; i++) {
            struct role_child *child = &supervisor->children[i];
            reap(child);
            if (child->pid == 0 && now_us >= child->next_start_us)
                start_child(supervisor, child);
        }
        pat_watchdog(supervisor);
        if (poll(&poller, 1, (int)(TURN_US / 1000)) > 0)
            take_signals(supervisor);
        if (supervisor->must_reload)
            reload(supervisor);
    }
}

/* serve first: what it acknowledged stays, and work may finish the run it is in. */
static void stop_children(struct supervisor *supervisor)
{
    int64_t patience_us = supervisor->config->process.drain_deadline_us + GRACE_US;
    for (size_t i = 0; i < CHILDREN; i++)
        if (supervisor->children[i].pid > 0)
            kill(supervisor->children[i].pid, SIGTERM);
    for (size_t i = 0; i < CHILDREN; i++) {
        struct role_child *child = &supervisor->children[i];
        struct error err;
        int status;
        if (child->pid == 0 || child_wait(child->pid, patience_us, &status, &err))
            continue;
        log_error("child_killed", "child=%s", child->role);
        kill(child->pid, SIGKILL);
        if (!child_wait(child->pid, GRACE_US, &status, &err))
            log_error("child_not_reaped", "child=%s error=%s", child->role,
                      log_quote(err.message).text);
    }
}

static bool migrate(const struct supervisor *supervisor, struct error *err)
{
    struct session *session;
    struct migrate_sources sources = {sql_migrations, sql_functions};
    struct migrate_outcome outcome;
    if (!database_session(supervisor->database, &session, err))
        return false;
    bool migrated = migrate_run(session, &sources, &outcome, err);
    session_close(session);
    if (migrated)
        log_info("migrated", "version=%d applied=%d functions_replaced=%s", outcome.version,
                 outcome.applied, outcome.functions_replaced ? "yes" : "no");
    return migrated;
}

static bool open_signals(struct supervisor *supervisor)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaddset(&set, numbers[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    supervisor->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return supervisor->signals >= 0;
}

/* The variables are this process's own: its children would answer for it. */
static void tell_ready(void)
{
    struct error err;
    tell(notify_ready(&err), &err);
}

static int run(struct supervisor *supervisor)
{
    struct error err;
    bool is_private = supervisor->config->database.conninfo[0] == '\0';
    if (!open_signals(supervisor) ||
        !database_open(supervisor->config, &supervisor->database, &err) ||
        (is_private && !migrate(supervisor, &err))) {
        log_error("not_started", "error=%s",
                  supervisor->signals < 0 ? "signalfd" : log_quote(err.message).text);
        database_close(supervisor->database);
        return EXIT_CODE_FAILURE;
    }
    database_share(supervisor->database);
    tell_ready();
    supervise(supervisor);
    log_info("stopping", "");
    tell(notify_stopping(&err), &err);
    stop_children(supervisor);
    database_close(supervisor->database);
    log_info("stopped", "");
    return EXIT_CODE_SUCCESS;
}

int role_run(struct config *config, const struct role_call *call)
{
    log_set_role("run");
    char *path = call->config_path != NULL ? realpath(call->config_path, NULL) : NULL;
    struct supervisor supervisor = {
        .config = config,
        .config_path = path,
        .children =
            {{.role = "serve", .database_role = "debriefd_serve", .backoff_us = BACKOFF_FIRST},
             {.role = "work", .database_role = "debriefd_work", .backoff_us = BACKOFF_FIRST},
             {.role = "send", .database_role = "debriefd_send", .backoff_us = BACKOFF_FIRST}},
    };
    int code = run(&supervisor);
    if (supervisor.signals > 0)
        close(supervisor.signals);
    free(path);
    return code;
}

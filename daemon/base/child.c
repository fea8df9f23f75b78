#include <debriefd/child.h>

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/privileges.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_INTERVAL_US 5000

static void reset_signals(void)
{
    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        signal(signal_number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool reset_descriptors(int output_fd)
{
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0 &&
           (output_fd == 0 || dup2(output_fd, STDOUT_FILENO) >= 0) &&
           close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

/* The death signal is forgotten when credentials change, so it comes after; a parent that died
 * before it was set shows as another parent. */
static bool prepare(const struct child_options *options, pid_t parent, struct error *err)
{
    reset_signals();
    if (options->user != NULL && !privileges_drop(options->user, err))
        return false;
    if (options->owns_group && setpgid(0, 0) != 0)
        return error_set_errno(err, errno, "cannot make a process group");
    if (options->death_signal != 0 &&
        (prctl(PR_SET_PDEATHSIG, options->death_signal) != 0 || getppid() != parent))
        return error_set(err, ERR_SYSTEM, "the parent process is gone");
    if (!reset_descriptors(options->output_fd) || chdir("/") != 0)
        return error_set_errno(err, errno, "cannot prepare descriptors");
    return true;
}

static _Noreturn void become(const struct child_options *options, pid_t parent, int report_fd)
{
    struct error err = {0};
    if (prepare(options, parent, &err)) {
        /* execv's signature predates const; it does not write to the strings (POSIX.1-2017). */
        char *const *argv = (char *const *)(uintptr_t)options->argv;
        execv(argv[0], argv);
        error_set_errno(&err, errno, "cannot execute %s", argv[0]);
    }
    ssize_t written = write(report_fd, &err, sizeof err);
    _exit(written == (ssize_t)sizeof err ? 127 : 126);
}

/* The report pipe closes by itself when the program starts; anything in it is why it did not. */
static bool started(pid_t pid, int report_fd, struct error *err)
{
    struct error reported;
    ssize_t length;
    do
        length = read(report_fd, &reported, sizeof reported);
    while (length < 0 && errno == EINTR);
    if (length == 0)
        return true;
    waitpid(pid, NULL, 0);
    if (length != (ssize_t)sizeof reported)
        return error_set(err, ERR_SYSTEM, "a child process ended before its program");
    *err = reported;
    return false;
}

bool child_start(const struct child_options *options, pid_t *pid, struct error *err)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return error_set_errno(err, errno, "cannot make a pipe");
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0)
        become(options, parent, report[1]);
    close(report[1]);
    bool is_started = child > 0 ? started(child, report[0], err)
                                : error_set_errno(err, errno, "cannot start a process");
    close(report[0]);
    if (is_started)
        *pid = child;
    return is_started;
}

bool child_wait(pid_t pid, int64_t timeout_us, int *status, struct error *err)
{
    int64_t deadline_us = clock_monotonic_us() + timeout_us;
    for (;;) {
        pid_t ended = waitpid(pid, status, WNOHANG);
        if (ended == pid)
            return true;
        if (ended < 0 && errno == ECHILD) {
            *status = -1;
            return true;
        }
        if (clock_monotonic_us() >= deadline_us)
            return error_set(err, ERR_TIMEOUT, "process %d still runs", (int)pid);
        usleep(POLL_INTERVAL_US);
    }
}

bool child_run(const struct child_options *options, int64_t timeout_us, struct error *err)
{
    pid_t pid;
    int status;
    if (!child_start(options, &pid, err))
        return false;
    if (!child_wait(pid, timeout_us, &status, err)) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return false;
    }
    if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return error_set(err, ERR_SYSTEM, "%s failed with status %d", options->argv[0], status);
}

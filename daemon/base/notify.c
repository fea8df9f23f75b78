#include <debriefd/notify.h>

#include <debriefd/clock.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* "@name" is an abstract socket: a NUL byte instead of the at sign, and no NUL at the end. */
static bool parse_address(const char *text, struct sockaddr_un *address, socklen_t *length,
                          struct error *err)
{
    size_t size = strlen(text);
    if ((text[0] != '/' && text[0] != '@') || size < 2 || size >= sizeof address->sun_path)
        return error_set(err, ERR_SYSTEM, "NOTIFY_SOCKET is no socket address");
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, text, size);
    bool abstract = text[0] == '@';
    if (abstract)
        address->sun_path[0] = '\0';
    *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (abstract ? 0 : 1));
    return true;
}

static bool send_state(const char *state, struct error *err)
{
    const char *name = getenv("NOTIFY_SOCKET");
    if (name == NULL || name[0] == '\0')
        return true;
    struct sockaddr_un address;
    socklen_t length = 0;
    if (!parse_address(name, &address, &length, err))
        return false;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot make a notification socket");
    ssize_t sent =
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
    int failure = sent < 0 ? errno : 0;
    close(fd);
    return failure == 0 || error_set_errno(err, failure, "cannot notify the service manager");
}

bool notify_ready(struct error *err)
{
    return send_state("READY=1", err);
}

bool notify_reloading(struct error *err)
{
    char state[80];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)clock_monotonic_us());
    return send_state(state, err);
}

bool notify_stopping(struct error *err)
{
    return send_state("STOPPING=1", err);
}

bool notify_watchdog(struct error *err)
{
    return send_state("WATCHDOG=1", err);
}

/* A variable that is all decimal digits, or -1. */
static int64_t number_from_environment(const char *name)
{
    const char *text = getenv(name);
    if (text == NULL)
        return -1;
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits < 19 && text[digits] == '\0' ? strtoll(text, NULL, 10) : -1;
}

int64_t notify_watchdog_us(void)
{
    int64_t pid = number_from_environment("WATCHDOG_PID");
    int64_t interval_us = number_from_environment("WATCHDOG_USEC");
    bool ours = getenv("WATCHDOG_PID") == NULL || pid == getpid();
    return ours && interval_us > 0 ? interval_us : 0;
}

bool notify_listen_fds(int *count, struct error *err)
{
    int64_t passed = number_from_environment("LISTEN_FDS");
    if (passed <= 0 || number_from_environment("LISTEN_PID") != getpid()) {
        *count = 0;
        return true;
    }
    if (passed > INT_MAX - NOTIFY_FIRST_FD)
        return error_set(err, ERR_SYSTEM, "LISTEN_FDS is too large");
    for (int fd = NOTIFY_FIRST_FD; fd < NOTIFY_FIRST_FD + (int)passed; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0)
            return error_set_errno(err, errno, "socket %d of LISTEN_FDS", fd);
    }
    *count = (int)passed;
    return true;
}

#include "suite.h"

#include <debriefd/clock.h>
#include <debriefd/notify.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* A bound datagram socket; `name` in NOTIFY_SOCKET's notation is put into the environment. */
static int bind_manager(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    else
        length++;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (const struct sockaddr *)&address,
                               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                          0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static const char *receive(int fd)
{
    static char text[600];
    ssize_t length = recv(fd, text, sizeof text - 1, 0);
    text[length > 0 ? length : 0] = '\0';
    return text;
}

static void check_states(const char *name)
{
    int fd = bind_manager(name);
    struct error err;
    CU_ASSERT(notify_ready(&err));
    CU_ASSERT_STRING_EQUAL(receive(fd), "READY=1");
    CU_ASSERT(notify_stopping(&err));
    CU_ASSERT_STRING_EQUAL(receive(fd), "STOPPING=1");
    CU_ASSERT(notify_watchdog(&err));
    CU_ASSERT_STRING_EQUAL(receive(fd), "WATCHDOG=1");
    int64_t before_us = clock_monotonic_us();
    CU_ASSERT(notify_reloading(&err));
    long long said_us = 0;
    CU_ASSERT_EQUAL(sscanf(receive(fd), "RELOADING=1\nMONOTONIC_USEC=%lld", &said_us), 1);
    CU_ASSERT(said_us >= before_us && said_us <= clock_monotonic_us());
    close(fd);
    unsetenv("NOTIFY_SOCKET");
}

static void states_reach_a_path_socket(void)
{
    char name[80];
    snprintf(name, sizeof name, "/tmp/debriefd-notify-%d", (int)getpid());
    check_states(name);
    unlink(name);
}

static void states_reach_an_abstract_socket(void)
{
    char name[80];
    snprintf(name, sizeof name, "@debriefd-notify-%d", (int)getpid());
    check_states(name);
}

static void without_a_manager_nothing_happens(void)
{
    struct error err;
    unsetenv("NOTIFY_SOCKET");
    CU_ASSERT(notify_ready(&err));
    setenv("NOTIFY_SOCKET", "", 1);
    CU_ASSERT(notify_ready(&err));
    unsetenv("NOTIFY_SOCKET");
}

static void a_bad_address_is_an_error(void)
{
    char long_name[200];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = {"relative", "@", "/nonexistent/socket", long_name};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error err = {0};
        setenv("NOTIFY_SOCKET", names[i], 1);
        CU_ASSERT_FALSE(notify_ready(&err));
        CU_ASSERT_EQUAL(err.code, ERR_SYSTEM);
    }
    unsetenv("NOTIFY_SOCKET");
}

static void set_pid(const char *name, pid_t pid)
{
    char text[24];
    snprintf(text, sizeof text, "%d", (int)pid);
    setenv(name, text, 1);
}

static void watchdog_interval_is_for_its_process(void)
{
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
    CU_ASSERT_EQUAL(notify_watchdog_us(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    CU_ASSERT_EQUAL(notify_watchdog_us(), 30000000);
    set_pid("WATCHDOG_PID", getpid());
    CU_ASSERT_EQUAL(notify_watchdog_us(), 30000000);
    set_pid("WATCHDOG_PID", getppid());
    CU_ASSERT_EQUAL(notify_watchdog_us(), 0);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "30s", 1);
    CU_ASSERT_EQUAL(notify_watchdog_us(), 0);
    unsetenv("WATCHDOG_USEC");
}

/* In a child, whose descriptors from 3 on are its own to arrange. 0 when all is as promised. */
static int check_listen_fds_in_child(void)
{
    struct error err;
    int count = -1;
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
        return 1;
    if (dup2(sockets[0], NOTIFY_FIRST_FD + 20) < 0 || dup2(NOTIFY_FIRST_FD + 20, 3) < 0 ||
        dup2(NOTIFY_FIRST_FD + 20, 4) < 0)
        return 2;
    setenv("LISTEN_FDS", "2", 1);
    set_pid("LISTEN_PID", getppid());
    if (!notify_listen_fds(&count, &err) || count != 0 || (fcntl(3, F_GETFD) & FD_CLOEXEC) != 0)
        return 3;
    set_pid("LISTEN_PID", getpid());
    if (!notify_listen_fds(&count, &err) || count != 2)
        return 4;
    if ((fcntl(3, F_GETFD) & FD_CLOEXEC) == 0 || (fcntl(4, F_GETFD) & FD_CLOEXEC) == 0)
        return 5;
    setenv("LISTEN_FDS", "900", 1);
    if (notify_listen_fds(&count, &err) || err.code != ERR_SYSTEM || count != 2)
        return 6;
    setenv("LISTEN_FDS", "9999999999", 1);
    return notify_listen_fds(&count, &err) ? 7 : 0;
}

static void passed_sockets_are_counted_and_kept_from_children(void)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        exit(check_listen_fds_in_child());
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status));
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

static void no_sockets_is_no_error(void)
{
    struct error err;
    int count = -1;
    unsetenv("LISTEN_FDS");
    CU_ASSERT(notify_listen_fds(&count, &err));
    CU_ASSERT_EQUAL(count, 0);
}

static const struct suite_test tests[] = {
    {"states reach a path socket", states_reach_a_path_socket},
    {"states reach an abstract socket", states_reach_an_abstract_socket},
    {"without a manager nothing happens", without_a_manager_nothing_happens},
    {"a bad address is an error", a_bad_address_is_an_error},
    {"watchdog interval is for its process", watchdog_interval_is_for_its_process},
    {"passed sockets are counted and kept from children",
     passed_sockets_are_counted_and_kept_from_children},
    {"no sockets is no error", no_sockets_is_no_error},
    {NULL, NULL},
};

int main(void)
{
    return suite_run("notify", tests);
}

#include "server_private.h"

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTEN_BACKLOG  4096
#define ACCEPT_PAUSE_US 50000

static struct evconnlistener *handle_of(const struct listener *listener)
{
    return evhttp_bound_socket_get_listener(listener->bound);
}

void listener_pause(struct server *server)
{
    if (server->paused)
        return;
    server->paused = true;
    server->counters.listener_pauses++;
    struct timeval pause = clock_timeval(ACCEPT_PAUSE_US);
    evtimer_add(server->resume, &pause);
    for (size_t i = 0; i < server->listener_count; i++)
        evconnlistener_disable(handle_of(&server->listeners[i]));
}

void listener_resume(struct server *server)
{
    if (!server->paused)
        return;
    server->paused = false;
    evtimer_del(server->resume);
    for (size_t i = 0; i < server->listener_count; i++)
        evconnlistener_enable(handle_of(&server->listeners[i]));
}

void listener_try_resume(struct server *server)
{
    struct timeval pause = clock_timeval(ACCEPT_PAUSE_US);
    connection_adopt_all(server);
    if (connection_has_room(server))
        listener_resume(server);
    else
        evtimer_add(server->resume, &pause);
}

/* The argument of a listener's callbacks is evhttp's own, so the server is found by the listener.
 */
static TAILQ_HEAD(server_list, server) servers = TAILQ_HEAD_INITIALIZER(servers);

static struct server *server_of(struct evconnlistener *handle)
{
    struct server *server;
    TAILQ_FOREACH(server, &servers, link)
    for (size_t i = 0; i < server->listener_count; i++)
        if (handle_of(&server->listeners[i]) == handle)
            return server;
    return NULL;
}

/* accept(2) fails without taking the connection off the queue, so an enabled listener would spin.
 * Out of descriptors, one slow client gives way; else the listeners rest for a moment. */
static void on_accept_error(struct evconnlistener *handle, void *context)
{
    int reason = EVUTIL_SOCKET_ERROR();
    (void)context;
    struct server *server = server_of(handle);
    assert(server != NULL);
    int64_t now = clock_monotonic_us();
    if (now - server->last_accept_warning_us >= CLOCK_SECOND_US) {
        server->last_accept_warning_us = now;
        log_warn("http_accept_failed", "open=%zu reason=%s", server->counters.open,
                 log_quote(strerror(reason)).text);
    }
    connection_adopt_all(server);
    if ((reason == EMFILE || reason == ENFILE) && connection_make_room(server))
        return;
    listener_pause(server);
}

static bool set_option(int fd, int level, int option, struct error *err)
{
    int on = 1;
    if (setsockopt(fd, level, option, &on, sizeof on) == 0)
        return true;
    return error_set_errno(err, errno, "cannot set an option of a listening socket");
}

static bool prepare_tcp(int fd, const struct server_options *options, int family, struct error *err)
{
    if (!set_option(fd, SOL_SOCKET, SO_REUSEADDR, err))
        return false;
    if (options->reuse_port && !set_option(fd, SOL_SOCKET, SO_REUSEPORT, err))
        return false;
    if (family == AF_INET6 && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, err))
        return false;
    /* Accepted sockets inherit it: a small event of a stream must not wait for an ACK. */
    return set_option(fd, IPPROTO_TCP, TCP_NODELAY, err);
}

static bool adopt_socket(struct server *server, int fd, const char *unix_path, struct error *err)
{
    if (server->listener_count == SERVER_LISTENERS_MAX)
        return error_set(err, ERR_INVALID, "more than %d listening sockets", SERVER_LISTENERS_MAX);
    struct evconnlistener *handle =
        evconnlistener_new(server->base, NULL, NULL, LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE,
                           LISTEN_BACKLOG, fd);
    if (handle == NULL)
        return error_set_errno(err, errno, "cannot listen");
    struct listener *listener = &server->listeners[server->listener_count++];
    listener->bound = evhttp_bind_listener(server->http, handle);
    listener->unix_path = unix_path != NULL ? xstrdup(unix_path) : NULL;
    evconnlistener_set_error_cb(handle, on_accept_error);
    return true;
}

static bool bind_address(struct server *server, const struct sockaddr *address, socklen_t length,
                         const char *unix_path, struct error *err)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_set_errno(err, errno, "cannot make a socket");
    bool ready =
        address->sa_family == AF_UNIX || prepare_tcp(fd, &server->options, address->sa_family, err);
    if (ready && bind(fd, address, length) != 0)
        ready = error_set_errno(err, errno, "cannot bind");
    if (ready && adopt_socket(server, fd, unix_path, err))
        return true;
    close(fd);
    return false;
}

static bool listen_unix(struct server *server, const char *path, struct error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path)
        return error_set(err, ERR_INVALID, "the socket path is empty or too long");
    memcpy(address.sun_path, path, length + 1);
    unlink(path);
    return bind_address(server, (const struct sockaddr *)&address, sizeof address, path, err);
}

static bool listen_tcp(struct server *server, const char *text, struct error *err)
{
    struct sockaddr_storage address = {0};
    int length = sizeof address;
    const char *colon = strrchr(text, ':');
    bool complete = colon != NULL && colon[1] != '\0' &&
                    colon[1 + strspn(colon + 1, "0123456789")] == '\0' &&
                    strtol(colon + 1, NULL, 10) <= UINT16_MAX;
    char host[64];
    snprintf(host, sizeof host, "%s", text);
    bool any_port = complete && strtol(colon + 1, NULL, 10) == 0;
    /* evutil_parse_sockaddr_port refuses port 0, so that one is parsed without its port. */
    if (any_port && (size_t)(colon - text) < sizeof host)
        host[colon - text] = '\0';
    if (!complete || evutil_parse_sockaddr_port(host, (struct sockaddr *)&address, &length) != 0)
        return error_set(err, ERR_INVALID, "\"%s\" is not ADDRESS:PORT or unix:PATH", text);
    return bind_address(server, (struct sockaddr *)&address, (socklen_t)length, NULL, err);
}

static bool listen_on(struct server *server, const char *text, struct error *err)
{
    if (strncmp(text, "unix:", 5) == 0)
        return listen_unix(server, text + 5, err);
    return listen_tcp(server, text, err);
}

static bool listen_on_list(struct server *server, const char *list, struct error *err)
{
    char *copy = xstrdup(list);
    char *rest = copy;
    bool listening = true;
    while (listening && rest != NULL) {
        char *item = strsep(&rest, ",");
        item += strspn(item, " ");
        item[strcspn(item, " ")] = '\0';
        if (item[0] != '\0')
            listening = listen_on(server, item, err);
    }
    free(copy);
    return listening;
}

bool listener_open_all(struct server *server, struct error *err)
{
    TAILQ_INSERT_TAIL(&servers, server, link);
    const struct server_options *options = &server->options;
    for (size_t i = 0; i < options->listen_fd_count; i++) {
        int fd = options->listen_fds[i];
        evutil_make_socket_nonblocking(fd);
        evutil_make_socket_closeonexec(fd);
        if (!adopt_socket(server, fd, NULL, err))
            return false;
    }
    return listen_on_list(server, options->listen, err);
}

void listener_close_all(struct server *server)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        struct listener *listener = &server->listeners[i];
        evhttp_del_accept_socket(server->http, listener->bound);
        if (listener->unix_path != NULL)
            unlink(listener->unix_path);
        free(listener->unix_path);
    }
    server->listener_count = 0;
}

void listener_forget(struct server *server)
{
    listener_close_all(server);
    TAILQ_REMOVE(&servers, server, link);
}

uint16_t server_port(const struct server *server)
{
    for (size_t i = 0; i < server->listener_count; i++) {
        struct sockaddr_storage address = {0};
        socklen_t length = sizeof address;
        int fd = evhttp_bound_socket_get_fd(server->listeners[i].bound);
        if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
            continue;
        if (address.ss_family == AF_INET)
            return ntohs(((const struct sockaddr_in *)&address)->sin_port);
        if (address.ss_family == AF_INET6)
            return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
    }
    return 0;
}

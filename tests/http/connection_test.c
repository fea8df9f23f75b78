#include "fixture.h"
#include "suite.h"

#include <debriefd/clock.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Deadlines, limits and the end of a server. Each test has a server of its own. */

#define GET  "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
#define LAST "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

static struct server_options short_deadlines(void)
{
    struct server_options options = server_options_default();
    options.header_deadline_us = 2 * CLOCK_SECOND_US;
    options.body_deadline_us = 2 * CLOCK_SECOND_US;
    options.idle_timeout_us = 2 * CLOCK_SECOND_US;
    options.response_deadline_us = 2 * CLOCK_SECOND_US;
    return options;
}

static bool answers(void)
{
    struct client_reply reply = client_ask(LAST, 10000);
    bool answered = client_status(&reply) == 200;
    client_free(&reply);
    return answered;
}

/* Sends a byte each 100 ms; the milliseconds until the server closes, or -1 after 20 s. */
static int64_t drip(const char *first, const char *byte)
{
    int fd = client_connect();
    int64_t start = client_now_ms();
    int64_t lasted = -1;
    client_send_text(fd, first);
    while (lasted < 0 && client_now_ms() - start < 20000) {
        struct client_reply reply = client_read(fd, 100);
        if (reply.end == CLIENT_CLOSED)
            lasted = client_now_ms() - start;
        client_free(&reply);
        client_send_text(fd, byte);
    }
    close(fd);
    return lasted;
}

static void check_deadline(int64_t lasted_ms, enum server_kill reason)
{
    CU_ASSERT(lasted_ms >= 1900);
    CU_ASSERT(lasted_ms < 15000);
    client_sleep_ms(100);
    CU_ASSERT_EQUAL(fixture->killed[reason], 1);
}

static void deadlines(void)
{
    struct server_options options = short_deadlines();
    fixture_start(&options);
    check_deadline(drip("GET /hello HTTP/1.1\r\nX-A: ", "a"), SERVER_KILL_HEADER);
    check_deadline(drip("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "b"),
                   SERVER_KILL_BODY);
    check_deadline(drip(GET, ""), SERVER_KILL_IDLE);
    CU_ASSERT(answers());
    CU_ASSERT_EQUAL(fixture_stop(), 0);
}

/* A reply or a stream that is not taken ends with the response deadline, not with memory. */
static void slow_reader_of(const char *request)
{
    int fd = client_connect();
    int small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    uint64_t before = fixture->killed[SERVER_KILL_RESPONSE];
    client_send_text(fd, request);
    for (int i = 0; i < 1500 && fixture->killed[SERVER_KILL_RESPONSE] == before; i++)
        client_sleep_ms(10);
    CU_ASSERT_EQUAL(fixture->killed[SERVER_KILL_RESPONSE], before + 1);
    close(fd);
}

static void slow_readers(void)
{
    struct server_options options = short_deadlines();
    fixture_start(&options);
    slow_reader_of("GET /big/20000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    slow_reader_of("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < 500 && fixture->closed_calls == 0; i++)
        client_sleep_ms(10);
    CU_ASSERT_EQUAL(fixture->closed_calls, 1);
    CU_ASSERT_EQUAL(fixture_stop(), 0);
}

static void hold(int *fds, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++) {
        fds[i] = client_connect();
        client_send_text(fds[i], text);
    }
}

static void release(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
}

/* At the cap, half-open connections give way to whoever asks something. */
static void cap_evicts_half_open(void)
{
    int fds[30];
    struct server_options options = server_options_default();
    options.max_connections = 20;
    fixture_start(&options);
    hold(fds, 30, "GET /hello HTTP/1.1\r\nX-A: a");
    CU_ASSERT(answers());
    client_sleep_ms(100);
    CU_ASSERT(fixture->killed[SERVER_KILL_ROOM] >= 10);
    CU_ASSERT(fixture->open <= 20);
    release(fds, 30);
    CU_ASSERT_EQUAL(fixture_stop(), 0);
}

/* When every connection is being answered, newcomers wait until one is done. */
static void cap_pauses_when_all_are_busy(void)
{
    int fds[8];
    struct server_options options = server_options_default();
    options.max_connections = 4;
    fixture_start(&options);
    hold(fds, 8, "GET /later/600 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    for (size_t i = 0; i < 8; i++) {
        struct client_reply reply = client_read(fds[i], 20000);
        CU_ASSERT_EQUAL(client_status(&reply), 200);
        client_free(&reply);
    }
    CU_ASSERT(fixture->pauses >= 1);
    CU_ASSERT_EQUAL(fixture->killed[SERVER_KILL_ROOM], 0);
    release(fds, 8);
    CU_ASSERT_EQUAL(fixture_stop(), 0);
}

/* Without a free descriptor the server neither spins nor forgets its listeners. */
static void out_of_descriptors(void)
{
    int fds[60];
    struct server_options options = server_options_default();
    fixture->descriptors = 40;
    fixture_start(&options);
    hold(fds, 60, "GET /later/1500 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    client_sleep_ms(200);
    uint64_t before_us = fixture->cpu_us;
    client_sleep_ms(1000);
    CU_ASSERT(fixture->cpu_us - before_us < 300000);
    CU_ASSERT(fixture->pauses >= 1);
    for (size_t i = 0; i < 60; i++) {
        struct client_reply reply = client_read(fds[i], 20000);
        CU_ASSERT_EQUAL(client_status(&reply), 200);
        client_free(&reply);
    }
    release(fds, 60);
    CU_ASSERT(answers());
    CU_ASSERT_EQUAL(fixture_stop(), 0);
}

#define HALF_OPEN 2000

static void many_half_open(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    size_t count = limit.rlim_cur > HALF_OPEN + 200 ? HALF_OPEN : (size_t)limit.rlim_cur / 2;
    int *fds = xcalloc_array(count, sizeof *fds);
    struct server_options options = server_options_default();
    fixture_start(&options);
    client_sleep_ms(300);
    long before_kb = fixture->rss_kb;
    hold(fds, count, "GET /hello HTTP/1.1\r\nX-A: a");
    CU_ASSERT(answers());
    client_sleep_ms(500);
    CU_ASSERT_EQUAL(fixture->open, count);
#if !defined(__SANITIZE_ADDRESS__)
    CU_ASSERT(fixture->rss_kb - before_kb < 64 * 1024 / 5); /* 64 MB for 10,000 */
#endif
    (void)before_kb;
    release(fds, count);
    free(fds);
    CU_ASSERT_EQUAL(fixture_stop(), 0);
}

/* What is in flight is answered, what is idle is closed, nothing new is let in. */
static void drain(void)
{
    struct server_options options = server_options_default();
    fixture_start(&options);
    int busy = client_connect();
    int idle = client_connect();
    client_send_text(idle, GET);
    struct client_reply reply = client_read(idle, 300);
    CU_ASSERT_EQUAL(client_status(&reply), 200);
    CU_ASSERT_EQUAL(reply.end, CLIENT_SILENT);
    client_free(&reply);
    client_send_text(busy, "GET /later/1000 HTTP/1.1\r\nHost: a\r\n\r\n");
    client_sleep_ms(200);
    fixture_terminate();
    reply = client_read(idle, 10000);
    CU_ASSERT_EQUAL(reply.end, CLIENT_CLOSED);
    client_free(&reply);
    CU_ASSERT_EQUAL(client_connect(), -1);
    reply = client_read(busy, 10000);
    CU_ASSERT_EQUAL(client_status(&reply), 200);
    CU_ASSERT(strstr(reply.text, "Connection: close\r\n") != NULL);
    CU_ASSERT_EQUAL(reply.end, CLIENT_CLOSED);
    client_free(&reply);
    CU_ASSERT_EQUAL(fixture_wait(), 0);
    close(busy);
    close(idle);
}

/* The server ends with requests in handlers' hands and streams under way. */
static void destroy_with_requests_in_flight(void)
{
    struct server_options options = server_options_default();
    fixture->destroy_at_once = 1;
    fixture_start(&options);
    int fds[12];
    hold(fds, 4, "POST /later/500 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    hold(fds + 4, 4, "GET /later/500 HTTP/1.1\r\nHost: a\r\n\r\n");
    hold(fds + 8, 2, "GET /big/20000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    hold(fds + 10, 2, GET);
    client_sleep_ms(200);
    CU_ASSERT_EQUAL(fixture_stop(), 0);
    release(fds, 12);
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void several_sockets(void)
{
    char path[64];
    char listen_on[128];
    snprintf(path, sizeof path, "/tmp/debriefd-http-%d", (int)getpid());
    snprintf(listen_on, sizeof listen_on, "127.0.0.1:0, unix:%s", path);
    struct server_options options = server_options_default();
    options.listen = listen_on;
    options.reuse_port = true;
    fixture_start(&options);
    CU_ASSERT(answers());
    int fd = connect_unix(path);
    client_send_text(fd, "PUT /v1/waves/w/evaluations/e HTTP/1.1\r\nHost: a\r\n"
                         "Connection: close\r\n\r\n");
    struct client_reply reply = client_read(fd, 10000);
    CU_ASSERT(strstr(reply.text, "peer= user=") != NULL);
    client_free(&reply);
    close(fd);
    CU_ASSERT_EQUAL(fixture_stop(), 0);
    CU_ASSERT_EQUAL(access(path, F_OK), -1);
}

static void inherited_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL(listen(fd, 16), 0);
    struct server_options options = server_options_default();
    options.listen_fds = &fd;
    options.listen_fd_count = 1;
    fixture_start(&options);
    close(fd);
    CU_ASSERT(answers());
    CU_ASSERT_EQUAL(fixture_stop(), 0);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"deadlines", deadlines},
        {"slow readers", slow_readers},
        {"the cap evicts half-open connections", cap_evicts_half_open},
        {"the cap pauses when all are busy", cap_pauses_when_all_are_busy},
        {"out of descriptors", out_of_descriptors},
        {"many half-open connections", many_half_open},
        {"drain", drain},
        {"destroy with requests in flight", destroy_with_requests_in_flight},
        {"several sockets", several_sockets},
        {"an inherited socket", inherited_socket},
        {NULL, NULL},
    };
    fixture_init();
    return suite_run("http connections", tests);
}

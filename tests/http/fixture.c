#include "fixture.h"

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/problem.h>
#include <debriefd/reply.h>
#include <debriefd/secret.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture_shared *fixture;

static pid_t child;

/* The child's own state. */
static struct event_base *base;
static struct server *server;
static struct reply_body *cached;
static struct event *watch;
static struct event *terminate;
static int watch_turns;

static void hello(struct request *request)
{
    fixture->handler_calls++;
    request_reply(request, 200, "text/plain; charset=utf-8", "hello\n", 6);
}

static void smuggled(struct request *request)
{
    fixture->smuggled_calls++;
    hello(request);
}

static void echo(struct request *request)
{
    fixture->handler_calls++;
    size_t length;
    const char *body = request_body(request, &length);
    request_reply(request, 200, "application/octet-stream", body, length);
}

static void json_only(struct request *request)
{
    fixture->handler_calls++;
    if (request_require_json(request))
        request_reply_empty(request, 204);
}

static void evaluation(struct request *request)
{
    fixture->handler_calls++;
    struct buf body;
    buf_init(&body);
    buf_printf(&body, "wave=%s id=%s q=%s peer=%s user=%s", request_segment(request, "wave"),
               request_segment(request, "id"), request_query(request, "q"), request_peer(request),
               request_cookie(request, "user"));
    request_reply_buf(request, 200, "text/plain", &body);
}

static void close_wave(struct request *request)
{
    fixture->handler_calls++;
    struct buf body;
    buf_init(&body);
    buf_printf(&body, "closed=%s", request_segment(request, "wave"));
    request_reply_buf(request, 200, "text/plain", &body);
}

static void big(struct request *request)
{
    fixture->handler_calls++;
    size_t length = strtoul(request_segment(request, "size"), NULL, 10);
    struct buf body;
    buf_init(&body);
    for (size_t i = 0; i < length; i++)
        buf_append_char(&body, (char)('a' + i % 26));
    request_reply_buf(request, 200, "text/plain", &body);
}

static void serve_cached(struct request *request)
{
    fixture->handler_calls++;
    request_reply_cached(request, cached);
}

static void tagged(struct request *request)
{
    fixture->handler_calls++;
    if (!request_not_modified(request, "r42"))
        request_reply(request, 200, "text/plain", "tagged", 6);
}

static void guarded(struct request *request)
{
    fixture->handler_calls++;
    static const int statuses[] = {428, 200, 412};
    int status = statuses[request_if_match(request, "r42")];
    if (status == 200)
        request_reply_empty(request, 204);
    else
        request_problem(request, status, NULL, "The tag decides");
}

static void negotiate(struct request *request)
{
    static const char *const types[] = {"application/json", "text/csv", NULL};
    fixture->handler_calls++;
    int choice = request_accept(request, types);
    if (choice < 0)
        request_problem(request, 406, NULL, "JSON or CSV");
    else
        request_reply(request, 200, types[choice], "x", 1);
}

static void reply_later(int fd, short what, void *context)
{
    (void)fd, (void)what;
    struct request *request = context;
    struct event *timer = request_user(request);
    size_t length;
    const char *body = request_body(request, &length); /* must outlive the connection */
    char copy[64] = "later ";
    size_t used = length < 32 ? length : 32;
    memcpy(copy + 6, body, used);
    event_free(timer);
    request_reply(request, 200, "text/plain", copy, 6 + used);
}

static void later(struct request *request)
{
    fixture->handler_calls++;
    struct event *timer = event_new(base, -1, 0, reply_later, request);
    request_set_user(request, timer);
    struct timeval delay = clock_timeval(strtol(request_segment(request, "ms"), NULL, 10) * 1000);
    event_add(timer, &delay);
}

struct stream {
    long left;
    char piece[1000];
};

static void stream_more(struct request *request, void *context)
{
    struct stream *stream = context;
    if (stream->left-- > 0)
        request_stream_write(request, stream->piece, sizeof stream->piece);
    else
        request_stream_end(request);
}

static void stream_closed(struct request *request, void *context)
{
    (void)context;
    fixture->closed_calls++;
    request_stream_end(request);
}

static void stream(struct request *request)
{
    fixture->handler_calls++;
    struct stream *state = request_alloc(request, sizeof *state);
    state->left = strtol(request_segment(request, "pieces"), NULL, 10);
    memset(state->piece, 's', sizeof state->piece);
    request_stream_start(request, 200, "text/plain", stream_more, stream_closed, state);
    if (request_method(request) == METHOD_HEAD)
        request_stream_end(request);
    else
        stream_more(request, state);
}

/* Says one thing and then nothing, like a feed of rare events. */
static void events(struct request *request)
{
    fixture->handler_calls++;
    request_stream_start(request, 200, "text/event-stream", NULL, stream_closed, NULL);
    request_stream_write(request, ": hello\n\n", 9);
}

/* Writes far more than a socket buffer holds at once. */
static void flood(struct request *request)
{
    fixture->handler_calls++;
    static char piece[1 << 20];
    request_stream_start(request, 200, "application/octet-stream", NULL, stream_closed, NULL);
    for (int i = 0; i < 16; i++)
        request_stream_write(request, piece, sizeof piece);
}

static void fail(struct request *request)
{
    fixture->handler_calls++;
    struct error err;
    error_set(&err, ERR_INTERNAL, "secret detail of the server");
    request_problem_error(request, &err);
}

static void unavailable(struct request *request)
{
    fixture->handler_calls++;
    struct error err;
    error_set(&err, ERR_UNAVAILABLE, "the queue is full");
    request_problem_error(request, &err);
}

static void violate(struct request *request)
{
    fixture->handler_calls++;
    struct violations violations;
    violations_init(&violations);
    violations_add(&violations, "/answers/A", "out_of_range", "the rating \"6\" is above 5");
    violations_add(&violations, "", "missing", "language is missing");
    request_problem_violations(request, &violations);
    violations_finish(&violations);
}

static void strict_query(struct request *request)
{
    static const char *const names[] = {"a", "b", NULL};
    fixture->handler_calls++;
    struct error err;
    if (request_query_expect(request, names, &err))
        request_reply_empty(request, 204);
    else
        request_problem(request, 400, "query", "%s", err.message);
}

static const struct route routes[] = {
    {METHOD_GET, "/hello", hello, NULL},
    {METHOD_GET, "/smuggled", smuggled, NULL},
    {METHOD_POST, "/smuggled", smuggled, NULL},
    {METHOD_POST, "/echo", echo, NULL},
    {METHOD_PUT, "/echo", echo, NULL},
    {METHOD_PATCH, "/echo", echo, NULL},
    {METHOD_DELETE, "/echo", hello, NULL},
    {METHOD_POST, "/json", json_only, NULL},
    {METHOD_PUT, "/v1/waves/{wave}/evaluations/{id}", evaluation, NULL},
    {METHOD_GET, "/v1/waves/{wave}/evaluations/{id}", evaluation, NULL},
    {METHOD_POST, "/v1/waves/{wave}:close", close_wave, NULL},
    {METHOD_GET, "/big/{size}", big, NULL},
    {METHOD_GET, "/cached", serve_cached, NULL},
    {METHOD_GET, "/tagged", tagged, NULL},
    {METHOD_PUT, "/tagged", guarded, NULL},
    {METHOD_GET, "/negotiate", negotiate, NULL},
    {METHOD_GET, "/later/{ms}", later, NULL},
    {METHOD_POST, "/later/{ms}", later, NULL},
    {METHOD_GET, "/stream/{pieces}", stream, NULL},
    {METHOD_GET, "/events", events, NULL},
    {METHOD_GET, "/flood", flood, NULL},
    {METHOD_GET, "/fail", fail, NULL},
    {METHOD_GET, "/unavailable", unavailable, NULL},
    {METHOD_GET, "/violate", violate, NULL},
    {METHOD_GET, "/query", strict_query, NULL},
    {0},
};

static long resident_kb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL)
        return fixture->rss_kb; /* no descriptor left just now */
    if (fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void publish(void)
{
    struct server_counters counters = server_counters(server);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    for (int i = 0; i < SERVER_KILLS; i++)
        fixture->killed[i] = counters.killed[i];
    fixture->pauses = counters.listener_pauses;
    fixture->open = counters.open;
    fixture->in_flight = counters.in_flight;
    fixture->cpu_us = (uint64_t)((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                                 usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void on_watch(int fd, short what, void *context)
{
    (void)fd, (void)what, (void)context;
    publish();
    if (watch_turns++ % 10 == 0)
        fixture->rss_kb = resident_kb();
}

static void on_access(const struct server_access *access, void *context)
{
    (void)context;
    fixture->access_calls++;
    fixture->last_status = access->status;
}

static void on_drained(void *context)
{
    (void)context;
    event_base_loopbreak(base);
}

static void on_terminate(int fd, short what, void *context)
{
    (void)fd, (void)what, (void)context;
    if (fixture->destroy_at_once) {
        server_destroy(server);
        server = NULL;
        event_free(watch);
        watch = NULL;
        struct timeval second = {1, 0}; /* the late replies come after the server's end */
        event_base_loopexit(base, &second);
        return;
    }
    server_drain(server, on_drained, NULL);
}

static void make_cached(void)
{
    struct buf body;
    buf_init(&body);
    for (int i = 0; i < 100; i++)
        buf_append_text(&body, "{\"metric\":1},");
    cached = reply_body_create("application/json", "rev7", "no-cache", &body);
}

static void limit_descriptors(void)
{
    if (fixture->descriptors == 0)
        return;
    rlim_t count = (rlim_t)(int)fixture->descriptors;
    struct rlimit limit = {count, count};
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* At most this long after SIGTERM, so that a test of a drain that never ends fails instead. */
#define CHILD_ALARM_S 120

static int serve(const struct server_options *given)
{
    struct server_options options = *given;
    struct error err;
    if (options.listen[0] == '\0' && options.listen_fd_count == 0)
        options.listen = "127.0.0.1:0";
    options.on_access = on_access;
    signal(SIGPIPE, SIG_IGN);
    alarm(CHILD_ALARM_S);
    secret_init();
    base = server_base_create();
    make_cached();
    struct router *router = router_create();
    if (!router_add_table(router, routes, &err))
        return 3;
    server = server_create(base, &options, router, NULL, &err);
    if (server == NULL) {
        log_error("fixture", "message=%s", log_quote(err.message).text);
        return 4;
    }
    watch = event_new(base, -1, EV_PERSIST, on_watch, NULL);
    struct timeval turn = {0, 20000};
    event_add(watch, &turn);
    terminate = evsignal_new(base, SIGTERM, on_terminate, NULL);
    event_add(terminate, NULL);
    limit_descriptors();
    publish();
    fixture->port = server_port(server);
    event_base_dispatch(base);
    if (watch != NULL)
        event_free(watch);
    event_free(terminate);
    server_destroy(server);
    router_destroy(router);
    reply_body_unref(cached);
    event_base_free(base);
    return 0;
}

void fixture_init(void)
{
    if (fixture != NULL)
        return;
    fixture =
        mmap(NULL, sizeof *fixture, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert(fixture != MAP_FAILED);
}

void fixture_start(const struct server_options *options)
{
    if (fixture == NULL)
        fixture =
            mmap(NULL, sizeof *fixture, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert(fixture != MAP_FAILED);
    fixture->port = 0;
    fixture->handler_calls = 0;
    fixture->smuggled_calls = 0;
    fixture->closed_calls = 0;
    fixture->access_calls = 0;
    fflush(NULL);
    child = fork();
    assert(child >= 0);
    if (child == 0)
        exit(serve(options));
    for (int i = 0; i < 1000 && fixture->port == 0; i++)
        client_sleep_ms(10);
    assert(fixture->port != 0);
}

void fixture_terminate(void)
{
    kill(child, SIGTERM);
}

int fixture_wait(void)
{
    int status;
    waitpid(child, &status, 0);
    fixture->descriptors = 0;
    fixture->destroy_at_once = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int fixture_stop(void)
{
    fixture_terminate();
    return fixture_wait();
}

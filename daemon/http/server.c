#include <debriefd/server.h>

#include "request_private.h"
#include "server_private.h"

#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/problem.h>
#include <debriefd/secret.h>
#include <debriefd/xalloc.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX 100 /* lines of one request */

struct server_options server_options_default(void)
{
    return (struct server_options){
        .listen = "",
        .max_connections = 10000,
        .max_header_bytes = 16384,
        .max_body_bytes = 262144,
        .header_deadline_us = 15 * CLOCK_SECOND_US,
        .body_deadline_us = 60 * CLOCK_SECOND_US,
        .idle_timeout_us = 30 * CLOCK_SECOND_US,
        .response_deadline_us = 30 * CLOCK_SECOND_US,
    };
}

static enum http_method method_of(const struct evhttp_request *ev)
{
    switch (evhttp_request_get_command(ev)) {
    case EVHTTP_REQ_GET:
        return METHOD_GET;
    case EVHTTP_REQ_HEAD:
        return METHOD_HEAD;
    case EVHTTP_REQ_POST:
        return METHOD_POST;
    case EVHTTP_REQ_PUT:
        return METHOD_PUT;
    case EVHTTP_REQ_PATCH:
        return METHOD_PATCH;
    case EVHTTP_REQ_DELETE:
        return METHOD_DELETE;
    case EVHTTP_REQ_OPTIONS:
        return METHOD_OPTIONS;
    default:
        return METHOD_OTHER;
    }
}

static struct framing_verdict judge(struct evhttp_request *ev, enum http_method method)
{
    struct framing_header headers[HEADERS_MAX];
    size_t count = 0;
    struct evkeyval *field;
    TAILQ_FOREACH(field, evhttp_request_get_input_headers(ev), next)
    {
        if (count == HEADERS_MAX)
            return (struct framing_verdict){431, "There are too many header lines"};
        headers[count++] = (struct framing_header){field->key, field->value};
    }
    struct framing_head head = {method,  ev->major, ev->minor, evhttp_request_get_uri(ev),
                                headers, count};
    return framing_judge(&head);
}

/* Whatever follows on this connection cannot be trusted to be a request of its own. */
static void refuse(struct request *request, struct framing_verdict verdict)
{
    struct evhttp_request *ev = request->ev;
    request->server->counters.refused++;
    ev->major = 1;
    ev->minor = 1;
    ev->flags &= ~EVHTTP_PROXY_REQUEST; /* would look for Proxy-Connection instead */
    if (ev->type == EVHTTP_REQ_CONNECT)
        ev->type = EVHTTP_REQ_GET; /* evhttp never closes behind CONNECT, nor sends it a body */
    request->head_only = false;
    request_close_after(request);
    request_problem(request, verdict.status, NULL, "%s", verdict.reason);
}

static void answer_unrouted(struct request *request, enum router_result result)
{
    if (result == ROUTER_NO_PATH) {
        request_problem(request, 404, NULL, "There is nothing at this path");
        return;
    }
    request_set_header(request, "Allow", router_allow(request->match.allowed).text);
    if (request->method == METHOD_OPTIONS)
        request_reply_empty(request, 204);
    else
        request_problem(request, 405, NULL, "This path does not know the method");
}

static void route(struct request *request, const char *target)
{
    size_t path_length = strcspn(target, "?");
    request->path = request_copy(request, target, path_length);
    request->path_length = path_length;
    enum router_result result = router_find(request->server->router, request->method, request->path,
                                            path_length, &request->match);
    request->server->counters.requests++;
    if (result != ROUTER_FOUND)
        answer_unrouted(request, result);
    else if (!request_decode_segments(request))
        request_problem(request, 400, NULL, "A path segment is malformed");
    else if (target[path_length] == '?' && !request_parse_query(request, target + path_length + 1))
        request_problem(request, 400, NULL, "The query is malformed");
    else
        request->match.route->handler(request);
}

static void on_request(struct evhttp_request *ev, void *context)
{
    struct server *server = context;
    struct bufferevent *bufferevent =
        evhttp_connection_get_bufferevent(evhttp_request_get_connection(ev));
    struct connection *connection = connection_of(server, bufferevent);
    struct request *request = request_create(server, connection, ev);
    request->method = method_of(ev);
    request->head_only = request->method == METHOD_HEAD;
    connection_enter(connection, PHASE_HANDLING);
    struct framing_verdict verdict = judge(ev, request->method);
    if (connection->scan.fault != FRAMING_CLEAN)
        verdict = (struct framing_verdict){400, framing_fault_reason(connection->scan.fault)};
    if (verdict.status != 0)
        refuse(request, verdict);
    else
        route(request, evhttp_request_get_uri(ev));
}

static void on_attend(int fd, short what, void *context)
{
    (void)fd, (void)what;
    connection_attend(context);
}

static void on_sweep(int fd, short what, void *context)
{
    (void)fd, (void)what;
    connection_sweep(context);
}

static void on_resume(int fd, short what, void *context)
{
    (void)fd, (void)what;
    listener_try_resume(context);
}

static void on_notify(int fd, short what, void *context)
{
    (void)fd, (void)what;
    reply_stream_tell_closed(context);
}

static void on_drained(int fd, short what, void *context)
{
    (void)fd, (void)what;
    struct server *server = context;
    server_drained_fn *done = server->done;
    server->done = NULL;
    if (done != NULL)
        done(server->done_context);
}

static void create_events(struct server *server)
{
    server->attend = event_new(server->base, -1, 0, on_attend, server);
    server->sweep = event_new(server->base, -1, EV_PERSIST, on_sweep, server);
    server->resume = event_new(server->base, -1, 0, on_resume, server);
    server->notify = event_new(server->base, -1, 0, on_notify, server);
    server->drained = event_new(server->base, -1, 0, on_drained, server);
    struct timeval second = clock_timeval(CLOCK_SECOND_US);
    event_add(server->sweep, &second);
}

static void free_events(struct server *server)
{
    event_free(server->attend);
    event_free(server->sweep);
    event_free(server->resume);
    event_free(server->notify);
    event_free(server->drained);
}

static void set_up_evhttp(struct server *server)
{
    server->http = evhttp_new(server->base);
    assert(server->http != NULL);
    evhttp_set_max_headers_size(server->http, (ssize_t)server->options.max_header_bytes);
    evhttp_set_max_body_size(server->http, (ssize_t)server->options.max_body_bytes);
    evhttp_set_default_content_type(server->http, NULL);
    /* All, so that framing and not evhttp's HTML refuses the unknown ones. evhttp reads no body of
     * an unknown method; the refusal closes the connection, so nothing behind it is parsed. */
    evhttp_set_allowed_methods(server->http, UINT16_MAX);
    evhttp_set_bevcb(server->http, connection_accept, server);
    evhttp_set_gencb(server->http, on_request, server);
}

/* libevent writes to stderr by itself otherwise. */
static void on_libevent_log(int severity, const char *message)
{
    if (severity >= EVENT_LOG_WARN)
        log_warn("libevent", "message=%s", log_quote(message).text);
}

struct event_base *server_base_create(void)
{
    struct event_config *config = event_config_new();
    assert(config != NULL);
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    struct event_base *base = event_base_new_with_config(config);
    assert(base != NULL);
    event_config_free(config);
    return base;
}

struct server *server_create(struct event_base *base, const struct server_options *options,
                             const struct router *router, void *app, struct error *err)
{
    struct server *server = xcalloc(sizeof *server);
    server->base = base;
    server->options = *options;
    server->router = router;
    server->app = app;
    for (size_t i = 0; i < PHASES; i++)
        TAILQ_INIT(&server->phases[i]);
    TAILQ_INIT(&server->requests);
    TAILQ_INIT(&server->spares);
    unsigned char seed[8];
    secret_random(seed, sizeof seed);
    secret_hex(seed, sizeof seed, server->request_prefix);
    event_set_log_callback(on_libevent_log);
    create_events(server);
    set_up_evhttp(server);
    if (listener_open_all(server, err))
        return server;
    server_destroy(server);
    return NULL;
}

void server_destroy(struct server *server)
{
    if (server == NULL)
        return;
    server->done = NULL;
    listener_forget(server);
    connection_adopt_all(server);
    evhttp_free(server->http);
    struct request *request;
    while ((request = TAILQ_FIRST(&server->requests)) != NULL)
        request_forget_server(request);
    request_free_spares(server);
    free_events(server);
    free(server->by_fd);
    free(server);
}

void server_drain(struct server *server, server_drained_fn *done, void *context)
{
    assert(!server->draining);
    server->draining = true;
    server->done = done;
    server->done_context = context;
    listener_close_all(server);
    connection_adopt_all(server);
    connection_kill_idle(server);
    server_check_drained(server);
}

bool server_is_draining(const struct server *server)
{
    return server->draining;
}

void server_check_drained(struct server *server)
{
    bool empty = server->counters.open == 0 && TAILQ_EMPTY(&server->requests);
    if (server->draining && empty && server->done != NULL)
        event_active(server->drained, EV_TIMEOUT, 0);
}

struct server_counters server_counters(const struct server *server)
{
    return server->counters;
}

const char *server_kill_name(enum server_kill reason)
{
    static const char *const names[] = {
        [SERVER_KILL_HEADER] = "header",     [SERVER_KILL_BODY] = "body",
        [SERVER_KILL_IDLE] = "idle",         [SERVER_KILL_RESPONSE] = "response",
        [SERVER_KILL_ROOM] = "room",         [SERVER_KILL_DRAIN] = "drain",
        [SERVER_KILL_OVERFLOW] = "overflow",
    };
    return names[reason];
}

/* evhttp formats the time for each reply unless it finds the header. */
const char *server_date(struct server *server)
{
    int64_t now_s = clock_wall_us() / CLOCK_SECOND_US;
    if (now_s != server->date_s) {
        server->date_s = now_s;
        evutil_date_rfc1123(server->date, sizeof server->date, NULL);
    }
    return server->date;
}

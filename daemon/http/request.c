#include <debriefd/request.h>

#include "request_private.h"

#include <arpa/inet.h>
#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/framing.h>
#include <debriefd/log.h>
#include <debriefd/problem.h>
#include <debriefd/secret.h>
#include <debriefd/xalloc.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLOCK_SIZE 4096
/* None where a checker must see every use behind the end. */
#if defined(__SANITIZE_ADDRESS__)
#define SPARES_MAX 0
#else
#define SPARES_MAX 64
#endif

enum http_method request_method(const struct request *request)
{
    return request->method;
}

const struct route *request_route(const struct request *request)
{
    return request->match.route;
}

void *request_app(const struct request *request)
{
    return request->app;
}

const char *request_id(const struct request *request)
{
    return request->id;
}

const char *request_path(const struct request *request)
{
    return request->path;
}

void request_set_user(struct request *request, void *user)
{
    request->user = user;
}

void *request_user(const struct request *request)
{
    return request->user;
}

const char *request_header(const struct request *request, const char *name)
{
    return evhttp_find_header(evhttp_request_get_input_headers(request->ev), name);
}

const char *request_body(struct request *request, size_t *length)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request->ev);
    *length = evbuffer_get_length(input);
    return *length > 0 ? (const char *)evbuffer_pullup(input, -1) : "";
}

void *request_alloc(struct request *request, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (request->blocks == NULL && request->block_used + size <= sizeof request->first) {
        void *storage = request->first + request->block_used;
        request->block_used += size;
        return storage;
    }
    if (request->blocks == NULL || request->block_used + size > request->block_size) {
        request->block_size = (size > BLOCK_SIZE ? size : BLOCK_SIZE) + 16;
        struct request_block *block = xcalloc(request->block_size);
        block->next = request->blocks;
        request->blocks = block;
        request->block_used = 16; /* behind the link, still aligned */
    }
    void *storage = (char *)request->blocks + request->block_used;
    request->block_used += size;
    return storage;
}

char *request_copy(struct request *request, const char *text, size_t length)
{
    char *copy = request_alloc(request, length + 1);
    memcpy(copy, text, length);
    return copy;
}

static bool is_sane_id(const char *id)
{
    size_t length = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return length >= 8 && length <= 64 && id[length] == '\0';
}

/* Unique, not secret: a random prefix of the process and a count. */
void request_make_id(struct server *server, char id[REQUEST_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t number = server->next_request++;
    memcpy(id, server->request_prefix, 16);
    id[16] = '-';
    for (size_t i = 0; i < 10; i++)
        id[26 - i] = digits[number >> (4 * i) & 15];
    id[27] = '\0';
}

static void set_id(struct request *request)
{
    const char *given = request_header(request, "X-Request-Id");
    if (given != NULL && is_sane_id(given))
        memcpy(request->id, given, strlen(given) + 1);
    else
        request_make_id(request->server, request->id);
}

/* The bytes of a textual address; 0 when it is none. */
static size_t parse_address(const char *text, size_t length, unsigned char bytes[16])
{
    char address[INET6_ADDRSTRLEN] = "";
    if (length >= sizeof address)
        return 0;
    memcpy(address, text, length);
    if (inet_pton(AF_INET, address, bytes) == 1)
        return 4;
    return inet_pton(AF_INET6, address, bytes) == 1 ? 16 : 0;
}

/* `network` is an address or a network such as 10.0.0.0/8, or "unix" as the peer may be. */
static bool is_in_network(const char *network, const char *peer)
{
    unsigned char wanted[16];
    unsigned char given[16];
    size_t length = strcspn(network, "/");
    size_t bytes = parse_address(network, length, wanted);
    if (bytes == 0 || parse_address(peer, strlen(peer), given) != bytes)
        return strcmp(network, peer) == 0;
    size_t bits = network[length] == '/' ? strtoul(network + length + 1, NULL, 10) : 8 * bytes;
    size_t whole = bits / 8;
    if (whole >= bytes)
        return memcmp(wanted, given, bytes) == 0;
    unsigned mask = 0xff00u >> bits % 8;
    return memcmp(wanted, given, whole) == 0 && ((wanted[whole] ^ given[whole]) & mask & 0xff) == 0;
}

static bool is_trusted_proxy(const struct request *request, const char *peer)
{
    const struct server_options *options = &request->server->options;
    const char *const *proxy = options->trusted_proxies;
    if (proxy == NULL || options->proxy_key == NULL)
        return false;
    while (*proxy != NULL && !is_in_network(*proxy, peer))
        proxy++;
    const char *key = *proxy != NULL ? request_header(request, "X-Debriefd-Proxy-Key") : NULL;
    size_t length = strlen(options->proxy_key);
    return key != NULL && strlen(key) == length && secret_equal(key, options->proxy_key, length);
}

/* The last address is the one the trusted proxy saw; what stands before it is the client's word. */
static const char *forwarded_peer(struct request *request)
{
    const char *list = request_header(request, "X-Forwarded-For");
    if (list == NULL)
        return NULL;
    const char *comma = strrchr(list, ',');
    const char *last = comma != NULL ? comma + 1 : list;
    last += strspn(last, " \t");
    size_t length = strspn(last, "0123456789abcdefABCDEF.:");
    return length > 0 && length < 46 && last[length] == '\0' ? request_copy(request, last, length)
                                                             : NULL;
}

/* evhttp names a unix socket's peer "localhost" in some releases and nothing in others. */
static void set_peer(struct request *request)
{
    const char *host = request->ev->remote_host;
    bool numeric = host != NULL && host[0] != '\0' && strpbrk(host, ".:") != NULL;
    request->peer = numeric ? host : "";
    if (!is_trusted_proxy(request, numeric ? host : "unix"))
        return;
    const char *forwarded = forwarded_peer(request);
    if (forwarded != NULL)
        request->peer = forwarded;
}

const char *request_peer(const struct request *request)
{
    return request->peer;
}

/* Finished requests are kept for the next ones: an object of this size is past malloc's quick
 * lists. The caller of request_alloc gets zeroes, so only what was used is cleared. */
static struct request *take_spare(struct server *server)
{
    struct request *request = TAILQ_FIRST(&server->spares);
    if (request == NULL)
        return xcalloc(sizeof *request);
    TAILQ_REMOVE(&server->spares, request, link);
    server->spare_count--;
    return request;
}

static void put_spare(struct server *server, struct request *request, size_t used)
{
    if (server == NULL || server->spare_count == SPARES_MAX) {
        free(request);
        return;
    }
    memset(request, 0, offsetof(struct request, first) + used);
    TAILQ_INSERT_HEAD(&server->spares, request, link);
    server->spare_count++;
}

void request_free_spares(struct server *server)
{
    struct request *request;
    while ((request = TAILQ_FIRST(&server->spares)) != NULL) {
        TAILQ_REMOVE(&server->spares, request, link);
        free(request);
    }
}

struct request *request_create(struct server *server, struct connection *connection,
                               struct evhttp_request *ev)
{
    struct request *request = take_spare(server);
    request->server = server;
    request->app = server->app;
    request->connection = connection;
    request->ev = ev;
    request->path = "";
    request->started_us = clock_monotonic_us();
    connection->request = request;
    TAILQ_INSERT_TAIL(&server->requests, request, link);
    server->counters.in_flight++;
    evhttp_request_own(ev);
    set_id(request);
    set_peer(request);
    return request;
}

static void report_access(struct request *request, int status)
{
    const struct route *route = request->match.route;
    struct server_access access = {
        .method = request->method,
        .pattern = route != NULL ? route->pattern : "-",
        .status = status,
        .duration_us = clock_monotonic_us() - request->started_us,
        .bytes = request->bytes,
    };
    log_debug("http_request", "request=%s method=%s route=%s status=%d duration_us=%lld bytes=%llu",
              request->id, http_method_name(access.method), access.pattern, access.status,
              (long long)access.duration_us, (unsigned long long)access.bytes);
    if (request->server->options.on_access != NULL)
        request->server->options.on_access(&access, request->server->options.access_context);
}

static void free_request(struct request *request)
{
    struct server *server = request->server;
    if (server != NULL) {
        TAILQ_REMOVE(&server->requests, request, link);
        server->counters.in_flight--;
    }
    size_t used = request->blocks != NULL ? sizeof request->first : request->block_used;
    while (request->blocks != NULL) {
        struct request_block *next = request->blocks->next;
        free(request->blocks);
        request->blocks = next;
    }
    put_spare(server, request, used);
    if (server != NULL)
        server_check_drained(server);
}

void request_written(struct request *request)
{
    struct connection *connection = request->connection;
    report_access(request, request->status);
    free_request(request);
    connection_rest(connection);
}

void request_close_connection(struct connection *connection)
{
    struct request *request = connection->request;
    if (request == NULL)
        return;
    request->connection = NULL;
    report_access(request, REQUEST_STATUS_GONE);
    if (request->state == REQUEST_REPLIED) {
        free_request(request); /* evhttp frees its own */
        return;
    }
    request->gone = true;
    if (request->on_closed == NULL)
        return;
    request->closed_untold = true;
    event_active(request->server->notify, EV_TIMEOUT, 0);
}

void request_release(struct request *request)
{
    assert(request->gone);
    evhttp_request_free(request->ev);
    free_request(request);
}

void request_forget_server(struct request *request)
{
    TAILQ_REMOVE(&request->server->requests, request, link);
    request->server = NULL;
}

bool request_decode_segments(struct request *request)
{
    for (size_t i = 0; i < request->match.count; i++) {
        const struct router_capture *capture = &request->match.captures[i];
        char *decoded = request_alloc(request, capture->value_length + 1);
        if (!framing_decode(FRAMING_SEGMENT, capture->value, capture->value_length, decoded))
            return false;
        request->segments[i] = decoded;
    }
    return true;
}

const char *request_segment(const struct request *request, const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < request->match.count; i++) {
        const struct router_capture *capture = &request->match.captures[i];
        if (capture->name_length == length && memcmp(capture->name, name, length) == 0)
            return request->segments[i];
    }
    assert(!"the pattern has no such segment");
    return NULL;
}

bool request_has_type(const struct request *request, const char *type)
{
    const char *given = request_header(request, "Content-Type");
    size_t length = strlen(type);
    if (given == NULL || strncasecmp(given, type, length) != 0)
        return false;
    const char *rest = given + length;
    if (*rest != '\0' && strchr("; \t", *rest) == NULL)
        return false;
    const char *charset = strcasestr(rest, "charset=");
    if (charset == NULL)
        return true;
    charset += strlen("charset=");
    charset += *charset == '"';
    return strncasecmp(charset, "utf-8", 5) == 0 &&
           (charset[5] == '\0' || strchr("\"; \t", charset[5]) != NULL);
}

bool request_require_json(struct request *request)
{
    if (request_has_type(request, "application/json"))
        return true;
    request_problem(request, 415, NULL, "The body must be application/json in UTF-8");
    return false;
}

int request_accept(const struct request *request, const char *const *types)
{
    const char *accept = request_header(request, "Accept");
    return accept == NULL ? 0 : accept_best(accept, types);
}

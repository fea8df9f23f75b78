/* The serve role: one event loop with the HTTP server, a write connection for submissions, a pool
 * for everything else, and a connection that listens for notifications. */
#include <debriefd/api.h>
#include <debriefd/channel.h>
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <debriefd/notify.h>
#include <debriefd/pages.h>
#include <debriefd/receipt.h>
#include <debriefd/role.h>
#include <debriefd/server.h>
#include <debriefd/xalloc.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIPELINE 2 /* a commit waits for the one before it only */

struct serve {
    struct config *config;
    struct event_base *base;
    struct secret_key credential_key;
    struct secret_signer signer;
    struct channel *write_channel;
    struct channel *listener;
    struct channel_pool *pool;
    struct ingest *ingest;
    struct api *api;
    struct router *router;
    struct server *server;
    struct event *signals[3];
    struct event *deadline;
    struct event *watchdog;
    char *proxy_key;
    const char **proxies;
    bool is_stopping;
};

static void on_notification(void *context, const char *name, const char *payload)
{
    struct serve *serve = context;
    api_notified(serve->api, name, payload);
}

static void key_known(void *context, const struct rows *rows, const struct error *err)
{
    (void)context;
    (void)rows;
    if (err != NULL)
        log_warn("receipt_key_not_stored", "error=%s", log_quote(err->message).text);
}

/* On every connection: notifications may have been lost, and a restored database may lack this key.
 */
static void on_connected(void *context)
{
    struct serve *serve = context;
    struct params params;
    api_forget(serve->api);
    params_init(&params);
    params_text(&params, receipt_key_id(serve->signer.public_key).text);
    params_binary(&params, serve->signer.public_key, sizeof serve->signer.public_key);
    channel_execute(serve->listener, "receipt_key_add", &params, key_known, NULL);
    params_finish(&params);
}

static struct channel_options database_options(const struct config *config)
{
    return (struct channel_options){
        .conninfo = config->database.conninfo,
        .application_name = "debriefd serve",
        .statements = sql_queries,
        .naming = config->database.named_statements ? CHANNEL_NAMED : CHANNEL_UNNAMED,
        .statement_timeout_us = config->database.statement_timeout_us,
        .grace_us = config->database.grace_us,
    };
}

static void connect_database(struct serve *serve)
{
    struct channel_options options = database_options(serve->config);
    serve->pool = channel_pool_create(serve->base, (size_t)serve->config->database.pool, &options);
    options.pipeline_limit = PIPELINE;
    serve->write_channel = channel_create(serve->base, &options);
    struct ingest_options ingest_options = {
        .batch = (size_t)serve->config->ingest.batch,
        .queue = (size_t)serve->config->ingest.queue,
        .signer = &serve->signer,
        .stored = api_stored,
    };
    struct api_options api_options = {
        .base = serve->base,
        .config = serve->config,
        .pool = serve->pool,
        .credential_key = &serve->credential_key,
        .signer = &serve->signer,
    };
    serve->api = api_create(&api_options);
    ingest_options.context = serve->api;
    serve->ingest = ingest_create(serve->base, serve->write_channel, &ingest_options);
    api_set_ingest(serve->api, serve->ingest);
    options.listen = api_notifications;
    options.notify = on_notification;
    options.connected = on_connected;
    options.context = serve;
    serve->listener = channel_create(serve->base, &options);
}

static bool load_keys(struct serve *serve, struct error *err)
{
    uint8_t seed[32];
    const struct config *config = serve->config;
    if (!secret_load_or_create(config->keys.credential_file, serve->credential_key.bytes, err) ||
        !secret_load_or_create(config->keys.signing_file, seed, err))
        return false;
    serve->signer = secret_signer_from_seed(seed);
    if (config->http.proxy_key_file[0] == '\0')
        return true;
    uint8_t proxy_key[32];
    char text[65];
    if (!secret_load_or_create(config->http.proxy_key_file, proxy_key, err))
        return false;
    secret_hex(proxy_key, sizeof proxy_key, text);
    serve->proxy_key = xstrdup(text);
    return true;
}

static void fill_server_options(struct serve *serve, struct server_options *options)
{
    const struct config *config = serve->config;
    *options = server_options_default();
    options->listen = strcmp(config->http.listen, "systemd") == 0 ? "" : config->http.listen;
    options->reuse_port = config->http.reuse_port;
    options->max_connections = (size_t)config->http.max_connections;
    options->max_header_bytes = config->http.max_header;
    options->max_body_bytes = config->http.max_body;
    options->header_deadline_us = config->http.header_deadline_us;
    options->body_deadline_us = config->http.body_deadline_us;
    options->idle_timeout_us = config->http.idle_timeout_us;
    size_t count = config->http.trusted_proxies.count;
    serve->proxies = xcalloc_array(count + 1, sizeof *serve->proxies);
    for (size_t i = 0; i < count; i++)
        serve->proxies[i] = config->http.trusted_proxies.items[i];
    options->trusted_proxies = serve->proxies;
    options->proxy_key = serve->proxy_key;
    options->on_access = api_accessed;
    options->access_context = serve->api;
    options->explain = pages_explain;
}

static bool listen_http(struct serve *serve, struct error *err)
{
    struct server_options options;
    int passed[SERVER_LISTENERS_MAX];
    int count;
    fill_server_options(serve, &options);
    if (!notify_listen_fds(&count, err))
        return false;
    for (int i = 0; i < count && i < SERVER_LISTENERS_MAX; i++)
        passed[options.listen_fd_count++] = NOTIFY_FIRST_FD + i;
    options.listen_fds = passed;
    if (count > 0)
        options.listen = "";
    serve->router = router_create();
    if (!api_add_routes(serve->router, err) || !pages_add_routes(serve->router, err))
        return false;
    serve->server = server_create(serve->base, &options, serve->router, serve->api, err);
    if (serve->server == NULL)
        return false;
    api_set_server(serve->api, serve->server);
    return true;
}

static void on_drained(void *context)
{
    struct serve *serve = context;
    event_base_loopexit(serve->base, NULL);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct serve *serve = context;
    log_warn("drain_deadline_passed", "in_flight=%zu", server_counters(serve->server).in_flight);
    event_base_loopbreak(serve->base);
}

static void warn_unless(bool done, const struct error *err)
{
    if (!done)
        log_warn("service_manager_not_told", "error=%s", log_quote(err->message).text);
}

static void stop(struct serve *serve)
{
    struct error err;
    if (serve->is_stopping) {
        event_base_loopbreak(serve->base);
        return;
    }
    serve->is_stopping = true;
    log_info("stopping", "in_flight=%zu", server_counters(serve->server).in_flight);
    warn_unless(notify_stopping(&err), &err);
    api_drain(serve->api);
    struct timeval patience = clock_timeval(serve->config->process.drain_deadline_us);
    event_add(serve->deadline, &patience);
    server_drain(serve->server, on_drained, serve);
}

static void reload(struct serve *serve)
{
    struct error err;
    struct buf pending;
    struct buf faults;
    buf_init(&pending);
    buf_init(&faults);
    warn_unless(notify_reloading(&err), &err);
    if (!config_reload(serve->config, &pending, &faults))
        log_error("reload_refused", "faults=%s", log_quote(buf_text(&faults)).text);
    else
        log_info("reloaded", "waiting_for_restart=%s", log_quote(buf_text(&pending)).text);
    log_set_level(serve->config->process.log_level);
    warn_unless(notify_ready(&err), &err);
    buf_finish(&pending);
    buf_finish(&faults);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    (void)what;
    if (number == SIGHUP)
        reload(context);
    else
        stop(context);
}

static void on_watchdog(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    (void)context;
    struct error err;
    warn_unless(notify_watchdog(&err), &err);
}

static void add_events(struct serve *serve)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    for (size_t i = 0; i < 3; i++) {
        serve->signals[i] = evsignal_new(serve->base, numbers[i], on_signal, serve);
        event_add(serve->signals[i], NULL);
    }
    serve->deadline = evtimer_new(serve->base, on_deadline, serve);
    serve->watchdog = event_new(serve->base, -1, EV_PERSIST, on_watchdog, serve);
    int64_t patience_us = serve->config->process.watchdog ? notify_watchdog_us() : 0;
    struct timeval every = clock_timeval(patience_us / 2);
    if (patience_us > 0)
        event_add(serve->watchdog, &every);
}

/* In this order: what is in flight ends before what it would be told to. */
static void finish(struct serve *serve)
{
    if (serve->ingest != NULL)
        ingest_stop(serve->ingest);
    channel_destroy(serve->write_channel);
    ingest_destroy(serve->ingest);
    if (serve->pool != NULL)
        channel_pool_destroy(serve->pool);
    channel_destroy(serve->listener);
    server_destroy(serve->server);
    api_destroy(serve->api);
    router_destroy(serve->router);
    for (size_t i = 0; i < 3; i++)
        if (serve->signals[i] != NULL)
            event_free(serve->signals[i]);
    if (serve->deadline != NULL)
        event_free(serve->deadline);
    if (serve->watchdog != NULL)
        event_free(serve->watchdog);
    event_base_free(serve->base);
    free(serve->proxy_key);
    free(serve->proxies);
}

static bool start(struct serve *serve, struct error *err)
{
    if (serve->config->database.conninfo[0] == '\0')
        return error_set(err, ERR_INVALID,
                         "no database is configured; debriefd run keeps one of its own");
    if (!load_keys(serve, err))
        return false;
    connect_database(serve);
    if (!listen_http(serve, err))
        return false;
    add_events(serve);
    return true;
}

int role_serve(struct config *config, const struct role_call *call)
{
    (void)call;
    log_set_role("serve");
    signal(SIGPIPE, SIG_IGN);
    struct serve serve = {.config = config, .base = server_base_create()};
    struct error err;
    bool started = start(&serve, &err);
    if (started) {
        log_info("ready", "port=%u", (unsigned)server_port(serve.server));
        warn_unless(notify_ready(&err), &err);
        event_base_dispatch(serve.base);
        log_info("stopped", "");
    } else {
        log_error("not_started", "error=%s", log_quote(err.message).text);
    }
    finish(&serve);
    return started ? EXIT_CODE_SUCCESS : EXIT_CODE_FAILURE;
}

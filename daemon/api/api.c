#include <debriefd/api.h>

#include "body_cache.h"
#include "events.h"
#include "resources.h"
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/evaluations.h>
#include <debriefd/form_cache.h>
#include <debriefd/log.h>
#include <debriefd/map.h>
#include <debriefd/proxy.h>
#include <debriefd/rate.h>
#include <debriefd/server.h>
#include <debriefd/telemetry.h>
#include <debriefd/xalloc.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define WAKE_US (CLOCK_SECOND_US / 10)

/* Of an address, and of one claim: a slip of the finger passes, a search does not. */
#define GUESSES            10
#define GUESSES_PER_SECOND 1
#define GUESSERS           10000

const struct route *const resource_tables[] = {
    setup_routes,
    key_routes,
    account_routes,
    delegate_routes,
    instrument_routes,
    interview_routes,
    invitation_routes,
    evaluation_routes,
    import_routes,
    proxy_routes,
    receipt_routes,
    metric_routes,
    release_routes,
    event_routes,
    operator_routes,
    webhook_routes,
    personal_routes,
    mail_routes,
    NULL,
};

struct api *request_api(const struct request *request)
{
    return request_app(request);
}

const struct principal *request_principal(const struct request *request)
{
    return request_user(request);
}

bool api_add_routes(struct router *router, struct error *err)
{
    for (const struct route *const *table = resource_tables; *table != NULL; table++)
        if (!router_add_table(router, *table, err))
            return false;
    return true;
}

static void woken(void *context, const struct rows *rows, const struct error *err)
{
    (void)context;
    (void)rows;
    if (err != NULL)
        log_debug("workers_not_woken", "error=%s", error_code_name(err->code));
}

/* The workers also look by themselves: this only makes them look sooner. */
static void wake_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct api *api = context;
    channel_execute(channel_pool_choose(api->options.pool), "pending_notify", NULL, woken, NULL);
}

void api_stored(void *context)
{
    struct api *api = context;
    struct timeval soon = clock_timeval(WAKE_US);
    if (!event_pending(api->wake, EV_TIMEOUT, NULL))
        event_add(api->wake, &soon);
}

struct api *api_create(const struct api_options *options)
{
    struct api *api = xcalloc(sizeof *api);
    api->options = *options;
    api->principals = map_create(free);
    api->sessions = map_create(free);
    api->forms = form_cache_create();
    api->instruments = form_cache_instruments();
    api->guesses = rate_create(GUESSES, GUESSES_PER_SECOND, GUESSERS);
    api->bodies = body_cache_create(options->config->cache.bytes, options->config->cache.ttl_us);
    api->telemetry = telemetry_create();
    api->hub = event_hub_create(api);
    api->wake = evtimer_new(options->base, wake_event, api);
    return api;
}

void api_destroy(struct api *api)
{
    if (api == NULL)
        return;
    event_hub_destroy(api->hub);
    event_free(api->wake);
    telemetry_destroy(api->telemetry);
    body_cache_destroy(api->bodies);
    rate_destroy(api->guesses);
    map_destroy(api->forms);
    map_destroy(api->instruments);
    map_destroy(api->sessions);
    map_destroy(api->principals);
    free(api);
}

void api_set_ingest(struct api *api, struct ingest *ingest)
{
    api->ingest = ingest;
}

void api_set_server(struct api *api, struct server *server)
{
    api->server = server;
}

void api_drain(struct api *api)
{
    event_hub_close(api->hub);
}

void api_accessed(const struct server_access *access, void *context)
{
    struct api *api = context;
    telemetry_count_request(api->telemetry, access->pattern, http_method_name(access->method),
                            access->status, access->duration_us);
}

/* Whoever listens is asked for his key again when he comes back, as a stream's client does by
 * itself. */
static void forget_keys(struct api *api)
{
    event_hub_close(api->hub);
    map_clear(api->principals);
    map_clear(api->sessions);
}

static void forget_forms(struct api *api)
{
    map_clear(api->forms);
}

static void forget_releases(struct api *api)
{
    body_cache_clear(api->bodies);
    event_hub_wake(api->hub);
}

const char *const api_notifications[] = {"debriefd_key", "debriefd_wave", "debriefd_release", NULL};

void api_notified(struct api *api, const char *name, const char *payload)
{
    (void)payload;
    static void (*const meanings[])(struct api *) = {forget_keys, forget_forms, forget_releases};
    for (size_t i = 0; api_notifications[i] != NULL; i++)
        if (strcmp(api_notifications[i], name) == 0)
            meanings[i](api);
}

void api_forget(struct api *api)
{
    forget_keys(api);
    forget_forms(api);
    forget_releases(api);
}

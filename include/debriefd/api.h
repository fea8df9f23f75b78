/* api: the application behind the HTTP server of one `serve`. Owned by serve.c, borrowed by every
 * handler through request_app. Each resource is one file in daemon/api with its routes as a const
 * table. */
#ifndef DEBRIEFD_API_H
#define DEBRIEFD_API_H

#include <debriefd/channel.h>
#include <debriefd/credential.h>
#include <debriefd/ingest.h>
#include <debriefd/request.h>
#include <debriefd/shape.h>

struct config;
struct event_base;
struct server;
struct server_access;
struct api;

struct api_options {
    struct event_base *base;
    const struct config *config;
    struct channel_pool *pool; /* for everything but submissions */
    const struct secret_key *credential_key;
    const struct secret_signer *signer;
};

/* All of `options` is borrowed. */
struct api *api_create(const struct api_options *options);
void api_destroy(struct api *api);

/* Where submissions go; set once, before the first request. */
void api_set_ingest(struct api *api, struct ingest *ingest);

/* The server that /metrics counts; set once, after it is made. */
void api_set_server(struct api *api, struct server *server);

/* Ends streams that would never end by themselves. */
void api_drain(struct api *api);

/* Routes of every resource. */
bool api_add_routes(struct router *router, struct error *err) must_check;

/* What channels listen to, and what a notification means: caches are told, event streams woken. */
extern const char *const api_notifications[];
void api_notified(struct api *api, const char *name, const char *payload);

/* Notifications may have been lost. */
void api_forget(struct api *api);

/* What the server calls at the end of each request; `context` is the api. */
void api_accessed(const struct server_access *access, void *context);

/* Something was stored: wakes the workers, at most ten times a second. */
void api_stored(void *context);

/* The OpenAPI 3.1 description, made from the routes. The caller's. */
json_t *api_describe(void);

#endif

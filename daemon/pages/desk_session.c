#include "desk_session.h"

#include "desk_cookie.h"
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/map.h>
#include <debriefd/page.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <string.h>

#define CACHE_SESSIONS 1000
#define CACHE_LIFE_US  (5 * CLOCK_SECOND_US)

struct session_name {
    struct uuid programme;
    struct secret_hash hash;
};

struct lookup {
    struct request *request;
    visitor_found_fn *found;
    const char *cookie;
    struct session_name name;
};

static void remember(struct map *cache, const struct session_name *name,
                     const struct visitor *visitor, int64_t expires_us)
{
    int64_t life_us = CACHE_LIFE_US;
    if (map_count(cache) >= CACHE_SESSIONS)
        map_clear(cache);
    if (expires_us - clock_wall_us() < life_us)
        life_us = expires_us - clock_wall_us();
    struct visitor *kept = xcalloc(sizeof *kept);
    *kept = *visitor;
    map_add(cache, name, sizeof *name, kept, life_us);
}

static void send_to_sign_in(struct request *request)
{
    page_see(request, "/desk/sign-in");
}

static void looked_up(void *context, const struct rows *rows, const struct error *err)
{
    struct lookup *lookup = context;
    enum language language = page_language(lookup->request);
    if (err != NULL) {
        page_say(lookup->request, language, 503, say(language, "Just a moment"),
                 say(language, "The service cannot be reached right now. Try again in a minute."));
        return;
    }
    if (rows_count(rows) == 0) {
        send_to_sign_in(lookup->request);
        return;
    }
    struct visitor visitor = {
        .principal.role = role_from_name(rows_text(rows, 0, rows_column(rows, "role"))),
        .principal.programme = lookup->name.programme,
        .principal.actor = rows_uuid(rows, 0, rows_column(rows, "account_id")),
    };
    snprintf(visitor.name, sizeof visitor.name, "%s",
             rows_text(rows, 0, rows_column(rows, "name")));
    snprintf(visitor.programme_name, sizeof visitor.programme_name, "%s",
             rows_text(rows, 0, rows_column(rows, "programme_name")));
    remember(request_api(lookup->request)->sessions, &lookup->name, &visitor,
             rows_int64(rows, 0, rows_column(rows, "expires_at")));
    lookup->found(lookup->request, &visitor, lookup->cookie);
}

static void look_up(struct request *request, struct lookup *lookup)
{
    struct api *api = request_api(request);
    struct params params;
    params_init(&params);
    params_uuid(&params, &lookup->name.programme);
    params_binary(&params, lookup->name.hash.bytes, sizeof lookup->name.hash.bytes);
    params_int(&params, api->options.config->desk.idle_us / CLOCK_SECOND_US);
    channel_execute(channel_pool_choose(api->options.pool), "session_find", &params, looked_up,
                    lookup);
    params_finish(&params);
}

void visitor_find(struct request *request, visitor_found_fn *found)
{
    struct api *api = request_api(request);
    const char *cookie = request_cookie(request, DESK_COOKIE);
    struct credential credential = {.kind = CREDENTIAL_NONE};
    if (cookie != NULL)
        credential = credential_read(api->options.credential_key, cookie, strlen(cookie));
    if (credential.kind != CREDENTIAL_SESSION) {
        send_to_sign_in(request);
        return;
    }
    struct lookup *lookup = request_alloc(request, sizeof *lookup);
    *lookup = (struct lookup){request, found, cookie, {credential.programme, credential.key_hash}};
    const struct visitor *known = map_find(api->sessions, &lookup->name, sizeof lookup->name);
    if (known == NULL) {
        look_up(request, lookup);
        return;
    }
    struct visitor visitor = *known; /* the cache may forget it meanwhile */
    found(request, &visitor, cookie);
}

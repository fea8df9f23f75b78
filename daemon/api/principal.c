#include <debriefd/principal.h>

#include <debriefd/clock.h>
#include <debriefd/map.h>
#include <debriefd/rate.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CACHE_KEYS    10000
#define CACHE_LIFE_US (5 * CLOCK_SECOND_US)
#define CLAIM_LENGTH  40 /* of a credential's text: the prefix and what it names, not its proof */

struct key_name {
    struct uuid programme;
    struct secret_hash hash;
};

static const struct principal *find_known(const struct map *cache, const struct key_name *name)
{
    return map_find(cache, name, sizeof *name);
}

static void remember(struct map *cache, const struct key_name *name,
                     const struct principal *principal, int64_t expires_us)
{
    int64_t life_us = CACHE_LIFE_US;
    if (map_count(cache) >= CACHE_KEYS)
        map_clear(cache);
    if (expires_us > 0 && expires_us - clock_wall_us() < life_us)
        life_us = expires_us - clock_wall_us();
    struct principal *kept = xcalloc(sizeof *kept);
    *kept = *principal;
    map_add(cache, name, sizeof *name, kept, life_us);
}

static const struct {
    const char *name;
    enum role role;
} roles[] = {
    {"operator", ROLE_OPERATOR}, {"organiser", ROLE_ORGANISER}, {"analyst", ROLE_ANALYST},
    {"coder", ROLE_CODER},       {"dashboard", ROLE_DASHBOARD},
};

enum role role_from_name(const char *name)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].role;
    abort(); /* the table's CHECK and this one disagree */
}

static void found_principal(struct request *request, const struct principal *principal,
                            principal_found_fn *found)
{
    struct principal *kept = request_alloc(request, sizeof *kept);
    *kept = *principal;
    request_set_user(request, kept);
    found(request);
}

static void refuse(struct request *request, const char *detail)
{
    request_set_header(request, "WWW-Authenticate", "Bearer realm=\"debriefd\"");
    request_problem(request, 401, NULL, "%s", detail);
}

bool principal_may_guess(struct request *request, const char *text)
{
    struct rate *guesses = request_api(request)->guesses;
    const char *peer = request_peer(request);
    int64_t now_us = clock_monotonic_us();
    int wait = 0;
    bool by_address = rate_take(guesses, peer, strlen(peer), now_us, &wait);
    bool by_claim = rate_take(guesses, text, strnlen(text, CLAIM_LENGTH), now_us, &wait);
    if (by_address && by_claim)
        return true;
    char seconds[12];
    snprintf(seconds, sizeof seconds, "%d", wait);
    request_set_header(request, "Retry-After", seconds);
    return false;
}

static void refuse_guess(struct request *request, const char *text, const char *detail)
{
    if (principal_may_guess(request, text))
        refuse(request, detail);
    else
        request_problem(request, 429, NULL, "too many credentials that are not good");
}

struct lookup {
    struct request *request;
    principal_found_fn *found;
    const char *text;
    struct key_name name;
};

static void lookup_done(void *context, const struct rows *rows, const struct error *err)
{
    struct lookup *lookup = context;
    if (err != NULL) {
        request_problem_lookup(lookup->request, err);
        return;
    }
    if (rows_count(rows) == 0) {
        refuse_guess(lookup->request, lookup->text, "this key is unknown, expired or revoked");
        return;
    }
    struct principal principal = {
        .role = role_from_name(rows_text(rows, 0, 1)),
        .programme = lookup->name.programme,
        .actor = rows_uuid(rows, 0, 0),
    };
    remember(request_api(lookup->request)->principals, &lookup->name, &principal,
             rows_int64(rows, 0, 2));
    found_principal(lookup->request, &principal, lookup->found);
}

static void find_key(struct request *request, const struct credential *credential, const char *text,
                     principal_found_fn *found)
{
    struct key_name name = {credential->programme, credential->key_hash};
    const struct principal *known = find_known(request_api(request)->principals, &name);
    if (known != NULL) {
        found_principal(request, known, found);
        return;
    }
    struct lookup *lookup = request_alloc(request, sizeof *lookup);
    *lookup = (struct lookup){request, found, request_copy(request, text, strlen(text)), name};
    struct params params;
    params_init(&params);
    params_uuid(&params, &name.programme);
    params_binary(&params, name.hash.bytes, sizeof name.hash.bytes);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "principal_find",
                    &params, lookup_done, lookup);
    params_finish(&params);
}

void principal_find(struct request *request, principal_found_fn *found)
{
    static const char scheme[] = "Bearer ";
    const char *header = request_header(request, "Authorization");
    if (header == NULL || strncasecmp(header, scheme, sizeof scheme - 1) != 0) {
        refuse(request, "an API key or an invitation's token is needed: Authorization: Bearer ...");
        return;
    }
    const char *text = header + sizeof scheme - 1;
    struct credential credential =
        credential_read(request_api(request)->options.credential_key, text, strlen(text));
    struct principal participant = {
        .role = ROLE_PARTICIPANT,
        .programme = credential.programme,
        .actor = credential.invitation,
        .generation = credential.generation,
    };
    struct principal anonymous = {
        .role = ROLE_ANONYMOUS,
        .programme = credential.programme,
        .wave = credential.wave,
        .token_hash = credential.token_hash,
    };
    switch (credential.kind) {
    case CREDENTIAL_INVITATION:
        found_principal(request, &participant, found);
        return;
    case CREDENTIAL_ANONYMOUS:
        found_principal(request, &anonymous, found);
        return;
    case CREDENTIAL_KEY:
        find_key(request, &credential, text, found);
        return;
    case CREDENTIAL_SIGN_IN: /* good in its own places only */
    case CREDENTIAL_SESSION:
    case CREDENTIAL_NONE:
        refuse_guess(request, text,
                     "this is neither an API key nor an invitation's token of this server");
    }
}

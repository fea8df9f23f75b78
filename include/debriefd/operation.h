/* operation: what a route asks of its caller and does, as data. For the API and the pages. */
#ifndef DEBRIEFD_OPERATION_H
#define DEBRIEFD_OPERATION_H

#include <debriefd/api.h>
#include <debriefd/params.h>
#include <debriefd/problem.h>
#include <debriefd/reply.h>

enum role {
    ROLE_ANYONE = 1 << 0,
    ROLE_PARTICIPANT = 1 << 1,
    ROLE_OPERATOR = 1 << 2,
    ROLE_ORGANISER = 1 << 3,
    ROLE_ANALYST = 1 << 4,
    ROLE_CODER = 1 << 5,
    ROLE_DASHBOARD = 1 << 6,
    ROLE_ANONYMOUS = 1 << 7, /* who holds a token of an anonymous wave */
};

#define ROLES_STAFF   (ROLE_ORGANISER | ROLE_ANALYST | ROLE_CODER)
#define ROLES_READERS (ROLES_STAFF | ROLE_DASHBOARD)

/* Who asks. An operator's programme is nil. */
struct principal {
    enum role role;
    struct uuid programme;
    struct uuid actor; /* the key, the invitation or the account; nil of an anonymous token */
    int16_t generation;
    struct uuid wave; /* of an anonymous token */
    struct secret_hash token_hash;
};

/* Where a statement's parameter comes from. */
enum source {
    FROM_NOTHING,
    FROM_PROGRAMME,      /* the principal's, or for an operator the path's segment {programme} */
    FROM_ACTOR,          /* the principal's key */
    FROM_NEW_ID,         /* a fresh UUID */
    FROM_BODY,           /* the checked JSON body */
    FROM_SEGMENT_UUID,   /* `name` in the path; not a UUID is not found */
    FROM_SEGMENT_TEXT,   /* the same */
    FROM_SEGMENT_NUMBER, /* the same; not a number is not found */
    FROM_QUERY_UUID,     /* `name` in the query, or null */
    FROM_QUERY_TEXT,
    FROM_QUERY_TIME,
    FROM_QUERY_NUMBER, /* to 999999 */
    FROM_QUERY_LIMIT,  /* 1 to 1000, by default 100 */
    FROM_TRUE,
    FROM_FALSE,
    FROM_IS_OPERATOR, /* whether the principal is one */
    FROM_VERIFY_TIME, /* the configured time of the nightly verification */
    FROM_IS_SENDING,  /* whether a server for mail is configured */
};

struct parameter {
    enum source source;
    const char *name;
};

#define OPERATION_PARAMETERS 8

struct operation {
    const char *id; /* operationId */
    const char *summary;
    unsigned roles; /* or of enum role */
    const struct shape_field *body;
    const char *body_type;     /* when `body` is NULL and there is one */
    const char *body_type_too; /* a second one, or NULL */
    const char *answer;        /* what 2xx says, for the description */
    const char *answer_type;   /* NULL: application/json */
    const char *other_type;    /* that can be asked for by Accept, or NULL */

    /* Either a statement whose first row is (status, body), no row being 404, */
    const char *statement;
    struct parameter parameters[OPERATION_PARAMETERS];
    /* or a function, with the principal as request_user. Its query parameters stand in
     * `parameters`. */
    void (*run)(struct request *request);
};

struct body_cache;
struct event_hub;
struct map;
struct rate;
struct telemetry;

struct api {
    struct api_options options;
    struct ingest *ingest;
    struct server *server;
    struct map *principals;  /* of struct principal, by programme and key hash */
    struct map *sessions;    /* of the desk, by programme and hash */
    struct map *forms;       /* see form_cache.h */
    struct map *instruments; /* the same */
    struct rate *guesses;    /* of credentials, see principal_may_guess */
    struct body_cache *bodies;
    struct event_hub *hub;
    struct telemetry *telemetry;
    struct event *wake; /* debounces the workers' notification */
};

/* The handler of every route: checks query, caller, body, then runs the operation. */
void operation_handle(struct request *request);

const struct principal *request_principal(const struct request *request);
struct api *request_api(const struct request *request);

/* A role by its name in the database. */
enum role role_from_name(const char *name);

/* The programme an operation works in; false (and a reply of 403 or 404) when the path names
 * another one. */
bool request_programme(struct request *request, struct uuid *programme) must_check;

/* A path segment as UUID; false and a reply of 404 when it is none. */
bool request_uuid(struct request *request, const char *name, struct uuid *uuid) must_check;

/* The query's limit, 1 to 1000 and by default 100; false and a reply of 400 otherwise. */
bool request_limit(struct request *request, const char *name, int *limit) must_check;

/* Runs a statement and hands its first row's status and body to the client. */
void operation_answer(struct request *request, const char *statement, const struct params *params);

/* The same for a result that is already there. */
void operation_reply_rows(struct request *request, const struct rows *rows,
                          const struct error *err);

/* What GET /v1/studies/{study}/metrics.csv runs, for any path with {study}. */
void metrics_study_csv(struct request *request);

/* The body as JSON; NULL after a reply of 400 or 415. The caller's. */
json_t *request_json(struct request *request) must_check;

/* The JSON body checked against the operation's shape; NULL after a reply. The caller's. */
json_t *operation_body(struct request *request) must_check;

#endif

/* request_private: a request's inside, for the modules of this folder. Life: dispatch creates it;
 * the reply hands it to evhttp (REPLIED), which tells when the last byte is written; the end of the
 * connection before that makes a held one `gone` and finishes a replied one. While a handler holds
 * it the evhttp_request is owned by us, so that headers and body outlive the connection. */
#ifndef HTTP_REQUEST_PRIVATE_H
#define HTTP_REQUEST_PRIVATE_H

#include "server_private.h"

#include <debriefd/reply.h>
#include <debriefd/request.h>

struct evbuffer;
struct evbuffer_cb_info;

#define REQUEST_ID_SIZE     28
#define REQUEST_STATUS_GONE 499 /* in the access report */

enum request_state {
    REQUEST_HELD,
    REQUEST_STREAMING,
    REQUEST_REPLIED,
};

struct request_parameter {
    const char *name;
    const char *value;
};

struct request_block {
    struct request_block *next;
};

struct request {
    TAILQ_ENTRY(request) link;
    struct evhttp_request *ev;
    struct server *server; /* NULL after server_destroy */
    struct connection *connection;
    void *app;
    void *user;

    enum request_state state;
    bool gone;
    bool head_only;     /* the reply has no body: HEAD */
    bool closed_untold; /* on_closed is due */

    enum http_method method;
    const char *path;
    size_t path_length;
    struct router_match match;
    const char *segments[ROUTER_PARAMETERS_MAX];
    struct request_parameter *query;
    size_t query_count;
    const char *peer;
    const char *etag;
    char id[65];

    int status;
    uint64_t bytes;
    int64_t started_us;

    request_stream_fn *on_drained;
    request_stream_fn *on_closed;
    void *stream_context;

    struct request_block *blocks;
    size_t block_used; /* of the newest block, or of first[] */
    size_t block_size;
    _Alignas(16) char first[768];
};

/* request.c */
struct request *request_create(struct server *server, struct connection *connection,
                               struct evhttp_request *ev);
bool request_decode_segments(struct request *request) must_check;
void request_close_connection(struct connection *connection); /* the connection is going */
void request_written(struct request *request);                /* the last byte is out */
void request_release(struct request *request); /* frees ours; the evhttp_request when gone */
void request_forget_server(struct request *request);
void request_free_spares(struct server *server);
void request_make_id(struct server *server, char id[REQUEST_ID_SIZE]);

/* request_query.c */
bool request_parse_query(struct request *request, const char *query) must_check;

/* accept.c */
bool accept_gzip(const char *accept_encoding);
int accept_best(const char *accept, const char *const *types);

/* reply.c. Between reply_begin and reply_finish the body goes to reply_output. */
void reply_begin(struct request *request, int status, const char *content_type);
struct evbuffer *reply_output(struct request *request);
void reply_finish(struct request *request, size_t body_length);
void reply_default_headers(struct request *request, const char *content_type);
void reply_etag_header(struct request *request, const char *suffix);
bool reply_accepts_gzip(const struct request *request);
bool reply_none_match(const struct request *request, const char *tag);

/* problem.c: all of the document but its end, for whoever adds members; initialises `body`. */
void problem_begin(struct buf *body, const char *id, int status, const char *slug,
                   const char *detail);

/* refusal.c: watches an output for a page that evhttp writes by itself, the connection being the
 * context; and exchanges those pages. */
void refusal_notice(struct evbuffer *output, const struct evbuffer_cb_info *info, void *context);
void refusal_attend(struct server *server);

/* reply_stream.c */
void reply_stream_tell_closed(struct server *server);

#endif

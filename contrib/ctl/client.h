/* client: one connection to the daemon's HTTP interface. A call is sent once, and again only where
 * that is safe: when the method may be repeated, or the server says that it did nothing yet (503 or
 * 429 with Retry-After). Repetition is bounded. */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <debriefd/buf.h>

struct client;

/* Both borrowed for the call only. `server` is a URL, or unix:/PATH of a socket; `key` may be NULL.
 */
struct client *client_create(const char *server, const char *key);
void client_destroy(struct client *client);

const char *client_key(const struct client *client); /* NULL for none */

/* Gets bytes as they come; false ends the call. */
typedef bool (*client_sink_fn)(void *context, const char *bytes, size_t length);

enum client_patience {
    CLIENT_PROMPT,  /* somebody waits: nobody listening is told at once */
    CLIENT_PATIENT, /* a long upload: the server may be restarting */
};

struct client_call {
    const char *method;
    const char *path; /* with its query, already encoded */
    const char *type; /* of the body, NULL for no body */
    const char *body;
    size_t length;
    const char *accept;     /* NULL: whatever there is */
    const char *bearer;     /* NULL: the client's key */
    const char *last_event; /* NULL, or Last-Event-ID */
    bool is_repeatable;     /* besides GET and PUT: the server takes it twice for once */
    client_sink_fn sink;    /* of a 2xx body; such a call has no time limit */
    void *context;          /* of sink */
    enum client_patience patience;
};

struct client_reply {
    long status;
    long retry_after; /* seconds, 0 for none */
    struct buf body;  /* empty when the sink got it */
};

void client_reply_init(struct client_reply *reply);
void client_reply_finish(struct client_reply *reply);

/* False when no complete reply came: ERR_UNAVAILABLE. Any status is a reply. */
bool client_send(struct client *client, const struct client_call *call, struct client_reply *reply,
                 struct error *err) must_check;

/* Appends a path segment or query value, percent-encoded (RFC 3986 2.1). */
void client_encode(struct buf *path, const char *text);

#endif

#include "client.h"

#include <curl/curl.h>
#include <debriefd/version.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ATTEMPTS           5
#define CONNECT_TIMEOUT_MS 10000L
#define TIMEOUT_MS         120000L
#define RETRY_AFTER_MAX    30 /* seconds */

struct client {
    CURL *curl;
    char *base;
    char *socket_path; /* NULL: TCP */
    char *key;         /* NULL: none */
    char fault[CURL_ERROR_SIZE];
};

struct transfer {
    struct client *client;
    const struct client_call *call;
    struct client_reply *reply;
    bool is_stopped; /* by the sink */
};

struct client *client_create(const char *server, const char *key)
{
    struct client *client = xcalloc(sizeof *client);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    client->curl = curl_easy_init();
    if (client->curl == NULL)
        abort();
    bool is_socket = strncmp(server, "unix:", 5) == 0;
    client->socket_path = is_socket ? xstrdup(server + 5) : NULL;
    client->base = xstrdup(is_socket ? "http://localhost" : server);
    size_t length = strlen(client->base);
    while (length > 0 && client->base[length - 1] == '/')
        client->base[--length] = '\0';
    client->key = key != NULL ? xstrdup(key) : NULL;
    return client;
}

void client_destroy(struct client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    curl_global_cleanup();
    free(client->base);
    free(client->socket_path);
    free(client->key);
    free(client);
}

const char *client_key(const struct client *client)
{
    return client->key;
}

void client_reply_init(struct client_reply *reply)
{
    *reply = (struct client_reply){0};
    buf_init(&reply->body);
}

void client_reply_finish(struct client_reply *reply)
{
    buf_finish(&reply->body);
}

static size_t on_bytes(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    long status = 0;
    curl_easy_getinfo(transfer->client->curl, CURLINFO_RESPONSE_CODE, &status);
    if (transfer->call->sink == NULL || status >= 300) {
        buf_append(&transfer->reply->body, bytes, size * count);
        return size * count;
    }
    transfer->is_stopped = !transfer->call->sink(transfer->call->context, bytes, size * count);
    return transfer->is_stopped ? 0 : size * count;
}

static struct curl_slist *add_header(struct curl_slist *headers, const char *name,
                                     const char *value)
{
    if (value == NULL)
        return headers;
    struct buf line;
    buf_init(&line);
    buf_printf(&line, "%s: %s", name, value);
    headers = curl_slist_append(headers, buf_text(&line));
    buf_finish(&line);
    return headers;
}

static struct curl_slist *write_headers(const struct client *client, const struct client_call *call)
{
    const char *bearer = call->bearer != NULL ? call->bearer : client->key;
    struct buf value;
    buf_init(&value);
    buf_printf(&value, "Bearer %s", bearer != NULL ? bearer : "");
    struct curl_slist *headers = NULL;
    headers = add_header(headers, "Authorization", bearer != NULL ? buf_text(&value) : NULL);
    headers = add_header(headers, "Accept", call->accept);
    headers = add_header(headers, "Content-Type", call->type);
    headers = add_header(headers, "Last-Event-ID", call->last_event);
    headers = curl_slist_append(headers, "Expect:");
    buf_finish(&value);
    return headers;
}

static void set_body(CURL *curl, const struct client_call *call)
{
    if (call->type == NULL && strcmp(call->method, "POST") != 0)
        return;
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body != NULL ? call->body : "");
}

/* No proxy: the daemon stands beside, or behind a name of its own. */
static void set_options(struct transfer *transfer, const char *url, struct curl_slist *headers)
{
    struct client *client = transfer->client;
    CURL *curl = client->curl;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket_path);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "debriefctl/" DEBRIEFD_VERSION);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, transfer->call->sink != NULL ? 0L : TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->fault);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    set_body(curl, transfer->call);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, transfer->call->method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
}

static CURLcode send_once(struct client *client, const struct client_call *call,
                          struct client_reply *reply)
{
    struct transfer transfer = {client, call, reply, false};
    struct buf url;
    buf_init(&url);
    buf_printf(&url, "%s%s", client->base, call->path);
    struct curl_slist *headers = write_headers(client, call);
    client->fault[0] = '\0';
    buf_clear(&reply->body);
    set_options(&transfer, buf_text(&url), headers);
    CURLcode code = curl_easy_perform(client->curl);
    curl_off_t retry_after = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &retry_after);
    reply->retry_after = retry_after > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (long)retry_after;
    curl_slist_free_all(headers);
    buf_finish(&url);
    return transfer.is_stopped ? CURLE_OK : code;
}

static bool is_repeatable(const struct client_call *call)
{
    return call->is_repeatable || strcmp(call->method, "GET") == 0 ||
           strcmp(call->method, "PUT") == 0;
}

static bool is_worth_repeating(const struct client_call *call, CURLcode code,
                               const struct client_reply *reply)
{
    bool is_unreached = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
    if (is_unreached)
        return call->patience == CLIENT_PATIENT;
    if (code != CURLE_OK)
        return is_repeatable(call) && call->sink == NULL;
    return (reply->status == 503 || reply->status == 429) && reply->retry_after > 0;
}

static void wait_before(int attempt, long retry_after)
{
    long milliseconds = retry_after > 0 ? retry_after * 1000 : 250L << attempt;
    struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

bool client_send(struct client *client, const struct client_call *call, struct client_reply *reply,
                 struct error *err)
{
    CURLcode code = send_once(client, call, reply);
    for (int attempt = 1; attempt < ATTEMPTS && is_worth_repeating(call, code, reply); attempt++) {
        wait_before(attempt, code == CURLE_OK ? reply->retry_after : 0);
        code = send_once(client, call, reply);
    }
    if (code == CURLE_OK)
        return true;
    return error_set(err, ERR_UNAVAILABLE, "%s",
                     client->fault[0] != '\0' ? client->fault : curl_easy_strerror(code));
}

void client_encode(struct buf *path, const char *text)
{
    static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789-._~";
    for (; *text != '\0'; text++) {
        if (strchr(kept, *text) != NULL)
            buf_append_char(path, *text);
        else
            buf_printf(path, "%%%02X", (unsigned char)*text);
    }
}

#include <debriefd/webhook.h>

#include <assert.h>
#include <curl/curl.h>
#include <debriefd/address_policy.h>
#include <debriefd/clock.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAY_SECONDS 86400
#define WAIT_MS     1000

struct secret_key webhook_secret(const struct secret_key *key, const struct uuid *programme,
                                 const struct uuid *webhook)
{
    struct secret_key secret;
    for (uint8_t half = 0; half < 2; half++) {
        char label[120];
        int length = snprintf(label, sizeof label, "webhook/%u/%s/%s", (unsigned)half,
                              uuid_format(programme).text, uuid_format(webhook).text);
        struct secret_mac mac = secret_mac(key, label, (size_t)length);
        memcpy(secret.bytes + half * sizeof mac.bytes, mac.bytes, sizeof mac.bytes);
    }
    return secret;
}

struct webhook_secret_text webhook_secret_text(const struct secret_key *secret)
{
    struct webhook_secret_text text;
    char encoded[SECRET_BASE64_PADDED_SIZE(SECRET_KEY_LENGTH)];
    secret_base64_padded(secret->bytes, sizeof secret->bytes, encoded);
    snprintf(text.text, sizeof text.text, "whsec_%s", encoded);
    return text;
}

void webhook_sign(const struct secret_key *secret, const char *id, int64_t unix_seconds,
                  const struct buf *body, struct buf *signature)
{
    struct buf signed_text;
    char encoded[SECRET_BASE64_PADDED_SIZE(SECRET_HASH_LENGTH)];
    buf_init(&signed_text);
    buf_printf(&signed_text, "%s.%lld.", id, (long long)unix_seconds);
    buf_append(&signed_text, body->data, body->length);
    struct secret_hash mac = secret_hmac(secret, signed_text.data, signed_text.length);
    secret_base64_padded(mac.bytes, sizeof mac.bytes, encoded);
    buf_printf(signature, "v1,%s", encoded);
    buf_finish(&signed_text);
}

struct transfer {
    const struct webhook_options *options;
    CURL *curl;
    struct curl_slist *headers;
    bool is_refused; /* by the address policy */
    char fault[CURL_ERROR_SIZE];
};

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct transfer *transfer = context;
    if (!transfer->options->allows_private && !address_is_public(&address->addr)) {
        transfer->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* What a receiver says beyond its status is not looked at. */
static size_t discard(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
    struct buf line;
    buf_init(&line);
    buf_printf(&line, "%s: %s", name, value);
    transfer->headers = curl_slist_append(transfer->headers, buf_text(&line));
    buf_finish(&line);
}

static void set_headers(struct transfer *transfer, const struct webhook_message *message)
{
    int64_t now = clock_wall_us() / CLOCK_SECOND_US;
    char timestamp[24];
    struct buf signature;
    buf_init(&signature);
    snprintf(timestamp, sizeof timestamp, "%lld", (long long)now);
    webhook_sign(&message->secret, message->id, now, message->body, &signature);
    add_header(transfer, "Content-Type", "application/json");
    add_header(transfer, "webhook-id", message->id);
    add_header(transfer, "webhook-timestamp", timestamp);
    add_header(transfer, "webhook-signature", buf_text(&signature));
    add_header(transfer, "Expect", "");
    buf_finish(&signature);
}

static void start(struct transfer *transfer, CURLM *multi, const struct webhook_message *message)
{
    CURL *curl = curl_easy_init();
    assert(curl != NULL);
    transfer->curl = curl;
    set_headers(transfer, message);
    curl_easy_setopt(curl, CURLOPT_URL, message->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                     transfer->options->allows_private ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "debriefd/" DEBRIEFD_VERSION);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(transfer->options->timeout_us / 1000));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)message->body->length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, buf_text(message->body));
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->fault);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, transfer);
    curl_multi_add_handle(multi, curl);
}

static void read_status(const struct transfer *transfer, struct webhook_answer *answer)
{
    long status = 0;
    curl_off_t wait = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->curl, CURLINFO_RETRY_AFTER, &wait);
    answer->status = (int)status;
    answer->wait_seconds = wait > DAY_SECONDS ? DAY_SECONDS : (int)wait;
    snprintf(answer->text, sizeof answer->text, "%ld", status);
}

static void read_answer(const struct transfer *transfer, CURLcode code,
                        struct webhook_answer *answer)
{
    if (code == CURLE_OK)
        read_status(transfer, answer);
    else if (transfer->is_refused)
        snprintf(answer->text, sizeof answer->text, "the address is not public");
    else
        snprintf(answer->text, sizeof answer->text, "%.119s",
                 transfer->fault[0] != '\0' ? transfer->fault : curl_easy_strerror(code));
}

static void run(CURLM *multi)
{
    int running = 1;
    while (running > 0 && curl_multi_perform(multi, &running) == CURLM_OK && running > 0)
        if (curl_multi_poll(multi, NULL, 0, WAIT_MS, NULL) != CURLM_OK)
            break;
}

static void collect(CURLM *multi, const struct transfer *transfers, struct webhook_answer *answers)
{
    int waiting;
    CURLMsg *told;
    while ((told = curl_multi_info_read(multi, &waiting)) != NULL) {
        char *kept = NULL;
        curl_easy_getinfo(told->easy_handle, CURLINFO_PRIVATE, &kept);
        const struct transfer *transfer = (const void *)kept;
        read_answer(transfer, told->data.result, &answers[transfer - transfers]);
    }
}

void webhook_deliver(const struct webhook_options *options, const struct webhook_message *messages,
                     struct webhook_answer *answers, size_t count)
{
    assert(count <= WEBHOOKS_AT_ONCE);
    struct transfer transfers[WEBHOOKS_AT_ONCE] = {0};
    CURLM *multi = curl_multi_init();
    for (size_t i = 0; i < count; i++) {
        answers[i] = (struct webhook_answer){.text = "no answer"};
        transfers[i].options = options;
        start(&transfers[i], multi, &messages[i]);
    }
    run(multi);
    collect(multi, transfers, answers);
    for (size_t i = 0; i < count; i++) {
        curl_multi_remove_handle(multi, transfers[i].curl);
        curl_easy_cleanup(transfers[i].curl);
        curl_slist_free_all(transfers[i].headers);
    }
    curl_multi_cleanup(multi);
}

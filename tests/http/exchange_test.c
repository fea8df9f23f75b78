#include "fixture.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

/* Requests and replies over a real connection. */

#define END "Host: a\r\nConnection: close\r\n\r\n"

static struct client_reply ask(const char *request)
{
    return client_ask(request, 10000);
}

static bool has(const struct client_reply *reply, const char *text)
{
    return strstr(reply->text, text) != NULL;
}

static void check(const char *request, int status, const char *needle)
{
    struct client_reply reply = ask(request);
    if (client_status(&reply) != status || !has(&reply, needle))
        printf("\n  %s\n  gives %.600s\n", request, reply.text);
    CU_ASSERT_EQUAL(client_status(&reply), status);
    CU_ASSERT(has(&reply, needle));
    CU_ASSERT_EQUAL(reply.end, CLIENT_CLOSED);
    client_free(&reply);
}

static void default_headers(void)
{
    struct client_reply reply = ask("GET /hello HTTP/1.1\r\n" END);
    CU_ASSERT(has(&reply, "\r\nX-Content-Type-Options: nosniff\r\n"));
    CU_ASSERT(has(&reply, "\r\nReferrer-Policy: no-referrer\r\n"));
    CU_ASSERT(has(&reply, "\r\nCache-Control: no-store\r\n"));
    CU_ASSERT(has(&reply, "\r\nX-Request-Id: "));
    CU_ASSERT(has(&reply, "\r\nDate: "));
    CU_ASSERT_FALSE(has(&reply, "\r\nServer:"));
    CU_ASSERT_STRING_EQUAL(client_body(&reply), "hello\n");
    client_free(&reply);
}

static void request_ids(void)
{
    check("GET /hello HTTP/1.1\r\nX-Request-Id: my-id_1.23\r\n" END, 200,
          "X-Request-Id: my-id_1.23\r\n");
    struct client_reply reply = ask("GET /hello HTTP/1.1\r\nX-Request-Id: <script>\r\n" END);
    CU_ASSERT_FALSE(has(&reply, "<script>"));
    client_free(&reply);
    reply = ask("GET /hello HTTP/1.1\r\nX-Request-Id: short\r\n" END);
    CU_ASSERT_FALSE(has(&reply, "X-Request-Id: short"));
    client_free(&reply);
}

static void segments_query_cookie(void)
{
    check("PUT /v1/waves/w%C3%A5/evaluations/e%20x?q=a%2Bb+c&q2 HTTP/1.1\r\n"
          "Cookie: other=1; user=me; userx=2\r\n" END,
          200, "wave=w\303\245 id=e x q=a+b c peer=127.0.0.1 user=me");
    check("POST /v1/waves/0192f0c1:close HTTP/1.1\r\n" END, 200, "closed=0192f0c1");
    check("POST /v1/waves/:close HTTP/1.1\r\n" END, 404, "");
}

static void forwarded_only_from_trusted(void)
{
    check("PUT /v1/waves/w/evaluations/e HTTP/1.1\r\nX-Forwarded-For: 10.9.8.7\r\n" END, 200,
          "peer=127.0.0.1");
    check("PUT /v1/waves/w/evaluations/e HTTP/1.1\r\nX-Forwarded-For: 10.9.8.7\r\n"
          "X-Debriefd-Proxy-Key: wrong\r\n" END,
          200, "peer=127.0.0.1");
    check("PUT /v1/waves/w/evaluations/e HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1, 10.9.8.7\r\n"
          "X-Debriefd-Proxy-Key: the-key\r\n" END,
          200, "peer=10.9.8.7");
}

static void query_expectations(void)
{
    check("GET /query?a=1&b=2 HTTP/1.1\r\n" END, 204, "");
    check("GET /query?a=1&a=2 HTTP/1.1\r\n" END, 400, "is repeated");
    check("GET /query?c HTTP/1.1\r\n" END, 400, "is unknown");
}

static void json_required(void)
{
    check("POST /json HTTP/1.1\r\nContent-Type: application/json\r\n" END, 204, "");
    check("POST /json HTTP/1.1\r\nContent-Type: Application/JSON; charset=UTF-8\r\n" END, 204, "");
    check("POST /json HTTP/1.1\r\nContent-Type: application/json; charset=latin1\r\n" END, 415,
          "/problems/unsupported-media-type");
    check("POST /json HTTP/1.1\r\nContent-Type: application/jsonx\r\n" END, 415, "");
    check("POST /json HTTP/1.1\r\n" END, 415, "");
}

static void negotiation(void)
{
    check("GET /negotiate HTTP/1.1\r\n" END, 200, "application/json");
    check("GET /negotiate HTTP/1.1\r\nAccept: text/csv\r\n" END, 200, "text/csv");
    check("GET /negotiate HTTP/1.1\r\nAccept: text/*;q=0.5, */*;q=0.1\r\n" END, 200, "text/csv");
    check("GET /negotiate HTTP/1.1\r\nAccept: */*, application/json;q=0\r\n" END, 200, "text/csv");
    check("GET /negotiate HTTP/1.1\r\nAccept: image/png\r\n" END, 406, "/problems/not-acceptable");
}

static void head_is_get_without_body(void)
{
    struct client_reply reply = ask("HEAD /hello HTTP/1.1\r\n" END);
    CU_ASSERT_EQUAL(client_status(&reply), 200);
    CU_ASSERT(has(&reply, "Content-Length: 6\r\n"));
    CU_ASSERT_STRING_EQUAL(client_body(&reply), "");
    client_free(&reply);
    reply = ask("HEAD /stream/3 HTTP/1.1\r\n" END);
    CU_ASSERT_EQUAL(client_status(&reply), 200);
    CU_ASSERT_STRING_EQUAL(client_body(&reply), "");
    client_free(&reply);
    reply = ask("HEAD /nothing HTTP/1.1\r\n" END);
    CU_ASSERT_EQUAL(client_status(&reply), 404);
    CU_ASSERT_STRING_EQUAL(client_body(&reply), "");
    client_free(&reply);
}

static void methods(void)
{
    check("DELETE /hello HTTP/1.1\r\n" END, 405, "\r\nAllow: GET, HEAD, OPTIONS\r\n");
    check("OPTIONS /echo HTTP/1.1\r\n" END, 204,
          "\r\nAllow: POST, PUT, PATCH, DELETE, OPTIONS\r\n");
    check("OPTIONS /nothing HTTP/1.1\r\n" END, 404, "");
}

static void problems(void)
{
    check("GET /nothing HTTP/1.1\r\nX-Request-Id: abcdefgh\r\n" END, 404,
          "{\"type\":\"/problems/not-found\",\"title\":\"Not "
          "Found\",\"status\":404,\"detail\":\"There "
          "is nothing at this path\",\"instance\":\"urn:request:abcdefgh\"}");
    check("GET /unavailable HTTP/1.1\r\n" END, 503, "\r\nRetry-After: 1\r\n");
    check(
        "GET /violate HTTP/1.1\r\n" END, 422,
        "\"errors\":[{\"pointer\":\"/answers/A\",\"code\":\"out_of_range\",\"detail\":\"the rating "
        "\\\"6\\\" is above 5\"},{\"pointer\":\"\",");
    struct client_reply reply = ask("GET /fail HTTP/1.1\r\n" END);
    CU_ASSERT_EQUAL(client_status(&reply), 500);
    CU_ASSERT_FALSE(has(&reply, "secret"));
    client_free(&reply);
}

static void inflate_body(const struct client_reply *reply, char *out, size_t size)
{
    const char *body = client_body(reply);
    size_t length = reply->length - (size_t)(body - reply->text);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)body, .avail_in = (uInt)length};
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)size - 1;
    CU_ASSERT_EQUAL_FATAL(inflateInit2(&stream, 15 + 16), Z_OK);
    CU_ASSERT_EQUAL(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out[stream.total_out] = '\0';
    inflateEnd(&stream);
}

static void compression(void)
{
    static char plain[8192];
    struct client_reply reply = ask("GET /big/4000 HTTP/1.1\r\nAccept-Encoding: gzip\r\n" END);
    CU_ASSERT(has(&reply, "\r\nContent-Encoding: gzip\r\n"));
    CU_ASSERT(has(&reply, "\r\nVary: Accept-Encoding\r\n"));
    inflate_body(&reply, plain, sizeof plain);
    CU_ASSERT_EQUAL(strlen(plain), 4000);
    CU_ASSERT_EQUAL(strncmp(plain, "abcdefghijklmnopqrstuvwxyzabc", 29), 0);
    client_free(&reply);
    static const char *const plainly[] = {"", "Accept-Encoding: identity\r\n",
                                          "Accept-Encoding: gzip;q=0\r\n",
                                          "Accept-Encoding: br\r\n"};
    for (size_t i = 0; i < 4; i++) {
        char request[200];
        snprintf(request, sizeof request, "GET /big/4000 HTTP/1.1\r\n%s" END, plainly[i]);
        reply = ask(request);
        CU_ASSERT_FALSE(has(&reply, "Content-Encoding"));
        CU_ASSERT_EQUAL(strlen(client_body(&reply)), 4000);
        client_free(&reply);
    }
    reply = ask("GET /hello HTTP/1.1\r\nAccept-Encoding: gzip\r\n" END);
    CU_ASSERT_FALSE(has(&reply, "Content-Encoding"));
    client_free(&reply);
}

static void cached_bodies(void)
{
    static char plain[8192];
    struct client_reply reply = ask("GET /cached HTTP/1.1\r\n" END);
    CU_ASSERT(has(&reply, "\r\nETag: \"rev7\"\r\n"));
    CU_ASSERT(has(&reply, "\r\nCache-Control: no-cache\r\n"));
    CU_ASSERT_EQUAL(strlen(client_body(&reply)), 1300);
    client_free(&reply);
    reply = ask("GET /cached HTTP/1.1\r\nAccept-Encoding: gzip, br\r\n" END);
    CU_ASSERT(has(&reply, "\r\nETag: \"rev7-gz\"\r\n"));
    inflate_body(&reply, plain, sizeof plain);
    CU_ASSERT_EQUAL(strlen(plain), 1300);
    client_free(&reply);
    check("GET /cached HTTP/1.1\r\nIf-None-Match: \"rev7\"\r\n" END, 304, "ETag: \"rev7\"");
    check("GET /cached HTTP/1.1\r\nIf-None-Match: \"rev7-gz\"\r\n" END, 304, "");
    check("GET /cached HTTP/1.1\r\nIf-None-Match: \"rev8\"\r\n" END, 200, "");
    check("HEAD /cached HTTP/1.1\r\n" END, 200, "Content-Length: 1300\r\n");
}

static void conditions(void)
{
    check("GET /tagged HTTP/1.1\r\n" END, 200, "ETag: \"r42\"");
    check("GET /tagged HTTP/1.1\r\nIf-None-Match: \"a\", W/\"r42\"\r\n" END, 304, "ETag: \"r42\"");
    check("GET /tagged HTTP/1.1\r\nIf-None-Match: *\r\n" END, 304, "");
    check("GET /tagged HTTP/1.1\r\nIf-None-Match: r42\r\n" END, 200, "");
    check("GET /tagged HTTP/1.1\r\nIf-None-Match: \"r4\", \"r421\"\r\n" END, 200, "");
    check("PUT /tagged HTTP/1.1\r\n" END, 428, "");
    check("PUT /tagged HTTP/1.1\r\nIf-Match: \"r42\"\r\n" END, 204, "");
    check("PUT /tagged HTTP/1.1\r\nIf-Match: W/\"r42\"\r\n" END, 412, "");
    check("PUT /tagged HTTP/1.1\r\nIf-Match: \"r41\"\r\n" END, 412, "");
}

static void keep_alive(void)
{
    int fd = client_connect();
    for (int i = 0; i < 50; i++) {
        client_send_text(fd, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        char text[1024];
        ssize_t got = recv(fd, text, sizeof text - 1, 0);
        CU_ASSERT_FATAL(got > 0);
        text[got] = '\0';
        CU_ASSERT(strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
    }
    close(fd);
}

static void pipelining_keeps_order(void)
{
    struct client_reply reply = ask("GET /later/100 HTTP/1.1\r\nHost: a\r\n\r\n"
                                    "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
                                    "POST /echo HTTP/1.1\r\nContent-Length: 4\r\n" END "last");
    CU_ASSERT_EQUAL(client_responses(&reply), 3);
    const char *first = strstr(reply.text, "later ");
    const char *second = strstr(reply.text, "hello\n");
    const char *third = strstr(reply.text, "last");
    CU_ASSERT(first != NULL && second != NULL && third != NULL && first < second && second < third);
    client_free(&reply);
}

static void streaming(void)
{
    struct client_reply reply = ask("GET /stream/300 HTTP/1.1\r\n" END);
    CU_ASSERT(has(&reply, "Transfer-Encoding: chunked"));
    size_t count = 0;
    for (const char *cursor = client_body(&reply); *cursor != '\0'; cursor++)
        count += *cursor == 's';
    CU_ASSERT_EQUAL(count, 300000);
    client_free(&reply);
    reply = ask("GET /stream/3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CU_ASSERT_FALSE(has(&reply, "Transfer-Encoding"));
    CU_ASSERT_EQUAL(strlen(client_body(&reply)), 3000);
    CU_ASSERT_EQUAL(reply.end, CLIENT_CLOSED);
    client_free(&reply);
}

static void stream_notices_a_leaving_client(void)
{
    int before = fixture->closed_calls;
    int fd = client_connect();
    client_send_text(fd, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    struct client_reply reply = client_read(fd, 300);
    CU_ASSERT(has(&reply, ": hello"));
    CU_ASSERT_EQUAL(reply.end, CLIENT_SILENT);
    client_free(&reply);
    close(fd);
    for (int i = 0; i < 1000 && fixture->closed_calls == before; i++)
        client_sleep_ms(10);
    CU_ASSERT_EQUAL(fixture->closed_calls, before + 1);
}

/* The request's body must stay readable for the handler, and its reply must go nowhere. */
static void client_leaves_before_the_reply(void)
{
    for (int i = 0; i < 20; i++) {
        int fd = client_connect();
        client_send_text(fd, "POST /later/50 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        client_sleep_ms(i % 4);
        struct linger now = {1, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(fd);
    }
    for (int i = 0; i < 1000 && (fixture->in_flight > 0 || i < 20); i++)
        client_sleep_ms(10);
    CU_ASSERT_EQUAL(fixture->in_flight, 0);
    check("GET /hello HTTP/1.1\r\n" END, 200, "hello");
}

static void half_closed_client_gets_its_answer(void)
{
    for (int i = 0; i < 30; i++) {
        int fd = client_connect();
        client_send_text(fd, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
        shutdown(fd, SHUT_WR);
        struct client_reply reply = client_read(fd, 10000);
        CU_ASSERT_EQUAL(client_status(&reply), 200);
        CU_ASSERT_EQUAL(reply.end, CLIENT_CLOSED);
        client_free(&reply);
        close(fd);
    }
}

static void access_hook_sees_each_request(void)
{
    int before = fixture->access_calls;
    check("GET /nothing HTTP/1.1\r\n" END, 404, "");
    check("GET /hello HTTP/1.1\r\n" END, 200, "");
    for (int i = 0; i < 100 && fixture->access_calls < before + 2; i++)
        client_sleep_ms(10);
    CU_ASSERT_EQUAL(fixture->access_calls, before + 2);
    CU_ASSERT_EQUAL(fixture->last_status, 200);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"default headers", default_headers},
        {"request ids", request_ids},
        {"segments, query, cookie", segments_query_cookie},
        {"X-Forwarded-For only from the trusted proxy", forwarded_only_from_trusted},
        {"expected query parameters", query_expectations},
        {"JSON required", json_required},
        {"negotiation", negotiation},
        {"HEAD", head_is_get_without_body},
        {"405 and OPTIONS", methods},
        {"problems", problems},
        {"compression", compression},
        {"cached bodies", cached_bodies},
        {"conditions", conditions},
        {"keep-alive", keep_alive},
        {"pipelining keeps order", pipelining_keeps_order},
        {"streaming", streaming},
        {"a stream notices a leaving client", stream_notices_a_leaving_client},
        {"the client leaves before the reply", client_leaves_before_the_reply},
        {"a half-closed client gets its answer", half_closed_client_gets_its_answer},
        {"access hook", access_hook_sees_each_request},
        {NULL, NULL},
    };
    static const char *const proxies[] = {"10.0.0.0/8", "126.0.0.0/7", NULL};
    struct server_options options = server_options_default();
    options.trusted_proxies = proxies;
    options.proxy_key = "the-key";
    fixture_start(&options);
    int result = suite_run("http exchange", tests);
    int server_result = fixture_stop();
    if (server_result != 0)
        printf("the server ended with %d\n", server_result);
    return result != 0 ? result : server_result;
}

#include "fixture.h"

#include <arpa/inet.h>
#include <assert.h>
#include <debriefd/clock.h>
#include <debriefd/xalloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int64_t client_now_ms(void)
{
    return clock_monotonic_us() / 1000;
}

void client_sleep_ms(int duration_ms)
{
    poll(NULL, 0, duration_ms);
}

int client_connect(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)fixture->port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(fd >= 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

/* The server may close while bytes are on their way; that is not the client's failure. */
void client_send(int fd, const void *bytes, size_t length)
{
    const char *cursor = bytes;
    while (length > 0) {
        ssize_t sent = send(fd, cursor, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        cursor += sent;
        length -= (size_t)sent;
    }
}

void client_send_text(int fd, const char *text)
{
    client_send(fd, text, strlen(text));
}

struct client_reply client_read(int fd, int patience_ms)
{
    struct client_reply reply = {.end = CLIENT_SILENT, .text = xcalloc(1)};
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    while (poll(&poller, 1, patience_ms) > 0) {
        reply.text = xrealloc_array(reply.text, reply.length + 65537, 1);
        ssize_t got = recv(fd, reply.text + reply.length, 65536, 0);
        if (got > 0)
            reply.length += (size_t)got;
        reply.text[reply.length] = '\0';
        if (got > 0)
            continue;
        reply.end = CLIENT_CLOSED;
        break;
    }
    return reply;
}

struct client_reply client_ask(const char *request, int patience_ms)
{
    int fd = client_connect();
    assert(fd >= 0);
    client_send_text(fd, request);
    struct client_reply reply = client_read(fd, patience_ms);
    close(fd);
    return reply;
}

void client_free(struct client_reply *reply)
{
    free(reply->text);
    reply->text = NULL;
}

static const char *next_response(const char *text)
{
    const char *found = strstr(text, "HTTP/1.");
    while (found != NULL && (strlen(found) < 12 || found[8] != ' '))
        found = strstr(found + 1, "HTTP/1.");
    return found;
}

int client_status(const struct client_reply *reply)
{
    const char *first = next_response(reply->text);
    return first != NULL ? atoi(first + 9) : 0;
}

int client_responses(const struct client_reply *reply)
{
    int count = 0;
    const char *at = next_response(reply->text);
    for (; at != NULL; at = next_response(at + 1))
        count++;
    return count;
}

const char *client_body(const struct client_reply *reply)
{
    const char *end = strstr(reply->text, "\r\n\r\n");
    return end != NULL ? end + 4 : "";
}

/* Server-sent events (HTML Living Standard 9.2), followed over reconnections. */
#include "ask.h"
#include "resolve.h"
#include <debriefd/clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_MAX_BYTES (64 * 1024)

struct stream {
    const struct invocation *invocation;
    struct buf line;
    struct buf data;
    char event[64];
    char last[64];
    long left; /* events to show; below 0: without end */
};

static bool show_event(struct stream *stream)
{
    if (stream->data.length == 0)
        return true;
    struct buf line;
    buf_init(&line);
    if (!stream->invocation->is_json)
        buf_printf(&line, "%.19sZ  ", clock_format(clock_wall_us()).text);
    if (!stream->invocation->is_json)
        table_append_plain(&line, stream->event);
    buf_append_text(&line, stream->invocation->is_json ? "" : "  ");
    table_append_plain(&line, buf_text(&stream->data));
    puts(buf_text(&line));
    fflush(stdout);
    buf_finish(&line);
    buf_clear(&stream->data);
    if (stream->left > 0)
        stream->left--;
    return stream->left != 0;
}

static const char *value_of(const char *line, const char *field)
{
    size_t length = strlen(field);
    if (strncmp(line, field, length) != 0 || line[length] != ':')
        return NULL;
    return line + length + 1 + (line[length + 1] == ' ');
}

static bool read_line(struct stream *stream, const char *line)
{
    const char *id = value_of(line, "id");
    const char *event = value_of(line, "event");
    const char *data = value_of(line, "data");
    if (line[0] == '\0')
        return show_event(stream);
    if (id != NULL)
        snprintf(stream->last, sizeof stream->last, "%s", id);
    if (event != NULL)
        snprintf(stream->event, sizeof stream->event, "%s", event);
    if (data != NULL)
        buf_append_text(&stream->data, data);
    return true;
}

static bool on_bytes(void *context, const char *bytes, size_t length)
{
    struct stream *stream = context;
    bool goes_on = true;
    for (size_t i = 0; i < length && goes_on; i++) {
        if (bytes[i] == '\n') {
            goes_on = read_line(stream, buf_text(&stream->line));
            buf_clear(&stream->line);
        } else if (bytes[i] != '\r' && stream->line.length < LINE_MAX_BYTES) {
            buf_append_char(&stream->line, bytes[i]);
        }
    }
    return goes_on;
}

static enum ctl_status listen_once(struct invocation *invocation, const char *path,
                                   struct stream *stream, enum client_patience patience)
{
    struct client_reply reply;
    client_reply_init(&reply);
    struct client_call call = {
        .method = "GET",
        .path = path,
        .accept = "text/event-stream",
        .last_event = stream->last[0] != '\0' ? stream->last : NULL,
        .sink = on_bytes,
        .context = stream,
        .patience = patience,
    };
    buf_clear(&stream->line);
    buf_clear(&stream->data);
    struct error err;
    enum ctl_status status = CTL_DONE;
    if (client_send(invocation->client, &call, &reply, &err)) {
        if (reply.status >= 300) {
            ask_tell_problem(&reply, NULL);
            status = CTL_REFUSED;
        }
    } else if (reply.status == 0) {
        status = ctl_fail_error(&err);
    }
    client_reply_finish(&reply);
    return status;
}

/* A stream that ends goes on where it stopped: the server may be restarting. */
static enum ctl_status follow(struct invocation *invocation, const char *path)
{
    static const struct timespec pause = {1, 0};
    const char *count = invocation_option(invocation, "count");
    const char *after = invocation_option(invocation, "after");
    struct stream stream = {.invocation = invocation,
                            .left = count != NULL ? strtol(count, NULL, 10) : -1};
    buf_init(&stream.line);
    buf_init(&stream.data);
    snprintf(stream.last, sizeof stream.last, "%s", after != NULL ? after : "");
    enum ctl_status status = listen_once(invocation, path, &stream, CLIENT_PROMPT);
    while (status == CTL_DONE && stream.left != 0) {
        nanosleep(&pause, NULL);
        status = listen_once(invocation, path, &stream, CLIENT_PATIENT);
    }
    buf_finish(&stream.line);
    buf_finish(&stream.data);
    return status;
}

enum ctl_status events_follow(struct invocation *invocation)
{
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/programmes/");
    enum ctl_status status = resolve_programme(invocation, &path);
    buf_append_text(&path, "/events");
    if (status == CTL_DONE)
        status = follow(invocation, buf_text(&path));
    buf_finish(&path);
    return status;
}

#include "events.h"

#include "resources.h"
#include <debriefd/clock.h>
#include <debriefd/xalloc.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define HEARTBEAT_US (15 * CLOCK_SECOND_US)
#define STREAMS_MAX  1000
#define EVENTS_MAX   200 /* in one answer of events_since */

/* Counted by what may still call it: the hub's list and a query under way. */
struct stream {
    LIST_ENTRY(stream) link;
    struct request *request; /* NULL once ended */
    struct event_hub *hub;
    struct uuid programme;
    char resumed[UUID_TEXT_LENGTH + 1]; /* the event to go on from, or "" */
    int64_t last_number;                /* of the last event sent; -1 until the first look */
    bool is_querying;
    bool is_stale; /* woken while querying */
};

LIST_HEAD(stream_list, stream);

struct event_hub {
    struct api *api;
    struct stream_list streams;
    size_t count;
    struct event *heartbeat;
};

static void end_stream(struct stream *stream)
{
    request_stream_end(stream->request);
    stream->request = NULL;
    LIST_REMOVE(stream, link);
    stream->hub->count--;
    if (!stream->is_querying)
        free(stream);
}

static void on_closed(struct request *request, void *context)
{
    (void)request;
    end_stream(context);
}

/* The first answer tells the client its place, so that it misses nothing when it comes back before
 * any event was told. */
static void write_events(struct stream *stream, const struct rows *rows)
{
    struct buf text;
    buf_init(&text);
    if (stream->last_number < 0)
        buf_append_text(&text, "retry: 2000\n");
    for (int row = 0; row < rows_count(rows); row++) {
        if (rows_int64(rows, row, 0) == stream->last_number)
            continue;
        stream->last_number = rows_int64(rows, row, 0);
        buf_printf(&text, "id: %s\n", rows_text(rows, row, 1));
        if (!rows_is_null(rows, row, 2))
            buf_printf(&text, "event: %s\ndata: %s\n", rows_text(rows, row, 2),
                       rows_text(rows, row, 3));
        buf_append_char(&text, '\n');
    }
    if (text.length > 0)
        request_stream_write(stream->request, buf_text(&text), text.length);
    buf_finish(&text);
}

static void look(struct stream *stream);

static void looked(void *context, const struct rows *rows, const struct error *err)
{
    struct stream *stream = context;
    stream->is_querying = false;
    if (stream->request == NULL) {
        free(stream);
        return;
    }
    if (err == NULL)
        write_events(stream, rows);
    if (stream->is_stale || (err == NULL && rows_count(rows) == EVENTS_MAX))
        look(stream);
}

static void look(struct stream *stream)
{
    stream->is_stale = stream->is_querying;
    if (stream->is_querying)
        return;
    stream->is_querying = true;
    struct params params;
    params_init(&params);
    params_uuid(&params, &stream->programme);
    params_text(&params, stream->resumed[0] != '\0' ? stream->resumed : NULL);
    if (stream->last_number < 0)
        params_null(&params);
    else
        params_int(&params, stream->last_number);
    channel_execute(channel_pool_choose(stream->hub->api->options.pool), "events_since", &params,
                    looked, stream);
    params_finish(&params);
}

void event_hub_wake(struct event_hub *hub)
{
    struct stream *stream;
    LIST_FOREACH(stream, &hub->streams, link)
    {
        look(stream);
    }
}

/* Keeps proxies from closing a quiet stream, and makes up for a lost notification. */
static void beat(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct event_hub *hub = context;
    struct stream *stream;
    LIST_FOREACH(stream, &hub->streams, link)
    {
        request_stream_write(stream->request, ": \n\n", 4);
    }
    event_hub_wake(hub);
}

struct event_hub *event_hub_create(struct api *api)
{
    struct event_hub *hub = xcalloc(sizeof *hub);
    hub->api = api;
    LIST_INIT(&hub->streams);
    hub->heartbeat = event_new(api->options.base, -1, EV_PERSIST, beat, hub);
    struct timeval every = clock_timeval(HEARTBEAT_US);
    event_add(hub->heartbeat, &every);
    return hub;
}

void event_hub_close(struct event_hub *hub)
{
    while (!LIST_EMPTY(&hub->streams)) /* end_stream unlinks it, which the analyzer does not see */
        end_stream(LIST_FIRST(&hub->streams)); // NOLINT(clang-analyzer-unix.Malloc)
}

void event_hub_destroy(struct event_hub *hub)
{
    event_hub_close(hub);
    event_free(hub->heartbeat);
    free(hub);
}

static void get_events(struct request *request)
{
    struct event_hub *hub = request_api(request)->hub;
    struct uuid programme;
    struct uuid last;
    if (!request_programme(request, &programme))
        return;
    if (hub->count >= STREAMS_MAX) {
        request_problem(request, 503, NULL, "too many event streams are open");
        return;
    }
    struct stream *stream = xcalloc(sizeof *stream);
    stream->request = request;
    stream->hub = hub;
    stream->programme = programme;
    stream->last_number = -1;
    const char *resumed = request_header(request, "Last-Event-ID");
    if (resumed != NULL && uuid_parse(resumed, strlen(resumed), &last))
        snprintf(stream->resumed, sizeof stream->resumed, "%s", uuid_format(&last).text);
    request_set_header(request, "X-Accel-Buffering", "no");
    LIST_INSERT_HEAD(&hub->streams, stream, link);
    hub->count++;
    request_stream_start(request, 200, "text/event-stream", NULL, on_closed, stream);
    look(stream);
}

static const struct operation events_operation = {
    .id = "listenEvents",
    .summary = "Server-sent events: released, withdrawn; by a study, or when it is null the "
               "comparison of the programme's studies. Last-Event-ID resumes",
    .roles = ROLES_READERS,
    .answer = "A stream of events",
    .answer_type = "text/event-stream",
    .run = get_events,
};

const struct route event_routes[] = {
    {METHOD_GET, "/v1/programmes/{programme}/events", operation_handle, &events_operation},
    {0},
};

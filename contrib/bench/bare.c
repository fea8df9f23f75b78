/* evhttp alone: the same bytes for every GET, and 304 for the given entity tag.
 *
 * usage: bench_bare PORT BODY ETAG plain|server
 * "plain" uses event_base_new, "server" the loop that the daemon's server uses. */
#include <debriefd/server.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bare {
    char *data;
    size_t length;
    const char *etag;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

static void read_file(const char *path, struct bare *bare)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        die(path);
    bare->length = (size_t)ftell(file);
    bare->data = malloc(bare->length + 1);
    rewind(file);
    if (bare->data == NULL || fread(bare->data, 1, bare->length, file) != bare->length)
        die(path);
    fclose(file);
}

static void on_request(struct evhttp_request *request, void *context)
{
    const struct bare *bare = context;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    const char *known =
        evhttp_find_header(evhttp_request_get_input_headers(request), "If-None-Match");
    evhttp_add_header(headers, "ETag", bare->etag);
    if (known != NULL && strcmp(known, bare->etag) == 0) {
        evhttp_send_reply(request, 304, "Not Modified", NULL);
        return;
    }
    evhttp_add_header(headers, "Content-Type", "application/json");
    evbuffer_add_reference(evhttp_request_get_output_buffer(request), bare->data, bare->length,
                           NULL, NULL);
    evhttp_send_reply(request, 200, "OK", NULL);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("usage: bench_bare PORT BODY ETAG plain|server");
    struct bare bare = {.etag = argv[3]};
    read_file(argv[2], &bare);
    struct event_base *base =
        strcmp(argv[4], "server") == 0 ? server_base_create() : event_base_new();
    struct evhttp *http = evhttp_new(base);
    evhttp_set_gencb(http, on_request, &bare);
    if (evhttp_bind_socket(http, "127.0.0.1", (uint16_t)strtol(argv[1], NULL, 10)) != 0)
        die("cannot listen");
    return event_base_dispatch(base);
}

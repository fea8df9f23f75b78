/* A closed-loop HTTP/1.1 client: as many keep-alive connections as asked for, one thread, and on
 * each connection the next submission as soon as the last one is answered.
 *
 * usage: bench_load PORT CONNECTIONS SECONDS BODY REQUESTS FIRST ACKNOWLEDGED
 * REQUESTS has a line "EVALUATION WAVE TOKEN" a submission and is read from line FIRST (from 0) on;
 * BODY is one JSON text whose first "########" becomes the line's number. ACKNOWLEDGED gets the
 * evaluations that were answered 200 or 201. Prints one line of JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define UUID_LENGTH  36
#define NUMBER_WIDTH 8
#define EVENTS       64

struct connection {
    int fd;
    size_t request;
    int64_t sent_us;
    size_t used;
    char reply[32 * 1024];
};

struct text {
    char *data;
    size_t length;
};

struct load {
    int port;
    int epoll;
    size_t connections;
    struct text body;
    size_t number_at; /* where the body's number is */
    char **lines;
    size_t line_count;
    size_t next;
    size_t outstanding;
    int64_t begin_us;
    int64_t deadline_us;
    int64_t end_us;
    uint32_t *latency_us; /* by answered request */
    size_t *acknowledged;
    size_t acknowledged_count;
    size_t other;
    int other_status;
};

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        die("calloc");
    return memory;
}

static struct text read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        die(path);
    struct text text = {.length = (size_t)ftell(file)};
    text.data = allocate(text.length + 1, 1);
    rewind(file);
    if (fread(text.data, 1, text.length, file) != text.length)
        die(path);
    fclose(file);
    return text;
}

static void read_requests(struct load *load, const char *path, size_t first)
{
    struct text text = read_file(path);
    size_t lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    load->lines = allocate(lines + 1, sizeof *load->lines);
    size_t number = 0;
    for (char *line = strtok(text.data, "\n"); line != NULL; line = strtok(NULL, "\n"))
        if (number++ >= first)
            load->lines[load->line_count++] = line;
}

static void read_body(struct load *load, const char *path)
{
    load->body = read_file(path);
    const char *number = strstr(load->body.data, "########");
    if (number == NULL)
        die("the body has no place for a number");
    load->number_at = (size_t)(number - load->body.data);
}

static int open_connection(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    return fd;
}

static void send_request(struct load *load, struct connection *connection)
{
    const char *line = load->lines[load->next];
    char head[512];
    char number[NUMBER_WIDTH + 1];
    const char *wave = line + UUID_LENGTH + 1;
    int head_length = snprintf(head, sizeof head,
                               "PUT /v1/waves/%.36s/evaluations/%.36s HTTP/1.1\r\nHost: bench\r\n"
                               "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                               "Content-Length: %zu\r\n\r\n",
                               wave, line, wave + UUID_LENGTH + 1, load->body.length);
    snprintf(number, sizeof number, "%08zu", load->next % 100000000);
    size_t behind = load->number_at + NUMBER_WIDTH;
    struct iovec parts[] = {
        {head, (size_t)head_length},
        {load->body.data, load->number_at},
        {number, NUMBER_WIDTH},
        {load->body.data + behind, load->body.length - behind},
    };
    connection->request = load->next++;
    connection->used = 0;
    connection->sent_us = now_us();
    if (writev(connection->fd, parts, 4) != head_length + (ssize_t)load->body.length)
        die("writev");
    load->outstanding++;
}

/* The whole reply's length, or 0 while its head is incomplete. */
static size_t reply_length(struct connection *connection)
{
    connection->reply[connection->used] = '\0';
    const char *end = strstr(connection->reply, "\r\n\r\n");
    if (end == NULL)
        return 0;
    const char *length = strcasestr(connection->reply, "\r\ncontent-length:");
    if (length == NULL || length > end)
        die("a reply without Content-Length");
    return (size_t)(end + 4 - connection->reply) + strtoul(length + 17, NULL, 10);
}

static void take_reply(struct load *load, const struct connection *connection)
{
    int status = (int)strtol(connection->reply + 9, NULL, 10);
    int64_t now = now_us();
    load->outstanding--;
    load->end_us = now;
    if (status == 200 || status == 201) {
        load->latency_us[load->acknowledged_count] = (uint32_t)(now - connection->sent_us);
        load->acknowledged[load->acknowledged_count++] = connection->request;
        return;
    }
    if (load->other++ == 0)
        fprintf(stderr, "%s\n", connection->reply);
    load->other_status = status;
}

static void on_readable(struct load *load, struct connection *connection)
{
    ssize_t got = read(connection->fd, connection->reply + connection->used,
                       sizeof connection->reply - 1 - connection->used);
    if (got <= 0)
        die("a connection was closed");
    connection->used += (size_t)got;
    size_t length = reply_length(connection);
    if (length == 0 || connection->used < length)
        return;
    take_reply(load, connection);
    if (load->next < load->line_count && now_us() < load->deadline_us)
        send_request(load, connection);
}

static void run(struct load *load, int64_t duration_us)
{
    struct connection *all = allocate(load->connections, sizeof *all);
    load->epoll = epoll_create1(0);
    for (size_t i = 0; i < load->connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        all[i].fd = open_connection(load->port);
        epoll_ctl(load->epoll, EPOLL_CTL_ADD, all[i].fd, &event);
    }
    load->begin_us = now_us();
    load->deadline_us = load->begin_us + duration_us;
    for (size_t i = 0; i < load->connections && load->next < load->line_count; i++)
        send_request(load, &all[i]);
    while (load->outstanding > 0) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(load->epoll, events, EVENTS, 30000);
        if (count == 0)
            die("no reply within 30 s");
        for (int i = 0; i < count; i++)
            on_readable(load, events[i].data.ptr);
    }
    for (size_t i = 0; i < load->connections; i++)
        close(all[i].fd);
    free(all);
}

static int ascending(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static void write_acknowledged(const struct load *load, const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        die(path);
    for (size_t i = 0; i < load->acknowledged_count; i++)
        fprintf(file, "%.36s\n", load->lines[load->acknowledged[i]]);
    fclose(file);
}

static void print_result(const struct load *load, const struct rusage *usage)
{
    size_t n = load->acknowledged_count;
    double seconds = (double)(load->end_us - load->begin_us) / 1e6;
    int64_t cpu_us = (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * (int64_t)1000000 +
                     usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
    qsort(load->latency_us, n, sizeof *load->latency_us, ascending);
    printf("{\"acknowledged\":%zu,\"sent\":%zu,\"other\":%zu,\"other_status\":%d,\"seconds\":%.6f,"
           "\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u,\"cpu_us\":%lld}\n",
           n, load->next, load->other, load->other_status, seconds,
           n > 0 ? load->latency_us[n / 2] : 0, n > 0 ? load->latency_us[n * 99 / 100] : 0,
           n > 0 ? load->latency_us[n - 1] : 0, (long long)cpu_us);
}

/* What reading the files cost is not the client's. */
static void subtract(struct rusage *usage, const struct rusage *before)
{
    usage->ru_utime.tv_sec -= before->ru_utime.tv_sec;
    usage->ru_utime.tv_usec -= before->ru_utime.tv_usec;
    usage->ru_stime.tv_sec -= before->ru_stime.tv_sec;
    usage->ru_stime.tv_usec -= before->ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    if (argc != 8) {
        fprintf(stderr, "usage: %s PORT CONNECTIONS SECONDS BODY REQUESTS FIRST ACKNOWLEDGED\n",
                argv[0]);
        return EXIT_FAILURE;
    }
    static struct load load; /* what it points to lasts as long as the process */
    load.port = (int)strtol(argv[1], NULL, 10);
    load.connections = strtoul(argv[2], NULL, 10);
    read_body(&load, argv[4]);
    read_requests(&load, argv[5], strtoul(argv[6], NULL, 10));
    load.latency_us = allocate(load.line_count + 1, sizeof *load.latency_us);
    load.acknowledged = allocate(load.line_count + 1, sizeof *load.acknowledged);
    struct rusage before;
    struct rusage after;
    getrusage(RUSAGE_SELF, &before);
    run(&load, (int64_t)(strtod(argv[3], NULL) * 1e6));
    getrusage(RUSAGE_SELF, &after);
    subtract(&after, &before);
    print_result(&load, &after);
    write_acknowledged(&load, argv[7]);
    return EXIT_SUCCESS;
}

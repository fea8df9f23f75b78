#include <debriefd/telemetry.h>

#include <debriefd/map.h>
#include <debriefd/xalloc.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const double bucket_seconds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                        0.1,    0.25,  0.5,    1,     2.5,  5};

#define BUCKETS (sizeof bucket_seconds / sizeof *bucket_seconds)

struct series_name {
    const char *pattern; /* static: compared by address */
    const char *method;
    long status;
};

struct series {
    struct series_name name;
    uint64_t count;
};

struct durations {
    const char *pattern;
    uint64_t buckets[BUCKETS + 1];
    double sum;
};

struct telemetry {
    struct map *series;
    struct map *durations;
};

struct telemetry *telemetry_create(void)
{
    struct telemetry *telemetry = xcalloc(sizeof *telemetry);
    telemetry->series = map_create(free);
    telemetry->durations = map_create(free);
    return telemetry;
}

void telemetry_destroy(struct telemetry *telemetry)
{
    map_destroy(telemetry->series);
    map_destroy(telemetry->durations);
    free(telemetry);
}

static void count_series(struct telemetry *telemetry, const struct series_name *name)
{
    struct series *series = map_find(telemetry->series, name, sizeof *name);
    if (series == NULL) {
        series = xcalloc(sizeof *series);
        series->name = *name;
        map_add(telemetry->series, name, sizeof *name, series, MAP_FOREVER);
    }
    series->count++;
}

static void count_duration(struct telemetry *telemetry, const char *pattern, double seconds)
{
    struct durations *durations = map_find(telemetry->durations, &pattern, sizeof pattern);
    if (durations == NULL) {
        durations = xcalloc(sizeof *durations);
        durations->pattern = pattern;
        map_add(telemetry->durations, &pattern, sizeof pattern, durations, MAP_FOREVER);
    }
    size_t bucket = 0;
    while (bucket < BUCKETS && seconds > bucket_seconds[bucket])
        bucket++;
    durations->buckets[bucket]++;
    durations->sum += seconds;
}

void telemetry_count_request(struct telemetry *telemetry, const char *pattern, const char *method,
                             int status, int64_t duration_us)
{
    struct series_name name = {pattern, method, status};
    count_series(telemetry, &name);
    count_duration(telemetry, pattern, (double)duration_us / 1e6);
}

static void write_series(void *context, void *value)
{
    const struct series *series = value;
    buf_printf(context,
               "debriefd_http_requests_total{route=\"%s\",method=\"%s\",code=\"%ld\"} %llu\n",
               series->name.pattern, series->name.method, series->name.status,
               (unsigned long long)series->count);
}

static void write_durations(void *context, void *value)
{
    struct buf *text = context;
    const struct durations *durations = value;
    uint64_t total = 0;
    for (size_t i = 0; i <= BUCKETS; i++) {
        total += durations->buckets[i];
        buf_printf(text, "debriefd_http_request_duration_seconds_bucket{route=\"%s\",le=\"",
                   durations->pattern);
        if (i < BUCKETS)
            buf_printf(text, "%g\"} %llu\n", bucket_seconds[i], (unsigned long long)total);
        else
            buf_printf(text, "+Inf\"} %llu\n", (unsigned long long)total);
    }
    buf_printf(text, "debriefd_http_request_duration_seconds_sum{route=\"%s\"} %.6f\n",
               durations->pattern, durations->sum);
    buf_printf(text, "debriefd_http_request_duration_seconds_count{route=\"%s\"} %llu\n",
               durations->pattern, (unsigned long long)total);
}

void telemetry_write_requests(const struct telemetry *telemetry, struct buf *text)
{
    telemetry_write_head(text, "debriefd_http_requests_total", TELEMETRY_COUNTER,
                         "Requests answered, by route, method and status code.");
    map_each(telemetry->series, write_series, text);
    buf_append_text(text,
                    "# HELP debriefd_http_request_duration_seconds From the complete request to "
                    "the last byte written.\n"
                    "# TYPE debriefd_http_request_duration_seconds histogram\n");
    map_each(telemetry->durations, write_durations, text);
}

void telemetry_write_head(struct buf *text, const char *name, enum telemetry_type type,
                          const char *help)
{
    buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
               type == TELEMETRY_COUNTER ? "counter" : "gauge");
}

void telemetry_write_sample(struct buf *text, const char *name, const char *labels, double value)
{
    if (labels[0] != '\0')
        buf_printf(text, "%s{%s} %.17g\n", name, labels, value);
    else
        buf_printf(text, "%s %.17g\n", name, value);
}

void telemetry_write(struct buf *text, const char *name, enum telemetry_type type, const char *help,
                     double value)
{
    telemetry_write_head(text, name, type, help);
    telemetry_write_sample(text, name, "", value);
}

static double resident_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %lu", &pages) != 1) /* NOLINT(cert-err34-c): the kernel writes it */
        pages = 0;
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double open_descriptors(void)
{
    double count = 0;
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL)
        return 0;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count - 3; /* ".", ".." and the directory itself */
}

void telemetry_write_process(struct buf *text)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    telemetry_write(text, "process_cpu_seconds_total", TELEMETRY_COUNTER,
                    "User and system CPU time spent.", seconds);
    telemetry_write(text, "process_resident_memory_bytes", TELEMETRY_GAUGE, "Resident memory size.",
                    resident_bytes());
    telemetry_write(text, "process_open_fds", TELEMETRY_GAUGE, "Open file descriptors.",
                    open_descriptors());
}

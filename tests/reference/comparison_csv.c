/* comparison_csv: reads lines "item,trip,n,mean,sd" from standard input and prints the rows of
 * their comparison as CSV; a null has the type "null" and its reason as value. */
#include <debriefd/comparison.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIPS_MAX 100

struct reader {
    struct comparison *comparison;
    char names[TRIPS_MAX][32];
    size_t trips[TRIPS_MAX];
    size_t count;
};

static void fail(const struct error *err)
{
    fprintf(stderr, "%s\n", err->message);
    exit(EXIT_FAILURE);
}

static size_t trip_of(struct reader *reader, const char *name)
{
    struct error err;
    for (size_t i = 0; i < reader->count; i++)
        if (strcmp(reader->names[i], name) == 0)
            return reader->trips[i];
    size_t place = reader->count++;
    snprintf(reader->names[place], sizeof reader->names[place], "%s", name);
    if (!comparison_add_trip(reader->comparison, name, name, &reader->trips[place], &err))
        fail(&err);
    return reader->trips[place];
}

static bool read_value(struct reader *reader)
{
    char line[200], item[32], trip[32];
    long long n;
    struct comparison_value value = {
        .wave = "post", .unit = "points", .scale = "points", .state = FACTS_WAVE_CLOSED};
    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    if (sscanf(line, "%31[^,],%31[^,],%lld,%lf,%lf", item, trip, &n, &value.mean, &value.sd) != 5)
        exit(EXIT_FAILURE);
    value.item = item;
    value.n = value.N = n;
    value.trip = trip_of(reader, trip);
    struct error err;
    if (!comparison_add(reader->comparison, &value, &err))
        fail(&err);
    return true;
}

static void print_row(const struct metric_row *row)
{
    printf("%s,%s,%s,", row->item, row->slice, row->metric);
    if (row->type == METRIC_NUMBER)
        printf("number,%.17g,", row->value);
    else
        printf("null,%s,", metric_null_name(row->null));
    if (row->has_interval)
        printf("%.17g,%.17g", row->low, row->high);
    else
        printf(",");
    puts("");
}

int main(void)
{
    struct reader reader = {.comparison = comparison_create()};
    while (read_value(&reader))
        ;
    struct metric_rows *rows = metric_rows_create();
    struct error err;
    if (!comparison_compute(reader.comparison, rows, &err))
        fail(&err);
    puts("item,slice,metric,type,value,low,high");
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        print_row(metric_rows_get(rows, i));
    metric_rows_destroy(rows);
    comparison_destroy(reader.comparison);
    return EXIT_SUCCESS;
}

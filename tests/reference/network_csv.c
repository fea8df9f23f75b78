/* network_csv DIRECTORY [PERMUTATIONS SEED]: the network's rows of every trip of a tidy dataset as
 * CSV on standard output; a null has the type "null" and its reason as value. */
#include "tidy_network.h"

#include <stdio.h>
#include <stdlib.h>

struct request {
    const char *directory;
    uint32_t permutations;
    uint64_t seed;
};

static void print_row(const char *trip, const struct metric_row *row)
{
    printf("%s,%s,%s,%s,%s,%lld,%lld,", trip, row->wave, row->slice, row->item, row->metric,
           (long long)row->n, (long long)row->N);
    if (row->type == METRIC_NUMBER)
        printf("number,%.17g,%s\n", row->value, row->method);
    else
        printf("null,%s,%s\n", metric_null_name(row->null), row->method);
}

static void print_trip(const char *trip, void *context)
{
    const struct request *request = context;
    struct network *network =
        tidy_network(request->directory, trip, request->permutations, request->seed);
    struct metric_rows *rows = metric_rows_create();
    network_compute(network, rows);
    for (size_t row = 0; row < metric_rows_count(rows); row++)
        print_row(trip, metric_rows_get(rows, row));
    metric_rows_destroy(rows);
    network_destroy(network);
}

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 4)
        return EXIT_FAILURE;
    struct request request = {.directory = argv[1]};
    if (argc == 4) {
        request.permutations = (uint32_t)strtoul(argv[2], NULL, 10);
        request.seed = strtoull(argv[3], NULL, 10);
    }
    puts("trip,wave,slice,item,metric,n,N,type,value,method");
    tidy_network_trips(request.directory, print_trip, &request);
    return EXIT_SUCCESS;
}

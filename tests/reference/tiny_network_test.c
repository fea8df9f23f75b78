/* Compares the network's rows with the expected values of a tidy dataset outside the project: every
 * metric of the items net, by name. */
#include "expected.h"
#include "tidy_network.h"

#include <stdio.h>
#include <string.h>

struct comparison {
    const json_t *metrics;
    size_t compared;
};

static void compare_trip(const char *trip, void *context)
{
    struct comparison *comparison = context;
    struct network *network = tidy_network(expected_directory(), trip, 0, 0);
    struct metric_rows *rows = metric_rows_create();
    network_compute(network, rows);
    size_t index;
    json_t *expected;
    json_array_foreach(comparison->metrics, index, expected)
    {
        if (strcmp(expected_text(expected, "trip"), trip) != 0 ||
            strncmp(expected_text(expected, "item"), "net", 3) != 0)
            continue;
        expected_compare(expected, rows);
        comparison->compared++;
    }
    metric_rows_destroy(rows);
    network_destroy(network);
}

static void rows_equal_the_expected_values(void)
{
    json_t *document = expected_load();
    struct comparison comparison = {json_object_get(document, "metrics"), 0};
    tidy_network_trips(expected_directory(), compare_trip, &comparison);
    printf(" %zu values ", comparison.compared);
    CU_ASSERT(comparison.compared > 600);
    json_decref(document);
}

int main(void)
{
    return expected_suite("tiny network", rows_equal_the_expected_values);
}

/* Compares the network's rows with the expected values of a tidy dataset outside the project, in
 * the directory that DEBRIEFD_TINY names: every metric of the items net, by name, with the
 * tolerance given there. */
#include "suite.h"
#include "tidy_network.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *directory;

static const char *text_of(const json_t *expected, const char *key)
{
    return json_string_value(json_object_get(expected, key));
}

static bool agrees(const json_t *expected, const struct metric_row *row)
{
    const json_t *value = json_object_get(expected, "value");
    if (json_is_null(value))
        return row->type == METRIC_NULL;
    double tolerance = json_number_value(json_object_get(expected, "tol"));
    return row->type == METRIC_NUMBER && fabs(row->value - json_number_value(value)) <= tolerance;
}

static void compare(const json_t *expected, const struct metric_rows *rows)
{
    const struct metric_row *row =
        metric_rows_find(rows, text_of(expected, "wave"), text_of(expected, "slice"),
                         text_of(expected, "item"), text_of(expected, "metric"));
    if (row != NULL && agrees(expected, row)) {
        CU_PASS("as expected");
        return;
    }
    char *dump = json_dumps(expected, JSON_COMPACT);
    printf("\n%s: %s", dump, row == NULL ? "no row" : metric_null_name(row->null));
    if (row != NULL && row->type == METRIC_NUMBER)
        printf(" %.17g", row->value);
    free(dump);
    CU_FAIL("differs from the expected value");
}

struct comparison {
    const json_t *metrics;
    size_t compared;
};

static void compare_trip(const char *trip, void *context)
{
    struct comparison *comparison = context;
    struct network *network = tidy_network(directory, trip, 0, 0);
    struct metric_rows *rows = metric_rows_create();
    network_compute(network, rows);
    size_t index;
    json_t *expected;
    json_array_foreach(comparison->metrics, index, expected)
    {
        if (strcmp(text_of(expected, "trip"), trip) != 0 ||
            strncmp(text_of(expected, "item"), "net", 3) != 0)
            continue;
        compare(expected, rows);
        comparison->compared++;
    }
    metric_rows_destroy(rows);
    network_destroy(network);
}

static void rows_equal_the_expected_values(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/expected.json", directory);
    json_t *document = json_load_file(path, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    struct comparison comparison = {json_object_get(document, "metrics"), 0};
    tidy_network_trips(directory, compare_trip, &comparison);
    printf(" %zu values ", comparison.compared);
    CU_ASSERT(comparison.compared > 600);
    json_decref(document);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"rows equal the expected values", rows_equal_the_expected_values},
        {0},
    };
    directory = getenv("DEBRIEFD_TINY");
    if (directory == NULL) {
        printf("skipped: DEBRIEFD_TINY names no directory\n");
        return SUITE_SKIPPED;
    }
    return suite_run("tiny network", tests);
}

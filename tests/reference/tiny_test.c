/* Compares rows with the expected values of a tidy dataset outside the project, in the directory
 * that DEBRIEFD_TINY names: every metric of the families here, by name, with the tolerance given
 * there. */
#include "suite.h"
#include "tidy.h"

#include <debriefd/metric.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *directory;

/* Metrics of families that are not computed from these facts. */
static const char *const elsewhere_waves[] = {"pre>fu", "pool", "int"};
static const char *const elsewhere_items[] = {"net", "net_panel", "net_recon", "net_broker"};

static bool listed(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static const char *text_of(const json_t *expected, const char *key)
{
    return json_string_value(json_object_get(expected, key));
}

static bool ours(const json_t *expected)
{
    const char *item = text_of(expected, "item");
    return !listed(text_of(expected, "wave"), elsewhere_waves, 3) &&
           !listed(item, elsewhere_items, 4);
}

static bool agrees(const json_t *expected, const struct metric_row *row)
{
    const json_t *value = json_object_get(expected, "value");
    if (json_is_null(value))
        return row->type == METRIC_NULL;
    if (json_is_string(value))
        return row->type == METRIC_TEXT && strcmp(row->text, json_string_value(value)) == 0;
    double tolerance = json_number_value(json_object_get(expected, "tol"));
    return row->type == METRIC_NUMBER && fabs(row->value - json_number_value(value)) <= tolerance;
}

static void compare(const json_t *expected, const struct metric_rows *rows)
{
    const char *wave = text_of(expected, "wave"), *slice = text_of(expected, "slice");
    const char *item = text_of(expected, "item"), *metric = text_of(expected, "metric");
    const struct metric_row *row = metric_rows_find(rows, wave, slice, item, metric);
    if (row != NULL && agrees(expected, row)) {
        CU_PASS(metric);
        return;
    }
    char *dump = json_dumps(expected, JSON_COMPACT);
    printf("\n%s: %s", dump, row == NULL ? "no row" : metric_null_name(row->null));
    if (row != NULL && row->type == METRIC_NUMBER)
        printf(" %.17g", row->value);
    free(dump);
    CU_FAIL("differs from the expected value");
}

static size_t compare_trip(const json_t *metrics, const char *trip, const struct metric_rows *rows)
{
    size_t index, compared = 0;
    json_t *expected;
    json_array_foreach(metrics, index, expected)
    {
        if (strcmp(text_of(expected, "trip"), trip) != 0 || !ours(expected))
            continue;
        compare(expected, rows);
        compared++;
    }
    return compared;
}

static void rows_equal_the_expected_values(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/expected.json", directory);
    json_t *document = json_load_file(path, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    struct tidy *tidy = tidy_load(directory);
    size_t compared = 0;
    for (size_t i = 0; i < tidy_trips(tidy); i++) {
        const char *trip = tidy_trip(tidy, i);
        struct facts *facts = tidy_facts(tidy, trip);
        struct metric_rows *rows = metric_rows_create();
        metric_compute_all(facts, rows);
        compared += compare_trip(json_object_get(document, "metrics"), trip, rows);
        metric_rows_destroy(rows);
        facts_destroy(facts);
    }
    printf(" %zu values ", compared);
    CU_ASSERT(compared > 1000);
    tidy_destroy(tidy);
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
    return suite_run("tiny", tests);
}

/* Compares the interview family's rows with the expected values of a tidy dataset outside the
 * project, in the directory that DEBRIEFD_TINY names. */
#include "suite.h"
#include "tidy_codings.h"

#include <debriefd/metric.h>
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
    if (row == NULL)
        return false;
    if (json_is_null(value))
        return row->type == METRIC_NULL;
    if (json_is_string(value))
        return row->type == METRIC_TEXT && strcmp(row->text, json_string_value(value)) == 0;
    double tolerance = json_number_value(json_object_get(expected, "tol"));
    return row->type == METRIC_NUMBER && fabs(row->value - json_number_value(value)) <= tolerance;
}

static struct metric_rows *rows_of(const struct codings *codings, const char *trip)
{
    struct metric_rows *rows = metric_rows_create();
    if (strcmp(trip, "all") == 0)
        interview_compute(codings, rows);
    else
        interview_compute_trip(codings, trip, rows);
    return rows;
}

static void compare(const json_t *expected, const struct codings *codings)
{
    struct metric_rows *rows = rows_of(codings, text_of(expected, "trip"));
    const struct metric_row *row =
        metric_rows_find(rows, "int", text_of(expected, "slice"), text_of(expected, "item"),
                         text_of(expected, "metric"));
    if (agrees(expected, row)) {
        CU_PASS("equal");
    } else {
        char *dump = json_dumps(expected, JSON_COMPACT);
        printf("\n%s: %s", dump, row == NULL ? "no row" : metric_null_name(row->null));
        if (row != NULL && row->type == METRIC_NUMBER)
            printf(" %.17g", row->value);
        free(dump);
        CU_FAIL("differs from the expected value");
    }
    metric_rows_destroy(rows);
}

static void rows_equal_the_expected_values(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/expected.json", directory);
    json_t *document = json_load_file(path, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    struct codings *codings = tidy_codings(directory, TIDY_AS_GIVEN);
    size_t index, compared = 0;
    json_t *expected;
    json_array_foreach(json_object_get(document, "metrics"), index, expected)
    {
        if (strcmp(text_of(expected, "wave"), "int") != 0)
            continue;
        compare(expected, codings);
        compared++;
    }
    printf(" %zu values ", compared);
    CU_ASSERT(compared > 80);
    codings_destroy(codings);
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
    return suite_run("tiny interviews", tests);
}

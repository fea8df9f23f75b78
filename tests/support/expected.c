#include "expected.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *expected_directory(void)
{
    return getenv("DEBRIEFD_TINY");
}

int expected_suite(const char *name, void (*run)(void))
{
    const struct suite_test tests[] = {{"rows equal the expected values", run}, {0}};
    if (expected_directory() == NULL) {
        printf("skipped: DEBRIEFD_TINY names no directory\n");
        return SUITE_SKIPPED;
    }
    return suite_run(name, tests);
}

json_t *expected_load(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/expected.json", expected_directory());
    json_t *document = json_load_file(path, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    return document;
}

const char *expected_text(const json_t *expected, const char *key)
{
    return json_string_value(json_object_get(expected, key));
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

void expected_compare(const json_t *expected, const struct metric_rows *rows)
{
    const struct metric_row *row =
        metric_rows_find(rows, expected_text(expected, "wave"), expected_text(expected, "slice"),
                         expected_text(expected, "item"), expected_text(expected, "metric"));
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

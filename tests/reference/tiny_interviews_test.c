/* Compares the interview family's rows with the expected values of a tidy dataset outside the
 * project. */
#include "expected.h"
#include "tidy_codings.h"

#include <stdio.h>
#include <string.h>

static struct metric_rows *rows_of(const struct codings *codings, const char *trip)
{
    struct metric_rows *rows = metric_rows_create();
    if (strcmp(trip, "all") == 0)
        interview_compute(codings, rows);
    else
        interview_compute_trip(codings, trip, rows);
    return rows;
}

static void rows_equal_the_expected_values(void)
{
    json_t *document = expected_load();
    struct codings *codings = tidy_codings(expected_directory(), TIDY_AS_GIVEN);
    size_t index, compared = 0;
    json_t *expected;
    json_array_foreach(json_object_get(document, "metrics"), index, expected)
    {
        if (strcmp(expected_text(expected, "wave"), "int") != 0)
            continue;
        struct metric_rows *rows = rows_of(codings, expected_text(expected, "trip"));
        expected_compare(expected, rows);
        metric_rows_destroy(rows);
        compared++;
    }
    printf(" %zu values ", compared);
    CU_ASSERT(compared > 80);
    codings_destroy(codings);
    json_decref(document);
}

int main(void)
{
    return expected_suite("tiny interviews", rows_equal_the_expected_values);
}

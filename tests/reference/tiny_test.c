/* Compares rows with the expected values of a tidy dataset outside the project: every metric of the
 * families here, by name. */
#include "expected.h"
#include "tidy.h"

#include <stdio.h>
#include <string.h>

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

static bool ours(const json_t *expected)
{
    return !listed(expected_text(expected, "wave"), elsewhere_waves, 3) &&
           !listed(expected_text(expected, "item"), elsewhere_items, 4);
}

static size_t compare_trip(const json_t *metrics, const char *trip, const struct metric_rows *rows)
{
    size_t index, compared = 0;
    json_t *expected;
    json_array_foreach(metrics, index, expected)
    {
        if (strcmp(expected_text(expected, "trip"), trip) != 0 || !ours(expected))
            continue;
        expected_compare(expected, rows);
        compared++;
    }
    return compared;
}

static void rows_equal_the_expected_values(void)
{
    json_t *document = expected_load();
    struct tidy *tidy = tidy_load(expected_directory());
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
    return expected_suite("tiny", rows_equal_the_expected_values);
}

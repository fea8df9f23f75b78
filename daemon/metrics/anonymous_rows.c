#include "anonymous_rows.h"

#include "withhold.h"
#include <debriefd/facts.h>
#include <string.h>

/* Rows of all people that need each one's sector, or the same person in two waves. */
static bool needs_people(const char *metric)
{
    static const char *const names[] = {"resp.R_indicator", "resp.panel_rate", "poststrat_mean",
                                        "poststrat_se", NULL};
    size_t i = 0;
    while (names[i] != NULL && strcmp(names[i], metric) != 0)
        i++;
    return names[i] != NULL;
}

static bool is_frame(const struct metric_row *row)
{
    return strcmp(row->wave, "trip") == 0 || strcmp(row->metric, "resp.N") == 0;
}

enum metric_null anonymous_reason(const struct facts *facts, const struct metric_row *row)
{
    size_t wave;
    if (is_frame(row))
        return METRIC_NOT_NULL;
    if (strcmp(row->slice, "all") != 0 || needs_people(row->metric))
        return METRIC_ANONYMOUS;
    if (!facts_find_wave(facts, row->wave, &wave))
        return METRIC_NOT_NULL;
    return facts_wave_state(facts, wave) == FACTS_WAVE_OPEN ? METRIC_WAVE_OPEN : METRIC_NOT_NULL;
}

void anonymous_compute(const struct metric_family *family, const struct facts *facts,
                       struct metric_rows *rows)
{
    struct metric_rows *computed = metric_rows_create();
    metric_rows_begin(computed, family->name);
    family->compute(facts, computed);
    for (size_t i = 0; i < metric_rows_count(computed); i++) {
        const struct metric_row *row = metric_rows_get(computed, i);
        withhold_row(row, anonymous_reason(facts, row), rows);
    }
    metric_rows_destroy(computed);
}

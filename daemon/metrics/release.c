#include <debriefd/release.h>

#include "families.h"
#include "withhold.h"
#include <assert.h>
#include <debriefd/moments.h>
#include <string.h>

static bool is_index(const struct release_series *series)
{
    return series->item == NULL;
}

static const char *series_name(const struct release_series *series)
{
    return is_index(series) ? series->index : series->item->name;
}

static int lowest(const struct release_series *series)
{
    return is_index(series) ? 0 : series->item->min;
}

static size_t categories(const struct release_series *series)
{
    if (is_index(series))
        return DISCLOSURE_INDEX_MAX + 1;
    return (size_t)(series->item->max - series->item->min + 1);
}

static int64_t answers(const struct release_series *series, size_t group)
{
    int64_t sum = 0;
    for (size_t i = 0; i < categories(series); i++)
        sum += series->groups[group].counts[i];
    return sum;
}

static bool check_series(const struct disclosure_rules *rules, const struct release_series *series,
                         struct error *err)
{
    if ((series->item == NULL) == (series->index == NULL))
        return error_set(err, ERR_INVALID, "a released series is an item or an index");
    if ((series->state == RELEASE_READY) != (series->group_count > 0))
        return error_set(err, ERR_INVALID, "%s has groups exactly when it is ready",
                         series_name(series));
    for (size_t i = 0; i < series->group_count; i++)
        if (!disclosure_is_coded(rules, series->groups[i].counts, categories(series)))
            return error_set(err, ERR_INVALID, "%s of %s is not coded or has too few answers",
                             series_name(series), series->groups[i].name);
    return true;
}

static bool count_group(struct facts *facts, const struct release_series *series, size_t group,
                        struct error *err)
{
    const struct release_group *from = &series->groups[group];
    for (size_t i = 0; i < categories(series); i++) {
        int value = lowest(series) + (int)i;
        struct facts_pair pair = {1, value, from->counts[i]};
        if (pair.count == 0)
            continue;
        bool counted = is_index(series) ? facts_count_composite(facts, series->wave, series->index,
                                                                from->name, &pair, err)
                                        : facts_count(facts, series->wave, series->item->name,
                                                      from->name, value, pair.count, err);
        if (!counted)
            return false;
    }
    return true;
}

static bool add_series(struct facts *facts, const struct release_series *series, struct error *err)
{
    static const struct facts_composite binned = {
        .max = DISCLOSURE_INDEX_MAX, .items = 1, .minimum_answered = 1};
    struct facts_composite composite = binned;
    composite.name = series->index;
    if (is_index(series))
        return facts_add_composite(facts, series->wave, &composite, err);
    return facts_add_item(facts, series->wave, series->item, err);
}

/* An atom outlives the eligibility of its people, so a group is at least as large as its answers.
 */
static bool add_groups(struct facts *facts, const struct release_series *series, struct error *err)
{
    struct facts_slice slice = {.name = "held", .members = series->eligible};
    if (series->group_count == 0)
        return facts_add_slice(facts, &slice, err);
    for (size_t i = 0; i < series->group_count; i++) {
        int64_t n = answers(series, i), eligible = series->groups[i].eligible;
        slice.name = series->groups[i].name;
        slice.members = eligible > n ? eligible : n;
        if (!facts_add_slice(facts, &slice, err))
            return false;
    }
    return true;
}

/* Facts of this series alone, with its groups as slices. */
static bool fill_series(struct facts *facts, const struct release_series *series, struct error *err)
{
    if (!add_groups(facts, series, err) || !facts_slices_done(facts, err) ||
        !facts_add_wave(facts, series->wave, FACTS_WAVE_CLOSED, err) ||
        !add_series(facts, series, err))
        return false;
    for (size_t i = 0; i < series->group_count; i++)
        if (!count_group(facts, series, i, err))
            return false;
    return facts_seal(facts, err);
}

static const struct release_series *find_index(const struct release_input *input,
                                               const struct release_series *item)
{
    for (size_t i = 0; i < input->series_count && item->linked != NULL; i++) {
        const struct release_series *series = &input->series[i];
        if (is_index(series) && strcmp(series->index, item->linked) == 0 &&
            strcmp(series->wave, item->wave) == 0)
            return series;
    }
    return NULL;
}

/* An item of an index that is released too must have the same groups and contributors. */
static bool breaks_link(const struct release_input *input, const struct release_series *item)
{
    const struct release_series *index = find_index(input, item);
    if (index == NULL || index->state != RELEASE_READY || item->state != RELEASE_READY)
        return false;
    if (index->group_count != item->group_count)
        return true;
    int64_t of_index[FACTS_SLICES_MAX], of_item[FACTS_SLICES_MAX];
    for (size_t i = 0; i < item->group_count; i++) {
        if (strcmp(index->groups[i].name, item->groups[i].name) != 0)
            return true;
        of_index[i] = answers(index, i);
        of_item[i] = answers(item, i);
    }
    return !disclosure_same_contributors(of_index, of_item, item->group_count);
}

static enum metric_null series_reason(const struct release_input *input,
                                      const struct release_series *series)
{
    if (series->state == RELEASE_OPEN)
        return METRIC_WITHHELD_OPEN;
    if (series->state == RELEASE_FEW)
        return METRIC_WITHHELD_K;
    return breaks_link(input, series) ? METRIC_WITHHELD_LINKED : METRIC_NOT_NULL;
}

static bool release_series(const struct release_input *input, const struct release_series *series,
                           struct metric_rows *rows, struct error *err)
{
    struct facts *facts = facts_create();
    bool filled = check_series(input->rules, series, err) && fill_series(facts, series, err);
    if (filled)
        withhold_series(input->rules, facts, series_reason(input, series), rows);
    facts_destroy(facts);
    return filled;
}

static bool release_all(const struct release_input *input, struct metric_rows *rows,
                        struct error *err)
{
    withhold_totals(input->rules, input->facts, rows);
    for (size_t i = 0; i < input->frame_count; i++)
        if (!withhold_frame(input, &input->frames[i], rows, err))
            return false;
    for (size_t i = 0; i < input->series_count; i++)
        if (!release_series(input, &input->series[i], rows, err))
            return false;
    balance_compute(input->facts, rows);
    return true;
}

bool release_compute(const struct release_input *input, struct metric_rows *rows, struct error *err)
{
    if (!disclosure_rules_check(input->rules, err))
        return false;
    struct metric_rows *computed = metric_rows_create();
    bool done = release_all(input, computed, err);
    for (size_t i = 0; done && i < metric_rows_count(computed); i++)
        metric_rows_append(rows, metric_rows_get(computed, i));
    metric_rows_destroy(computed);
    return done;
}

#include <debriefd/release.h>

#include "families.h"
#include "release_part.h"
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
    if (series->state == RELEASE_MEAN_OF_ITEMS && !is_index(series))
        return error_set(err, ERR_INVALID, "%s is an item and has no items", series_name(series));
    if ((series->state == RELEASE_READY) != (series->group_count > 0))
        return error_set(err, ERR_INVALID, "%s has groups exactly when it is ready",
                         series_name(series));
    for (size_t i = 0; i < series->group_count; i++)
        if (!disclosure_is_coded(rules, series->groups[i].counts, categories(series)))
            return error_set(err, ERR_INVALID, "%s of %s is not coded or has too few answers",
                             series_name(series), series->groups[i].name);
    for (size_t i = 0; i < series->atom_count; i++)
        if (!disclosure_is_coded(rules, series->atoms[i].counts, categories(series)))
            return error_set(err, ERR_INVALID, "an atom of %s is not coded or has too few answers",
                             series_name(series));
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
bool release_fill(struct facts *facts, const struct release_series *series, struct error *err)
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

/* An index with atoms of its own keeps its items back. */
static bool yields_to_index(const struct release_input *input, const struct release_series *item)
{
    const struct release_series *index = find_index(input, item);
    return index != NULL && index->state == RELEASE_READY;
}

enum metric_null release_reason(const struct release_input *input,
                                const struct release_series *series)
{
    if (series->state == RELEASE_OPEN)
        return METRIC_WITHHELD_OPEN;
    if (series->state == RELEASE_FEW)
        return METRIC_WITHHELD_K;
    return series->state == RELEASE_LINKED || yields_to_index(input, series)
               ? METRIC_WITHHELD_LINKED
               : METRIC_NOT_NULL;
}

static bool release_series(const struct release_input *input, const struct release_series *series,
                           struct metric_rows *rows, struct error *err)
{
    struct facts *facts = facts_create();
    bool filled = release_fill(facts, series, err);
    if (filled)
        withhold_series(input->rules, series, facts, release_reason(input, series), rows);
    facts_destroy(facts);
    return filled;
}

/* The running mean of the items' means in one slice, as 0..100. */
struct item_means {
    double sum;
    int64_t items, n, N; /* n: of the item with the fewest answers */
};

static void add_item_mean(struct item_means *means, const struct release_series *item,
                          const struct metric_row *row)
{
    double span = item->item->max - item->item->min;
    means->sum += 100 * (row->value - item->item->min) / span;
    means->n = means->items == 0 || row->n < means->n ? row->n : means->n;
    means->N = row->N > means->N ? row->N : means->N;
    means->items++;
}

/* False when an item of the index has no released mean in the slice. */
static bool collect_means(const struct release_input *input, const struct release_series *index,
                          const char *slice, const struct metric_rows *rows,
                          struct item_means *means)
{
    for (size_t i = 0; i < input->series_count; i++) {
        const struct release_series *item = &input->series[i];
        if (is_index(item) || find_index(input, item) != index)
            continue;
        const struct metric_row *row =
            metric_rows_find(rows, item->wave, slice, item->item->name, "mean");
        if (row == NULL || row->type != METRIC_NUMBER)
            return false;
        add_item_mean(means, item, row);
    }
    return means->items > 0;
}

static const struct release_series *first_item(const struct release_input *input,
                                               const struct release_series *index)
{
    for (size_t i = 0; i < input->series_count; i++)
        if (!is_index(&input->series[i]) && find_index(input, &input->series[i]) == index)
            return &input->series[i];
    return NULL;
}

static void release_mean_of_items(const struct release_input *input,
                                  const struct release_series *index, struct metric_rows *rows)
{
    const struct release_series *item = first_item(input, index);
    size_t groups = item == NULL ? 0 : item->group_count;
    for (size_t slice = 0; slice <= groups; slice++) {
        struct item_means means = {.N = slice == 0 ? index->eligible : 0};
        const char *name = slice == 0 ? "all" : item->groups[slice - 1].name;
        bool whole = collect_means(input, index, name, rows, &means);
        if (!whole && slice > 0)
            continue;
        struct cell cell = {.rows = rows, .wave = index->wave, .slice = name};
        cell.item = index->index;
        cell.n = whole ? means.n : 0;
        cell.N = means.N;
        enum metric_null null = whole ? METRIC_NOT_NULL : METRIC_WITHHELD_LINKED;
        double mean = whole ? means.sum / (double)means.items : 0;
        cell_either(&cell, "n", null, (double)means.n, "count");
        cell_either(&cell, "mean", null, mean, "points")->method = "mean_of_items";
        cell_null(&cell, "sd", METRIC_WITHHELD_LINKED, "points");
    }
}

static bool is_transfer(const struct release_series *series)
{
    return !is_index(series) &&
           (series->item->kind == FACTS_BINARY || series->item->kind == FACTS_COUNTED);
}

/* Indices without atoms come last: they need their items' rows. */
static bool release_satisfaction(const struct release_input *input, struct metric_rows *rows,
                                 struct error *err)
{
    for (size_t i = 0; i < input->series_count; i++) {
        const struct release_series *series = &input->series[i];
        bool is_gain = !is_index(series) && series->item->kind == FACTS_DIFFERENCE;
        if (series->state != RELEASE_MEAN_OF_ITEMS && !is_gain && !is_transfer(series) &&
            !release_series(input, series, rows, err))
            return false;
    }
    for (size_t i = 0; i < input->series_count; i++)
        if (input->series[i].state == RELEASE_MEAN_OF_ITEMS)
            release_mean_of_items(input, &input->series[i], rows);
    return true;
}

static bool release_transfer(const struct release_input *input, struct metric_rows *rows,
                             struct error *err)
{
    for (size_t i = 0; i < input->series_count; i++)
        if (is_transfer(&input->series[i]) && !release_series(input, &input->series[i], rows, err))
            return false;
    return release_pairs(input, rows, err);
}

static bool release_response(const struct release_input *input, struct metric_rows *rows,
                             struct error *err)
{
    withhold_totals(input->rules, input->facts, rows);
    for (size_t i = 0; i < input->frame_count; i++)
        if (!withhold_frame(input, &input->frames[i], rows, err))
            return false;
    return true;
}

static bool release_balance(const struct release_input *input, struct metric_rows *rows,
                            struct error *err)
{
    (void)err;
    balance_compute(input->facts, rows);
    return true;
}

static bool release_all(const struct release_input *input, struct metric_rows *rows,
                        struct error *err)
{
    static const struct {
        const char *family;
        bool (*release)(const struct release_input *input, struct metric_rows *rows,
                        struct error *err);
    } releases[] = {
        {"response", release_response}, {"satisfaction", release_satisfaction},
        {"learning", release_gains},    {"transfer", release_transfer},
        {"network", release_networks},  {"balance", release_balance},
        {"interview", release_talks},
    };
    for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
        metric_rows_begin(rows, releases[i].family);
        if (!releases[i].release(input, rows, err))
            return false;
    }
    return true;
}

static bool check_input(const struct release_input *input, struct error *err)
{
    if (!disclosure_rules_check(input->rules, err))
        return false;
    for (size_t i = 0; i < input->series_count; i++)
        if (!check_series(input->rules, &input->series[i], err))
            return false;
    return true;
}

bool release_compute(const struct release_input *input, struct metric_rows *rows, struct error *err)
{
    if (!check_input(input, err))
        return false;
    struct metric_rows *computed = metric_rows_create();
    bool done = release_all(input, computed, err);
    for (size_t i = 0; done && i < metric_rows_count(computed); i++)
        metric_rows_append(rows, metric_rows_get(computed, i));
    metric_rows_destroy(computed);
    return done;
}

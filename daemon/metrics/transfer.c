#include "families.h"

#include <debriefd/disclosure.h>

/* Used a thing or not. */
static void compute_binary(struct cell *cell, const struct facts_histogram *histogram)
{
    cell_number(cell, "n", (double)cell->n, "count");
    if (cell->slice_index == 0)
        cell_share(cell, "share", histogram_at_least(histogram, 1));
}

/* Events, reach, contacts. A sum says nothing of those who did not answer: it is not scaled to N.
 */
static void compute_counted(struct cell *cell, const struct facts_histogram *histogram)
{
    struct moments moments = moments_of_histogram(histogram);
    enum metric_null null = cell->n == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    bool any = cell->n > 0;
    cell_number(cell, "n", (double)cell->n, "count");
    cell_either(cell, "mean", null, moments.mean, "count");
    if (cell->slice_index != 0)
        return;
    cell_either(cell, "median", null, any ? histogram_median(histogram) : 0, "count");
    cell_number(cell, "sum", (double)histogram_sum(histogram), "count");
    cell_share(cell, "share_any", histogram_at_least(histogram, 1));
    struct disclosure_rules ten = {.p_percent = 10};
    cell_number(cell, "ppct_unsafe_p10", disclosure_magnitude_safe(&ten, histogram) ? 0 : 1, "");
    cell_number(cell, "dom_1_85_unsafe", disclosure_dominated(histogram, 85) ? 1 : 0, "");
}

static void compute_item(const struct facts *facts, size_t wave, size_t index,
                         struct metric_rows *rows)
{
    const struct facts_item *item = facts_item(facts, wave, index);
    for (size_t slice = 0; slice <= facts_slices(facts); slice++) {
        struct facts_histogram histogram = facts_histogram(facts, wave, index, slice);
        struct cell cell = cell_of_wave(facts, wave, slice, item->name, rows);
        cell.n = histogram_total(&histogram);
        if (item->kind == FACTS_BINARY)
            compute_binary(&cell, &histogram);
        else if (item->kind == FACTS_COUNTED)
            compute_counted(&cell, &histogram);
    }
}

/* One person's first index less the second, 0..100 each. The whole numbers stay below 2^53, so that
 * equal differences are equal doubles. */
static double gap_of(const struct facts_joint *joint, const int *key)
{
    const struct facts_part *a = &joint->parts[0], *b = &joint->parts[1];
    int64_t possible_a = (int64_t)key[0] * (a->max - a->min);
    int64_t possible_b = (int64_t)key[2] * (b->max - b->min);
    int64_t above_a = key[1] - (int64_t)key[0] * a->min;
    int64_t above_b = key[3] - (int64_t)key[2] * b->min;
    double difference = (double)(above_a * possible_b - above_b * possible_a);
    return 100 * (difference / (double)(possible_a * possible_b));
}

static void compute_gap(const struct facts *facts, size_t index, struct metric_rows *rows)
{
    const struct facts_joint *joint = facts_joint(facts, index);
    for (size_t slice = 0; slice <= facts_slices(facts); slice++) {
        struct facts_joint_cells persons = facts_joint_cells(facts, index, slice);
        struct cell cell = cell_of_joint(facts, index, slice, rows);
        struct spread spread = {0};
        for (size_t i = 0; i < persons.length; i++)
            spread_add(&spread, gap_of(joint, persons.cells[i].key), persons.cells[i].count);
        struct moments moments = spread_moments(&spread);
        cell.n = moments.n;
        cell_moments(&cell, &moments, NULL, "points");
    }
}

/* P(the organisation applied it | the person did). */
static void compute_uptake(const struct facts *facts, size_t index, struct metric_rows *rows)
{
    struct facts_joint_cells persons = facts_joint_cells(facts, index, 0);
    struct cell cell = cell_of_joint(facts, index, 0, rows);
    int64_t both = 0;
    for (size_t i = 0; i < persons.length; i++) {
        const struct facts_joint_cell *person = &persons.cells[i];
        cell.n += person->key[0] == 1 ? person->count : 0;
        both += person->key[0] == 1 && person->key[1] == 1 ? person->count : 0;
    }
    cell_share_only(&cell, "org_given_ind", both);
}

/* Contacts kept of those made; a person keeps no more than made. */
static void compute_conversion(const struct facts *facts, size_t index, struct metric_rows *rows)
{
    struct facts_joint_cells persons = facts_joint_cells(facts, index, 0);
    struct cell cell = cell_of_joint(facts, index, 0, rows);
    int64_t made = 0, kept = 0;
    for (size_t i = 0; i < persons.length; i++) {
        const int *key = persons.cells[i].key;
        int64_t count = persons.cells[i].count;
        cell.n += count;
        made += key[0] * count;
        kept += (key[1] < key[0] ? key[1] : key[0]) * count;
    }
    enum metric_null null = made == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    cell_either(&cell, "conversion", null, made > 0 ? (double)kept / (double)made : 0, "share");
}

static void compute_joint(const struct facts *facts, size_t index, struct metric_rows *rows)
{
    static void (*const computes[FACTS_JOINT_KINDS])(const struct facts *, size_t,
                                                     struct metric_rows *) = {
        [FACTS_GAP] = compute_gap,
        [FACTS_UPTAKE] = compute_uptake,
        [FACTS_CONVERSION] = compute_conversion,
        [FACTS_COMMITMENT] = commitment_compute,
    };
    enum facts_joint_kind kind = facts_joint(facts, index)->kind;
    if (computes[kind] != NULL)
        computes[kind](facts, index, rows);
}

void transfer_compute(const struct facts *facts, struct metric_rows *rows)
{
    for (size_t wave = 0; wave < facts_waves(facts); wave++)
        for (size_t item = 0; item < facts_items(facts, wave); item++)
            compute_item(facts, wave, item, rows);
    for (size_t joint = 0; joint < facts_joints(facts); joint++)
        compute_joint(facts, joint, rows);
}

/* What is released of two answers of one person: of a gain what its coded differences say, of an
 * index of gains their mean, of everything else that it is held back. */
#include "release_part.h"

#include "families.h"
#include "withhold.h"
#include <assert.h>
#include <string.h>

/* The rows that the joint has, all null, because nobody is counted. */
static bool compute_nobody(const struct facts *from, size_t index, struct metric_rows *rows,
                           struct error *err)
{
    const struct facts_joint *joint = facts_joint(from, index);
    size_t wave = 0;
    bool is_there = facts_find_wave(from, joint->wave, &wave);
    assert(is_there);
    struct facts *facts = facts_create();
    struct facts_slice everybody = {.name = "held", .members = facts_eligible(from, wave, 0)};
    bool built = facts_add_slice(facts, &everybody, err) && facts_slices_done(facts, err) &&
                 facts_add_wave(facts, joint->wave, FACTS_WAVE_CLOSED, err) &&
                 facts_add_joint(facts, joint, err) && facts_seal(facts, err);
    if (built) {
        learning_compute(facts, rows);
        transfer_compute(facts, rows);
    }
    facts_destroy(facts);
    return built;
}

/* Passes on what `released` has of the joint's rows; the rest is held back, for the one reason when
 * there is one. */
static bool release_joint(const struct release_input *input, size_t joint, enum metric_null reason,
                          const struct metric_rows *released, struct metric_rows *rows,
                          struct error *err)
{
    struct metric_rows *every = metric_rows_create();
    bool computed = compute_nobody(input->facts, joint, every, err);
    enum metric_null otherwise = reason == METRIC_NOT_NULL ? METRIC_WITHHELD_LINKED : reason;
    for (size_t i = 0; i < metric_rows_count(every); i++) {
        const struct metric_row *row = metric_rows_get(every, i);
        const struct metric_row *told =
            metric_rows_find(released, row->wave, row->slice, row->item, row->metric);
        if (strcmp(row->slice, "all") == 0)
            withhold_row(told != NULL ? told : row, told != NULL ? METRIC_NOT_NULL : otherwise,
                         rows);
    }
    metric_rows_destroy(every);
    return computed;
}

static enum metric_null joint_reason(const struct release_input *input,
                                     const struct facts_joint *joint)
{
    size_t wave = 0;
    bool is_there = facts_find_wave(input->facts, joint->wave, &wave);
    assert(is_there);
    return facts_wave_state(input->facts, wave) == FACTS_WAVE_OPEN ? METRIC_WITHHELD_OPEN
                                                                   : METRIC_WITHHELD_LINKED;
}

static const struct release_series *find_gain(const struct release_input *input,
                                              const struct facts_joint *joint)
{
    for (size_t i = 0; i < input->series_count; i++) {
        const struct release_series *series = &input->series[i];
        if (series->item != NULL && series->item->kind == FACTS_DIFFERENCE &&
            strcmp(series->item->name, joint->name) == 0 && strcmp(series->wave, joint->wave) == 0)
            return series;
    }
    return NULL;
}

static bool compute_differences(const struct release_series *series, struct metric_rows *rows,
                                struct error *err)
{
    struct facts *facts = facts_create();
    bool filled = release_fill(facts, series, err);
    if (filled) {
        struct facts_histogram differences = facts_histogram(facts, 0, 0, 0);
        struct cell cell = cell_of_wave(facts, 0, 0, series->item->name, rows);
        cell.wave = "pair";
        learning_of_differences(&cell, &differences);
    }
    facts_destroy(facts);
    return filled;
}

static bool release_gain(const struct release_input *input, size_t joint, struct metric_rows *rows,
                         struct error *err)
{
    const struct release_series *series = find_gain(input, facts_joint(input->facts, joint));
    enum metric_null reason = series == NULL ? joint_reason(input, facts_joint(input->facts, joint))
                                             : release_reason(input, series);
    struct metric_rows *released = metric_rows_create();
    bool done = (reason != METRIC_NOT_NULL || compute_differences(series, released, err)) &&
                release_joint(input, joint, reason, released, rows, err);
    metric_rows_destroy(released);
    return done;
}

/* The mean of what is released of its gains tells nothing new. False when one has no mean. */
static bool mean_of_gains(const struct release_gain_index *index, const struct metric_rows *rows,
                          struct cell *cell)
{
    double sum = 0;
    for (size_t i = 0; i < index->count; i++) {
        const struct metric_row *row =
            metric_rows_find(rows, "pair", "all", index->gains[i], "gain.mean");
        if (row == NULL || row->type != METRIC_NUMBER)
            return false;
        sum += row->value;
        cell->n = i == 0 || row->n < cell->n ? row->n : cell->n;
        cell->N = row->N > cell->N ? row->N : cell->N;
    }
    if (index->count == 0)
        return false;
    cell_number(cell, "gain.n", (double)cell->n, "count");
    double mean = sum / (double)index->count;
    cell_number(cell, "gain.mean", mean, "scale")->method = "mean_of_items";
    return true;
}

static bool release_index(const struct release_input *input, size_t joint, struct metric_rows *rows,
                          struct error *err)
{
    const char *name = facts_joint(input->facts, joint)->name;
    struct metric_rows *released = metric_rows_create();
    struct cell cell = {.rows = released, .wave = "pair", .slice = "all", .item = name};
    bool has_mean = false;
    for (size_t i = 0; i < input->gain_index_count; i++)
        if (strcmp(input->gain_indices[i].name, name) == 0)
            has_mean = mean_of_gains(&input->gain_indices[i], rows, &cell);
    enum metric_null reason =
        has_mean ? METRIC_NOT_NULL : joint_reason(input, facts_joint(input->facts, joint));
    bool done = release_joint(input, joint, reason, released, rows, err);
    metric_rows_destroy(released);
    return done;
}

bool release_gains(const struct release_input *input, struct metric_rows *rows, struct error *err)
{
    for (size_t i = 0; i < facts_joints(input->facts); i++) {
        enum facts_joint_kind kind = facts_joint(input->facts, i)->kind;
        if (kind == FACTS_GAIN && !release_gain(input, i, rows, err))
            return false;
        if (kind == FACTS_GAIN_INDEX && !release_index(input, i, rows, err))
            return false;
    }
    return true;
}

bool release_pairs(const struct release_input *input, struct metric_rows *rows, struct error *err)
{
    struct metric_rows *none = metric_rows_create();
    bool done = true;
    for (size_t i = 0; done && i < facts_joints(input->facts); i++) {
        const struct facts_joint *joint = facts_joint(input->facts, i);
        bool is_pair = joint->kind == FACTS_GAP || joint->kind == FACTS_UPTAKE ||
                       joint->kind == FACTS_CONVERSION;
        if (is_pair)
            done = release_joint(input, i, joint_reason(input, joint), none, rows, err);
    }
    metric_rows_destroy(none);
    return done;
}

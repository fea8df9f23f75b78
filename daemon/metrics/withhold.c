#include "withhold.h"

#include "anonymous_rows.h"
#include "families.h"
#include <assert.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

void withhold_row(const struct metric_row *row, enum metric_null reason, struct metric_rows *rows)
{
    struct metric_row passed = *row;
    if (reason != METRIC_NOT_NULL) {
        passed.type = METRIC_NULL;
        passed.null = reason;
        passed.n = 0;
        passed.has_interval = false;
        passed.method = "";
    }
    metric_rows_append(rows, &passed);
}

static bool is_total(const struct metric_row *row)
{
    return strcmp(row->slice, "all") == 0;
}

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* Where one contribution may be estimated from published sums. */
struct dominance {
    bool total, groups;
};

static bool is_safe(const struct disclosure_rules *rules, const struct facts_item *item,
                    const int64_t *counts)
{
    size_t categories = (size_t)(item->max - item->min) + 1, used = 0;
    struct facts_cell *cells = xcalloc_array(categories, sizeof *cells);
    for (size_t i = 0; i < categories; i++)
        if (counts[i] > 0)
            cells[used++] = (struct facts_cell){item->min + (int)i, counts[i]};
    struct facts_histogram histogram = {cells, used};
    bool safe = disclosure_magnitude_safe(rules, &histogram);
    free(cells);
    return safe;
}

/* What entered together with the atom, unless an earlier atom did too. */
static bool is_time_safe(const struct disclosure_rules *rules, const struct release_series *series,
                         size_t atom)
{
    size_t categories = (size_t)(series->item->max - series->item->min) + 1;
    int64_t entered = series->atoms[atom].entered;
    for (size_t i = 0; i < atom; i++)
        if (series->atoms[i].entered == entered)
            return true;
    int64_t *sums = xcalloc_array(categories, sizeof *sums);
    for (size_t i = atom; i < series->atom_count; i++)
        for (size_t j = 0; series->atoms[i].entered == entered && j < categories; j++)
            sums[j] += series->atoms[i].counts[j];
    bool safe = is_safe(rules, series->item, sums);
    free(sums);
    return safe;
}

static struct dominance dominance_of_atoms(const struct disclosure_rules *rules,
                                           const struct release_series *series)
{
    struct dominance unsafe = {0};
    for (size_t i = 0; i < series->atom_count; i++) {
        unsafe.groups = unsafe.groups || !is_safe(rules, series->item, series->atoms[i].counts);
        unsafe.total = unsafe.total || !is_time_safe(rules, series, i);
    }
    return unsafe;
}

static struct dominance dominance_of(const struct disclosure_rules *rules,
                                     const struct release_series *series)
{
    if (series->item == NULL || series->item->kind != FACTS_COUNTED)
        return (struct dominance){0};
    if (series->atom_count > 0)
        return dominance_of_atoms(rules, series);
    struct release_atom *atoms = xcalloc_array(series->group_count + 1, sizeof *atoms);
    for (size_t i = 0; i < series->group_count; i++)
        atoms[i] = (struct release_atom){.group = i, .counts = series->groups[i].counts};
    struct release_series whole = *series;
    whole.atoms = atoms;
    whole.atom_count = series->group_count;
    struct dominance unsafe = dominance_of_atoms(rules, &whole);
    free(atoms);
    return unsafe;
}

static enum metric_null row_reason(const struct disclosure_rules *rules,
                                   const struct metric_row *row, struct dominance unsafe)
{
    static const char *const magnitudes[] = {"sum", "mean", NULL};
    bool unsafe_here = is_total(row) ? unsafe.total : unsafe.groups;
    if (unsafe_here && is_one_of(row->metric, magnitudes))
        return METRIC_WITHHELD_DOMINANCE;
    if (strncmp(row->metric, "dist.", 5) == 0 && row->n < rules->distribution)
        return METRIC_WITHHELD_DIST;
    return METRIC_NOT_NULL;
}

/* For the analyst: they would tell the parameter p. */
static const char *const unpublished[] = {"ppct_unsafe_p10", "dom_1_85_unsafe", NULL};

void withhold_series(const struct disclosure_rules *rules, const struct release_series *series,
                     const struct facts *facts, enum metric_null reason, struct metric_rows *rows)
{
    struct metric_rows *computed = metric_rows_create();
    satisfaction_compute(facts, computed);
    transfer_compute(facts, computed);
    struct dominance unsafe = dominance_of(rules, series);
    for (size_t i = 0; i < metric_rows_count(computed); i++) {
        const struct metric_row *row = metric_rows_get(computed, i);
        if (is_one_of(row->metric, unpublished))
            continue;
        if (reason == METRIC_NOT_NULL)
            withhold_row(row, row_reason(rules, row, unsafe), rows);
        else if (is_total(row))
            withhold_row(row, reason, rows);
    }
    metric_rows_destroy(computed);
}

void withhold_totals(const struct disclosure_rules *rules, const struct facts *facts,
                     struct metric_rows *rows)
{
    static const char *const not_total[] = {"resp.item", "resp.R_indicator", NULL};
    struct metric_rows *computed = metric_rows_create();
    response_compute(facts, computed);
    for (size_t i = 0; i < metric_rows_count(computed); i++) {
        const struct metric_row *row = metric_rows_get(computed, i);
        if (!is_total(row) || is_one_of(row->metric, not_total))
            continue;
        bool few = row->N < rules->k && strcmp(row->metric, "resp.N") != 0;
        enum metric_null reason =
            facts_is_anonymous(facts) ? anonymous_reason(facts, row) : METRIC_NOT_NULL;
        withhold_row(row, few ? METRIC_WITHHELD_K : reason, rows);
    }
    metric_rows_destroy(computed);
}

/* One slice for each group of sectors, with the sums of its sectors' dispositions. */
struct frame_builder {
    const struct facts *sectors;
    const struct release_frame *frame;
    size_t wave; /* of the sectors' facts */
    struct facts *groups;
    char name[FACTS_NAME_MAX + 1];
};

static int64_t group_sum(const struct frame_builder *builder, size_t group,
                         enum facts_disposition disposition)
{
    int64_t sum = 0;
    for (size_t i = 0; i < facts_slices(builder->sectors); i++)
        if (builder->frame->group_of[i] == group)
            sum += facts_disposition(builder->sectors, builder->wave, i + 1, disposition);
    return sum;
}

static bool name_group(struct frame_builder *builder, size_t group, struct error *err)
{
    struct disclosure_sector sectors[FACTS_SLICES_MAX] = {0};
    size_t count = facts_slices(builder->sectors);
    for (size_t i = 0; i < count; i++)
        sectors[i].name = facts_slice_name(builder->sectors, i + 1);
    if (!disclosure_group_name(sectors, builder->frame->group_of, count, group, builder->name,
                               sizeof builder->name))
        return error_set(err, ERR_INVALID, "a group of wave %s is empty or has a name too long",
                         builder->frame->wave);
    return true;
}

static bool add_slices(struct frame_builder *builder, struct error *err)
{
    for (size_t group = 0; group < builder->frame->group_count; group++) {
        struct facts_slice slice = {.name = builder->name};
        for (size_t i = 0; i < facts_slices(builder->sectors); i++)
            if (builder->frame->group_of[i] == group)
                slice.members += facts_members(builder->sectors, i + 1);
        if (!name_group(builder, group, err) || !facts_add_slice(builder->groups, &slice, err))
            return false;
    }
    return facts_slices_done(builder->groups, err);
}

static bool fill_frame(struct frame_builder *builder, struct error *err)
{
    const char *wave = builder->frame->wave;
    if (!add_slices(builder, err) || !facts_add_wave(builder->groups, wave, FACTS_WAVE_CLOSED, err))
        return false;
    for (size_t group = 0; group < builder->frame->group_count; group++)
        for (int d = 0; d < FACTS_DISPOSITIONS; d++) {
            enum facts_disposition disposition = (enum facts_disposition)d;
            if (!name_group(builder, group, err) ||
                !facts_count_disposition(builder->groups, wave, builder->name, disposition,
                                         group_sum(builder, group, disposition), err))
                return false;
        }
    return facts_seal(builder->groups, err);
}

/* With one group the indicator is 1 and says nothing; with a group held back it would tell of it.
 */
static bool frame_is_safe(const struct disclosure_rules *rules, const struct facts *groups)
{
    for (size_t slice = 1; slice <= facts_slices(groups); slice++) {
        int64_t took_part = facts_disposition(groups, 0, slice, FACTS_COMPLETE) +
                            facts_disposition(groups, 0, slice, FACTS_PARTIAL);
        if (took_part < rules->k)
            return false;
    }
    return facts_slices(groups) > 1;
}

static enum metric_null frame_reason(const struct release_input *input, enum facts_wave_state state,
                                     const struct facts *groups)
{
    if (facts_is_anonymous(input->facts))
        return METRIC_ANONYMOUS;
    if (state == FACTS_WAVE_OPEN)
        return METRIC_WITHHELD_OPEN;
    return frame_is_safe(input->rules, groups) ? METRIC_NOT_NULL : METRIC_WITHHELD_K;
}

static void pass_frame(const struct facts *groups, enum metric_null reason,
                       struct metric_rows *rows)
{
    struct metric_rows *computed = metric_rows_create();
    response_compute(groups, computed);
    for (size_t i = 0; i < metric_rows_count(computed); i++) {
        const struct metric_row *row = metric_rows_get(computed, i);
        if (!is_total(row) || strcmp(row->metric, "resp.R_indicator") == 0)
            withhold_row(row, reason, rows);
    }
    metric_rows_destroy(computed);
}

bool withhold_frame(const struct release_input *input, const struct release_frame *frame,
                    struct metric_rows *rows, struct error *err)
{
    struct frame_builder builder = {.sectors = input->facts, .frame = frame};
    if (!facts_find_wave(input->facts, frame->wave, &builder.wave))
        return error_set(err, ERR_INVALID, "no wave %s in the facts", frame->wave);
    builder.groups = facts_create();
    bool filled = fill_frame(&builder, err);
    if (filled)
        pass_frame(
            builder.groups,
            frame_reason(input, facts_wave_state(input->facts, builder.wave), builder.groups),
            rows);
    facts_destroy(builder.groups);
    return filled;
}

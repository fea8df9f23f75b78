/* Ties between sectors, which are merged by the numbers of their answering egos. */
#include "release_part.h"

#include "families.h"
#include "withhold.h"
#include <stdio.h>

/* Sectors merged until each has k answering egos. */
struct merged {
    struct disclosure_sector sectors[FACTS_SLICES_MAX];
    size_t group_of[FACTS_SLICES_MAX];
    size_t count, groups;
};

static const struct metric_row *find_mixing(const struct release_input *input, const char *wave,
                                            const struct merged *merged, size_t from, size_t to,
                                            const char *metric)
{
    char slice[2 * FACTS_NAME_MAX + 2];
    snprintf(slice, sizeof slice, "%s>%s", merged->sectors[from].name, merged->sectors[to].name);
    return metric_rows_find(input->network, wave, slice, "net", metric);
}

static void merge_sectors(const struct release_input *input, const char *wave,
                          struct merged *merged)
{
    merged->count = facts_slices(input->facts);
    for (size_t i = 0; i < merged->count; i++) {
        struct disclosure_sector *sector = &merged->sectors[i];
        sector->name = facts_slice_name(input->facts, i + 1);
        const struct metric_row *egos =
            metric_rows_find(input->network, wave, sector->name, "net", "EI_out");
        const struct metric_row *alters = find_mixing(input, wave, merged, i, i, "mix_ties");
        sector->answers = egos == NULL ? 0 : egos->n;
        sector->members = alters == NULL ? 0 : alters->N;
    }
    merged->groups =
        disclosure_group(input->rules, merged->sectors, merged->count, merged->group_of);
}

static bool name_group(const struct merged *merged, size_t group, char *name, struct error *err)
{
    return disclosure_group_name(merged->sectors, merged->group_of, merged->count, group, name,
                                 FACTS_NAME_MAX) ||
           error_set(err, ERR_INVALID, "a group of the network has a name too long");
}

/* The sum of the cells between the sectors of two groups. */
static bool tell_mixing(const struct release_input *input, const char *wave,
                        const struct merged *merged, size_t from, size_t to, const char *metric,
                        struct metric_rows *rows, struct error *err)
{
    char names[2][FACTS_NAME_MAX], slice[2 * FACTS_NAME_MAX + 2];
    if (!name_group(merged, from, names[0], err) || !name_group(merged, to, names[1], err))
        return false;
    snprintf(slice, sizeof slice, "%s>%s", names[0], names[1]);
    struct cell cell = {.rows = rows, .wave = wave, .slice = slice, .item = "net"};
    double sum = 0;
    for (size_t i = 0; i < merged->count; i++) {
        cell.n += merged->group_of[i] == from ? merged->sectors[i].answers : 0;
        cell.N += merged->group_of[i] == to ? merged->sectors[i].members : 0;
        for (size_t j = 0; j < merged->count; j++) {
            bool between = merged->group_of[i] == from && merged->group_of[j] == to;
            const struct metric_row *row =
                between ? find_mixing(input, wave, merged, i, j, metric) : NULL;
            sum += row == NULL ? 0 : row->value;
        }
    }
    cell_number(&cell, metric, sum, "count");
    return true;
}

/* Of a merged group it would tell how its sectors mix. */
static void tell_outward(const struct release_input *input, const char *wave,
                         const struct merged *merged, struct metric_rows *rows)
{
    for (size_t i = 0; i < merged->count; i++) {
        size_t sectors = 0;
        for (size_t j = 0; j < merged->count; j++)
            sectors += merged->group_of[j] == merged->group_of[i];
        const struct metric_row *row =
            metric_rows_find(input->network, wave, merged->sectors[i].name, "net", "EI_out");
        if (merged->group_of[i] != DISCLOSURE_NO_GROUP && sectors == 1 && row != NULL)
            withhold_row(row, METRIC_NOT_NULL, rows);
    }
}

bool release_mixing(const struct release_input *input, const char *wave, struct metric_rows *rows,
                    struct error *err)
{
    static const char *const metrics[] = {"mix_ties", "mix_dyads"};
    struct merged merged = {0};
    merge_sectors(input, wave, &merged);
    tell_outward(input, wave, &merged, rows);
    for (size_t from = 0; from < merged.groups; from++)
        for (size_t to = 0; to < merged.groups; to++)
            for (size_t i = 0; i < 2; i++)
                if (!tell_mixing(input, wave, &merged, from, to, metrics[i], rows, err))
                    return false;
    return true;
}

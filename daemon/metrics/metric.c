#include <debriefd/metric.h>

#include "anonymous_rows.h"
#include "families.h"
#include <assert.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 16384

/* Strings live in blocks that never move. */
struct block {
    struct block *older;
    size_t used;
    char bytes[BLOCK_SIZE];
};

struct metric_rows {
    struct metric_row *rows;
    size_t count, capacity;
    const struct metric_family *family;
    struct block *strings;
};

struct metric_rows *metric_rows_create(void)
{
    return xcalloc(sizeof(struct metric_rows));
}

void metric_rows_destroy(struct metric_rows *rows)
{
    if (rows == NULL)
        return;
    while (rows->strings != NULL) {
        struct block *older = rows->strings->older;
        free(rows->strings);
        rows->strings = older;
    }
    free(rows->rows);
    free(rows);
}

size_t metric_rows_count(const struct metric_rows *rows)
{
    return rows->count;
}

const struct metric_row *metric_rows_get(const struct metric_rows *rows, size_t index)
{
    assert(index < rows->count);
    return &rows->rows[index];
}

const struct metric_row *metric_rows_find(const struct metric_rows *rows, const char *wave,
                                          const char *slice, const char *item, const char *metric)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct metric_row *row = &rows->rows[i];
        if (strcmp(row->metric, metric) == 0 && strcmp(row->item, item) == 0 &&
            strcmp(row->slice, slice) == 0 && strcmp(row->wave, wave) == 0)
            return row;
    }
    return NULL;
}

static const char *keep(struct metric_rows *rows, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return "";
    size_t size = strlen(text) + 1;
    assert(size <= BLOCK_SIZE);
    if (rows->strings == NULL || rows->strings->used + size > BLOCK_SIZE) {
        struct block *block = xcalloc(sizeof *block);
        block->older = rows->strings;
        rows->strings = block;
    }
    char *kept = rows->strings->bytes + rows->strings->used;
    memcpy(kept, text, size);
    rows->strings->used += size;
    return kept;
}

struct metric_row *metric_rows_append(struct metric_rows *rows, const struct metric_row *row)
{
    assert(row->type != METRIC_NUMBER || isfinite(row->value));
    assert((row->type == METRIC_NULL) == (row->null != METRIC_NOT_NULL));
    assert(!row->has_interval || (isfinite(row->low) && isfinite(row->high)));
    if (rows->count == rows->capacity) {
        rows->capacity = rows->capacity == 0 ? 256 : 2 * rows->capacity;
        rows->rows = xrealloc_array(rows->rows, rows->capacity, sizeof *rows->rows);
    }
    struct metric_row *added = &rows->rows[rows->count++];
    *added = *row;
    if (added->family == NULL)
        added->family = rows->family;
    added->wave = keep(rows, row->wave);
    added->slice = keep(rows, row->slice);
    added->item = keep(rows, row->item);
    added->metric = keep(rows, row->metric);
    added->text = row->type == METRIC_TEXT ? keep(rows, row->text) : NULL;
    added->unit = keep(rows, row->unit);
    added->method = keep(rows, row->method);
    return added;
}

static const char *const null_names[METRIC_NULLS] = {
    [METRIC_NOT_NULL] = "",
    [METRIC_N0] = "n0",
    [METRIC_N_LT_2] = "n_lt_2",
    [METRIC_N_LT_3] = "n_lt_3",
    [METRIC_N_LT_4] = "n_lt_4",
    [METRIC_N_LT_10] = "n_lt_10",
    [METRIC_ALL_UNKNOWN] = "all_unknown",
    [METRIC_ZERO_VAR] = "zero_var",
    [METRIC_STRATUM_LT_2] = "stratum_lt_2",
    [METRIC_NO_CORE] = "no_core",
    [METRIC_TWO_ITEMS] = "two_items",
    [METRIC_HEYWOOD] = "heywood",
    [METRIC_NO_CONVERGENCE] = "no_convergence",
    [METRIC_NO_CHANGE] = "no_change",
    [METRIC_CEILING] = "ceiling",
    [METRIC_TOO_LARGE] = "too_large",
    [METRIC_NO_DYADS] = "no_dyads",
    [METRIC_NO_TIES] = "no_ties",
    [METRIC_NO_OLD_TIES] = "no_old_ties",
    [METRIC_NO_NEW_TIES] = "no_new_ties",
    [METRIC_NO_TRIPLES] = "no_triples",
    [METRIC_NO_BROKERAGE] = "no_brokerage",
    [METRIC_ONE_WAVE] = "one_wave",
    [METRIC_NOT_COMPUTED] = "not_computed",
    [METRIC_WAVE_OPEN] = "wave_open",
    [METRIC_N_LT_5] = "n_lt_5",
    [METRIC_TRIPS_LT_3] = "trips_lt_3",
    [METRIC_TRIPS_GT_20] = "trips_gt_20",
    [METRIC_SCALE_DIFFERS] = "scale_differs",
    [METRIC_NO_PAIRS] = "no_pairs",
    [METRIC_TOO_MANY_VALUES] = "too_many_values",
    [METRIC_NOT_MENTIONED] = "not_mentioned",
    [METRIC_NO_STANCE] = "no_stance",
    [METRIC_TOO_FEW_INTERVIEWS] = "too_few_interviews",
    [METRIC_NOT_SATURATED] = "not_saturated",
    [METRIC_NOT_TWO_CODERS] = "not_two_coders",
    [METRIC_ANONYMOUS] = "anonymous",
    [METRIC_WITHHELD_OPEN] = "withheld_open",
    [METRIC_WITHHELD_K] = "withheld_k",
    [METRIC_WITHHELD_DIST] = "withheld_dist",
    [METRIC_WITHHELD_DOMINANCE] = "withheld_dominance",
    [METRIC_WITHHELD_LINKED] = "withheld_linked",
    [METRIC_WITHHELD_EGOS] = "withheld_egos",
    [METRIC_WITHHELD_COVERAGE] = "withheld_coverage",
    [METRIC_WITHHELD_SMALL] = "withheld_small",
    [METRIC_WITHHELD_RETRACTED] = "withheld_retracted",
};

const char *metric_null_name(enum metric_null null)
{
    assert(null < METRIC_NULLS && null_names[null] != NULL);
    return null_names[null];
}

const struct metric_family metric_families[] = {
    {.name = "response", .version = 1, .compute = response_compute},
    {.name = "satisfaction", .version = 1, .compute = satisfaction_compute},
    {.name = "learning", .version = 1, .compute = learning_compute},
    {.name = "transfer", .version = 1, .compute = transfer_compute},
    {.name = "network", .version = 1, .compute = network_family_compute},
    {.name = "balance", .version = 1, .compute = balance_compute},
    {.name = "interview", .version = 1},
    {.name = "comparison", .version = 1},
    {0},
};

const struct metric_family *metric_family_find(const char *name)
{
    for (const struct metric_family *family = metric_families; family->name != NULL; family++)
        if (strcmp(family->name, name) == 0)
            return family;
    return NULL;
}

void metric_rows_begin(struct metric_rows *rows, const char *family_name)
{
    rows->family = metric_family_find(family_name);
}

void metric_compute_all(const struct facts *facts, struct metric_rows *rows)
{
    for (const struct metric_family *family = metric_families; family->name != NULL; family++) {
        if (family->compute == NULL)
            continue;
        rows->family = family;
        if (facts_is_anonymous(facts))
            anonymous_compute(family, facts, rows);
        else
            family->compute(facts, rows);
    }
}

#include "families.h"

#include <debriefd/disclosure.h>
#include <debriefd/moments.h>

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

void transfer_compute(const struct facts *facts, struct metric_rows *rows)
{
    for (size_t wave = 0; wave < facts_waves(facts); wave++)
        for (size_t item = 0; item < facts_items(facts, wave); item++)
            compute_item(facts, wave, item, rows);
}

#include "families.h"

#include <debriefd/moments.h>
#include <math.h>

/* AAPOR Standard Definitions, list samples of named persons. */
struct frame {
    int64_t complete, partial, unknown, eligible;
};

static struct frame frame_of(const struct facts *facts, size_t wave, size_t slice)
{
    return (struct frame){
        .complete = facts_disposition(facts, wave, slice, FACTS_COMPLETE),
        .partial = facts_disposition(facts, wave, slice, FACTS_PARTIAL),
        .unknown = facts_disposition(facts, wave, slice, FACTS_UNKNOWN),
        .eligible = facts_eligible(facts, wave, slice),
    };
}

static void rate(const struct cell *cell, const char *metric, int64_t part, int64_t whole,
                 enum metric_null null)
{
    if (whole == 0)
        cell_null(cell, metric, null, "share");
    else
        cell_number(cell, metric, (double)part / (double)whole, "share");
}

/* 1 - 2 S(rho), rho each person's sector's response rate, S with N - 1 (Schouten et al. 2009). */
static void r_indicator(const struct cell *cell)
{
    if (cell->N < 2) {
        cell_null(cell, "resp.R_indicator", METRIC_N_LT_2, "");
        return;
    }
    double mean = (double)cell->n / (double)cell->N, squares = 0;
    for (size_t slice = 1; slice <= facts_slices(cell->facts); slice++) {
        struct frame frame = frame_of(cell->facts, cell->wave_index, slice);
        if (frame.eligible == 0)
            continue;
        double deviation = (double)(frame.complete + frame.partial) / (double)frame.eligible - mean;
        squares += (double)frame.eligible * deviation * deviation;
    }
    cell_number(cell, "resp.R_indicator", 1 - 2 * sqrt(squares / (double)(cell->N - 1)), "");
}

static void compute_slice(const struct facts *facts, size_t wave, size_t slice,
                          struct metric_rows *rows)
{
    struct frame frame = frame_of(facts, wave, slice);
    struct cell cell = cell_of_wave(facts, wave, slice, "", rows);
    int64_t answered = frame.complete + frame.partial;
    cell.n = answered;
    cell_number(&cell, "resp.N", (double)frame.eligible, "count");
    cell_number(&cell, "resp.I", (double)frame.complete, "count");
    cell_number(&cell, "resp.P", (double)frame.partial, "count");
    rate(&cell, "resp.RR1", frame.complete, frame.eligible, METRIC_N0);
    rate(&cell, "resp.RR2", answered, frame.eligible, METRIC_N0);
    if (slice != 0)
        return;
    int64_t known = frame.eligible - frame.unknown;
    enum metric_null null = frame.eligible == 0 ? METRIC_N0 : METRIC_ALL_UNKNOWN;
    rate(&cell, "resp.RR5", frame.complete, known, null);
    rate(&cell, "resp.RR6", answered, known, null);
    r_indicator(&cell);
}

/* Answers to the item per person who took part. */
static void compute_item(const struct facts *facts, size_t wave, size_t item,
                         struct metric_rows *rows)
{
    const char *name = facts_item(facts, wave, item)->name;
    struct frame frame = frame_of(facts, wave, 0);
    struct facts_histogram histogram = facts_histogram(facts, wave, item, 0);
    struct cell cell = cell_of_wave(facts, wave, 0, name, rows);
    cell.n = histogram_total(&histogram);
    rate(&cell, "resp.item", cell.n, frame.complete + frame.partial, METRIC_N0);
}

static void compute_panel(const struct facts *facts, struct metric_rows *rows)
{
    struct cell cell = {
        .rows = rows,
        .facts = facts,
        .wave = "all",
        .slice = "all",
        .n = facts_panel(facts, 0),
        .N = facts_members(facts, 0),
    };
    rate(&cell, "resp.panel_rate", cell.n, cell.N, METRIC_N0);
}

void response_compute(const struct facts *facts, struct metric_rows *rows)
{
    for (size_t wave = 0; wave < facts_waves(facts); wave++) {
        for (size_t slice = 0; slice <= facts_slices(facts); slice++)
            compute_slice(facts, wave, slice, rows);
        for (size_t item = 0; item < facts_items(facts, wave); item++)
            compute_item(facts, wave, item, rows);
    }
    compute_panel(facts, rows);
}

#include "families.h"

#include <math.h>

/* Targets are shares as doubles: a product this close to a whole number of seats is that number. */
#define SEAT_TOLERANCE 1e-6

/* The base is the members of the slices with a target. */
struct base {
    int64_t members;
    size_t categories;
    double targets; /* their sum, 1 up to rounding */
};

static struct base base_of(const struct facts *facts)
{
    struct base base = {0};
    for (size_t i = 1; i <= facts_slices(facts); i++) {
        const struct facts_slice *slice = facts_slice(facts, i);
        if (slice->target == 0)
            continue;
        base.members += slice->members;
        base.categories++;
        base.targets += slice->target;
    }
    return base;
}

static struct cell cell_of(const struct facts *facts, size_t slice, struct metric_rows *rows)
{
    return (struct cell){
        .rows = rows,
        .facts = facts,
        .slice_index = slice,
        .wave = "trip",
        .slice = facts_slice_name(facts, slice),
        .item = "balance",
        .n = facts_members(facts, slice),
        .N = facts_members(facts, 0),
    };
}

static void compute_slice(const struct facts *facts, const struct base *base, size_t index,
                          struct metric_rows *rows)
{
    const struct facts_slice *slice = facts_slice(facts, index);
    struct cell cell = cell_of(facts, index, rows);
    double count = (double)slice->members, all = (double)cell.N;
    cell_number(&cell, "count", count, "count");
    enum metric_null null = cell.N == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    cell_either(&cell, "share", null, null == METRIC_NOT_NULL ? count / all : 0, "share");
    if (slice->target == 0)
        return;
    double target = slice->target / base->targets;
    null = base->members == 0 ? METRIC_NO_CORE : METRIC_NOT_NULL;
    double share = null == METRIC_NOT_NULL ? count / (double)base->members : 0;
    cell_either(&cell, "gap_pp", null, 100 * (share - target), "pp");
    double seats = ceil((double)base->members * target - SEAT_TOLERANCE);
    cell_number(&cell, "seats_short", fmax(0, seats - count), "seats");
}

/* Blau 1977, Pielou 1966 with the number of categories, not of occupied ones, and Duncan's index.
 */
struct evenness {
    double simpson, entropy, distance;
};

static struct evenness evenness_of(const struct facts *facts, const struct base *base)
{
    struct evenness sums = {0};
    for (size_t i = 1; i <= facts_slices(facts) && base->members > 0; i++) {
        const struct facts_slice *slice = facts_slice(facts, i);
        if (slice->target == 0)
            continue;
        double p = (double)slice->members / (double)base->members;
        sums.simpson += p * p;
        sums.entropy -= p > 0 ? p * log(p) : 0;
        sums.distance += fabs(p - slice->target / base->targets);
    }
    return sums;
}

static void compute_all(const struct facts *facts, const struct base *base,
                        struct metric_rows *rows)
{
    struct cell cell = cell_of(facts, 0, rows);
    struct evenness sums = evenness_of(facts, base);
    double categories = (double)base->categories;
    enum metric_null null = base->members == 0 ? METRIC_NO_CORE : METRIC_NOT_NULL;
    enum metric_null one = null == METRIC_NOT_NULL && categories < 2 ? METRIC_ZERO_VAR : null;
    bool divisible = one == METRIC_NOT_NULL;
    cell_number(&cell, "N", (double)cell.N, "count");
    cell_number(&cell, "staff", (double)facts_staff(facts, 0), "count");
    cell_number(&cell, "core_N", (double)base->members, "count");
    cell_either(&cell, "blau", null, 1 - sums.simpson, "");
    cell_either(&cell, "blau_norm", one, divisible ? (1 - sums.simpson) / (1 - 1 / categories) : 0,
                "");
    cell_either(&cell, "pielou", one, divisible ? sums.entropy / log(categories) : 0, "");
    cell_either(&cell, "dissimilarity", null, sums.distance / 2, "share");
}

void balance_compute(const struct facts *facts, struct metric_rows *rows)
{
    struct base base = base_of(facts);
    compute_all(facts, &base, rows);
    for (size_t slice = 1; slice <= facts_slices(facts); slice++)
        compute_slice(facts, &base, slice, rows);
}

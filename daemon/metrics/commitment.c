#include "families.h"

#include <math.h>

struct totals {
    int64_t made, withdrawn, completed, unknown;
    int64_t persons;  /* with a commitment */
    int64_t standing; /* with one that is not withdrawn */
};

static struct totals totals_of(const struct facts_joint_cells *persons)
{
    struct totals totals = {0};
    for (size_t i = 0; i < persons->length; i++) {
        const int *key = persons->cells[i].key;
        int64_t count = persons->cells[i].count;
        totals.made += key[0] * count;
        totals.withdrawn += key[1] * count;
        totals.completed += key[2] * count;
        totals.unknown += key[3] * count;
        totals.persons += count;
        totals.standing += key[0] > key[1] ? count : 0;
    }
    return totals;
}

/* The standard error of the ratio R = sum(y) / sum(m) with persons as clusters (Cochran 1977, 6.4):
 * sqrt(sum e^2 / (n (n - 1))) / mean(m), e = y - R m. With e = (y M - m Y) / M the sum is of whole
 * numbers. */
static double ratio_error(const struct facts_joint_cells *persons, const struct totals *totals)
{
    __int128 all = totals->made - totals->withdrawn, squares = 0;
    for (size_t i = 0; i < persons->length; i++) {
        const int *key = persons->cells[i].key;
        __int128 e = key[2] * all - (__int128)(key[0] - key[1]) * totals->completed;
        squares += e * e * persons->cells[i].count;
    }
    double n = (double)totals->standing, divisor = (double)all;
    return sqrt((double)squares * (n / (n - 1))) / divisor / divisor;
}

static void emit_rate(const struct cell *cell, const char *metric, int64_t completed, int64_t of)
{
    enum metric_null null = of == 0 ? METRIC_N0 : METRIC_NOT_NULL;
    cell_either(cell, metric, null, of > 0 ? (double)completed / (double)of : 0, "share");
}

/* By intention to treat, a commitment of unknown status counts as not completed. */
void commitment_compute(const struct facts *facts, size_t joint, struct metric_rows *rows)
{
    struct facts_joint_cells persons = facts_joint_cells(facts, joint, 0);
    struct totals totals = totals_of(&persons);
    int64_t standing = totals.made - totals.withdrawn;
    struct cell cell = cell_of_joint(facts, joint, 0, rows);
    cell.n = totals.persons;
    cell.N = facts_members(facts, 0);
    cell_number(&cell, "made", (double)totals.made, "count");
    cell_number(&cell, "completed", (double)totals.completed, "count");
    emit_rate(&cell, "rate_itt", totals.completed, standing);
    emit_rate(&cell, "rate_known", totals.completed, standing - totals.unknown);
    cell.n = totals.standing;
    bool enough = totals.standing >= 3;
    cell_either(&cell, "rate_itt_se", enough ? METRIC_NOT_NULL : METRIC_N_LT_3,
                enough ? ratio_error(&persons, &totals) : 0, "share");
}

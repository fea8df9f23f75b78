#include "network_private.h"
#include <debriefd/moments.h>
#include <debriefd/paired.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Dyads observed in both waves; old means tied before, at risk not tied before. */
struct change {
    int64_t dyads, kept, lost, added, added_cross, at_risk, at_risk_cross;
    int64_t old_below_ceiling, strengthened, weakened;
    int64_t before, before_squares, after, after_squares, products; /* sums of the levels */
    int64_t egos;                                                   /* with such a dyad */
};

static void count_state(struct change *change, bool before, bool after, bool cross)
{
    change->kept += before && after;
    change->lost += before && !after;
    change->added += !before && after;
    change->added_cross += !before && after && cross;
    change->at_risk += !before;
    change->at_risk_cross += !before && cross;
}

static void count_levels(struct change *change, int before, int after, int tau)
{
    change->before += before;
    change->before_squares += before * before;
    change->after += after;
    change->after_squares += after * after;
    change->products += before * after;
    if (before < tau)
        return;
    change->old_below_ceiling += before < NETWORK_LEVEL_MAX;
    change->strengthened += after > before;
    change->weakened += after < before;
}

/* The ego's dyads; returns how many ties it gained, net. */
static int64_t count_ego(const struct network *network, size_t wave, size_t ego,
                         struct change *change)
{
    int64_t dyads = change->dyads, gained = 0;
    for (size_t alter = 0; alter < network->delegates; alter++) {
        int before = network_level(network, 0, ego, alter);
        int after = network_level(network, wave, ego, alter);
        if (alter == ego || before == NETWORK_UNOBSERVED || after == NETWORK_UNOBSERVED)
            continue;
        bool old = before >= network->tau, new = after >= network->tau;
        change->dyads++;
        count_state(change, old, new, network->sector_of[ego] != network->sector_of[alter]);
        count_levels(change, before, after, network->tau);
        gained += new - old;
    }
    change->egos += change->dyads > dyads;
    return gained;
}

static void emit_turnover(const struct cell *cell, const struct change *change)
{
    int64_t others = cell->N - 1;
    network_count(cell, "panel_dyads", change->dyads);
    network_count(cell, "new", change->added);
    network_count(cell, "lost", change->lost);
    network_count(cell, "kept", change->kept);
    network_ratio(cell, "new_per_person", change->added * others, change->dyads, METRIC_NO_DYADS,
                  "ties");
    network_ratio(cell, "lost_per_person", change->lost * others, change->dyads, METRIC_NO_DYADS,
                  "ties");
    network_ratio(cell, "jaccard", change->kept, change->kept + change->lost + change->added,
                  METRIC_NO_TIES, "share");
    network_ratio(cell, "retention", change->kept, change->kept + change->lost, METRIC_NO_OLD_TIES,
                  "share");
    network_ratio(cell, "density_before", change->kept + change->lost, change->dyads,
                  METRIC_NO_DYADS, "share");
    network_ratio(cell, "density_after", change->kept + change->added, change->dyads,
                  METRIC_NO_DYADS, "share");
}

static void emit_content(const struct cell *cell, const struct change *change)
{
    int64_t old = change->kept + change->lost;
    network_ratio(cell, "new_cross_share", change->added_cross, change->added, METRIC_NO_NEW_TIES,
                  "share");
    network_ratio(cell, "new_cross_expected", change->at_risk_cross, change->at_risk,
                  METRIC_NO_DYADS, "share");
    network_ratio(cell, "strengthened", change->strengthened, change->old_below_ceiling,
                  old == 0 ? METRIC_NO_OLD_TIES : METRIC_CEILING, "share");
    network_ratio(cell, "weakened", change->weakened, old, METRIC_NO_OLD_TIES, "share");
}

/* Pearson's r of the levels, integers until the last steps. */
static void emit_correlation(const struct cell *cell, const struct change *change)
{
    int64_t n = change->dyads;
    int64_t before = n * change->before_squares - change->before * change->before;
    int64_t after = n * change->after_squares - change->after * change->after;
    int64_t both = n * change->products - change->before * change->after;
    enum metric_null null = METRIC_NOT_NULL;
    if (n == 0)
        null = METRIC_NO_DYADS;
    else if (before == 0 || after == 0)
        null = METRIC_ZERO_VAR;
    double scale = null == METRIC_NOT_NULL ? sqrt((double)before) * sqrt((double)after) : 1;
    cell_either(cell, "qap_r", null, fmax(-1, fmin(1, (double)both / scale)), "");
}

/* changes: what each ego complete in both waves gained, once each. */
static void emit_egos(struct cell cell, struct facts_cell *changes, size_t count)
{
    struct facts_histogram histogram = histogram_collect(changes, count);
    struct moments moments = moments_of_histogram(&histogram);
    cell.n = moments.n;
    network_count(&cell, "ego_n", moments.n);
    cell_either(&cell, "ego_change_mean", moments.n < 1 ? METRIC_N0 : METRIC_NOT_NULL, moments.mean,
                "ties");
    enum metric_null null = moments.n < 2 ? METRIC_N_LT_2 : METRIC_NOT_NULL;
    cell_either(&cell, "ego_change_sd", null, moments.sd, "ties");
    double p = 0;
    if (null == METRIC_NOT_NULL && !paired_signflip_p(&histogram, &p))
        null = METRIC_TOO_LARGE;
    cell_either(&cell, "ego_change_signflip_p", null, p, "");
}

/* What the two reports of a reconstructed tie miss depends on who answered, so change is counted
 * only where both waves were observed. */
void network_change_emit(const struct network *network, size_t wave, struct metric_rows *rows)
{
    char name[2 * NETWORK_NAME_MAX + 2];
    snprintf(name, sizeof name, "%s>%s", network->wave[0].name, network->wave[wave].name);
    struct network_members members = network_complete(network, 1U | 1U << wave);
    struct facts_cell *changes = xcalloc_array(members.count, sizeof *changes);
    struct change change = {0};
    for (size_t ego = 0, next = 0; ego < network->delegates; ego++) {
        int64_t gained = count_ego(network, wave, ego, &change);
        if (next < members.count && members.delegates[next] == ego)
            changes[next++] = (struct facts_cell){(int)gained, 1};
    }
    struct cell cell = network_cell(network, name, "net", rows);
    cell.n = change.egos;
    emit_turnover(&cell, &change);
    emit_content(&cell, &change);
    emit_correlation(&cell, &change);
    network_qap_emit(network, wave, &cell);
    emit_egos(cell, changes, members.count);
    free(changes);
    network_members_finish(&members);
}

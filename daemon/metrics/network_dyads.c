#include "network_private.h"
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>

static void count_report(const struct network *network, struct network_dyads *dyads, size_t ego,
                         size_t alter, int level)
{
    if (level == NETWORK_UNOBSERVED)
        return;
    int from = network->sector_of[ego], to = network->sector_of[alter];
    dyads->observed++;
    dyads->known += level >= 1;
    dyads->mix_dyads[from][to]++;
    dyads->mix_ties[from][to] += level >= network->tau;
}

static void count_pair(const struct network *network, struct network_dyads *dyads, int there,
                       int back)
{
    bool out = there >= network->tau, in = back >= network->tau;
    dyads->covered += there != NETWORK_UNOBSERVED || back != NETWORK_UNOBSERVED;
    if (there == NETWORK_UNOBSERVED || back == NETWORK_UNOBSERVED)
        return;
    dyads->mutual += out && in;
    dyads->asymmetric += out != in;
}

static void count_egos(const struct network *network, size_t wave, struct network_dyads *dyads)
{
    for (size_t i = 0; i < network->delegates; i++) {
        int roster = network->wave[wave].roster[i], sector = network->sector_of[i];
        bool answering = roster > NETWORK_ROSTER_NONE;
        dyads->members[sector]++;
        dyads->answering += answering;
        dyads->answering_in[sector] += answering;
        dyads->complete += roster == NETWORK_ROSTER_COMPLETE;
    }
}

static void count_pairs(const struct network *network, size_t wave, struct network_dyads *dyads,
                        int64_t *strengths)
{
    for (size_t i = 0; i < network->delegates; i++)
        for (size_t j = i + 1; j < network->delegates; j++) {
            int there = network_level(network, wave, i, j);
            int back = network_level(network, wave, j, i);
            count_report(network, dyads, i, j, there);
            count_report(network, dyads, j, i, back);
            count_pair(network, dyads, there, back);
            int64_t ties = (there >= network->tau) + (back >= network->tau);
            strengths[i] += ties;
            strengths[j] += ties;
        }
}

static void sum_mixing(const struct network *network, struct network_dyads *dyads)
{
    for (size_t s = 0; s < network->sectors; s++)
        for (size_t t = 0; t < network->sectors; t++) {
            dyads->ties += dyads->mix_ties[s][t];
            dyads->cross += s == t ? 0 : dyads->mix_ties[s][t];
            dyads->cross_observed += s == t ? 0 : dyads->mix_dyads[s][t];
        }
}

struct network_dyads *network_dyads_count(const struct network *network, size_t wave)
{
    struct network_dyads *dyads = xcalloc(sizeof *dyads);
    int64_t *strengths = xcalloc_array(network->delegates, sizeof *strengths);
    count_egos(network, wave, dyads);
    count_pairs(network, wave, dyads, strengths);
    sum_mixing(network, dyads);
    for (size_t i = 0; i < network->delegates; i++)
        dyads->squared_strengths += strengths[i] * strengths[i];
    free(strengths);
    return dyads;
}

/* The worst cases: nobody tied, or everybody, in what was not observed. */
static void emit_density(const struct cell *cell, const struct network_dyads *dyads)
{
    int64_t possible = cell->N * (cell->N - 1), most = dyads->ties + possible - dyads->observed;
    struct metric_row *density =
        network_ratio(cell, "density", dyads->ties, dyads->observed, METRIC_NO_DYADS, "share");
    if (density->type == METRIC_NUMBER) {
        density->has_interval = true;
        density->low = (double)dyads->ties / (double)possible;
        density->high = (double)most / (double)possible;
        density->method = "worst_case";
    }
    network_ratio(cell, "density_lo", dyads->ties, possible, METRIC_N_LT_2, "share");
    network_ratio(cell, "density_hi", most, possible, METRIC_N_LT_2, "share");
    network_ratio(cell, "density_know", dyads->known, dyads->observed, METRIC_NO_DYADS, "share");
}

/* E-I, Krackhardt and Stern 1988: (external - internal) / (external + internal). */
static void emit_sectors_of_ties(const struct cell *cell, const struct network_dyads *dyads)
{
    network_ratio(cell, "cross_share", dyads->cross, dyads->ties, METRIC_NO_TIES, "share");
    network_ratio(cell, "EI", 2 * dyads->cross - dyads->ties, dyads->ties, METRIC_NO_TIES, "");
    network_ratio(cell, "EI_expected", 2 * dyads->cross_observed - dyads->observed, dyads->observed,
                  METRIC_NO_DYADS, "");
}

static void emit_reciprocity(const struct cell *cell, const struct network_dyads *dyads)
{
    int64_t tied = dyads->mutual + dyads->asymmetric;
    network_ratio(cell, "recip_edge", 2 * dyads->mutual, tied + dyads->mutual, METRIC_NO_TIES,
                  "share");
    network_ratio(cell, "recip_dyad", dyads->mutual, tied, METRIC_NO_TIES, "share");
    network_ratio(cell, "coverage", dyads->covered, cell->N * (cell->N - 1) / 2, METRIC_N_LT_2,
                  "share");
}

static void emit_mixing(const struct network *network, const struct network_dyads *dyads,
                        struct cell cell, size_t from)
{
    char slice[2 * NETWORK_NAME_MAX + 2];
    for (size_t to = 0; to < network->sectors; to++) {
        snprintf(slice, sizeof slice, "%s>%s", network->sector_names[from],
                 network->sector_names[to]);
        cell.slice = slice;
        cell.N = dyads->members[to];
        network_count(&cell, "mix_ties", dyads->mix_ties[from][to]);
        network_count(&cell, "mix_dyads", dyads->mix_dyads[from][to]);
    }
}

static void emit_sector(const struct network *network, const struct network_dyads *dyads,
                        struct cell cell, size_t sector)
{
    int64_t ties = 0;
    for (size_t to = 0; to < network->sectors; to++)
        ties += dyads->mix_ties[sector][to];
    cell.slice = network->sector_names[sector];
    cell.n = dyads->answering_in[sector];
    network_ratio(&cell, "EI_out", ties - 2 * dyads->mix_ties[sector][sector], ties, METRIC_NO_TIES,
                  "");
    emit_mixing(network, dyads, cell, sector);
}

void network_dyads_emit(const struct network *network, size_t wave,
                        const struct network_dyads *dyads, struct metric_rows *rows)
{
    struct cell cell = network_cell(network, network->wave[wave].name, "net", rows);
    cell.n = dyads->answering;
    network_count(&cell, "egos_complete", dyads->complete);
    network_count(&cell, "dyads_observed", dyads->observed);
    network_count(&cell, "ties", dyads->ties);
    emit_density(&cell, dyads);
    emit_sectors_of_ties(&cell, dyads);
    emit_reciprocity(&cell, dyads);
    for (size_t sector = 0; sector < network->sectors; sector++)
        emit_sector(network, dyads, cell, sector);
}

#include "network_private.h"
#include <debriefd/xalloc.h>
#include <stdlib.h>

#define WORD_BITS 64

/* The directed graph of the wave's complete egos, a row of bits each: an unobserved dyad among
 * them, one that was skipped, is no tie. */
struct graph {
    size_t count, words;
    uint64_t *ties;   /* of each ego */
    uint64_t *inside; /* of each sector: its egos */
};

/* Gould and Fernandez 1989: paths a -> v -> b without a -> b, by the sectors of the three. */
struct roles {
    int64_t coordinator;    /* w_I:  A A A */
    int64_t consultant;     /* w_O:  A B A */
    int64_t representative; /* b_IO: A A B */
    int64_t gatekeeper;     /* b_OI: A B B */
    int64_t liaison;        /* b_O:  A B C */
    int64_t total;
    int64_t of_sector[NETWORK_SECTORS_MAX]; /* of the broker v */
};

static void set_bit(uint64_t *row, size_t index)
{
    row[index / WORD_BITS] |= UINT64_C(1) << (index % WORD_BITS);
}

static bool has_bit(const uint64_t *row, size_t index)
{
    return (row[index / WORD_BITS] >> (index % WORD_BITS) & 1) != 0;
}

static void fill_row(const struct network *network, size_t wave, const struct network_members *egos,
                     struct graph *graph, size_t ego)
{
    uint64_t *row = graph->ties + ego * graph->words;
    size_t from = egos->delegates[ego];
    set_bit(graph->inside + network->sector_of[from] * graph->words, ego);
    for (size_t i = 0; i < egos->count; i++)
        if (i != ego && network_level(network, wave, from, egos->delegates[i]) >= network->tau)
            set_bit(row, i);
}

static struct graph graph_of(const struct network *network, size_t wave,
                             const struct network_members *egos)
{
    struct graph graph = {.count = egos->count, .words = egos->count / WORD_BITS + 1};
    graph.ties = xcalloc_array(graph.count * graph.words, sizeof *graph.ties);
    graph.inside = xcalloc_array(network->sectors * graph.words, sizeof *graph.inside);
    for (size_t ego = 0; ego < egos->count; ego++)
        fill_row(network, wave, egos, &graph, ego);
    return graph;
}

/* The ends b of paths a -> v -> b: all, those in a's sector, those in v's. */
struct ends {
    int64_t all, with_a, with_v;
};

static struct ends ends_of(const struct graph *graph, size_t a, size_t v, size_t sector_a,
                           size_t sector_v)
{
    const uint64_t *from_a = graph->ties + a * graph->words;
    const uint64_t *from_v = graph->ties + v * graph->words;
    const uint64_t *inside_a = graph->inside + sector_a * graph->words;
    const uint64_t *inside_v = graph->inside + sector_v * graph->words;
    struct ends ends = {0};
    for (size_t i = 0; i < graph->words; i++) {
        uint64_t b = from_v[i] & ~from_a[i];
        if (a / WORD_BITS == i)
            b &= ~(UINT64_C(1) << (a % WORD_BITS));
        ends.all += __builtin_popcountll(b);
        ends.with_a += __builtin_popcountll(b & inside_a[i]);
        ends.with_v += __builtin_popcountll(b & inside_v[i]);
    }
    return ends;
}

static void count_tie(const struct graph *graph, size_t a, size_t v, size_t sector_a,
                      size_t sector_v, struct roles *roles)
{
    struct ends ends = ends_of(graph, a, v, sector_a, sector_v);
    roles->total += ends.all;
    roles->of_sector[sector_v] += ends.all;
    if (sector_a == sector_v) {
        roles->coordinator += ends.with_a;
        roles->representative += ends.all - ends.with_a;
        return;
    }
    roles->consultant += ends.with_a;
    roles->gatekeeper += ends.with_v;
    roles->liaison += ends.all - ends.with_a - ends.with_v;
}

static struct roles roles_of(const struct network *network, size_t wave,
                             const struct network_members *egos)
{
    struct graph graph = graph_of(network, wave, egos);
    struct roles roles = {0};
    for (size_t a = 0; a < graph.count; a++)
        for (size_t v = 0; v < graph.count; v++)
            if (has_bit(graph.ties + a * graph.words, v))
                count_tie(&graph, a, v, network->sector_of[egos->delegates[a]],
                          network->sector_of[egos->delegates[v]], &roles);
    free(graph.ties);
    free(graph.inside);
    return roles;
}

/* Raw counts grow with about the cube of the response rate: the rate and the share do not. */
void network_broker_emit(const struct network *network, size_t wave, struct metric_rows *rows)
{
    struct network_members egos = network_complete(network, 1U << wave);
    struct roles roles = roles_of(network, wave, &egos);
    struct cell cell = network_cell(network, network->wave[wave].name, "net_broker", rows);
    cell.n = (int64_t)egos.count;
    network_count(&cell, "w_I", roles.coordinator);
    network_count(&cell, "w_O", roles.consultant);
    network_count(&cell, "b_IO", roles.representative);
    network_count(&cell, "b_OI", roles.gatekeeper);
    network_count(&cell, "b_O", roles.liaison);
    network_count(&cell, "t", roles.total);
    int64_t triples = cell.n * (cell.n - 1) * (cell.n - 2);
    network_ratio(&cell, "rate", roles.total, cell.n < 3 ? 0 : triples, METRIC_N_LT_3, "share");
    network_ratio(&cell, "cross_role_share", roles.total - roles.coordinator, roles.total,
                  METRIC_NO_BROKERAGE, "share");
    for (size_t sector = 0; sector < network->sectors; sector++) {
        cell.slice = network->sector_names[sector];
        network_count(&cell, "t", roles.of_sector[sector]);
    }
    network_members_finish(&egos);
}

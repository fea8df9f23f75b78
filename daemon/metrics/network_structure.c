#include "network_graph.h"
#include "network_private.h"
#include <debriefd/log.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>

static bool tied(const struct network *network, size_t wave, size_t i, size_t j)
{
    return network_level(network, wave, i, j) >= network->tau ||
           network_level(network, wave, j, i) >= network->tau;
}

static void add_edge(struct network_graph *graph, int64_t **edges, size_t *capacity, size_t i,
                     size_t j)
{
    size_t used = 2 * (size_t)graph->edge_count++;
    if (used == *capacity) {
        *capacity = used == 0 ? 1024 : 2 * used;
        *edges = xrealloc_array(*edges, *capacity, sizeof **edges);
    }
    (*edges)[used] = (int64_t)i;
    (*edges)[used + 1] = (int64_t)j;
}

/* Members are tied when any report there is says so; the caller frees *edges. */
static struct network_graph graph_of(const struct network *network, size_t wave,
                                     const struct network_members *members, int64_t **edges)
{
    struct network_graph graph = {.vertices = (int64_t)members->count};
    size_t capacity = 0;
    *edges = NULL;
    for (size_t i = 0; i < members->count; i++)
        for (size_t j = i + 1; j < members->count; j++)
            if (tied(network, wave, members->delegates[i], members->delegates[j]))
                add_edge(&graph, edges, &capacity, i, j);
    graph.edges = *edges;
    return graph;
}

static enum metric_null measure(const struct network *network, size_t wave,
                                const struct network_members *members,
                                struct network_structure *structure)
{
    if (members->count == 0)
        return METRIC_N0;
    int64_t *edges;
    struct error err;
    struct network_graph graph = graph_of(network, wave, members, &edges);
    bool measured = network_graph_measure(&graph, structure, &err);
    free(edges);
    if (measured)
        return METRIC_NOT_NULL;
    log_error("network_not_computed", "error=%s", log_quote(err.message).text);
    return METRIC_NOT_COMPUTED;
}

/* Everything null for `null`, when it says why. */
struct view {
    struct cell cell;
    const struct network_structure *structure;
    int64_t vertices;
    enum metric_null null;
};

static void emit(const struct view *view, const char *metric, enum metric_null own, double value,
                 const char *unit)
{
    enum metric_null null = view->null != METRIC_NOT_NULL ? view->null : own;
    cell_either(&view->cell, metric, null, null == METRIC_NOT_NULL ? value : 0, unit);
}

static enum metric_null unless(bool defined, enum metric_null null)
{
    return defined ? METRIC_NOT_NULL : null;
}

static void emit_components(const struct view *view)
{
    const struct network_structure *structure = view->structure;
    double n = (double)view->vertices, edges = (double)structure->edges;
    emit(view, "edges", METRIC_NOT_NULL, edges, "count");
    emit(view, "density", unless(n >= 2, METRIC_N_LT_2), 2 * edges / (n * (n - 1)), "share");
    emit(view, "avg_degree", METRIC_NOT_NULL, 2 * edges / n, "ties");
    emit(view, "isolates", METRIC_NOT_NULL, (double)structure->isolates, "count");
    emit(view, "components", METRIC_NOT_NULL, (double)structure->components, "count");
    emit(view, "giant_share", METRIC_NOT_NULL, (double)structure->largest / n, "share");
    emit(view, "transitivity", unless(structure->triples > 0, METRIC_NO_TRIPLES),
         (double)structure->closed_triples / (double)structure->triples, "share");
    emit(view, "avg_local_clustering0", METRIC_NOT_NULL, structure->local_clustering_sum / n,
         "share");
}

/* Freeman 1979: the sum of the differences to the most central, over that of a star. */
static void emit_centrality(const struct view *view)
{
    const struct network_structure *structure = view->structure;
    double n = (double)view->vertices, detours = (double)structure->detours;
    double pairs = (double)structure->connected_pairs;
    enum metric_null small = unless(n >= 3, METRIC_N_LT_3);
    double differences = fmax(0, n * structure->betweenness_max - detours);
    emit(view, "degree_centralization", small, structure->degree_centralization, "share");
    emit(view, "avg_path_length", unless(structure->edges > 0, METRIC_NO_TIES),
         (pairs + detours) / pairs, "ties");
    emit(view, "betweenness_max", METRIC_NOT_NULL, structure->betweenness_max, "count");
    emit(view, "betweenness_centralization", small, differences / ((n - 1) * (n - 1) * (n - 2) / 2),
         "share");
}

static unsigned every_wave(const struct network *network)
{
    return (1U << network->waves) - 1;
}

/* A panel of everybody is the reconstructed graph, which was measured already. */
void network_structure_emit(const struct network *network, size_t wave, int64_t answering,
                            struct metric_rows *rows)
{
    struct network_members everybody = network_complete(network, 0);
    struct network_members panel = network_complete(network, every_wave(network));
    struct network_structure structure = {0};
    struct view view = {.structure = &structure, .vertices = (int64_t)everybody.count};
    view.cell = network_cell(network, network->wave[wave].name, "net_recon", rows);
    view.cell.n = answering;
    view.null = measure(network, wave, &everybody, &structure);
    emit_components(&view);
    emit_centrality(&view);

    view.cell.item = "net_panel";
    view.cell.n = view.vertices = (int64_t)panel.count;
    if (network->waves < 2)
        view.null = METRIC_ONE_WAVE;
    else if (panel.count < everybody.count)
        view.null = measure(network, wave, &panel, &structure);
    emit_components(&view);
    emit_centrality(&view);
    network_members_finish(&everybody);
    network_members_finish(&panel);
}

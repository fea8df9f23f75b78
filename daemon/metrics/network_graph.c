#include "network_graph.h"

#include <assert.h>
#include <igraph/igraph.h>
#include <math.h>

static_assert(sizeof(igraph_integer_t) == sizeof(int64_t), "edges are handed over as they are");

/* Betweenness is kept to so many bits: the order in which a vertex' shares were added is below. */
#define BETWEENNESS_BITS 40

static double settle(double value)
{
    int exponent;
    double fraction = frexp(value, &exponent);
    return ldexp(nearbyint(ldexp(fraction, BETWEENNESS_BITS)), exponent - BETWEENNESS_BITS);
}

static igraph_error_t measure_components(const igraph_t *graph, igraph_vector_int_t *sizes,
                                         struct network_structure *structure)
{
    igraph_integer_t count;
    igraph_error_t code = igraph_connected_components(graph, NULL, sizes, &count, IGRAPH_WEAK);
    if (code != IGRAPH_SUCCESS)
        return code;
    structure->components = count;
    for (igraph_integer_t i = 0; i < count; i++) {
        int64_t size = VECTOR(*sizes)[i];
        structure->largest = size > structure->largest ? size : structure->largest;
        structure->isolates += size == 1;
        structure->connected_pairs += size * (size - 1) / 2;
    }
    return code;
}

static igraph_error_t measure_clustering(const igraph_t *graph, igraph_vector_t *local,
                                         struct network_structure *structure)
{
    igraph_real_t global;
    igraph_error_t code = igraph_transitivity_undirected(graph, &global, IGRAPH_TRANSITIVITY_NAN);
    if (code == IGRAPH_SUCCESS)
        code = igraph_transitivity_local_undirected(graph, local, igraph_vss_all(),
                                                    IGRAPH_TRANSITIVITY_ZERO);
    if (code != IGRAPH_SUCCESS)
        return code;
    structure->has_triples = !isnan(global);
    structure->transitivity = structure->has_triples ? global : 0;
    igraph_vector_sort(local);
    structure->local_clustering_sum = igraph_vector_sum(local);
    return code;
}

/* Loops would count as possible by default, and Freeman's index of the karate club be .376. */
static igraph_error_t measure_degrees(const igraph_t *graph, struct network_structure *structure)
{
    if (igraph_vcount(graph) < 3)
        return IGRAPH_SUCCESS;
    return igraph_centralization_degree(graph, NULL, IGRAPH_ALL, IGRAPH_NO_LOOPS,
                                        &structure->degree_centralization, NULL, true);
}

/* A shortest path of length d passes d - 1 vertices, so the sum over all vertices gives the mean
 * distance without a second search from every vertex. */
static igraph_error_t measure_paths(const igraph_t *graph, igraph_vector_t *betweenness,
                                    struct network_structure *structure)
{
    igraph_error_t code =
        igraph_betweenness(graph, betweenness, igraph_vss_all(), IGRAPH_UNDIRECTED, NULL);
    if (code != IGRAPH_SUCCESS)
        return code;
    structure->betweenness_max = settle(igraph_vector_max(betweenness));
    structure->detours = llround(igraph_vector_sum(betweenness));
    return code;
}

static igraph_error_t measure(const igraph_t *graph, igraph_vector_int_t *sizes,
                              igraph_vector_t *values, struct network_structure *structure)
{
    *structure = (struct network_structure){.edges = igraph_ecount(graph)};
    igraph_error_t code = measure_components(graph, sizes, structure);
    if (code == IGRAPH_SUCCESS)
        code = measure_clustering(graph, values, structure);
    if (code == IGRAPH_SUCCESS)
        code = measure_degrees(graph, structure);
    if (code == IGRAPH_SUCCESS)
        code = measure_paths(graph, values, structure);
    return code;
}

static igraph_error_t measure_with_vectors(const igraph_t *graph,
                                           struct network_structure *structure)
{
    igraph_vector_int_t sizes;
    igraph_vector_t values;
    igraph_error_t code = igraph_vector_int_init(&sizes, 0);
    if (code != IGRAPH_SUCCESS)
        return code;
    code = igraph_vector_init(&values, 0);
    if (code == IGRAPH_SUCCESS) {
        code = measure(graph, &sizes, &values, structure);
        igraph_vector_destroy(&values);
    }
    igraph_vector_int_destroy(&sizes);
    return code;
}

/* By default igraph ends the process at any error. The handlers are global to it. */
bool network_graph_measure(const struct network_graph *graph, struct network_structure *structure,
                           struct error *err)
{
    igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_set_warning_handler(igraph_warning_handler_ignore);
    assert(graph->vertices > 0);
    igraph_vector_int_t edges;
    struct network_structure measured;
    igraph_t built;
    igraph_error_t code =
        igraph_create(&built, igraph_vector_int_view(&edges, graph->edges, 2 * graph->edge_count),
                      graph->vertices, IGRAPH_UNDIRECTED);
    if (code == IGRAPH_SUCCESS) {
        code = measure_with_vectors(&built, &measured);
        igraph_destroy(&built);
    }
    if (code != IGRAPH_SUCCESS)
        return error_set(err, ERR_INTERNAL, "igraph: %s", igraph_strerror(code));
    *structure = measured;
    return true;
}

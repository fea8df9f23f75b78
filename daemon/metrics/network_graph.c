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

/* The graph, and vectors that the measures share. */
struct work {
    const struct network_graph *graph;
    igraph_t built;
    igraph_vector_int_t membership, sizes;
    igraph_vector_t degrees, values;
};

static igraph_error_t measure_components(struct work *work, struct network_structure *structure)
{
    igraph_integer_t count;
    igraph_error_t code = igraph_connected_components(&work->built, &work->membership, &work->sizes,
                                                      &count, IGRAPH_WEAK);
    if (code != IGRAPH_SUCCESS)
        return code;
    structure->components = count;
    for (igraph_integer_t i = 0; i < count; i++) {
        int64_t size = VECTOR(work->sizes)[i];
        structure->largest = size > structure->largest ? size : structure->largest;
        structure->isolates += size == 1;
        structure->connected_pairs += size * (size - 1) / 2;
    }
    return code;
}

/* Loops would count as possible by default, and Freeman's index of the karate club be .376. */
static igraph_error_t measure_degrees(struct work *work, struct network_structure *structure)
{
    igraph_real_t index;
    igraph_error_t code = igraph_centralization_degree(&work->built, &work->degrees, IGRAPH_ALL,
                                                       IGRAPH_NO_LOOPS, &index, NULL, true);
    structure->degree_centralization = work->graph->vertices < 3 ? 0 : index;
    return code;
}

/* The local ratios are of whole triangles to triples, and the sums of both give the global one
 * without a second count, which takes igraph longer than the first. */
static igraph_error_t measure_clustering(struct work *work, struct network_structure *structure)
{
    igraph_error_t code = igraph_transitivity_local_undirected(
        &work->built, &work->values, igraph_vss_all(), IGRAPH_TRANSITIVITY_ZERO);
    if (code != IGRAPH_SUCCESS)
        return code;
    for (int64_t v = 0; v < work->graph->vertices; v++) {
        double degree = VECTOR(work->degrees)[v], triples = degree * (degree - 1) / 2;
        structure->triples += (int64_t)triples;
        structure->closed_triples += llround(VECTOR(work->values)[v] * triples);
    }
    igraph_vector_sort(&work->values);
    structure->local_clustering_sum = igraph_vector_sum(&work->values);
    return code;
}

static igraph_error_t compute_betweenness(struct work *work)
{
    const struct network_graph *graph = work->graph;
    if (graph->vertices * graph->edge_count <= NETWORK_IGRAPH_STEPS_MAX)
        return igraph_betweenness(&work->built, &work->values, igraph_vss_all(), IGRAPH_UNDIRECTED,
                                  NULL);
    igraph_error_t code = igraph_vector_resize(&work->values, graph->vertices);
    if (code == IGRAPH_SUCCESS)
        network_betweenness(graph, VECTOR(work->membership), VECTOR(work->values));
    return code;
}

/* A shortest path of length d passes d - 1 vertices, so the sum over all vertices gives the mean
 * distance without a second search from every vertex. */
static igraph_error_t measure_paths(struct work *work, struct network_structure *structure)
{
    igraph_error_t code = compute_betweenness(work);
    if (code != IGRAPH_SUCCESS)
        return code;
    structure->betweenness_max = settle(igraph_vector_max(&work->values));
    structure->detours = llround(igraph_vector_sum(&work->values));
    return code;
}

static igraph_error_t measure(struct work *work, struct network_structure *structure)
{
    *structure = (struct network_structure){.edges = igraph_ecount(&work->built)};
    igraph_error_t code = measure_components(work, structure);
    if (code == IGRAPH_SUCCESS)
        code = measure_degrees(work, structure);
    if (code == IGRAPH_SUCCESS)
        code = measure_clustering(work, structure);
    if (code == IGRAPH_SUCCESS)
        code = measure_paths(work, structure);
    return code;
}

/* An empty vector of igraph's may be destroyed without having been initialised. */
static igraph_error_t measure_with_vectors(struct work *work, struct network_structure *structure)
{
    igraph_error_t code = igraph_vector_int_init(&work->membership, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_int_init(&work->sizes, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_init(&work->degrees, 0);
    if (code == IGRAPH_SUCCESS)
        code = igraph_vector_init(&work->values, 0);
    if (code == IGRAPH_SUCCESS)
        code = measure(work, structure);
    igraph_vector_destroy(&work->values);
    igraph_vector_destroy(&work->degrees);
    igraph_vector_int_destroy(&work->sizes);
    igraph_vector_int_destroy(&work->membership);
    return code;
}

/* By default igraph ends the process at any error. The handlers are global to it. */
bool network_graph_measure(const struct network_graph *graph, struct network_structure *structure,
                           struct error *err)
{
    assert(graph->vertices > 0);
    igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_set_warning_handler(igraph_warning_handler_ignore);
    struct work work = {.graph = graph};
    struct network_structure measured;
    igraph_vector_int_t edges;
    igraph_vector_int_view(&edges, graph->edges, 2 * graph->edge_count);
    igraph_error_t code = igraph_create(&work.built, &edges, graph->vertices, IGRAPH_UNDIRECTED);
    if (code == IGRAPH_SUCCESS) {
        code = IGRAPH_EINVVID; /* igraph adds the vertices that an edge is to */
        if (igraph_vcount(&work.built) == graph->vertices)
            code = measure_with_vectors(&work, &measured);
        igraph_destroy(&work.built);
    }
    if (code != IGRAPH_SUCCESS)
        return error_set(err, ERR_INTERNAL, "igraph: %s", igraph_strerror(code));
    *structure = measured;
    return true;
}

/* network_graph: the structure of an undirected graph without loops or multiple edges. */
#ifndef NETWORK_GRAPH_H
#define NETWORK_GRAPH_H

#include <debriefd/error.h>
#include <stddef.h>
#include <stdint.h>

/* edges holds both ends of each edge, vertices being numbered from 0. */
struct network_graph {
    int64_t vertices, edge_count;
    const int64_t *edges;
};

/* Everything the same whatever the vertices are called. Sums of betweenness count each pair once.
 */
struct network_structure {
    int64_t edges, isolates, components, largest; /* largest: vertices of that component */
    int64_t connected_pairs;
    int64_t detours; /* sum over connected pairs of (distance - 1), which is that of betweenness */
    int64_t triples, closed_triples; /* a vertex and two it is tied to; these tied too */
    double local_clustering_sum;     /* vertices of degree below 2 counting 0 */
    double degree_centralization;    /* set from 3 vertices on */
    double betweenness_max;
};

/* There is at least one vertex. Fails with ERR_INTERNAL when igraph refuses; never ends the
 * process but where igraph finds itself broken. */
bool network_graph_measure(const struct network_graph *graph, struct network_structure *structure,
                           struct error *err) must_check;

/* How often each vertex lies on a shortest path, each pair counted once: what igraph computes, and
 * some ten times as fast in a dense graph of thousands. `component` numbers each vertex' component
 * from 0. */
void network_betweenness(const struct network_graph *graph, const int64_t *component,
                         double *betweenness);

/* From so many steps (vertices times edges) on network_graph_measure takes network_betweenness. */
#define NETWORK_IGRAPH_STEPS_MAX INT64_C(20000000)

#endif

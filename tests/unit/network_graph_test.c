/* Graphs as igraph takes them, the betweenness of large ones, and the generator of numbers. */
#include "network_graph.h"
#include "suite.h"

#include <debriefd/prng.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The reference outputs of splitmix64 for the seed 1234567 (rosettacode.org, Pseudo-random
 * numbers/Splitmix64), and of xoshiro256** for the state 1 2 3 4 (rand_xoshiro's test of the
 * authors' C code). */
static void the_generator_is_the_published_one(void)
{
    static const uint64_t splitmix[] = {
        UINT64_C(6457827717110365317), UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
        UINT64_C(4593380528125082431), UINT64_C(16408922859458223821)};
    static const uint64_t xoshiro[] = {UINT64_C(11520), 0, UINT64_C(1509978240),
                                       UINT64_C(1215971899390074240)};
    uint64_t state = 1234567;
    for (size_t i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(prng_splitmix(&state), splitmix[i]);
    struct prng prng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(prng_next(&prng), xoshiro[i]);
}

/* The 99.9 % point of chi-squared with 6 degrees of freedom is 22.46. */
static void numbers_below_a_bound_are_even(void)
{
    struct prng prng;
    prng_init(&prng, 5, "even");
    double counts[7] = {0}, chi_squared = 0;
    for (int i = 0; i < 70000; i++)
        counts[prng_below(&prng, 7)]++;
    for (int i = 0; i < 7; i++)
        chi_squared += (counts[i] - 10000) * (counts[i] - 10000) / 10000;
    CU_ASSERT(chi_squared < 22.46);
    CU_ASSERT_EQUAL(prng_below(&prng, 1), 0);
}

static void purposes_and_seeds_have_streams_of_their_own(void)
{
    struct prng a, b, c;
    prng_init(&a, 1, "x");
    prng_init(&b, 1, "y");
    prng_init(&c, 2, "x");
    uint64_t first = prng_next(&a);
    CU_ASSERT(first != prng_next(&b) && first != prng_next(&c));
}

/* igraph's own answer to the first is to end the process, to the second to add vertices. */
static void an_impossible_graph_is_an_error(void)
{
    static const int64_t edges[][2] = {{0, -1}, {0, 7}};
    for (size_t i = 0; i < 2; i++) {
        struct network_structure structure = {.edges = 99};
        struct error err = {0};
        struct network_graph graph = {3, 1, edges[i]};
        CU_ASSERT(!network_graph_measure(&graph, &structure, &err));
        CU_ASSERT_EQUAL(err.code, ERR_INTERNAL);
        CU_ASSERT(strstr(err.message, "igraph") != NULL);
        CU_ASSERT_EQUAL(structure.edges, 99);
    }
}

static int64_t find(const int64_t *parent, int64_t vertex)
{
    while (parent[vertex] != vertex)
        vertex = parent[vertex];
    return vertex;
}

/* Numbers components from 0 in the order of their least vertex. */
static void fill_components(const struct network_graph *graph, int64_t *component)
{
    int64_t *parent = xcalloc_array((size_t)graph->vertices, sizeof *parent), count = 0;
    for (int64_t v = 0; v < graph->vertices; v++)
        parent[v] = v;
    for (int64_t i = 0; i < graph->edge_count; i++) {
        int64_t a = find(parent, graph->edges[2 * i]), b = find(parent, graph->edges[2 * i + 1]);
        parent[a > b ? a : b] = a > b ? b : a;
    }
    for (int64_t v = 0; v < graph->vertices; v++)
        component[v] = parent[v] == v ? count++ : component[find(parent, v)];
    free(parent);
}

static void both_agree(const struct network_graph *graph)
{
    struct error err;
    struct network_structure structure;
    size_t n = (size_t)graph->vertices;
    int64_t *component = xcalloc_array(n, sizeof *component);
    double *betweenness = xcalloc_array(n, sizeof *betweenness), max = 0, sum = 0;
    CU_ASSERT_FATAL(graph->vertices * graph->edge_count <= NETWORK_IGRAPH_STEPS_MAX);
    CU_ASSERT_FATAL(network_graph_measure(graph, &structure, &err));
    fill_components(graph, component);
    network_betweenness(graph, component, betweenness);
    for (size_t i = 0; i < n; i++) {
        max = fmax(max, betweenness[i]);
        sum += betweenness[i];
    }
    CU_ASSERT_DOUBLE_EQUAL(max, structure.betweenness_max, 1e-10 * (1 + max));
    CU_ASSERT_DOUBLE_EQUAL(sum, (double)structure.detours, 1e-10 * (1 + sum));
    free(component);
    free(betweenness);
}

/* Each pair is an edge with the chance `of_1000`. */
static void random_graph_agrees(int64_t vertices, uint32_t of_1000, uint64_t seed)
{
    struct prng prng;
    prng_init(&prng, seed, "graph");
    int64_t *edges = xcalloc_array((size_t)(vertices * vertices), sizeof *edges);
    struct network_graph graph = {vertices, 0, edges};
    for (int64_t i = 0; i < vertices; i++)
        for (int64_t j = i + 1; j < vertices; j++)
            if (prng_below(&prng, 1000) < of_1000) {
                edges[2 * graph.edge_count] = i;
                edges[2 * graph.edge_count++ + 1] = j;
            }
    both_agree(&graph);
    free(edges);
}

static void betweenness_agrees_with_igraph(void)
{
    static const uint32_t densities[] = {0, 5, 15, 30, 100, 300, 700, 1000};
    for (uint64_t seed = 0; seed < 5; seed++)
        for (size_t i = 0; i < sizeof densities / sizeof *densities; i++) {
            random_graph_agrees(1 + (int64_t)seed, densities[i], seed);
            random_graph_agrees(60 + (int64_t)seed, densities[i], seed);
            random_graph_agrees(200, densities[i], seed);
        }
}

/* A ladder of squares has as many shortest paths as there are ways through. */
static void betweenness_of_a_ladder_agrees_with_igraph(void)
{
    int64_t edges[2 * 150];
    struct network_graph graph = {100, 0, edges};
    for (int64_t i = 0; i < 100; i += 2)
        for (int k = 0; k < 3; k++) {
            int64_t from = k == 2 ? i + 1 : i, to = k == 0 ? i + 1 : from + 2;
            if (to >= 100)
                continue;
            edges[2 * graph.edge_count] = from;
            edges[2 * graph.edge_count++ + 1] = to;
        }
    both_agree(&graph);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"the generator is the published one", the_generator_is_the_published_one},
        {"numbers below a bound are even", numbers_below_a_bound_are_even},
        {"purposes and seeds have streams of their own",
         purposes_and_seeds_have_streams_of_their_own},
        {"an impossible graph is an error", an_impossible_graph_is_an_error},
        {"betweenness agrees with igraph", betweenness_agrees_with_igraph},
        {"betweenness of a ladder agrees with igraph", betweenness_of_a_ladder_agrees_with_igraph},
        {0},
    };
    return suite_run("network graph", tests);
}

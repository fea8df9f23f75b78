#include "network_graph.h"
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

/* Brandes 2001: from every source a search that counts the shortest paths to each vertex, and back
 * a sum of what each vertex passes on. Two savings, of which a delegation's graph, dense and of
 * small diameter, makes much: a search ends when it has found its whole component, and a level is
 * taken from whichever side has the fewer edges (Beamer, Asanovic and Patterson 2012). */

#define UNSEEN UINT32_MAX

enum side { FROM_ABOVE, FROM_BELOW };

struct level {
    uint32_t first, end; /* in the order of discovery */
    uint64_t degree;     /* of its vertices */
    enum side side;      /* how the next level was reached */
};

struct search {
    uint32_t vertices;
    uint32_t *start, *neighbours; /* those of v: start[v] .. start[v + 1] - 1 */
    const int64_t *component;
    uint32_t *component_size; /* by vertex */
    uint64_t *component_degree;
    uint32_t *distance, *order;
    double *paths, *dependency;
    double *passed; /* what one level passes to its neighbours; 0 for every other vertex */
    struct level *levels;
    uint64_t unseen_degree;
};

static uint32_t degree_of(const struct search *search, uint32_t vertex)
{
    return search->start[vertex + 1] - search->start[vertex];
}

static void fill_neighbours(struct search *search, const struct network_graph *graph)
{
    for (int64_t i = 0; i < 2 * graph->edge_count; i++)
        search->start[graph->edges[i] + 1]++;
    for (uint32_t v = 0; v < search->vertices; v++)
        search->start[v + 1] += search->start[v];
    uint32_t *next = xcalloc_array(search->vertices, sizeof *next);
    memcpy(next, search->start, search->vertices * sizeof *next);
    for (int64_t i = 0; i < 2 * graph->edge_count; i++)
        search->neighbours[next[graph->edges[i]]++] = (uint32_t)graph->edges[i ^ 1];
    free(next);
}

static void fill_components(struct search *search)
{
    uint32_t *sizes = xcalloc_array(search->vertices, sizeof *sizes);
    uint64_t *degrees = xcalloc_array(search->vertices, sizeof *degrees);
    for (uint32_t v = 0; v < search->vertices; v++) {
        sizes[search->component[v]]++;
        degrees[search->component[v]] += degree_of(search, v);
    }
    for (uint32_t v = 0; v < search->vertices; v++) {
        search->component_size[v] = sizes[search->component[v]];
        search->component_degree[v] = degrees[search->component[v]];
    }
    free(sizes);
    free(degrees);
}

static struct search search_create(const struct network_graph *graph, const int64_t *component)
{
    size_t n = (size_t)graph->vertices;
    struct search search = {
        .vertices = (uint32_t)n,
        .start = xcalloc_array(n + 1, sizeof *search.start),
        .neighbours = xcalloc_array(2 * (size_t)graph->edge_count, sizeof *search.neighbours),
        .component = component,
        .component_size = xcalloc_array(n, sizeof *search.component_size),
        .component_degree = xcalloc_array(n, sizeof *search.component_degree),
        .distance = xcalloc_array(n, sizeof *search.distance),
        .order = xcalloc_array(n, sizeof *search.order),
        .paths = xcalloc_array(n, sizeof *search.paths),
        .dependency = xcalloc_array(n, sizeof *search.dependency),
        .passed = xcalloc_array(n, sizeof *search.passed),
        .levels = xcalloc_array(n, sizeof *search.levels),
    };
    fill_neighbours(&search, graph);
    fill_components(&search);
    return search;
}

static void search_finish(struct search *search)
{
    free(search->start);
    free(search->neighbours);
    free(search->component_size);
    free(search->component_degree);
    free(search->distance);
    free(search->order);
    free(search->paths);
    free(search->dependency);
    free(search->passed);
    free(search->levels);
}

static void discover(struct search *search, struct level *level, uint32_t vertex, uint32_t distance)
{
    search->distance[vertex] = distance;
    search->order[level->end++] = vertex;
    level->degree += degree_of(search, vertex);
    search->unseen_degree -= degree_of(search, vertex);
}

static void expand_from_above(struct search *search, const struct level *above, struct level *level,
                              uint32_t distance)
{
    for (uint32_t i = above->first; i < above->end; i++) {
        uint32_t v = search->order[i];
        for (uint32_t edge = search->start[v]; edge < search->start[v + 1]; edge++) {
            uint32_t w = search->neighbours[edge];
            if (search->distance[w] == UNSEEN)
                discover(search, level, w, distance);
            if (search->distance[w] == distance)
                search->paths[w] += search->paths[v];
        }
    }
}

static double sum_passed(const struct search *search, uint32_t vertex)
{
    double sum = 0;
    for (uint32_t edge = search->start[vertex]; edge < search->start[vertex + 1]; edge++)
        sum += search->passed[search->neighbours[edge]];
    return sum;
}

static void forget_passed(struct search *search, const struct level *level)
{
    for (uint32_t i = level->first; i < level->end; i++)
        search->passed[search->order[i]] = 0;
}

static void expand_from_below(struct search *search, uint32_t source, const struct level *above,
                              struct level *level, uint32_t distance)
{
    for (uint32_t i = above->first; i < above->end; i++)
        search->passed[search->order[i]] = search->paths[search->order[i]];
    for (uint32_t w = 0; w < search->vertices; w++) {
        if (search->distance[w] != UNSEEN || search->component[w] != search->component[source])
            continue;
        search->paths[w] = sum_passed(search, w);
        if (search->paths[w] > 0)
            discover(search, level, w, distance);
    }
    forget_passed(search, above);
}

/* The number of levels: distance 0 is the source's. */
static uint32_t search_from(struct search *search, uint32_t source)
{
    memset(search->distance, 0xff, search->vertices * sizeof *search->distance);
    memset(search->paths, 0, search->vertices * sizeof *search->paths);
    search->unseen_degree = search->component_degree[source];
    search->levels[0] = (struct level){0};
    discover(search, &search->levels[0], source, 0);
    search->paths[source] = 1;
    uint32_t count = 1;
    while (search->levels[count - 1].end < search->component_size[source]) {
        struct level *above = &search->levels[count - 1], *level = above + 1;
        *level = (struct level){.first = above->end, .end = above->end};
        above->side = above->degree <= search->unseen_degree ? FROM_ABOVE : FROM_BELOW;
        if (above->side == FROM_ABOVE)
            expand_from_above(search, above, level, count);
        else
            expand_from_below(search, source, above, level, count);
        count++;
    }
    return count;
}

static void collect_from_above(struct search *search, const struct level *above)
{
    for (uint32_t i = above->first; i < above->end; i++) {
        uint32_t v = search->order[i];
        search->dependency[v] = search->paths[v] * sum_passed(search, v);
    }
}

static void collect_from_below(struct search *search, const struct level *above,
                               const struct level *level, uint32_t distance)
{
    for (uint32_t i = above->first; i < above->end; i++)
        search->dependency[search->order[i]] = 0;
    for (uint32_t i = level->first; i < level->end; i++) {
        uint32_t w = search->order[i];
        for (uint32_t edge = search->start[w]; edge < search->start[w + 1]; edge++) {
            uint32_t v = search->neighbours[edge];
            if (search->distance[v] == distance)
                search->dependency[v] += search->paths[v] * search->passed[w];
        }
    }
}

static void collect(struct search *search, uint32_t levels, double *betweenness)
{
    const struct level *deepest = &search->levels[levels - 1];
    for (uint32_t i = deepest->first; i < deepest->end; i++)
        search->dependency[search->order[i]] = 0;
    for (uint32_t below = levels - 1; below > 0; below--) {
        const struct level *level = &search->levels[below], *above = level - 1;
        for (uint32_t i = level->first; i < level->end; i++) {
            uint32_t w = search->order[i];
            betweenness[w] += search->dependency[w];
            search->passed[w] = (1 + search->dependency[w]) / search->paths[w];
        }
        if (above->side == FROM_ABOVE)
            collect_from_above(search, above);
        else
            collect_from_below(search, above, level, below - 1);
        forget_passed(search, level);
    }
}

void network_betweenness(const struct network_graph *graph, const int64_t *component,
                         double *betweenness)
{
    struct search search = search_create(graph, component);
    memset(betweenness, 0, search.vertices * sizeof *betweenness);
    for (uint32_t source = 0; source < search.vertices; source++)
        collect(&search, search_from(&search, source), betweenness);
    for (uint32_t v = 0; v < search.vertices; v++)
        betweenness[v] /= 2;
    search_finish(&search);
}

#include "network_private.h"
#include "suite.h"

#include <math.h>

#define CLOSE(actual, expected) CU_ASSERT_DOUBLE_EQUAL(actual, expected, 1e-8)

static const char *const sectors[] = {"a", "b", "c", "d"};

static struct network *network_of(size_t delegates, const size_t *sector_of, uint32_t permutations)
{
    struct error err;
    struct network *network;
    struct network_frame frame = {delegates, sectors, 4, NETWORK_TAU, permutations, 7};
    CU_ASSERT_FATAL(network_create(&frame, &network, &err));
    for (size_t i = 0; i < delegates && sector_of != NULL; i++)
        CU_ASSERT(network_set_sector(network, i, sector_of[i], &err));
    return network;
}

static void everybody_answers(struct network *network, const char *wave)
{
    struct error err;
    CU_ASSERT_FATAL(network_add_wave(network, wave, &err));
    for (size_t i = 0; i < network->delegates; i++)
        CU_ASSERT(
            network_set_roster(network, network->waves - 1, i, NETWORK_ROSTER_COMPLETE, &err));
}

static void tie(struct network *network, size_t ego, size_t alter, int level)
{
    struct error err;
    CU_ASSERT(network_add_tie(network, network->waves - 1, ego, alter, level, &err));
}

static struct metric_rows *rows_of(const struct network *network)
{
    struct metric_rows *rows = metric_rows_create();
    network_compute(network, rows);
    return rows;
}

static double value(const struct metric_rows *rows, const char *wave, const char *slice,
                    const char *item, const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, wave, slice, item, metric);
    if (row == NULL || row->type != METRIC_NUMBER) {
        CU_FAIL("no such number");
        return NAN;
    }
    return row->value;
}

static enum metric_null null_of(const struct metric_rows *rows, const char *wave, const char *item,
                                const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, wave, "all", item, metric);
    return row == NULL ? METRIC_NULLS : row->null;
}

/* Zachary 1977; the values are those of igraph for R 1.3.5 (transitivity, mean_distance,
 * betweenness, centr_betw, centr_degree with loops = FALSE), which the UCINET and networkx manuals
 * print too. */
static const int karate[][2] = {
    {1, 2},   {1, 3},   {1, 4},   {1, 5},   {1, 6},   {1, 7},   {1, 8},   {1, 9},   {1, 11},
    {1, 12},  {1, 13},  {1, 14},  {1, 18},  {1, 20},  {1, 22},  {1, 32},  {2, 3},   {2, 4},
    {2, 8},   {2, 14},  {2, 18},  {2, 20},  {2, 22},  {2, 31},  {3, 4},   {3, 8},   {3, 28},
    {3, 29},  {3, 33},  {3, 10},  {3, 9},   {3, 14},  {4, 8},   {4, 13},  {4, 14},  {5, 7},
    {5, 11},  {6, 7},   {6, 11},  {6, 17},  {7, 17},  {9, 31},  {9, 33},  {9, 34},  {10, 34},
    {14, 34}, {15, 33}, {15, 34}, {16, 33}, {16, 34}, {19, 33}, {19, 34}, {20, 34}, {21, 33},
    {21, 34}, {23, 33}, {23, 34}, {24, 26}, {24, 28}, {24, 33}, {24, 34}, {24, 30}, {25, 26},
    {25, 28}, {25, 32}, {26, 32}, {27, 30}, {27, 34}, {28, 34}, {29, 32}, {29, 34}, {30, 33},
    {30, 34}, {31, 33}, {31, 34}, {32, 33}, {32, 34}, {33, 34},
};

static void karate_club(void)
{
    struct network *network = network_of(34, NULL, 0);
    everybody_answers(network, "pre");
    for (size_t i = 0; i < sizeof karate / sizeof *karate; i++)
        tie(network, (size_t)karate[i][0] - 1, (size_t)karate[i][1] - 1, 2);
    struct metric_rows *rows = rows_of(network);
    static const struct {
        const char *metric;
        double value;
    } expected[] = {
        {"edges", 78},
        {"density", 78 / 561.0},
        {"avg_degree", 156 / 34.0},
        {"isolates", 0},
        {"components", 1},
        {"giant_share", 1},
        {"transitivity", 0.25568181818181818},
        {"avg_local_clustering0", 0.57063847820768232},
        {"avg_path_length", 2.40819964349376114},
        {"betweenness_max", 231.07142857142861},
        {"betweenness_centralization", 0.40555719532992268},
        {"degree_centralization", 0.39962121212121210},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        CLOSE(value(rows, "pre", "all", "net_recon", expected[i].metric), expected[i].value);
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net_panel", "edges"), METRIC_ONE_WAVE);
    metric_rows_destroy(rows);
    network_destroy(network);
}

static void centralization_is(int edges[][2], size_t count, double degree, double betweenness)
{
    struct network *network = network_of(5, NULL, 0);
    everybody_answers(network, "pre");
    for (size_t i = 0; i < count; i++)
        tie(network, (size_t)edges[i][0], (size_t)edges[i][1], 4);
    struct metric_rows *rows = rows_of(network);
    CLOSE(value(rows, "pre", "all", "net_recon", "degree_centralization"), degree);
    CLOSE(value(rows, "pre", "all", "net_recon", "betweenness_centralization"), betweenness);
    metric_rows_destroy(rows);
    network_destroy(network);
}

/* Freeman 1979, the graphs of five points: the star is 1, the circle 0; of the line he gives .17
 * and .42, which are 1/6 and 5/12. */
static void star_circle_and_line(void)
{
    centralization_is((int[][2]){{0, 1}, {0, 2}, {0, 3}, {0, 4}}, 4, 1, 1);
    centralization_is((int[][2]){{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}, 5, 0, 0);
    centralization_is((int[][2]){{0, 1}, {1, 2}, {2, 3}, {3, 4}}, 4, 1 / 6.0, 5 / 12.0);
}

/* sna 2.7 for R: set.seed(1989); m <- matrix(rbinom(144, 1, .3), 12, 12); diag(m) <- 0;
 * brokerage(m, rep(1:4, c(4, 3, 3, 2))), grecip, gden. */
static const char *const sna_graph[] = {
    "000110010100", "000010001000", "110010000000", "000010101010", "000000010000", "000000000001",
    "000101010000", "010011000010", "010000110000", "000000011010", "010011011000", "101000000100",
};

static struct network *sna_network(void)
{
    static const size_t sector_of[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3};
    struct network *network = network_of(12, sector_of, 0);
    everybody_answers(network, "pre");
    for (size_t i = 0; i < 12; i++)
        for (size_t j = 0; j < 12; j++)
            if (sna_graph[i][j] == '1')
                tie(network, i, j, 3);
    return network;
}

static void brokerage_and_reciprocity_of_sna(void)
{
    static const struct {
        const char *metric;
        double value;
    } roles[] = {{"w_I", 1}, {"w_O", 10}, {"b_IO", 15}, {"b_OI", 9}, {"b_O", 29}, {"t", 64}};
    static const double of_sector[] = {17, 10, 27, 10};
    struct network *network = sna_network();
    struct metric_rows *rows = rows_of(network);
    for (size_t i = 0; i < 6; i++)
        CLOSE(value(rows, "pre", "all", "net_broker", roles[i].metric), roles[i].value);
    for (size_t i = 0; i < 4; i++)
        CLOSE(value(rows, "pre", sectors[i], "net_broker", "t"), of_sector[i]);
    CLOSE(value(rows, "pre", "all", "net_broker", "rate"), 64 / 1320.0);
    CLOSE(value(rows, "pre", "all", "net_broker", "cross_role_share"), 63 / 64.0);
    CLOSE(value(rows, "pre", "all", "net", "recip_edge"), 0.22222222222222221);
    CLOSE(value(rows, "pre", "all", "net", "recip_dyad"), 0.125);
    CLOSE(value(rows, "pre", "all", "net", "density"), 0.27272727272727271);
    metric_rows_destroy(rows);
    network_destroy(network);
}

/* A lopsided network of six with one mutual pair. */
static const int lopsided[][2] = {{0, 1}, {1, 0}, {0, 2}, {0, 3}, {4, 5}, {3, 0}, {5, 1}};

static struct metric_rows *rows_of_labels(const size_t *labels, uint32_t permutations)
{
    struct network *network = network_of(6, labels, permutations);
    everybody_answers(network, "pre");
    for (size_t i = 0; i < sizeof lopsided / sizeof *lopsided; i++)
        tie(network, (size_t)lopsided[i][0], (size_t)lopsided[i][1], 2);
    struct metric_rows *rows = rows_of(network);
    network_destroy(network);
    return rows;
}

/* Labels of three sectors of two: digit i of `code`, base 3; false when the sizes differ. */
static bool labels_of(int code, size_t *labels)
{
    size_t sizes[3] = {0};
    for (int i = 0; i < 6; i++, code /= 3)
        sizes[labels[i] = (size_t)(code % 3)]++;
    return sizes[0] == 2 && sizes[1] == 2;
}

static void moments_of_e_i_equal_those_of_all_labelings(void)
{
    size_t labels[6], count = 0, extreme = 0;
    double sum = 0, squares = 0, all[90];
    for (int code = 0; code < 729; code++) {
        if (!labels_of(code, labels))
            continue;
        struct metric_rows *rows = rows_of_labels(labels, 0);
        double index = value(rows, "pre", "all", "net", "EI");
        all[count++] = index;
        sum += index;
        squares += index * index;
        metric_rows_destroy(rows);
    }
    CU_ASSERT_EQUAL(count, 90);
    double mean = sum / 90;
    struct metric_rows *rows = rows_of_labels((size_t[]){0, 0, 1, 1, 2, 2}, 40000);
    CLOSE(value(rows, "pre", "all", "net", "EI_perm_mean"), mean);
    CLOSE(value(rows, "pre", "all", "net", "EI_perm_sd"), sqrt(squares / 90 - mean * mean));
    double observed = fabs(value(rows, "pre", "all", "net", "EI") - mean);
    for (size_t i = 0; i < 90; i++)
        extreme += fabs(all[i] - mean) >= observed - 1e-12;
    double p = (double)extreme / 90;
    CU_ASSERT(p > 0.05 && p < 0.95);
    CU_ASSERT_DOUBLE_EQUAL(value(rows, "pre", "all", "net", "EI_perm_p"), p,
                           4 * sqrt(p * (1 - p) / 40000));
    CU_ASSERT_STRING_EQUAL(metric_rows_find(rows, "pre", "all", "net", "EI_perm_p")->method,
                           "sectors_two_sided seed=7 B=40000");
    metric_rows_destroy(rows);
}

/* Where every dyad is tied, no labeling differs from another. */
static void a_full_network_has_no_spread(void)
{
    size_t sector_of[50];
    for (size_t i = 0; i < 50; i++)
        sector_of[i] = i % 3;
    struct network *network = network_of(50, sector_of, 99);
    everybody_answers(network, "pre");
    for (size_t i = 0; i < 50; i++)
        for (size_t j = 0; j < 50; j++)
            if (i != j)
                tie(network, i, j, 2);
    struct metric_rows *rows = rows_of(network);
    CU_ASSERT_EQUAL(value(rows, "pre", "all", "net", "EI_perm_sd"), 0);
    CU_ASSERT_EQUAL(value(rows, "pre", "all", "net", "EI_perm_p"), 1);
    CLOSE(value(rows, "pre", "all", "net", "EI_perm_mean"), value(rows, "pre", "all", "net", "EI"));
    metric_rows_destroy(rows);
    network_destroy(network);
}

static double r_of_order(const int (*before)[5], const int (*after)[5], const int *order)
{
    double n = 0, x = 0, xx = 0, y = 0, yy = 0, xy = 0;
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) {
            double a = before[i][j], b = after[order[i]][order[j]];
            if (i == j || a < 0 || b < 0)
                continue;
            n += 1, x += a, xx += a * a, y += b, yy += b * b, xy += a * b;
        }
    return (n * xy - x * y) / sqrt((n * xx - x * x) * (n * yy - y * y));
}

static double share_of_orders(const int (*before)[5], const int (*after)[5])
{
    static const int identity[5] = {0, 1, 2, 3, 4};
    double observed = r_of_order(before, after, identity);
    int extreme = 0;
    for (int code = 0; code < 3125; code++) {
        int order[5], used = 0, rest = code;
        for (int i = 0; i < 5; i++, rest /= 5)
            used |= 1 << (order[i] = rest % 5);
        extreme += used == 31 && r_of_order(before, after, order) >= observed - 1e-12;
    }
    return extreme / 120.0;
}

/* -1 is skipped. The share is counted over all 120 orders of the five. */
static void qap_equals_the_share_of_all_orders(void)
{
    static const int before[5][5] = {
        {0, 3, 0, 1, -1}, {2, 0, 0, 0, 1}, {0, 0, 0, 4, 2}, {1, 0, 2, 0, 0}, {0, 1, 0, -1, 0}};
    static const int after[5][5] = {
        {0, 2, 1, 0, 0}, {2, 0, -1, 0, 1}, {3, 0, 0, 4, 0}, {0, 1, 2, 0, 2}, {-1, 0, 0, 2, 0}};
    struct network *network = network_of(5, NULL, 40000);
    const int(*levels[])[5] = {before, after};
    for (size_t wave = 0; wave < 2; wave++) {
        everybody_answers(network, wave == 0 ? "pre" : "fu");
        for (size_t i = 0; i < 5; i++)
            for (size_t j = 0; j < 5; j++)
                if (i != j)
                    tie(network, i, j, levels[wave][i][j]);
    }
    struct metric_rows *rows = rows_of(network);
    double p = share_of_orders(before, after);
    CU_ASSERT(p > 0.02 && p < 0.98);
    CU_ASSERT_DOUBLE_EQUAL(value(rows, "pre>fu", "all", "net", "qap_p"), p,
                           4 * sqrt(p * (1 - p) / 40000));
    CLOSE(value(rows, "pre>fu", "all", "net", "qap_r"),
          r_of_order(before, after, (int[]){0, 1, 2, 3, 4}));
    CU_ASSERT_STRING_EQUAL(metric_rows_find(rows, "pre>fu", "all", "net", "qap_p")->method,
                           "qap_upper seed=7 B=40000");
    metric_rows_destroy(rows);
    network_destroy(network);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"karate club", karate_club},
        {"star, circle and line", star_circle_and_line},
        {"brokerage and reciprocity of sna", brokerage_and_reciprocity_of_sna},
        {"moments of E-I equal those of all labelings",
         moments_of_e_i_equal_those_of_all_labelings},
        {"a full network has no spread", a_full_network_has_no_spread},
        {"QAP equals the share of all orders", qap_equals_the_share_of_all_orders},
        {0},
    };
    return suite_run("network", tests);
}

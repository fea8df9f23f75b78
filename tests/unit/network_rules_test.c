/* What holds of every network. */
#include "suite.h"

#include <debriefd/network.h>
#include <debriefd/prng.h>
#include <string.h>

#define DELEGATES 23
#define DYADS     (DELEGATES * DELEGATES)

static const char *const sectors[] = {"a", "b", "c"};
static const char *const waves[] = {"pre", "post", "fu"};

/* The answers of three waves; level -2 is not listed. */
struct answers {
    size_t sector_of[DELEGATES];
    int roster[3][DELEGATES];
    int level[3][DYADS];
};

static struct answers random_answers(uint64_t seed)
{
    struct answers answers;
    struct prng prng;
    prng_init(&prng, seed, "answers");
    for (size_t i = 0; i < DELEGATES; i++)
        answers.sector_of[i] = prng_below(&prng, 3);
    for (size_t wave = 0; wave < 3; wave++)
        for (size_t i = 0; i < DYADS; i++) {
            uint32_t draw = prng_below(&prng, 20);
            answers.level[wave][i] = draw < 5 ? (int)draw - 1 : -2;
            answers.roster[wave][i / DELEGATES] =
                prng_below(&prng, 5) == 0 ? 1 + (int)prng_below(&prng, 2) : 3;
        }
    return answers;
}

static struct network *create(size_t delegates, uint32_t permutations)
{
    struct error err;
    struct network *network;
    struct network_frame frame = {delegates, sectors, 3, NETWORK_TAU, permutations, 11};
    CU_ASSERT_FATAL(network_create(&frame, &network, &err));
    return network;
}

/* Calls come in the order of the dyads i * step % DYADS; delegate i goes by names[i]. */
static struct network *build(const struct answers *answers, const size_t *names, size_t step,
                             uint32_t permutations)
{
    struct error err;
    struct network *network = create(DELEGATES, permutations);
    for (size_t i = 0; i < DELEGATES; i++)
        CU_ASSERT(network_set_sector(network, names[i], answers->sector_of[i], &err));
    for (size_t wave = 0; wave < 3; wave++)
        CU_ASSERT(network_add_wave(network, waves[wave], &err));
    for (size_t i = 0; i < (size_t)3 * DYADS; i++) {
        size_t wave = i % 3, dyad = i / 3 * step % DYADS;
        size_t ego = dyad / DELEGATES, alter = dyad % DELEGATES;
        int level = answers->level[wave][dyad];
        enum network_roster roster = (enum network_roster)answers->roster[wave][ego];
        if (ego == alter)
            CU_ASSERT(network_set_roster(network, wave, names[ego], roster, &err));
        if (ego != alter && level != -2)
            CU_ASSERT(network_add_tie(network, wave, names[ego], names[alter], level, &err));
    }
    return network;
}

static struct metric_rows *compute(struct network *network)
{
    struct metric_rows *rows = metric_rows_create();
    network_compute(network, rows);
    network_destroy(network);
    return rows;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* Byte by byte: -0 is not 0. */
static bool same_number(double a, double b)
{
    uint64_t bits_of_a, bits_of_b;
    memcpy(&bits_of_a, &a, sizeof a);
    memcpy(&bits_of_b, &b, sizeof b);
    return bits_of_a == bits_of_b;
}

static bool same_row(const struct metric_row *a, const struct metric_row *b)
{
    return same_text(a->wave, b->wave) && same_text(a->slice, b->slice) &&
           same_text(a->item, b->item) && same_text(a->metric, b->metric) &&
           same_text(a->unit, b->unit) && same_text(a->method, b->method) && a->type == b->type &&
           a->null == b->null && same_number(a->value, b->value) && a->n == b->n && a->N == b->N &&
           a->has_interval == b->has_interval && same_number(a->low, b->low) &&
           same_number(a->high, b->high);
}

static size_t differences(const struct metric_rows *rows, const struct metric_rows *others)
{
    CU_ASSERT_EQUAL_FATAL(metric_rows_count(rows), metric_rows_count(others));
    size_t different = 0;
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        different += !same_row(metric_rows_get(rows, i), metric_rows_get(others, i));
    return different;
}

static void the_order_of_the_calls_does_not_show(void)
{
    size_t names[DELEGATES];
    for (size_t i = 0; i < DELEGATES; i++)
        names[i] = i;
    for (uint64_t seed = 0; seed < 10; seed++) {
        struct answers answers = random_answers(seed);
        struct metric_rows *rows = compute(build(&answers, names, 1, 200));
        struct metric_rows *others = compute(build(&answers, names, 100, 200));
        CU_ASSERT_EQUAL(differences(rows, others), 0);
        metric_rows_destroy(rows);
        metric_rows_destroy(others);
    }
}

/* Permutations deal by number, so their p is left out. */
static void delegates_may_be_renumbered(void)
{
    size_t names[DELEGATES], others_names[DELEGATES];
    for (size_t i = 0; i < DELEGATES; i++) {
        names[i] = i;
        others_names[i] = (5 * i + 3) % DELEGATES;
    }
    for (uint64_t seed = 0; seed < 50; seed++) {
        struct answers answers = random_answers(seed);
        struct metric_rows *rows = compute(build(&answers, names, 1, 0));
        struct metric_rows *others = compute(build(&answers, others_names, 1, 0));
        CU_ASSERT_EQUAL(differences(rows, others), 0);
        metric_rows_destroy(rows);
        metric_rows_destroy(others);
    }
}

static const struct metric_row *row(const struct metric_rows *rows, const char *wave,
                                    const char *item, const char *metric)
{
    const struct metric_row *found = metric_rows_find(rows, wave, "all", item, metric);
    CU_ASSERT_PTR_NOT_NULL_FATAL(found);
    return found;
}

static double value(const struct metric_rows *rows, const char *wave, const char *metric)
{
    const struct metric_row *found = row(rows, wave, "net", metric);
    CU_ASSERT_EQUAL(found->type, METRIC_NUMBER);
    return found->value;
}

/* A wave against itself: everything is kept, nothing is new. */
static void a_wave_twice_is_no_change(void)
{
    size_t names[DELEGATES];
    for (size_t i = 0; i < DELEGATES; i++)
        names[i] = i;
    struct answers answers = random_answers(3);
    memcpy(answers.roster[1], answers.roster[0], sizeof answers.roster[0]);
    memcpy(answers.level[1], answers.level[0], sizeof answers.level[0]);
    struct metric_rows *rows = compute(build(&answers, names, 1, 500));
    CU_ASSERT_EQUAL(value(rows, "pre>post", "panel_dyads"), value(rows, "pre", "dyads_observed"));
    CU_ASSERT_EQUAL(value(rows, "pre>post", "kept"), value(rows, "pre", "ties"));
    CU_ASSERT_EQUAL(value(rows, "pre>post", "new"), 0);
    CU_ASSERT_EQUAL(value(rows, "pre>post", "lost"), 0);
    CU_ASSERT_EQUAL(value(rows, "pre>post", "jaccard"), 1);
    CU_ASSERT_DOUBLE_EQUAL(value(rows, "pre>post", "qap_r"), 1, 1e-12);
    CU_ASSERT_EQUAL(value(rows, "pre>post", "qap_p"), 1 / 501.0);
    CU_ASSERT_EQUAL(value(rows, "pre>post", "ego_change_sd"), 0);
    CU_ASSERT_EQUAL(value(rows, "pre>post", "ego_change_signflip_p"), 1);
    CU_ASSERT_EQUAL(row(rows, "pre>post", "net", "new_cross_share")->null, METRIC_NO_NEW_TIES);
    metric_rows_destroy(rows);
}

static struct metric_rows *all_alike(size_t delegates, enum network_roster roster, int level)
{
    struct error err;
    struct network *network = create(delegates, 99);
    for (size_t wave = 0; wave < 2; wave++) {
        CU_ASSERT(network_add_wave(network, waves[2 * wave], &err));
        for (size_t i = 0; i < delegates; i++) {
            CU_ASSERT(network_set_roster(network, wave, i, roster, &err));
            for (size_t j = 0; j < delegates; j++)
                if (i != j)
                    CU_ASSERT(network_add_tie(network, wave, i, j, level, &err));
        }
    }
    return compute(network);
}

static void nobody_at_all(void)
{
    struct metric_rows *rows = all_alike(0, NETWORK_ROSTER_COMPLETE, 0);
    CU_ASSERT_EQUAL(value(rows, "pre", "ties"), 0);
    CU_ASSERT_EQUAL(row(rows, "pre", "net", "density")->null, METRIC_NO_DYADS);
    CU_ASSERT_EQUAL(row(rows, "pre", "net", "coverage")->null, METRIC_N_LT_2);
    CU_ASSERT_EQUAL(row(rows, "pre", "net", "EI_perm_p")->null, METRIC_N_LT_4);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_recon", "edges")->null, METRIC_N0);
    CU_ASSERT_EQUAL(row(rows, "fu", "net_panel", "isolates")->null, METRIC_N0);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_broker", "rate")->null, METRIC_N_LT_3);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "qap_r")->null, METRIC_NO_DYADS);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "qap_p")->null, METRIC_N_LT_3);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "ego_change_mean")->null, METRIC_N0);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "ego_change_signflip_p")->null, METRIC_N_LT_2);
    metric_rows_destroy(rows);
}

static void one_delegate(void)
{
    struct metric_rows *rows = all_alike(1, NETWORK_ROSTER_COMPLETE, 0);
    CU_ASSERT_EQUAL(value(rows, "pre", "egos_complete"), 1);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_panel", "isolates")->value, 1);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_recon", "density")->null, METRIC_N_LT_2);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_recon", "avg_path_length")->null, METRIC_NO_TIES);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_recon", "degree_centralization")->null, METRIC_N_LT_3);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_recon", "betweenness_max")->value, 0);
    CU_ASSERT_EQUAL(value(rows, "pre>fu", "ego_change_mean"), 0);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "ego_change_sd")->null, METRIC_N_LT_2);
    metric_rows_destroy(rows);
}

/* Answers without a roster are not observed, whatever they say. */
static void nobody_answers(void)
{
    struct metric_rows *rows = all_alike(6, NETWORK_ROSTER_NONE, 4);
    CU_ASSERT_EQUAL(value(rows, "pre", "dyads_observed"), 0);
    CU_ASSERT_EQUAL(value(rows, "pre", "coverage"), 0);
    CU_ASSERT_EQUAL(value(rows, "pre", "density_lo"), 0);
    CU_ASSERT_EQUAL(value(rows, "pre", "density_hi"), 1);
    CU_ASSERT_EQUAL(row(rows, "pre", "net", "EI_perm_p")->null, METRIC_NO_TIES);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_recon", "isolates")->value, 6);
    CU_ASSERT_EQUAL(row(rows, "pre", "net_panel", "density")->null, METRIC_N0);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "panel_dyads")->value, 0);
    metric_rows_destroy(rows);
}

static void everybody_collaborates_with_everybody(void)
{
    struct metric_rows *rows = all_alike(6, NETWORK_ROSTER_PARTIAL, 4);
    CU_ASSERT_EQUAL(value(rows, "pre", "density"), 1);
    CU_ASSERT_EQUAL(value(rows, "pre", "recip_dyad"), 1);
    CU_ASSERT_EQUAL(row(rows, "fu", "net_recon", "transitivity")->value, 1);
    CU_ASSERT_EQUAL(row(rows, "fu", "net_recon", "betweenness_centralization")->value, 0);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "strengthened")->null, METRIC_CEILING);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "new_cross_expected")->null, METRIC_NO_DYADS);
    CU_ASSERT_EQUAL(row(rows, "pre>fu", "net", "qap_r")->null, METRIC_ZERO_VAR);
    CU_ASSERT_EQUAL(row(rows, "pre", "net", "EI_perm_sd")->value, 0);
    metric_rows_destroy(rows);
}

static void the_builder_refuses(void)
{
    struct error err;
    struct network *network = create(3, 0), *other = NULL;
    const char *const twice[] = {"a", "a"};
    struct network_frame wrong[] = {
        {NETWORK_DELEGATES_MAX + 1, sectors, 3, 2, 0, 0},
        {3, sectors, 0, 2, 0, 0},
        {3, sectors, 3, 0, 0, 0},
        {3, sectors, 3, 5, 0, 0},
        {3, sectors, 3, 2, NETWORK_PERMUTATIONS_MAX + 1, 0},
        {3, twice, 2, 2, 0, 0},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT(!network_create(&wrong[i], &other, &err) && err.code == ERR_INVALID);
    CU_ASSERT_PTR_NULL(other);
    CU_ASSERT(network_add_wave(network, "pre", &err));
    CU_ASSERT(!network_add_wave(network, "pre", &err));
    CU_ASSERT(!network_set_sector(network, 3, 0, &err));
    CU_ASSERT(!network_set_sector(network, 0, 3, &err));
    CU_ASSERT(network_set_roster(network, 0, 0, NETWORK_ROSTER_PARTIAL, &err));
    CU_ASSERT(!network_set_roster(network, 0, 0, NETWORK_ROSTER_COMPLETE, &err));
    CU_ASSERT(!network_set_roster(network, 1, 0, NETWORK_ROSTER_COMPLETE, &err));
    CU_ASSERT(network_add_tie(network, 0, 0, 1, NETWORK_SKIPPED, &err));
    CU_ASSERT(!network_add_tie(network, 0, 0, 1, 3, &err));
    CU_ASSERT(!network_add_tie(network, 0, 0, 0, 3, &err));
    CU_ASSERT(!network_add_tie(network, 0, 0, 3, 3, &err));
    CU_ASSERT(!network_add_tie(network, 0, 0, 2, 5, &err));
    CU_ASSERT(!network_add_tie(network, 0, 0, 2, -2, &err));
    network_destroy(network);
    network_destroy(NULL);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"the order of the calls does not show", the_order_of_the_calls_does_not_show},
        {"delegates may be renumbered", delegates_may_be_renumbered},
        {"a wave twice is no change", a_wave_twice_is_no_change},
        {"nobody at all", nobody_at_all},
        {"one delegate", one_delegate},
        {"nobody answers", nobody_answers},
        {"everybody collaborates with everybody", everybody_collaborates_with_everybody},
        {"the builder refuses", the_builder_refuses},
        {0},
    };
    return suite_run("network rules", tests);
}

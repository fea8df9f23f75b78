/* Times the network family on random delegations.
 *
 * usage: bench_network
 *
 * Prints, each as the best of three runs: 2,000 delegates in two waves of 100,000 ties without
 * permutations, when all answer and when four of five do; 50 delegates with 10,000 permutations of
 * everything that is permuted. */
#include <debriefd/network.h>
#include <debriefd/prng.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS 3

struct scenario {
    const char *name;
    size_t delegates, ties;
    uint32_t answering; /* of 100 */
    uint32_t skipped;   /* of 100 of those not tied */
    uint32_t permutations;
};

static const struct scenario scenarios[] = {
    {"2,000 delegates, 100,000 ties a wave, all answer", 2000, 100000, 100, 0, 0},
    {"2,000 delegates, 100,000 ties a wave, 80 % answer", 2000, 100000, 80, 0, 0},
    {"50 delegates, 10,000 permutations, all answer", 50, 500, 100, 0, 10000},
    {"50 delegates, 10,000 permutations, 80 % answer, some skip", 50, 500, 80, 3, 10000},
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void must(bool done, const struct error *err)
{
    if (done)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(EXIT_FAILURE);
}

static int draw_level(const struct scenario *scenario, struct prng *prng)
{
    uint64_t dyads = scenario->delegates * (scenario->delegates - 1);
    if (prng_below(prng, (uint32_t)dyads) < scenario->ties)
        return 2 + (int)prng_below(prng, 3);
    if (prng_below(prng, 100) < scenario->skipped)
        return NETWORK_SKIPPED;
    return prng_below(prng, 10) == 0 ? 1 : 0;
}

static void fill_ego(struct network *network, const struct scenario *scenario, size_t wave,
                     size_t ego, struct prng *prng)
{
    struct error err;
    for (size_t alter = 0; alter < scenario->delegates; alter++) {
        int level = draw_level(scenario, prng);
        if (alter != ego && level != 0)
            must(network_add_tie(network, wave, ego, alter, level, &err), &err);
    }
}

static void fill_wave(struct network *network, const struct scenario *scenario, size_t wave,
                      struct prng *prng)
{
    struct error err;
    for (size_t ego = 0; ego < scenario->delegates; ego++) {
        bool answers = prng_below(prng, 100) < scenario->answering;
        enum network_roster roster = answers ? NETWORK_ROSTER_COMPLETE : NETWORK_ROSTER_NONE;
        must(network_set_roster(network, wave, ego, roster, &err), &err);
        if (answers)
            fill_ego(network, scenario, wave, ego, prng);
    }
}

static struct network *random_network(const struct scenario *scenario)
{
    static const char *const sectors[] = {"politics", "business", "academia", "state"};
    struct network_frame frame = {scenario->delegates,    sectors, 4, NETWORK_TAU,
                                  scenario->permutations, 1};
    struct network *network;
    struct error err;
    struct prng prng;
    prng_init(&prng, 20261123, scenario->name);
    must(network_create(&frame, &network, &err), &err);
    for (size_t i = 0; i < scenario->delegates; i++)
        must(network_set_sector(network, i, prng_below(&prng, 4), &err), &err);
    must(network_add_wave(network, "pre", &err) && network_add_wave(network, "fu", &err), &err);
    fill_wave(network, scenario, 0, &prng);
    fill_wave(network, scenario, 1, &prng);
    return network;
}

static double time_of(const struct network *network, size_t *count)
{
    double best = 0;
    for (int run = 0; run < RUNS; run++) {
        struct metric_rows *rows = metric_rows_create();
        double started = now_ms();
        network_compute(network, rows);
        double taken = now_ms() - started;
        best = run == 0 || taken < best ? taken : best;
        *count = metric_rows_count(rows);
        metric_rows_destroy(rows);
    }
    return best;
}

int main(void)
{
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        size_t count;
        struct network *network = random_network(&scenarios[i]);
        double best = time_of(network, &count);
        printf("%-60s %8.1f ms %4zu rows\n", scenarios[i].name, best, count);
        network_destroy(network);
    }
    return EXIT_SUCCESS;
}

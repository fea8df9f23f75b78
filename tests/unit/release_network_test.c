/* What is told of networks: a delegation of 20 in sectors of 8, 7, 3 and 2, with a roster before
 * and after. */
#include "suite.h"

#include <debriefd/network.h>
#include <debriefd/release.h>
#include <string.h>

#define DELEGATES 20

static const char *const sectors[] = {"a", "b", "c", "d"};
static const size_t sizes[] = {8, 7, 3, 2};

static size_t sector_of(size_t delegate)
{
    size_t sector = 0;
    for (; delegate >= sizes[sector]; sector++)
        delegate -= sizes[sector];
    return sector;
}

/* Who answers, by wave: the first so many, all of the rosters being complete. */
struct answering {
    size_t pre, fu;
};

static void add_wave(struct network *network, size_t wave, const char *name, size_t egos)
{
    struct error err;
    CU_ASSERT_FATAL(network_add_wave(network, name, &err));
    for (size_t ego = 0; ego < DELEGATES; ego++) {
        bool answers = ego < egos;
        CU_ASSERT(network_set_roster(
            network, wave, ego, answers ? NETWORK_ROSTER_COMPLETE : NETWORK_ROSTER_NONE, &err));
        /* A ring, later with chords; the last delegate is in neither. */
        size_t ring = DELEGATES - 1, next = (ego + 1) % ring, chord = (ego + 5) % ring;
        if (answers && ego < ring)
            CU_ASSERT(network_add_tie(network, wave, ego, next, 3, &err));
        if (answers && ego < ring && wave == 1)
            CU_ASSERT(network_add_tie(network, wave, ego, chord, 2, &err));
    }
}

static struct metric_rows *computed(struct answering answering)
{
    struct error err;
    struct network *network;
    struct network_frame frame = {DELEGATES, sectors, 4, NETWORK_TAU, 99, 7};
    CU_ASSERT_FATAL(network_create(&frame, &network, &err));
    for (size_t i = 0; i < DELEGATES; i++)
        CU_ASSERT(network_set_sector(network, i, sector_of(i), &err));
    add_wave(network, 0, "pre", answering.pre);
    add_wave(network, 1, "fu", answering.fu);
    struct metric_rows *rows = metric_rows_create();
    metric_rows_begin(rows, "network");
    network_compute(network, rows);
    network_destroy(network);
    return rows;
}

static struct facts *delegation(enum facts_wave_state fu)
{
    struct error err;
    struct facts *facts = facts_create();
    for (size_t i = 0; i < 4; i++) {
        struct facts_slice slice = {.name = sectors[i], .members = (int64_t)sizes[i]};
        CU_ASSERT_FATAL(facts_add_slice(facts, &slice, &err));
    }
    CU_ASSERT_FATAL(facts_slices_done(facts, &err) &&
                    facts_add_wave(facts, "pre", FACTS_WAVE_CLOSED, &err) &&
                    facts_add_wave(facts, "fu", fu, &err) && facts_seal(facts, &err));
    return facts;
}

/* The family's rows of a release. */
static struct metric_rows *release(struct answering answering, enum facts_wave_state fu,
                                   const struct metric_rows *said)
{
    struct error err;
    struct facts *facts = delegation(fu);
    struct metric_rows *network = computed(answering), *rows = metric_rows_create();
    struct metric_rows *told = metric_rows_create();
    struct release_input input = {
        .rules = &disclosure_default_rules, .facts = facts, .network = network, .said = said};
    CU_ASSERT(release_compute(&input, rows, &err));
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        if (metric_rows_get(rows, i)->family == metric_family_find("network"))
            metric_rows_append(told, metric_rows_get(rows, i));
    metric_rows_destroy(rows);
    metric_rows_destroy(network);
    facts_destroy(facts);
    return told;
}

static const struct metric_row *find(const struct metric_rows *rows, const char *wave,
                                     const char *slice, const char *item, const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, wave, slice, item, metric);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    return row;
}

static enum metric_null null_of(const struct metric_rows *rows, const char *wave, const char *item,
                                const char *metric)
{
    return find(rows, wave, "all", item, metric)->null;
}

static size_t count_wave(const struct metric_rows *rows, const char *wave)
{
    size_t count = 0;
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        count += strcmp(metric_rows_get(rows, i)->wave, wave) == 0;
    return count;
}

static void an_open_wave_is_not_told(void)
{
    struct metric_rows *rows = release((struct answering){20, 20}, FACTS_WAVE_OPEN, NULL);
    CU_ASSERT(count_wave(rows, "pre") > 0);
    CU_ASSERT_EQUAL(count_wave(rows, "fu") + count_wave(rows, "pre>fu"), 0);
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pre", "all", "net_panel", "edges"));
    CU_ASSERT_EQUAL(find(rows, "pre", "all", "net", "ties")->value, 19);
    metric_rows_destroy(rows);
}

/* Late answers change neither what was told nor when the panel is. */
static void what_was_told_stays(void)
{
    struct metric_rows *first = release((struct answering){14, 20}, FACTS_WAVE_OPEN, NULL);
    struct metric_rows *later = release((struct answering){20, 20}, FACTS_WAVE_CLOSED, first);
    struct metric_rows *last = release((struct answering){12, 13}, FACTS_WAVE_CLOSED, later);
    CU_ASSERT_EQUAL(find(later, "pre", "all", "net", "ties")->value, 14);
    CU_ASSERT_EQUAL(count_wave(later, "pre>fu") > 0 && count_wave(later, "fu") > 0, true);
    CU_ASSERT_EQUAL(find(later, "pre", "all", "net_panel", "edges")->n, 20);
    CU_ASSERT_EQUAL(metric_rows_count(last), metric_rows_count(later));
    for (size_t i = 0; i < metric_rows_count(last); i++) {
        const struct metric_row *a = metric_rows_get(last, i), *b = metric_rows_get(later, i);
        CU_ASSERT(strcmp(a->metric, b->metric) == 0 && strcmp(a->slice, b->slice) == 0 &&
                  a->value == b->value && a->null == b->null && a->n == b->n);
    }
    metric_rows_destroy(first);
    metric_rows_destroy(later);
    metric_rows_destroy(last);
}

static void few_egos_tell_nothing(void)
{
    struct metric_rows *rows = release((struct answering){9, 9}, FACTS_WAVE_CLOSED, NULL);
    CU_ASSERT(metric_rows_count(rows) > 0);
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        CU_ASSERT_EQUAL(row->null, METRIC_WITHHELD_EGOS);
        CU_ASSERT_EQUAL(row->n, 0);
        CU_ASSERT_STRING_EQUAL(row->slice, "all");
    }
    metric_rows_destroy(rows);
}

/* Of 20, 14 cover 175 of 190 pairs, 13 only 169 (.89); 16 are 80 %. */
static void structure_needs_coverage_and_centres_need_response(void)
{
    struct metric_rows *rows = release((struct answering){13, 14}, FACTS_WAVE_CLOSED, NULL);
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net", "density"), METRIC_NOT_NULL);
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net_recon", "edges"), METRIC_WITHHELD_COVERAGE);
    CU_ASSERT_EQUAL(null_of(rows, "fu", "net_recon", "edges"), METRIC_NOT_NULL);
    CU_ASSERT_EQUAL(null_of(rows, "fu", "net_recon", "degree_centralization"),
                    METRIC_WITHHELD_COVERAGE);
    metric_rows_destroy(rows);
    rows = release((struct answering){15, 16}, FACTS_WAVE_CLOSED, NULL);
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net_recon", "betweenness_centralization"),
                    METRIC_WITHHELD_COVERAGE);
    CU_ASSERT_EQUAL(null_of(rows, "fu", "net_recon", "betweenness_centralization"),
                    METRIC_NOT_NULL);
    metric_rows_destroy(rows);
}

static void nobody_is_singled_out(void)
{
    static const char *const never[][2] = {{"net_recon", "betweenness_max"},
                                           {"net_broker", "t"},
                                           {"net_broker", "w_I"},
                                           {"net_broker", "b_IO"}};
    struct metric_rows *rows = release((struct answering){20, 20}, FACTS_WAVE_CLOSED, NULL);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pre", "all", never[i][0], never[i][1]));
    CU_ASSERT_STRING_EQUAL(find(rows, "pre", "all", "net_recon", "isolates")->text, "<3");
    CU_ASSERT_STRING_EQUAL(find(rows, "fu", "all", "net_panel", "components")->text, "<3");
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net_recon", "giant_share"), METRIC_WITHHELD_SMALL);
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net_broker", "rate"), METRIC_NOT_NULL);
    metric_rows_destroy(rows);
}

/* c and d have five egos together. */
static void mixing_is_told_between_merged_sectors(void)
{
    struct metric_rows *rows = release((struct answering){20, 19}, FACTS_WAVE_CLOSED, NULL);
    double ties = 0;
    size_t cells = 0;
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        if (strcmp(row->metric, "mix_ties") != 0 || strcmp(row->wave, "pre") != 0)
            continue;
        ties += row->value;
        cells++;
        CU_ASSERT(row->n >= 5 && row->N >= 5);
    }
    CU_ASSERT_EQUAL(cells, 9);
    CU_ASSERT_EQUAL(ties, find(rows, "pre", "all", "net", "ties")->value);
    CU_ASSERT_EQUAL(find(rows, "pre", "c+d>a", "net", "mix_dyads")->value, 5 * 8);
    CU_ASSERT_EQUAL(find(rows, "pre", "a>b", "net", "mix_ties")->value, 1);
    CU_ASSERT_PTR_NOT_NULL(metric_rows_find(rows, "pre", "a", "net", "EI_out"));
    CU_ASSERT_PTR_NULL(metric_rows_find(rows, "pre", "c", "net", "EI_out"));
    /* In the follow-up four of c and d answered: the smallest other joins. */
    CU_ASSERT_PTR_NOT_NULL(metric_rows_find(rows, "fu", "b+c+d>a", "net", "mix_ties"));
    metric_rows_destroy(rows);
}

/* With one who answered before only, the old ties of the others would tell his. */
static void a_change_passes_the_gate(void)
{
    struct metric_rows *rows = release((struct answering){20, 19}, FACTS_WAVE_CLOSED, NULL);
    CU_ASSERT_EQUAL(null_of(rows, "pre>fu", "net", "kept"), METRIC_WITHHELD_SMALL);
    CU_ASSERT_EQUAL(null_of(rows, "pre>fu", "net", "ego_change_mean"), METRIC_WITHHELD_SMALL);
    CU_ASSERT_EQUAL(null_of(rows, "pre>fu", "net", "new_per_person"), METRIC_NOT_NULL);
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net_panel", "edges"), METRIC_WITHHELD_SMALL);
    metric_rows_destroy(rows);
    rows = release((struct answering){20, 15}, FACTS_WAVE_CLOSED, NULL);
    CU_ASSERT_EQUAL(find(rows, "pre>fu", "all", "net", "kept")->value, 15);
    CU_ASSERT_EQUAL(find(rows, "pre>fu", "all", "net", "new")->value, 15);
    CU_ASSERT_EQUAL(null_of(rows, "pre", "net_panel", "edges"), METRIC_NOT_NULL);
    metric_rows_destroy(rows);
}

/* Two answered late, after the first wave was told: the change would tell theirs. */
static void late_egos_count_in_the_gate(void)
{
    struct metric_rows *first = release((struct answering){18, 20}, FACTS_WAVE_OPEN, NULL);
    struct metric_rows *rows = release((struct answering){20, 20}, FACTS_WAVE_CLOSED, first);
    CU_ASSERT_EQUAL(null_of(rows, "pre>fu", "net", "kept"), METRIC_WITHHELD_SMALL);
    metric_rows_destroy(first);
    metric_rows_destroy(rows);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"an open wave is not told", an_open_wave_is_not_told},
        {"what was told stays", what_was_told_stays},
        {"few egos tell nothing", few_egos_tell_nothing},
        {"structure needs coverage and centres need response",
         structure_needs_coverage_and_centres_need_response},
        {"nobody is singled out", nobody_is_singled_out},
        {"mixing is told between merged sectors", mixing_is_told_between_merged_sectors},
        {"a change passes the gate", a_change_passes_the_gate},
        {"late egos count in the gate", late_egos_count_in_the_gate},
        {0},
    };
    return suite_run("release_network", tests);
}

/* What is released of networks, once per closed wave (see release.h). */
#include "release_part.h"

#include "withhold.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COVERAGE 0.9 /* Smith and Moody 2013, and simulation */
#define RESPONSE 0.8

/* The numbers of people that decide about a wave's, a panel's or a change's rows. */
struct network_people {
    int64_t complete;  /* egos with a complete roster; of a change and a panel, those compared */
    int64_t answering; /* egos */
    int64_t delegates;
    double coverage;
    bool is_gated; /* some few people are in one set and not in another */
};

typedef enum metric_null told_fn(const struct disclosure_rules *rules,
                                 const struct network_people *people);

static enum metric_null told_of_egos(const struct disclosure_rules *rules,
                                     const struct network_people *people)
{
    return people->complete < rules->network ? METRIC_WITHHELD_EGOS : METRIC_NOT_NULL;
}

static enum metric_null told_of_structure(const struct disclosure_rules *rules,
                                          const struct network_people *people)
{
    enum metric_null null = told_of_egos(rules, people);
    return null == METRIC_NOT_NULL && people->coverage < COVERAGE ? METRIC_WITHHELD_COVERAGE : null;
}

static bool is_answered(const struct network_people *people)
{
    return (double)people->answering >= RESPONSE * (double)people->delegates;
}

static enum metric_null told_of_centres(const struct disclosure_rules *rules,
                                        const struct network_people *people)
{
    enum metric_null null = told_of_structure(rules, people);
    return null == METRIC_NOT_NULL && !is_answered(people) ? METRIC_WITHHELD_COVERAGE : null;
}

static enum metric_null told_behind_gate(const struct disclosure_rules *rules,
                                         const struct network_people *people)
{
    enum metric_null null = told_of_egos(rules, people);
    return null == METRIC_NOT_NULL && people->is_gated ? METRIC_WITHHELD_SMALL : null;
}

static enum metric_null told_of_panel_centres(const struct disclosure_rules *rules,
                                              const struct network_people *people)
{
    enum metric_null null = told_behind_gate(rules, people);
    return null == METRIC_NOT_NULL && !is_answered(people) ? METRIC_WITHHELD_COVERAGE : null;
}

enum shape { AS_IT_IS, FEW_HIDDEN, REMAINDER_HIDDEN };

/* What may be told at all. */
static const struct told {
    const char *item, *metric;
    bool is_change;
    told_fn *told;
    enum shape shape;
} everything[] = {
    {"net", "egos_complete", false, told_of_egos, AS_IT_IS},
    {"net", "dyads_observed", false, told_of_egos, AS_IT_IS},
    {"net", "ties", false, told_of_egos, AS_IT_IS},
    {"net", "density", false, told_of_egos, AS_IT_IS},
    {"net", "density_lo", false, told_of_egos, AS_IT_IS},
    {"net", "density_hi", false, told_of_egos, AS_IT_IS},
    {"net", "density_know", false, told_of_egos, AS_IT_IS},
    {"net", "cross_share", false, told_of_egos, AS_IT_IS},
    {"net", "EI", false, told_of_egos, AS_IT_IS},
    {"net", "EI_expected", false, told_of_egos, AS_IT_IS},
    {"net", "EI_perm_mean", false, told_of_egos, AS_IT_IS},
    {"net", "EI_perm_sd", false, told_of_egos, AS_IT_IS},
    {"net", "EI_perm_p", false, told_of_egos, AS_IT_IS},
    {"net", "recip_edge", false, told_of_egos, AS_IT_IS},
    {"net", "recip_dyad", false, told_of_egos, AS_IT_IS},
    {"net", "coverage", false, told_of_egos, AS_IT_IS},
    {"net_recon", "edges", false, told_of_structure, AS_IT_IS},
    {"net_recon", "density", false, told_of_structure, AS_IT_IS},
    {"net_recon", "avg_degree", false, told_of_structure, AS_IT_IS},
    {"net_recon", "isolates", false, told_of_structure, FEW_HIDDEN},
    {"net_recon", "components", false, told_of_structure, FEW_HIDDEN},
    {"net_recon", "giant_share", false, told_of_structure, REMAINDER_HIDDEN},
    {"net_recon", "transitivity", false, told_of_structure, AS_IT_IS},
    {"net_recon", "avg_local_clustering0", false, told_of_structure, AS_IT_IS},
    {"net_recon", "avg_path_length", false, told_of_structure, AS_IT_IS},
    {"net_recon", "degree_centralization", false, told_of_centres, AS_IT_IS},
    {"net_recon", "betweenness_centralization", false, told_of_centres, AS_IT_IS},
    {"net_panel", "edges", false, told_behind_gate, AS_IT_IS},
    {"net_panel", "density", false, told_behind_gate, AS_IT_IS},
    {"net_panel", "avg_degree", false, told_behind_gate, AS_IT_IS},
    {"net_panel", "isolates", false, told_behind_gate, FEW_HIDDEN},
    {"net_panel", "components", false, told_behind_gate, FEW_HIDDEN},
    {"net_panel", "giant_share", false, told_behind_gate, REMAINDER_HIDDEN},
    {"net_panel", "transitivity", false, told_behind_gate, AS_IT_IS},
    {"net_panel", "avg_local_clustering0", false, told_behind_gate, AS_IT_IS},
    {"net_panel", "avg_path_length", false, told_behind_gate, AS_IT_IS},
    {"net_panel", "degree_centralization", false, told_of_panel_centres, AS_IT_IS},
    {"net_panel", "betweenness_centralization", false, told_of_panel_centres, AS_IT_IS},
    {"net_broker", "rate", false, told_of_egos, AS_IT_IS},
    {"net_broker", "cross_role_share", false, told_of_egos, AS_IT_IS},
    {"net", "new_per_person", true, told_of_egos, AS_IT_IS},
    {"net", "new_cross_share", true, told_of_egos, AS_IT_IS},
    {"net", "panel_dyads", true, told_behind_gate, AS_IT_IS},
    {"net", "new", true, told_behind_gate, AS_IT_IS},
    {"net", "lost", true, told_behind_gate, AS_IT_IS},
    {"net", "kept", true, told_behind_gate, AS_IT_IS},
    {"net", "lost_per_person", true, told_behind_gate, AS_IT_IS},
    {"net", "jaccard", true, told_behind_gate, AS_IT_IS},
    {"net", "retention", true, told_behind_gate, AS_IT_IS},
    {"net", "density_before", true, told_behind_gate, AS_IT_IS},
    {"net", "density_after", true, told_behind_gate, AS_IT_IS},
    {"net", "new_cross_expected", true, told_behind_gate, AS_IT_IS},
    {"net", "strengthened", true, told_behind_gate, AS_IT_IS},
    {"net", "weakened", true, told_behind_gate, AS_IT_IS},
    {"net", "qap_r", true, told_behind_gate, AS_IT_IS},
    {"net", "qap_p", true, told_behind_gate, AS_IT_IS},
    {"net", "ego_n", true, told_behind_gate, AS_IT_IS},
    {"net", "ego_change_mean", true, told_behind_gate, AS_IT_IS},
    {"net", "ego_change_sd", true, told_behind_gate, AS_IT_IS},
    {"net", "ego_change_signflip_p", true, told_behind_gate, AS_IT_IS},
};

/* A wave's rows, a change's, or those of the panel in a wave: what is told at one time. */
struct unit {
    const char *wave;
    bool is_panel;
};

static struct unit unit_of(const struct metric_row *row)
{
    return (struct unit){row->wave, strcmp(row->item, "net_panel") == 0};
}

static bool is_in_unit(const struct metric_row *row, const struct unit *unit)
{
    return strcmp(row->wave, unit->wave) == 0 && unit_of(row).is_panel == unit->is_panel;
}

static const struct metric_row *find(const struct release_input *input, const char *wave,
                                     const char *item, const char *metric)
{
    return metric_rows_find(input->network, wave, "all", item, metric);
}

static bool is_closed(const struct release_input *input, size_t wave)
{
    return facts_wave_state(input->facts, wave) == FACTS_WAVE_CLOSED;
}

static bool is_every_roster_closed(const struct release_input *input)
{
    for (size_t i = 0; i < facts_waves(input->facts); i++)
        if (!is_closed(input, i) &&
            find(input, facts_wave_name(input->facts, i), "net", "egos_complete") != NULL)
            return false;
    return true;
}

/* The two waves of a change named "pre>fu"; false when it is none of that name. */
static bool find_change(const struct facts *facts, const char *name, size_t *before, size_t *after)
{
    char pair[2 * FACTS_NAME_MAX + 2];
    for (*before = 0; *before < facts_waves(facts); (*before)++)
        for (*after = 0; *after < facts_waves(facts); (*after)++) {
            snprintf(pair, sizeof pair, "%s>%s", facts_wave_name(facts, *before),
                     facts_wave_name(facts, *after));
            if (strcmp(pair, name) == 0)
                return true;
        }
    return false;
}

static bool is_over(const struct release_input *input, const struct metric_row *first)
{
    size_t wave, after;
    if (unit_of(first).is_panel)
        return first->null != METRIC_ONE_WAVE && is_every_roster_closed(input);
    if (facts_find_wave(input->facts, first->wave, &wave))
        return is_closed(input, wave);
    return find_change(input->facts, first->wave, &wave, &after) && is_closed(input, wave) &&
           is_closed(input, after);
}

/* How many answer now, and how many more than when the wave's network was told. */
static void count_wave(const struct release_input *input, size_t wave, int64_t *answering,
                       int64_t *late)
{
    const char *name = facts_wave_name(input->facts, wave);
    const struct metric_row *now = find(input, name, "net", "egos_complete");
    const struct metric_row *then =
        input->said == NULL ? NULL
                            : metric_rows_find(input->said, name, "all", "net", "egos_complete");
    *answering = now == NULL ? 0 : now->n;
    *late = then == NULL || then->null != METRIC_NOT_NULL ? 0 : *answering - then->n;
}

/* Who answered in both waves, beside who answered in one and who was counted when it was told. */
static bool is_change_gated(const struct release_input *input, const struct metric_row *first)
{
    size_t before, after;
    int64_t people[5], answering[2];
    bool is_there = find_change(input->facts, first->wave, &before, &after);
    const struct metric_row *complete = find(input, first->wave, "net", "ego_n");
    if (!is_there || complete == NULL)
        return true;
    count_wave(input, before, &answering[0], &people[0]);
    count_wave(input, after, &answering[1], &people[1]);
    people[2] = answering[0] - first->n;
    people[3] = answering[1] - first->n;
    people[4] = first->n - complete->n;
    return !disclosure_signatures_admit(input->rules, people, 5);
}

static struct network_people people_of(const struct release_input *input,
                                       const struct metric_row *first)
{
    struct network_people people = {first->n, first->n, first->N, 1, false};
    size_t wave;
    if (unit_of(first).is_panel) {
        int64_t outside = first->N - first->n;
        people.is_gated = !disclosure_signatures_admit(input->rules, &outside, 1);
    } else if (facts_find_wave(input->facts, first->wave, &wave)) {
        const struct metric_row *coverage = find(input, first->wave, "net", "coverage");
        people.complete = (int64_t)first->value;
        people.coverage = coverage != NULL && coverage->type == METRIC_NUMBER ? coverage->value : 0;
    } else {
        people.is_gated = is_change_gated(input, first);
    }
    return people;
}

static const struct told *find_told(const struct metric_row *row, bool is_change)
{
    for (size_t i = 0; i < sizeof everything / sizeof *everything; i++)
        if (strcmp(everything[i].item, row->item) == 0 &&
            strcmp(everything[i].metric, row->metric) == 0 && everything[i].is_change == is_change)
            return &everything[i];
    return NULL;
}

/* Also none is few: that one or two are without a tie would be told by what is not. */
static void tell_few(const struct metric_row *row, struct metric_rows *rows)
{
    struct metric_row few = *row;
    if (row->type == METRIC_NUMBER && row->value < 3) {
        few.type = METRIC_TEXT;
        few.text = "<3";
        few.value = 0;
    }
    metric_rows_append(rows, &few);
}

/* The vertices outside the largest component, when they are few, are the isolates. */
static bool leaves_few(const struct metric_row *row)
{
    int64_t vertices = unit_of(row).is_panel ? row->n : row->N;
    return row->type == METRIC_NUMBER && round((1 - row->value) * (double)vertices) < 3;
}

static void tell(const struct told *told, const struct metric_row *row, enum metric_null reason,
                 struct metric_rows *rows)
{
    if (reason == METRIC_NOT_NULL && told->shape == REMAINDER_HIDDEN && leaves_few(row))
        reason = METRIC_WITHHELD_SMALL;
    if (reason == METRIC_NOT_NULL && told->shape == FEW_HIDDEN)
        tell_few(row, rows);
    else
        withhold_row(row, reason, rows);
}

static bool tell_unit(const struct release_input *input, const struct metric_row *first,
                      struct metric_rows *rows, struct error *err)
{
    struct unit unit = unit_of(first);
    struct network_people people = people_of(input, first);
    size_t wave;
    bool is_wave = facts_find_wave(input->facts, unit.wave, &wave);
    for (size_t i = 0; i < metric_rows_count(input->network); i++) {
        const struct metric_row *row = metric_rows_get(input->network, i);
        bool is_total = strcmp(row->slice, "all") == 0 && is_in_unit(row, &unit);
        const struct told *told = is_total ? find_told(row, !is_wave) : NULL;
        if (told != NULL)
            tell(told, row, told->told(input->rules, &people), rows);
    }
    bool has_sectors =
        is_wave && !unit.is_panel && told_of_egos(input->rules, &people) == METRIC_NOT_NULL;
    return !has_sectors || release_mixing(input, unit.wave, rows, err);
}

/* The first row of a unit. */
static bool is_first(const struct metric_row *row)
{
    static const char *const firsts[][2] = {
        {"net", "egos_complete"}, {"net", "panel_dyads"}, {"net_panel", "edges"}};
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++)
        if (strcmp(row->item, firsts[i][0]) == 0 && strcmp(row->metric, firsts[i][1]) == 0)
            return true;
    return false;
}

static bool is_said(const struct release_input *input, const struct unit *unit)
{
    for (size_t i = 0; input->said != NULL && i < metric_rows_count(input->said); i++)
        if (is_in_unit(metric_rows_get(input->said, i), unit))
            return true;
    return false;
}

bool release_networks(const struct release_input *input, struct metric_rows *rows,
                      struct error *err)
{
    for (size_t i = 0; input->said != NULL && i < metric_rows_count(input->said); i++)
        metric_rows_append(rows, metric_rows_get(input->said, i));
    for (size_t i = 0; input->network != NULL && i < metric_rows_count(input->network); i++) {
        const struct metric_row *row = metric_rows_get(input->network, i);
        struct unit unit = unit_of(row);
        if (is_first(row) && !is_said(input, &unit) && is_over(input, row) &&
            !tell_unit(input, row, rows, err))
            return false;
    }
    return true;
}

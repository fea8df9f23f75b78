#include "controls.h"

#include "attacker.h"
#include "estimate.h"
#include "templates.h"
#include <stdio.h>
#include <string.h>

/* People in the order of their sectors: "aabb" of politics and business. The history, a letter a
 * step: a digit answers, or edits; then - leaves, = is erased; C closes and runs, R runs. After b a
 * digit answers, and C closes, the wave before. */
struct control {
    const char *rule;
    enum weakness without;
    const char *people;
    const char *history;
    const char *first_timers;
    enum template_kind kind;
    int points;
    uint64_t variant;
    const char *missing; /* a digit a person: the bits of the items left out */
};

static const struct control controls[] = {
    {"merging: a sector of one", NO_MERGING, "aaaab", "01234C", "", TEMPLATE_RATING, 3, 0, ""},
    {"freezing: groups that split later", NO_FREEZING, "aaaabbbb", "01234C567R", "",
     TEMPLATE_RATING, 3, 0, ""},
    {"epochs: a late answer", NO_EPOCHS, "aaaaa", "0123C4R", "", TEMPLATE_RATING, 3, 0, ""},
    {"coding: a unanimous group", NO_CODING, "aaaaa", "01234C", "", TEMPLATE_RATING, 3, 0, ""},
    {"bottom-up totals: a raw total", TOP_DOWN, "aaaabbbb", "01234567C", "", TEMPLATE_RATING, 3, 0,
     ""},
    {"gate: a second breakdown", NO_GATE, "aaaabbbbb", "012345678C", "01234", TEMPLATE_RATING, 3, 0,
     ""},
    {"linked families: an index beside its items", NO_LINKING, "aaaaa", "01234C", "",
     TEMPLATE_SHOWN, 2, 1, ""},
    {"linked families: two indices with an item in common", NO_LINKING, "aaaaa", "01234C", "",
     TEMPLATE_OVERLAP, 2, 0, ""},
    {"linked families: a question behind a condition", NO_LINKING, "aaaaa", "01234C", "",
     TEMPLATE_CONDITION, 3, 0, ""},
    {"linked families: an index of incomplete cases", PARTIAL_CASES, "aaaaaaaaaa", "0123456789C",
     "", TEMPLATE_INDEX, 2, 2, "0111100000"},
    {"conditions: dispositions that count what was asked", CONDITIONS_COUNT, "aaaaa", "0123C4R", "",
     TEMPLATE_CONDITION, 3, 0, ""},
    {"atoms stay: an edit", ATOMS_FOLLOW, "aaaaa", "01234C0R", "", TEMPLATE_RATING, 3, 0, ""},
    {"atoms stay: an erasure", ATOMS_FOLLOW, "aaaaa", "01234C-0R", "", TEMPLATE_RATING, 3, 0, ""},
    {"atoms stay: an erasure that keeps the place", ATOMS_FOLLOW, "aaaaa", "01234C=0R", "",
     TEMPLATE_RATING, 3, 0, ""},
    {"linked families: a gain beside its answers", NO_GAIN_LINKING, "aaaaa", "01234C", "",
     TEMPLATE_GAIN, 2, 3, ""},
    {"linked families: a gain beside the answers of two waves", NO_GAIN_LINKING, "aaaaa",
     "b0b1b2b3b4bC01234C", "", TEMPLATE_SHIFT, 2, 3, ""},
    {"linked families: two gains of one answer", NO_GAIN_LINKING, "aaaaa", "01234C", "",
     TEMPLATE_GAINS, 2, 0, ""},
    {"linked families: three gains of three answers in two waves", NO_GAIN_LINKING, "aaaaa",
     "b0b1b2b3b4bC01234C", "", TEMPLATE_SHIFTS, 2, 0, ""},
    {"linked families: two gains and their index beside the answers", NO_GAIN_LINKING, "aaaaa",
     "b0b1b2b3b4bC01234C", "", TEMPLATE_GAIN_MEAN, 2, 15, ""},
};

static void add_step(struct script *script, enum step_kind kind, char person, enum wave wave)
{
    struct step step = {.kind = kind, .wave = wave};
    if (kind < STEP_CLOSE && person != 0)
        step.person = (size_t)(person - '0');
    script->steps[script->step_count++] = step;
}

static void read_history(const char *history, struct script *script)
{
    for (const char *letter = history; *letter != '\0'; letter++) {
        enum wave wave = WAVE_POST;
        if (*letter == 'b') {
            wave = WAVE_PRE;
            script->waves = WAVES;
            letter++;
        }
        if (*letter == 'C')
            add_step(script, STEP_CLOSE, 0, wave);
        if (*letter == 'C' || *letter == 'R')
            add_step(script, STEP_RUN, 0, wave);
        else if (*letter == '-')
            add_step(script, STEP_REMOVE, *++letter, wave);
        else if (*letter == '=')
            add_step(script, STEP_ERASE, *++letter, wave);
        else
            add_step(script, STEP_ANSWER, *letter, wave);
    }
}

static void make_script(const struct control *control, struct script *script)
{
    *script = (struct script){.rules = disclosure_default_rules, .part_count = 1, .waves = 1};
    script->rules.k = 4;
    script->people = strlen(control->people);
    for (size_t p = 0; p < script->people; p++)
        script->sector[p] = (size_t)(control->people[p] - 'a');
    for (const char *first = control->first_timers; *first != '\0'; first++)
        script->first_timers |= 1U << (*first - '0');
    template_make(control->kind, 0, control->points, control->variant, &script->parts[0]);
    for (size_t p = 0; control->missing[p] != '\0'; p++)
        script->missing[p][0][0] = (unsigned)(control->missing[p] - '0');
    read_history(control->history, script);
}

static bool run(const struct control *control)
{
    struct script script;
    struct attack with, without;
    script_answers base;
    memset(base, 0, sizeof base);
    make_script(control, &script);
    attack_part(&script, 0, SOUND, (const struct tuple(*)[SCRIPT_PEOPLE][2])base, &with);
    attack_part(&script, 0, control->without, (const struct tuple(*)[SCRIPT_PEOPLE][2])base,
                &without);
    printf("%s: %zu worlds, determined with the rule %zu, without %zu\n", control->rule,
           with.worlds, with.determined, without.determined);
    return with.shape.epochs > 0 && with.determined == 0 && without.determined > 0;
}

bool controls_run(void)
{
    bool are_needed = true;
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        are_needed = run(&controls[i]) && are_needed;
    return estimates_run() && are_needed;
}

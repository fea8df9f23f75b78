/* The attacker test: in none of some hundred invented small studies does what a dashboard's key can
 * read determine another person's answer, and for each rule of release there is a study in which it
 * does without the rule.
 *   attack_test [--studies 200] [--first 1] [--worlds 20000]
 * The long form: attack_test --studies 5000 --worlds 200000 */
#include "attacker.h"
#include "controls.h"
#include "independence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct campaign {
    uint64_t first, studies;
    double worlds;
};

struct tally {
    size_t parts, worlds, transcripts, determined, entangled;
    size_t shown, coded, grouped, epochs, again; /* parts that */
    size_t counted, gains, waves;                /* parts that show */
};

/* Answers to all parts, drawn, for what the enumeration of one part leaves as it is. */
static void draw_answers(const struct script *script, uint64_t drawing, script_answers answers)
{
    uint64_t state = script->seed ^ drawing;
    memset(answers, 0, sizeof(script_answers));
    for (size_t part = 0; part < script->part_count; part++)
        for (size_t p = 0; p < script->people; p++)
            for (size_t s = 0; s < SCRIPT_SUBMISSIONS; s++) {
                struct tuple tuples[PART_TUPLES];
                size_t count;
                if (tuples_of(&script->parts[part], script_missing(script, p, s, part), tuples,
                              &count))
                    answers[part][p][s] = tuples[script_random(&state, count)];
            }
}

static void tally_kind(const struct script *script, const struct part *part, bool is_shown,
                       struct tally *tally)
{
    enum facts_kind kind = part->items[0].scale.kind;
    tally->counted += is_shown && (kind == FACTS_BINARY || kind == FACTS_COUNTED);
    tally->gains += is_shown && part->gain_count > 0;
    tally->waves += is_shown && script->waves > 1 && part->items[0].wave == WAVE_PRE;
}

static void attack_study(const struct script *script, struct tally *tally)
{
    script_answers base, other;
    draw_answers(script, 0x5eed, base);
    draw_answers(script, 0xa15e, other);
    if (!parts_are_independent(script, (const struct tuple(*)[SCRIPT_PEOPLE][2])base,
                               (const struct tuple(*)[SCRIPT_PEOPLE][2])other)) {
        script_print(script);
        printf("  what is released of a part depends on another part\n");
        tally->entangled++;
    }
    for (size_t part = 0; part < script->part_count; part++) {
        struct attack attack;
        attack_part(script, part, SOUND, base, &attack);
        tally->parts++;
        tally->worlds += attack.worlds;
        tally->transcripts += attack.transcripts;
        tally->shown += attack.shape.epochs > 0;
        tally_kind(script, &script->parts[part], attack.shape.epochs > 0, tally);
        tally->coded += attack.shape.moved > 0;
        tally->grouped += attack.shape.groups > 1;
        tally->epochs += attack.shape.epochs > 1;
        tally->again += attack.shape.releases > 1;
        if (attack.determined > 0 && tally->determined < 5)
            finding_print(script, part, &attack.first);
        tally->determined += attack.determined;
    }
}

static struct tally attack_studies(const struct campaign *campaign)
{
    struct tally tally = {0};
    for (uint64_t i = 0; i < campaign->studies; i++) {
        struct script_wishes wishes = {
            .seed = campaign->first + i, .worlds = campaign->worlds, .parts = SCRIPT_PARTS};
        struct script script;
        script_invent(&wishes, &script);
        attack_study(&script, &tally);
    }
    return tally;
}

static void usage(void)
{
    fputs("attack_test [--studies N] [--first SEED] [--worlds N]\n", stderr);
    exit(2);
}

static struct campaign read_arguments(int argc, char **argv)
{
    struct campaign campaign = {1, 200, 20000};
    for (int i = 1; i + 1 < argc; i += 2) {
        uint64_t number = strtoull(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--studies") == 0)
            campaign.studies = number;
        else if (strcmp(argv[i], "--first") == 0)
            campaign.first = number;
        else if (strcmp(argv[i], "--worlds") == 0)
            campaign.worlds = (double)number;
        else
            usage();
    }
    if (argc % 2 == 0)
        usage();
    return campaign;
}

int main(int argc, char **argv)
{
    struct campaign campaign = read_arguments(argc, argv);
    struct tally tally = attack_studies(&campaign);
    printf(
        "%llu studies of %zu parts: %zu show answers, %zu code some, %zu in several groups, %zu in "
        "several epochs, %zu have several releases, %zu are binary or counted, %zu have gains, %zu "
        "are over two waves\n%zu worlds, %zu transcripts, %zu answers "
        "determined\n",
        (unsigned long long)campaign.studies, tally.parts, tally.shown, tally.coded, tally.grouped,
        tally.epochs, tally.again, tally.counted, tally.gains, tally.waves, tally.worlds,
        tally.transcripts, tally.determined);
    bool is_meant = 2 * tally.shown > tally.parts && 2 * tally.coded > tally.parts &&
                    20 * tally.grouped > tally.parts && 20 * tally.epochs > tally.parts &&
                    20 * tally.counted > tally.parts && 20 * tally.gains > tally.parts &&
                    40 * tally.waves > tally.parts;
    if (!is_meant)
        printf("too few of these studies show anything\n");
    bool are_needed = controls_run();
    return tally.determined == 0 && tally.entangled == 0 && is_meant && are_needed ? 0 : 1;
}

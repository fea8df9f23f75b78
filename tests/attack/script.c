#include "script.h"

#include "templates.h"
#include <math.h>
#include <string.h>

const char *const script_sectors[SCRIPT_SECTORS] = {"politics", "business", "academia", "state"};

/* splitmix64 (Steele, Lea and Flood 2014). */
uint64_t script_random(uint64_t *state, uint64_t below)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % below;
}

static bool by_chance(uint64_t *state, uint64_t percent)
{
    return script_random(state, 100) < percent;
}

static void add_step(struct script *script, enum step_kind kind, size_t person, size_t sector)
{
    if (script->step_count < SCRIPT_STEPS)
        script->steps[script->step_count++] = (struct step){kind, person, sector, WAVE_POST};
}

static void add_wave_step(struct script *script, enum step_kind kind, size_t person, enum wave wave)
{
    if (script->step_count < SCRIPT_STEPS)
        script->steps[script->step_count++] = (struct step){kind, person, 0, wave};
}

/* What chance alone would seldom make: two sectors of k, or k early answers and as many late. */
enum outline { OUTLINE_ANY, OUTLINE_TWO_GROUPS, OUTLINE_TWO_EPOCHS, OUTLINES };

static void invent_people(uint64_t *state, const struct script_wishes *wishes, enum outline outline,
                          struct script *script)
{
    int64_t k = wishes->k != 0 ? wishes->k : 4 + (script_random(state, 4) == 0);
    script->rules = disclosure_default_rules;
    script->rules.k = k;
    if (wishes->k == 0 && by_chance(state, 50))
        script->rules.distribution = k;
    size_t most = 2 * (size_t)k + (k < SCRIPT_PEOPLE / 2);
    size_t wanted = outline != OUTLINE_ANY || by_chance(state, 60)
                        ? most
                        : (size_t)k + (size_t)script_random(state, most - (size_t)k);
    size_t sectors = 1 + (size_t)script_random(state, SCRIPT_SECTORS);
    sectors = outline == OUTLINE_TWO_GROUPS ? 2 : sectors;
    for (size_t s = 0; s < sectors && script->people < wanted; s++) {
        size_t members = by_chance(state, 40) ? (size_t)k : 1 + (size_t)script_random(state, 4);
        bool is_last = s + 1 == sectors;
        members = outline == OUTLINE_TWO_GROUPS ? (size_t)k : members;
        for (size_t i = 0; (i < members || is_last) && script->people < wanted; i++)
            script->sector[script->people++] = s;
    }
}

static size_t someone(uint64_t *state, const struct script *script)
{
    return (size_t)script_random(state, script->people);
}

/* Before the wave closes: most answer, some edit, one may leave. */
static void invent_open(uint64_t *state, enum outline outline, struct script *script,
                        bool *is_early)
{
    static const uint64_t shares[] = {50, 60, 75, 100};
    uint64_t early = shares[script_random(state, sizeof shares / sizeof *shares)];
    for (size_t p = 0; p < script->people; p++) {
        is_early[p] = outline == OUTLINE_TWO_GROUPS || by_chance(state, early);
        if (outline == OUTLINE_TWO_EPOCHS)
            is_early[p] = p < (size_t)script->rules.k;
        if (is_early[p])
            add_step(script, STEP_ANSWER, p, 0);
    }
    if (by_chance(state, 10)) {
        size_t person = someone(state, script);
        if (is_early[person])
            add_step(script, STEP_ANSWER, person, 0);
    }
    if (by_chance(state, 10))
        add_step(script, STEP_REMOVE, someone(state, script), 0);
    add_step(script, STEP_CLOSE, 0, 0);
    add_step(script, STEP_RUN, 0, 0);
}

/* What happens to delegates and releases between late answers. */
static void invent_change(uint64_t *state, struct script *script)
{
    size_t person = someone(state, script);
    uint64_t kind = script_random(state, 12);
    if (kind == 0)
        add_step(script, STEP_REMOVE, person, 0);
    else if (kind == 1)
        add_step(script, STEP_RESTORE, person, 0);
    else if (kind == 2)
        add_step(script, STEP_MOVE, person, (size_t)script_random(state, SCRIPT_SECTORS));
    else if (kind == 3)
        add_step(script, STEP_WITHDRAW, 0, 0);
    else if (kind == 4)
        add_step(script, STEP_RESUME, 0, 0);
    else
        return;
    add_step(script, STEP_RUN, 0, 0);
}

static size_t submissions_of(const struct script *script, size_t person, enum wave wave)
{
    size_t count = 0;
    for (size_t i = 0; i < script->step_count; i++)
        count += script->steps[i].kind == STEP_ANSWER && script->steps[i].person == person &&
                 script->steps[i].wave == wave;
    return count < SCRIPT_SUBMISSIONS ? count : SCRIPT_SUBMISSIONS;
}

static void invent_late(uint64_t *state, struct script *script, enum script_pace pace,
                        const bool *is_early)
{
    for (size_t p = 0; p < script->people; p++) {
        invent_change(state, script);
        bool edits = is_early[p] && script_submissions(script, p) == 1 && by_chance(state, 12);
        if (!edits && (is_early[p] || by_chance(state, 10)))
            continue;
        add_step(script, STEP_ANSWER, p, 0);
        if (pace == SCRIPT_ONE_BY_ONE || by_chance(state, 50))
            add_step(script, STEP_RUN, 0, 0);
        if (!edits && by_chance(state, 8)) {
            add_step(script, STEP_ANSWER, p, 0);
            add_step(script, STEP_RUN, 0, 0);
        }
    }
    add_step(script, STEP_RESUME, 0, 0);
    add_step(script, STEP_RUN, 0, 0);
}

/* What two answers say together takes many worlds, so that of these studies everybody does the
 * same, or one of two halves, but for an odd one. */
static bool is_calm(const struct script_wishes *wishes)
{
    return wishes->seed % 2 == 0;
}

static void invent_oddity(uint64_t *state, struct script *script)
{
    static const enum step_kind kinds[] = {STEP_ANSWER, STEP_ANSWER,   STEP_REMOVE, STEP_RESTORE,
                                           STEP_MOVE,   STEP_WITHDRAW, STEP_RESUME};
    struct step step = {.kind = kinds[script_random(state, sizeof kinds / sizeof *kinds)],
                        .wave = (enum wave)script_random(state, script->waves)};
    if (by_chance(state, 60))
        return;
    step.person = step.kind < STEP_CLOSE ? someone(state, script) : 0;
    step.sector = step.kind == STEP_MOVE ? (size_t)script_random(state, SCRIPT_SECTORS) : 0;
    script->steps[script->step_count++] = step;
    add_step(script, STEP_RUN, 0, 0);
}

static void answer_together(struct script *script, enum wave wave, size_t from, size_t to)
{
    for (size_t p = from; p < to; p++)
        add_wave_step(script, STEP_ANSWER, p, wave);
}

/* Those from `late` on answer after the wave is closed. */
static void invent_calm(uint64_t *state, struct script *script)
{
    size_t half = (size_t)script->rules.k, people = script->people, late[WAVES];
    for (size_t wave = script->waves; wave-- > 0;) {
        size_t lates[] = {people, people, half, people - 1};
        late[wave] = lates[script_random(state, 4)];
        bool is_backwards = late[wave] == half && people >= 2 * half && by_chance(state, 30);
        answer_together(script, (enum wave)wave, is_backwards ? half : 0,
                        is_backwards ? people : late[wave]);
        if (is_backwards)
            late[wave] = SIZE_MAX;
        add_wave_step(script, STEP_CLOSE, 0, (enum wave)wave);
        add_step(script, STEP_RUN, 0, 0);
        invent_oddity(state, script);
    }
    for (size_t i = 0; i < script->waves; i++) {
        size_t wave = script->seed / 4 % 2 == 0 ? i : script->waves - 1 - i;
        bool is_backwards = late[wave] == SIZE_MAX;
        answer_together(script, (enum wave)wave, is_backwards ? 0 : late[wave],
                        is_backwards ? half : people);
        add_step(script, STEP_RUN, 0, 0);
        invent_oddity(state, script);
    }
    add_step(script, STEP_RESUME, 0, 0);
    add_step(script, STEP_RUN, 0, 0);
}

static bool comes_again(const struct script *script, size_t from, size_t person)
{
    for (size_t i = from; i < script->step_count; i++)
        if (script->steps[i].kind <= STEP_MOVE && script->steps[i].person == person)
            return true;
    return false;
}

/* Of those who leave for good, every second one is erased. */
static void erase_some(struct script *script)
{
    for (size_t i = 0; i < script->step_count; i++)
        if (script->steps[i].kind == STEP_REMOVE && (script->seed / 2 + i) % 2 == 0 &&
            !comes_again(script, i + 1, script->steps[i].person))
            script->steps[i].kind = STEP_ERASE;
}

static void invent_missing(uint64_t *state, struct script *script)
{
    uint64_t percent = by_chance(state, 50) ? 0 : 8;
    for (size_t p = 0; p < script->people; p++)
        for (size_t s = 0; s < SCRIPT_SUBMISSIONS; s++)
            for (size_t part = 0; part < SCRIPT_PARTS; part++)
                for (size_t item = 0; item < PART_ITEMS; item++)
                    if (by_chance(state, percent))
                        script->missing[p][s][part] |= 1U << item;
}

static enum template_range range_of(const struct script *script, size_t number,
                                    const struct script_wishes *wishes)
{
    if (!is_calm(wishes) || number > 0)
        return TEMPLATES_ONE_WAVE;
    return script->waves > 1 ? TEMPLATES_TWO_WAVES : TEMPLATES_GAINS;
}

/* The first of some drawn parts that is small enough to enumerate, else the smallest there is. */
static void invent_part(uint64_t *state, const struct script_wishes *wishes, struct script *script)
{
    size_t number = script->part_count++;
    bool has_condition = number > 0 && script->parts[0].items[1].is_conditional;
    enum template_range range = range_of(script, number, wishes);
    for (int attempt = 0; attempt < 12; attempt++) {
        template_draw(state, number, range, &script->parts[number]);
        bool is_second_condition = has_condition && script->parts[number].items[1].is_conditional;
        if (!is_second_condition && script_worlds(script, number) <= wishes->worlds)
            return;
    }
    template_smallest(number, &script->parts[number]);
}

void script_invent(const struct script_wishes *wishes, struct script *script)
{
    uint64_t state = wishes->seed;
    bool is_early[SCRIPT_PEOPLE];
    *script = (struct script){.seed = wishes->seed};
    enum outline outline = (enum outline)(wishes->seed % OUTLINES);
    invent_people(&state, wishes, outline, script);
    if (!is_calm(wishes))
        invent_missing(&state, script);
    if (is_calm(wishes)) {
        script->waves = 1 + wishes->seed / 2 % WAVES;
        invent_calm(&state, script);
    } else {
        script->waves = 1;
        invent_open(&state, outline, script, is_early);
        invent_late(&state, script, wishes->pace, is_early);
    }
    erase_some(script);
    for (size_t i = 0; i < wishes->parts && i < SCRIPT_PARTS; i++)
        invent_part(&state, wishes, script);
}

size_t script_submissions(const struct script *script, size_t person)
{
    size_t before = submissions_of(script, person, WAVE_PRE);
    size_t after = submissions_of(script, person, WAVE_POST);
    return before > after ? before : after;
}

unsigned script_missing(const struct script *script, size_t person, size_t submission, size_t part)
{
    unsigned missing = script->missing[person][submission][part];
    for (size_t i = 0; i < script->parts[part].item_count; i++)
        if (submission >= submissions_of(script, person, script->parts[part].items[i].wave))
            missing |= 1U << i;
    return missing;
}

/* Appends what the person does and between which runs of the job. */
static size_t trace(const struct script *script, size_t person, uint32_t *trace_of)
{
    size_t length = 0;
    uint32_t runs = 0;
    for (size_t i = 0; i < script->step_count; i++) {
        const struct step *step = &script->steps[i];
        runs += step->kind == STEP_RUN || step->kind == STEP_CLOSE;
        if (step->kind <= STEP_MOVE && step->person == person)
            trace_of[length++] = runs << 12 | (uint32_t)step->wave << 8 |
                                 (uint32_t)step->kind << 4 | (uint32_t)step->sector;
    }
    return length;
}

static bool is_alike(const struct script *script, size_t a, size_t b)
{
    uint32_t left[SCRIPT_STEPS], right[SCRIPT_STEPS];
    size_t length = trace(script, a, left);
    return script->sector[a] == script->sector[b] &&
           (script->first_timers >> a & 1) == (script->first_timers >> b & 1) &&
           trace(script, b, right) == length && memcmp(left, right, length * sizeof *left) == 0 &&
           memcmp(script->missing[a], script->missing[b], sizeof script->missing[a]) == 0;
}

size_t script_classes(const struct script *script, size_t class_of[SCRIPT_PEOPLE])
{
    size_t classes = 0, first[SCRIPT_PEOPLE];
    for (size_t p = 0; p < script->people; p++) {
        size_t class = 0;
        while (class < classes && !is_alike(script, first[class], p))
            class ++;
        if (class == classes)
            first[classes++] = p;
        class_of[p] = class;
    }
    return classes;
}

static double ways_of(const struct script *script, size_t part, size_t person)
{
    struct tuple tuples[PART_TUPLES];
    double ways = 1;
    for (size_t s = 0; s < script_submissions(script, person); s++) {
        size_t count;
        if (!tuples_of(&script->parts[part], script_missing(script, person, s, part), tuples,
                       &count))
            return INFINITY;
        ways *= (double)count;
    }
    return ways <= PART_TUPLES ? ways : INFINITY;
}

/* Multisets: members out of ways, for each class. */
double script_worlds(const struct script *script, size_t part)
{
    size_t class_of[SCRIPT_PEOPLE], classes = script_classes(script, class_of);
    double worlds = 1;
    for (size_t class = 0; class < classes; class ++) {
        double members = 0, ways = 0;
        for (size_t p = 0; p < script->people; p++)
            if (class_of[p] == class) {
                members++;
                ways = ways_of(script, part, p);
                worlds *= (ways + members - 1) / members;
            }
    }
    return worlds;
}

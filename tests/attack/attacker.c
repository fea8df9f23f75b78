#include "attacker.h"

#include <assert.h>
#include <debriefd/xalloc.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_INSIDER SIZE_MAX

/* All that one person can answer, in all submissions; a way is a number below `ways`. */
struct class
{
    size_t first; /* person */
    size_t members;
    size_t submissions;
    size_t ways;
    struct tuple answers[PART_TUPLES][SCRIPT_SUBMISSIONS];
};

/* Members of a class are alike, so a world is how many hold which way; as sets of ways that
 * somebody holds, and that two hold. */
struct world {
    uint64_t read;
    uint64_t held[SCRIPT_PEOPLE];
    uint64_t held_twice[SCRIPT_PEOPLE];
    uint8_t ways[SCRIPT_PEOPLE]; /* per person */
};

struct enumeration {
    const struct script *script;
    size_t part;
    size_t class_of[SCRIPT_PEOPLE];
    struct class classes[SCRIPT_PEOPLE];
    size_t class_count;
    script_answers answers;
    struct world *worlds;
    size_t count, capacity;
};

static void list_ways(struct enumeration *all, struct class *class)
{
    struct tuple tuples[SCRIPT_SUBMISSIONS][PART_TUPLES];
    size_t counts[SCRIPT_SUBMISSIONS] = {1, 1};
    bool fits = true;
    for (size_t s = 0; s < class->submissions; s++)
        fits = fits && tuples_of(&all->script->parts[all->part],
                                 script_missing(all->script, class->first, s, all->part), tuples[s],
                                 &counts[s]);
    class->ways = counts[0] * counts[1];
    assert(fits && class->ways <= PART_TUPLES);
    for (size_t way = 0; way < class->ways; way++) {
        size_t of[] = {way % counts[0], way / counts[0]};
        for (size_t s = 0; s < class->submissions; s++)
            class->answers[way][s] = tuples[s][of[s]];
    }
}

static void find_classes(struct enumeration *all)
{
    all->class_count = script_classes(all->script, all->class_of);
    for (size_t c = 0; c < all->class_count; c++) {
        struct class *class = &all->classes[c];
        class->first = SCRIPT_PEOPLE;
        for (size_t p = all->script->people; p-- > 0;)
            if (all->class_of[p] == c) {
                class->first = p;
                class->members++;
            }
        class->submissions = script_submissions(all->script, class->first);
        list_ways(all, class);
    }
}

static void answer(struct enumeration *all, const struct world *world)
{
    for (size_t p = 0; p < all->script->people; p++) {
        const struct class *class = &all->classes[all->class_of[p]];
        for (size_t s = 0; s < class->submissions; s++)
            all->answers[all->part][p][s] = class->answers[world->ways[p]][s];
    }
}

static void note_held(const struct enumeration *all, struct world *world)
{
    memset(world->held, 0, sizeof world->held);
    memset(world->held_twice, 0, sizeof world->held_twice);
    for (size_t p = 0; p < all->script->people; p++) {
        size_t class = all->class_of[p];
        uint64_t way = UINT64_C(1) << world->ways[p];
        world->held_twice[class] |= world->held[class] & way;
        world->held[class] |= way;
    }
}

/* The next world, in which the ways of a class do not descend; false after the last. */
static bool next_world(const struct enumeration *all, uint8_t *ways)
{
    for (size_t p = all->script->people; p-- > 0;) {
        const struct class *class = &all->classes[all->class_of[p]];
        if (ways[p] + 1U >= class->ways)
            continue;
        uint8_t way = ++ways[p];
        for (size_t q = 0; q < all->script->people; q++) {
            if (q > p && all->class_of[q] == all->class_of[p])
                ways[q] = way;
            else if (q > p)
                ways[q] = 0;
        }
        for (size_t q = p + 1; q < all->script->people; q++)
            for (size_t r = 0; r < q; r++)
                if (all->class_of[r] == all->class_of[q] && ways[q] < ways[r])
                    ways[q] = ways[r];
        return true;
    }
    return false;
}

static struct world *add_world(struct enumeration *all)
{
    if (all->count == all->capacity) {
        all->capacity = all->capacity == 0 ? 4096 : 2 * all->capacity;
        all->worlds = xrealloc_array(all->worlds, all->capacity, sizeof *all->worlds);
    }
    return &all->worlds[all->count++];
}

static int by_reading(const void *a, const void *b)
{
    const struct world *left = a, *right = b;
    return (left->read > right->read) - (left->read < right->read);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void widen(struct play_shape *widest, struct play_shape shape)
{
    widest->releases = larger(widest->releases, shape.releases);
    widest->groups = larger(widest->groups, shape.groups);
    widest->epochs = larger(widest->epochs, shape.epochs);
    widest->moved = larger(widest->moved, shape.moved);
}

static void enumerate(struct enumeration *all, enum weakness weakness, struct attack *attack)
{
    struct player *player = player_create(all->script, all->part, weakness);
    uint8_t ways[SCRIPT_PEOPLE] = {0};
    do {
        struct world *world = add_world(all);
        memcpy(world->ways, ways, sizeof ways);
        answer(all, world);
        note_held(all, world);
        world->read = player_read(player, (const struct tuple(*)[SCRIPT_PEOPLE][2])all->answers);
        widen(&attack->shape, player_shape(player));
    } while (next_world(all, ways));
    player_destroy(player);
    qsort(all->worlds, all->count, sizeof *all->worlds, by_reading);
}

/* Worlds of one transcript, and who looks: nobody of the study, or a member of `insider` who
 * answered in the way `own`. */
struct view {
    const struct enumeration *all;
    const struct world *worlds;
    size_t count;
    size_t insider, own;
};

/* The ways that others of the class hold in some world that the attacker cannot rule out. */
static uint64_t possible(const struct view *view, size_t class)
{
    uint64_t ways = 0, own = view->insider == NO_INSIDER ? 0 : UINT64_C(1) << view->own;
    for (size_t i = 0; i < view->count; i++) {
        const struct world *world = &view->worlds[i];
        if (own != 0 && (world->held[view->insider] & own) == 0)
            continue;
        ways |= class == view->insider
                    ? (world->held[class] & ~own) | (world->held_twice[class] & own)
                    : world->held[class];
    }
    return ways;
}

/* The value that every one of the ways has for the item, or MISSING. Who is known not to have been
 * asked has no answer. */
static int common_value(const struct class *class, uint64_t ways, size_t submission, size_t item)
{
    int common = MISSING;
    for (size_t way = 0; way < class->ways; way++) {
        if ((ways >> way & 1) == 0)
            continue;
        int value = class->answers[way][submission].values[item];
        if (common != MISSING && value != common)
            return MISSING;
        if (value == MISSING || value == NOT_SHOWN)
            return MISSING;
        common = value;
    }
    return common;
}

static size_t someone_else(const struct enumeration *all, size_t class, size_t but)
{
    for (size_t p = all->script->people; p-- > 0;)
        if (all->class_of[p] == class && p != but)
            return p;
    abort();
}

static void note(const struct view *view, size_t class, size_t submission, size_t item, int value,
                 struct attack *attack)
{
    const struct enumeration *all = view->all;
    if (attack->determined++ > 0)
        return;
    struct finding *first = &attack->first;
    *first = (struct finding){.is_by_outsider = view->insider == NO_INSIDER,
                              .submission = submission,
                              .item = item,
                              .value = value};
    if (view->insider != NO_INSIDER)
        first->insider = all->classes[view->insider].first;
    first->person = someone_else(all, class, first->is_by_outsider ? SIZE_MAX : first->insider);
    struct enumeration shown = *all;
    answer(&shown, &view->worlds[0]);
    memcpy(first->world, shown.answers, sizeof first->world);
}

static bool difference_is_common(const struct class *class, const struct part *part,
                                 const struct gain_measure *gain, uint64_t ways, size_t submission)
{
    int common = INT_MAX, difference;
    for (size_t way = 0; way < class->ways; way++) {
        if ((ways >> way & 1) == 0)
            continue;
        if (!gain_of(part, gain, &class->answers[way][submission], &difference) ||
            (common != INT_MAX && difference != common))
            return false;
        common = difference;
    }
    return true;
}

/* What somebody answered, and the differences of these answers. */
static void look_at_submission(const struct view *view, size_t c, size_t submission, uint64_t ways,
                               struct attack *attack)
{
    const struct part *part = &view->all->script->parts[view->all->part];
    const struct class *class = &view->all->classes[c];
    for (size_t i = 0; i < part->item_count; i++) {
        int value = common_value(class, ways, submission, i);
        if (value != MISSING)
            note(view, c, submission, i, value, attack);
    }
    for (size_t i = 0; i < part->gain_count; i++)
        if (difference_is_common(class, part, &part->gains[i], ways, submission))
            note(view, c, submission, part->gains[i].after, MISSING, attack);
}

static void look(const struct view *view, struct attack *attack)
{
    const struct enumeration *all = view->all;
    for (size_t c = 0; c < all->class_count; c++) {
        const struct class *class = &all->classes[c];
        uint64_t ways = possible(view, c);
        for (size_t s = 0; ways != 0 && s < class->submissions; s++)
            look_at_submission(view, c, s, ways, attack);
    }
}

static void attack_transcript(const struct enumeration *all, const struct world *worlds,
                              size_t count, struct attack *attack)
{
    struct view view = {all, worlds, count, NO_INSIDER, 0};
    look(&view, attack);
    for (size_t c = 0; c < all->class_count; c++)
        for (size_t own = 0; own < all->classes[c].ways; own++) {
            view.insider = c;
            view.own = own;
            look(&view, attack);
        }
}

void attack_part(const struct script *script, size_t part, enum weakness weakness,
                 const script_answers base, struct attack *attack)
{
    struct enumeration *all = xcalloc(sizeof *all);
    *attack = (struct attack){0};
    all->script = script;
    all->part = part;
    memcpy(all->answers, base, sizeof all->answers);
    find_classes(all);
    enumerate(all, weakness, attack);
    attack->worlds = all->count;
    for (size_t from = 0, to; from < all->count; from = to) {
        for (to = from; to < all->count && all->worlds[to].read == all->worlds[from].read;)
            to++;
        attack_transcript(all, &all->worlds[from], to - from, attack);
        attack->transcripts++;
    }
    free(all->worlds);
    free(all);
}

static void print_answers(const struct part *part, const struct tuple *tuple)
{
    for (size_t i = 0; i < part->item_count; i++) {
        int value = tuple->values[i];
        if (value == MISSING || value == NOT_SHOWN)
            printf("%s%s", i == 0 ? "" : "/", value == MISSING ? "missing" : "not shown");
        else
            printf("%s%d", i == 0 ? "" : "/", value);
    }
}

void finding_print(const struct script *script, size_t part, const struct finding *finding)
{
    script_print(script);
    printf("  part %zu in this world:", part);
    for (size_t p = 0; p < script->people; p++)
        for (size_t s = 0; s < script_submissions(script, p); s++) {
            printf(" %zu:", p);
            print_answers(&script->parts[part], &finding->world[part][p][s]);
        }
    printf("\n  ");
    if (finding->is_by_outsider)
        printf("an outsider");
    else
        printf("person %zu", finding->insider);
    printf(" knows that person %zu gave %s a %d (127: its gain) in submission %zu\n",
           finding->person, script->parts[part].items[finding->item].name, finding->value,
           finding->submission + 1);
}

static void print_part(const struct part *part)
{
    printf("  part:");
    for (size_t i = 0; i < part->item_count; i++) {
        const struct question *item = &part->items[i];
        printf(" %s %d..%d%s%s%s", item->name, item->scale.min, item->scale.max,
               item->scale.reverse ? " reversed" : "", item->is_measured ? " measured" : "",
               item->is_conditional ? " conditional" : "");
        printf("%s", item->wave == WAVE_PRE ? " before" : "");
    }
    for (size_t i = 0; i < part->gain_count; i++)
        printf(" %s = %s - %s", part->gains[i].name, part->items[part->gains[i].after].name,
               part->items[part->gains[i].before].name);
    for (size_t i = 0; i < part->index_count; i++)
        printf(" %s%s of items 0x%x, least %d", part->indices[i].name,
               part->indices[i].is_nki ? " (nki)" : "", part->indices[i].items,
               part->indices[i].minimum);
    printf("\n");
}

void script_print(const struct script *script)
{
    static const char *const words[] = {"answers", "leaves", "is erased", "returns", "moves",
                                        "close",   "run",    "withdraw",  "resume"};
    printf("\nstudy of seed %llu, k %lld\n", (unsigned long long)script->seed,
           (long long)script->rules.k);
    for (size_t i = 0; i < script->part_count; i++)
        print_part(&script->parts[i]);
    for (size_t p = 0; p < script->people; p++)
        printf("  person %zu of %s, missing 0x%x 0x%x\n", p, script_sectors[script->sector[p]],
               script->missing[p][0][0], script->missing[p][0][1]);
    for (size_t i = 0; i < script->step_count; i++) {
        const struct step *step = &script->steps[i];
        printf("%s", i == 0 ? "  " : ", ");
        if (step->kind < STEP_CLOSE)
            printf("%zu ", step->person);
        printf("%s%s", words[step->kind], step->wave == WAVE_PRE ? " before" : "");
    }
    printf("\n");
}

#include "play.h"

#include "player.h"
#include <assert.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_holdings(struct player *player, size_t part)
{
    enum family_rules rules = FAMILIES_SOUND;
    if (player->weakness == NO_LINKING)
        rules = FAMILIES_LINKED;
    if (player->weakness == PARTIAL_CASES)
        rules = FAMILIES_PARTIAL;
    struct families *families = &player->families[part];
    families_of(&player->script->parts[part], rules, families);
    series_of(&player->script->parts[part], families, &player->series[part]);
    for (size_t i = 0; i < families->count; i++)
        if (i > 0 || part == player->first_part)
            player->holdings[player->holding_count++] =
                (struct holding){.part = &player->script->parts[part],
                                 .part_number = part,
                                 .family = families->list[i]};
}

static void player_init(struct player *player, const struct script *script)
{
    player->script = script;
    player->rules = script->rules;
    player->memory = digest_memory_create();
    for (size_t i = 0; i < player->part_count; i++)
        add_holdings(player, player->first_part + i);
}

struct player *player_create(const struct script *script, size_t part, enum weakness weakness)
{
    struct player *player = xcalloc(sizeof *player);
    player->weakness = weakness;
    player->first_part = part;
    player->part_count = 1;
    player_init(player, script);
    return player;
}

void player_destroy(struct player *player)
{
    if (player == NULL)
        return;
    digest_memory_destroy(player->memory);
    free(player);
}

struct play_shape player_shape(const struct player *player)
{
    struct play_shape shape = player->shape;
    shape.releases = player->releases;
    return shape;
}

/* As answers.c counts questions and logic.derived_code judges them. */
static enum facts_disposition code_of(const struct player *player, size_t person)
{
    size_t submission = player->people[person].submission;
    int answered = 0, applicable = 0;
    if (submission == NOBODY)
        return FACTS_UNKNOWN;
    for (size_t part = 0; part < player->script->part_count; part++)
        for (size_t i = 0; i < player->script->parts[part].item_count; i++) {
            uint8_t value = player->answers[part][person][submission].values[i];
            bool counts = player->weakness == CONDITIONS_COUNT
                              ? value != NOT_SHOWN
                              : !player->script->parts[part].items[i].is_conditional;
            applicable += counts;
            answered += counts && value != MISSING;
        }
    if (answered * 5 >= applicable * 4)
        return FACTS_COMPLETE;
    return answered * 2 >= applicable ? FACTS_PARTIAL : FACTS_REFUSAL;
}

static bool took_part(const struct player *player, size_t person)
{
    return player->people[person].is_delegate && player->people[person].submission != NOBODY &&
           code_of(player, person) != FACTS_REFUSAL;
}

const struct tuple *player_answers(const struct player *player, const struct holding *holding,
                                   size_t person, size_t submission)
{
    return &player->answers[holding->part_number][person][submission];
}

/* Whether the person's standing answers are a contribution that has not entered. */
bool player_waits(const struct player *player, const struct holding *holding, size_t person)
{
    if (!took_part(player, person))
        return false;
    size_t standing = player->people[person].submission;
    if (holding->entered[person] != NOBODY)
        return false;
    return holding->family.type == FAMILY_FRAME ||
           contributes(holding->part, &holding->family,
                       player_answers(player, holding, person, standing));
}

void player_members(const struct player *player, struct disclosure_sector *sectors)
{
    for (size_t s = 0; s < SCRIPT_SECTORS; s++)
        sectors[s] = (struct disclosure_sector){.name = script_sectors[s]};
    for (size_t p = 0; p < player->script->people; p++)
        sectors[player->people[p].sector].members += player->people[p].is_delegate;
}

static bool code(const struct player *player, const struct holding *holding, int64_t *counts,
                 size_t categories)
{
    struct error err;
    if (holding->family.type != FAMILY_INDEX)
        return disclosure_code(&player->rules, counts, categories, &err);
    struct facts_composite composite = composite_of(holding->part, &holding->family);
    return disclosure_code_index(&player->rules, &composite, counts, &err);
}

size_t player_count(const struct player *player, const struct holding *holding, const bool *enters,
                    size_t item, int64_t *counts)
{
    size_t categories = cell_categories(holding->part, &holding->family, item);
    int64_t before[CATEGORIES_MAX];
    bool is_raw = player->weakness == NO_CODING || player->weakness == NO_MERGING;
    memset(counts, 0, CATEGORIES_MAX * sizeof *counts);
    for (size_t p = 0; p < player->script->people; p++)
        if (enters[p])
            counts[cell_place(holding->part, &holding->family, item,
                              player_answers(player, holding, p, player->people[p].submission))]++;
    memcpy(before, counts, sizeof before);
    if (!is_raw && !code(player, holding, counts, categories) && player->weakness == SOUND)
        abort();
    size_t moved = 0;
    for (size_t i = 0; i < categories; i++)
        moved += before[i] > counts[i] ? (size_t)(before[i] - counts[i]) : 0;
    return moved;
}

static void note_shape(struct player *player, const struct holding *holding, size_t group)
{
    struct play_shape *shape = &player->shape;
    if (holding->family.type == FAMILY_FRAME)
        return;
    if (holding->admission.groups > shape->groups)
        shape->groups = holding->admission.groups;
    if (holding->epochs[group] > shape->epochs)
        shape->epochs = holding->epochs[group];
}

void player_enter(struct player *player, struct holding *holding, const bool *enters, size_t group)
{
    for (size_t item = 0; item < holding->part->item_count; item++) {
        bool is_index = holding->family.type == FAMILY_INDEX && item == 0;
        int64_t counts[CATEGORIES_MAX];
        if (!is_index && (holding->family.shown >> item & 1) == 0)
            continue;
        player->shape.moved += player_count(player, holding, enters, item, counts);
        for (size_t i = 0; i < CATEGORIES_MAX; i++)
            holding->counts[group][item][i] += counts[i];
    }
    for (size_t p = 0; p < player->script->people; p++)
        if (enters[p])
            holding->entered[p] = player->people[p].submission;
    holding->epochs[group]++;
    note_shape(player, holding, group);
}

/* What waits in the group enters. */
static void enter_group(struct player *player, struct holding *holding, size_t group)
{
    bool enters[SCRIPT_PEOPLE];
    for (size_t p = 0; p < player->script->people; p++)
        enters[p] = holding->admission.group_of[player->people[p].sector] == group &&
                    player_waits(player, holding, p);
    player_enter(player, holding, enters, group);
}

static void admit(struct player *player, struct holding *holding)
{
    struct disclosure_sector sectors[SCRIPT_SECTORS];
    struct admission *admission = &holding->admission;
    player_members(player, sectors);
    for (size_t p = 0; p < player->script->people; p++)
        sectors[player->people[p].sector].answers += player_waits(player, holding, p);
    if (player->weakness != SOUND && weakness_admit(player, holding, sectors))
        return;
    admission_decide(&player->rules, sectors, SCRIPT_SECTORS, admission);
    for (size_t group = 0; admission->is_new && group < admission->groups; group++)
        if (!disclosure_group_name(sectors, admission->group_of, SCRIPT_SECTORS, group,
                                   holding->names[group], NAME_SIZE))
            abort();
    for (size_t group = 0; group < admission->groups; group++)
        if (admission->enters[group])
            enter_group(player, holding, group);
}

static void count_codes(struct player *player)
{
    memset(player->codes, 0, sizeof player->codes);
    for (size_t p = 0; p < player->script->people; p++)
        if (player->people[p].is_delegate)
            player->codes[player->people[p].sector][code_of(player, p)]++;
}

static void run(struct player *player)
{
    if (!player->is_closed)
        return;
    count_codes(player);
    for (size_t i = 0; i < player->holding_count; i++)
        admit(player, &player->holdings[i]);
    uint64_t reading =
        player->weakness == SOUND ? reading_of_release(player) : weakness_reading(player);
    bool is_on_hold = player->is_withdrawn && !player->is_resumed;
    bool is_known = player->releases > 0 && !player->is_withdrawn && reading == player->newest;
    if (is_on_hold || is_known)
        return;
    player->releases++;
    player->newest = reading;
    player->is_withdrawn = player->is_resumed = false;
    player->read = digest_number(player->read, reading);
    if (player->tell != NULL)
        player->tell(player->context, player->step, player->releases, player->rows);
}

static void answer(struct player *player, size_t p)
{
    struct person *person = &player->people[p];
    person->answered += person->answered < SCRIPT_SUBMISSIONS;
    person->submission = person->answered - 1;
}

static void take_step(struct player *player, const struct step *step)
{
    struct person *person = &player->people[step->person];
    switch (step->kind) {
    case STEP_ANSWER:
        answer(player, step->person);
        break;
    case STEP_REMOVE:
    case STEP_RESTORE:
        person->is_delegate = step->kind == STEP_RESTORE;
        break;
    case STEP_MOVE:
        person->sector = step->sector;
        break;
    case STEP_CLOSE:
        player->is_closed = true;
        break;
    case STEP_WITHDRAW:
        player->is_withdrawn = player->is_withdrawn || player->releases > 0;
        break;
    case STEP_RESUME:
        player->is_resumed = player->is_withdrawn;
        break;
    case STEP_RUN:
        run(player);
        break;
    }
}

static void begin(struct player *player)
{
    player->is_closed = player->is_withdrawn = player->is_resumed = false;
    player->releases = 0;
    player->newest = 0;
    player->shape = (struct play_shape){0};
    player->read = DIGEST_START;
    for (size_t p = 0; p < player->script->people; p++)
        player->people[p] = (struct person){player->script->sector[p], true, NOBODY, 0};
    for (size_t i = 0; i < player->holding_count; i++) {
        struct holding *holding = &player->holdings[i];
        memset(&holding->admission, 0, sizeof holding->admission);
        memset(holding->counts, 0, sizeof holding->counts);
        memset(holding->epochs, 0, sizeof holding->epochs);
        for (size_t p = 0; p < SCRIPT_PEOPLE; p++)
            holding->entered[p] = NOBODY;
    }
}

/* Each time the job runs counts, whether it published or not: when is known to everybody. */
static void play(struct player *player)
{
    begin(player);
    for (size_t i = 0; i < player->script->step_count; i++) {
        player->step = i;
        take_step(player, &player->script->steps[i]);
        player->read = digest_number(player->read, player->releases);
    }
}

uint64_t player_read(struct player *player, const script_answers answers)
{
    memcpy(player->answers, answers, sizeof player->answers);
    play(player);
    return player->read;
}

void play_all(const struct script *script, const script_answers answers, play_fn *tell,
              void *context)
{
    struct player player = {.part_count = script->part_count, .tell = tell, .context = context};
    player_init(&player, script);
    memcpy(player.answers, answers, sizeof player.answers);
    play(&player);
    metric_rows_destroy(player.rows);
    digest_memory_destroy(player.memory);
}

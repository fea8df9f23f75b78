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
    if (player->weakness == NO_GAIN_LINKING)
        rules = FAMILIES_GAINS;
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
    if (script->waves > 1)
        player->holdings[player->holding_count++] =
            (struct holding){.part = &script->parts[player->first_part],
                             .part_number = player->first_part,
                             .family = {.type = FAMILY_FRAME, .name = "*", .wave = WAVE_PRE}};
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
static enum facts_disposition code_of(const struct player *player, size_t person, enum wave wave)
{
    size_t submission = player->people[person].submission[wave];
    int answered = 0, applicable = 0;
    if (submission == NOBODY)
        return FACTS_UNKNOWN;
    for (size_t part = 0; part < player->script->part_count; part++)
        for (size_t i = 0; i < player->script->parts[part].item_count; i++) {
            uint8_t value = player->answers[part][person][submission].values[i];
            const struct question *item = &player->script->parts[part].items[i];
            bool counts =
                item->wave == wave &&
                (player->weakness == CONDITIONS_COUNT ? value != NOT_SHOWN : !item->is_conditional);
            applicable += counts;
            answered += counts && value != MISSING;
        }
    if (answered * 5 >= applicable * 4)
        return FACTS_COMPLETE;
    return answered * 2 >= applicable ? FACTS_PARTIAL : FACTS_REFUSAL;
}

static bool took_part(const struct player *player, size_t person, enum wave wave)
{
    return player->people[person].is_delegate && !player->people[person].is_erased &&
           player->people[person].submission[wave] != NOBODY &&
           code_of(player, person, wave) != FACTS_REFUSAL;
}

struct tuple player_answers(const struct player *player, const struct holding *holding,
                            size_t person)
{
    struct tuple tuple = {{0}};
    for (size_t i = 0; i < holding->part->item_count; i++) {
        size_t submission = player->people[person].submission[holding->part->items[i].wave];
        tuple.values[i] = submission == NOBODY
                              ? MISSING
                              : player->answers[holding->part_number][person][submission].values[i];
    }
    return tuple;
}

/* Whether the person's standing answers are a contribution that has not entered. */
bool player_waits(const struct player *player, const struct holding *holding, size_t person)
{
    for (int wave = 0; wave < WAVES; wave++)
        if (family_needs(holding->part, &holding->family, (enum wave)wave) &&
            !took_part(player, person, (enum wave)wave))
            return false;
    if (holding->entered[person] != NOBODY)
        return false;
    struct tuple standing = player_answers(player, holding, person);
    return holding->family.type == FAMILY_FRAME ||
           contributes(holding->part, &holding->family, &standing);
}

void player_members(const struct player *player, struct disclosure_sector *sectors)
{
    for (size_t s = 0; s < SCRIPT_SECTORS; s++)
        sectors[s] = (struct disclosure_sector){.name = script_sectors[s]};
    for (size_t p = 0; p < player->script->people; p++)
        sectors[player->people[p].sector].members += player->people[p].is_delegate;
}

static bool is_counted(const struct holding *holding)
{
    return holding->family.type == FAMILY_ITEM &&
           holding->part->items[0].scale.kind == FACTS_COUNTED;
}

static bool code(const struct player *player, const struct holding *holding, int64_t *counts,
                 size_t categories)
{
    struct error err;
    if (is_counted(holding))
        return disclosure_code_count(&player->rules, counts, categories, &err);
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
        if (enters[p]) {
            struct tuple answers = player_answers(player, holding, p);
            counts[cell_place(holding->part, &holding->family, item, &answers)]++;
        }
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

static void note_atom(const struct player *player, struct holding *holding, size_t group,
                      const int64_t *counts)
{
    if (player->weakness != SOUND)
        return;
    assert(holding->atom_count < ATOMS_MAX);
    struct atom *atom = &holding->atoms[holding->atom_count++];
    *atom = (struct atom){.group = group, .step = player->step};
    memcpy(atom->counts, counts, sizeof atom->counts);
}

void player_enter(struct player *player, struct holding *holding, const bool *enters, size_t group)
{
    for (size_t item = 0; item < holding->part->item_count; item++) {
        bool is_index = holding->family.type >= FAMILY_INDEX && item == 0;
        int64_t counts[CATEGORIES_MAX];
        if (!is_index && (holding->family.shown >> item & 1) == 0)
            continue;
        player->shape.moved += player_count(player, holding, enters, item, counts);
        for (size_t i = 0; i < CATEGORIES_MAX; i++)
            holding->counts[group][item][i] += counts[i];
        if (is_counted(holding))
            note_atom(player, holding, group, counts);
    }
    for (size_t p = 0; p < player->script->people; p++)
        if (enters[p])
            holding->entered[p] = player->people[p].submission[holding->family.wave];
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
    for (int wave = 0; wave < WAVES; wave++)
        if (!player->is_closed[wave] &&
            family_needs(holding->part, &holding->family, (enum wave)wave))
            return;
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
        for (int wave = 0; wave < (int)player->script->waves; wave++)
            if (player->people[p].is_delegate)
                player
                    ->codes[wave][player->people[p].sector][code_of(player, p, (enum wave)wave)]++;
}

static void run(struct player *player)
{
    if (!player->is_closed[WAVE_POST] && !player->is_closed[WAVE_PRE])
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

static void answer(struct player *player, size_t p, enum wave wave)
{
    struct person *person = &player->people[p];
    person->answered[wave] += person->answered[wave] < SCRIPT_SUBMISSIONS;
    person->submission[wave] = person->answered[wave] - 1;
}

static void take_step(struct player *player, const struct step *step)
{
    struct person *person = &player->people[step->person];
    switch (step->kind) {
    case STEP_ANSWER:
        answer(player, step->person, step->wave);
        break;
    case STEP_REMOVE:
    case STEP_RESTORE:
        person->is_delegate = step->kind == STEP_RESTORE;
        break;
    case STEP_ERASE:
        person->is_erased = true;
        person->is_delegate =
            person->is_delegate && (player->is_closed[WAVE_PRE] || player->is_closed[WAVE_POST]);
        break;
    case STEP_MOVE:
        person->sector = step->sector;
        break;
    case STEP_CLOSE:
        player->is_closed[step->wave] = true;
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
    player->is_closed[WAVE_POST] = player->is_closed[WAVE_PRE] = false;
    player->is_withdrawn = player->is_resumed = false;
    player->releases = 0;
    player->newest = 0;
    player->shape = (struct play_shape){0};
    player->read = DIGEST_START;
    for (size_t p = 0; p < player->script->people; p++)
        player->people[p] = (struct person){.sector = player->script->sector[p],
                                            .is_delegate = true,
                                            .submission = {NOBODY, NOBODY}};
    for (size_t i = 0; i < player->holding_count; i++) {
        struct holding *holding = &player->holdings[i];
        memset(&holding->admission, 0, sizeof holding->admission);
        memset(holding->counts, 0, sizeof holding->counts);
        memset(holding->epochs, 0, sizeof holding->epochs);
        holding->atom_count = 0;
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

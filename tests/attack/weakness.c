/* What an attacker test must find: releases without one of the rules. */
#include "player.h"

#include <string.h>

static bool has_entered(const struct holding *holding, size_t person)
{
    return holding->entered[person] != NOBODY;
}

/* Forgets the group's atoms and makes one of everybody who is or was in it so far. */
static void enter_all(struct player *player, struct holding *holding, size_t group)
{
    bool enters[SCRIPT_PEOPLE];
    memset(holding->counts[group], 0, sizeof holding->counts[group]);
    for (size_t p = 0; p < player->script->people; p++)
        enters[p] = holding->admission.group_of[player->people[p].sector] == group &&
                    (has_entered(holding, p) || player_waits(player, holding, p));
    player_enter(player, holding, enters, group);
}

static bool admit_each_sector(struct player *player, struct holding *holding)
{
    holding->admission.groups = SCRIPT_SECTORS;
    for (size_t s = 0; s < SCRIPT_SECTORS; s++)
        holding->admission.group_of[s] = s;
    for (size_t s = 0; s < SCRIPT_SECTORS; s++)
        enter_all(player, holding, s);
    return true;
}

static bool admit_at_once(struct player *player, struct holding *holding,
                          const struct disclosure_sector *sectors)
{
    struct admission *admission = &holding->admission;
    if (admission->groups == 0)
        admission->groups =
            disclosure_group(&player->rules, sectors, SCRIPT_SECTORS, admission->group_of);
    for (size_t group = 0; group < admission->groups; group++)
        enter_all(player, holding, group);
    return true;
}

/* Groups are formed again from everybody so far. When they change, all is published again. */
static bool admit_by_new_groups(struct player *player, struct holding *holding,
                                const struct disclosure_sector *waiting)
{
    struct disclosure_sector sectors[SCRIPT_SECTORS];
    size_t group_of[FACTS_SLICES_MAX];
    memcpy(sectors, waiting, sizeof sectors);
    for (size_t p = 0; p < player->script->people; p++)
        sectors[player->people[p].sector].answers += has_entered(holding, p);
    size_t groups = disclosure_group(&player->rules, sectors, SCRIPT_SECTORS, group_of);
    if (groups == holding->admission.groups &&
        (groups == 0 ||
         memcmp(group_of, holding->admission.group_of, SCRIPT_SECTORS * sizeof *group_of) == 0))
        return false;
    holding->admission.groups = groups;
    memcpy(holding->admission.group_of, group_of, sizeof group_of);
    for (size_t group = 0; group < groups; group++)
        enter_all(player, holding, group);
    return true;
}

static void follow(struct player *player, struct holding *holding)
{
    for (size_t group = 0; group < holding->admission.groups; group++) {
        bool enters[SCRIPT_PEOPLE];
        memset(holding->counts[group], 0, sizeof holding->counts[group]);
        for (size_t p = 0; p < player->script->people; p++)
            enters[p] = holding->admission.group_of[player->people[p].sector] == group &&
                        has_entered(holding, p) && player->people[p].is_delegate &&
                        !player->people[p].is_erased;
        player_enter(player, holding, enters, group);
    }
}

bool weakness_admit(struct player *player, struct holding *holding,
                    const struct disclosure_sector *sectors)
{
    switch (player->weakness) {
    case NO_MERGING:
        return admit_each_sector(player, holding);
    case NO_EPOCHS:
        return admit_at_once(player, holding, sectors);
    case NO_FREEZING:
        return admit_by_new_groups(player, holding, sectors);
    case ATOMS_FOLLOW:
        follow(player, holding);
        return false;
    default:
        return false;
    }
}

static uint64_t digest_people(const struct player *player, const struct holding *holding,
                              const bool *people, uint64_t digest)
{
    for (size_t item = 0; item < holding->part->item_count; item++) {
        int64_t counts[CATEGORIES_MAX];
        if ((holding->family.shown >> item & 1) == 0)
            continue;
        player_count(player, holding, people, item, counts);
        digest = digest_bytes(digest, counts, sizeof counts);
    }
    return digest;
}

/* First-timers and the others, each coded when there are enough of them. */
static uint64_t digest_breakdown(const struct player *player, const struct holding *holding,
                                 uint64_t digest)
{
    for (unsigned first = 0; first < 2; first++) {
        bool people[SCRIPT_PEOPLE];
        int64_t count = 0;
        for (size_t p = 0; p < player->script->people; p++) {
            people[p] = has_entered(holding, p) && (player->script->first_timers >> p & 1) == first;
            count += people[p];
        }
        if (disclosure_epoch_admits(&player->rules, count))
            digest = digest_people(player, holding, people, digest);
    }
    return digest;
}

/* Everybody who entered, uncoded. */
static uint64_t digest_total(const struct player *player, const struct holding *holding,
                             uint64_t digest)
{
    bool people[SCRIPT_PEOPLE];
    struct player raw = *player;
    raw.weakness = NO_CODING;
    for (size_t p = 0; p < player->script->people; p++)
        people[p] = has_entered(holding, p);
    return digest_people(&raw, holding, people, digest);
}

uint64_t weakness_reading(const struct player *player)
{
    uint64_t digest = digest_bytes(DIGEST_START, player->codes, sizeof player->codes);
    for (size_t i = 1; i < player->holding_count; i++) {
        const struct holding *holding = &player->holdings[i];
        if (holding->family.type == FAMILY_FRAME)
            continue;
        digest = digest_bytes(digest, holding->counts, sizeof holding->counts);
        if (player->weakness == NO_GATE)
            digest = digest_breakdown(player, holding, digest);
        if (player->weakness == TOP_DOWN)
            digest = digest_total(player, holding, digest);
    }
    return digest_number(digest, 0);
}

#include "player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t digest_cells(uint64_t digest, const struct holding *holding, size_t group,
                             size_t item)
{
    size_t categories = cell_categories(holding->part, &holding->family, item);
    uint64_t packed = 0;
    for (size_t i = 0; i < categories; i++) {
        packed = packed << 8 | (uint64_t)holding->counts[group][item][i];
        if (i % 8 == 7 || i + 1 == categories)
            digest = digest_number(digest, packed);
    }
    return digest;
}

static uint64_t digest_holding(uint64_t digest, const struct holding *holding)
{
    const struct admission *admission = &holding->admission;
    digest = digest_bytes(digest, &admission->groups, sizeof admission->groups);
    if (admission->groups == 0)
        return digest;
    digest = digest_bytes(digest, admission->group_of, SCRIPT_SECTORS * sizeof(size_t));
    for (size_t group = 0; group < admission->groups; group++)
        for (size_t item = 0; item < holding->part->item_count; item++)
            digest = digest_cells(digest, holding, group, item);
    return digest;
}

/* All that a release is computed from. */
static uint64_t digest_input(const struct player *player)
{
    uint64_t digest = digest_bytes(DIGEST_START, player->codes, sizeof player->codes);
    for (size_t i = 0; i < player->holding_count; i++)
        digest = digest_holding(digest, &player->holdings[i]);
    return digest_number(digest, 0);
}

static void require(bool is_done, const struct error *err)
{
    if (is_done)
        return;
    fprintf(stderr, "%s\n", err->message);
    abort();
}

static struct facts *frame_of(const struct player *player)
{
    struct disclosure_sector sectors[SCRIPT_SECTORS];
    struct error err;
    struct facts *facts = facts_create();
    player_members(player, sectors);
    for (size_t s = 0; s < SCRIPT_SECTORS; s++) {
        struct facts_slice slice = {sectors[s].name, sectors[s].members, 0, s < 3 ? 1.0 / 3 : 0};
        require(facts_add_slice(facts, &slice, &err), &err);
    }
    require(facts_slices_done(facts, &err), &err);
    require(facts_add_wave(facts, "post", FACTS_WAVE_CLOSED, &err), &err);
    for (size_t s = 0; s < SCRIPT_SECTORS; s++)
        for (int code = 0; code < FACTS_DISPOSITIONS; code++)
            if (code != FACTS_UNKNOWN)
                require(facts_count_disposition(facts, "post", sectors[s].name,
                                                (enum facts_disposition)code,
                                                player->codes[s][code], &err),
                        &err);
    require(facts_seal(facts, &err), &err);
    return facts;
}

struct publication {
    struct release_series series[SERIES_MAX];
    struct release_group groups[SERIES_MAX][SCRIPT_SECTORS];
    size_t count;
};

static const struct holding *holding_of(const struct player *player, size_t part, size_t family)
{
    const char *name = player->families[part].list[family].name;
    for (size_t i = 1; i < player->holding_count; i++)
        if (player->holdings[i].part_number == part &&
            strcmp(player->holdings[i].family.name, name) == 0)
            return &player->holdings[i];
    abort();
}

static void add_groups(const struct holding *holding, const struct facts *facts, size_t item,
                       struct release_series *series, struct release_group *groups)
{
    const struct admission *admission = &holding->admission;
    for (size_t group = 0; group < admission->groups; group++) {
        groups[group] = (struct release_group){.name = holding->names[group],
                                               .counts = holding->counts[group][item]};
        for (size_t s = 0; s < SCRIPT_SECTORS; s++)
            if (admission->group_of[s] == group)
                groups[group].eligible += facts_eligible(facts, 0, s + 1);
    }
    series->groups = groups;
    series->group_count = admission->groups;
    series->state = admission->groups > 0 ? RELEASE_READY : RELEASE_FEW;
}

static void add_part(const struct player *player, size_t part, const struct facts *facts,
                     struct publication *publication)
{
    const struct part_series *planned = &player->series[part];
    for (size_t i = 0; i < planned->count; i++) {
        struct release_series *series = &publication->series[publication->count];
        *series = planned->series[i];
        series->eligible = facts_eligible(facts, 0, 0);
        if (planned->family[i] != SIZE_MAX)
            add_groups(holding_of(player, part, planned->family[i]), facts, planned->item[i],
                       series, publication->groups[publication->count]);
        publication->count++;
    }
}

static struct metric_rows *compute(const struct player *player)
{
    struct publication publication = {.count = 0};
    struct error err;
    struct facts *facts = frame_of(player);
    struct metric_rows *rows = metric_rows_create();
    for (size_t i = 0; i < player->part_count; i++)
        add_part(player, player->first_part + i, facts, &publication);
    const struct admission *whole = &player->holdings[0].admission;
    size_t group_of[FACTS_SLICES_MAX];
    for (size_t i = 0; i < FACTS_SLICES_MAX; i++)
        group_of[i] =
            whole->groups > 0 && i < SCRIPT_SECTORS ? whole->group_of[i] : DISCLOSURE_NO_GROUP;
    struct release_frame frame = {"post", group_of, whole->groups};
    struct release_input input = {&player->rules,   facts, &frame, 1, publication.series,
                                  publication.count};
    require(release_compute(&input, rows, &err), &err);
    facts_destroy(facts);
    return rows;
}

uint64_t reading_of_release(struct player *player)
{
    uint64_t input = digest_input(player), reading;
    if (player->tell == NULL && digest_recall(player->memory, input, &reading))
        return reading;
    struct metric_rows *rows = compute(player);
    reading = digest_rows(rows);
    if (player->tell == NULL) {
        digest_remember(player->memory, input, reading);
        metric_rows_destroy(rows);
    } else {
        metric_rows_destroy(player->rows);
        player->rows = rows;
    }
    return reading;
}

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
    if (holding->atom_count > 0)
        digest = digest_bytes(digest, holding->atoms, holding->atom_count * sizeof *holding->atoms);
    return digest;
}

/* All that a release is computed from. */
static uint64_t digest_input(const struct player *player)
{
    uint64_t digest = digest_bytes(DIGEST_START, player->codes, sizeof player->codes);
    digest = digest_bytes(digest, player->is_closed, sizeof player->is_closed);
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

static void add_wave(const struct player *player, enum wave wave, struct facts *facts)
{
    struct error err;
    enum facts_wave_state state = player->is_closed[wave] ? FACTS_WAVE_CLOSED : FACTS_WAVE_OPEN;
    require(facts_add_wave(facts, wave_names[wave], state, &err), &err);
    for (size_t s = 0; s < SCRIPT_SECTORS; s++)
        for (int code = 0; code < FACTS_DISPOSITIONS; code++)
            if (code != FACTS_UNKNOWN)
                require(facts_count_disposition(facts, wave_names[wave], script_sectors[s],
                                                (enum facts_disposition)code,
                                                player->codes[wave][s][code], &err),
                        &err);
}

static void add_joints(const struct part *part, struct facts *facts)
{
    struct error err;
    for (size_t i = 0; i < part->gain_count; i++) {
        const struct facts_item *scale = &part->items[part->gains[i].after].scale;
        struct facts_joint joint = {.name = part->gains[i].name,
                                    .kind = FACTS_GAIN,
                                    .wave = "post",
                                    .parts = {{.min = scale->min, .max = scale->max}}};
        require(facts_add_joint(facts, &joint, &err), &err);
    }
    const struct facts_item *scale = &part->items[0].scale;
    struct facts_joint index = {.name = part->gain_index,
                                .kind = FACTS_GAIN_INDEX,
                                .wave = "post",
                                .parts = {{.min = scale->min,
                                           .max = scale->max,
                                           .items = (int)part->gain_count,
                                           .minimum_answered = 1}}};
    if (part->gain_index[0] != '\0')
        require(facts_add_joint(facts, &index, &err), &err);
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
    for (size_t wave = 0; wave < player->script->waves; wave++)
        add_wave(player, (enum wave)wave, facts);
    for (size_t i = 0; i < player->part_count; i++)
        add_joints(&player->script->parts[player->first_part + i], facts);
    require(facts_seal(facts, &err), &err);
    return facts;
}

struct publication {
    struct release_series series[SERIES_MAX];
    struct release_group groups[SERIES_MAX][SCRIPT_SECTORS];
    struct release_atom atoms[SERIES_MAX][ATOMS_MAX];
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
                groups[group].eligible += facts_eligible(facts, holding->family.wave, s + 1);
    }
    series->groups = groups;
    series->group_count = admission->groups;
    series->state = admission->groups > 0 ? RELEASE_READY : RELEASE_FEW;
}

static void add_atoms(const struct holding *holding, struct release_series *series,
                      struct release_atom *atoms)
{
    for (size_t i = 0; i < holding->atom_count; i++)
        atoms[i] = (struct release_atom){holding->atoms[i].group, (int64_t)holding->atoms[i].step,
                                         holding->atoms[i].counts};
    series->atoms = atoms;
    series->atom_count = holding->atom_count;
}

static enum wave wave_of(const struct release_series *series)
{
    return strcmp(series->wave, wave_names[WAVE_PRE]) == 0 ? WAVE_PRE : WAVE_POST;
}

/* Whether the waves of the series are closed. */
static bool is_told(const struct player *player, size_t part, const struct part_series *planned,
                    size_t series)
{
    if (!player->is_closed[wave_of(&planned->series[series])])
        return false;
    size_t family = planned->family[series];
    return family == SIZE_MAX || player->is_closed[WAVE_PRE] ||
           !family_needs(&player->script->parts[part], &player->families[part].list[family],
                         WAVE_PRE);
}

static void add_part(const struct player *player, size_t part, const struct facts *facts,
                     struct publication *publication)
{
    const struct part_series *planned = &player->series[part];
    for (size_t i = 0; i < planned->count; i++) {
        struct release_series *series = &publication->series[publication->count];
        *series = planned->series[i];
        series->eligible = facts_eligible(facts, wave_of(series), 0);
        if (!is_told(player, part, planned, i))
            series->state = RELEASE_OPEN;
        else if (planned->family[i] != SIZE_MAX) {
            const struct holding *holding = holding_of(player, part, planned->family[i]);
            add_groups(holding, facts, planned->item[i], series,
                       publication->groups[publication->count]);
            add_atoms(holding, series, publication->atoms[publication->count]);
        }
        publication->count++;
    }
}

static struct release_frame frame_groups(const struct holding *holding, size_t *group_of)
{
    const struct admission *whole = &holding->admission;
    for (size_t i = 0; i < FACTS_SLICES_MAX; i++)
        group_of[i] =
            whole->groups > 0 && i < SCRIPT_SECTORS ? whole->group_of[i] : DISCLOSURE_NO_GROUP;
    return (struct release_frame){wave_names[holding->family.wave], group_of, whole->groups};
}

struct gain_indices {
    struct release_gain_index list[SCRIPT_PARTS];
    const char *gains[SCRIPT_PARTS][PART_GAINS];
    size_t count;
};

static void add_gain_index(const struct part *part, struct gain_indices *indices)
{
    if (part->gain_index[0] == '\0')
        return;
    const char **gains = indices->gains[indices->count];
    for (size_t i = 0; i < part->gain_count; i++)
        gains[i] = part->gains[i].name;
    indices->list[indices->count++] =
        (struct release_gain_index){part->gain_index, gains, part->gain_count};
}

static struct metric_rows *compute(const struct player *player)
{
    struct publication publication = {.count = 0};
    struct error err;
    struct facts *facts = frame_of(player);
    struct metric_rows *rows = metric_rows_create();
    struct gain_indices indices = {.count = 0};
    for (size_t i = 0; i < player->part_count; i++) {
        add_part(player, player->first_part + i, facts, &publication);
        add_gain_index(&player->script->parts[player->first_part + i], &indices);
    }
    size_t group_of[WAVES][FACTS_SLICES_MAX];
    struct release_frame frames[WAVES];
    size_t count = 0;
    for (size_t i = 0; i < player->holding_count; i++)
        if (player->holdings[i].family.type == FAMILY_FRAME &&
            player->is_closed[player->holdings[i].family.wave]) {
            frames[count] = frame_groups(&player->holdings[i], group_of[count]);
            count++;
        }
    struct release_input input = {.rules = &player->rules,
                                  .facts = facts,
                                  .frames = frames,
                                  .frame_count = count,
                                  .series = publication.series,
                                  .series_count = publication.count,
                                  .gain_indices = indices.list,
                                  .gain_index_count = indices.count};
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

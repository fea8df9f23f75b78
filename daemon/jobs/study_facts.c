#include <debriefd/study_facts.h>

#include "json_read.h"
#include "study_joints.h"
#include <debriefd/instrument.h>
#include <debriefd/session.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static const char *const index_types[] = {"index", "nki", NULL};

const json_t *study_wave_measure(const struct study_wave *wave, const char *id,
                                 const char *const *types)
{
    const json_t *measure = json_find(json_object_get(wave->compiled, "measures"), "id", id);
    return measure != NULL && text_is_one_of(json_text(measure, "type"), types) ? measure : NULL;
}

const json_t *study_wave_composite(const struct study_wave *wave, const char *id)
{
    return json_find(json_object_get(wave->compiled, "composites"), "id", id);
}

bool study_wave_item(const struct study_wave *wave, const char *name, struct facts_item *item)
{
    static const struct {
        const char *type;
        enum facts_kind kind;
    } kinds[] = {{"rating", FACTS_RATING},
                 {"nps", FACTS_NPS},
                 {"binary", FACTS_BINARY},
                 {"count", FACTS_COUNTED}};
    const json_t *slot = json_find(json_object_get(wave->compiled, "slots"), "item", name);
    for (size_t i = 0; slot != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(json_text(slot, "type"), kinds[i].type) != 0)
            continue;
        *item = (struct facts_item){
            .name = json_text(slot, "item"),
            .kind = kinds[i].kind,
            .min = json_int(slot, "min"),
            .max = json_int(slot, "max"),
            .reverse = json_flag(slot, "reverse"),
        };
        return true;
    }
    return false;
}

static bool read_sector(void *context, const struct rows *rows, int row, struct error *err)
{
    struct study_facts *loaded = context;
    struct facts_slice slice = {
        .name = rows_text(rows, row, 0),
        .members = rows_int64(rows, row, 1),
        .staff = rows_int64(rows, row, 2),
        .target = rows_real(rows, row, 3),
    };
    if (rows_bool(rows, row, 4))
        facts_set_anonymous(loaded->facts);
    return facts_add_slice(loaded->facts, &slice, err);
}

static bool add_measured_item(const struct study_facts *loaded, const struct study_wave *wave,
                              const json_t *measure, struct error *err)
{
    const json_t *first = json_array_get(json_object_get(measure, "items"), 0);
    struct facts_item item;
    if (!study_wave_item(wave, json_text(first, "item"), &item))
        return error_set(err, ERR_INTERNAL, "the measure %s has no scored item",
                         json_text(measure, "id"));
    return facts_add_item(loaded->facts, wave->kind, &item, err);
}

/* The fold has every composite, whatever is computed of it: they are numbered. */
static void fold_composite(struct fold *fold, const json_t *composite)
{
    struct fold_member members[INSTRUMENT_SLOTS];
    const json_t *items = json_object_get(composite, "items");
    size_t count = json_array_size(items);
    for (size_t i = 0; i < count && i < INSTRUMENT_SLOTS; i++) {
        const json_t *item = json_array_get(items, i);
        members[i] = (struct fold_member){
            .slot = json_int(item, "slot"),
            .min = json_int(item, "min"),
            .max = json_int(item, "max"),
            .is_reversed = json_flag(item, "reverse"),
        };
    }
    bool is_scale = strcmp(json_text(composite, "type"), "reliability") == 0;
    fold_add_composite(fold, is_scale ? FOLD_SCALE : FOLD_INDEX, members, count);
}

/* The panel is who answered before, after and later: there is none until all three are there. */
static void plan(const struct study_facts *loaded)
{
    static const char *const panel[] = {"pre", "post", "fu", NULL};
    size_t found = 0;
    for (size_t i = 0; i < loaded->wave_count; i++)
        found += text_is_one_of(loaded->waves[i].kind, panel);
    for (size_t i = 0; i < loaded->wave_count; i++) {
        const struct study_wave *wave = &loaded->waves[i];
        const json_t *composites = json_object_get(wave->compiled, "composites");
        fold_add_wave(loaded->fold, found == 3 && text_is_one_of(wave->kind, panel));
        for (size_t j = 0; j < json_array_size(composites); j++)
            fold_composite(loaded->fold, json_array_get(composites, j));
    }
}

static bool add_composite(const struct study_facts *loaded, const struct study_wave *wave,
                          const json_t *measure, struct error *err)
{
    const json_t *composite = study_wave_composite(wave, json_text(measure, "id"));
    const json_t *items = json_object_get(composite, "items");
    struct facts_composite added = {
        .name = json_text(measure, "id"),
        .min = json_int(json_array_get(items, 0), "min"),
        .max = json_int(json_array_get(items, 0), "max"),
        .items = (int)json_array_size(items),
        .minimum_answered = json_int(composite, "minimum"),
    };
    return facts_add_composite(loaded->facts, wave->kind, &added, err);
}

static bool add_measures(const struct study_facts *loaded, const struct study_wave *wave,
                         struct error *err)
{
    static const char *const item_types[] = {"rating", "nps", "binary", "count", NULL};
    const json_t *measures = json_object_get(wave->compiled, "measures");
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *measure = json_array_get(measures, i);
        const char *type = json_text(measure, "type");
        if (text_is_one_of(type, item_types) && !add_measured_item(loaded, wave, measure, err))
            return false;
        if (text_is_one_of(type, index_types) && !add_composite(loaded, wave, measure, err))
            return false;
    }
    return true;
}

static bool read_wave(void *context, const struct rows *rows, int row, struct error *err)
{
    struct study_facts *loaded = context;
    if (loaded->wave_count == STUDY_WAVES_MAX)
        return error_set(err, ERR_TOO_LARGE, "a study has at most %d waves", STUDY_WAVES_MAX);
    struct study_wave *wave = &loaded->waves[loaded->wave_count++];
    wave->id = rows_uuid(rows, row, 1);
    wave->kind = xstrdup(rows_text(rows, row, 0));
    wave->is_closed = rows_bool(rows, row, 2);
    wave->compiled = json_loadb(rows_text(rows, row, 3), rows_length(rows, row, 3), 0, NULL);
    enum facts_wave_state state = wave->is_closed ? FACTS_WAVE_CLOSED : FACTS_WAVE_OPEN;
    return facts_add_wave(loaded->facts, wave->kind, state, err) && add_measures(loaded, wave, err);
}

bool study_facts_load(struct session *session, const struct params *params,
                      struct study_facts *loaded, struct error *err)
{
    *loaded = (struct study_facts){.facts = facts_create(), .fold = fold_create()};
    bool is_good = session_each(session, "fact_frame", params, read_sector, loaded, err) &&
                   facts_slices_done(loaded->facts, err) &&
                   session_each(session, "fact_waves", params, read_wave, loaded, err);
    if (!is_good)
        return false;
    plan(loaded);
    return study_joints_plan(loaded, err);
}

/* The sums of one scale, filled while its rows pass: they follow one another. */
struct scale {
    int64_t sums[FACTS_SCALE_ITEMS_MAX];
    int64_t products[FACTS_SCALE_ITEMS_MAX * FACTS_SCALE_ITEMS_MAX];
    int64_t n;
};

static void sum_scale(struct scale *scale, int items, const struct fold_row *row)
{
    int i = row->key[0], j = row->key[1];
    if (i == 0)
        scale->n = row->n;
    else if (j == 0)
        scale->sums[i - 1] = row->n;
    else
        scale->products[(i - 1) * items + j - 1] = scale->products[(j - 1) * items + i - 1] =
            row->n;
}

static bool is_of(const struct fold_row *row, enum fold_table table, size_t wave, size_t part)
{
    return row->table == table && row->wave == wave && row->part == part;
}

/* Also of a scale that nobody completed. */
static bool add_scale(struct study_facts *loaded, size_t wave, size_t part,
                      const struct fold_row *rows, size_t count, struct error *err)
{
    const json_t *composites = json_object_get(loaded->waves[wave].compiled, "composites");
    const json_t *composite = json_array_get(composites, part);
    int items = (int)json_array_size(json_object_get(composite, "items"));
    if (strcmp(json_text(composite, "type"), "reliability") != 0)
        return true;
    struct scale scale = {0};
    for (size_t i = 0; i < count; i++)
        if (is_of(&rows[i], FOLD_MOMENTS, wave, part))
            sum_scale(&scale, items, &rows[i]);
    struct facts_moments moments = {
        .name = json_text(composite, "id"),
        .items = items,
        .n = scale.n,
        .sums = scale.sums,
        .products = scale.products,
    };
    return facts_add_moments(loaded->facts, loaded->waves[wave].kind, &moments, err);
}

static bool add_scales(struct study_facts *loaded, const struct fold_row *rows, size_t count,
                       struct error *err)
{
    bool is_good = true;
    for (size_t wave = 0; is_good && wave < loaded->wave_count; wave++) {
        const json_t *composites = json_object_get(loaded->waves[wave].compiled, "composites");
        for (size_t part = 0; is_good && part < json_array_size(composites); part++)
            is_good = add_scale(loaded, wave, part, rows, count, err);
    }
    return is_good;
}

/* The kinds of missing, and items that no measure reads, are no facts of a family. */
static bool count_answer(struct study_facts *loaded, const struct fold_row *row, const char *sector,
                         struct error *err)
{
    static const char *const types[] = {"rating", "nps", "binary", "count", NULL};
    const struct study_wave *wave = &loaded->waves[row->wave];
    const json_t *slot = json_array_get(json_object_get(wave->compiled, "slots"), row->part - 1);
    const char *item = json_text(slot, "item");
    if ((size_t)json_int(slot, "slot") != row->part)
        return error_set(err, ERR_INTERNAL, "the instrument of wave %s has no slot %zu", wave->kind,
                         row->part);
    if (row->key[0] < 0 || study_wave_measure(wave, item, types) == NULL)
        return true;
    return facts_count(loaded->facts, wave->kind, item, sector, row->key[0], row->n, err);
}

static bool count_index(struct study_facts *loaded, const struct fold_row *row, const char *sector,
                        struct error *err)
{
    const struct study_wave *wave = &loaded->waves[row->wave];
    const json_t *composite =
        json_array_get(json_object_get(wave->compiled, "composites"), row->part);
    if (!text_is_one_of(json_text(composite, "type"), index_types))
        return true;
    struct facts_pair pair = {.answered = row->key[0], .sum = row->key[1], .count = row->n};
    return facts_count_composite(loaded->facts, wave->kind, json_text(composite, "id"), sector,
                                 &pair, err);
}

static bool count_row(struct study_facts *loaded, const struct fold_row *row, struct error *err)
{
    size_t slice = facts_is_anonymous(loaded->facts) ? 0 : row->sector + 1;
    const char *sector = facts_slice_name(loaded->facts, slice);
    const char *wave = loaded->waves[row->wave].kind;
    switch (row->table) {
    case FOLD_COUNTS:
        return count_answer(loaded, row, sector, err);
    case FOLD_COMPOSITES:
        return count_index(loaded, row, sector, err);
    case FOLD_RESPONSES:
        return facts_count_disposition(loaded->facts, wave, sector,
                                       (enum facts_disposition)row->part, row->n, err);
    case FOLD_PANEL:
        return facts_count_panel(loaded->facts, sector, row->n, err);
    case FOLD_JOINTS:
        return facts_count_joint(loaded->facts, facts_joint(loaded->facts, row->part)->name, sector,
                                 row->key, row->n, err);
    case FOLD_MOMENTS:
    case FOLD_TABLES:
        break;
    }
    return true;
}

bool study_facts_count(struct study_facts *loaded, struct error *err)
{
    size_t count;
    struct fold_row *rows = fold_rows(loaded->fold, &count);
    bool is_good = add_scales(loaded, rows, count, err);
    for (size_t i = 0; is_good && i < count; i++)
        is_good = count_row(loaded, &rows[i], err);
    free(rows);
    return is_good && facts_seal(loaded->facts, err);
}

bool study_facts_find_wave(const struct study_facts *loaded, const struct uuid *id, size_t *wave)
{
    for (*wave = 0; *wave < loaded->wave_count; (*wave)++)
        if (uuid_equal(&loaded->waves[*wave].id, id))
            return true;
    return false;
}

void study_facts_finish(struct study_facts *loaded)
{
    facts_destroy(loaded->facts);
    fold_destroy(loaded->fold);
    for (size_t i = 0; i < loaded->wave_count; i++) {
        free(loaded->waves[i].kind);
        json_decref(loaded->waves[i].compiled);
    }
}

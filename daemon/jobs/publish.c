/* A release from what the atoms hold: every measured item and index of every wave becomes a series,
 * with its frozen groups and their coded histograms (see release.h). */
#include "json_read.h"
#include "publish_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static bool is_at(const struct rows *rows, int row, int column, const char *text)
{
    return strcmp(rows_text(rows, row, column), text) == 0;
}

int publish_find_family(const struct building *building, const char *wave, const char *family)
{
    for (int row = 0; row < rows_count(building->families); row++)
        if (is_at(building->families, row, 0, wave) && is_at(building->families, row, 2, family))
            return row;
    return -1;
}

/* The row of the family of type "items" that shows the item, or -1. */
static int find_showing(const struct building *building, const char *wave, const char *item)
{
    for (int row = 0; row < rows_count(building->families); row++) {
        if (!is_at(building->families, row, 0, wave) || !is_at(building->families, row, 3, "items"))
            continue;
        json_t *items = json_loads(rows_text(building->families, row, 4), 0, NULL);
        bool shows = false;
        for (size_t i = 0; i < json_array_size(items); i++) {
            const char *name = json_string_value(json_array_get(items, i));
            shows = shows || (name != NULL && strcmp(name, item) == 0);
        }
        json_decref(items);
        if (shows)
            return row;
    }
    return -1;
}

static size_t wave_index(const struct building *building, const char *wave)
{
    size_t index;
    if (!facts_find_wave(building->run->loaded.facts, wave, &index))
        abort(); /* the statements read one snapshot */
    return index;
}

/* Sets which group each sector of a stored group is in, and returns the group's N in the wave. */
static int64_t read_members(const struct building *building, int row, size_t wave, size_t group,
                            size_t *group_of)
{
    const struct facts *facts = building->run->loaded.facts;
    json_t *members = json_loads(rows_text(building->groups, row, 3), 0, NULL);
    int64_t eligible = 0;
    for (size_t slice = 1; slice <= facts_slices(facts); slice++)
        for (size_t i = 0; i < json_array_size(members); i++) {
            const char *name = json_string_value(json_array_get(members, i));
            if (strcmp(name, facts_slice_name(facts, slice)) != 0)
                continue;
            eligible += facts_eligible(facts, wave, slice);
            if (group_of != NULL)
                group_of[slice - 1] = group;
        }
    json_decref(members);
    return eligible;
}

static int64_t *sum_atoms(const struct building *building, const char *wave, const char *family,
                          const char *group, const char *item, int minimum, size_t categories)
{
    int64_t *counts = xcalloc_array(categories, sizeof *counts);
    const struct rows *atoms = building->atoms;
    for (int row = 0; row < rows_count(atoms); row++)
        if (is_at(atoms, row, 3, item) && is_at(atoms, row, 1, family) &&
            is_at(atoms, row, 0, wave) && is_at(atoms, row, 2, group))
            counts[rows_int64(atoms, row, 4) - minimum] += rows_int64(atoms, row, 5);
    return counts;
}

void publish_add_groups(const struct building *building, struct series *made, const char *family,
                        const char *item, int minimum, size_t categories)
{
    const char *wave = made->series.wave;
    size_t index = wave_index(building, wave);
    size_t count = 0;
    for (int row = 0; row < rows_count(building->groups); row++) {
        if (!is_at(building->groups, row, 0, wave) || !is_at(building->groups, row, 1, family))
            continue;
        const char *name = rows_text(building->groups, row, 2);
        made->names[count] = xstrdup(name);
        made->groups[count] = (struct release_group){
            .name = made->names[count],
            .eligible = read_members(building, row, index, count, NULL),
            .counts = sum_atoms(building, wave, family, name, item, minimum, categories),
        };
        count++;
    }
    made->series.groups = made->groups;
    made->series.group_count = count;
    made->series.state = count > 0 ? RELEASE_READY : RELEASE_FEW;
}

/* The atoms of a counted item, in the order of their rows, which stand together. */
static void add_atoms(const struct building *building, struct series *made, size_t categories)
{
    const struct rows *atoms = building->atoms;
    int64_t *counts = NULL, last = 0;
    size_t last_group = 0;
    for (int row = 0; row < rows_count(atoms); row++) {
        size_t group = 0;
        while (group < made->series.group_count &&
               !is_at(atoms, row, 2, made->series.groups[group].name))
            group++;
        if (!is_at(atoms, row, 3, made->item.name) || !is_at(atoms, row, 1, made->item.name) ||
            !is_at(atoms, row, 0, made->series.wave) || group == made->series.group_count)
            continue;
        int64_t entered = rows_int64(atoms, row, 6);
        if (counts == NULL || entered != last || group != last_group) {
            size_t count = made->series.atom_count++;
            made->atoms = xrealloc_array(made->atoms, count + 1, sizeof *made->atoms);
            counts = xcalloc_array(categories, sizeof *counts);
            made->atoms[count] = (struct release_atom){group, entered, counts};
        }
        counts[rows_int64(atoms, row, 4) - made->item.min] += rows_int64(atoms, row, 5);
        last = entered;
        last_group = group;
    }
    made->series.atoms = made->atoms;
}

struct series *publish_add(struct building *building, const struct study_wave *wave)
{
    struct series *made = xcalloc(sizeof *made);
    made->series.wave = wave->kind;
    made->series.state = RELEASE_OPEN;
    made->series.eligible =
        facts_eligible(building->run->loaded.facts, wave_index(building, wave->kind), 0);
    building->series[building->count++] = made;
    return made;
}

static bool add_item(struct building *building, const struct study_wave *wave, const char *name,
                     struct error *err)
{
    struct series *made = publish_add(building, wave);
    if (!study_wave_item(wave, name, &made->item))
        return error_set(err, ERR_INTERNAL, "the measure %s has no scored item", name);
    made->series.item = &made->item;
    size_t categories = (size_t)(made->item.max - made->item.min) + 1;
    int showing = find_showing(building, wave->kind, name);
    if (showing >= 0)
        made->series.linked = rows_text(building->families, showing, 2);
    if (wave->is_closed && showing < 0 && publish_find_family(building, wave->kind, name) < 0)
        made->series.state = RELEASE_LINKED;
    else if (wave->is_closed)
        publish_add_groups(building, made, showing >= 0 ? made->series.linked : name, name,
                           made->item.min, categories);
    if (made->item.kind == FACTS_COUNTED)
        add_atoms(building, made, categories);
    return true;
}

/* Whether the family shows every item it names, and no earlier family does. */
static bool shows_all(const struct building *building, const char *wave, int family)
{
    json_t *items = json_loads(rows_text(building->families, family, 4), 0, NULL);
    bool shows = true;
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *name = json_string_value(json_array_get(items, i));
        shows = shows && (name == NULL || find_showing(building, wave, name) == family);
    }
    json_decref(items);
    return shows;
}

static void add_index(struct building *building, const struct study_wave *wave, const char *name)
{
    struct series *made = publish_add(building, wave);
    made->series.index = name;
    int family = publish_find_family(building, wave->kind, name);
    if (!wave->is_closed)
        return;
    if (family < 0)
        made->series.state = RELEASE_LINKED;
    else if (is_at(building->families, family, 3, "items"))
        made->series.state =
            shows_all(building, wave->kind, family) ? RELEASE_MEAN_OF_ITEMS : RELEASE_LINKED;
    else
        publish_add_groups(building, made, name, name, 0, DISCLOSURE_INDEX_MAX + 1);
}

static void add_frame(struct building *building, const struct study_wave *wave)
{
    size_t *group_of = building->frame_groups[building->frame_count];
    size_t index = wave_index(building, wave->kind);
    size_t groups = 0;
    for (size_t i = 0; i < FACTS_SLICES_MAX; i++)
        group_of[i] = DISCLOSURE_NO_GROUP;
    for (int row = 0; row < rows_count(building->groups); row++)
        if (is_at(building->groups, row, 0, wave->kind) && is_at(building->groups, row, 1, "*"))
            read_members(building, row, index, groups++, group_of);
    building->frames[building->frame_count++] =
        (struct release_frame){.wave = wave->kind, .group_of = group_of, .group_count = groups};
}

/* Every measure of one item, and every index. */
static bool add_wave(struct building *building, const struct study_wave *wave, struct error *err)
{
    static const char *const items[] = {"rating", "nps", "binary", "count", NULL};
    static const char *const indices[] = {"index", "nki", NULL};
    const json_t *measures = json_object_get(wave->compiled, "measures");
    for (size_t i = 0; i < json_array_size(measures) && building->count < SERIES_MAX; i++) {
        const json_t *measure = json_array_get(measures, i);
        const char *type = json_text(measure, "type");
        const json_t *first = json_array_get(json_object_get(measure, "items"), 0);
        if (text_is_one_of(type, items) && !add_item(building, wave, json_text(first, "item"), err))
            return false;
        if (text_is_one_of(type, indices))
            add_index(building, wave, json_text(measure, "id"));
    }
    if (wave->is_closed)
        add_frame(building, wave);
    return true;
}

static bool compute(struct building *building, struct metric_rows *rows, struct error *err)
{
    const struct study_facts *loaded = &building->run->loaded;
    for (size_t i = 0; i < loaded->wave_count; i++)
        if (!add_wave(building, &loaded->waves[i], err))
            return false;
    publish_gains(building);
    struct release_series *series = xcalloc_array(building->count, sizeof *series);
    for (size_t i = 0; i < building->count; i++)
        series[i] = building->series[i]->series;
    struct release_input input = {
        .rules = &building->run->rules,
        .facts = loaded->facts,
        .frames = building->frames,
        .frame_count = building->frame_count,
        .series = series,
        .series_count = building->count,
        .gain_indices = building->gain_indices,
        .gain_index_count = building->gain_index_count,
        .network = building->networks.computed,
        .said = building->networks.said,
        .interviews = building->interviews.is_closed ? &building->interviews.told : NULL,
    };
    bool computed = release_compute(&input, rows, err);
    free(series);
    return computed;
}

static bool insert(const struct study_run *run, struct params *rows, int64_t number,
                   struct error *err)
{
    params_int(rows, number);
    return session_execute(run->session, "release_insert", rows, NULL, err);
}

bool release_store(const struct study_run *run, const struct metric_rows *rows, int64_t *number,
                   struct error *err)
{
    struct params params, row_params;
    params_init(&params);
    params_init(&row_params);
    study_params(run, &row_params);
    struct secret_hash hash = metric_rows_params(rows, &row_params);
    study_params(run, &params);
    params_int(&params, run->epoch);
    params_binary(&params, hash.bytes, sizeof hash.bytes);
    struct rows *published;
    bool is_good = session_execute(run->session, "release_publish", &params, &published, err);
    if (is_good) {
        *number = rows_int64(published, 0, 0);
        rows_destroy(published);
    }
    is_good = is_good && (*number == 0 || insert(run, &row_params, *number, err));
    params_finish(&params);
    params_finish(&row_params);
    return is_good;
}

static void destroy_series(struct series *made)
{
    for (size_t i = 0; i < made->series.group_count; i++) {
        free(made->names[i]);
        free((void *)(uintptr_t)made->groups[i].counts);
    }
    for (size_t i = 0; i < made->series.atom_count; i++)
        free((void *)(uintptr_t)made->atoms[i].counts);
    free(made->atoms);
    free(made);
}

static bool build(struct building *building, int64_t *number, struct error *err)
{
    struct metric_rows *rows = metric_rows_create();
    building->series = xcalloc_array(SERIES_MAX, sizeof(struct series *));
    bool is_good = compute(building, rows, err) && release_store(building->run, rows, number, err);
    for (size_t i = 0; i < building->count; i++)
        destroy_series(building->series[i]);
    for (size_t i = 0; i < building->gain_index_count; i++)
        free((void *)(uintptr_t)building->gain_indices[i].gains);
    free(building->series);
    metric_rows_destroy(rows);
    return is_good;
}

bool publish_release(struct study_run *run, int64_t *number, struct error *err)
{
    *number = 0;
    struct building building = {.run = run};
    bool is_good =
        session_execute(run->session, "fact_disclosure", &run->params, &building.families, err) &&
        session_execute(run->session, "fact_groups", &run->params, &building.groups, err) &&
        session_execute(run->session, "fact_atoms", &run->params, &building.atoms, err) &&
        publish_networks_read(run, &building.networks, err) &&
        publish_interviews_read(run, &run->study, &building.interviews, err) &&
        build(&building, number, err);
    publish_interviews_finish(&building.interviews);
    publish_networks_finish(&building.networks);
    rows_destroy(building.families);
    rows_destroy(building.groups);
    rows_destroy(building.atoms);
    return is_good;
}

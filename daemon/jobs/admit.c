/* Which answers enter the next atom: groups from counts at the first time and frozen then, later
 * contributions in batches, every atom coded before it is stored (see disclosure.h). */
#include "admit_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static void family_params(const struct study_run *run, const struct waiting_family *family,
                          struct params *params)
{
    study_params(run, params);
    params_uuid(params, &family->wave_id);
    params_text(params, family->name);
}

static void add_json(struct params *params, json_t *owned_document)
{
    char *text = json_dumps(owned_document, JSON_COMPACT);
    params_text(params, text);
    free(text);
    json_decref(owned_document);
}

/* The sector that stands for everybody when nobody's is known: any one with members, because those
 * without answers join its group. */
static size_t everybody(const struct facts *facts)
{
    size_t i = 0;
    while (i + 1 < facts_slices(facts) && facts_members(facts, i + 1) == 0)
        i++;
    return i;
}

/* Contributors of the family by sector: the rows with an empty item. */
static void count_sectors(const struct study_run *run, const struct waiting_family *family,
                          struct disclosure_sector *sectors, size_t count)
{
    const struct facts *facts = run->loaded.facts;
    for (size_t i = 0; i < count; i++)
        sectors[i] = (struct disclosure_sector){.name = facts_slice_name(facts, i + 1),
                                                .members = facts_members(facts, i + 1)};
    for (int row = family->first; row < family->end; row++) {
        if (waiting_text(family, row, ITEM)[0] != '\0')
            continue;
        const char *sector = waiting_text(family, row, SECTOR);
        for (size_t i = 0; i < count; i++)
            if (sector[0] == '\0' ? i == everybody(facts) : strcmp(sectors[i].name, sector) == 0)
                sectors[i].answers = rows_int64(family->rows, row, COUNT);
    }
}

/* Frozen groups as they are stored: {name, its sectors}; none when there are none yet. */
static void read_frozen(const struct study_run *run, const struct waiting_family *family,
                        const struct rows *frozen, struct waiting_groups *groups)
{
    const struct facts *facts = run->loaded.facts;
    struct admission *admission = &groups->admission;
    *admission = (struct admission){0};
    for (size_t i = 0; i < facts_slices(facts); i++)
        admission->group_of[i] = DISCLOSURE_NO_GROUP;
    for (int row = 0; row < rows_count(frozen); row++) {
        if (strcmp(rows_text(frozen, row, 0), family->wave) != 0 ||
            strcmp(rows_text(frozen, row, 1), family->name) != 0)
            continue;
        snprintf(groups->names[admission->groups], FACTS_NAME_MAX, "%s", rows_text(frozen, row, 2));
        json_t *members = json_loads(rows_text(frozen, row, 3), 0, NULL);
        for (size_t i = 0; i < facts_slices(facts); i++)
            for (size_t j = 0; j < json_array_size(members); j++)
                if (strcmp(facts_slice_name(facts, i + 1),
                           json_string_value(json_array_get(members, j))) == 0)
                    admission->group_of[i] = admission->groups;
        json_decref(members);
        admission->groups++;
    }
}

static bool freeze(const struct study_run *run, const struct waiting_family *family,
                   const struct disclosure_sector *sectors, struct waiting_groups *groups,
                   struct error *err)
{
    size_t sector_count = facts_slices(run->loaded.facts);
    json_t *list = json_array();
    for (size_t group = 0; group < groups->admission.groups; group++) {
        if (!disclosure_group_name(sectors, groups->admission.group_of, sector_count, group,
                                   groups->names[group], FACTS_NAME_MAX))
            return error_set(err, ERR_TOO_LARGE, "a group's name is too long");
        json_t *members = json_array();
        json_t *answers = json_array();
        for (size_t i = 0; i < sector_count; i++)
            if (groups->admission.group_of[i] == group) {
                json_array_append_new(members, json_string(sectors[i].name));
                if (!facts_is_anonymous(run->loaded.facts))
                    json_array_append_new(answers, json_integer(sectors[i].answers));
            }
        json_array_append_new(list, json_pack("{s:s,s:o,s:o}", "id", groups->names[group],
                                              "sectors", members, "answers", answers));
    }
    struct params params;
    params_init(&params);
    family_params(run, family, &params);
    add_json(&params, list);
    bool stored = session_execute(run->session, "groups_freeze", &params, NULL, err);
    params_finish(&params);
    return stored;
}

/* The group's contributions as an array's text, from the arrays of its sectors. */
static void append_contributions(const struct study_run *run, const struct waiting_family *family,
                                 const struct waiting_groups *groups, size_t group,
                                 struct buf *array)
{
    const char *separator = "{";
    for (int row = family->first; row < family->end; row++) {
        if (waiting_text(family, row, ITEM)[0] != '\0' ||
            !waiting_in_group(run, groups, group, waiting_text(family, row, SECTOR)))
            continue;
        buf_append_text(array, separator);
        buf_append(array, waiting_text(family, row, EVALUATIONS) + 1,
                   rows_length(family->rows, row, EVALUATIONS) - 2);
        separator = ",";
    }
    buf_append_char(array, '}');
}

static bool enter_group(const struct study_run *run, const struct waiting_family *family,
                        const struct waiting_groups *groups, size_t group, struct error *err)
{
    struct coded_atom atom = {json_array(), json_object()};
    bool is_good = atom_code(run, family, groups, group, &atom, err);
    struct buf contributions;
    buf_init(&contributions);
    append_contributions(run, family, groups, group, &contributions);
    struct params params;
    params_init(&params);
    family_params(run, family, &params);
    params_text(&params, groups->names[group]);
    params_text(&params, buf_text(&contributions));
    add_json(&params, atom.cells);
    add_json(&params, atom.moved);
    is_good = is_good && session_execute(run->session, "atom_enter", &params, NULL, err);
    params_finish(&params);
    buf_finish(&contributions);
    return is_good;
}

/* Who of these sectors waits on: [{wave, family, sector, n}]. Who is in none is of "all". */
static void note_waiting(const struct study_run *run, const struct waiting_family *family,
                         const struct disclosure_sector *sectors, size_t count, json_t *waiting)
{
    bool is_anonymous = facts_is_anonymous(run->loaded.facts);
    for (size_t i = 0; i < count; i++)
        if (sectors[i].answers > 0)
            json_array_append_new(waiting, json_pack("{s:s,s:s,s:s,s:I}", "wave",
                                                     uuid_format(&family->wave_id).text, "family",
                                                     family->name, "sector",
                                                     is_anonymous ? "all" : sectors[i].name, "n",
                                                     (json_int_t)sectors[i].answers));
}

static bool admit_family(const struct study_run *run, const struct waiting_family *family,
                         const struct rows *frozen, json_t *waiting, struct error *err)
{
    size_t sector_count = facts_slices(run->loaded.facts);
    struct disclosure_sector sectors[FACTS_SLICES_MAX] = {0}, left[FACTS_SLICES_MAX];
    struct waiting_groups groups;
    count_sectors(run, family, sectors, sector_count);
    read_frozen(run, family, frozen, &groups);
    memcpy(left, sectors, sizeof left);
    admission_decide(&run->rules, left, sector_count, &groups.admission);
    if (groups.admission.is_new && !freeze(run, family, sectors, &groups, err))
        return false;
    for (size_t group = 0; group < groups.admission.groups; group++)
        if (groups.admission.enters[group] && !enter_group(run, family, &groups, group, err))
            return false;
    note_waiting(run, family, left, sector_count, waiting);
    return true;
}

static bool same_family(const struct rows *rows, int a, int b)
{
    return strcmp(rows_text(rows, a, WAVE_ID), rows_text(rows, b, WAVE_ID)) == 0 &&
           strcmp(rows_text(rows, a, FAMILY), rows_text(rows, b, FAMILY)) == 0;
}

static bool admit_all(const struct study_run *run, const struct rows *rows,
                      const struct rows *frozen, json_t *waiting, struct error *err)
{
    for (int first = 0, end; first < rows_count(rows); first = end) {
        for (end = first + 1; end < rows_count(rows) && same_family(rows, first, end); end++)
            ;
        struct waiting_family family = {
            .rows = rows,
            .first = first,
            .end = end,
            .wave = rows_text(rows, first, WAVE),
            .wave_id = rows_uuid(rows, first, WAVE_ID),
            .name = rows_text(rows, first, FAMILY),
            .type = rows_text(rows, first, TYPE),
        };
        if (atom_has_scale(run, &family) && !admit_family(run, &family, frozen, waiting, err))
            return false;
    }
    return true;
}

/* So that it can be explained why they wait. */
static bool store_waiting(const struct study_run *run, json_t *waiting, struct error *err)
{
    struct params params;
    params_init(&params);
    study_params(run, &params);
    add_json(&params, json_incref(waiting));
    bool stored = session_execute(run->session, "waiting_replace", &params, NULL, err);
    params_finish(&params);
    return stored;
}

bool admit_waiting(struct study_run *run, struct error *err)
{
    struct rows *waiting;
    struct rows *frozen;
    if (!session_execute(run->session, "fact_waiting", &run->params, &waiting, err))
        return false;
    bool is_good = session_execute(run->session, "fact_groups", &run->params, &frozen, err);
    if (is_good) {
        json_t *left = json_array();
        is_good = admit_all(run, waiting, frozen, left, err) && store_waiting(run, left, err);
        json_decref(left);
        rows_destroy(frozen);
    }
    rows_destroy(waiting);
    return is_good;
}

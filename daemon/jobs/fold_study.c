/* What is new, or everything, is counted by fold.h and its changes are merged into the stored
 * facts: one statement a table, however many evaluations. */
#include "jobs_private.h"

#include <assert.h>
#include <debriefd/fold.h>
#include <debriefd/instrument.h>
#include <debriefd/sql_array.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static int integer_of(const json_t *object, const char *name)
{
    return (int)json_integer_value(json_object_get(object, name));
}

static void add_composite(struct fold *fold, const json_t *composite)
{
    const json_t *items = json_object_get(composite, "items");
    size_t count = json_array_size(items);
    struct fold_member *members = xcalloc_array(count, sizeof *members);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(items, i);
        members[i] = (struct fold_member){
            .slot = integer_of(item, "slot"),
            .min = integer_of(item, "min"),
            .max = integer_of(item, "max"),
            .is_reversed = json_is_true(json_object_get(item, "reverse")),
        };
    }
    bool is_scale = strcmp(text_of(composite, "type"), "reliability") == 0;
    fold_add_composite(fold, is_scale ? FOLD_SCALE : FOLD_INDEX, members, count);
    free(members);
}

static struct fold *create_fold(const struct study_facts *loaded)
{
    struct fold *fold = fold_create();
    for (size_t i = 0; i < loaded->wave_count; i++) {
        const json_t *composites = json_object_get(loaded->waves[i].compiled, "composites");
        fold_add_wave(fold);
        for (size_t j = 0; j < json_array_size(composites); j++)
            add_composite(fold, json_array_get(composites, j));
    }
    return fold;
}

static bool find_wave(const struct study_run *run, const struct uuid *id, size_t *wave)
{
    for (*wave = 0; *wave < run->loaded.wave_count; (*wave)++)
        if (uuid_equal(&run->loaded.waves[*wave].id, id))
            return true;
    return false;
}

static bool find_sector(const struct study_run *run, const char *name, size_t *sector)
{
    for (*sector = 0; *sector < facts_slices(run->loaded.facts); (*sector)++)
        if (strcmp(facts_slice_name(run->loaded.facts, *sector + 1), name) == 0)
            return true;
    return false;
}

/* An array as PostgreSQL writes it: {1,-4,3}. */
static size_t read_scores(const char *text, int16_t *scores)
{
    size_t count = 0;
    for (const char *at = text + 1; *at != '}' && *at != '\0'; at += *at == ',') {
        char *end;
        assert(count < INSTRUMENT_SLOTS);
        scores[count++] = (int16_t)strtol(at, &end, 10);
        assert(end > at);
        at = end;
    }
    return count;
}

/* Rows of fold_every or fold_fresh. */
static bool fold_all(const struct study_run *run, const struct rows *rows, struct fold *fold,
                     struct error *err)
{
    int16_t scores[INSTRUMENT_SLOTS];
    for (int row = 0; row < rows_count(rows); row++) {
        struct uuid id = rows_uuid(rows, row, 0);
        size_t wave, sector;
        if (!find_wave(run, &id, &wave))
            abort(); /* the statements read one snapshot */
        if (!find_sector(run, rows_text(rows, row, 1), &sector))
            return error_set(err, ERR_INTERNAL, "the programme has no sector %s",
                             rows_text(rows, row, 1));
        enum fold_sign sign = rows_int64(rows, row, 2) > 0 ? FOLD_ADD : FOLD_TAKE_AWAY;
        fold_evaluation(fold, wave, sector, sign, scores,
                        read_scores(rows_text(rows, row, 3), scores));
    }
    return true;
}

/* An item, or its part as item.part; a composite's id. */
static bool append_name(const struct study_run *run, const struct fold_row *row, struct buf *name,
                        struct error *err)
{
    const json_t *compiled = run->loaded.waves[row->wave].compiled;
    if (row->table != FOLD_COUNTS) {
        const json_t *composites = json_object_get(compiled, "composites");
        buf_append_text(name, text_of(json_array_get(composites, row->part), "id"));
        return true;
    }
    const json_t *slot = json_array_get(json_object_get(compiled, "slots"), row->part - 1);
    if ((size_t)integer_of(slot, "slot") != row->part)
        return error_set(err, ERR_INTERNAL, "the instrument of wave %s has no slot %zu",
                         run->loaded.waves[row->wave].kind, row->part);
    buf_append_text(name, text_of(slot, "item"));
    if (text_of(slot, "part")[0] != '\0')
        buf_printf(name, ".%s", text_of(slot, "part"));
    return true;
}

enum column { WAVES, NAMES, SECTORS, FIRSTS, SECONDS, CHANGES, COLUMNS };

static bool append_row(const struct study_run *run, const struct fold_row *row,
                       struct buf columns[COLUMNS], struct error *err)
{
    const char *sector = facts_slice_name(run->loaded.facts, row->sector + 1);
    struct buf name;
    buf_init(&name);
    bool is_named = append_name(run, row, &name, err);
    sql_array_uuid(&columns[WAVES], &run->loaded.waves[row->wave].id);
    sql_array_bytes(&columns[NAMES], name.data, name.length);
    sql_array_bytes(&columns[SECTORS], sector, strlen(sector));
    sql_array_int64(&columns[FIRSTS], row->first);
    sql_array_int64(&columns[SECONDS], row->second);
    sql_array_int64(&columns[CHANGES], row->n);
    buf_finish(&name);
    return is_named;
}

static bool merge_rows(const struct study_run *run, const char *statement,
                       const struct fold_row *rows, size_t count, struct error *err)
{
    static const enum sql_type types[COLUMNS] = {SQL_UUID,  SQL_TEXT,  SQL_TEXT,
                                                 SQL_INT64, SQL_INT64, SQL_INT64};
    struct buf columns[COLUMNS];
    struct params params;
    params_init(&params);
    study_params(run, &params);
    for (enum column i = 0; i < COLUMNS; i++) {
        buf_init(&columns[i]);
        sql_array_start(&columns[i], types[i], count);
    }
    bool is_good = true;
    for (size_t i = 0; is_good && i < count; i++)
        is_good = append_row(run, &rows[i], columns, err);
    for (enum column i = 0; i < COLUMNS; i++) {
        params_binary(&params, columns[i].data, columns[i].length);
        buf_finish(&columns[i]);
    }
    is_good = is_good && session_execute(run->session, statement, &params, NULL, err);
    params_finish(&params);
    return is_good;
}

static bool merge_all(const struct study_run *run, const struct fold *fold, struct error *err)
{
    static const char *const statements[] = {[FOLD_COUNTS] = "fold_counts",
                                             [FOLD_COMPOSITES] = "fold_composites",
                                             [FOLD_MOMENTS] = "fold_moments"};
    bool is_good = true;
    for (enum fold_table table = FOLD_COUNTS; is_good && table <= FOLD_MOMENTS; table++) {
        size_t count;
        struct fold_row *rows = fold_rows(fold, table, &count);
        is_good = count == 0 || merge_rows(run, statements[table], rows, count, err);
        free(rows);
    }
    return is_good;
}

/* `taken` is the text of an array of evaluations. */
static bool read_evaluations(const struct study_run *run, bool is_rebuild, const char *taken,
                             struct rows **rows, struct error *err)
{
    struct params params;
    params_init(&params);
    study_params(run, &params);
    if (!is_rebuild)
        params_text(&params, taken);
    bool is_good =
        session_execute(run->session, is_rebuild ? "fold_every" : "fold_fresh", &params, rows, err);
    params_finish(&params);
    return is_good;
}

bool fold_study(struct study_run *run, const struct rows *begun, struct error *err)
{
    bool is_rebuild = rows_bool(begun, 0, FOLD_BEGIN_REBUILT);
    struct rows *rows;
    if (!read_evaluations(run, is_rebuild, rows_text(begun, 0, FOLD_BEGIN_TAKEN), &rows, err))
        return false;
    struct fold *fold = create_fold(&run->loaded);
    bool is_good = fold_all(run, rows, fold, err) && merge_all(run, fold, err);
    fold_destroy(fold);
    rows_destroy(rows);
    return is_good;
}

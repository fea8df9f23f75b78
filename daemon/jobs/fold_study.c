/* Whole persons are counted by fold.h: all of a study, or those of whom something is new, out as
 * they were and in as they are. */
#include "jobs_private.h"
#include "study_commitments.h"

#include <assert.h>
#include <debriefd/instrument.h>
#include <debriefd/sql_array.h>
#include <stdlib.h>
#include <string.h>

/* The columns of fold_every and fold_fresh. Rows of a person and sign follow one another. */
enum column { PERSON, SECTOR, WAVE, SIGN, CODE, SCORES, TEXTS };

/* One person as the rows tell; the records point into `scores`. */
struct reading {
    struct fold_record records[STUDY_WAVES_MAX];
    int16_t scores[STUDY_WAVES_MAX][INSTRUMENT_SLOTS];
    json_t *answers[STUDY_WAVES_MAX]; /* the texts of waves that have commitments */
    int given[STUDY_COMMITMENTS_MAX * STUDY_COMMITMENT_LEVELS][FOLD_KEYS];
    struct fold_person person;
};

/* Who is in no sector is folded in the first one; the facts count all of them together. */
static bool find_sector(const struct study_run *run, const char *name, size_t *sector,
                        struct error *err)
{
    *sector = 0;
    if (facts_is_anonymous(run->loaded.facts) && name[0] == '\0')
        return true;
    for (; *sector < facts_slices(run->loaded.facts); (*sector)++)
        if (strcmp(facts_slice_name(run->loaded.facts, *sector + 1), name) == 0)
            return true;
    return error_set(err, ERR_INTERNAL, "the programme has no sector %s", name);
}

static bool find_disposition(const char *code, enum facts_disposition *disposition,
                             struct error *err)
{
    static const char *const codes[FACTS_DISPOSITIONS] = {
        [FACTS_COMPLETE] = "I",     [FACTS_PARTIAL] = "P", [FACTS_REFUSAL] = "R",
        [FACTS_NONCONTACT] = "NC",  [FACTS_OTHER] = "O",   [FACTS_UNKNOWN] = "UE",
        [FACTS_NOT_ELIGIBLE] = "NE"};
    for (*disposition = 0; *disposition < FACTS_DISPOSITIONS; (*disposition)++)
        if (strcmp(codes[*disposition], code) == 0)
            return true;
    return error_set(err, ERR_INTERNAL, "the disposition %s is unknown", code);
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

static bool read_record(const struct study_run *run, const struct rows *rows, int row,
                        struct reading *reading, struct error *err)
{
    struct uuid id = rows_uuid(rows, row, WAVE);
    size_t wave;
    if (!study_facts_find_wave(&run->loaded, &id, &wave))
        abort(); /* the statements read one snapshot */
    struct fold_record *record = &reading->records[wave];
    record->is_known = true;
    if (!rows_is_null(rows, row, SCORES)) {
        record->scores = reading->scores[wave];
        record->count = read_scores(rows_text(rows, row, SCORES), reading->scores[wave]);
    }
    if (!rows_is_null(rows, row, TEXTS))
        reading->answers[wave] =
            json_loadb(rows_text(rows, row, TEXTS), rows_length(rows, row, TEXTS), 0, NULL);
    return find_disposition(rows_text(rows, row, CODE), &record->disposition, err);
}

static bool is_same(const struct rows *rows, int a, int b, enum column column)
{
    return strcmp(rows_text(rows, a, column), rows_text(rows, b, column)) == 0;
}

/* Folds the person whose rows begin at *row, and moves on behind them. */
static bool fold_next(const struct study_run *run, const struct rows *rows, int *row,
                      struct reading *reading, struct error *err)
{
    int first = *row;
    memset(reading->records, 0, sizeof reading->records);
    bool is_good = find_sector(run, rows_text(rows, first, SECTOR), &reading->person.sector, err);
    while (is_good && *row < rows_count(rows) && is_same(rows, first, *row, PERSON) &&
           is_same(rows, first, *row, SIGN))
        is_good = read_record(run, rows, (*row)++, reading, err);
    study_commitments_count(&run->loaded, reading->answers, reading->given);
    for (size_t i = 0; i < STUDY_WAVES_MAX; i++) {
        json_decref(reading->answers[i]);
        reading->answers[i] = NULL;
    }
    if (is_good)
        fold_person(run->loaded.fold, rows_int64(rows, first, SIGN) > 0 ? FOLD_ADD : FOLD_TAKE_AWAY,
                    &reading->person);
    return is_good;
}

static bool fold_all(const struct study_run *run, const struct rows *rows, struct error *err)
{
    static struct reading reading; /* 64 kB */
    reading.person.records = reading.records;
    reading.person.given = reading.given;
    bool is_good = true;
    for (int row = 0; is_good && row < rows_count(rows);)
        is_good = fold_next(run, rows, &row, &reading, err);
    return is_good;
}

/* The waves whose texts are read. */
static void append_text_waves(const struct study_run *run, struct params *params)
{
    struct buf array;
    buf_init(&array);
    size_t count = 0;
    for (size_t i = 0; i < run->loaded.wave_count; i++)
        count += study_commitments_in(&run->loaded, i);
    sql_array_start(&array, SQL_UUID, count);
    for (size_t i = 0; i < run->loaded.wave_count; i++)
        if (study_commitments_in(&run->loaded, i))
            sql_array_uuid(&array, &run->loaded.waves[i].id);
    params_binary(params, array.data, array.length);
    buf_finish(&array);
}

/* `taken` is the text of an array of evaluations. */
static bool read_persons(const struct study_run *run, bool is_rebuild, const char *taken,
                         struct rows **rows, struct error *err)
{
    struct params params;
    params_init(&params);
    study_params(run, &params);
    append_text_waves(run, &params);
    if (!is_rebuild)
        params_text(&params, taken);
    bool is_good =
        session_execute(run->session, is_rebuild ? "fold_every" : "fold_fresh", &params, rows, err);
    params_finish(&params);
    return is_good;
}

static bool store(const struct study_run *run, const struct buf *packed, struct error *err)
{
    struct params params;
    params_init(&params);
    study_params(run, &params);
    params_binary(&params, packed->data, packed->length);
    bool is_good = session_execute(run->session, "fact_store", &params, NULL, err);
    params_finish(&params);
    return is_good;
}

bool fold_study(struct study_run *run, const struct rows *begun, struct refresh_result *result,
                struct error *err)
{
    struct buf stored, packed;
    struct rows *rows;
    buf_init(&stored);
    buf_init(&packed);
    rows_bytes(begun, 0, FOLD_BEGIN_COUNTS, &stored);
    if (!result->rebuilt)
        result->rebuilt = !fold_unpack(run->loaded.fold, stored.data, stored.length);
    const char *taken = rows_text(begun, 0, FOLD_BEGIN_TAKEN);
    bool is_good = read_persons(run, result->rebuilt, taken, &rows, err);
    if (is_good) {
        is_good = fold_all(run, rows, err);
        rows_destroy(rows);
    }
    if (is_good)
        fold_pack(run->loaded.fold, &packed);
    result->facts_changed = is_good && (packed.length != stored.length ||
                                        memcmp(packed.data, stored.data, packed.length) != 0);
    if (result->facts_changed)
        is_good = store(run, &packed, err);
    buf_finish(&stored);
    buf_finish(&packed);
    return is_good;
}

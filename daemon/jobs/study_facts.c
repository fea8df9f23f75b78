#include <debriefd/study_facts.h>

#include <debriefd/session.h>
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

static const json_t *find_by(const json_t *array, const char *name, const char *value)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (strcmp(text_of(json_array_get(array, i), name), value) == 0)
            return json_array_get(array, i);
    return NULL;
}

static bool is_one_of(const char *text, const char *const *values)
{
    for (; *values != NULL; values++)
        if (strcmp(text, *values) == 0)
            return true;
    return false;
}

const json_t *study_wave_measure(const struct study_wave *wave, const char *id,
                                 const char *const *types)
{
    const json_t *measure = find_by(json_object_get(wave->compiled, "measures"), "id", id);
    return measure != NULL && is_one_of(text_of(measure, "type"), types) ? measure : NULL;
}

const json_t *study_wave_composite(const struct study_wave *wave, const char *id)
{
    return find_by(json_object_get(wave->compiled, "composites"), "id", id);
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
    const json_t *slot = find_by(json_object_get(wave->compiled, "slots"), "item", name);
    for (size_t i = 0; slot != NULL && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(text_of(slot, "type"), kinds[i].type) != 0)
            continue;
        *item = (struct facts_item){
            .name = text_of(slot, "item"),
            .kind = kinds[i].kind,
            .min = integer_of(slot, "min"),
            .max = integer_of(slot, "max"),
            .reverse = json_is_true(json_object_get(slot, "reverse")),
        };
        return true;
    }
    return false;
}

struct loading {
    struct session *session;
    const struct params *params;
    struct study_facts *loaded;
    struct error *err;
};

typedef bool row_fn(const struct loading *loading, const struct rows *rows, int row);

static bool each_row(const struct loading *loading, const char *statement, row_fn *read_row)
{
    struct rows *rows;
    if (!session_execute(loading->session, statement, loading->params, &rows, loading->err))
        return false;
    bool is_good = true;
    for (int row = 0; is_good && row < rows_count(rows); row++)
        is_good = read_row(loading, rows, row);
    rows_destroy(rows);
    return is_good;
}

static bool read_sector(const struct loading *loading, const struct rows *rows, int row)
{
    struct facts_slice slice = {
        .name = rows_text(rows, row, 0),
        .members = rows_int64(rows, row, 1),
        .staff = rows_int64(rows, row, 2),
        .target = rows_real(rows, row, 3),
    };
    return facts_add_slice(loading->loaded->facts, &slice, loading->err);
}

static bool add_measured_item(const struct loading *loading, const struct study_wave *wave,
                              const json_t *measure)
{
    const json_t *first = json_array_get(json_object_get(measure, "items"), 0);
    struct facts_item item;
    if (!study_wave_item(wave, text_of(first, "item"), &item))
        return error_set(loading->err, ERR_INTERNAL, "the measure %s has no scored item",
                         text_of(measure, "id"));
    return facts_add_item(loading->loaded->facts, wave->kind, &item, loading->err);
}

static bool add_composite(const struct loading *loading, const struct study_wave *wave,
                          const json_t *measure)
{
    const json_t *composite = study_wave_composite(wave, text_of(measure, "id"));
    const json_t *items = json_object_get(composite, "items");
    struct facts_composite added = {
        .name = text_of(measure, "id"),
        .min = integer_of(json_array_get(items, 0), "min"),
        .max = integer_of(json_array_get(items, 0), "max"),
        .items = (int)json_array_size(items),
        .minimum_answered = integer_of(composite, "minimum"),
    };
    return facts_add_composite(loading->loaded->facts, wave->kind, &added, loading->err);
}

static bool add_measures(const struct loading *loading, const struct study_wave *wave)
{
    static const char *const item_types[] = {"rating", "nps", "binary", "count", NULL};
    static const char *const index_types[] = {"index", "nki", NULL};
    const json_t *measures = json_object_get(wave->compiled, "measures");
    for (size_t i = 0; i < json_array_size(measures); i++) {
        const json_t *measure = json_array_get(measures, i);
        const char *type = text_of(measure, "type");
        if (is_one_of(type, item_types) && !add_measured_item(loading, wave, measure))
            return false;
        if (is_one_of(type, index_types) && !add_composite(loading, wave, measure))
            return false;
    }
    return true;
}

static bool read_wave(const struct loading *loading, const struct rows *rows, int row)
{
    struct study_facts *loaded = loading->loaded;
    if (loaded->wave_count == STUDY_WAVES_MAX)
        return error_set(loading->err, ERR_TOO_LARGE, "a study has at most %d waves",
                         STUDY_WAVES_MAX);
    struct study_wave *wave = &loaded->waves[loaded->wave_count++];
    wave->id = rows_uuid(rows, row, 1);
    wave->kind = xstrdup(rows_text(rows, row, 0));
    wave->is_closed = rows_bool(rows, row, 2);
    wave->compiled = json_loadb(rows_text(rows, row, 3), rows_length(rows, row, 3), 0, NULL);
    enum facts_wave_state state = wave->is_closed ? FACTS_WAVE_CLOSED : FACTS_WAVE_OPEN;
    return facts_add_wave(loaded->facts, wave->kind, state, loading->err) &&
           add_measures(loading, wave);
}

static bool read_disposition(const struct loading *loading, const struct rows *rows, int row)
{
    static const char *const codes[FACTS_DISPOSITIONS] = {
        [FACTS_COMPLETE] = "I",     [FACTS_PARTIAL] = "P", [FACTS_REFUSAL] = "R",
        [FACTS_NONCONTACT] = "NC",  [FACTS_OTHER] = "O",   [FACTS_UNKNOWN] = "UE",
        [FACTS_NOT_ELIGIBLE] = "NE"};
    const char *code = rows_text(rows, row, 2);
    for (enum facts_disposition i = 0; i < FACTS_DISPOSITIONS; i++)
        if (strcmp(codes[i], code) == 0)
            return facts_count_disposition(loading->loaded->facts, rows_text(rows, row, 0),
                                           rows_text(rows, row, 1), i, rows_int64(rows, row, 3),
                                           loading->err);
    return error_set(loading->err, ERR_INTERNAL, "the disposition %s is unknown", code);
}

static bool read_panel(const struct loading *loading, const struct rows *rows, int row)
{
    return facts_count_panel(loading->loaded->facts, rows_text(rows, row, 0),
                             rows_int64(rows, row, 1), loading->err);
}

static const struct study_wave *find_wave(const struct study_facts *loaded, const char *kind)
{
    for (size_t i = 0; i < loaded->wave_count; i++)
        if (strcmp(loaded->waves[i].kind, kind) == 0)
            return &loaded->waves[i];
    abort(); /* the statements read one snapshot */
}

/* The kinds of missing, and items that no measure reads, are no facts of a family. */
static bool read_count(const struct loading *loading, const struct rows *rows, int row)
{
    static const char *const types[] = {"rating", "nps", "binary", "count", NULL};
    const char *kind = rows_text(rows, row, 0);
    const char *item = rows_text(rows, row, 1);
    int64_t value = rows_int64(rows, row, 3);
    if (value < 0 || study_wave_measure(find_wave(loading->loaded, kind), item, types) == NULL)
        return true;
    return facts_count(loading->loaded->facts, kind, item, rows_text(rows, row, 2), (int)value,
                       rows_int64(rows, row, 4), loading->err);
}

static bool read_composite(const struct loading *loading, const struct rows *rows, int row)
{
    struct facts_pair pair = {
        .answered = (int)rows_int64(rows, row, 3),
        .sum = rows_int64(rows, row, 4),
        .count = rows_int64(rows, row, 5),
    };
    return facts_count_composite(loading->loaded->facts, rows_text(rows, row, 0),
                                 rows_text(rows, row, 1), rows_text(rows, row, 2), &pair,
                                 loading->err);
}

/* Fills the sums of one scale from the rows that name it. */
static bool add_scale(const struct loading *loading, const struct rows *rows,
                      const struct study_wave *wave, const json_t *composite)
{
    int items = (int)json_array_size(json_object_get(composite, "items"));
    int64_t *sums = xcalloc_array((size_t)items, sizeof *sums);
    int64_t *products = xcalloc_array((size_t)(items * items), sizeof *products);
    struct facts_moments moments = {
        .name = text_of(composite, "id"), .items = items, .sums = sums, .products = products};
    for (int row = 0; row < rows_count(rows); row++) {
        if (strcmp(rows_text(rows, row, 0), wave->kind) != 0 ||
            strcmp(rows_text(rows, row, 1), moments.name) != 0)
            continue;
        int i = (int)rows_int64(rows, row, 2);
        int j = (int)rows_int64(rows, row, 3);
        int64_t total = rows_int64(rows, row, 4);
        if (i == 0)
            moments.n = total;
        else if (j == 0)
            sums[i - 1] = total;
        else
            products[(i - 1) * items + j - 1] = products[(j - 1) * items + i - 1] = total;
    }
    bool added = facts_add_moments(loading->loaded->facts, wave->kind, &moments, loading->err);
    free(sums);
    free(products);
    return added;
}

static bool load_scales(const struct loading *loading)
{
    struct rows *rows;
    if (!session_execute(loading->session, "fact_moments", loading->params, &rows, loading->err))
        return false;
    bool is_good = true;
    for (size_t i = 0; is_good && i < loading->loaded->wave_count; i++) {
        const struct study_wave *wave = &loading->loaded->waves[i];
        const json_t *composites = json_object_get(wave->compiled, "composites");
        for (size_t j = 0; is_good && j < json_array_size(composites); j++) {
            const json_t *composite = json_array_get(composites, j);
            if (strcmp(text_of(composite, "type"), "reliability") == 0)
                is_good = add_scale(loading, rows, wave, composite);
        }
    }
    rows_destroy(rows);
    return is_good;
}

bool study_facts_load_frame(struct session *session, const struct params *params,
                            struct study_facts *loaded, struct error *err)
{
    *loaded = (struct study_facts){.facts = facts_create()};
    struct loading loading = {session, params, loaded, err};
    return each_row(&loading, "fact_frame", read_sector) && facts_slices_done(loaded->facts, err) &&
           each_row(&loading, "fact_waves", read_wave);
}

bool study_facts_load_counts(struct session *session, const struct params *params,
                             struct study_facts *loaded, struct error *err)
{
    struct loading loading = {session, params, loaded, err};
    return each_row(&loading, "fact_response", read_disposition) &&
           each_row(&loading, "fact_panel", read_panel) &&
           each_row(&loading, "fact_counts", read_count) &&
           each_row(&loading, "fact_composites", read_composite) && load_scales(&loading) &&
           facts_seal(loaded->facts, err);
}

void study_facts_finish(struct study_facts *loaded)
{
    facts_destroy(loaded->facts);
    for (size_t i = 0; i < loaded->wave_count; i++) {
        free(loaded->waves[i].kind);
        json_decref(loaded->waves[i].compiled);
    }
}

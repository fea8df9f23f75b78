#include "suite.h"

#include <debriefd/embedded.h>
#include <debriefd/instrument.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *load(const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    json_error_t err;
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &err);
    if (document == NULL)
        fprintf(stderr, "%s: %s\n", path, err.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    return document;
}

static struct instrument *compile(const json_t *definition)
{
    struct violations violations;
    violations_init(&violations);
    struct instrument *instrument = instrument_compile(definition, &violations);
    for (size_t i = 0; i < violations.count; i++)
        fprintf(stderr, "%s: %s: %s\n", violations.items[i].pointer, violations.items[i].code,
                violations.items[i].detail);
    violations_finish(&violations);
    CU_ASSERT_PTR_NOT_NULL_FATAL(instrument);
    return instrument;
}

static struct instrument *compile_pack(const char *name)
{
    json_t *definition = load(PACKS "/benchmarking", name);
    struct instrument *instrument = compile(definition);
    json_decref(definition);
    return instrument;
}

/* Replaces, adds or (for NULL) removes the member at a pointer without escapes. */
static void change(json_t *document, const char *pointer, json_t *value)
{
    char path[200];
    snprintf(path, sizeof path, "%s", pointer);
    char *last = strrchr(path, '/');
    *last++ = '\0';
    char *rest = path;
    strsep(&rest, "/");
    for (const char *step; rest != NULL && (step = strsep(&rest, "/")) != NULL;)
        document = json_is_array(document) ? json_array_get(document, strtoul(step, NULL, 10))
                                           : json_object_get(document, step);
    if (json_is_array(document))
        json_array_set(document, strtoul(last, NULL, 10), value);
    else if (value != NULL)
        json_object_set(document, last, value);
    else
        json_object_del(document, last);
}

static bool has_violation(const struct violations *violations, const char *pointer,
                          const char *code)
{
    for (size_t i = 0; i < violations->count; i++)
        if (strcmp(violations->items[i].pointer, pointer) == 0 &&
            strcmp(violations->items[i].code, code) == 0)
            return true;
    return false;
}

static void check_broken(const json_t *base, const json_t *row)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    json_t *definition = json_deep_copy(base);
    struct violations violations;
    violations_init(&violations);
    change(definition, json_string_value(json_object_get(row, "at")),
           json_object_get(row, "value"));
    struct instrument *instrument = instrument_compile(definition, &violations);
    bool found = has_violation(&violations, json_string_value(json_object_get(row, "pointer")),
                               json_string_value(json_object_get(row, "code")));
    if (!found) {
        fprintf(stderr, "%s: the violation is not there, but\n", name);
        for (size_t i = 0; i < violations.count; i++)
            fprintf(stderr, "  %s: %s\n", violations.items[i].pointer, violations.items[i].code);
    }
    CU_ASSERT(found);
    CU_ASSERT_PTR_NULL(instrument);
    instrument_destroy(instrument);
    violations_finish(&violations);
    json_decref(definition);
}

static void broken_definitions_are_refused(void)
{
    json_t *table = load(DATA, "broken_instruments.json");
    const json_t *base = json_object_get(table, "base");
    instrument_destroy(compile(base));
    size_t index;
    json_t *row;
    json_array_foreach(json_object_get(table, "broken"), index, row)
    {
        check_broken(base, row);
    }
    CU_ASSERT(json_array_size(json_object_get(table, "broken")) > 50);
    json_decref(table);
}

static void every_fault_is_collected(void)
{
    json_t *definition =
        json_pack("{s:s,s:i,s:[s],s:[{},i]}", "id", "X", "title", 1, "languages", "sv", "items", 1);
    struct violations violations;
    violations_init(&violations);
    CU_ASSERT_PTR_NULL(instrument_compile(definition, &violations));
    CU_ASSERT(has_violation(&violations, "/id", "bad_id"));
    CU_ASSERT(has_violation(&violations, "/title", "wrong_type"));
    CU_ASSERT(has_violation(&violations, "/wave", "required"));
    CU_ASSERT(has_violation(&violations, "/items/0/id", "required"));
    CU_ASSERT(has_violation(&violations, "/items/1/type", "bad_type"));
    violations_finish(&violations);
    json_decref(definition);
}

static void not_an_object_is_refused(void)
{
    json_t *definition = json_array();
    struct violations violations;
    violations_init(&violations);
    CU_ASSERT_PTR_NULL(instrument_compile(definition, &violations));
    CU_ASSERT(has_violation(&violations, "", "wrong_type"));
    violations_finish(&violations);
    json_decref(definition);
}

static void conditions_do_not_nest_for_ever(void)
{
    json_t *table = load(DATA, "broken_instruments.json");
    json_t *definition = json_object_get(table, "base");
    json_t *condition = json_pack("{s:s,s:b}", "item", "A", "answered", 1);
    for (int i = 0; i < 9; i++)
        condition = json_pack("{s:o}", "not", condition);
    change(definition, "/items/1/show_if", condition);
    struct violations violations;
    violations_init(&violations);
    CU_ASSERT_PTR_NULL(instrument_compile(definition, &violations));
    CU_ASSERT(violations.total == 1 && strcmp(violations.items[0].code, "too_deep") == 0);
    violations_finish(&violations);
    json_decref(condition);
    json_decref(table);
}

static void slots_are_limited(void)
{
    json_t *definition = json_pack("{s:s,s:{s:s},s:s,s:[s],s:[]}", "id", "x", "title", "sv", "X",
                                   "wave", "w", "languages", "sv", "items");
    for (int i = 0; i < 8; i++) {
        char id[8];
        snprintf(id, sizeof id, "I%d", i);
        json_t *rows = json_array();
        for (int row = 0; row < 63; row++) {
            char row_id[8];
            snprintf(row_id, sizeof row_id, "r%d", row);
            json_array_append_new(rows,
                                  json_pack("{s:s,s:{s:s}}", "id", row_id, "text", "sv", "R"));
        }
        json_array_append_new(json_object_get(definition, "items"),
                              json_pack("{s:s,s:s,s:{s:s},s:o}", "id", id, "type", "matrix", "text",
                                        "sv", "T", "rows", rows));
    }
    struct violations violations;
    violations_init(&violations);
    CU_ASSERT_PTR_NULL(instrument_compile(definition, &violations));
    CU_ASSERT(has_violation(&violations, "/items", "too_many_slots"));
    violations_finish(&violations);
    json_decref(definition);
}

static void items_are_found_and_laid_out(void)
{
    json_t *table = load(DATA, "broken_instruments.json");
    struct instrument *instrument = compile(json_object_get(table, "base"));
    json_decref(table);
    size_t index;
    CU_ASSERT_EQUAL(instrument_slot_count(instrument), 10);
    CU_ASSERT(instrument_find_item(instrument, "C", 1, &index) && index == 2);
    CU_ASSERT_FALSE(instrument_find_item(instrument, "c", 1, &index));
    CU_ASSERT_FALSE(instrument_find_item(instrument, "", 0, &index));
    const struct item *matrix = instrument_item(instrument, 2);
    CU_ASSERT_EQUAL(matrix->slot, 2);
    CU_ASSERT_EQUAL(matrix->slot_count, 2);
    CU_ASSERT_EQUAL(matrix->maximum, 5);
    const struct item *rating = instrument_item(instrument, 0);
    CU_ASSERT_STRING_EQUAL(rating->labels[4].text[0], "hög");
    CU_ASSERT_PTR_NULL(rating->labels[1].text[0]);
    CU_ASSERT(instrument_find_language(instrument, "en", 2, &index) && index == 1);
    CU_ASSERT_STRING_EQUAL(instrument_item(instrument, 1)->options[1].id, "y");
    CU_ASSERT_STRING_EQUAL(instrument_wave(instrument), "post");
    CU_ASSERT_STRING_EQUAL(item_type_name(ITEM_COMMITMENT_STATUS), "commitment_status");
    instrument_destroy(instrument);
}

static json_t *describe(const struct instrument *instrument)
{
    struct buf buf;
    buf_init(&buf);
    instrument_describe(instrument, &buf);
    json_t *description = json_loadb(buf.data, buf.length, JSON_REJECT_DUPLICATES, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(description);
    buf_finish(&buf);
    return description;
}

static const json_t *find(const json_t *description, const char *list, const char *key,
                          const char *value)
{
    size_t index;
    json_t *row;
    json_array_foreach(json_object_get(description, list), index,
                       row) if (strcmp(json_string_value(json_object_get(row, key)), value) ==
                                0) return row;
    return NULL;
}

static json_int_t integer(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

static void the_description_is_what_folding_needs(void)
{
    json_t *table = load(DATA, "broken_instruments.json");
    struct instrument *instrument = compile(json_object_get(table, "base"));
    json_t *description = describe(instrument);
    const json_t *slots = json_object_get(description, "slots");
    CU_ASSERT_EQUAL(json_array_size(slots), 10);
    for (size_t i = 0; i < json_array_size(slots); i++)
        CU_ASSERT_EQUAL(integer(json_array_get(slots, i), "slot"), (json_int_t)i + 1);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(slots, 3), "part")),
                           "r2");
    CU_ASSERT_EQUAL(integer(json_array_get(slots, 0), "purpose"), 1);
    CU_ASSERT_EQUAL(integer(find(description, "questions", "item", "C"), "slots"), 2);
    CU_ASSERT_PTR_NULL(find(description, "questions", "item", "F"));
    CU_ASSERT_PTR_NOT_NULL(find(description, "texts", "item", "F"));
    CU_ASSERT_PTR_NULL(find(description, "texts", "item", "J"));
    const json_t *composite = find(description, "composites", "id", "REL");
    CU_ASSERT_EQUAL(integer(composite, "minimum"), 2);
    CU_ASSERT_EQUAL(integer(json_array_get(json_object_get(composite, "items"), 1), "slot"), 3);
    const json_t *gain = json_object_get(find(description, "measures", "id", "G1"), "items");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(gain, 0), "wave")),
                           "pre");
    CU_ASSERT(json_is_null(json_object_get(json_array_get(gain, 0), "slot")));
    CU_ASSERT_EQUAL(integer(json_array_get(gain, 1), "slot"), 1);
    json_decref(description);
    json_decref(table);
    instrument_destroy(instrument);
}

/* The scored items of the development dataset: wave, id, minimum, maximum (0: any), reverse. */
static const struct {
    const char *pack;
    const char *ids;
    int minimum;
    int maximum;
} expected_items[] = {
    {"pre.json", "L_pre_T1 L_pre_T2 L_pre_T3 L_pre_T4", 1, 5},
    {"post.json", "S_PREP1 S_PREP2 S_PROG1 S_PROG2 S_PROG3 S_PROG4 P1 P2 P3 P4 P5", 1, 5},
    {"post.json", "L_then_T1 L_then_T2 L_then_T3 L_then_T4 L_now_T1 L_now_T2 L_now_T3 L_now_T4", 1,
     5},
    {"post.json", "NPS", 0, 10},
    {"post.json", "NKI1 NKI2 NKI3", 1, 10},
    {"post.json", "HOST_MADE", 0, 0},
    {"fu.json", "S_FUP1 S_FUP2 L_fu_T1 L_fu_T2 L_fu_T3 L_fu_T4 TR_IND1 TR_IND2 TR_ORG1 TR_ORG2", 1,
     5},
    {"fu.json", "APPL_IND APPL_ORG", 0, 1},
    {"fu.json", "DISS_EVENTS DISS_REACH HOST_KEPT", 0, 0},
};

static void check_item(const json_t *description, const char *id, int minimum, int maximum)
{
    const json_t *slot = find(description, "slots", "item", id);
    if (slot == NULL)
        fprintf(stderr, "%s is missing\n", id);
    CU_ASSERT_PTR_NOT_NULL_FATAL(slot);
    CU_ASSERT_EQUAL(integer(slot, "min"), minimum);
    if (maximum > 0)
        CU_ASSERT_EQUAL(integer(slot, "max"), maximum);
    CU_ASSERT_EQUAL(json_is_true(json_object_get(slot, "reverse")), strcmp(id, "S_PROG4") == 0);
}

static void packs_have_the_datasets_items(void)
{
    for (size_t i = 0; i < sizeof expected_items / sizeof *expected_items; i++) {
        struct instrument *instrument = compile_pack(expected_items[i].pack);
        json_t *description = describe(instrument);
        char ids[200];
        snprintf(ids, sizeof ids, "%s", expected_items[i].ids);
        char *rest = ids;
        for (const char *id; (id = strsep(&rest, " ")) != NULL;)
            check_item(description, id, expected_items[i].minimum, expected_items[i].maximum);
        json_decref(description);
        instrument_destroy(instrument);
    }
}

/* metrics are emitted under these names. */
static const struct {
    const char *pack;
    const char *measures;
} expected_measures[] = {
    {"pre.json", "net"},
    {"post.json",
     "PHASE_preparation PHASE_programme PROG NPS NKI HOST_MADE P1 P2 P3 P4 P5 S_PREP1 S_PREP2 "
     "S_PROG1 S_PROG2 S_PROG3 S_PROG4 RPP_T1 RPP_T2 RPP_T3 RPP_T4 RPP_INDEX PREPOST_T1 PREPOST_T2 "
     "PREPOST_T3 PREPOST_T4 SHIFT_T1 SHIFT_T2 SHIFT_T3 SHIFT_T4"},
    {"fu.json",
     "S_FUP1 S_FUP2 PHASE_followup TRANSFER_IND TRANSFER_ORG TRANSFER_GAP APPL_IND APPL_ORG UPTAKE "
     "DISS_EVENTS DISS_REACH HOST_KEPT HOST FADE_T1 FADE_T2 FADE_T3 FADE_T4 net COMMIT"},
};

static void packs_have_the_emitted_measures(void)
{
    for (size_t i = 0; i < sizeof expected_measures / sizeof *expected_measures; i++) {
        struct instrument *instrument = compile_pack(expected_measures[i].pack);
        json_t *description = describe(instrument);
        char ids[500];
        snprintf(ids, sizeof ids, "%s", expected_measures[i].measures);
        char *rest = ids;
        for (const char *id; (id = strsep(&rest, " ")) != NULL;)
            CU_ASSERT_PTR_NOT_NULL(find(description, "measures", "id", id));
        json_decref(description);
        instrument_destroy(instrument);
    }
}

static void composites_need_half_their_items(void)
{
    struct instrument *instrument = compile_pack("post.json");
    json_t *description = describe(instrument);
    CU_ASSERT_EQUAL(integer(find(description, "composites", "id", "PHASE_preparation"), "minimum"),
                    1);
    CU_ASSERT_EQUAL(integer(find(description, "composites", "id", "PHASE_programme"), "minimum"),
                    2);
    CU_ASSERT_EQUAL(integer(find(description, "composites", "id", "NKI"), "minimum"), 2);
    CU_ASSERT_EQUAL(integer(find(description, "composites", "id", "PROG"), "minimum"), 4);
    const json_t *composites = json_object_get(description, "composites");
    const json_t *last = json_array_get(composites, json_array_size(composites) - 1);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(last, "id")), "NKI");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(last, "type")), "reliability");
    json_decref(description);
    instrument_destroy(instrument);
}

static void the_schema_is_served(void)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(instrument_schemas[0].name);
    CU_ASSERT_STRING_EQUAL(instrument_schemas[0].name, "instrument.schema.json");
    json_t *schema = json_loadb(instrument_schemas[0].data, instrument_schemas[0].length, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL(json_object_get(schema, "$defs"));
    json_decref(schema);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"broken definitions are refused", broken_definitions_are_refused},
        {"every fault is collected", every_fault_is_collected},
        {"what is not an object is refused", not_an_object_is_refused},
        {"conditions do not nest for ever", conditions_do_not_nest_for_ever},
        {"slots are limited", slots_are_limited},
        {"items are found and laid out", items_are_found_and_laid_out},
        {"the description is what folding needs", the_description_is_what_folding_needs},
        {"packs have the dataset's items", packs_have_the_datasets_items},
        {"packs have the emitted measures", packs_have_the_emitted_measures},
        {"composites need half their items", composites_need_half_their_items},
        {"the schema is served", the_schema_is_served},
        {0},
    };
    return suite_run("instrument", tests);
}

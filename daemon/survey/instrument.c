#include "instrument_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static const json_t *member(const json_t *object, const char *key, size_t index)
{
    return json_array_get(json_object_get(object, key), index);
}

/* "sv", "nds", "en-GB": the part of BCP 47 that a page's lang attribute needs. */
static bool is_language(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    if (length < 2 || length > 3)
        return false;
    const char *region = text + length;
    return region[0] == '\0' || (region[0] == '-' && strlen(region) == 3 &&
                                 strspn(region + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2);
}

static void compile_languages(struct compiler *compiler, const json_t *definition)
{
    struct instrument *instrument = compiler->instrument;
    size_t count = compiler_array(compiler, definition, "languages", 1, INSTRUMENT_LANGUAGES);
    size_t outer = compiler_push(compiler, "languages");
    for (size_t i = 0; i < count; i++) {
        const char *language = json_string_value(member(definition, "languages", i));
        size_t mark = compiler_push_index(compiler, i);
        size_t known;
        if (language == NULL || !is_language(language))
            compiler_fault(compiler, "bad_language",
                           "this must be a language tag like sv or en-GB");
        else if (instrument_find_language(instrument, language, strlen(language), &known))
            compiler_fault(compiler, "duplicate", "the language is there already");
        else
            instrument->languages[instrument->language_count++] = language;
        compiler_pop(compiler, mark);
    }
    compiler_pop(compiler, outer);
}

/* FNV-1a. Ids come from the definition's author, so nobody gains by making them collide. */
static size_t hash_id(const char *id, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)id[i]) * 16777619u;
    return hash;
}

static void remember_item(struct compiler *compiler, size_t index)
{
    struct instrument *instrument = compiler->instrument;
    const struct item *item = &instrument->items[index];
    size_t known;
    if (item->id == NULL)
        return;
    if (instrument_find_item(instrument, item->id, item->id_length, &known)) {
        compiler_fault(compiler, "duplicate", "item %zu has this id already", known);
        return;
    }
    size_t mask = instrument->bucket_count - 1;
    size_t bucket = hash_id(item->id, item->id_length) & mask;
    while (instrument->buckets[bucket] != 0)
        bucket = (bucket + 1) & mask;
    instrument->buckets[bucket] = (uint16_t)(index + 1);
}

static void compile_items(struct compiler *compiler, const json_t *definition)
{
    struct instrument *instrument = compiler->instrument;
    size_t count = compiler_array(compiler, definition, "items", 1, INSTRUMENT_ITEMS);
    instrument->bucket_count = 512; /* more than twice INSTRUMENT_ITEMS */
    instrument->buckets = xcalloc_array(instrument->bucket_count, sizeof *instrument->buckets);
    instrument->items = xcalloc_array(count, sizeof *instrument->items);
    size_t outer = compiler_push(compiler, "items");
    for (size_t i = 0; i < count; i++) {
        size_t mark = compiler_push_index(compiler, i);
        item_compile(compiler, member(definition, "items", i), i);
        instrument->item_count = i + 1;
        remember_item(compiler, i);
        compiler_pop(compiler, mark);
    }
    if (instrument->slot_count > INSTRUMENT_SLOTS)
        compiler_fault(compiler, "too_many_slots", "the items need %zu slots of %d",
                       instrument->slot_count, INSTRUMENT_SLOTS);
    compiler_pop(compiler, outer);
}

static void compile_measures(struct compiler *compiler, const json_t *definition)
{
    struct instrument *instrument = compiler->instrument;
    if (json_object_get(definition, "measures") == NULL)
        return;
    size_t count = compiler_array(compiler, definition, "measures", 0, INSTRUMENT_MEASURES);
    instrument->measures = xcalloc_array(count, sizeof *instrument->measures);
    size_t outer = compiler_push(compiler, "measures");
    for (size_t i = 0; i < count; i++) {
        size_t mark = compiler_push_index(compiler, i);
        measure_compile(compiler, member(definition, "measures", i), i);
        instrument->measure_count = i + 1;
        compiler_pop(compiler, mark);
    }
    compiler_pop(compiler, outer);
}

/* Letters, digits and hyphens: the id is part of file names and URLs. */
static void compile_document_id(struct compiler *compiler, const json_t *definition)
{
    const char *id = json_string_value(json_object_get(definition, "id"));
    compiler->instrument->id = id;
    if (id != NULL && id[0] >= 'a' && id[0] <= 'z' && strlen(id) <= 60 &&
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id))
        return;
    size_t mark = compiler_push(compiler, "id");
    compiler_fault(compiler, id == NULL ? "required" : "bad_id",
                   "this must be a lower-case letter and up to 59 of them, digits and hyphens");
    compiler_pop(compiler, mark);
}

static void compile_document(struct compiler *compiler, const json_t *definition)
{
    static const char *const members[] = {"$schema", "id",       "title",       "wave", "languages",
                                          "items",   "measures", "description", NULL};
    if (!compiler_object(compiler, definition, members))
        return;
    compile_languages(compiler, definition);
    compile_document_id(compiler, definition);
    compiler->instrument->wave = compiler_id(compiler, definition, "wave", REQUIRED);
    compiler->instrument->title = compiler_phrase(compiler, definition, "title", REQUIRED);
    compiler_phrase(compiler, definition, "description", OPTIONAL);
    compile_items(compiler, definition);
    compile_measures(compiler, definition);
}

struct instrument *instrument_compile(const json_t *definition, struct violations *violations)
{
    struct instrument *instrument = xcalloc(sizeof *instrument);
    struct compiler compiler = {instrument, violations, {0}};
    size_t faults = violations->total;
    instrument->definition = json_deep_copy(definition);
    buf_init(&compiler.pointer);
    buf_reserve(&compiler.pointer, 0);
    compiler.pointer.data[0] = '\0';
    compile_document(&compiler, instrument->definition);
    buf_finish(&compiler.pointer);
    if (violations->total == faults)
        return instrument;
    instrument_destroy(instrument);
    return NULL;
}

void instrument_destroy(struct instrument *instrument)
{
    if (instrument == NULL)
        return;
    for (size_t i = 0; i < instrument->item_count; i++)
        item_finish(&instrument->items[i]);
    for (size_t i = 0; i < instrument->measure_count; i++)
        measure_finish(&instrument->measures[i]);
    free(instrument->items);
    free(instrument->measures);
    free(instrument->buckets);
    json_decref(instrument->definition);
    free(instrument);
}

const char *instrument_id(const struct instrument *instrument)
{
    return instrument->id;
}

const char *instrument_wave(const struct instrument *instrument)
{
    return instrument->wave;
}

const struct phrase *instrument_title(const struct instrument *instrument)
{
    return &instrument->title;
}

const json_t *instrument_definition(const struct instrument *instrument)
{
    return instrument->definition;
}

const char *instrument_language(const struct instrument *instrument, size_t index)
{
    return instrument->languages[index];
}

bool instrument_find_language(const struct instrument *instrument, const char *language,
                              size_t length, size_t *index)
{
    for (size_t i = 0; i < instrument->language_count; i++)
        if (strlen(instrument->languages[i]) == length &&
            memcmp(instrument->languages[i], language, length) == 0) {
            *index = i;
            return true;
        }
    return false;
}

size_t instrument_item_count(const struct instrument *instrument)
{
    return instrument->item_count;
}

const struct item *instrument_item(const struct instrument *instrument, size_t index)
{
    return &instrument->items[index];
}

bool instrument_find_item(const struct instrument *instrument, const char *id, size_t length,
                          size_t *index)
{
    size_t mask = instrument->bucket_count - 1;
    for (size_t i = hash_id(id, length) & mask; instrument->buckets[i] != 0; i = (i + 1) & mask) {
        const struct item *item = &instrument->items[instrument->buckets[i] - 1];
        if (item->id_length == length && memcmp(item->id, id, length) == 0) {
            *index = (size_t)instrument->buckets[i] - 1;
            return true;
        }
    }
    return false;
}

size_t instrument_slot_count(const struct instrument *instrument)
{
    return instrument->slot_count;
}

bool instrument_shows(const struct instrument *instrument, const struct item *item,
                      const int16_t *slots, const bool *answered)
{
    return item->show_if == NULL || condition_holds(item->show_if, instrument, slots, answered);
}

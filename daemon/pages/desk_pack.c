#include "desk_pack.h"

#include <debriefd/catalogue.h>
#include <debriefd/instrument.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct desk_pack desk_packs[] = {
    {"benchmarking", sentence("Benchmarking trip"),
     sentence(
         "What people know before, how the trip was right after it, and what came of it half a "
         "year later."),
     instrument_pack_benchmarking},
    {0},
};

const struct desk_pack *desk_pack_find(const char *name)
{
    const struct desk_pack *pack = desk_packs;
    while (pack->name != NULL && strcmp(pack->name, name) != 0)
        pack++;
    return pack->name != NULL ? pack : NULL;
}

struct desk_pack_kind desk_pack_kind(const struct embedded_file *file)
{
    struct desk_pack_kind kind;
    snprintf(kind.text, sizeof kind.text, "%.*s", (int)strcspn(file->name, "."), file->name);
    return kind;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static bool is_personal(const json_t *item)
{
    static const char *const types[] = {"roster", "contacts", "commitments", "commitment_status"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(text_of(item, "type"), types[i]) == 0)
            return true;
    return false;
}

static bool is_section(const json_t *item)
{
    return strcmp(text_of(item, "type"), "section") == 0;
}

/* Remembers in `gone` what it leaves out; a section that has nothing left goes too. */
static void strip_items(json_t *items, json_t *gone)
{
    for (size_t i = json_array_size(items); i-- > 0;) {
        const json_t *item = json_array_get(items, i);
        const json_t *after = json_array_get(items, i + 1);
        if (!is_personal(item) && !(is_section(item) && (after == NULL || is_section(after))))
            continue;
        json_object_set_new(gone, text_of(item, "id"), json_true());
        json_array_remove(items, i);
    }
}

/* An element that is an object names another wave. */
static bool needs_what_is_gone(const json_t *elements, const json_t *gone)
{
    size_t index;
    json_t *element;
    json_array_foreach(elements, index, element)
    {
        if (json_is_object(element) ||
            (json_is_string(element) && json_object_get(gone, json_string_value(element)) != NULL))
            return true;
    }
    return false;
}

/* Measures of measures stand behind these. */
static void strip_measures(json_t *measures, json_t *gone)
{
    size_t i = 0;
    while (i < json_array_size(measures)) {
        const json_t *measure = json_array_get(measures, i);
        if (needs_what_is_gone(json_object_get(measure, "items"), gone) ||
            needs_what_is_gone(json_object_get(measure, "measures"), gone)) {
            json_object_set_new(gone, text_of(measure, "id"), json_true());
            json_array_remove(measures, i);
        } else {
            i++;
        }
    }
}

static void strip(json_t *definition)
{
    json_t *gone = json_object();
    strip_items(json_object_get(definition, "items"), gone);
    strip_measures(json_object_get(definition, "measures"), gone);
    json_object_set_new(definition, "id", json_sprintf("%s-anonymous", text_of(definition, "id")));
    json_decref(gone);
}

/* The text as it stands, so that it is the one that others publish from the same file. */
static json_t *definition_text(const json_t *definition, const struct embedded_file *file,
                               bool is_anonymous)
{
    if (!is_anonymous)
        return json_stringn(file->data, file->length);
    char *text = json_dumps(definition, JSON_INDENT(1));
    json_t *string = json_string(text);
    free(text);
    return string;
}

json_t *desk_pack_wave(const struct embedded_file *file, bool is_anonymous)
{
    json_t *definition = json_loadb(file->data, file->length, 0, NULL);
    if (is_anonymous)
        strip(definition);
    struct violations violations;
    violations_init(&violations);
    struct instrument *instrument = instrument_compile(definition, &violations);
    json_t *wave = NULL;
    if (instrument != NULL) {
        struct buf compiled;
        buf_init(&compiled);
        instrument_describe(instrument, &compiled);
        wave = json_pack("{s:s, s:s, s:o, s:o}", "kind", desk_pack_kind(file).text, "instrument",
                         instrument_id(instrument), "definition",
                         definition_text(definition, file, is_anonymous), "compiled",
                         json_loads(buf_text(&compiled), 0, NULL));
        buf_finish(&compiled);
    }
    instrument_destroy(instrument);
    violations_finish(&violations);
    json_decref(definition);
    return wave;
}

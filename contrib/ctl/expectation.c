#include "expectation.h"

#include <ctype.h>
#include <debriefd/buf.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE_USUAL 1e-8
#define MOST            UINT32_MAX /* expectations */

struct reading {
    FILE *file;
    struct expectations *out;
    size_t capacity;
};

/* The next character that is neither a blank nor a comma; it stays to be read. */
static int peek(FILE *file)
{
    int byte = getc_unlocked(file);
    while (byte != EOF && (isspace(byte) || byte == ','))
        byte = getc_unlocked(file);
    ungetc(byte, file);
    return byte;
}

/* One value; of a number jansson also takes the character behind, which peek does not miss. */
static json_t *read_value(FILE *file, json_error_t *fault)
{
    return json_loadf(file, JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES,
                      fault);
}

static bool take(FILE *file, int wanted)
{
    int byte = getc_unlocked(file);
    while (byte != EOF && isspace(byte))
        byte = getc_unlocked(file);
    return byte == wanted;
}

static bool read_name(struct reading *reading, const json_t *one, const char *member,
                      uint32_t *number)
{
    const char *text = json_string_value(json_object_get(one, member));
    if (text != NULL)
        *number = names_add(reading->out->names, text);
    return text != NULL;
}

static bool read_expected(struct reading *reading, const json_t *value,
                          struct expectation *expectation)
{
    expectation->type = EXPECTED_NUMBER;
    if (json_is_null(value))
        expectation->type = EXPECTED_NULL;
    else if (json_is_boolean(value))
        expectation->value = json_is_true(value) ? 1 : 0;
    else if (json_is_string(value))
        expectation->type = EXPECTED_TEXT;
    else
        expectation->value = json_number_value(value);
    if (json_is_string(value))
        expectation->text = names_add(reading->out->names, json_string_value(value));
    return value != NULL && !json_is_object(value) && !json_is_array(value);
}

static bool keep(struct reading *reading, const json_t *one)
{
    struct expectations *out = reading->out;
    struct expectation expectation = {.tolerance = TOLERANCE_USUAL};
    const json_t *tolerance = json_object_get(one, "tol");
    if (json_is_number(tolerance))
        expectation.tolerance = json_number_value(tolerance);
    if (!read_name(reading, one, "trip", &expectation.trip) ||
        !read_name(reading, one, "wave", &expectation.wave) ||
        !read_name(reading, one, "slice", &expectation.slice) ||
        !read_name(reading, one, "item", &expectation.item) ||
        !read_name(reading, one, "metric", &expectation.metric) ||
        !read_expected(reading, json_object_get(one, "value"), &expectation) || out->count == MOST)
        return false;
    if (out->count == reading->capacity) {
        reading->capacity = reading->capacity > 0 ? reading->capacity / 2 * 3 : 4096;
        out->list = xrealloc_array(out->list, reading->capacity, sizeof *out->list);
    }
    out->list[out->count++] = expectation;
    return true;
}

static bool read_metrics(struct reading *reading, struct error *err)
{
    json_error_t fault;
    if (!take(reading->file, '['))
        return error_set(err, ERR_INVALID, "expected.json: \"metrics\" is not an array");
    while (peek(reading->file) != ']') {
        json_t *one = read_value(reading->file, &fault);
        if (one == NULL)
            return error_set(err, ERR_INVALID, "expected.json, value %zu: %s",
                             reading->out->count + 1, fault.text);
        bool is_kept = keep(reading, one);
        json_decref(one);
        if (!is_kept)
            return error_set(err, ERR_INVALID,
                             "expected.json, value %zu: trip, wave, slice, item, metric and a "
                             "value are wanted",
                             reading->out->count + 1);
    }
    (void)getc_unlocked(reading->file);
    return true;
}

/* The document's members; all but the metrics are passed over. */
static bool read_document(struct reading *reading, struct error *err)
{
    json_error_t fault;
    bool has_metrics = false;
    if (!take(reading->file, '{'))
        return error_set(err, ERR_INVALID, "expected.json is not an object");
    while (peek(reading->file) == '"') {
        json_t *name = read_value(reading->file, &fault);
        bool is_metrics = name != NULL && strcmp(json_string_value(name), "metrics") == 0;
        bool is_named = name != NULL && take(reading->file, ':');
        json_decref(name);
        if (is_named && is_metrics) {
            has_metrics = true;
            if (!read_metrics(reading, err))
                return false;
            continue;
        }
        json_t *value = is_named ? read_value(reading->file, &fault) : NULL;
        if (value == NULL)
            return error_set(err, ERR_INVALID, "expected.json is not JSON");
        json_decref(value);
    }
    return has_metrics || error_set(err, ERR_INVALID, "expected.json has no \"metrics\"");
}

/* A counting sort by trip, which keeps the file's order within. */
static void group(struct expectations *out)
{
    size_t trips = names_count(out->names);
    size_t *next = xcalloc_array(trips + 1, sizeof *next);
    for (size_t i = 0; i < out->count; i++)
        next[out->list[i].trip + 1]++;
    for (size_t i = 0; i < trips; i++)
        next[i + 1] += next[i];
    struct expectation *sorted = xcalloc_array(out->count, sizeof *sorted);
    for (size_t i = 0; i < out->count; i++)
        sorted[next[out->list[i].trip]++] = out->list[i];
    free(next);
    free(out->list);
    out->list = sorted;
}

static bool is_grouped(const struct expectations *out)
{
    for (size_t i = 1; i < out->count; i++)
        if (out->list[i].trip < out->list[i - 1].trip)
            return false;
    return true;
}

bool expectations_read(const char *directory, struct expectations *expectations, struct error *err)
{
    *expectations = (struct expectations){.names = names_create()};
    struct reading reading = {.out = expectations};
    struct buf path;
    buf_init(&path);
    buf_printf(&path, "%s/expected.json", directory);
    reading.file = fopen(buf_text(&path), "rb");
    bool is_good = reading.file != NULL;
    if (is_good)
        (void)__fsetlocking(reading.file, FSETLOCKING_BYCALLER);
    else
        error_fill_errno(err, errno, "%s", buf_text(&path));
    buf_finish(&path);
    is_good = is_good && read_document(&reading, err);
    if (reading.file != NULL)
        fclose(reading.file);
    if (!is_good)
        expectations_finish(expectations);
    else if (!is_grouped(expectations))
        group(expectations);
    return is_good;
}

void expectations_finish(struct expectations *expectations)
{
    names_destroy(expectations->names);
    free(expectations->list);
    *expectations = (struct expectations){0};
}

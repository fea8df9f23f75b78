#include "comparison.h"

#include "table.h"
#include <assert.h>
#include <debriefd/buf.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of what debriefd has no row for, and so no family: the first that fits. A text that ends in * is
 * a beginning, NULL anything. */
static const struct {
    const char *wave, *item, *metric, *family;
} families[] = {
    {"int", NULL, NULL, "interview"},     {"pool", NULL, NULL, "comparison"},
    {NULL, NULL, "resp.*", "response"},   {NULL, NULL, "rel.*", "reliability"},
    {NULL, "balance", NULL, "balance"},   {NULL, "net*", NULL, "network"},
    {"pair", NULL, NULL, "learning"},     {NULL, "TRANSFER_*", NULL, "learning"},
    {NULL, "APPL_*", NULL, "learning"},   {NULL, "UPTAKE", NULL, "learning"},
    {NULL, "DISS_*", NULL, "learning"},   {NULL, "HOST*", NULL, "learning"},
    {NULL, "COMMIT_*", NULL, "learning"}, {NULL, NULL, NULL, "satisfaction"},
};

static bool fits(const char *pattern, const char *text)
{
    if (pattern == NULL)
        return true;
    size_t length = strlen(pattern);
    bool is_beginning = length > 0 && pattern[length - 1] == '*';
    return is_beginning ? strncmp(pattern, text, length - 1) == 0 : strcmp(pattern, text) == 0;
}

static const char *family_of(const char *wave, const char *item, const char *metric)
{
    size_t i = 0;
    while (!fits(families[i].wave, wave) || !fits(families[i].item, item) ||
           !fits(families[i].metric, metric))
        i++;
    return families[i].family;
}

static struct comparison_count *count_of(struct comparison *comparison, const char *family)
{
    size_t i = 0;
    while (i < comparison->families && strcmp(comparison->counts[i].family, family) != 0)
        i++;
    if (i == comparison->families) {
        assert(comparison->families < FAMILIES_MAX);
        comparison->counts[comparison->families++].family = family;
    }
    return &comparison->counts[i];
}

static void set_key(struct buf *key, const char *wave, const char *slice, const char *item,
                    const char *metric)
{
    buf_clear(key);
    buf_printf(key, "%s\x1f%s\x1f%s\x1f%s", wave, slice, item, metric);
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

/* Rows by their names. */
static json_t *index_rows(const json_t *metrics, struct buf *key)
{
    json_t *index = json_object();
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        json_t *row = json_array_get(metrics, i);
        set_key(key, text_of(row, "wave"), text_of(row, "slice"), text_of(row, "item"),
                text_of(row, "metric"));
        json_object_set(index, buf_text(key), row);
    }
    return index;
}

static bool is_equal(const struct names *names, const struct expectation *expected,
                     const json_t *value)
{
    switch (expected->type) {
    case EXPECTED_NULL:
        return json_is_null(value);
    case EXPECTED_TEXT:
        return json_is_string(value) &&
               strcmp(json_string_value(value), names_text(names, expected->text)) == 0;
    default:
        return json_is_number(value) &&
               fabs(json_number_value(value) - expected->value) <= expected->tolerance;
    }
}

static json_t *expected_json(const struct names *names, const struct expectation *expected)
{
    if (expected->type == EXPECTED_NULL)
        return json_null();
    return expected->type == EXPECTED_TEXT ? json_string(names_text(names, expected->text))
                                           : json_real(expected->value);
}

static void append_value(struct buf *line, const json_t *value)
{
    if (json_is_null(value))
        buf_append_text(line, "null");
    else if (json_is_number(value))
        buf_printf(line, "%.15g", json_number_value(value));
    else
        table_append_plain(line, json_string_value(value));
}

static void append_names(struct buf *line, const struct names *names,
                         const struct expectation *expected)
{
    const uint32_t parts[] = {expected->trip, expected->wave, expected->slice, expected->item,
                              expected->metric};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *text = names_text(names, parts[i]);
        table_append_plain(line, text[0] != '\0' ? text : "-");
        buf_append_char(line, ' ');
    }
}

static void tell_line(const struct names *names, const struct expectation *expected,
                      const json_t *wanted, const json_t *row)
{
    struct buf line;
    buf_init(&line);
    append_names(&line, names, expected);
    buf_append_text(&line, "expected ");
    append_value(&line, wanted);
    if (row == NULL) {
        buf_append_text(&line, ", there is no such metric");
    } else {
        buf_append_text(&line, ", got ");
        append_value(&line, json_object_get(row, "value"));
        if (json_is_string(json_object_get(row, "null_reason")))
            buf_printf(&line, " (%s)", text_of(row, "null_reason"));
        buf_printf(&line, ", tolerance %.3g", expected->tolerance);
    }
    puts(buf_text(&line));
    buf_finish(&line);
}

static void tell_json(const struct names *names, const struct expectation *expected, json_t *wanted,
                      const json_t *row)
{
    json_t *line = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:O,s:f,s:b}", "trip", names_text(names, expected->trip), "wave",
        names_text(names, expected->wave), "slice", names_text(names, expected->slice), "item",
        names_text(names, expected->item), "metric", names_text(names, expected->metric),
        "expected", wanted, "tolerance", expected->tolerance, "computed", row != NULL);
    if (row != NULL)
        json_object_set(line, "value", json_object_get(row, "value"));
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

static void compare(struct comparison *comparison, const struct names *names,
                    const struct expectation *expected, const json_t *row)
{
    struct comparison_count *count = count_of(
        comparison, family_of(names_text(names, expected->wave), names_text(names, expected->item),
                              names_text(names, expected->metric)));
    if (row != NULL && is_equal(names, expected, json_object_get(row, "value"))) {
        count->equal++;
        return;
    }
    ++*(row != NULL ? &count->different : &count->missing);
    json_t *wanted = expected_json(names, expected);
    if (comparison->is_json)
        tell_json(names, expected, wanted, row);
    else
        tell_line(names, expected, wanted, row);
    json_decref(wanted);
}

void comparison_add(struct comparison *comparison, const struct names *names,
                    const struct expectation *list, size_t count, const json_t *metrics)
{
    struct buf key;
    buf_init(&key);
    json_t *index = index_rows(metrics, &key);
    for (size_t i = 0; i < count; i++) {
        set_key(&key, names_text(names, list[i].wave), names_text(names, list[i].slice),
                names_text(names, list[i].item), names_text(names, list[i].metric));
        compare(comparison, names, &list[i], json_object_get(index, buf_text(&key)));
    }
    json_decref(index);
    buf_finish(&key);
}

static void tell_count(const struct comparison *comparison, const struct comparison_count *count)
{
    uint64_t all = count->equal + count->different + count->missing;
    printf(comparison->is_json ? "{\"family\":\"%s\",\"values\":%" PRIu64 ",\"equal\":%" PRIu64
                                 ",\"different\":%" PRIu64 ",\"missing\":%" PRIu64 "}\n"
                               : "%-12s %9" PRIu64 " values: %" PRIu64 " equal, %" PRIu64
                                 " different, %" PRIu64 " missing\n",
           count->family, all, count->equal, count->different, count->missing);
}

bool comparison_finish(const struct comparison *comparison)
{
    struct comparison_count all = {.family = "all"};
    for (size_t i = 0; i < comparison->families; i++) {
        tell_count(comparison, &comparison->counts[i]);
        all.equal += comparison->counts[i].equal;
        all.different += comparison->counts[i].different;
        all.missing += comparison->counts[i].missing;
    }
    tell_count(comparison, &all);
    return all.different == 0 && all.missing == 0;
}

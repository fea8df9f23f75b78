#include "metric_csv.h"

#include <string.h>

#define SEPARATOR "\x1f" /* in no name */

static const char *const study_columns[] = {"study", "study_name", "release", NULL};
static const char *const long_columns[] = {"family", "wave",        "slice",  "item",    "metric",
                                           "value",  "null_reason", "n",      "N",       "low",
                                           "high",   "unit",        "method", "version", NULL};
static const char *const wide_columns[] = {"family", "wave", "item", "slice", NULL};

/* What the spreadsheets in use begin a formula with, also in its full-width form (U+FF1D, U+FF0B,
 * U+FF0D, U+FF20), and white space that they pass over before it. */
static bool is_formula(const char *text)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    text += strspn(text, " ");
    bool begins = text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        begins = begins || strncmp(text, wide[i], strlen(wide[i])) == 0;
    return begins;
}

static void append_text(struct buf *csv, const char *text)
{
    buf_append_char(csv, '"');
    if (is_formula(text))
        buf_append_char(csv, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_append_char(csv, '"');
        buf_append_char(csv, *text);
    }
    buf_append_char(csv, '"');
}

static void append_value(struct buf *csv, const json_t *value)
{
    if (json_is_string(value) && json_string_length(value) > 0)
        append_text(csv, json_string_value(value));
    else if (json_is_integer(value))
        buf_printf(csv, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(csv, "%.17g", json_real_value(value));
}

/* Each followed by a comma. */
static void append_names(struct buf *csv, const char *const *names)
{
    for (; *names != NULL; names++)
        buf_printf(csv, "%s,", *names);
}

static void append_cells(struct buf *csv, const json_t *row, const char *const *names)
{
    for (; *names != NULL; names++) {
        append_value(csv, json_object_get(row, *names));
        buf_append_char(csv, ',');
    }
}

/* In place of the last comma. */
static void end_line(struct buf *csv)
{
    csv->length--;
    buf_append_text(csv, "\r\n");
}

static void write_long(struct buf *csv, const json_t *metrics, const char *const *studies)
{
    append_names(csv, studies);
    append_names(csv, long_columns);
    end_line(csv);
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json_t *row = json_array_get(metrics, i);
        append_cells(csv, row, studies);
        append_cells(csv, row, long_columns);
        end_line(csv);
    }
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

/* Lines by what tells them apart, each with its rows by metric; both keep their order. */
static void collect(const json_t *metrics, json_t *names, json_t *lines)
{
    struct buf key;
    buf_init(&key);
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        json_t *row = json_array_get(metrics, i);
        buf_clear(&key);
        buf_printf(&key, "%s" SEPARATOR, text_of(row, "study"));
        for (const char *const *name = wide_columns; *name != NULL; name++)
            buf_printf(&key, "%s" SEPARATOR, text_of(row, *name));
        json_t *line = json_object_get(lines, buf_text(&key));
        if (line == NULL) {
            line = json_object();
            json_object_set_new(lines, buf_text(&key), line);
        }
        json_object_set(line, text_of(row, "metric"), row);
        if (json_object_get(names, text_of(row, "metric")) == NULL)
            json_object_set_new(names, text_of(row, "metric"), json_true());
    }
    buf_finish(&key);
}

/* "mean: withheld_k; sd: withheld_k" */
static void append_reasons(struct buf *csv, json_t *line)
{
    struct buf reasons;
    buf_init(&reasons);
    const char *name;
    json_t *row;
    json_object_foreach(line, name, row)
    {
        const char *reason = text_of(row, "null_reason");
        if (reason[0] != '\0')
            buf_printf(&reasons, "%s%s: %s", reasons.length > 0 ? "; " : "", name, reason);
    }
    if (reasons.length > 0)
        append_text(csv, buf_text(&reasons));
    buf_append_char(csv, ',');
    buf_finish(&reasons);
}

static void write_wide(struct buf *csv, const json_t *metrics, const char *const *studies)
{
    json_t *names = json_object();
    json_t *lines = json_object();
    const char *name;
    json_t *ignored;
    collect(metrics, names, lines);
    append_names(csv, studies);
    append_names(csv, wide_columns);
    json_object_foreach(names, name, ignored)
    {
        append_text(csv, name);
        buf_append_char(csv, ',');
    }
    buf_append_text(csv, "null_reasons,");
    end_line(csv);
    json_t *line;
    json_object_foreach(lines, name, line)
    {
        const json_t *any = json_object_iter_value(json_object_iter(line));
        append_cells(csv, any, studies);
        append_cells(csv, any, wide_columns);
        const char *metric;
        json_object_foreach(names, metric, ignored)
        {
            append_value(csv, json_object_get(json_object_get(line, metric), "value"));
            buf_append_char(csv, ',');
        }
        append_reasons(csv, line);
        end_line(csv);
    }
    json_decref(lines);
    json_decref(names);
}

void metric_csv_write(struct buf *csv, const json_t *metrics, enum metric_layout layout,
                      enum metric_scope scope)
{
    const char *const *studies = scope == METRIC_PROGRAMME ? study_columns : study_columns + 3;
    if (layout == METRIC_WIDE)
        write_wide(csv, metrics, studies);
    else
        write_long(csv, metrics, studies);
}

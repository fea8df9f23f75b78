#include "records.h"

#include "records_part.h"
#include <ctype.h>
#include <debriefd/problem.h>
#include <debriefd/text.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void reading_fault(struct reading *reading, const char *code, const char *detail, const char *name)
{
    char pointer[96];
    snprintf(pointer, sizeof pointer, "/%zu/%s", reading->line, name);
    violations_add(reading->violations, pointer, code, "%s", detail);
}

const struct record_column *reading_column(const struct reading *reading, const char *name)
{
    const struct record_column *column = reading->columns;
    while (column->name != NULL && strcasecmp(column->name, name) != 0)
        column++;
    return column;
}

const char *record_text(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

void record_fault(const json_t *row, const char *name, const char *code, const char *detail,
                  struct violations *violations)
{
    char pointer[96];
    snprintf(pointer, sizeof pointer, "/%lld/%s",
             (long long)json_integer_value(json_object_get(row, "line")), name);
    violations_add(violations, pointer, code, "%s", detail);
}

static bool read_flag(const char *text, bool fallback, bool *flag)
{
    static const char *const yes[] = {"1", "true", "yes", "ja", NULL};
    static const char *const no[] = {"0", "false", "no", "nej", NULL};
    *flag = fallback;
    for (size_t i = 0; yes[i] != NULL; i++) {
        if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
            *flag = strcasecmp(text, yes[i]) == 0;
            return true;
        }
    }
    return text[0] == '\0';
}

static void set_flag(struct reading *reading, const struct record_column *column, const char *text)
{
    bool flag;
    if (read_flag(text, column->fallback, &flag))
        json_object_set_new(reading->row, column->name, json_boolean(flag));
    else
        reading_fault(reading, "format", "must be 1, 0, yes, no, ja, nej or empty", column->name);
}

static void set_integer(struct reading *reading, const struct record_column *column,
                        const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    bool starts_well = text[0] == '-' || isdigit((unsigned char)text[0]) != 0;
    char detail[80];
    if (text[0] == '\0')
        return;
    if (starts_well && *end == '\0' && value >= column->low && value <= column->high) {
        json_object_set_new(reading->row, column->name, json_integer(value));
        return;
    }
    snprintf(detail, sizeof detail, "must be a whole number from %d to %d", column->low,
             column->high);
    reading_fault(reading, "format", detail, column->name);
}

static void set_list(struct reading *reading, const struct record_column *column, const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "|");
        size_t blank = strspn(at, " ");
        size_t kept = length;
        while (kept > blank && at[kept - 1] == ' ')
            kept--;
        if (kept > blank)
            json_array_append_new(list, json_stringn(at + blank, kept - blank));
        at += length + (at[length] == '|');
    }
    json_object_set_new(reading->row, column->name, list);
}

static void set_text(struct reading *reading, const struct record_column *column, const char *text)
{
    char detail[200] = "must be one of:";
    bool is_known = column->values == NULL || text[0] == '\0';
    for (const char *const *value = column->values; !is_known && *value != NULL; value++) {
        is_known = strcmp(*value, text) == 0;
        snprintf(detail + strlen(detail), sizeof detail - strlen(detail), " %s", *value);
    }
    if (is_known)
        json_object_set_new(reading->row, column->name, json_string(text));
    else
        reading_fault(reading, "unknown_value", detail, column->name);
}

void reading_set(struct reading *reading, const struct record_column *column, const char *text,
                 size_t length)
{
    static void (*const setters[])(struct reading *, const struct record_column *, const char *) = {
        [RECORD_TEXT] = set_text,
        [RECORD_FLAG] = set_flag,
        [RECORD_INTEGER] = set_integer,
        [RECORD_LIST] = set_list,
    };
    size_t longest = column->longest > 0 ? column->longest : RECORD_CELL_MAX;
    char detail[80];
    snprintf(detail, sizeof detail, "is longer than %zu characters", longest);
    if (!text_is_utf8(text, length))
        reading_fault(reading, "encoding", "is not UTF-8", column->name);
    else if (text_code_points(text, length) > longest)
        reading_fault(reading, "length", detail, column->name);
    else
        setters[column->type](reading, column, text);
}

static json_t *empty_value(const struct record_column *column)
{
    if (column->type == RECORD_FLAG)
        return json_boolean(column->fallback);
    if (column->type == RECORD_LIST)
        return json_array();
    return column->type == RECORD_INTEGER ? json_null() : json_string("");
}

static bool is_empty(const json_t *row, const struct record_column *column)
{
    const json_t *value = json_object_get(row, column->name);
    if (column->type == RECORD_TEXT)
        return record_text(row, column->name)[0] == '\0';
    return value == NULL;
}

void reading_keep(struct reading *reading)
{
    for (const struct record_column *column = reading->columns; column->name != NULL; column++) {
        if (column->is_required && is_empty(reading->row, column))
            reading_fault(reading, "required", "is required", column->name);
        if (json_object_get(reading->row, column->name) == NULL)
            json_object_set_new(reading->row, column->name, empty_value(column));
    }
    json_object_set_new(reading->row, "line", json_integer((json_int_t)reading->line));
    json_array_append_new(reading->rows, reading->row);
    reading->row = json_object();
}

void record_set_reference(json_t *row, struct violations *violations)
{
    char reference[RECORD_CELL_MAX * 4 + 8];
    const char *person = record_text(row, "person");
    snprintf(reference, sizeof reference, "%s",
             person[0] != '\0' ? person : record_text(row, "email"));
    if (person[0] == '\0')
        for (char *at = reference; *at != '\0'; at++)
            *at = (char)tolower((unsigned char)*at);
    if (reference[0] == '\0')
        record_fault(row, "email", "required", "give an e-mail address or a person reference",
                     violations);
    json_object_set_new(row, "reference", json_string(reference));
}

json_t *records_read(struct request *request, const struct record_column *columns, size_t most,
                     struct violations *violations)
{
    size_t length;
    const char *body = request_body(request, &length);
    struct reading reading = {.columns = columns,
                              .violations = violations,
                              .rows = json_array(),
                              .row = json_object(),
                              .line = 1};
    if (request_has_type(request, "text/csv")) {
        reading_csv(&reading, body, length);
    } else if (request_has_type(request, "application/x-ndjson")) {
        reading_lines(&reading, body, length);
    } else {
        request_problem(request, 415, NULL, "send text/csv or application/x-ndjson");
        json_decref(reading.rows);
        reading.rows = NULL;
    }
    json_decref(reading.row);
    if (json_array_size(reading.rows) > most)
        violations_add(violations, "", "too_many", "an import has at most %zu rows", most);
    return reading.rows;
}

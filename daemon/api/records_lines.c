/* One JSON object a line. */
#include "records_part.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void wrong_type(struct reading *reading, const struct record_column *column)
{
    static const char *const details[] = {
        [RECORD_TEXT] = "must be a text",
        [RECORD_FLAG] = "must be true or false",
        [RECORD_INTEGER] = "must be a whole number or null",
        [RECORD_LIST] = "must be an array of texts",
    };
    reading_fault(reading, "type", details[column->type], column->name);
}

static void set_list(struct reading *reading, const struct record_column *column,
                     const json_t *given)
{
    bool is_good = json_is_array(given);
    for (size_t i = 0; i < json_array_size(given); i++) {
        const json_t *one = json_array_get(given, i);
        is_good = is_good && json_is_string(one) && json_string_length(one) > 0 &&
                  json_string_length(one) <= RECORD_CELL_MAX;
    }
    if (is_good)
        json_object_set(reading->row, column->name, (json_t *)(uintptr_t)given);
    else
        wrong_type(reading, column);
}

/* A number is read as its text is, so that both formats have the same bounds. */
static void set_member(struct reading *reading, const struct record_column *column,
                       const json_t *given)
{
    char digits[32];
    bool is_null = json_is_null(given);
    if (column->type == RECORD_LIST) {
        set_list(reading, column, given);
    } else if (column->type == RECORD_TEXT && (json_is_string(given) || is_null)) {
        reading_set(reading, column, is_null ? "" : json_string_value(given),
                    is_null ? 0 : json_string_length(given));
    } else if (column->type == RECORD_FLAG && json_is_boolean(given)) {
        reading_set(reading, column, json_is_true(given) ? "1" : "0", 1);
    } else if (column->type == RECORD_INTEGER && json_is_integer(given)) {
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(given));
        reading_set(reading, column, digits, strlen(digits));
    } else if (column->type != RECORD_INTEGER || !is_null) {
        wrong_type(reading, column);
    }
}

static void read_object(struct reading *reading, const json_t *object)
{
    const char *name;
    json_t *given;
    json_object_foreach((json_t *)(uintptr_t)object, name, given)
    {
        const struct record_column *column = reading_column(reading, name);
        if (column->name == NULL || strcmp(column->name, name) != 0)
            reading_fault(reading, "unknown_field", "is not a field of this import", name);
        else
            set_member(reading, column, given);
    }
    reading_keep(reading);
}

static void read_line(struct reading *reading, const char *text, size_t length)
{
    json_error_t fault;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
    if (object == NULL)
        reading_fault(reading, "malformed", fault.text, "");
    else if (!json_is_object(object))
        reading_fault(reading, "type", "must be a JSON object", "");
    else
        read_object(reading, object);
    json_decref(object);
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    return true;
}

void reading_lines(struct reading *reading, const char *body, size_t length)
{
    const char *end = body + length;
    while (body < end) {
        const char *stop = memchr(body, '\n', (size_t)(end - body));
        size_t line = stop != NULL ? (size_t)(stop - body) : (size_t)(end - body);
        if (!is_blank(body, line))
            read_line(reading, body, line);
        body += line + (stop != NULL);
        reading->line++;
    }
}

/* From answers to fields. */
#include "form_values_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void fill_fn(struct form_values *values, size_t index, const json_t *answer);

static void put_integer(struct form_values *values, size_t index, const char *part,
                        json_int_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, value);
    form_values_put(values, index, part, text);
}

/* The shortest decimal text that reads back as the same number. */
static void put_real(struct form_values *values, size_t index, double value)
{
    char text[400];
    snprintf(text, sizeof text, "%.15g", value);
    if (strtod(text, NULL) != value)
        snprintf(text, sizeof text, "%.17g", value);
    if (strchr(text, 'e') != NULL)
        snprintf(text, sizeof text, value < 1 && value > -1 ? "%.20f" : "%.0f", value);
    char *point = strchr(text, '.');
    if (point != NULL && values->decimal_comma)
        *point = ',';
    form_values_put(values, index, "", text);
}

static void fill_number(struct form_values *values, size_t index, const json_t *answer)
{
    if (json_is_integer(answer))
        put_integer(values, index, "", json_integer_value(answer));
    else if (json_is_real(answer))
        put_real(values, index, json_real_value(answer));
}

static void fill_string(struct form_values *values, size_t index, const json_t *answer)
{
    if (json_is_string(answer))
        form_values_put(values, index, "", json_string_value(answer));
}

static void fill_binary(struct form_values *values, size_t index, const json_t *answer)
{
    bool yes = json_is_true(answer) || json_integer_value(answer) == 1;
    form_values_put(values, index, "", yes ? "1" : "0");
}

static void fill_multiple(struct form_values *values, size_t index, const json_t *answer)
{
    if (json_array_size(answer) == 0)
        form_values_put(values, index, "", "!none");
    for (size_t i = 0; i < json_array_size(answer); i++)
        fill_string(values, index, json_array_get(answer, i));
}

static void fill_ranking(struct form_values *values, size_t index, const json_t *answer)
{
    for (size_t i = 0; i < json_array_size(answer); i++)
        if (json_is_string(json_array_get(answer, i)))
            put_integer(values, index, json_string_value(json_array_get(answer, i)),
                        (json_int_t)i + 1);
}

static const char *missing_value(const json_t *answer)
{
    const char *why = json_string_value(json_object_get(answer, "missing"));
    if (why == NULL)
        return NULL;
    return strcmp(why, "dk") == 0 ? "!dk" : "!refused";
}

static void fill_matrix(struct form_values *values, size_t index, const json_t *answer)
{
    const struct item *item = instrument_item(values->instrument, index);
    for (size_t i = 0; i < item->row_count; i++) {
        const json_t *cell = json_object_get(answer, item->rows[i].id);
        const char *missing =
            missing_value(missing_value(answer) != NULL && cell == NULL ? answer : cell);
        if (missing != NULL)
            form_values_put(values, index, item->rows[i].id, missing);
        else if (json_is_integer(cell))
            put_integer(values, index, item->rows[i].id, json_integer_value(cell));
    }
}

static void fill_roster(struct form_values *values, size_t index, const json_t *answer)
{
    const char *person;
    json_t *level;
    bool complete = !json_is_false(json_object_get(answer, "complete"));
    json_object_foreach((json_t *)(uintptr_t)answer, person, level)
    {
        if (json_is_integer(level))
            put_integer(values, index, person, json_integer_value(level));
        else if (json_is_null(level))
            form_values_put(values, index, person, "!skip");
    }
    if (complete)
        form_values_put(values, index, "complete", "1");
}

static void fill_status(struct form_values *values, size_t index, const json_t *answer)
{
    const char *id;
    json_t *word;
    json_object_foreach((json_t *)(uintptr_t)answer, id, word)
    {
        if (json_is_string(word))
            form_values_put(values, index, id, json_string_value(word));
    }
}

static void fill_rows(struct form_values *values, size_t index, const json_t *answer)
{
    for (size_t row = 0; row < json_array_size(answer) && row < FORM_ROWS_MAX; row++) {
        const char *field;
        json_t *value;
        json_object_foreach(json_array_get(answer, row), field, value)
        {
            const char *text = json_string_value(value);
            if (json_is_boolean(value))
                text = json_is_true(value) ? "1" : "0";
            if (text != NULL)
                form_values_put(values, index, form_values_row(row, field).text, text);
        }
    }
}

static fill_fn *const fillers[ITEM_TYPES] = {
    [ITEM_RATING] = fill_number,    [ITEM_NPS] = fill_number,
    [ITEM_COUNT] = fill_number,     [ITEM_NUMBER] = fill_number,
    [ITEM_SINGLE] = fill_string,    [ITEM_TEXT] = fill_string,
    [ITEM_BINARY] = fill_binary,    [ITEM_MULTIPLE] = fill_multiple,
    [ITEM_RANKING] = fill_ranking,  [ITEM_MATRIX] = fill_matrix,
    [ITEM_ROSTER] = fill_roster,    [ITEM_CONTACTS] = fill_rows,
    [ITEM_COMMITMENTS] = fill_rows, [ITEM_COMMITMENT_STATUS] = fill_status,
};

/* Types whose missing answer is one of the choices. */
static bool is_chosen(enum item_type type)
{
    return type == ITEM_RATING || type == ITEM_NPS || type == ITEM_SINGLE || type == ITEM_BINARY ||
           type == ITEM_MULTIPLE;
}

void form_values_fill(struct form_values *values, size_t item, const json_t *answer)
{
    enum item_type type = instrument_item(values->instrument, item)->type;
    const char *missing = missing_value(answer);
    if (answer == NULL || fillers[type] == NULL)
        return;
    if (missing == NULL || type == ITEM_MATRIX)
        fillers[type](values, item, answer);
    else if (is_chosen(type))
        form_values_put(values, item, "", missing);
    else
        form_values_put(values, item, "missing", missing + 1);
}

/* From fields to answers. */
#include "form_values_part.h"

#include <debriefd/uuid.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_LENGTH 40
#define WHOLE         1e15 /* below it every integer is a double */

struct reading {
    const struct form_values *values;
    const struct item *item;
    size_t index;
    struct violations *violations;
};

typedef json_t *answer_fn(const struct reading *reading);

static json_t *fault(const struct reading *reading, const char *code, const char *part)
{
    char pointer[sizeof((struct violation *)0)->pointer];
    snprintf(pointer, sizeof pointer, "/answers/%s%s%.60s", reading->item->id,
             *part != '\0' ? "/" : "", part);
    violations_add(reading->violations, pointer, code, "the form's field cannot be read");
    return NULL;
}

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \t\n")] == '\0';
}

static const char *value_of(const struct reading *reading, const char *part)
{
    const char *value = form_values_get(reading->values, reading->index, part);
    return value != NULL ? value : "";
}

static json_t *missing(const char *value)
{
    if (strcmp(value, "!dk") == 0 || strcmp(value, "dk") == 0)
        return json_pack("{s:s}", "missing", "dk");
    if (strcmp(value, "!refused") == 0 || strcmp(value, "refused") == 0)
        return json_pack("{s:s}", "missing", "refused");
    return NULL;
}

/* Without the spaces that people group digits with, also the ones that do not break; a comma and a
 * typographic minus become what C reads. False when it is too long. */
static bool plain_number(const char *text, char *plain)
{
    size_t length = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '\t' || *text == '\n')
            continue;
        if (strncmp(text, "\u00a0", 2) == 0) {
            text += 1;
            continue;
        }
        if (strncmp(text, "\u202f", 3) == 0) {
            text += 2;
            continue;
        }
        char byte = *text == ',' ? '.' : *text;
        if (strncmp(text, "\u2212", 3) == 0) {
            byte = '-';
            text += 2;
        }
        if (length == NUMBER_LENGTH)
            return false;
        plain[length++] = byte;
    }
    plain[length] = '\0';
    return true;
}

/* Digits, with a sign before and one decimal point among them at most. */
static bool is_number(const char *text, bool *is_integer)
{
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, "0123456789");
    size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    *is_integer = text[whole] == '\0';
    return whole > 0 && (*is_integer || (fraction > 0 && text[whole + 1 + fraction] == '\0'));
}

static json_t *read_number(const struct reading *reading, const char *part, const char *text)
{
    char plain[NUMBER_LENGTH + 1];
    bool is_integer;
    if (!plain_number(text, plain) || !is_number(plain, &is_integer))
        return fault(reading, "not_number", part);
    double value = strtod(plain, NULL);
    bool is_whole = value > -WHOLE && value < WHOLE && value == (double)(json_int_t)value;
    return is_whole ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *read_integer(const struct reading *reading, const char *part, const char *text)
{
    char plain[NUMBER_LENGTH + 1];
    bool is_integer;
    if (!plain_number(text, plain) || !is_number(plain, &is_integer) || !is_integer ||
        strlen(plain) > 18)
        return fault(reading, "not_integer", part);
    return json_integer(strtoll(plain, NULL, 10));
}

static json_t *answer_integer(const struct reading *reading)
{
    return read_integer(reading, "", value_of(reading, ""));
}

static json_t *answer_number(const struct reading *reading)
{
    return read_number(reading, "", value_of(reading, ""));
}

static json_t *answer_string(const struct reading *reading)
{
    return json_string(value_of(reading, ""));
}

static json_t *answer_binary(const struct reading *reading)
{
    return json_boolean(strcmp(value_of(reading, ""), "1") == 0);
}

static json_t *answer_multiple(const struct reading *reading)
{
    json_t *chosen = json_array();
    bool none = form_values_has(reading->values, reading->index, "", "!none");
    for (size_t entry = form_values_next(reading->values, reading->index, SIZE_MAX);
         entry != SIZE_MAX; entry = form_values_next(reading->values, reading->index, entry)) {
        const char *value = form_values_value(reading->values, entry);
        if (*form_values_part(reading->values, entry) == '\0' && *value != '!' && *value != '\0')
            json_array_append_new(chosen, json_string(value));
    }
    if (json_array_size(chosen) > 0 ? !none : none)
        return chosen;
    if (none)
        fault(reading, "both", "");
    json_decref(chosen);
    return NULL;
}

/* Gaps between ranks are closed; two of the same rank are a tie. */
static json_t *answer_ranking(const struct reading *reading)
{
    const struct item *item = reading->item;
    const char *ranked[INSTRUMENT_OPTIONS + 1] = {NULL};
    json_t *answer = json_array();
    for (size_t i = 0; i < item->option_count; i++) {
        const char *value = value_of(reading, item->options[i].id);
        long rank = strtol(value, NULL, 10);
        if (is_blank(value))
            continue;
        if (rank < 1 || rank > (long)item->option_count || ranked[rank] != NULL) {
            json_decref(answer);
            return fault(reading, "tie", item->options[i].id);
        }
        ranked[rank] = item->options[i].id;
    }
    for (size_t rank = 1; rank <= item->option_count; rank++)
        if (ranked[rank] != NULL)
            json_array_append_new(answer, json_string(ranked[rank]));
    if (json_array_size(answer) > 0)
        return answer;
    json_decref(answer);
    return NULL;
}

/* Takes `answer`; NULL instead of an empty object. */
static json_t *unless_empty(json_t *answer)
{
    if (json_object_size(answer) > 0)
        return answer;
    json_decref(answer);
    return NULL;
}

static json_t *answer_matrix(const struct reading *reading)
{
    json_t *answer = json_object();
    for (size_t i = 0; i < reading->item->row_count; i++) {
        const char *row = reading->item->rows[i].id;
        const char *value = value_of(reading, row);
        if (is_blank(value))
            continue;
        json_t *cell = missing(value);
        if (cell == NULL)
            cell = read_integer(reading, row, value);
        if (cell != NULL)
            json_object_set_new(answer, row, cell);
    }
    return unless_empty(answer);
}

static void add_level(const struct reading *reading, json_t *answer, const char *part,
                      const char *value)
{
    struct uuid person;
    if (!uuid_parse(part, strlen(part), &person) || is_blank(value))
        return;
    json_t *level = strcmp(value, "!skip") == 0 ? json_null() : read_integer(reading, part, value);
    if (level != NULL)
        json_object_set_new(answer, uuid_format(&person).text, level);
}

static json_t *answer_roster(const struct reading *reading)
{
    json_t *answer = json_object();
    for (size_t entry = form_values_next(reading->values, reading->index, SIZE_MAX);
         entry != SIZE_MAX; entry = form_values_next(reading->values, reading->index, entry))
        add_level(reading, answer, form_values_part(reading->values, entry),
                  form_values_value(reading->values, entry));
    if (json_object_size(answer) > 0 && strcmp(value_of(reading, "complete"), "1") != 0)
        json_object_set_new(answer, "complete", json_false());
    return unless_empty(answer);
}

static json_t *answer_status(const struct reading *reading)
{
    json_t *answer = json_object();
    for (size_t entry = form_values_next(reading->values, reading->index, SIZE_MAX);
         entry != SIZE_MAX; entry = form_values_next(reading->values, reading->index, entry)) {
        const char *id = form_values_part(reading->values, entry);
        const char *word = form_values_value(reading->values, entry);
        if (*id != '\0' && *word != '\0' && strcmp(id, "missing") != 0)
            json_object_set_new(answer, id, json_string(word));
    }
    return unless_empty(answer);
}

static bool is_row(const struct reading *reading, size_t row)
{
    for (const char *const *field = form_values_row_fields(reading->item->type); *field != NULL;
         field++)
        if (!is_blank(value_of(reading, form_values_row(row, *field).text)))
            return true;
    return false;
}

static void set_text(const struct reading *reading, json_t *entry, size_t row, const char *field)
{
    const char *value = value_of(reading, form_values_row(row, field).text);
    if (!is_blank(value))
        json_object_set_new(entry, field, json_string(value));
}

static void need(const struct reading *reading, const json_t *entry, size_t row, const char *field,
                 const char *code)
{
    if (json_object_get(entry, field) == NULL)
        fault(reading, code, form_values_row(row, field).text);
}

static json_t *read_contact(const struct reading *reading, size_t row)
{
    json_t *entry = json_object();
    const char *kept = value_of(reading, form_values_row(row, "kept").text);
    set_text(reading, entry, row, "name");
    set_text(reading, entry, row, "organisation");
    if (*kept != '\0')
        json_object_set_new(entry, "kept", json_boolean(strcmp(kept, "1") == 0));
    need(reading, entry, row, "name", "need_name");
    return entry;
}

static json_t *read_commitment(const struct reading *reading, size_t row)
{
    static const char *const fields[] = {"id", "text", "level", "due", "audience"};
    json_t *entry = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        set_text(reading, entry, row, fields[i]);
    if (strcmp(value_of(reading, form_values_row(row, "named").text), "1") == 0)
        json_object_set_new(entry, "named", json_true());
    need(reading, entry, row, "text", "need_text");
    need(reading, entry, row, "level", "need_level");
    return entry;
}

static bool is_taken(const json_t *entries, const char *id)
{
    size_t index;
    json_t *entry;
    json_array_foreach((json_t *)(uintptr_t)entries, index, entry)
    {
        const char *other = json_string_value(json_object_get(entry, "id"));
        if (other != NULL && strcmp(other, id) == 0)
            return true;
    }
    return false;
}

/* A commitment keeps its name when one before it is taken away: later waves ask by it. */
static void name_new(json_t *entries)
{
    size_t index;
    json_t *entry;
    unsigned next = 1;
    json_array_foreach(entries, index, entry)
    {
        char id[16];
        if (json_object_get(entry, "id") != NULL)
            continue;
        do
            snprintf(id, sizeof id, "%u", next++);
        while (is_taken(entries, id));
        json_object_set_new(entry, "id", json_string(id));
    }
}

static json_t *answer_rows(const struct reading *reading)
{
    bool contacts = reading->item->type == ITEM_CONTACTS;
    json_t *entries = json_array();
    for (size_t row = 0; row < FORM_ROWS_MAX; row++)
        if (is_row(reading, row))
            json_array_append_new(entries, contacts ? read_contact(reading, row)
                                                    : read_commitment(reading, row));
    if (!contacts)
        name_new(entries);
    if (json_array_size(entries) > 0)
        return entries;
    json_decref(entries);
    return NULL;
}

static const struct {
    answer_fn *read;
    bool typed; /* blank is no answer, and what is missing is said beside it */
    bool chosen;
} types[ITEM_TYPES] = {
    [ITEM_RATING] = {answer_integer, .chosen = true},
    [ITEM_NPS] = {answer_integer, .chosen = true},
    [ITEM_SINGLE] = {answer_string, .chosen = true},
    [ITEM_BINARY] = {answer_binary, .chosen = true},
    [ITEM_MULTIPLE] = {answer_multiple, .chosen = true},
    [ITEM_COUNT] = {answer_integer, .typed = true},
    [ITEM_NUMBER] = {answer_number, .typed = true},
    [ITEM_TEXT] = {answer_string, .typed = true},
    [ITEM_MATRIX] = {answer_matrix},
    [ITEM_RANKING] = {answer_ranking},
    [ITEM_ROSTER] = {answer_roster},
    [ITEM_CONTACTS] = {answer_rows},
    [ITEM_COMMITMENTS] = {answer_rows},
    [ITEM_COMMITMENT_STATUS] = {answer_status},
};

/* One of the choices; of a multiple's several, the last one says whether an answer is missing. */
static json_t *answer_chosen(const struct reading *reading)
{
    const char *value = value_of(reading, "");
    json_t *answer = missing(value);
    if (answer != NULL)
        return answer;
    return is_blank(value) ? NULL : types[reading->item->type].read(reading);
}

json_t *form_values_answer(const struct form_values *values, size_t item,
                           struct violations *violations)
{
    struct reading reading = {values, instrument_item(values->instrument, item), item, violations};
    enum item_type type = reading.item->type;
    size_t faults = violations->total;
    if (types[type].chosen)
        return answer_chosen(&reading);
    json_t *answer = NULL;
    json_t *absent = missing(value_of(&reading, "missing"));
    if (types[type].read != NULL && !(types[type].typed && is_blank(value_of(&reading, ""))))
        answer = types[type].read(&reading);
    if (answer != NULL && absent != NULL)
        fault(&reading, "both", "");
    if (answer == NULL && violations->total == faults)
        return absent;
    json_decref(absent);
    if (violations->total == faults)
        return answer;
    json_decref(answer);
    return NULL;
}

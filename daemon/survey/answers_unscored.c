/* The values of unscored items, as JSON text with members in a fixed order. */
#include "answers_part.h"

#include <debriefd/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LENGTH 200 /* code points of a name, an organisation, an audience */
#define ID_LENGTH   64  /* of a commitment's id */

/* The shortest decimal text that reads back as the same number. */
static void append_real(struct buf *buf, double value)
{
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buf_append_text(buf, text);
}

enum answers_state answers_number(struct reading *reading, const struct item *item,
                                  enum reader_token token)
{
    const struct reader *reader = reading->reader;
    if (token != READER_INTEGER && token != READER_REAL)
        return answers_refuse(reading, token, "wrong_type", "this must be a number");
    double value = token == READER_REAL ? reader->real : (double)reader->integer;
    if (value < item->number_minimum || value > item->number_maximum)
        return answers_fault(reading, "out_of_range", "this is outside the item's range");
    if (token == READER_INTEGER)
        buf_printf(&reading->answers->written, "%lld", (long long)reader->integer);
    else
        append_real(&reading->answers->written, value);
    return ANSWERED;
}

void answers_append_comma(struct buf *written)
{
    if (written->data[written->length - 1] != '{')
        buf_append_char(written, ',');
}

static bool is_blank(struct reader_text text)
{
    size_t i = 0;
    while (i < text.length && strchr(" \t\r\n", text.bytes[i]) != NULL)
        i++;
    return i == text.length;
}

static bool fits(struct reading *reading, struct reader_text text, size_t most)
{
    if (text.length <= most || text_code_points(text.bytes, text.length) <= most)
        return true;
    answers_fault(reading, "too_long", "this must have at most %zu characters", most);
    return false;
}

enum answers_state answers_text(struct reading *reading, const struct item *item,
                                enum reader_token token)
{
    struct reader_text text = reading->reader->string;
    if (token != READER_STRING)
        return answers_refuse(reading, token, "wrong_type", "this must be a string");
    if (!fits(reading, text, item->max_length) || is_blank(text))
        return ABSENT;
    buf_append_json(&reading->answers->written, text.bytes, text.length);
    return ANSWERED;
}

enum field_kind { FIELD_TEXT, FIELD_FLAG, FIELD_LEVEL, FIELD_MONTH, FIELD_ID };

struct field {
    const char *name;
    enum field_kind kind;
    bool required;
    size_t most; /* code points; 0: the item's */
};

#define MOST_FIELDS 6

struct field_value {
    enum reader_token token; /* READER_FAULT: absent */
    struct reader_text text;
};

static const struct field contact_fields[MOST_FIELDS + 1] = {
    {"name", FIELD_TEXT, true, NAME_LENGTH},
    {"organisation", FIELD_TEXT, false, NAME_LENGTH},
    {"kept", FIELD_FLAG, false, 0},
};

static const struct field commitment_fields[MOST_FIELDS + 1] = {
    {"id", FIELD_ID, false, 0},
    {"text", FIELD_TEXT, true, 0},
    {"level", FIELD_LEVEL, true, 0},
    {"due", FIELD_MONTH, false, 0},
    {"audience", FIELD_TEXT, false, NAME_LENGTH},
    {"named", FIELD_FLAG, false, 0},
};

/* "2027-03" */
static bool is_month(struct reader_text text)
{
    const char *at = text.bytes;
    if (text.length != 7 || at[0] != '2' || at[1] != '0' || at[4] != '-')
        return false;
    for (size_t i = 2; i < 7; i++)
        if (i != 4 && (at[i] < '0' || at[i] > '9'))
            return false;
    int month = (at[5] - '0') * 10 + at[6] - '0';
    return month >= 1 && month <= 12;
}

/* What a client calls a commitment, for its status to name later. Whether one of that name was made
 * is for the facts to say; here only its form counts. */
static bool is_commitment_id(struct reader_text id)
{
    size_t i = 0;
    while (i < id.length && id.bytes[i] > 0 &&
           strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
                  id.bytes[i]) != NULL)
        i++;
    return i == id.length && i > 0 && i <= ID_LENGTH;
}

/* False after a violation. */
static bool read_field(struct reading *reading, const struct field *field, size_t most,
                       struct field_value *value)
{
    struct reader_text text = value->text;
    bool flag = value->token == READER_TRUE || value->token == READER_FALSE;
    if (field->kind == FIELD_FLAG ? !flag : value->token != READER_STRING) {
        answers_refuse(reading, value->token, "wrong_type",
                       field->kind == FIELD_FLAG ? "this must be true or false"
                                                 : "this must be a string");
        return false;
    }
    if (field->kind == FIELD_LEVEL && !answers_text_is(text, "individual") &&
        !answers_text_is(text, "organisation")) {
        answers_fault(reading, "bad_value", "this must be \"individual\" or \"organisation\"");
        return false;
    }
    if (field->kind == FIELD_MONTH && !is_month(text)) {
        answers_fault(reading, "bad_value", "this must be a month like 2027-03");
        return false;
    }
    if (field->kind == FIELD_ID && !is_commitment_id(text)) {
        answers_fault(reading, "bad_value", "this must be 1 to %d letters, digits, _ and -",
                      ID_LENGTH);
        return false;
    }
    if (field->kind != FIELD_TEXT)
        return true;
    if (is_blank(text))
        value->token = READER_FAULT;
    return fits(reading, text, field->most > 0 ? field->most : most);
}

static const struct field *find_field(const struct field *fields, struct reader_text key)
{
    while (fields->name != NULL && !answers_text_is(key, fields->name))
        fields++;
    return fields->name != NULL ? fields : NULL;
}

static void write_entry(struct buf *buf, const struct field *fields,
                        const struct field_value *values)
{
    buf_append_char(buf, '{');
    for (size_t i = 0; fields[i].name != NULL; i++) {
        if (values[i].token == READER_FAULT)
            continue;
        if (buf->data[buf->length - 1] != '{')
            buf_append_char(buf, ',');
        buf_printf(buf, "\"%s\":", fields[i].name);
        if (values[i].token == READER_STRING)
            buf_append_json(buf, values[i].text.bytes, values[i].text.length);
        else
            buf_append_text(buf, values[i].token == READER_TRUE ? "true" : "false");
    }
    buf_append_char(buf, '}');
}

/* The names of a list's entries, which are of the document or of `places`. */
struct entry_ids {
    struct reader_text taken[INSTRUMENT_COMMITMENTS];
    char places[INSTRUMENT_COMMITMENTS][4];
    size_t count;
};

/* An entry without an id is called by its place, from 1. False after a violation. */
static bool settle_id(struct reading *reading, struct entry_ids *ids, struct field_value *value)
{
    size_t place = ids->count;
    if (value->token == READER_FAULT) {
        int length = snprintf(ids->places[place], sizeof ids->places[place], "%zu", place + 1);
        *value = (struct field_value){READER_STRING, {ids->places[place], (size_t)length}};
    }
    ids->taken[ids->count++] = value->text;
    for (size_t i = 0; i < place; i++) {
        if (ids->taken[i].length != value->text.length ||
            memcmp(ids->taken[i].bytes, value->text.bytes, value->text.length) != 0)
            continue;
        answers_fault(reading, "duplicate", "two entries have the same id");
        return false;
    }
    return true;
}

static bool read_entry(struct reading *reading, const struct item *item, const struct field *fields,
                       enum reader_token token, struct entry_ids *ids)
{
    struct field_value values[MOST_FIELDS] = {{READER_FAULT, {"", 0}}};
    bool good = true;
    if (token != READER_OBJECT) {
        answers_refuse(reading, token, "wrong_type", "this must be an object");
        return false;
    }
    while (answers_next(reading, &token)) {
        const struct field *field = find_field(fields, reading->reader->key);
        if (field == NULL) {
            answers_refuse(reading, token, "unknown_member", "an entry has no such member");
            good = false;
            continue;
        }
        struct field_value *value = &values[field - fields];
        *value = (struct field_value){token, reading->reader->string};
        good = read_field(reading, field, item->max_length, value) && good;
    }
    for (size_t i = 0; good && fields[i].name != NULL; i++)
        if (fields[i].required && values[i].token == READER_FAULT) {
            answers_fault(reading, "required", "an entry needs \"%s\"", fields[i].name);
            good = false;
        }
    if (good && fields[0].kind == FIELD_ID)
        good = settle_id(reading, ids, &values[0]);
    if (good)
        write_entry(&reading->answers->written, fields, values);
    return good;
}

enum answers_state answers_entries(struct reading *reading, const struct item *item,
                                   enum reader_token token)
{
    const struct field *fields = item->type == ITEM_CONTACTS ? contact_fields : commitment_fields;
    struct buf *written = &reading->answers->written;
    if (token != READER_ARRAY)
        return answers_refuse(reading, token, "wrong_type", "this must be an array of entries");
    struct entry_ids ids = {.count = 0};
    size_t count = 0;
    bool good = true;
    for (buf_append_char(written, '['); answers_next(reading, &token); count++) {
        if (count >= item->most) {
            reader_skip(reading->reader, token);
            continue;
        }
        if (count > 0)
            buf_append_char(written, ',');
        good = read_entry(reading, item, fields, token, &ids) && good;
    }
    buf_append_char(written, ']');
    if (count > item->most)
        return answers_fault(reading, "too_many", "there may be at most %zu entries", item->most);
    return good ? ANSWERED : ABSENT;
}

static bool read_status(struct reading *reading, enum reader_token token)
{
    static const char *const words[] = {"completed", "ongoing", "not_started", "withdrawn",
                                        "unknown"};
    struct reader_text key = reading->reader->key;
    size_t word = 0;
    if (!is_commitment_id(key)) {
        answers_refuse(reading, token, "bad_value", "this is no commitment's id");
        return false;
    }
    while (word < 5 &&
           !(token == READER_STRING && answers_text_is(reading->reader->string, words[word])))
        word++;
    if (word == 5) {
        answers_refuse(reading, token, "bad_value",
                       "this must be completed, ongoing, not_started, withdrawn or unknown");
        return false;
    }
    struct buf *written = &reading->answers->written;
    answers_append_comma(written);
    buf_append_json(written, key.bytes, key.length);
    buf_printf(written, ":\"%s\"", words[word]);
    return true;
}

enum answers_state answers_commitment_status(struct reading *reading, const struct item *item,
                                             enum reader_token token)
{
    (void)item;
    if (token != READER_OBJECT)
        return answers_refuse(reading, token, "wrong_type",
                              "this must be an object with a status a commitment");
    size_t count = 0;
    bool good = true;
    buf_append_char(&reading->answers->written, '{');
    for (; answers_next(reading, &token); count++) {
        int16_t sentinel;
        if (count == 0 && answers_is_missing_member(reading, token, &sentinel))
            return sentinel != 0 ? MISSING : ABSENT;
        good = read_status(reading, token) && good;
    }
    buf_append_char(&reading->answers->written, '}');
    if (count > INSTRUMENT_COMMITMENTS)
        return answers_fault(reading, "too_many", "there may be at most %d commitments",
                             INSTRUMENT_COMMITMENTS);
    return good ? ANSWERED : ABSENT;
}

#include <debriefd/shape.h>

#include <ctype.h>
#include <debriefd/text.h>
#include <debriefd/uuid.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* '0' stands for a digit, anything else for itself. */
static bool matches(const char *text, const char *mask)
{
    for (; *mask != '\0'; mask++, text++) {
        bool fits = *mask == '0' ? isdigit((unsigned char)*text) != 0 : *text == *mask;
        if (!fits)
            return false;
    }
    return true;
}

static bool in_range(const char *digits, int low, int high)
{
    int value = (digits[0] - '0') * 10 + digits[1] - '0';
    return value >= low && value <= high;
}

/* Gregorian, without the year 0, which PostgreSQL does not know. */
static bool is_date_prefix(const char *text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!matches(text, "0000-00-00") || !in_range(text + 5, 1, 12))
        return false;
    int month = (text[5] - '0') * 10 + text[6] - '0';
    int century = (text[0] - '0') * 10 + text[1] - '0';
    int year = century * 100 + (text[2] - '0') * 10 + text[3] - '0';
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return year > 0 && in_range(text + 8, 1, days[month - 1] + (is_leap && month == 2));
}

bool shape_is_time(const char *text)
{
    if (!is_date_prefix(text) || !matches(text + 10, "T00:00:00") || !in_range(text + 11, 0, 23) ||
        !in_range(text + 14, 0, 59) || !in_range(text + 17, 0, 59))
        return false;
    const char *rest = text + 19;
    if (*rest == '.') {
        size_t digits = strspn(rest + 1, "0123456789");
        if (digits == 0 || digits > 6)
            return false;
        rest += 1 + digits;
    }
    if (strcmp(rest, "Z") == 0)
        return true;
    return (*rest == '+' || *rest == '-') && matches(rest + 1, "00:00") && rest[6] == '\0' &&
           in_range(rest + 1, 0, 14) && in_range(rest + 4, 0, 59);
}

static bool is_name(const char *text, int64_t longest)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    return islower((unsigned char)text[0]) && text[length] == '\0' && (int64_t)length <= longest;
}

static bool is_one_of(const char *text, const char *const *values)
{
    for (; *values != NULL; values++)
        if (strcmp(text, *values) == 0)
            return true;
    return false;
}

struct check {
    const struct shape_field *field;
    const json_t *value;
    const char *pointer;
    struct violations *violations;
};

static void fault(const struct check *check, const char *code, const char *detail)
{
    violations_add(check->violations, check->pointer, code, "%s", detail);
}

static void check_text(const struct check *check)
{
    const struct shape_field *field = check->field;
    size_t length = json_string_length(check->value);
    const char *text = json_string_value(check->value);
    int64_t points = (int64_t)text_code_points(text, length);
    bool is_allowed = field->values == NULL || is_one_of(text, field->values);
    bool is_fitting = field->values != NULL || (points >= field->low && points <= field->high);
    if (!is_allowed)
        fault(check, "not_allowed", "is not one of the allowed values");
    if (!is_fitting)
        violations_add(check->violations, check->pointer, "length",
                       "must have %" PRId64 " to %" PRId64 " characters", field->low, field->high);
}

static void check_string(const struct check *check)
{
    const char *text = json_string_value(check->value);
    struct uuid uuid;
    switch (check->field->type) {
    case SHAPE_NAME:
        if (!is_name(text, check->field->high))
            fault(check, "format", "must be lower-case letters, digits, _ and -, a letter first");
        break;
    case SHAPE_UUID:
        if (!uuid_parse(text, strlen(text), &uuid))
            fault(check, "format", "must be a UUID");
        break;
    case SHAPE_TIME:
        if (!shape_is_time(text))
            fault(check, "format", "must be an RFC 3339 time with an offset");
        break;
    case SHAPE_DATE:
        if (!is_date_prefix(text) || text[10] != '\0')
            fault(check, "format", "must be a date, YYYY-MM-DD");
        break;
    default:
        check_text(check);
    }
}

static void check_integer(const struct check *check)
{
    json_int_t value = json_integer_value(check->value);
    if (value < check->field->low || value > check->field->high)
        violations_add(check->violations, check->pointer, "out_of_range",
                       "must be from %" PRId64 " to %" PRId64, check->field->low,
                       check->field->high);
}

static void check_names(const struct check *check)
{
    size_t count = json_array_size(check->value);
    if ((int64_t)count < check->field->low || (int64_t)count > check->field->high)
        fault(check, "length", "has too few or too many elements");
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(check->value, i));
        if (name == NULL || !is_name(name, 40)) {
            fault(check, "format", "must hold names of lower-case letters, digits, _ and -");
            return;
        }
        for (size_t j = 0; j < i; j++)
            if (strcmp(name, json_string_value(json_array_get(check->value, j))) == 0)
                fault(check, "repeated", "must not repeat a name");
    }
}

static void check_shares(const struct check *check)
{
    const char *name;
    json_t *share;
    if ((int64_t)json_object_size(check->value) > check->field->high)
        fault(check, "length", "has too many members");
    json_object_foreach((json_t *)(uintptr_t)check->value, name, share)
    {
        if (!json_is_number(share) || json_number_value(share) < 0 || json_number_value(share) > 1)
            fault(check, "out_of_range", "must hold shares from 0 to 1");
    }
}

static void check_phrase(const struct check *check)
{
    const char *language;
    json_t *text;
    if (json_object_size(check->value) > 8)
        fault(check, "length", "has too many languages");
    json_object_foreach((json_t *)(uintptr_t)check->value, language, text)
    {
        if (!is_name(language, 8) || !json_is_string(text) ||
            (int64_t)json_string_length(text) > 4 * check->field->high)
            fault(check, "format", "must hold one text for each language");
    }
}

static void check_objects(const struct check *check)
{
    size_t count = json_array_size(check->value);
    if ((int64_t)count > check->field->high)
        fault(check, "length", "has too many elements");
    for (size_t i = 0; i < count; i++) {
        char pointer[200];
        snprintf(pointer, sizeof pointer, "%s/%zu", check->pointer, i);
        shape_check(check->field->fields, json_array_get(check->value, i), pointer,
                    check->violations);
    }
}

static const struct {
    json_type json;
    const char *name; /* of the type in JSON Schema */
    void (*check)(const struct check *check);
} types[] = {
    [SHAPE_TEXT] = {JSON_STRING, "string", check_string},
    [SHAPE_NAME] = {JSON_STRING, "string", check_string},
    [SHAPE_UUID] = {JSON_STRING, "string", check_string},
    [SHAPE_TIME] = {JSON_STRING, "string", check_string},
    [SHAPE_DATE] = {JSON_STRING, "string", check_string},
    [SHAPE_INTEGER] = {JSON_INTEGER, "integer", check_integer},
    [SHAPE_BOOLEAN] = {JSON_TRUE, "boolean", NULL},
    [SHAPE_NAMES] = {JSON_ARRAY, "array", check_names},
    [SHAPE_SHARES] = {JSON_OBJECT, "object", check_shares},
    [SHAPE_OBJECTS] = {JSON_ARRAY, "array", check_objects},
    [SHAPE_PHRASE] = {JSON_OBJECT, "object", check_phrase},
};

static void check_field(const struct check *check)
{
    enum shape_type type = check->field->type;
    bool is_null = json_is_null(check->value) && check->field->need == SHAPE_NULLABLE;
    bool fits = json_typeof(check->value) == types[type].json ||
                (type == SHAPE_BOOLEAN && json_is_false(check->value));
    if (is_null)
        return;
    if (!fits)
        violations_add(check->violations, check->pointer, "type", "must be of type %s",
                       types[type].name);
    else if (types[type].check != NULL)
        types[type].check(check);
}

static const struct shape_field *find_field(const struct shape_field *fields, const char *name)
{
    for (; fields->name != NULL; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

void shape_check(const struct shape_field *fields, const json_t *object, const char *pointer,
                 struct violations *violations)
{
    const char *name;
    json_t *value;
    char below[256];
    if (!json_is_object(object)) {
        violations_add(violations, pointer, "type", "must be an object");
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        snprintf(below, sizeof below, "%s/%.60s", pointer, name);
        const struct shape_field *field = find_field(fields, name);
        if (field == NULL)
            violations_add(violations, below, "unknown_field", "is not a field of this object");
        else
            check_field(&(struct check){field, value, below, violations});
    }
    for (; fields->name != NULL; fields++) {
        snprintf(below, sizeof below, "%s/%s", pointer, fields->name);
        if (fields->need == SHAPE_REQUIRED && json_object_get(object, fields->name) == NULL)
            violations_add(violations, below, "required", "is required");
    }
}

static json_t *string_schema(const struct shape_field *field)
{
    static const char *const formats[] = {
        [SHAPE_UUID] = "uuid", [SHAPE_TIME] = "date-time", [SHAPE_DATE] = "date"};
    json_t *schema = json_pack("{s:s}", "type", "string");
    if (field->type == SHAPE_UUID || field->type == SHAPE_TIME || field->type == SHAPE_DATE) {
        json_object_set_new(schema, "format", json_string(formats[field->type]));
    } else if (field->type == SHAPE_NAME) {
        json_object_set_new(schema, "pattern", json_string("^[a-z][a-z0-9_-]*$"));
        json_object_set_new(schema, "maxLength", json_integer(field->high));
    } else if (field->values != NULL) {
        json_t *values = json_array();
        for (const char *const *value = field->values; *value != NULL; value++)
            json_array_append_new(values, json_string(*value));
        json_object_set_new(schema, "enum", values);
    } else {
        json_object_set_new(schema, "minLength", json_integer(field->low));
        json_object_set_new(schema, "maxLength", json_integer(field->high));
    }
    return schema;
}

static json_t *field_schema(const struct shape_field *field)
{
    switch (field->type) {
    case SHAPE_INTEGER:
        return json_pack("{s:s,s:I,s:I}", "type", "integer", "minimum", (json_int_t)field->low,
                         "maximum", (json_int_t)field->high);
    case SHAPE_BOOLEAN:
        return json_pack("{s:s}", "type", "boolean");
    case SHAPE_NAMES:
        return json_pack("{s:s,s:{s:s,s:s},s:b,s:I,s:I}", "type", "array", "items", "type",
                         "string", "pattern", "^[a-z][a-z0-9_-]{0,39}$", "uniqueItems", 1,
                         "minItems", (json_int_t)field->low, "maxItems", (json_int_t)field->high);
    case SHAPE_SHARES:
        return json_pack("{s:s,s:{s:s,s:i,s:i},s:I}", "type", "object", "additionalProperties",
                         "type", "number", "minimum", 0, "maximum", 1, "maxProperties",
                         (json_int_t)field->high);
    case SHAPE_PHRASE:
        return json_pack("{s:s,s:{s:s}}", "type", "object", "additionalProperties", "type",
                         "string");
    case SHAPE_OBJECTS:
        return json_pack("{s:s,s:o,s:I}", "type", "array", "items", shape_schema(field->fields),
                         "maxItems", (json_int_t)field->high);
    default:
        return string_schema(field);
    }
}

json_t *shape_schema(const struct shape_field *fields)
{
    json_t *properties = json_object();
    json_t *required = json_array();
    for (; fields->name != NULL; fields++) {
        json_t *schema = field_schema(fields);
        if (fields->help != NULL)
            json_object_set_new(schema, "description", json_string(fields->help));
        if (fields->need == SHAPE_NULLABLE)
            schema = json_pack("{s:[o,{s:s}]}", "anyOf", schema, "type", "null");
        json_object_set_new(properties, fields->name, schema);
        if (fields->need == SHAPE_REQUIRED)
            json_array_append_new(required, json_string(fields->name));
    }
    json_t *schema = json_pack("{s:s,s:o,s:b}", "type", "object", "properties", properties,
                               "additionalProperties", 0);
    if (json_array_size(required) > 0)
        json_object_set_new(schema, "required", required);
    else
        json_decref(required);
    return schema;
}

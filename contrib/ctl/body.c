#include "body.h"

#include "resolve.h"
#include <stdlib.h>
#include <string.h>

/* The name of an option in a body or query. */
static void append_field(struct buf *name, const struct command_option *option)
{
    const char *field = option->field != NULL ? option->field : option->name;
    for (; *field != '\0'; field++)
        buf_append_char(name, *field == '-' ? '_' : *field);
}

json_t *body_load_file(const char *path)
{
    json_error_t fault;
    json_t *document = strcmp(path, "-") == 0
                           ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &fault)
                           : json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
    if (document == NULL && fault.line > 0)
        ctl_fail(CTL_USAGE, "%s, line %d: %s", path, fault.line, fault.text);
    else if (document == NULL)
        ctl_fail(CTL_USAGE, "%s", fault.text);
    return document;
}

static json_t *load_json(const struct command_option *option, const char *value)
{
    if (value[0] == '@')
        return body_load_file(value + 1);
    json_error_t fault;
    json_t *document = json_loads(value, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (document == NULL)
        ctl_fail(CTL_USAGE, "--%s is not JSON: %s", option->name, fault.text);
    return document;
}

static json_t *split_list(const char *value)
{
    json_t *list = json_array();
    while (*value != '\0') {
        size_t length = strcspn(value, ",");
        json_array_append_new(list, json_stringn(value, length));
        value += length + (value[length] == ',');
    }
    return list;
}

static json_t *place_of(const char *value)
{
    const char *comma = strchr(value, ',');
    if (comma == NULL)
        return json_pack("{s:s}", "name", value);
    return json_pack("{s:s#,s:s}", "name", value, (int)(comma - value), "country",
                     comma + 1 + strspn(comma + 1, " "));
}

static json_t *purpose_of(const char *value, size_t number)
{
    const char *colon = strchr(value, ':');
    if (colon == NULL || colon - value != 2) {
        ctl_fail(CTL_USAGE, "a purpose is LANGUAGE:TEXT, for example \"en:To learn\"");
        return NULL;
    }
    return json_pack("{s:i,s:{s#:s}}", "number", (int)number, "text", value, 2, colon + 1);
}

/* Appends to the list that an option given before has begun. */
static json_t *append_to(json_t *body, const char *field, const struct command_option *option,
                         const char *value)
{
    json_t *list = json_object_get(body, field);
    list = list != NULL ? json_incref(list) : json_array();
    json_t *one = option->kind == OPTION_PLACE ? place_of(value)
                                               : purpose_of(value, json_array_size(list) + 1);
    if (one == NULL || json_array_append_new(list, one) != 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *value_of(json_t *body, const char *field, const struct command_option *option,
                        const char *value)
{
    switch (option->kind) {
    case OPTION_FLAG:
        return json_true();
    case OPTION_INTEGER:
        return json_integer(strtol(value, NULL, 10));
    case OPTION_BOOLEAN:
        return json_boolean(strcmp(value, "yes") == 0);
    case OPTION_TIME:
        return strcmp(value, "none") == 0 ? json_null() : json_string(value);
    case OPTION_LIST:
        return split_list(value);
    case OPTION_JSON:
        return load_json(option, value);
    case OPTION_PLACE:
    case OPTION_PURPOSE:
        return append_to(body, field, option, value);
    default:
        return json_string(value);
    }
}

static bool add_option(json_t *body, const struct given_option *given)
{
    struct buf field;
    buf_init(&field);
    append_field(&field, given->option);
    json_t *value = value_of(body, buf_text(&field), given->option, given->value);
    bool is_added = value != NULL && json_object_set_new(body, buf_text(&field), value) == 0;
    if (value == NULL && given->option->kind == OPTION_TEXT)
        ctl_fail(CTL_USAGE, "--%s is not UTF-8", given->option->name);
    buf_finish(&field);
    return is_added;
}

static enum ctl_status add_instrument(struct invocation *invocation, const char *text, json_t *body)
{
    struct buf name;
    buf_init(&name);
    int version;
    enum ctl_status status =
        resolve_instrument(invocation, text, INSTRUMENT_NEWEST_PUBLISHED, &name, &version);
    if (status == CTL_DONE) {
        json_object_set_new(body, "instrument", json_string(buf_text(&name)));
        json_object_set_new(body, "version", json_integer(version));
    }
    buf_finish(&name);
    return status;
}

static enum ctl_status add_argument(struct invocation *invocation, size_t index, json_t *body)
{
    const struct argument *argument = &invocation->command->arguments[index];
    const char *text = invocation->arguments[index];
    if (argument->field == NULL || text == NULL)
        return CTL_DONE;
    if (argument->kind == ARGUMENT_INSTRUMENT)
        return add_instrument(invocation, text, body);
    json_t *value = argument->kind == ARGUMENT_INTEGER ? json_integer(strtol(text, NULL, 10))
                                                       : json_string(text);
    if (json_object_set_new(body, argument->field, value) != 0)
        return ctl_fail(CTL_USAGE, "%s is not UTF-8", argument->name);
    return CTL_DONE;
}

static bool takes_body(const struct command *command)
{
    for (size_t i = 0; i < ARGUMENTS_MAX && command->arguments[i].name != NULL; i++)
        if (command->arguments[i].field != NULL)
            return true;
    for (const struct command_option *option = command->options;
         option != NULL && option->name != NULL; option++)
        if (option->place == OPTION_BODY)
            return true;
    return false;
}

enum ctl_status body_create(struct invocation *invocation, json_t **body)
{
    *body = NULL;
    if (!takes_body(invocation->command))
        return CTL_DONE;
    json_t *made = json_object();
    enum ctl_status status = CTL_DONE;
    for (size_t i = 0; i < ARGUMENTS_MAX && status == CTL_DONE; i++)
        if (invocation->command->arguments[i].name != NULL)
            status = add_argument(invocation, i, made);
    for (size_t i = 0; i < invocation->option_count && status == CTL_DONE; i++)
        if (invocation->options[i].option->place == OPTION_BODY &&
            !add_option(made, &invocation->options[i]))
            status = CTL_USAGE;
    if (status == CTL_DONE)
        *body = made;
    else
        json_decref(made);
    return status;
}

void body_append_query(const struct invocation *invocation, struct buf *path)
{
    char separator = strchr(buf_text(path), '?') != NULL ? '&' : '?';
    for (size_t i = 0; i < invocation->option_count; i++) {
        const struct given_option *given = &invocation->options[i];
        if (given->option->place != OPTION_QUERY)
            continue;
        buf_append_char(path, separator);
        append_field(path, given->option);
        buf_append_char(path, '=');
        client_encode(path, given->option->kind == OPTION_FLAG ? "1" : given->value);
        separator = '&';
    }
}

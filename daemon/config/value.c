#include "keys.h"

#include <assert.h>
#include <ctype.h>
#include <debriefd/text.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *suffix;
    int64_t factor;
};

/* Descending, so that the first unit that divides a value is the one to print. */
static const struct unit byte_units[] = {
    {"G", (int64_t)1 << 30}, {"M", (int64_t)1 << 20}, {"k", (int64_t)1 << 10}, {"", 1}};
static const struct unit duration_units[] = {{"h", 3600000000}, {"m", 60000000}, {"s", 1000000},
                                             {"ms", 1000},      {"us", 1},       {NULL, 0}};
static const struct unit integer_units[] = {{"", 1}};

static const struct {
    const char *name;
    const struct unit *units;
    size_t unit_count;
    const char *example;
} types[] = {
    [CONFIG_TEXT] = {.name = "text"},
    [CONFIG_PATH] = {.name = "absolute path"},
    [CONFIG_INTEGER] = {"integer", integer_units, 1, "a whole number"},
    [CONFIG_BYTES] = {"size", byte_units, 4, "a size such as 4096, 256k, 32M or 1G"},
    [CONFIG_DURATION] = {"duration", duration_units, 5, "a duration such as 200ms, 15s, 5m or 1h"},
    [CONFIG_BOOLEAN] = {.name = "yes or no"},
    [CONFIG_CHOICE] = {.name = "choice"},
    [CONFIG_LIST] = {.name = "list separated by commas"},
};

static const struct config_choice booleans[] = {
    {"yes", 1}, {"no", 0}, {"true", 1}, {"false", 0}, {"on", 1}, {"off", 0}, {NULL, 0},
};

static void *member(const struct config *config, const struct config_key *key)
{
    return (char *)(uintptr_t)config + key->offset;
}

static bool is_text(enum config_type type)
{
    return type == CONFIG_TEXT || type == CONFIG_PATH;
}

const char *config_type_name(enum config_type type)
{
    return types[type].name;
}

static bool scale(enum config_type type, int64_t number, const char *suffix, int64_t *value)
{
    if (type == CONFIG_DURATION && number == 0 && suffix[0] == '\0') {
        *value = 0;
        return true;
    }
    for (size_t i = 0; i < types[type].unit_count; i++)
        if (strcasecmp(types[type].units[i].suffix, suffix) == 0)
            return !__builtin_mul_overflow(number, types[type].units[i].factor, value);
    return false;
}

static bool parse_number(const struct config_key *key, const char *text, int64_t *value,
                         struct error *err)
{
    size_t digits = strspn(text, "0123456789");
    int64_t number = digits > 0 && digits < 19 ? strtoll(text, NULL, 10) : -1;
    int64_t scaled;
    if (number < 0 || !scale(key->type, number, text + digits, &scaled))
        return error_set(err, ERR_INVALID, "\"%.60s\" is not %s", text, types[key->type].example);
    if (scaled >= key->min && scaled <= key->max) {
        *value = scaled;
        return true;
    }
    struct buf range;
    buf_init(&range);
    config_number_format(key->type, key->min, &range);
    buf_append_text(&range, " to ");
    config_number_format(key->type, key->max, &range);
    error_set(err, ERR_INVALID, "%.60s is outside %s", text, buf_text(&range));
    buf_finish(&range);
    return false;
}

static bool store_number(void *target, const struct config_key *key, const char *text,
                         struct error *err)
{
    int64_t value;
    if (!parse_number(key, text, &value, err))
        return false;
    if (key->type == CONFIG_INTEGER)
        *(int *)target = (int)value;
    else if (key->type == CONFIG_BYTES)
        *(size_t *)target = (size_t)value;
    else
        *(int64_t *)target = value;
    return true;
}

static const struct config_choice *find_choice(const struct config_choice *choices,
                                               const char *text)
{
    while (choices->name != NULL && strcasecmp(choices->name, text) != 0)
        choices++;
    return choices->name != NULL ? choices : NULL;
}

static bool store_boolean(bool *target, const char *text, struct error *err)
{
    const struct config_choice *choice = find_choice(booleans, text);
    if (choice == NULL)
        return error_set(err, ERR_INVALID, "\"%.60s\" is not yes or no", text);
    *target = choice->value != 0;
    return true;
}

static bool store_choice(int *target, const struct config_key *key, const char *text,
                         struct error *err)
{
    const struct config_choice *choice = find_choice(key->choices, text);
    if (choice == NULL)
        return error_set(err, ERR_INVALID, "\"%.60s\" is none of its choices", text);
    *target = choice->value;
    return true;
}

static bool is_printable(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (iscntrl((unsigned char)*at))
            return false;
    return text_is_utf8(text, strlen(text));
}

static bool check_text(const struct config_key *key, const char *text, struct error *err)
{
    int64_t length = (int64_t)strlen(text);
    if (length < key->min || length > key->max)
        return error_set(err, ERR_INVALID, "needs %d to %d characters", (int)key->min,
                         (int)key->max);
    if (!is_printable(text))
        return error_set(err, ERR_INVALID, "is not printable UTF-8");
    if (key->type == CONFIG_PATH && length > 0 && text[0] != '/')
        return error_set(err, ERR_INVALID, "\"%.60s\" is no absolute path", text);
    return length == 0 || key->check == NULL || key->check(text, err);
}

static bool store_text(char **target, const struct config_key *key, const char *text,
                       struct error *err)
{
    if (!check_text(key, text, err))
        return false;
    free(*target);
    *target = xstrdup(text);
    return true;
}

static void finish_list(struct config_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct config_list){0};
}

static void split_list(const char *text, struct config_list *list)
{
    static const char blanks[] = " \t,";
    for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
        size_t length = strcspn(text, blanks);
        list->items = xrealloc_array(list->items, list->count + 1, sizeof *list->items);
        list->items[list->count++] = xstrndup(text, length);
        text += length;
    }
}

static bool check_list(const struct config_key *key, const struct config_list *list,
                       struct error *err)
{
    if ((int64_t)list->count < key->min || (int64_t)list->count > key->max)
        return error_set(err, ERR_INVALID, "needs %d to %d items", (int)key->min, (int)key->max);
    for (size_t i = 0; i < list->count; i++)
        if (!is_printable(list->items[i]))
            return error_set(err, ERR_INVALID, "is not printable UTF-8");
    for (size_t i = 0; key->check != NULL && i < list->count; i++)
        if (!key->check(list->items[i], err))
            return false;
    return true;
}

static bool store_list(struct config_list *target, const struct config_key *key, const char *text,
                       struct error *err)
{
    struct config_list list = {0};
    split_list(text, &list);
    if (!check_list(key, &list, err)) {
        finish_list(&list);
        return false;
    }
    finish_list(target);
    *target = list;
    return true;
}

bool config_value_parse(struct config *config, const struct config_key *key, const char *text,
                        struct error *err)
{
    void *target = member(config, key);
    if (is_text(key->type))
        return store_text(target, key, text, err);
    switch (key->type) {
    case CONFIG_BOOLEAN:
        return store_boolean(target, text, err);
    case CONFIG_CHOICE:
        return store_choice(target, key, text, err);
    case CONFIG_LIST:
        return store_list(target, key, text, err);
    default:
        return store_number(target, key, text, err);
    }
}

void config_number_format(enum config_type type, int64_t value, struct buf *out)
{
    const struct unit *unit = types[type].units;
    if (value == 0)
        unit = &types[type].units[types[type].unit_count - (type == CONFIG_DURATION ? 3 : 1)];
    else
        while (value % unit->factor != 0)
            unit++;
    buf_printf(out, "%lld%s", (long long)(value / unit->factor), unit->suffix);
}

static int64_t number_of(const void *source, enum config_type type)
{
    if (type == CONFIG_INTEGER)
        return *(const int *)source;
    return type == CONFIG_BYTES ? (int64_t) * (const size_t *)source : *(const int64_t *)source;
}

static void format_choice(const struct config_choice *choices, int value, struct buf *out)
{
    while (choices->value != value)
        choices++;
    buf_append_text(out, choices->name);
}

static void format_list(const struct config_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->count; i++)
        buf_printf(out, "%s%s", i > 0 ? ", " : "", list->items[i]);
}

void config_value_format(const struct config *config, const struct config_key *key, struct buf *out)
{
    const void *source = member(config, key);
    if (is_text(key->type))
        buf_append_text(out, *(char *const *)source);
    else if (key->type == CONFIG_BOOLEAN)
        buf_append_text(out, *(const bool *)source ? "yes" : "no");
    else if (key->type == CONFIG_CHOICE)
        format_choice(key->choices, *(const int *)source, out);
    else if (key->type == CONFIG_LIST)
        format_list(source, out);
    else
        config_number_format(key->type, number_of(source, key->type), out);
}

static size_t member_size(enum config_type type)
{
    static const size_t sizes[] = {
        [CONFIG_TEXT] = sizeof(char *),      [CONFIG_PATH] = sizeof(char *),
        [CONFIG_INTEGER] = sizeof(int),      [CONFIG_BYTES] = sizeof(size_t),
        [CONFIG_DURATION] = sizeof(int64_t), [CONFIG_BOOLEAN] = sizeof(bool),
        [CONFIG_CHOICE] = sizeof(int),       [CONFIG_LIST] = sizeof(struct config_list),
    };
    return sizes[type];
}

void config_value_swap(struct config *a, struct config *b, const struct config_key *key)
{
    char kept[sizeof(struct config_list)];
    size_t size = member_size(key->type);
    memcpy(kept, member(a, key), size);
    memcpy(member(a, key), member(b, key), size);
    memcpy(member(b, key), kept, size);
}

void config_value_finish(struct config *config, const struct config_key *key)
{
    if (is_text(key->type))
        free(*(char **)member(config, key));
    else if (key->type == CONFIG_LIST)
        finish_list(member(config, key));
}

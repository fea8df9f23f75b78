#include "instrument_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 8

enum condition_kind { ALL, ANY, NOT, ANSWERED, UNANSWERED, WITHIN, ONE_OF };

struct condition {
    enum condition_kind kind;
    size_t item;              /* ANSWERED and below */
    int minimum;              /* WITHIN */
    int maximum;              /* WITHIN */
    size_t count;             /* of parts or values */
    struct condition **parts; /* ALL, ANY, NOT */
    int *values;              /* ONE_OF: slot values, or option positions of a multiple */
};

static struct condition *compile(struct compiler *compiler, const json_t *value, size_t index,
                                 size_t depth);

static struct condition *make(enum condition_kind kind, size_t count)
{
    struct condition *condition = xcalloc(sizeof *condition);
    condition->kind = kind;
    condition->count = count;
    return condition;
}

static struct condition *compile_parts(struct compiler *compiler, const json_t *value,
                                       const char *key, enum condition_kind kind, size_t index,
                                       size_t depth)
{
    const char *const members[] = {key, NULL};
    compiler_object(compiler, value, members);
    struct condition *condition = make(kind, compiler_array(compiler, value, key, 1, 20));
    condition->parts = xcalloc_array(condition->count, sizeof *condition->parts);
    size_t outer = compiler_push(compiler, key);
    for (size_t i = 0; i < condition->count; i++) {
        size_t mark = compiler_push_index(compiler, i);
        condition->parts[i] =
            compile(compiler, json_array_get(json_object_get(value, key), i), index, depth + 1);
        compiler_pop(compiler, mark);
    }
    compiler_pop(compiler, outer);
    return condition;
}

static struct condition *compile_not(struct compiler *compiler, const json_t *value, size_t index,
                                     size_t depth)
{
    static const char *const members[] = {"not", NULL};
    compiler_object(compiler, value, members);
    struct condition *condition = make(NOT, 1);
    condition->parts = xcalloc_array(1, sizeof *condition->parts);
    size_t mark = compiler_push(compiler, "not");
    condition->parts[0] = compile(compiler, json_object_get(value, "not"), index, depth + 1);
    compiler_pop(compiler, mark);
    return condition;
}

/* What a value of "in" is in the item's slots: its number, or the option's position. */
static bool slot_value(const struct item *item, const json_t *value, int *slot)
{
    for (size_t i = 0; json_is_string(value) && i < item->option_count; i++)
        if (item->options[i].id != NULL &&
            strcmp(item->options[i].id, json_string_value(value)) == 0) {
            *slot = (int)i + 1;
            return true;
        }
    if (item->type == ITEM_BINARY && json_is_boolean(value)) {
        *slot = json_is_true(value);
        return true;
    }
    json_int_t number = json_integer_value(value);
    *slot = (int)number;
    return item->option_count == 0 && json_is_integer(value) && number >= item->minimum &&
           number <= item->maximum;
}

static struct condition *compile_one_of(struct compiler *compiler, const json_t *value,
                                        const struct item *item)
{
    struct condition *condition =
        make(ONE_OF, compiler_array(compiler, value, "in", 1, INSTRUMENT_OPTIONS));
    condition->values = xcalloc_array(condition->count, sizeof *condition->values);
    size_t outer = compiler_push(compiler, "in");
    for (size_t i = 0; i < condition->count; i++) {
        size_t mark = compiler_push_index(compiler, i);
        if (!slot_value(item, json_array_get(json_object_get(value, "in"), i),
                        &condition->values[i]))
            compiler_fault(compiler, "bad_value", "the item cannot have this answer");
        compiler_pop(compiler, mark);
    }
    compiler_pop(compiler, outer);
    return condition;
}

/* Whether "in" or a range says something about an item of this type. */
static bool has_value(const struct item *item)
{
    return (item->slot_count == 1 && item->type != ITEM_MATRIX && item->type != ITEM_RANKING) ||
           item->type == ITEM_MULTIPLE;
}

static struct condition *compile_test(struct compiler *compiler, const json_t *value,
                                      const struct item *item)
{
    const json_t *answered = json_object_get(value, "answered");
    if (answered != NULL) {
        if (!json_is_boolean(answered))
            compiler_fault(compiler, "wrong_type", "\"answered\" must be true or false");
        return make(json_is_true(answered) ? ANSWERED : UNANSWERED, 0);
    }
    bool in = json_object_get(value, "in") != NULL;
    if (!has_value(item) || (!in && item->option_count > 0)) {
        compiler_fault(compiler, "bad_condition",
                       "only \"answered\" or \"in\" fit this item's type");
        return NULL;
    }
    if (in)
        return compile_one_of(compiler, value, item);
    struct condition *condition = make(WITHIN, 0);
    condition->minimum =
        compiler_integer(compiler, value, "min", item->minimum, item->maximum, item->minimum);
    condition->maximum =
        compiler_integer(compiler, value, "max", item->minimum, item->maximum, item->maximum);
    return condition;
}

static void check_tests(struct compiler *compiler, const json_t *value)
{
    static const char *const members[] = {"item", "in", "min", "max", "answered", NULL};
    compiler_object(compiler, value, members);
    bool in = json_object_get(value, "in") != NULL;
    bool answered = json_object_get(value, "answered") != NULL;
    bool range = json_object_get(value, "min") != NULL || json_object_get(value, "max") != NULL;
    if (in + answered + range != 1)
        compiler_fault(compiler, "bad_condition",
                       "a condition has one of \"in\", \"min\" and \"max\", or \"answered\"");
}

static struct condition *compile_item_test(struct compiler *compiler, const json_t *value,
                                           size_t index)
{
    check_tests(compiler, value);
    const json_t *id = json_object_get(value, "item");
    size_t named = index;
    if (!json_is_string(id) ||
        !instrument_find_item(compiler->instrument, json_string_value(id), json_string_length(id),
                              &named) ||
        named >= index || compiler->instrument->items[named].type == ITEM_SECTION) {
        size_t mark = compiler_push(compiler, "item");
        compiler_fault(compiler, "unknown_item",
                       "this must name an earlier item that asks something");
        compiler_pop(compiler, mark);
        return NULL;
    }
    struct condition *condition =
        compile_test(compiler, value, &compiler->instrument->items[named]);
    if (condition != NULL)
        condition->item = named;
    return condition;
}

static struct condition *compile(struct compiler *compiler, const json_t *value, size_t index,
                                 size_t depth)
{
    if (depth > DEEPEST) {
        compiler_fault(compiler, "too_deep", "conditions nest at most %d deep", DEEPEST);
        return NULL;
    }
    if (json_object_get(value, "all") != NULL)
        return compile_parts(compiler, value, "all", ALL, index, depth);
    if (json_object_get(value, "any") != NULL)
        return compile_parts(compiler, value, "any", ANY, index, depth);
    if (json_object_get(value, "not") != NULL)
        return compile_not(compiler, value, index, depth);
    return compile_item_test(compiler, value, index);
}

struct condition *condition_compile(struct compiler *compiler, const json_t *value, size_t index)
{
    return compile(compiler, value, index, 1);
}

static bool is_one_of(const struct condition *condition, const struct item *item,
                      const int16_t *slots)
{
    for (size_t i = 0; i < condition->count; i++) {
        int value = condition->values[i];
        if (item->type == ITEM_MULTIPLE ? slots[value - 1] == 1 : slots[0] == value)
            return true;
    }
    return false;
}

static bool hold_parts(const struct condition *condition, const struct instrument *instrument,
                       const int16_t *slots, const bool *answered)
{
    bool stop = condition->kind == ANY;
    for (size_t i = 0; i < condition->count; i++)
        if (condition_holds(condition->parts[i], instrument, slots, answered) == stop)
            return stop;
    return !stop;
}

bool condition_holds(const struct condition *condition, const struct instrument *instrument,
                     const int16_t *slots, const bool *answered)
{
    const struct item *item = &instrument->items[condition->item];
    switch (condition->kind) {
    case ALL:
    case ANY:
        return hold_parts(condition, instrument, slots, answered);
    case NOT:
        return !condition_holds(condition->parts[0], instrument, slots, answered);
    case ANSWERED:
        return answered[condition->item];
    case UNANSWERED:
        return !answered[condition->item];
    case WITHIN:
        return slots[item->slot] >= condition->minimum && slots[item->slot] <= condition->maximum;
    case ONE_OF:
        return is_one_of(condition, item, slots + item->slot);
    }
    return true;
}

void condition_destroy(struct condition *condition)
{
    if (condition == NULL)
        return;
    for (size_t i = 0; condition->parts != NULL && i < condition->count; i++)
        condition_destroy(condition->parts[i]);
    free(condition->parts);
    free(condition->values);
    free(condition);
}

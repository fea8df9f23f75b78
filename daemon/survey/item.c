#include "instrument_part.h"

#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum slots { NO_SLOT, ONE_SLOT, SLOT_PER_OPTION, SLOT_PER_ROW };

/* What a definition may say about an item of a type beyond what every item has. */
static const struct {
    const char *name;
    enum slots slots;
    bool scale;
    bool options;
    bool rows;
    bool bounds;    /* min, max */
    bool choices;   /* min_choices, max_choices */
    bool length;    /* max_length */
    size_t entries; /* max_entries: 0 for no such member */
    int minimum;    /* of a slot or level, without a scale */
    int maximum;
} types[ITEM_TYPES] = {
    [ITEM_SECTION] = {.name = "section"},
    [ITEM_RATING] =
        {.name = "rating", .slots = ONE_SLOT, .scale = true, .minimum = 1, .maximum = 5},
    [ITEM_NPS] = {.name = "nps", .slots = ONE_SLOT, .scale = true, .minimum = 0, .maximum = 10},
    [ITEM_SINGLE] = {.name = "single", .slots = ONE_SLOT, .options = true, .minimum = 1},
    [ITEM_MULTIPLE] = {.name = "multiple",
                       .slots = SLOT_PER_OPTION,
                       .options = true,
                       .choices = true,
                       .maximum = 1},
    [ITEM_MATRIX] = {.name = "matrix",
                     .slots = SLOT_PER_ROW,
                     .scale = true,
                     .rows = true,
                     .minimum = 1,
                     .maximum = 5},
    [ITEM_RANKING] = {.name = "ranking",
                      .slots = SLOT_PER_OPTION,
                      .options = true,
                      .choices = true},
    [ITEM_NUMBER] = {.name = "number", .bounds = true},
    [ITEM_BINARY] = {.name = "binary", .slots = ONE_SLOT, .maximum = 1},
    [ITEM_COUNT] = {.name = "count",
                    .slots = ONE_SLOT,
                    .bounds = true,
                    .maximum = INSTRUMENT_COUNT},
    [ITEM_TEXT] = {.name = "text", .length = true},
    [ITEM_ROSTER] = {.name = "roster", .scale = true, .minimum = 0, .maximum = 4},
    [ITEM_CONTACTS] = {.name = "contacts", .entries = INSTRUMENT_CONTACTS},
    [ITEM_COMMITMENTS] = {.name = "commitments", .length = true, .entries = INSTRUMENT_COMMITMENTS},
    [ITEM_COMMITMENT_STATUS] = {.name = "commitment_status"},
};

const char *item_type_name(enum item_type type)
{
    return types[type].name;
}

static bool find_type(const json_t *value, enum item_type *type)
{
    const char *name = json_string_value(value);
    for (size_t i = 0; name != NULL && i < ITEM_TYPES; i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = (enum item_type)i;
            return true;
        }
    return false;
}

static void check_members(struct compiler *compiler, const json_t *value, enum item_type type)
{
    const char *members[24] = {"id",        "type",  "text",  "help",    "show_if", "required",
                               "construct", "phase", "theme", "purpose", "note"};
    size_t count = 11;
    if (types[type].scale)
        members[count++] = "scale";
    if (types[type].slots != NO_SLOT)
        members[count++] = "reverse";
    if (types[type].options)
        members[count++] = "options";
    if (types[type].rows)
        members[count++] = "rows";
    if (types[type].length)
        members[count++] = "max_length";
    if (types[type].entries > 0)
        members[count++] = "max_entries";
    if (types[type].bounds) {
        members[count++] = "min";
        members[count++] = "max";
    }
    if (types[type].choices) {
        members[count++] = "min_choices";
        members[count++] = "max_choices";
    }
    members[count] = NULL;
    if (compiler_object(compiler, value, members) && type == ITEM_SECTION &&
        json_object_get(value, "required") != NULL)
        compiler_fault(compiler, "unknown_member", "a section cannot be required");
}

/* Labels are named by their scale point: "1". */
static void compile_labels(struct compiler *compiler, const json_t *labels, struct item *item)
{
    if (!json_is_object(labels)) {
        compiler_fault(compiler, "wrong_type", "this must be an object with a text a scale point");
        return;
    }
    item->labels = xcalloc_array((size_t)(item->maximum - item->minimum + 1), sizeof *item->labels);
    const char *key;
    json_t *unused;
    json_object_foreach((json_t *)(uintptr_t)labels, key, unused)
    {
        long point = strtol(key, NULL, 10);
        size_t digits = strspn(key, "0123456789");
        bool canonical =
            digits > 0 && key[digits] == '\0' && digits < 4 && (key[0] != '0' || digits == 1);
        if (canonical && point >= item->minimum && point <= item->maximum) {
            item->labels[point - item->minimum] = compiler_phrase(compiler, labels, key, REQUIRED);
            continue;
        }
        size_t mark = compiler_push(compiler, key);
        compiler_fault(compiler, "out_of_range", "this is no point of the scale");
        compiler_pop(compiler, mark);
    }
}

static void compile_scale(struct compiler *compiler, const json_t *value, struct item *item)
{
    static const char *const members[] = {"min", "max", "labels", NULL};
    const json_t *scale = json_object_get(value, "scale");
    if (scale == NULL)
        return;
    size_t mark = compiler_push(compiler, "scale");
    if (compiler_object(compiler, scale, members)) {
        int low = compiler_integer(compiler, scale, "min", 0, INSTRUMENT_SCALE, item->minimum);
        int high = compiler_integer(compiler, scale, "max", 0, INSTRUMENT_SCALE, item->maximum);
        bool moved = low != item->minimum || high != item->maximum;
        if (low >= high || (item->type == ITEM_NPS && moved)) {
            compiler_fault(compiler, "bad_scale",
                           "a scale runs upwards, and that of nps from 0 to 10");
        } else {
            item->minimum = low;
            item->maximum = high;
        }
        if (json_object_get(scale, "labels") != NULL) {
            size_t outer = compiler_push(compiler, "labels");
            compile_labels(compiler, json_object_get(scale, "labels"), item);
            compiler_pop(compiler, outer);
        }
    }
    compiler_pop(compiler, mark);
}

static void compile_option(struct compiler *compiler, const json_t *value, struct option *option,
                           const struct option *before)
{
    static const char *const members[] = {"id", "text", NULL};
    if (!compiler_object(compiler, value, members))
        return;
    option->id = compiler_id(compiler, value, "id", REQUIRED);
    option->id_length = option->id != NULL ? strlen(option->id) : 0;
    option->text = compiler_phrase(compiler, value, "text", REQUIRED);
    for (; option->id != NULL && before < option; before++)
        if (before->id != NULL && strcmp(before->id, option->id) == 0)
            compiler_fault(compiler, "duplicate", "an earlier one has this id already");
}

static struct option *compile_options(struct compiler *compiler, const json_t *value,
                                      const char *key, size_t *count)
{
    *count = compiler_array(compiler, value, key, 1, INSTRUMENT_OPTIONS);
    struct option *options = xcalloc_array(*count, sizeof *options);
    size_t outer = compiler_push(compiler, key);
    for (size_t i = 0; i < *count; i++) {
        size_t mark = compiler_push_index(compiler, i);
        compile_option(compiler, json_array_get(json_object_get(value, key), i), &options[i],
                       options);
        compiler_pop(compiler, mark);
    }
    compiler_pop(compiler, outer);
    return options;
}

static double number_member(struct compiler *compiler, const json_t *value, const char *key,
                            double usual)
{
    const json_t *number = json_object_get(value, key);
    if (number == NULL)
        return usual;
    size_t mark = compiler_push(compiler, key);
    if (!json_is_number(number))
        compiler_fault(compiler, "wrong_type", "this must be a number");
    compiler_pop(compiler, mark);
    return json_is_number(number) ? json_number_value(number) : usual;
}

static void compile_bounds(struct compiler *compiler, const json_t *value, struct item *item)
{
    if (item->type == ITEM_COUNT) {
        item->minimum = compiler_integer(compiler, value, "min", 0, INSTRUMENT_COUNT, 0);
        item->maximum =
            compiler_integer(compiler, value, "max", 0, INSTRUMENT_COUNT, INSTRUMENT_COUNT);
    }
    item->number_minimum = number_member(compiler, value, "min", -INFINITY);
    item->number_maximum = number_member(compiler, value, "max", INFINITY);
    if (item->minimum > item->maximum || item->number_minimum > item->number_maximum)
        compiler_fault(compiler, "bad_range", "min must not be above max");
}

static void compile_choices(struct compiler *compiler, const json_t *value, struct item *item)
{
    int count = (int)item->option_count;
    item->least = (size_t)compiler_integer(compiler, value, "min_choices", 0, count, 0);
    item->most = (size_t)compiler_integer(compiler, value, "max_choices", 1, count, count);
    if (item->least > item->most)
        compiler_fault(compiler, "bad_range", "min_choices must not be above max_choices");
}

static void compile_scoring(struct compiler *compiler, const json_t *value, struct item *item)
{
    item->reverse = compiler_flag(compiler, value, "reverse");
    item->construct = compiler_id(compiler, value, "construct", OPTIONAL);
    item->phase = compiler_id(compiler, value, "phase", OPTIONAL);
    item->theme = compiler_id(compiler, value, "theme", OPTIONAL);
    item->purpose = compiler_integer(compiler, value, "purpose", 1, 5, 0);
}

static void compile_condition(struct compiler *compiler, const json_t *value, struct item *item,
                              size_t index)
{
    const json_t *condition = json_object_get(value, "show_if");
    if (condition == NULL)
        return;
    size_t mark = compiler_push(compiler, "show_if");
    item->show_if = condition_compile(compiler, condition, index);
    compiler_pop(compiler, mark);
}

/* The parts that only some types have. */
static void compile_parts(struct compiler *compiler, const json_t *value, struct item *item)
{
    item->minimum = types[item->type].minimum;
    item->maximum = types[item->type].maximum;
    if (types[item->type].scale)
        compile_scale(compiler, value, item);
    if (types[item->type].options)
        item->options = compile_options(compiler, value, "options", &item->option_count);
    if (types[item->type].rows)
        item->rows = compile_options(compiler, value, "rows", &item->row_count);
    if (types[item->type].bounds)
        compile_bounds(compiler, value, item);
    if (types[item->type].choices)
        compile_choices(compiler, value, item);
    if (types[item->type].length)
        item->max_length = (size_t)compiler_integer(compiler, value, "max_length", 1,
                                                    INSTRUMENT_TEXT, INSTRUMENT_TEXT_USUAL);
    int entries = (int)types[item->type].entries;
    if (entries > 0)
        item->most = (size_t)compiler_integer(compiler, value, "max_entries", 1, entries, entries);
    if (item->type == ITEM_SINGLE || item->type == ITEM_RANKING)
        item->maximum = (int)item->option_count;
}

static void take_slots(struct instrument *instrument, struct item *item)
{
    const size_t counts[] = {
        [NO_SLOT] = 0,
        [ONE_SLOT] = 1,
        [SLOT_PER_OPTION] = item->option_count,
        [SLOT_PER_ROW] = item->row_count,
    };
    item->slot = instrument->slot_count;
    item->slot_count = counts[types[item->type].slots];
    instrument->slot_count += item->slot_count;
}

void item_compile(struct compiler *compiler, const json_t *value, size_t index)
{
    struct item *item = &compiler->instrument->items[index];
    item->id = compiler_id(compiler, value, "id", REQUIRED);
    item->id_length = item->id != NULL ? strlen(item->id) : 0;
    if (!find_type(json_object_get(value, "type"), &item->type)) {
        size_t mark = compiler_push(compiler, "type");
        compiler_fault(compiler, "bad_type", "this is no type of item");
        compiler_pop(compiler, mark);
        return;
    }
    check_members(compiler, value, item->type);
    item->text = compiler_phrase(compiler, value, "text", REQUIRED);
    item->help = compiler_phrase(compiler, value, "help", OPTIONAL);
    item->required = compiler_flag(compiler, value, "required");
    compile_scoring(compiler, value, item);
    compile_parts(compiler, value, item);
    compile_condition(compiler, value, item, index);
    take_slots(compiler->instrument, item);
}

void item_finish(struct item *item)
{
    free(item->labels);
    free(item->options);
    free(item->rows);
    condition_destroy(item->show_if);
}

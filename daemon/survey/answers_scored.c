/* The values of scored items, straight into their slots. */
#include "answers_part.h"

#include <string.h>

enum answers_state answers_integer(struct reading *reading, const struct item *item,
                                   enum reader_token token)
{
    int64_t value = reading->reader->integer;
    if (token != READER_INTEGER)
        return answers_refuse(reading, token, "wrong_type", "this must be an integer");
    if (value < item->minimum || value > item->maximum)
        return answers_fault(reading, "out_of_range", "this must be from %d to %d", item->minimum,
                             item->maximum);
    reading->answers->slots[item->slot] = (int16_t)value;
    return ANSWERED;
}

enum answers_state answers_binary(struct reading *reading, const struct item *item,
                                  enum reader_token token)
{
    if (token != READER_TRUE && token != READER_FALSE)
        return answers_integer(reading, item, token);
    reading->answers->slots[item->slot] = token == READER_TRUE;
    return ANSWERED;
}

/* The position of the option or row with this id, or `count`. */
static size_t find_option(const struct option *options, size_t count, struct reader_text id)
{
    size_t i = 0;
    while (i < count &&
           !(options[i].id_length == id.length && memcmp(options[i].id, id.bytes, id.length) == 0))
        i++;
    return i;
}

enum answers_state answers_single(struct reading *reading, const struct item *item,
                                  enum reader_token token)
{
    if (token != READER_STRING)
        return answers_refuse(reading, token, "wrong_type", "this must be an option's id");
    size_t position = find_option(item->options, item->option_count, reading->reader->string);
    if (position == item->option_count)
        return answers_fault(reading, "unknown_option", "there is no such option");
    reading->answers->slots[item->slot] = (int16_t)(position + 1);
    return ANSWERED;
}

enum choice_value { CHOSEN, RANK };

static bool read_choice(struct reading *reading, const struct item *item, enum reader_token token,
                        int16_t value)
{
    int16_t *slots = reading->answers->slots + item->slot;
    if (token != READER_STRING) {
        answers_refuse(reading, token, "wrong_type", "this must be an option's id");
        return false;
    }
    size_t position = find_option(item->options, item->option_count, reading->reader->string);
    if (position == item->option_count || slots[position] != 0) {
        bool known = position < item->option_count;
        answers_fault(reading, known ? "duplicate" : "unknown_option", "%s",
                      known ? "the option is named twice" : "there is no such option");
        return false;
    }
    slots[position] = value;
    return true;
}

static enum answers_state read_choices(struct reading *reading, const struct item *item,
                                       enum reader_token token, enum choice_value kind)
{
    if (token != READER_ARRAY)
        return answers_refuse(reading, token, "wrong_type", "this must be an array of option ids");
    int16_t *slots = reading->answers->slots + item->slot;
    for (size_t i = 0; i < item->slot_count; i++)
        slots[i] = 0;
    size_t count = 0;
    bool good = true;
    while (answers_next(reading, &token)) {
        int16_t value = kind == RANK && count < item->option_count ? (int16_t)(count + 1) : 1;
        good = read_choice(reading, item, token, value) && good;
        count++;
    }
    if (count > item->most || count < item->least)
        return answers_fault(reading, count > item->most ? "too_many" : "too_few",
                             "choose from %zu to %zu", item->least, item->most);
    return good ? ANSWERED : ABSENT;
}

enum answers_state answers_multiple(struct reading *reading, const struct item *item,
                                    enum reader_token token)
{
    return read_choices(reading, item, token, CHOSEN);
}

enum answers_state answers_ranking(struct reading *reading, const struct item *item,
                                   enum reader_token token)
{
    return read_choices(reading, item, token, RANK);
}

static bool read_row(struct reading *reading, const struct item *item, enum reader_token token)
{
    size_t row = find_option(item->rows, item->row_count, reading->reader->key);
    if (row == item->row_count) {
        answers_refuse(reading, token, "unknown_row", "there is no such row");
        return false;
    }
    int16_t *slot = &reading->answers->slots[item->slot + row];
    if (token == READER_OBJECT) {
        int16_t sentinel = answers_missing_object(reading);
        *slot = sentinel != 0 ? sentinel : SLOT_NOT_REACHED;
        return sentinel != 0;
    }
    struct item cell = {
        .minimum = item->minimum, .maximum = item->maximum, .slot = item->slot + row};
    return answers_integer(reading, &cell, token) == ANSWERED;
}

static enum answers_state matrix_state(const struct reading *reading, const struct item *item)
{
    enum answers_state state = ABSENT;
    for (size_t i = 0; i < item->slot_count && state != ANSWERED; i++) {
        int16_t value = reading->answers->slots[item->slot + i];
        if (value >= 0)
            state = ANSWERED;
        else if (value != SLOT_NOT_REACHED)
            state = MISSING;
    }
    return state;
}

enum answers_state answers_matrix(struct reading *reading, const struct item *item,
                                  enum reader_token token)
{
    if (token != READER_OBJECT)
        return answers_refuse(reading, token, "wrong_type", "this must be an object with its rows");
    bool good = true;
    for (bool first = true; answers_next(reading, &token); first = false) {
        int16_t sentinel;
        if (first && answers_is_missing_member(reading, token, &sentinel)) {
            for (size_t i = 0; i < item->slot_count && sentinel != 0; i++)
                reading->answers->slots[item->slot + i] = sentinel;
            return sentinel != 0 ? MISSING : ABSENT;
        }
        good = read_row(reading, item, token) && good;
    }
    return good ? matrix_state(reading, item) : ABSENT;
}

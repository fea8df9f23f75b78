#include "answers_part.h"

#include <debriefd/xalloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static answers_value_fn *const value_readers[ITEM_TYPES] = {
    [ITEM_RATING] = answers_integer,      [ITEM_NPS] = answers_integer,
    [ITEM_SINGLE] = answers_single,       [ITEM_MULTIPLE] = answers_multiple,
    [ITEM_MATRIX] = answers_matrix,       [ITEM_RANKING] = answers_ranking,
    [ITEM_NUMBER] = answers_number,       [ITEM_BINARY] = answers_binary,
    [ITEM_COUNT] = answers_integer,       [ITEM_TEXT] = answers_text,
    [ITEM_ROSTER] = answers_roster,       [ITEM_CONTACTS] = answers_entries,
    [ITEM_COMMITMENTS] = answers_entries, [ITEM_COMMITMENT_STATUS] = answers_commitment_status,
};

void answers_init(struct answers *answers)
{
    *answers = (struct answers){0};
    reader_init(&answers->reader);
    buf_init(&answers->texts);
    buf_init(&answers->written);
}

void answers_finish(struct answers *answers)
{
    reader_finish(&answers->reader);
    buf_finish(&answers->texts);
    buf_finish(&answers->written);
    free(answers->slots);
    free(answers->pieces);
    free(answers->is_answered);
    free(answers->seen);
    *answers = (struct answers){0};
}

enum answers_state answers_fault(struct reading *reading, const char *code, const char *format, ...)
{
    if (reading->reader->fault != READER_FINE)
        return ABSENT;
    struct violation text;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text.detail, sizeof text.detail, format, arguments);
    va_end(arguments);
    reader_pointer(reading->reader, text.pointer, sizeof text.pointer);
    violations_add(reading->violations, text.pointer, code, "%s", text.detail);
    return ABSENT;
}

enum answers_state answers_refuse(struct reading *reading, enum reader_token token,
                                  const char *code, const char *detail)
{
    answers_fault(reading, code, "%s", detail);
    reader_skip(reading->reader, token);
    return ABSENT;
}

bool answers_next(struct reading *reading, enum reader_token *token)
{
    *token = reader_next(reading->reader);
    return *token != READER_FAULT && *token != READER_OBJECT_END && *token != READER_ARRAY_END;
}

bool answers_text_is(struct reader_text text, const char *word)
{
    return text.length == strlen(word) && memcmp(text.bytes, word, text.length) == 0;
}

bool answers_is_missing_member(struct reading *reading, enum reader_token token, int16_t *sentinel)
{
    struct reader *reader = reading->reader;
    if (!answers_text_is(reader->key, "missing"))
        return false;
    *sentinel = 0;
    if (token == READER_STRING && answers_text_is(reader->string, "dk"))
        *sentinel = SLOT_DONT_KNOW;
    else if (token == READER_STRING && answers_text_is(reader->string, "refused"))
        *sentinel = SLOT_REFUSED;
    else
        answers_refuse(reading, token, "bad_value", "\"missing\" is \"dk\" or \"refused\"");
    while (answers_next(reading, &token)) {
        *sentinel = 0;
        answers_refuse(reading, token, "unknown_member", "nothing stands beside \"missing\"");
    }
    return true;
}

int16_t answers_missing_object(struct reading *reading)
{
    int16_t sentinel = 0;
    enum reader_token token;
    if (!answers_next(reading, &token)) {
        answers_fault(reading, "wrong_type", "an object here has the member \"missing\"");
        return 0;
    }
    if (answers_is_missing_member(reading, token, &sentinel))
        return sentinel;
    answers_refuse(reading, token, "unknown_member", "an object here has only \"missing\"");
    while (answers_next(reading, &token))
        answers_refuse(reading, token, "unknown_member", "an object here has only \"missing\"");
    return 0;
}

static void reserve(struct answers *answers, const struct instrument *instrument,
                    const struct roster *roster)
{
    size_t items = instrument_item_count(instrument);
    size_t slots = instrument_slot_count(instrument);
    if (slots > answers->slot_capacity || answers->slots == NULL) {
        answers->slots = xrealloc_array(answers->slots, slots, sizeof *answers->slots);
        answers->slot_capacity = slots;
    }
    if (items > answers->item_capacity) {
        answers->pieces = xrealloc_array(answers->pieces, items, sizeof *answers->pieces);
        answers->is_answered =
            xrealloc_array(answers->is_answered, items, sizeof *answers->is_answered);
        answers->item_capacity = items;
    }
    if (roster->count > answers->seen_capacity) {
        answers->seen = xrealloc_array(answers->seen, roster->count, sizeof *answers->seen);
        answers->seen_capacity = roster->count;
    }
}

static void begin(struct reading *reading, const char *body, size_t length)
{
    struct answers *answers = reading->answers;
    reserve(answers, reading->instrument, reading->roster);
    answers->slot_count = instrument_slot_count(reading->instrument);
    for (size_t i = 0; i < answers->slot_count; i++)
        answers->slots[i] = SLOT_NOT_REACHED;
    size_t items = instrument_item_count(reading->instrument);
    memset(answers->pieces, 0, items * sizeof *answers->pieces);
    memset(answers->is_answered, 0, items * sizeof *answers->is_answered);
    buf_clear(&answers->written);
    buf_clear(&answers->texts);
    answers->language = NULL;
    answers->has_replaces = false;
    answers->applicable = 0;
    answers->answered = 0;
    reader_start(&answers->reader, body, length);
}

static void fill_slots(struct answers *answers, const struct item *item, int16_t value)
{
    for (size_t i = 0; i < item->slot_count; i++)
        answers->slots[item->slot + i] = value;
}

/* Types whose answers are objects tell a missing one apart themselves. */
static bool is_object_type(enum item_type type)
{
    return type == ITEM_MATRIX || type == ITEM_ROSTER || type == ITEM_COMMITMENT_STATUS;
}

static enum answers_state read_value(struct reading *reading, const struct item *item,
                                     enum reader_token token)
{
    if (token != READER_OBJECT || is_object_type(item->type))
        return value_readers[item->type](reading, item, token);
    int16_t sentinel = answers_missing_object(reading);
    if (sentinel == 0)
        return ABSENT;
    fill_slots(reading->answers, item, sentinel);
    return MISSING;
}

/* Answers mostly come in item order, so the item behind the last one is tried first. */
static bool find_item(const struct reading *reading, size_t expected, size_t *index)
{
    const struct instrument *instrument = reading->instrument;
    struct reader_text key = reading->reader->key;
    if (expected < instrument_item_count(instrument)) {
        const struct item *item = instrument_item(instrument, expected);
        if (item->id_length == key.length && memcmp(item->id, key.bytes, key.length) == 0) {
            *index = expected;
            return true;
        }
    }
    return instrument_find_item(instrument, key.bytes, key.length, index);
}

static void read_item(struct reading *reading, enum reader_token token, size_t *index)
{
    struct answers *answers = reading->answers;
    const struct item *item = NULL;
    if (find_item(reading, *index + 1, index))
        item = instrument_item(reading->instrument, *index);
    if (item == NULL || item->type == ITEM_SECTION) {
        answers_refuse(reading, token, "unknown_item", "the instrument asks no such item");
        return;
    }
    size_t offset = answers->written.length;
    size_t faults = reading->violations->total;
    enum answers_state state = read_value(reading, item, token);
    if (reading->violations->total > faults)
        state = FAULTY;
    answers->pieces[*index] =
        (struct answers_piece){state, offset, answers->written.length - offset};
    answers->is_answered[*index] = state == ANSWERED;
}

static void read_language(struct reading *reading, enum reader_token token)
{
    struct reader_text text = reading->reader->string;
    size_t index;
    if (token != READER_STRING)
        answers_refuse(reading, token, "wrong_type", "this must be a language tag");
    else if (instrument_find_language(reading->instrument, text.bytes, text.length, &index))
        reading->answers->language = instrument_language(reading->instrument, index);
    else
        answers_fault(reading, "unknown_language", "the instrument is not in this language");
}

static void read_replaces(struct reading *reading, enum reader_token token)
{
    struct reader_text text = reading->reader->string;
    struct answers *answers = reading->answers;
    if (token != READER_STRING)
        answers_refuse(reading, token, "wrong_type", "this must be the UUID of an evaluation");
    else if (uuid_parse(text.bytes, text.length, &answers->replaces))
        answers->has_replaces = true;
    else
        answers_fault(reading, "bad_value", "this must be the UUID of an evaluation");
}

static void read_answers(struct reading *reading, enum reader_token token)
{
    if (token != READER_OBJECT) {
        answers_refuse(reading, token, "wrong_type",
                       "this must be an object with a member an item");
        return;
    }
    size_t index = SIZE_MAX;
    while (answers_next(reading, &token))
        read_item(reading, token, &index);
}

static void read_body(struct reading *reading)
{
    enum reader_token token = reader_next(reading->reader);
    bool has_answers = false;
    if (token != READER_OBJECT) {
        answers_refuse(reading, token, "wrong_type", "an evaluation is an object");
        return;
    }
    while (answers_next(reading, &token)) {
        struct reader_text key = reading->reader->key;
        if (answers_text_is(key, "answers")) {
            has_answers = true;
            read_answers(reading, token);
        } else if (answers_text_is(key, "language")) {
            read_language(reading, token);
        } else if (answers_text_is(key, "replaces")) {
            read_replaces(reading, token);
        } else {
            answers_refuse(reading, token, "unknown_member", "an evaluation has no such member");
        }
    }
    if (!has_answers && reading->reader->fault == READER_FINE)
        violations_add(reading->violations, "/answers", "required", "the answers are missing");
}

static void require(struct reading *reading, const struct item *item, const char *row)
{
    char pointer[sizeof((struct violation *)0)->pointer];
    snprintf(pointer, sizeof pointer, "/answers/%s%s%s", item->id, row != NULL ? "/" : "",
             row != NULL ? row : "");
    violations_add(reading->violations, pointer, "required",
                   "this needs an answer, or \"missing\"");
}

static void check_required(struct reading *reading, const struct item *item,
                           enum answers_state state)
{
    if (state == ABSENT)
        require(reading, item, NULL);
    for (size_t i = 0; (state == ANSWERED || state == MISSING) && i < item->row_count; i++)
        if (reading->answers->slots[item->slot + i] == SLOT_NOT_REACHED)
            require(reading, item, item->rows[i].id);
}

/* Who is asked a question behind a condition depends on an answer, which the disposition, being
 * public, would tell. */
static void count_question(struct answers *answers, const struct item *item)
{
    if (item->slot_count == 0 || item->show_if != NULL)
        return;
    answers->applicable++;
    for (size_t i = 0; i < item->slot_count; i++)
        if (answers->slots[item->slot + i] < 0)
            return;
    answers->answered++;
}

static void hide(struct reading *reading, size_t index, bool report)
{
    struct answers *answers = reading->answers;
    const struct item *item = instrument_item(reading->instrument, index);
    char pointer[sizeof((struct violation *)0)->pointer];
    fill_slots(answers, item, SLOT_NOT_SHOWN);
    answers->is_answered[index] = false;
    if (!report || answers->pieces[index].state == ABSENT)
        return;
    snprintf(pointer, sizeof pointer, "/answers/%s", item->id);
    violations_add(reading->violations, pointer, "not_shown", "earlier answers hide this item");
}

/* Conditions look at earlier items only, so one walk in item order settles what is shown. After a
 * fault a condition may be wrong, so that nothing is reported that depends on one. */
static void settle(struct reading *reading, bool clean)
{
    struct answers *answers = reading->answers;
    for (size_t i = 0; i < instrument_item_count(reading->instrument); i++) {
        const struct item *item = instrument_item(reading->instrument, i);
        if (!instrument_shows(reading->instrument, item, answers->slots, answers->is_answered)) {
            hide(reading, i, clean);
            continue;
        }
        if (item->required && (clean || item->show_if == NULL))
            check_required(reading, item, answers->pieces[i].state);
        count_question(answers, item);
    }
}

static void write_texts(struct reading *reading)
{
    struct answers *answers = reading->answers;
    struct buf *texts = &answers->texts;
    buf_append_char(texts, '{');
    for (size_t i = 0; i < instrument_item_count(reading->instrument); i++) {
        const struct answers_piece *piece = &answers->pieces[i];
        if (piece->state != ANSWERED || piece->length == 0)
            continue;
        const struct item *item = instrument_item(reading->instrument, i);
        if (texts->length > 1)
            buf_append_char(texts, ',');
        buf_append_char(texts, '"');
        buf_append(texts, item->id, item->id_length);
        buf_append_text(texts, "\":");
        buf_append(texts, answers->written.data + piece->offset, piece->length);
    }
    buf_append_char(texts, '}');
}

static enum answers_verdict malformed(struct reading *reading, size_t kept, size_t total)
{
    const struct reader *reader = reading->reader;
    char pointer[sizeof((struct violation *)0)->pointer];
    reader_pointer(reader, pointer, sizeof pointer);
    reading->violations->count = kept;
    reading->violations->total = total;
    violations_add(reading->violations, pointer, "malformed", "%s, at byte %zu",
                   reader_fault_text(reader->fault), reader->fault_offset);
    return ANSWERS_MALFORMED;
}

enum answers_verdict answers_read(const struct instrument *instrument, const struct roster *roster,
                                  const char *body, size_t length, struct answers *answers,
                                  struct violations *violations)
{
    static const struct roster nobody = {0};
    struct reading reading = {instrument, roster != NULL ? roster : &nobody, answers,
                              &answers->reader, violations};
    size_t kept = violations->count;
    size_t total = violations->total;
    begin(&reading, body, length);
    read_body(&reading);
    if (reader_next(reading.reader) != READER_END)
        return malformed(&reading, kept, total);
    settle(&reading, violations->total == total);
    if (violations->total > total)
        return ANSWERS_INVALID;
    write_texts(&reading);
    return ANSWERS_OK;
}

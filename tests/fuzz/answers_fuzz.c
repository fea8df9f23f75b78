/* Whatever answers_read accepts is what jansson reads there: the scored answers' numbers, the
 * unscored answers' members. Written by jansson and read again it gives the same slots and texts.
 *
 * Short form: ctest (replay.c). Long form: as in reader_fuzz.c, with answers_libfuzzer,
 * answers_replay and contrib/fuzz-corpus/answers. */
#include "fuzz.h"

#include <debriefd/answers.h>
#include <debriefd/secret.h>
#include <debriefd/text.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct instrument *instrument;
static struct answers first;
static struct answers second;
static struct uuid participants[3];
static const struct roster roster = {participants, 3, &participants[0]};

static void set_up(void)
{
    static const char *const texts[] = {"11111111-1111-4111-8111-111111111111",
                                        "22222222-2222-4222-8222-22222222222a",
                                        "33333333-3333-4333-8333-333333333333"};
    struct violations violations;
    secret_init();
    violations_init(&violations);
    json_t *definition = json_load_file(RICH_INSTRUMENT, JSON_REJECT_DUPLICATES, NULL);
    instrument = instrument_compile(definition, &violations);
    json_decref(definition);
    bool good = instrument != NULL;
    for (size_t i = 0; i < 3; i++)
        good = uuid_parse(texts[i], UUID_TEXT_LENGTH, &participants[i]) && good;
    if (!good)
        abort();
    answers_init(&first);
    answers_init(&second);
}

/* Sentinels and the item's range, or for a hidden item the one sentinel. */
static int slots_keep_their_range(void)
{
    for (size_t i = 0; i < instrument_item_count(instrument); i++) {
        const struct item *item = instrument_item(instrument, i);
        for (size_t offset = 0; offset < item->slot_count; offset++) {
            int value = first.slots[item->slot + offset];
            int least = item->type == ITEM_RANKING ? 0 : item->minimum;
            if (value < SLOT_NOT_REACHED ||
                (value >= 0 && (value < least || value > item->maximum)))
                return 0;
            int hidden = first.slots[item->slot] == SLOT_NOT_SHOWN;
            if (hidden != (value == SLOT_NOT_SHOWN))
                return 0;
        }
    }
    return first.answered >= 0 && first.answered <= first.applicable;
}

/* A commitment that was given no id is stored with its place in the list. */
static int is_added(const json_t *whole, const char *key, const json_t *member)
{
    const char *text = json_string_value(member);
    return strcmp(key, "id") == 0 && json_object_get(whole, "id") == NULL && text != NULL &&
           text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Whether all that is in `part` stands in `whole` too, where blank optional texts were left out. */
static int contains(const json_t *whole, const json_t *part)
{
    size_t index;
    const char *key;
    json_t *member;
    if (json_is_number(part))
        return json_is_number(whole) && json_number_value(whole) == json_number_value(part);
    if (json_is_array(part)) {
        if (json_array_size(whole) != json_array_size(part))
            return 0;
        json_array_foreach((json_t *)(uintptr_t)part, index,
                           member) if (!contains(json_array_get(whole, index), member)) return 0;
        return 1;
    }
    if (!json_is_object(part))
        return json_equal(whole, part);
    json_object_foreach((json_t *)(uintptr_t)part, key,
                        member) if (!is_added(whole, key, member) &&
                                    !contains(json_object_get(whole, key), member)) return 0;
    return 1;
}

/* Participants may be named in capitals, so of a roster only the size is compared. */
static int texts_are_the_documents(const json_t *texts, const json_t *given)
{
    const char *key;
    json_t *text;
    json_object_foreach((json_t *)(uintptr_t)texts, key, text)
    {
        const json_t *value = json_object_get(given, key);
        if (strcmp(key, "ROSTER") == 0 ? json_object_size(text) != json_object_size(value)
                                       : !contains(value, text))
            return 0;
    }
    return 1;
}

static int slots_are_the_documents(const json_t *given)
{
    for (size_t i = 0; i < instrument_item_count(instrument); i++) {
        const struct item *item = instrument_item(instrument, i);
        const json_t *value = json_object_get(given, item->id);
        if (json_is_integer(value) && item->slot_count == 1 &&
            first.slots[item->slot] != json_integer_value(value))
            return 0;
        if (value == NULL && item->slot_count > 0 && first.slots[item->slot] > SLOT_NOT_SHOWN)
            return 0;
    }
    return 1;
}

static int same_answers(void)
{
    return memcmp(first.slots, second.slots, first.slot_count * sizeof *first.slots) == 0 &&
           strcmp(buf_text(&first.texts), buf_text(&second.texts)) == 0 &&
           first.language == second.language && first.has_replaces == second.has_replaces &&
           (!first.has_replaces || uuid_equal(&first.replaces, &second.replaces)) &&
           first.applicable == second.applicable && first.answered == second.answered;
}

static void check_accepted(const json_t *document, const uint8_t *data, size_t size)
{
    struct violations violations;
    violations_init(&violations);
    if (document == NULL)
        fuzz_differs("jansson refuses what is accepted", data, size);
    if (!slots_keep_their_range())
        fuzz_differs("a slot or a count is out of its range", data, size);
    json_t *texts =
        json_loadb(buf_text(&first.texts), first.texts.length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(texts))
        fuzz_differs("the texts are not a JSON object", data, size);
    const json_t *given = json_object_get(document, "answers");
    if (!texts_are_the_documents(texts, given) || !slots_are_the_documents(given))
        fuzz_differs("an answer is not the one that was given", data, size);
    json_decref(texts);
    char *again = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    enum answers_verdict verdict =
        answers_read(instrument, &roster, again, strlen(again), &second, &violations);
    if (verdict != ANSWERS_OK)
        fuzz_differs("the same answers are refused the second time", data, size);
    free(again);
    violations_finish(&violations);
}

/* Object members other than items may come in another order after sorting, so the texts of rosters
 * and statuses are compared after the same sorting. */
static void sort_texts(struct answers *answers)
{
    json_t *texts = json_loads(buf_text(&answers->texts), 0, NULL);
    char *sorted = json_dumps(texts, JSON_COMPACT | JSON_SORT_KEYS);
    buf_clear(&answers->texts);
    buf_append_text(&answers->texts, sorted);
    free(sorted);
    json_decref(texts);
}

static void check_refused(const struct violations *violations, const uint8_t *data, size_t size)
{
    if (violations->total == 0)
        fuzz_differs("a refusal without a violation", data, size);
    for (size_t i = 0; i < violations->count; i++) {
        const struct violation *violation = &violations->items[i];
        if (!text_is_utf8(violation->pointer, strlen(violation->pointer)) ||
            !text_is_utf8(violation->detail, strlen(violation->detail)))
            fuzz_differs("a violation that is not UTF-8", data, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (instrument == NULL)
        set_up();
    struct violations violations;
    violations_init(&violations);
    enum answers_verdict verdict =
        answers_read(instrument, &roster, (const char *)data, size, &first, &violations);
    json_t *document = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (verdict == ANSWERS_OK) {
        check_accepted(document, data, size);
        sort_texts(&first);
        sort_texts(&second);
        if (!same_answers())
            fuzz_differs("the same answers give another result the second time", data, size);
    } else {
        check_refused(&violations, data, size);
    }
    if (verdict == ANSWERS_INVALID && document == NULL)
        fuzz_differs("malformed JSON is called invalid answers", data, size);
    json_decref(document);
    violations_finish(&violations);
    return 0;
}

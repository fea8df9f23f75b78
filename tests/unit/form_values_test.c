/* From answers to a form's fields and back, and from what is stored to answers and back. */
#include "suite.h"

#include <debriefd/answers.h>
#include <debriefd/answers_write.h>
#include <debriefd/clock.h>
#include <debriefd/form_values.h>
#include <debriefd/rate.h>
#include <debriefd/secret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONE    "22222222-2222-4222-8222-22222222222a"
#define TWO    "33333333-3333-4333-8333-333333333333"
#define ROUNDS 4000

static struct instrument *instrument;
static struct answers answers;
static struct uuid participants[2];
static const struct roster roster = {participants, 2, NULL};
static unsigned state = 1;

/* The recipe of glibc's TYPE_0 generator: the same numbers everywhere. */
static unsigned chance(unsigned sides)
{
    state = state * 1103515245U + 12345U;
    return (state >> 16) % sides;
}

static enum answers_verdict read_answers(const json_t *object, struct violations *violations)
{
    json_t *body = json_pack("{s:O}", "answers", object);
    char *text = json_dumps(body, JSON_COMPACT);
    enum answers_verdict verdict =
        answers_read(instrument, &roster, text, strlen(text), &answers, violations);
    free(text);
    json_decref(body);
    return verdict;
}

/* What form_values makes of the fields of each answer. */
static json_t *through_fields(const json_t *given, struct violations *violations)
{
    struct form_values values;
    json_t *made = json_object();
    form_values_init(&values, instrument);
    values.decimal_comma = chance(2) == 0;
    for (size_t i = 0; i < instrument_item_count(instrument); i++) {
        const char *id = instrument_item(instrument, i)->id;
        form_values_fill(&values, i, json_object_get(given, id));
        json_t *answer = form_values_answer(&values, i, violations);
        if (answer != NULL)
            json_object_set_new(made, id, answer);
    }
    form_values_finish(&values);
    return made;
}

static json_t *random_missing(void)
{
    return json_pack("{s:s}", "missing", chance(2) == 0 ? "dk" : "refused");
}

static json_t *random_choices(const struct item *item)
{
    json_t *chosen = json_array();
    size_t start = chance((unsigned)item->option_count);
    size_t count = item->least + chance((unsigned)(item->most - item->least + 1));
    for (size_t i = 0; i < count && i < item->most; i++)
        json_array_append_new(chosen,
                              json_string(item->options[(start + i) % item->option_count].id));
    return chosen;
}

static json_t *random_matrix(const struct item *item)
{
    json_t *rows = json_object();
    for (size_t i = 0; i < item->row_count; i++)
        if (chance(3) > 0)
            json_object_set_new(rows, item->rows[i].id,
                                chance(4) == 0 ? random_missing()
                                               : json_integer(item->minimum + (int)chance(3)));
    return rows;
}

static json_t *random_text(void)
{
    static const char *const texts[] = {"å \"<b>\" & 'x'",  "line\nline", "  kept  ",
                                        "\xf0\x9f\x8e\x89", "!dk",        "q.RATE=1"};
    return json_string(texts[chance(6)]);
}

static json_t *random_entry(enum item_type type, size_t place)
{
    char id[16];
    snprintf(id, sizeof id, "c%zu", place);
    json_t *entry = type == ITEM_CONTACTS ? json_object() : json_pack("{s:s}", "id", id);
    json_object_set_new(entry, type == ITEM_CONTACTS ? "name" : "text", random_text());
    if (type == ITEM_CONTACTS && chance(2) == 0)
        json_object_set_new(entry, "kept", json_boolean(chance(2)));
    if (type == ITEM_COMMITMENTS)
        json_object_set_new(entry, "level",
                            json_string(chance(2) == 0 ? "individual" : "organisation"));
    if (type == ITEM_COMMITMENTS && chance(2) == 0)
        json_object_set_new(entry, "due", json_string("2027-03"));
    return entry;
}

static json_t *random_entries(const struct item *item)
{
    json_t *entries = json_array();
    for (size_t i = 0; i < 1 + chance((unsigned)item->most); i++)
        json_array_append_new(entries, random_entry(item->type, i));
    return entries;
}

static json_t *random_roster(void)
{
    json_t *levels = json_object();
    json_object_set_new(levels, ONE, chance(3) == 0 ? json_null() : json_integer(chance(5)));
    if (chance(2) == 0)
        json_object_set_new(levels, TWO, json_integer(chance(5)));
    if (chance(2) == 0)
        json_object_set_new(levels, "complete", json_false());
    return levels;
}

static json_t *random_number(const struct item *item)
{
    double low = item->number_minimum > -1000 ? item->number_minimum : -1000;
    double high = item->number_maximum < 1000 ? item->number_maximum : 1000;
    double value = low + 0.125 + (double)chance((unsigned)(high - low));
    return chance(2) == 0 ? json_integer((json_int_t)low) : json_real(value);
}

static json_t *random_answer(const struct item *item)
{
    switch (item->type) {
    case ITEM_RATING:
    case ITEM_NPS:
    case ITEM_COUNT:
        return json_integer(item->minimum +
                            (int)chance((unsigned)(item->maximum - item->minimum + 1)));
    case ITEM_SINGLE:
        return json_string(item->options[chance((unsigned)item->option_count)].id);
    case ITEM_MULTIPLE:
    case ITEM_RANKING:
        return random_choices(item);
    case ITEM_MATRIX:
        return random_matrix(item);
    case ITEM_NUMBER:
        return random_number(item);
    case ITEM_BINARY:
        return json_boolean(chance(2));
    case ITEM_TEXT:
        return random_text();
    case ITEM_ROSTER:
        return random_roster();
    case ITEM_CONTACTS:
    case ITEM_COMMITMENTS:
        return random_entries(item);
    case ITEM_COMMITMENT_STATUS:
        return json_pack("{s:s,s:s}", "c1", "completed", "c_2", "unknown");
    case ITEM_SECTION:
    case ITEM_TYPES:
        break;
    }
    return NULL;
}

/* Empty objects and arrays of rankings are no answer of a form. */
static bool is_nothing(const struct item *item, const json_t *answer)
{
    return (json_is_object(answer) && json_object_size(answer) == 0) ||
           (item->type == ITEM_RANKING && json_is_array(answer) && json_array_size(answer) == 0);
}

static json_t *random_answers(void)
{
    json_t *object = json_object();
    for (size_t i = 0; i < instrument_item_count(instrument); i++) {
        const struct item *item = instrument_item(instrument, i);
        if (chance(4) == 0 && item->type != ITEM_SECTION && item->type != ITEM_MATRIX)
            json_object_set_new(object, item->id, random_missing());
        else if (chance(4) > 0 && item->type != ITEM_SECTION)
            json_object_set_new(object, item->id, random_answer(item));
        if (is_nothing(item, json_object_get(object, item->id)))
            json_object_del(object, item->id);
    }
    return object;
}

static void any_answer_survives_its_fields(void)
{
    struct violations violations;
    violations_init(&violations);
    for (int round = 0; round < ROUNDS; round++) {
        json_t *given = random_answers();
        json_t *made = through_fields(given, &violations);
        CU_ASSERT_EQUAL_FATAL(violations.total, 0);
        if (!json_equal(given, made)) {
            char *first = json_dumps(given, JSON_SORT_KEYS);
            char *second = json_dumps(made, JSON_SORT_KEYS);
            printf("\n%s\n%s\n", first, second);
            free(first);
            free(second);
            CU_FAIL_FATAL("an answer changed on its way through a form");
        }
        json_decref(given);
        json_decref(made);
    }
}

/* What answers_read stores is written as answers that are stored the same. */
static void what_is_stored_is_written_again(void)
{
    unsigned good = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct violations violations;
        violations_init(&violations);
        json_t *given = random_answers();
        if (read_answers(given, &violations) == ANSWERS_OK) {
            size_t size = answers.slot_count * sizeof *answers.slots;
            int16_t *slots = malloc(size);
            char *texts = strdup(buf_text(&answers.texts));
            memcpy(slots, answers.slots, size);
            json_t *written = answers_write(instrument, slots, texts, strlen(texts));
            CU_ASSERT_EQUAL_FATAL(read_answers(written, &violations), ANSWERS_OK);
            CU_ASSERT_EQUAL(memcmp(slots, answers.slots, size), 0);
            CU_ASSERT_STRING_EQUAL(texts, buf_text(&answers.texts));
            good++;
            json_decref(written);
            free(slots);
            free(texts);
        }
        json_decref(given);
        violations_finish(&violations);
    }
    CU_ASSERT(good > 100);
}

static json_t *answer_of(const char *id, const char *const *fields, struct violations *violations)
{
    struct form_values values;
    size_t item = 0;
    CU_ASSERT_FATAL(instrument_find_item(instrument, id, strlen(id), &item));
    form_values_init(&values, instrument);
    for (; *fields != NULL; fields += 2)
        CU_ASSERT(form_values_add(&values, fields[0], fields[1]));
    json_t *answer = form_values_answer(&values, item, violations);
    form_values_finish(&values);
    return answer;
}

static void what_people_type(void)
{
    static const struct {
        const char *id;
        const char *fields[9];
        const char *expected; /* JSON, NULL for no answer, or the code of a violation */
    } cases[] = {
        {"NUM", {"q.NUM", "0,1"}, "0.1"},
        {"NUM", {"q.NUM", " 1\u00a0234,5 "}, "1234.5"},
        {"NUM", {"q.NUM", "\u22122"}, "-2"},
        {"NUM", {"q.NUM", "1.234,5"}, "not_number"},
        {"NUM", {"q.NUM", "1e3"}, "not_number"},
        {"NUM", {"q.NUM", "0x10"}, "not_number"},
        {"NUM", {"q.NUM", "inf"}, "not_number"},
        {"NUM", {"q.NUM", "\n "}, NULL},
        {"NUM", {"q.NUM", "1", "q.NUM.missing", "dk"}, "both"},
        {"REACH", {"q.REACH", "1 200"}, "1200"},
        {"REACH", {"q.REACH", "tio"}, "not_integer"},
        {"REACH", {"q.REACH", "1,5"}, "not_integer"},
        {"REACH", {"q.REACH", "99999999999999999999"}, "not_integer"},
        {"REACH", {"q.REACH", "", "q.REACH.missing", "refused"}, "{\"missing\":\"refused\"}"},
        {"NPS", {"q.NPS", "!dk"}, "{\"missing\":\"dk\"}"},
        {"MULTI", {"q.MULTI", "!none"}, "[]"},
        {"MULTI", {"q.MULTI", "a", "q.MULTI", "!none"}, "both"},
        {"RANK", {"q.RANK.a", "3", "q.RANK.c", "1", "q.RANK.b", ""}, "[\"c\",\"a\"]"},
        {"RANK", {"q.RANK.a", "1", "q.RANK.c", "1"}, "tie"},
        {"ROSTER", {"q.ROSTER.complete", "1"}, NULL},
        {"ROSTER", {"q.ROSTER." ONE, "2", "q.ROSTER.complete", "1"}, "{\"" ONE "\":2}"},
        {"ROSTER", {"q.ROSTER." ONE, "2"}, "{\"" ONE "\":2,\"complete\":false}"},
        {"ROSTER",
         {"q.ROSTER." ONE, "!skip", "q.ROSTER." ONE, "1", "q.ROSTER.complete", "1"},
         "{\"" ONE "\":1}"},
        {"COMMIT", {"q.COMMIT.0.level", "individual"}, NULL},
        {"COMMIT", {"q.COMMIT.0.due", "2027-01", "q.COMMIT.0.level", "individual"}, "need_text"},
        {"COMMIT", {"q.COMMIT.2.text", "t"}, "need_level"},
        {"COMMIT",
         {"q.COMMIT.4.text", "t", "q.COMMIT.4.level", "individual", "q.COMMIT.4.id", "7"},
         "[{\"id\":\"7\",\"text\":\"t\",\"level\":\"individual\"}]"},
        {"CONTACTS", {"q.CONTACTS.0.organisation", "o"}, "need_name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct violations violations;
        violations_init(&violations);
        json_t *answer = answer_of(cases[i].id, cases[i].fields, &violations);
        json_t *expected =
            cases[i].expected != NULL ? json_loads(cases[i].expected, JSON_DECODE_ANY, NULL) : NULL;
        bool is_code = cases[i].expected != NULL && expected == NULL;
        if (is_code) {
            CU_ASSERT_PTR_NULL(answer);
            CU_ASSERT_FATAL(violations.count > 0);
            CU_ASSERT_STRING_EQUAL(violations.items[0].code, cases[i].expected);
        } else {
            CU_ASSERT_EQUAL(violations.total, 0);
            CU_ASSERT(expected == NULL ? answer == NULL : json_equal(answer, expected));
        }
        json_decref(expected);
        json_decref(answer);
        violations_finish(&violations);
    }
}

/* Of two commitments the one that was there keeps its name, and a new one gets one that is free. */
static void commitments_keep_their_names(void)
{
    static const char *const fields[] = {"q.COMMIT.0.text",
                                         "new",
                                         "q.COMMIT.0.level",
                                         "individual",
                                         "q.COMMIT.1.text",
                                         "old",
                                         "q.COMMIT.1.level",
                                         "individual",
                                         "q.COMMIT.1.id",
                                         "1",
                                         NULL};
    struct violations violations;
    violations_init(&violations);
    json_t *answer = answer_of("COMMIT", fields, &violations);
    CU_ASSERT_EQUAL_FATAL(json_array_size(answer), 2);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(answer, 0), "id")),
                           "2");
    CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(json_array_get(answer, 1), "id")),
                           "1");
    json_decref(answer);
}

static void other_fields_are_refused(void)
{
    struct form_values values;
    form_values_init(&values, instrument);
    CU_ASSERT_FALSE(form_values_add(&values, "csrf", "1"));
    CU_ASSERT_FALSE(form_values_add(&values, "RATE", "1"));
    CU_ASSERT_FALSE(form_values_add(&values, "q.", "1"));
    CU_ASSERT_FALSE(form_values_add(&values, "q.NOTHING", "1"));
    CU_ASSERT(form_values_add(&values, "q.RATE", "1"));
    form_values_finish(&values);
}

static void rates_are_limited_by_key(void)
{
    struct rate *rate = rate_create(3, 1, 2);
    int wait = 0;
    for (int i = 0; i < 3; i++)
        CU_ASSERT(rate_take(rate, "a", 1, 0, &wait));
    CU_ASSERT_FALSE(rate_take(rate, "a", 1, 0, &wait));
    CU_ASSERT_EQUAL(wait, 2); /* whole seconds, rounded up past the first token */
    CU_ASSERT(rate_take(rate, "b", 1, 0, &wait));
    CU_ASSERT_FALSE(rate_take(rate, "a", 1, CLOCK_SECOND_US / 2, &wait));
    CU_ASSERT(rate_take(rate, "a", 1, 2 * CLOCK_SECOND_US, &wait));
    CU_ASSERT(rate_take(rate, "c", 1, 2 * CLOCK_SECOND_US, &wait)); /* and "a" is forgotten */
    for (int i = 0; i < 3; i++)
        CU_ASSERT(rate_take(rate, "a", 1, 2 * CLOCK_SECOND_US, &wait));
    rate_destroy(rate);
    rate_destroy(NULL);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"any answer survives its fields", any_answer_survives_its_fields},
        {"what is stored is written again", what_is_stored_is_written_again},
        {"what people type", what_people_type},
        {"commitments keep their names", commitments_keep_their_names},
        {"other fields are refused", other_fields_are_refused},
        {"rates are limited by key", rates_are_limited_by_key},
        {NULL, NULL},
    };
    struct violations violations;
    secret_init();
    violations_init(&violations);
    json_t *definition = json_load_file(DATA "/rich_instrument.json", JSON_REJECT_DUPLICATES, NULL);
    instrument = instrument_compile(definition, &violations);
    json_decref(definition);
    if (instrument == NULL || !uuid_parse(ONE, UUID_TEXT_LENGTH, &participants[0]) ||
        !uuid_parse(TWO, UUID_TEXT_LENGTH, &participants[1]))
        return EXIT_FAILURE;
    answers_init(&answers);
    int result = suite_run("form_values", tests);
    answers_finish(&answers);
    instrument_destroy(instrument);
    return result;
}

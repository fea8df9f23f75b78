/* A form's fields, whatever they are, become answers that answers_read judges without surprise; and
 * the fields that those answers fill say the same answers again.
 *
 * Input: lines "name=value", names without the "q." of all. Short form: ctest (replay.c). Long
 * form: as in reader_fuzz.c, with form_libfuzzer, form_replay and contrib/fuzz-corpus/form. */
#include "fuzz.h"

#include <debriefd/answers.h>
#include <debriefd/form_values.h>
#include <debriefd/secret.h>
#include <debriefd/text.h>
#include <stdlib.h>
#include <string.h>

static struct instrument *instrument;
static struct answers answers;

static void set_up(void)
{
    struct violations violations;
    secret_init();
    violations_init(&violations);
    json_t *definition = json_load_file(RICH_INSTRUMENT, JSON_REJECT_DUPLICATES, NULL);
    instrument = instrument_compile(definition, &violations);
    json_decref(definition);
    if (instrument == NULL)
        abort();
    answers_init(&answers);
}

static void add_lines(struct form_values *values, char *line)
{
    while (line != NULL) {
        char *end = strchr(line, '\n');
        char name[200];
        if (end != NULL)
            *end = '\0';
        char *equals = strchr(line, '=');
        if (equals != NULL) {
            *equals = '\0';
            snprintf(name, sizeof name, "q.%s", line);
            form_values_add(values, name, equals + 1);
        }
        line = end != NULL ? end + 1 : NULL;
    }
}

static json_t *read_fields(const struct form_values *values, struct violations *violations)
{
    json_t *object = json_object();
    for (size_t i = 0; i < instrument_item_count(instrument); i++) {
        json_t *answer = form_values_answer(values, i, violations);
        if (answer != NULL)
            json_object_set_new(object, instrument_item(instrument, i)->id, answer);
    }
    return object;
}

static void check_again(const json_t *given, const uint8_t *data, size_t size)
{
    struct violations violations;
    struct form_values values;
    violations_init(&violations);
    form_values_init(&values, instrument);
    values.decimal_comma = size % 2 == 0;
    for (size_t i = 0; i < instrument_item_count(instrument); i++)
        form_values_fill(&values, i, json_object_get(given, instrument_item(instrument, i)->id));
    json_t *again = read_fields(&values, &violations);
    if (!json_equal(given, again) || violations.total > 0)
        fuzz_differs("the fields that answers fill say something else", data, size);
    json_decref(again);
    form_values_finish(&values);
    violations_finish(&violations);
}

static enum answers_verdict judge(const json_t *object)
{
    struct violations violations;
    violations_init(&violations);
    json_t *body = json_pack("{s:O}", "answers", object);
    char *text = json_dumps(body, JSON_COMPACT);
    enum answers_verdict verdict =
        answers_read(instrument, NULL, text, strlen(text), &answers, &violations);
    free(text);
    json_decref(body);
    violations_finish(&violations);
    return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (instrument == NULL)
        set_up();
    if (!text_is_utf8((const char *)data, size))
        return 0;
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    struct form_values values;
    struct violations violations;
    form_values_init(&values, instrument);
    violations_init(&violations);
    add_lines(&values, text);
    json_t *object = read_fields(&values, &violations);
    if (judge(object) == ANSWERS_MALFORMED)
        fuzz_differs("answers of a form are no JSON", data, size);
    if (judge(object) == ANSWERS_OK && violations.total == 0)
        check_again(object, data, size);
    json_decref(object);
    violations_finish(&violations);
    form_values_finish(&values);
    free(text);
    return 0;
}

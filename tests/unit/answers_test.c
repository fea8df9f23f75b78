#include "suite.h"

#include <debriefd/answers.h>
#include <debriefd/secret.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EGO "11111111-1111-4111-8111-111111111111"
#define ONE "22222222-2222-4222-8222-22222222222a"
#define TWO "33333333-3333-4333-8333-333333333333"

static struct instrument *instrument;
static struct answers answers;
static struct violations violations;
static struct uuid participants[3];
static struct roster roster = {participants, 3, &participants[0]};

static enum answers_verdict read_body(const char *body)
{
    violations_finish(&violations);
    size_t length = strlen(body);
    char *exact = malloc(length > 0 ? length : 1);
    memcpy(exact, body, length); // NOLINT(bugprone-not-null-terminated-result): on purpose
    enum answers_verdict verdict =
        answers_read(instrument, &roster, exact, length, &answers, &violations);
    free(exact);
    return verdict;
}

/* `members` are the answers beside the required RATE. */
static enum answers_verdict read_members(const char *members)
{
    char body[4096];
    snprintf(body, sizeof body, "{\"answers\":{\"RATE\":3%s%s}}", members[0] != '\0' ? "," : "",
             members);
    return read_body(body);
}

static int16_t slot(const char *id, size_t offset)
{
    size_t index = 0;
    CU_ASSERT_FATAL(instrument_find_item(instrument, id, strlen(id), &index));
    return answers.slots[instrument_item(instrument, index)->slot + offset];
}

static void nothing_answered(void)
{
    CU_ASSERT_EQUAL_FATAL(read_members(""), ANSWERS_OK);
    CU_ASSERT_EQUAL(answers.slot_count, 19);
    CU_ASSERT_EQUAL(slot("RATE", 0), 3);
    CU_ASSERT_EQUAL(slot("TEN", 0), SLOT_NOT_REACHED);
    CU_ASSERT_EQUAL(slot("REACH", 0), SLOT_NOT_SHOWN);
    CU_ASSERT_EQUAL(slot("LAST", 1), SLOT_NOT_SHOWN);
    CU_ASSERT_STRING_EQUAL(buf_text(&answers.texts), "{}");
    CU_ASSERT_PTR_NULL(answers.language);
    CU_ASSERT_FALSE(answers.has_replaces);
}

static void everything_answered(void)
{
    CU_ASSERT_EQUAL_FATAL(
        read_body(
            "{\"language\":\"en\",\"replaces\":\"" ONE "\",\"answers\":{"
            "\"STATUS\":{\"c-1\":\"completed\",\"c_2\":\"unknown\"},"
            "\"RATE\":5,\"TEN\":10,\"NPS\":0,\"ROLE\":\"academia\",\"MULTI\":[\"d\",\"a\"],"
            "\"MAT\":{\"row3\":1,\"row1\":5,\"row2\":{\"missing\":\"dk\"}},\"RANK\":[\"c\",\"a\"],"
            "\"NUM\":0.1,\"USED\":true,\"REACH\":500,\"WHY\":\"\\u00e5 \\\"b\\\"\",\"NOTE\":\"n\","
            "\"ROSTER\":{\"" TWO "\":4,\"complete\":false,"
            "\"22222222-2222-4222-8222-22222222222A\":null},"
            "\"CONTACTS\":[{\"kept\":true,\"name\":\"N\",\"organisation\":\"O\"},{\"name\":\"M\"}],"
            "\"COMMIT\":[{\"text\":\"T\",\"level\":\"organisation\",\"due\":\"2027-03\","
            "\"named\":true,\"audience\":\"A\"},{\"text\":\"U\",\"level\":\"individual\",\"id\":"
            "\"c-1\"}],"
            "\"MORE\":4,\"LAST\":{\"x\":1,\"y\":2}}}"),
        ANSWERS_OK);
    static const int16_t expected[] = {5, 10, 0, 3, 1, 0, 0, 1, 5, -1, 1, 2, 0, 1, 1, 500, 4, 1, 2};
    CU_ASSERT_EQUAL_FATAL(answers.slot_count, 19);
    for (size_t i = 0; i < answers.slot_count; i++)
        CU_ASSERT_EQUAL(answers.slots[i], expected[i]);
    CU_ASSERT_STRING_EQUAL(buf_text(&answers.texts),
                           "{\"NUM\":0.1,\"WHY\":\"å \\\"b\\\"\",\"NOTE\":\"n\",\"ROSTER\":{\"" TWO
                           "\":4,\"complete\":false,\"" ONE
                           "\":null},\"CONTACTS\":[{\"name\":\"N\",\"organisation\":"
                           "\"O\",\"kept\":true},{\"name\":\"M\"}],"
                           "\"COMMIT\":[{\"id\":\"1\",\"text\":\"T\",\"level\":\"organisation\","
                           "\"due\":\"2027-03\",\"audience\":\"A\",\"named\":true},"
                           "{\"id\":\"c-1\",\"text\":\"U\",\"level\":\"individual\"}],"
                           "\"STATUS\":{\"c-1\":\"completed\",\"c_2\":\"unknown\"}}");
    CU_ASSERT_STRING_EQUAL(answers.language, "en");
    CU_ASSERT(answers.has_replaces && uuid_equal(&answers.replaces, &participants[1]));
    CU_ASSERT_EQUAL(answers.applicable, 8);
    CU_ASSERT_EQUAL(answers.answered, 7);
}

/* One row a rule: the answers beside RATE, and the one violation they give ("" for none). */
static const struct {
    const char *members;
    const char *code;
    const char *pointer;
} cases[] = {
    {"\"TEN\":11", "out_of_range", "/answers/TEN"},
    {"\"TEN\":0", "out_of_range", "/answers/TEN"},
    {"\"TEN\":-1", "out_of_range", "/answers/TEN"},
    {"\"TEN\":4.0", "wrong_type", "/answers/TEN"},
    {"\"TEN\":\"4\"", "wrong_type", "/answers/TEN"},
    {"\"TEN\":null", "wrong_type", "/answers/TEN"},
    {"\"TEN\":[4]", "wrong_type", "/answers/TEN"},
    {"\"TEN\":4294967297", "out_of_range", "/answers/TEN"},
    {"\"TEN\":{\"missing\":\"dk\"}", "", ""},
    {"\"TEN\":{\"missing\":\"refused\"}", "", ""},
    {"\"TEN\":{\"missing\":\"no\"}", "bad_value", "/answers/TEN/missing"},
    {"\"TEN\":{\"missing\":[{}]}", "bad_value", "/answers/TEN/missing"},
    {"\"TEN\":{\"missing\":\"dk\",\"x\":[1]}", "unknown_member", "/answers/TEN/x"},
    {"\"TEN\":{\"x\":{}}", "unknown_member", "/answers/TEN/x"},
    {"\"TEN\":{}", "wrong_type", "/answers/TEN"},
    {"\"NPS\":0", "", ""},
    {"\"NPS\":11", "out_of_range", "/answers/NPS"},
    {"\"NOPE\":1", "unknown_item", "/answers/NOPE"},
    {"\"SEC\":1", "unknown_item", "/answers/SEC"},
    {"\"\":{\"a\":[1,2]}", "unknown_item", "/answers/"},
    {"\"a/b~\":1", "unknown_item", "/answers/a~1b~0"},
    {"\"ROLE\":\"none\"", "unknown_option", "/answers/ROLE"},
    {"\"ROLE\":1", "wrong_type", "/answers/ROLE"},
    {"\"MULTI\":[]", "", ""},
    {"\"MULTI\":[\"a\",\"a\"]", "duplicate", "/answers/MULTI/1"},
    {"\"MULTI\":[\"a\",\"z\"]", "unknown_option", "/answers/MULTI/1"},
    {"\"MULTI\":[1]", "wrong_type", "/answers/MULTI/0"},
    {"\"MULTI\":[\"a\",\"b\",\"c\",\"d\"]", "too_many", "/answers/MULTI"},
    {"\"MULTI\":\"a\"", "wrong_type", "/answers/MULTI"},
    {"\"RANK\":[]", "too_few", "/answers/RANK"},
    {"\"RANK\":[\"b\",\"b\"]", "duplicate", "/answers/RANK/1"},
    {"\"MAT\":{\"row1\":1}", "", ""},
    {"\"MAT\":{}", "", ""},
    {"\"MAT\":{\"row4\":1}", "unknown_row", "/answers/MAT/row4"},
    {"\"MAT\":{\"row1\":6}", "out_of_range", "/answers/MAT/row1"},
    {"\"MAT\":{\"row1\":{\"missing\":1}}", "bad_value", "/answers/MAT/row1/missing"},
    {"\"MAT\":{\"missing\":\"dk\"}", "", ""},
    {"\"MAT\":{\"missing\":\"dk\",\"row1\":1}", "unknown_member", "/answers/MAT/row1"},
    {"\"MAT\":[1,2,3]", "wrong_type", "/answers/MAT"},
    {"\"NUM\":1000000", "", ""},
    {"\"NUM\":1000000.5", "out_of_range", "/answers/NUM"},
    {"\"NUM\":-11", "out_of_range", "/answers/NUM"},
    {"\"NUM\":\"1\"", "wrong_type", "/answers/NUM"},
    {"\"USED\":1,\"REACH\":0", "", ""},
    {"\"USED\":2", "out_of_range", "/answers/USED"},
    {"\"USED\":\"yes\"", "wrong_type", "/answers/USED"},
    {"\"USED\":false,\"REACH\":1", "not_shown", "/answers/REACH"},
    {"\"REACH\":1", "not_shown", "/answers/REACH"},
    {"\"REACH\":1,\"USED\":true", "", ""},
    {"\"USED\":{\"missing\":\"dk\"},\"REACH\":{\"missing\":\"dk\"}", "not_shown", "/answers/REACH"},
    {"\"USED\":true,\"REACH\":501", "out_of_range", "/answers/REACH"},
    {"\"MULTI\":[\"d\"],\"WHY\":\"x\"", "", ""},
    {"\"MULTI\":[\"a\"],\"WHY\":\"x\"", "not_shown", "/answers/WHY"},
    {"\"MULTI\":[\"a\"],\"WHY\":\"  \"", "", ""},
    {"\"NPS\":6,\"WHY\":\"ååååååååååååååååååååå\"", "too_long", "/answers/WHY"},
    {"\"NPS\":6,\"WHY\":\"åååååååååååååååååååå\"", "", ""},
    {"\"NOTE\":1", "wrong_type", "/answers/NOTE"},
    {"\"NOTE\":\"x\"", "required", "/answers/MORE"},
    {"\"NOTE\":\" \"", "", ""},
    {"\"NOTE\":\"x\",\"ROLE\":\"business\"", "", ""},
    {"\"NOTE\":\"x\",\"MORE\":{\"missing\":\"refused\"}", "", ""},
    {"\"NOTE\":\"x\",\"MORE\":5", "required", "/answers/LAST"},
    {"\"NOTE\":\"x\",\"MORE\":5,\"LAST\":{}", "required", "/answers/LAST"},
    {"\"NOTE\":\"x\",\"MORE\":5,\"LAST\":{\"x\":1}", "required", "/answers/LAST/y"},
    {"\"NOTE\":\"x\",\"MORE\":5,\"LAST\":{\"missing\":\"dk\"}", "", ""},
    {"\"NOTE\":\"x\",\"MORE\":5,\"LAST\":{\"x\":{\"missing\":\"dk\"}}", "required",
     "/answers/LAST/y"},
    {"\"ROSTER\":{}", "", ""},
    {"\"ROSTER\":{\"missing\":\"refused\"}", "", ""},
    {"\"ROSTER\":{\"" ONE "\":5}", "out_of_range", "/answers/ROSTER/" ONE},
    {"\"ROSTER\":{\"" ONE "\":true}", "wrong_type", "/answers/ROSTER/" ONE},
    {"\"ROSTER\":{\"" EGO "\":1}", "own_participant", "/answers/ROSTER/" EGO},
    {"\"ROSTER\":{\"44444444-4444-4444-8444-444444444444\":1}", "unknown_participant",
     "/answers/ROSTER/44444444-4444-4444-8444-444444444444"},
    {"\"ROSTER\":{\"somebody\":[]}", "unknown_participant", "/answers/ROSTER/somebody"},
    {"\"ROSTER\":{\"" ONE "\":1,\"22222222-2222-4222-8222-22222222222A\":1}", "duplicate",
     "/answers/ROSTER/22222222-2222-4222-8222-22222222222A"},
    {"\"ROSTER\":[]", "wrong_type", "/answers/ROSTER"},
    {"\"ROSTER\":{\"complete\":false}", "", ""},
    {"\"ROSTER\":{\"complete\":true,\"" ONE "\":1}", "", ""},
    {"\"ROSTER\":{\"complete\":null}", "wrong_type", "/answers/ROSTER/complete"},
    {"\"ROSTER\":{\"complete\":{}}", "wrong_type", "/answers/ROSTER/complete"},
    {"\"CONTACTS\":[]", "", ""},
    {"\"CONTACTS\":[{\"name\":\"A\",\"organisation\":\"\"}]", "", ""},
    {"\"CONTACTS\":[{\"name\":\" \"}]", "required", "/answers/CONTACTS/0"},
    {"\"CONTACTS\":[{\"organisation\":\"O\"}]", "required", "/answers/CONTACTS/0"},
    {"\"CONTACTS\":[{\"name\":\"A\",\"phone\":\"1\"}]", "unknown_member",
     "/answers/CONTACTS/0/phone"},
    {"\"CONTACTS\":[{\"name\":\"A\",\"kept\":1}]", "wrong_type", "/answers/CONTACTS/0/kept"},
    {"\"CONTACTS\":[\"A\"]", "wrong_type", "/answers/CONTACTS/0"},
    {"\"CONTACTS\":[{\"name\":\"A\"},{\"name\":\"A\"},{\"name\":\"A\"},{\"name\":\"A\"}]",
     "too_many", "/answers/CONTACTS"},
    {"\"COMMIT\":[{\"text\":\"T\"}]", "required", "/answers/COMMIT/0"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"both\"}]", "bad_value", "/answers/COMMIT/0/level"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\",\"due\":\"2027-13\"}]", "bad_value",
     "/answers/COMMIT/0/due"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\",\"due\":\"2027-3\"}]", "bad_value",
     "/answers/COMMIT/0/due"},
    {"\"COMMIT\":{\"text\":\"T\"}", "unknown_member", "/answers/COMMIT/text"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\",\"id\":\"\"}]", "bad_value",
     "/answers/COMMIT/0/id"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\",\"id\":\"a b\"}]", "bad_value",
     "/answers/COMMIT/0/id"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\",\"id\":1}]", "wrong_type",
     "/answers/COMMIT/0/id"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\",\"id\":\"a\"},"
     "{\"text\":\"U\",\"level\":\"individual\",\"id\":\"a\"}]",
     "duplicate", "/answers/COMMIT/1"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\",\"id\":\"2\"},"
     "{\"text\":\"U\",\"level\":\"individual\"}]",
     "duplicate", "/answers/COMMIT/1"},
    {"\"COMMIT\":[{\"text\":\"T\",\"level\":\"individual\"},"
     "{\"text\":\"U\",\"level\":\"individual\"}]",
     "", ""},
    {"\"STATUS\":{\"a\":\"done\"}", "bad_value", "/answers/STATUS/a"},
    {"\"STATUS\":{\"a b\":\"ongoing\"}", "bad_value", "/answers/STATUS/a b"},
    {"\"STATUS\":{\"a\":{\"missing\":\"dk\"}}", "bad_value", "/answers/STATUS/a"},
    {"\"STATUS\":{\"missing\":\"dk\"}", "", ""},
};

static void every_rule(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool accepted = cases[i].code[0] == '\0';
        enum answers_verdict verdict = read_members(cases[i].members);
        bool right = accepted ? verdict == ANSWERS_OK && violations.total == 0
                              : verdict == ANSWERS_INVALID && violations.total == 1 &&
                                    strcmp(violations.items[0].code, cases[i].code) == 0 &&
                                    strcmp(violations.items[0].pointer, cases[i].pointer) == 0;
        if (!right)
            fprintf(stderr, "%s: %zu violations, %s %s\n", cases[i].members, violations.total,
                    violations.total > 0 ? violations.items[0].code : "",
                    violations.total > 0 ? violations.items[0].pointer : "");
        CU_ASSERT(right);
    }
}

static void the_envelope(void)
{
    CU_ASSERT_EQUAL(read_body("[]"), ANSWERS_INVALID);
    CU_ASSERT_STRING_EQUAL(violations.items[0].code, "wrong_type");
    CU_ASSERT_EQUAL(read_body("{}"), ANSWERS_INVALID);
    CU_ASSERT_STRING_EQUAL(violations.items[0].pointer, "/answers");
    CU_ASSERT_EQUAL(read_body("{\"answers\":[]}"), ANSWERS_INVALID);
    CU_ASSERT_EQUAL(read_body("{\"answers\":{}}"), ANSWERS_INVALID);
    CU_ASSERT_STRING_EQUAL(violations.items[0].pointer, "/answers/RATE");
    CU_ASSERT_EQUAL(read_body("{\"answers\":{\"RATE\":1},\"wave\":{\"a\":[]}}"), ANSWERS_INVALID);
    CU_ASSERT_STRING_EQUAL(violations.items[0].pointer, "/wave");
    CU_ASSERT_EQUAL(read_body("{\"language\":\"de\",\"answers\":{\"RATE\":1}}"), ANSWERS_INVALID);
    CU_ASSERT_STRING_EQUAL(violations.items[0].code, "unknown_language");
    CU_ASSERT_EQUAL(read_body("{\"language\":null,\"answers\":{\"RATE\":1}}"), ANSWERS_INVALID);
    CU_ASSERT_EQUAL(read_body("{\"replaces\":\"x\",\"answers\":{\"RATE\":1}}"), ANSWERS_INVALID);
    CU_ASSERT_STRING_EQUAL(violations.items[0].pointer, "/replaces");
}

static void malformed_is_told_apart(void)
{
    CU_ASSERT_EQUAL(read_body(""), ANSWERS_MALFORMED);
    CU_ASSERT_EQUAL(read_body("{\"answers\":{\"TEN\":99,\"NPS\":}}"), ANSWERS_MALFORMED);
    CU_ASSERT_EQUAL(violations.total, 1);
    CU_ASSERT_STRING_EQUAL(violations.items[0].code, "malformed");
    CU_ASSERT_STRING_EQUAL(violations.items[0].pointer, "/answers/NPS");
    CU_ASSERT_EQUAL(read_body("{\"answers\":{\"RATE\":1,\"RATE\":2}}"), ANSWERS_MALFORMED);
    CU_ASSERT_STRING_EQUAL(violations.items[0].pointer, "/answers/RATE");
    CU_ASSERT_EQUAL(read_body("{\"answers\":{\"RATE\":1}} x"), ANSWERS_MALFORMED);
    CU_ASSERT_EQUAL(read_body("{\"answers\":{\"CONTACTS\":[{\"name\":\"a"), ANSWERS_MALFORMED);
}

static void all_violations_are_collected(void)
{
    CU_ASSERT_EQUAL(
        read_body("{\"language\":7,\"answers\":{\"TEN\":99,\"MULTI\":[1,\"z\"],\"X\":{},"
                  "\"COMMIT\":[{\"level\":1},2]}}"),
        ANSWERS_INVALID);
    static const char *const pointers[] = {"/language",         "/answers/TEN",
                                           "/answers/MULTI/0",  "/answers/MULTI/1",
                                           "/answers/X",        "/answers/COMMIT/0/level",
                                           "/answers/COMMIT/1", "/answers/RATE"};
    CU_ASSERT_EQUAL_FATAL(violations.total, 8);
    for (size_t i = 0; i < violations.total; i++)
        CU_ASSERT_STRING_EQUAL(violations.items[i].pointer, pointers[i]);
}

static void questions_are_counted(void)
{
    CU_ASSERT_EQUAL(read_members(""), ANSWERS_OK);
    CU_ASSERT_EQUAL(answers.applicable, 8); /* RATE TEN NPS ROLE MULTI MAT RANK USED */
    CU_ASSERT_EQUAL(answers.answered, 1);
    CU_ASSERT_EQUAL(read_members("\"TEN\":{\"missing\":\"dk\"},\"MULTI\":[],\"MAT\":{\"row1\":1},"
                                 "\"USED\":true,\"NOTE\":\"\""),
                    ANSWERS_OK);
    CU_ASSERT_EQUAL(answers.applicable, 8); /* not REACH, which stands behind USED */
    CU_ASSERT_EQUAL(answers.answered, 3);   /* RATE MULTI USED */
    CU_ASSERT_EQUAL(read_members("\"MAT\":{\"row1\":1,\"row2\":1,\"row3\":1}"), ANSWERS_OK);
    CU_ASSERT_EQUAL(answers.answered, 2);
}

static void missing_markers_are_stored(void)
{
    CU_ASSERT_EQUAL(read_members("\"TEN\":{\"missing\":\"dk\"},\"MULTI\":{\"missing\":\"refused\"},"
                                 "\"MAT\":{\"missing\":\"refused\"},\"NOTE\":{\"missing\":\"dk\"},"
                                 "\"ROSTER\":{\"missing\":\"dk\"}"),
                    ANSWERS_OK);
    CU_ASSERT_EQUAL(slot("TEN", 0), SLOT_DONT_KNOW);
    CU_ASSERT_EQUAL(slot("MULTI", 3), SLOT_REFUSED);
    CU_ASSERT_EQUAL(slot("MAT", 2), SLOT_REFUSED);
    CU_ASSERT_STRING_EQUAL(buf_text(&answers.texts), "{}");
}

static void numbers_are_written_shortest(void)
{
    static const char *const pairs[][2] = {
        {"0.1", "0.1"}, {"1e2", "100"},  {"-0.5", "-0.5"},
        {"12", "12"},   {"2.50", "2.5"}, {"0.30000000000000004", "0.30000000000000004"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char members[80];
        snprintf(members, sizeof members, "\"NUM\":%s", pairs[i][0]);
        CU_ASSERT_EQUAL(read_members(members), ANSWERS_OK);
        snprintf(members, sizeof members, "{\"NUM\":%s}", pairs[i][1]);
        CU_ASSERT_STRING_EQUAL(buf_text(&answers.texts), members);
    }
}

static void nobody_to_ask_about(void)
{
    violations_finish(&violations);
    const char *body = "{\"answers\":{\"RATE\":1,\"ROSTER\":{\"" ONE "\":1}}}";
    CU_ASSERT_EQUAL(answers_read(instrument, NULL, body, strlen(body), &answers, &violations),
                    ANSWERS_INVALID);
    CU_ASSERT_STRING_EQUAL(violations.items[0].code, "unknown_participant");
}

static void set_up(void)
{
    const char *texts[] = {EGO, ONE, TWO};
    for (size_t i = 0; i < 3; i++)
        if (!uuid_parse(texts[i], UUID_TEXT_LENGTH, &participants[i]))
            abort();
    json_t *definition = json_load_file(DATA "/rich_instrument.json", JSON_REJECT_DUPLICATES, NULL);
    instrument = instrument_compile(definition, &violations);
    json_decref(definition);
    if (instrument == NULL)
        abort();
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"nothing answered", nothing_answered},
        {"everything answered", everything_answered},
        {"every rule", every_rule},
        {"the envelope", the_envelope},
        {"malformed is told apart", malformed_is_told_apart},
        {"all violations are collected", all_violations_are_collected},
        {"questions are counted", questions_are_counted},
        {"missing markers are stored", missing_markers_are_stored},
        {"numbers are written shortest", numbers_are_written_shortest},
        {"nobody to ask about", nobody_to_ask_about},
        {0},
    };
    secret_init();
    answers_init(&answers);
    set_up();
    int code = suite_run("answers", tests);
    answers_finish(&answers);
    violations_finish(&violations);
    instrument_destroy(instrument);
    return code;
}

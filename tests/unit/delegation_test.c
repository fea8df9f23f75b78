#include "suite.h"

#include <debriefd/alike.h>
#include <debriefd/delegation.h>
#include <stdio.h>
#include <string.h>

static struct sheet *sheet;
static struct delegation *delegation;

static void read_table(const char *text)
{
    struct error err;
    json_t *sectors = json_pack("[s,s,s,s]", "politics", "business", "academia", "state");
    delegation_destroy(delegation);
    sheet_destroy(sheet);
    sheet = sheet_create();
    CU_ASSERT_FATAL(sheet_read(sheet, text, strlen(text), NULL, &err));
    delegation = delegation_read(sheet, sectors, "sv");
    json_decref(sectors);
}

static bool row_is(size_t index, const char *expected)
{
    json_t *wanted = json_loads(expected, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(wanted);
    const json_t *row = json_array_get(delegation->rows, index);
    bool is_same = row != NULL;
    const char *name;
    json_t *value;
    json_object_foreach(wanted, name, value) is_same =
        is_same && json_equal(json_object_get(row, name), value);
    json_decref(wanted);
    return is_same;
}

static bool says(size_t index, enum language language, const char *expected)
{
    struct buf out;
    buf_init(&out);
    if (index < delegation->count)
        delegation_say(&delegation->faults[index], language, &out);
    bool is_same = strcmp(buf_text(&out), expected) == 0;
    if (!is_same)
        printf("\nsaid: %s\n", buf_text(&out));
    buf_finish(&out);
    return is_same;
}

static void test_swedish(void)
{
    read_table("Delegationen till Helsinki\n\n"
               "Efternamn;Förnamn;E-post *;Sektor;Organisation / arbetsplats;Företag;Språk;Reste\n"
               "Öberg;Åsa;Asa@Example.org;Politik;x;Region Nord;svenska;ja\n"
               "Ek;Ture;ture@example.org;Näringsliv;;Ek AB;;nej\n");
    CU_ASSERT_EQUAL(delegation->errors, 0);
    CU_ASSERT_EQUAL(json_array_size(delegation->rows), 2);
    CU_ASSERT(row_is(0,
                     "{\"line\":4,\"name\":\"Åsa Öberg\",\"email\":\"Asa@Example.org\","
                     "\"reference\":\"asa@example.org\",\"sector\":\"politics\",\"organisation\":"
                     "\"Region Nord\",\"language\":\"sv\",\"is_staff\":false,\"travelled\":true,"
                     "\"municipality\":\"\",\"role\":\"\"}"));
    CU_ASSERT(row_is(1, "{\"line\":5,\"name\":\"Ture Ek\",\"sector\":\"business\","
                        "\"language\":\"sv\",\"travelled\":false}"));
    CU_ASSERT_EQUAL(delegation->count, 1);
    CU_ASSERT(says(0, LANGUAGE_EN, "Row 3: The column “Organisation / arbetsplats” is not used."));
    CU_ASSERT(says(0, LANGUAGE_SV, "Rad 3: Kolumnen ”Organisation / arbetsplats” används inte."));
}

static void test_english(void)
{
    read_table("name,email,person,sector,organization,municipality,role,language,is_staff\n"
               "A Bee,,7,academia,U,Solna,Rector,English,1\n");
    CU_ASSERT_EQUAL(delegation->count, 0);
    CU_ASSERT(row_is(0, "{\"reference\":\"7\",\"email\":\"\",\"municipality\":\"Solna\",\"role\":"
                        "\"Rector\",\"language\":\"en\",\"is_staff\":true}"));
    CU_ASSERT_PTR_NULL(json_object_get(json_array_get(delegation->rows, 0), "person"));
}

static void test_guessed(void)
{
    read_table("Åsa Öberg\tRegion Nord\tRegionråd\tpolitik\tasa@example.org\n"
               "Ture Ek\tEk AB\tVD\tföretag\tture@example.org\n");
    CU_ASSERT_EQUAL(delegation->errors, 0);
    CU_ASSERT(row_is(0, "{\"name\":\"Åsa Öberg\",\"organisation\":\"Region Nord\",\"role\":"
                        "\"Regionråd\",\"sector\":\"politics\",\"email\":\"asa@example.org\"}"));
    CU_ASSERT_EQUAL(delegation->faults[0].kind, DELEGATION_NO_HEADINGS);
}

/* Every fault is found in one go. */
static void test_faults(void)
{
    read_table("namn;e-post;sektor;organisation;språk;personal;person\n"
               ";a@b.se;politik;O;sv;;\n"
               "A;not an address;sport;;de;kanske;\n"
               "B;;stat;O;;;\n"
               "C;c@b.se;stat;O;;;\n"
               "D;C@B.se;stat;O;;;\n");
    static const char *const expected[] = {
        "Row 2, Name: The cell is empty.",
        "Row 3, Staff: “kanske” is neither yes nor no.",
        "Row 3, Organisation: The cell is empty.",
        "Row 3, Sector: “sport” is not one of the sectors.",
        "Row 3, Language: “de” is neither Swedish nor English.",
        "Row 3, E-mail: “not an address” is not an e-mail address.",
        "Row 4, E-mail: There is neither an e-mail address nor a reference.",
        "Row 6, E-mail: This person stands in row 5 too.",
    };
    size_t count = sizeof expected / sizeof *expected;
    CU_ASSERT_EQUAL(delegation->errors, count);
    for (size_t i = 0; i < count; i++)
        CU_ASSERT(says(i, LANGUAGE_EN, expected[i]));
    CU_ASSERT(says(7, LANGUAGE_SV, "Rad 6, E-post: Personen står på rad 5 också."));
}

static void test_columns(void)
{
    read_table("namn;e-post;titel;name\nA;a@b.se;x;y\n");
    CU_ASSERT_EQUAL(delegation->errors, 3);
    CU_ASSERT(says(0, LANGUAGE_EN, "Row 1: The heading “name” means the same as an earlier one."));
    CU_ASSERT(says(1, LANGUAGE_EN, "Sector: The column is missing."));
    CU_ASSERT(says(2, LANGUAGE_SV, "Organisation: Kolumnen saknas."));
    CU_ASSERT_EQUAL(json_array_size(delegation->rows), 0);
    read_table("namn;e-post;sektor;organisation\n");
    CU_ASSERT_EQUAL(delegation->errors, 1);
    CU_ASSERT_EQUAL(delegation->faults[0].kind, DELEGATION_NOBODY);
}

static void test_addresses(void)
{
    static const struct {
        const char *address;
        bool is_good;
    } rows[] = {
        {"a@b.se", true},    {"a.b+c@d.example.org", true},
        {"å@b.se", true},    {"a@b", false},
        {"@b.se", false},    {"a@@b.se", false},
        {"a@.se", false},    {"a@b..se", false},
        {"a b@c.se", false}, {"a@b.se.", false},
        {"a", false},        {"<a@b.se>", false},
        {"a.@b.se", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        snprintf(text, sizeof text, "name\temail\tsector\torganisation\nA\t%s\tstate\tO\n",
                 rows[i].address);
        read_table(text);
        CU_ASSERT_EQUAL(delegation->errors, !rows[i].is_good);
    }
}

static void test_alike(void)
{
    char folded[20];
    alike_fold("Åsa-Märta Łé ß 7*", folded, sizeof folded);
    CU_ASSERT_STRING_EQUAL(folded, "asamartales7");
    alike_fold("A\xcc\x8asa \xe2\x82\xac\xf0\x9f\x98\x80 \xc3", folded, sizeof folded);
    CU_ASSERT_STRING_EQUAL(folded, "asa");
    alike_fold("abcdefghijklmnopqrstuvwxyz", folded, sizeof folded);
    CU_ASSERT_EQUAL(strlen(folded), sizeof folded - 1);
    CU_ASSERT(alike_within_one("", "") && alike_within_one("a", "") && alike_within_one("", "a"));
    CU_ASSERT(alike_within_one("svensson", "svenson") && alike_within_one("svenson", "svensson"));
    CU_ASSERT(alike_within_one("abc", "acb") && alike_within_one("abc", "abd"));
    CU_ASSERT(!alike_within_one("abc", "cba") && !alike_within_one("ab", "abcd"));
    CU_ASSERT(alike_within_one("guest7a", "guest7b") && !alike_within_one("guest7", "guest8"));
    CU_ASSERT(!alike_within_one("guest1", "guest12") && !alike_within_one("guest", "guest1"));
    CU_ASSERT(!alike_within_one("", "ab") && !alike_within_one("abcd", "bcde"));

    read_table("namn;e-post;sektor;organisation\n"
               "Åsa Öberg;asa.oberg@example.org;stat;O\n"
               "Asa Oberg;asa@other.org;stat;O\n"
               "Karin Ny;asa.öberg@example.org;stat;O\n"
               "Bo Ek;bo@a.se;stat;O\n"
               "Bo Ed;bo@b.se;stat;O\n");
    CU_ASSERT_EQUAL(delegation->errors, 0);
    CU_ASSERT_EQUAL(delegation->count, 2);
    CU_ASSERT(says(0, LANGUAGE_EN,
                   "Row 3, Name: The name is like that in row 2. Is it the same person?"));
    CU_ASSERT(says(1, LANGUAGE_EN,
                   "Row 4, E-mail: The address is like that in row 2. Is it the same person?"));
}

/* The longest list there may be, of people who are nearly the same. */
static void test_many(void)
{
    struct buf text;
    buf_init(&text);
    buf_append_text(&text, "namn;e-post;sektor;organisation\n");
    for (int i = 0; i < DELEGATION_ROWS_MAX; i++)
        buf_printf(&text, "Anna Andersson %06d;anna.andersson%06d@example.org;stat;O\n", i * 37,
                   i * 37);
    read_table(buf_text(&text));
    CU_ASSERT_EQUAL(delegation->errors, 0);
    buf_append_text(&text, "B;b@b.se;stat;O\n");
    read_table(buf_text(&text));
    CU_ASSERT_EQUAL(delegation->errors, 1);
    CU_ASSERT_EQUAL(delegation->faults[0].kind, DELEGATION_TOO_MANY);
    buf_finish(&text);
    buf_init(&text);
    buf_append_text(&text, "namn;e-post;sektor;organisation\n");
    for (int i = 0; i < 300; i++)
        buf_append_text(&text, "A;x;stat;O\n");
    read_table(buf_text(&text));
    CU_ASSERT_EQUAL(delegation->count, DELEGATION_FAULTS_KEPT);
    CU_ASSERT_EQUAL(delegation->errors, 599);
    buf_finish(&text);
}

static void test_cuts(void)
{
    char text[1000] = "namn;e-post;sektor;organisation\nA;a@b.se;stat;";
    for (int i = 0; i < 201; i++)
        strcat(text, "å");
    strcat(text, "\n");
    read_table(text);
    CU_ASSERT_EQUAL(delegation->faults[0].kind, DELEGATION_TOO_LONG);
    CU_ASSERT_EQUAL(strlen(delegation->faults[0].value), 78);
    delegation_destroy(delegation);
    sheet_destroy(sheet);
}

int main(void)
{
    return suite_run("delegation", (const struct suite_test[]){
                                       {"Swedish headings", test_swedish},
                                       {"English headings", test_english},
                                       {"no headings", test_guessed},
                                       {"every fault", test_faults},
                                       {"columns that are missing or stand twice", test_columns},
                                       {"addresses", test_addresses},
                                       {"likely the same person", test_alike},
                                       {"many people", test_many},
                                       {"long values", test_cuts},
                                       {NULL, NULL},
                                   });
}

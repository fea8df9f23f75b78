#include "suite.h"

#include <arguments.h>
#include <body.h>
#include <demo_answers.h>
#include <demo_people.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 16

/* Splits at blanks; the words live until the next call. */
static bool read_line(const char *line, struct invocation *invocation, struct error *err)
{
    static char copy[400];
    static char *words[WORDS_MAX];
    int count = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL && count < WORDS_MAX;
         word = strtok(NULL, " "))
        words[count++] = word;
    return arguments_read(count, words, invocation, err);
}

static void check_fault(const char *line, const char *message)
{
    struct invocation invocation;
    struct error err;
    CU_ASSERT_FALSE_FATAL(read_line(line, &invocation, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
    CU_ASSERT_STRING_EQUAL(err.message, message);
}

static void faults_are_named(void)
{
    check_fault("", "a command is missing");
    check_fault("fly", "there is no command fly");
    check_fault("fly high", "there is no command fly high");
    check_fault("studies", "what about studies?");
    check_fault("studies fly", "studies has no fly");
    check_fault("studies show", "STUDY is missing");
    check_fault("waves create A pre", "INSTRUMENT is missing");
    check_fault("studies show a b", "there is nothing to do with b");
    check_fault("studies list --tokens", "there is no option --tokens here");
    check_fault("studies show A --server", "--server needs a value: URL");
    check_fault("studies show A --json=yes", "--json takes no value");
    check_fault("jobs runs J --limit many", "--limit takes a number");
    check_fault("delegates change S P --staff perhaps", "--staff takes yes or no");
}

static void options_may_stand_anywhere(void)
{
    struct invocation invocation;
    struct error err;
    CU_ASSERT_FATAL(read_line("--server=http://h:1 invitations --json list W --tokens --key k",
                              &invocation, &err));
    CU_ASSERT_STRING_EQUAL(invocation.command->noun, "invitations");
    CU_ASSERT_STRING_EQUAL(invocation.command->verb, "list");
    CU_ASSERT_STRING_EQUAL(invocation.arguments[0], "W");
    CU_ASSERT_STRING_EQUAL(invocation.server, "http://h:1");
    CU_ASSERT_STRING_EQUAL(invocation.key, "k");
    CU_ASSERT(invocation.is_json);
    CU_ASSERT_PTR_NOT_NULL(invocation_option(&invocation, "tokens"));
    CU_ASSERT_PTR_NULL(invocation_option(&invocation, "limit"));
}

static void two_dashes_end_the_options(void)
{
    struct invocation invocation;
    struct error err;
    CU_ASSERT_FATAL(read_line("studies create -- --odd", &invocation, &err));
    CU_ASSERT_STRING_EQUAL(invocation.arguments[0], "--odd");
}

static void help_needs_no_arguments(void)
{
    struct invocation invocation;
    struct error err;
    CU_ASSERT(read_line("waves create --help", &invocation, &err));
    CU_ASSERT(invocation.wants_help);
    CU_ASSERT(read_line("--version", &invocation, &err));
    CU_ASSERT(invocation.wants_version);
}

static void check_body(const char *line, const char *expected)
{
    struct invocation invocation;
    struct error err;
    json_t *body;
    CU_ASSERT_FATAL(read_line(line, &invocation, &err));
    CU_ASSERT_EQUAL_FATAL(body_create(&invocation, &body), CTL_DONE);
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    CU_ASSERT_STRING_EQUAL(text != NULL ? text : "", expected);
    free(text);
    json_decref(body);
}

static void bodies_are_made_of_options(void)
{
    check_body("studies show A", "");
    check_body("programmes create Trips --sectors politics,business --target {\"politics\":1}",
               "{\"name\":\"Trips\",\"sectors\":[\"politics\",\"business\"],"
               "\"target\":{\"politics\":1}}");
    check_body("studies create Asia --starts-on 2008-10-18 --destination Singapore,Singapore "
               "--destination Johor --purpose en:Learn --purpose sv:Sprida",
               "{\"name\":\"Asia\",\"starts_on\":\"2008-10-18\",\"destinations\":["
               "{\"name\":\"Singapore\",\"country\":\"Singapore\"},{\"name\":\"Johor\"}],"
               "\"purposes\":[{\"number\":1,\"text\":{\"en\":\"Learn\"}},"
               "{\"number\":2,\"text\":{\"sv\":\"Sprida\"}}]}");
    check_body("waves change W --closes-at none", "{\"closes_at\":null}");
    check_body("delegates change S P --staff yes --travelled no",
               "{\"is_staff\":true,\"travelled\":false}");
}

static void queries_are_encoded(void)
{
    struct invocation invocation;
    struct error err;
    struct buf path;
    buf_init(&path);
    CU_ASSERT_FATAL(read_line("metrics S --slice business+state --as-of 2026-01-01T00:00:00Z "
                              "--metric mean --internal",
                              &invocation, &err));
    buf_append_text(&path, "/x");
    body_append_query(&invocation, &path);
    CU_ASSERT_STRING_EQUAL(buf_text(&path),
                           "/x?slice=business%2Bstate&as_of=2026-01-01T00%3A00%3A00Z&metric=mean&"
                           "internal=1");
    buf_finish(&path);
}

static void nouns_are_understood_in_the_singular(void)
{
    struct invocation invocation;
    struct error err;
    CU_ASSERT_FATAL(read_line("release explain S", &invocation, &err));
    CU_ASSERT_STRING_EQUAL(invocation.command->noun, "releases");
    CU_ASSERT_FATAL(read_line("study show S", &invocation, &err));
    CU_ASSERT_STRING_EQUAL(invocation.command->noun, "studies");
    CU_ASSERT(!read_line("releas list S", &invocation, &err));
    CU_ASSERT(!read_line("y list", &invocation, &err));
    CU_ASSERT(!read_line("stud list", &invocation, &err));
}

/* 162 places and 100 people: what contrib/demo promises. */
static void demonstration_has_its_people(void)
{
    bool is_known[200] = {false};
    int places = 0;
    int people = 0;
    for (const struct demo_trip *trip = demo_trips; trip->code != NULL; trip++) {
        places += trip->size;
        for (int person = trip->first; person < trip->first + trip->size; person++) {
            people += !is_known[person];
            is_known[person] = true;
        }
    }
    CU_ASSERT_EQUAL(places, 162);
    CU_ASSERT_EQUAL(people, 100);
}

static void demonstration_repeats_itself(void)
{
    const struct demo_trip *trip = demo_trip_find("dublin");
    CU_ASSERT_PTR_NOT_NULL_FATAL(trip);
    json_t *first = demo_answers_create(trip, "post", trip->first, NULL);
    json_t *second = demo_answers_create(trip, "post", trip->first, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(first);
    CU_ASSERT(json_equal(first, second));
    json_decref(first);
    json_decref(second);
    CU_ASSERT_PTR_NULL(demo_trip_find("atlantis"));
}

static const struct suite_test tests[] = {
    {"faults are named", faults_are_named},
    {"options may stand anywhere", options_may_stand_anywhere},
    {"two dashes end the options", two_dashes_end_the_options},
    {"help needs no arguments", help_needs_no_arguments},
    {"bodies are made of options", bodies_are_made_of_options},
    {"queries are encoded", queries_are_encoded},
    {"nouns are understood in the singular", nouns_are_understood_in_the_singular},
    {"the demonstration has its people", demonstration_has_its_people},
    {"the demonstration repeats itself", demonstration_repeats_itself},
    {0},
};

int main(void)
{
    return suite_run("arguments", tests);
}

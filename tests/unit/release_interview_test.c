/* What is told of interviews. The rule is tried on every world of at most nine interviewees: every
 * way in which each of them can have spoken of a theme or not. The attacker is an outsider or one
 * of them, and reads every row; he wins when somebody else is known to have raised the theme, or
 * not to have, or on which side who raised it stands. Of the same worlds the analyst's rows leak.
 */
#include "suite.h"

#include <debriefd/buf.h>
#include <debriefd/metric.h>
#include <debriefd/release.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES                                                                                    \
    2 /* of people whom everybody can tell apart: who was on the trip, and the others              \
       */
#define TYPES 6

/* What one of them may have said of the theme. */
enum said { SILENT, AGAINST, BOTH, NEITHER, FOR, ELSEWHERE };

static const struct disclosure_rules small = {5, 8, 1, 10, 5, 10};
static struct error err;

struct world {
    int people[CLASSES][TYPES];
    char *transcript;
};

static void segment(struct codings *codings, size_t person, size_t number, const char *trip)
{
    char interview[32], name[32];
    snprintf(interview, sizeof interview, "i%zu", person);
    snprintf(name, sizeof name, "s%zu-%zu", person, number);
    CU_ASSERT_FATAL(codings_add_segment(codings, name, interview, trip, &err));
    CU_ASSERT_FATAL(codings_assign(codings, "A", name, &err));
}

static void mark(struct codings *codings, size_t person, size_t number, const char *code,
                 enum codings_sentiment sentiment)
{
    char name[32];
    snprintf(name, sizeof name, "s%zu-%zu", person, number);
    CU_ASSERT_FATAL(codings_mark(codings, "A", name, code, sentiment, &err));
}

/* Two segments of the trip and one of none. */
static void add_person(struct codings *codings, size_t person, bool travelled)
{
    char interview[32], name[32];
    snprintf(interview, sizeof interview, "i%zu", person);
    snprintf(name, sizeof name, "p%zu", person);
    struct codings_interview added = {interview, name, (int64_t)person, false};
    CU_ASSERT_FATAL(codings_add_interview(codings, &added, &err));
    if (travelled)
        CU_ASSERT_FATAL(codings_add_trip(codings, interview, "trip", &err));
    segment(codings, person, 1, travelled ? "trip" : NULL);
    segment(codings, person, 2, travelled ? "trip" : NULL);
    segment(codings, person, 3, NULL);
}

static void speak(struct codings *codings, size_t person, const char *code, enum said said)
{
    if (said == AGAINST || said == BOTH)
        mark(codings, person, 1, code, CODINGS_NEGATIVE);
    if (said == FOR || said == BOTH)
        mark(codings, person, 2, code, CODINGS_POSITIVE);
    if (said == NEITHER || said == ELSEWHERE)
        mark(codings, person, said == NEITHER ? 1 : 3, code, CODINGS_NEUTRAL);
}

static struct codings *codings_of(const struct world *world)
{
    struct codings *codings = codings_create();
    size_t person = 0;
    CU_ASSERT_FATAL(codings_add_code(codings, "c", &err));
    for (int class = 0; class < CLASSES; class ++)
        for (int said = 0; said < TYPES; said++)
            for (int i = 0; i < world->people[class][said]; i++) {
                add_person(codings, ++person, class == 0);
                speak(codings, person, "c", (enum said)said);
            }
    CU_ASSERT_FATAL(codings_seal(codings, &err));
    return codings;
}

/* What the attacker reads, or, with a rule off, would read. */
enum reading { RELEASED, APPROVED, COUNTED, MENTIONED, OF_TRIP, OF_BOTH };

static void tell(const struct codings *codings, const char *trip, bool is_of_trips,
                 bool is_approved, struct metric_rows *rows)
{
    struct release_theme theme = {"c", is_of_trips, is_approved};
    struct release_interviews interviews = {
        .rules = &small, .codings = codings, .trip = trip, .themes = &theme, .theme_count = 1};
    release_interviews_tell(&interviews, rows);
}

static bool is_read(enum reading reading, const struct metric_row *row)
{
    if (reading == COUNTED)
        return strcmp(row->metric, "int.count") == 0;
    return reading != MENTIONED || strcmp(row->metric, "int.mentions") == 0;
}

static char *write_rows(enum reading reading, const struct metric_rows *rows)
{
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        if (is_read(reading, row))
            buf_printf(&text, "%s %s %.17g %s %d\n", row->item, row->metric, row->value,
                       row->text != NULL ? row->text : "", (int)row->null);
    }
    char *copy = xstrdup(buf_text(&text));
    buf_finish(&text);
    return copy;
}

static char *transcript_of(const struct world *world, enum reading reading)
{
    struct codings *codings = codings_of(world);
    struct metric_rows *rows = metric_rows_create();
    if (reading == COUNTED || reading == MENTIONED)
        interview_compute(codings, rows);
    else
        tell(codings, NULL, reading == OF_TRIP, reading == APPROVED, rows);
    if (reading == MENTIONED)
        tell(codings, NULL, false, false, rows);
    if (reading == OF_TRIP || reading == OF_BOTH)
        tell(codings, "trip", true, false, rows);
    char *text = write_rows(reading == MENTIONED ? RELEASED : reading, rows);
    metric_rows_destroy(rows);
    codings_destroy(codings);
    return text;
}

struct worlds {
    struct world *list;
    size_t count, capacity;
};

/* Nobody approves what nobody raised. */
static bool is_possible(const struct world *world, enum reading reading)
{
    int speakers = 0;
    for (int class = 0; class < CLASSES; class ++)
        for (int said = SILENT + 1; said < TYPES; said++)
            speakers += world->people[class][said];
    return reading != APPROVED || speakers > 0;
}

static void add_world(struct worlds *worlds, struct world world, enum reading reading)
{
    if (!is_possible(&world, reading))
        return;
    if (worlds->count == worlds->capacity) {
        worlds->capacity = worlds->capacity == 0 ? 1024 : 2 * worlds->capacity;
        worlds->list = xrealloc_array(worlds->list, worlds->capacity, sizeof *worlds->list);
    }
    world.transcript = transcript_of(&world, reading);
    worlds->list[worlds->count++] = world;
}

/* Spreads the people of the class over what they may have said, and then those of the next. */
static void enumerate(struct worlds *worlds, struct world world, const int *sizes, int class,
                      int type, unsigned types, enum reading reading)
{
    int left = sizes[class];
    for (int said = 0; said < type; said++)
        left -= world.people[class][said];
    if (types >> type == 0) {
        if (left == 0 && class + 1 < CLASSES)
            enumerate(worlds, world, sizes, class + 1, 0, 1U << SILENT | 1U << ELSEWHERE, reading);
        else if (left == 0)
            add_world(worlds, world, reading);
        return;
    }
    for (int people = 0; people <= ((types >> type & 1) != 0 ? left : 0); people++) {
        world.people[class][type] = people;
        enumerate(worlds, world, sizes, class, type + 1, types, reading);
    }
}

static int by_transcript(const void *left, const void *right)
{
    return strcmp(((const struct world *)left)->transcript,
                  ((const struct world *)right)->transcript);
}

/* What others of the class than the attacker have said in some of these worlds, as a set; he has
 * said `own` and is of class `insider`, or is none of them. */
static unsigned possible(const struct world *worlds, size_t count, int insider, int own, int class)
{
    unsigned types = 0;
    for (size_t i = 0; i < count; i++)
        for (int said = 0; said < TYPES; said++) {
            bool fits = insider < 0 || worlds[i].people[insider][own] > 0;
            int self = class == insider && said == own;
            types |= fits && worlds[i].people[class][said] > self ? 1U << said : 0;
        }
    return types;
}

static bool is_known(unsigned types)
{
    unsigned sides = types & ~(1U << SILENT);
    return types != 0 && (sides == types || sides == 0 ||
                          ((sides & (sides - 1)) == 0 && sides != 1U << ELSEWHERE));
}

static bool knows(const struct world *worlds, size_t count, int insider, int own)
{
    for (int class = 0; class < CLASSES; class ++)
        if (is_known(possible(worlds, count, insider, own, class)))
            return true;
    return false;
}

static bool transcript_leaks(const struct world *worlds, size_t count)
{
    bool leaks = knows(worlds, count, -1, 0);
    for (int insider = 0; insider < CLASSES; insider++)
        for (int own = 0; own < TYPES; own++)
            leaks = leaks || knows(worlds, count, insider, own);
    return leaks;
}

/* How many of the transcripts leak. */
static size_t leaks(const int *sizes, unsigned types, enum reading reading)
{
    struct worlds worlds = {0};
    size_t leaking = 0;
    enumerate(&worlds, (struct world){0}, sizes, 0, 0, types, reading);
    qsort(worlds.list, worlds.count, sizeof *worlds.list, by_transcript);
    for (size_t from = 0, to; from < worlds.count; from = to) {
        for (to = from;
             to < worlds.count && by_transcript(&worlds.list[from], &worlds.list[to]) == 0;)
            to++;
        leaking += transcript_leaks(&worlds.list[from], to - from);
    }
    for (size_t i = 0; i < worlds.count; i++)
        free(worlds.list[i].transcript);
    free(worlds.list);
    return leaking;
}

#define STANCES (1U << SILENT | 1U << AGAINST | 1U << BOTH | 1U << NEITHER | 1U << FOR)

static void nobody_s_stance_is_told(void)
{
    for (int people = 1; people <= 9; people++) {
        int sizes[CLASSES] = {people, 0};
        CU_ASSERT_EQUAL(leaks(sizes, STANCES, RELEASED), 0);
        /* With fewer, nothing is told of what was approved. */
        CU_ASSERT(people < 5 || leaks(sizes, STANCES, APPROVED) == 0);
    }
}

static void raw_rows_tell(void)
{
    int sizes[CLASSES] = {7, 0};
    CU_ASSERT(leaks(sizes, STANCES, COUNTED) > 0);
    CU_ASSERT(leaks(sizes, STANCES, MENTIONED) > 0);
}

#define PLACES (1U << SILENT | 1U << NEITHER | 1U << ELSEWHERE)

/* A theme told of the trip and of the programme tells of who was not on the trip. */
static void a_theme_is_told_in_one_place(void)
{
    for (int people = 5; people <= 7; people++)
        for (int others = 0; others <= 3; others++) {
            int sizes[CLASSES] = {people, others};
            CU_ASSERT_EQUAL(leaks(sizes, PLACES, RELEASED), 0);
            CU_ASSERT_EQUAL(leaks(sizes, PLACES, OF_TRIP), 0);
        }
    int sizes[CLASSES] = {5, 3};
    CU_ASSERT(leaks(sizes, PLACES, OF_BOTH) > 0);
}

/* Fourteen people, of whom so many raised the theme, all for it. */
static struct metric_rows *told(size_t people, size_t speakers, struct release_theme theme,
                                const char *trip)
{
    struct codings *codings = codings_create();
    CU_ASSERT_FATAL(codings_add_code(codings, "c", &err));
    for (size_t person = 1; person <= people; person++) {
        add_person(codings, person, true);
        speak(codings, person, "c", person <= speakers ? FOR : SILENT);
    }
    CU_ASSERT_FATAL(codings_seal(codings, &err));
    struct metric_rows *rows = metric_rows_create();
    struct release_quote quotes[] = {{"c", "first"}, {"c", "second"}, {"c", "first"}, {"d", "x"}};
    struct release_interviews interviews = {
        &disclosure_default_rules, codings, trip, &theme, 1, quotes, 4, NULL};
    release_interviews_tell(&interviews, rows);
    codings_destroy(codings);
    return rows;
}

static const struct metric_row *find(const struct metric_rows *rows, const char *item,
                                     const char *metric)
{
    return metric_rows_find(rows, "int", "all", item, metric);
}

static const struct release_theme plain = {"c", false, false}, approved = {"c", false, true},
                                  of_trips = {"c", true, false}, trips_approved = {"c", true, true};

static void counts_are_told_within_bounds(void)
{
    static const struct {
        size_t speakers;
        double count;
        const char *words;
    } cases[] = {
        {3, 3, "flera"},
        {7, 7, "många"},
        {12, 12, "en övervägande del"},
        {13, 12, "en övervägande del"},
        {14, 12, "en övervägande del"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct metric_rows *rows = told(14, cases[i].speakers, plain, NULL);
        const struct metric_row *count = find(rows, "c", "int.count");
        CU_ASSERT_PTR_NOT_NULL_FATAL(count);
        CU_ASSERT_EQUAL(count->value, cases[i].count);
        CU_ASSERT_EQUAL(count->n, 14);
        CU_ASSERT_STRING_EQUAL(find(rows, "c", "int.quantifier")->text, cases[i].words);
        CU_ASSERT_PTR_NULL(find(rows, "c", "int.mentions"));
        CU_ASSERT_PTR_NULL(find(rows, "c", "int.k_alpha"));
        CU_ASSERT_PTR_NULL(find(rows, "*", "int.saturation.01"));
        metric_rows_destroy(rows);
    }
}

static void sides_need_five_speakers(void)
{
    struct metric_rows *rows = told(14, 4, plain, NULL);
    CU_ASSERT_EQUAL(find(rows, "c", "int.balance")->null, METRIC_WITHHELD_K);
    CU_ASSERT_EQUAL(find(rows, "c", "int.balance")->n, 0);
    metric_rows_destroy(rows);
    rows = told(14, 10, plain, NULL);
    CU_ASSERT_DOUBLE_EQUAL(find(rows, "c", "int.balance")->value, 0.8, 1e-12);
    CU_ASSERT_EQUAL(find(rows, "c", "int.divided")->value, 0);
    metric_rows_destroy(rows);
}

static void few_are_named_only_when_approved(void)
{
    for (size_t speakers = 0; speakers <= 2; speakers++) {
        struct metric_rows *rows = told(14, speakers, plain, NULL);
        CU_ASSERT_PTR_NULL(find(rows, "c", "int.count"));
        CU_ASSERT_EQUAL(find(rows, "", "interviewees")->value, 14);
        metric_rows_destroy(rows);
        rows = told(14, speakers, approved, NULL);
        CU_ASSERT_EQUAL(find(rows, "c", "int.count") != NULL, speakers > 0);
        if (speakers > 0)
            CU_ASSERT_EQUAL(find(rows, "c", "int.count")->value, 2);
        metric_rows_destroy(rows);
    }
    struct metric_rows *rows = told(9, 5, plain, NULL);
    CU_ASSERT_PTR_NULL(find(rows, "c", "int.count"));
    metric_rows_destroy(rows);
    rows = told(9, 5, approved, NULL);
    CU_ASSERT_EQUAL(find(rows, "c", "int.count")->value, 5);
    metric_rows_destroy(rows);
    rows = told(4, 4, approved, NULL);
    CU_ASSERT_EQUAL(metric_rows_count(rows), 1);
    metric_rows_destroy(rows);
}

static void a_trip_has_its_own_themes(void)
{
    const struct {
        struct release_theme theme;
        const char *trip;
        size_t speakers;
        bool is_told;
    } cases[] = {
        {of_trips, "trip", 6, true}, {of_trips, NULL, 6, false},         {plain, "trip", 6, false},
        {plain, "other", 6, false},  {trips_approved, "trip", 2, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct metric_rows *rows = told(14, cases[i].speakers, cases[i].theme, cases[i].trip);
        CU_ASSERT_EQUAL(find(rows, "c", "int.prevalence") != NULL, cases[i].is_told);
        CU_ASSERT_EQUAL(find(rows, "*", "quote.publishable") != NULL, cases[i].trip == NULL);
        CU_ASSERT_PTR_NULL(cases[i].trip == NULL ? NULL : find(rows, "c", "int.balance"));
        metric_rows_destroy(rows);
    }
}

/* SHA-256 (sha256sum): second 16367aacb67a..., first a7937b64b8ca.... */
static void quotes_stand_in_the_order_of_their_hashes(void)
{
    struct metric_rows *rows = told(14, 6, plain, NULL);
    CU_ASSERT_STRING_EQUAL(find(rows, "c", "quote.01")->text, "second");
    CU_ASSERT_STRING_EQUAL(find(rows, "c", "quote.02")->text, "first");
    CU_ASSERT_PTR_NULL(find(rows, "c", "quote.03"));
    CU_ASSERT_STRING_EQUAL(find(rows, "*", "quote.01")->text, "x");
    CU_ASSERT_EQUAL(find(rows, "*", "quote.publishable")->value, 3);
    CU_ASSERT_EQUAL(find(rows, "c", "quote.01")->n, 1);
    metric_rows_destroy(rows);
    rows = told(14, 2, plain, NULL); /* a theme that is not named */
    CU_ASSERT_PTR_NULL(find(rows, "c", "quote.01"));
    CU_ASSERT_STRING_EQUAL(find(rows, "*", "quote.02")->text, "x");
    metric_rows_destroy(rows);
}

static void what_was_told_stays(void)
{
    struct metric_rows *said = told(14, 6, plain, NULL), *rows = metric_rows_create();
    struct release_interviews interviews = {.rules = &disclosure_default_rules, .said = said};
    release_interviews_tell(&interviews, rows);
    CU_ASSERT_EQUAL(metric_rows_count(rows), metric_rows_count(said));
    CU_ASSERT_EQUAL(find(rows, "c", "int.count")->value, 6);
    metric_rows_destroy(rows);
    metric_rows_destroy(said);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"nobody's stance is told", nobody_s_stance_is_told},
        {"raw rows tell", raw_rows_tell},
        {"a theme is told in one place", a_theme_is_told_in_one_place},
        {"counts are told within bounds", counts_are_told_within_bounds},
        {"sides need five speakers", sides_need_five_speakers},
        {"few are named only when approved", few_are_named_only_when_approved},
        {"a trip has its own themes", a_trip_has_its_own_themes},
        {"quotes stand in the order of their hashes", quotes_stand_in_the_order_of_their_hashes},
        {"what was told stays", what_was_told_stays},
        {0},
    };
    return suite_run("release_interview", tests);
}

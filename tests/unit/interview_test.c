/* The interview family: edges that a dataset as it comes does not have. */
#include "suite.h"

#include <debriefd/codings.h>
#include <debriefd/metric.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error err;

/* One interview and one segment a person: I1/s1 of p1, and so on; the code c and the coders A and
 * B. */
static struct codings *people(size_t count)
{
    struct codings *codings = codings_create();
    CU_ASSERT_FATAL(codings_add_code(codings, "c", &err));
    for (size_t i = 1; i <= count; i++) {
        char interview[32], person[32], segment[32];
        snprintf(interview, sizeof interview, "I%zu", i);
        snprintf(person, sizeof person, "p%zu", i);
        snprintf(segment, sizeof segment, "s%zu", i);
        struct codings_interview added = {interview, person, (int64_t)i, false};
        CU_ASSERT_FATAL(codings_add_interview(codings, &added, &err));
        CU_ASSERT_FATAL(codings_add_segment(codings, segment, interview, NULL, &err));
        CU_ASSERT_FATAL(codings_assign(codings, "A", segment, &err));
        CU_ASSERT_FATAL(codings_assign(codings, "B", segment, &err));
    }
    return codings;
}

static void mark(struct codings *codings, const char *coder, size_t segment,
                 enum codings_sentiment sentiment)
{
    char name[32];
    snprintf(name, sizeof name, "s%zu", segment);
    CU_ASSERT_FATAL(codings_mark(codings, coder, name, "c", sentiment, &err));
}

static struct metric_rows *compute(struct codings *codings)
{
    struct metric_rows *rows = metric_rows_create();
    CU_ASSERT_FATAL(codings_seal(codings, &err));
    interview_compute(codings, rows);
    codings_destroy(codings);
    return rows;
}

static const struct metric_row *row_of(const struct metric_rows *rows, const char *item,
                                       const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, "int", "all", item, metric);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    return row;
}

static void number_is(const struct metric_rows *rows, const char *item, const char *metric,
                      double value)
{
    const struct metric_row *row = row_of(rows, item, metric);
    CU_ASSERT_EQUAL(row->type, METRIC_NUMBER);
    CU_ASSERT_DOUBLE_EQUAL(row->value, value, 1e-12);
}

static void null_is(const struct metric_rows *rows, const char *item, const char *metric,
                    enum metric_null null)
{
    CU_ASSERT_EQUAL(row_of(rows, item, metric)->null, null);
}

static void text_is(const struct metric_rows *rows, const char *metric, const char *text)
{
    const struct metric_row *row = row_of(rows, "c", metric);
    CU_ASSERT_EQUAL_FATAL(row->type, METRIC_TEXT);
    CU_ASSERT_STRING_EQUAL(row->text, text);
}

/* The table of the metric specification, section 6. */
static void words_for_counts(void)
{
    static const struct {
        size_t people, speakers;
        const char *word;
    } cases[] = {
        {7, 7, "7 av 7"},
        {8, 0, "ingen"},
        {8, 8, "samtliga"},
        {8, 1, "någon"},
        {8, 7, "i stort sett samtliga"},
        {8, 6, "en övervägande del"},
        {8, 5, "de flesta"},
        {8, 4, "många"},
        {8, 3, "många"},
        {8, 2, "några"},
        {15, 14, "i stort sett samtliga"},
        {15, 13, "en övervägande del"},
        {15, 12, "en övervägande del"},
        {15, 11, "de flesta"},
        {15, 8, "de flesta"},
        {15, 7, "många"},
        {15, 6, "många"},
        {15, 5, "flera"},
        {15, 3, "flera"},
        {15, 2, "några"},
        {10, 2, "några"},
        {20, 18, "i stort sett samtliga"},
        {20, 10, "många"},
        {20, 7, "många"},
        {20, 4, "flera"},
        {20, 3, "några"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct codings *codings = people(cases[i].people);
        for (size_t s = 1; s <= cases[i].speakers; s++)
            mark(codings, "A", s, CODINGS_NEUTRAL);
        struct metric_rows *rows = compute(codings);
        text_is(rows, "int.quantifier", cases[i].word);
        number_is(rows, "c", "int.count", (double)cases[i].speakers);
        metric_rows_destroy(rows);
    }
}

/* Two for, two against, one who took no side. */
static void divided_opinions(void)
{
    struct codings *codings = people(6);
    mark(codings, "A", 1, CODINGS_POSITIVE);
    mark(codings, "A", 2, CODINGS_POSITIVE);
    mark(codings, "A", 3, CODINGS_NEGATIVE);
    mark(codings, "A", 4, CODINGS_NEGATIVE);
    mark(codings, "A", 5, CODINGS_UNSTATED);
    struct metric_rows *rows = compute(codings);
    number_is(rows, "c", "int.disagreement", 1);
    number_is(rows, "c", "int.divided", 1);
    number_is(rows, "c", "int.balance", 0);
    number_is(rows, "c", "int.count", 5);
    null_is(rows, "*", "int.k_alpha_sentiment", METRIC_NO_PAIRS);
    metric_rows_destroy(rows);
}

/* Six for and two against: min(p, q) is 2 and the disagreement 2 * 2 / 8 exactly one half. */
static void divided_at_the_limit(void)
{
    struct codings *codings = people(8);
    for (size_t i = 1; i <= 8; i++)
        mark(codings, "A", i, i <= 6 ? CODINGS_POSITIVE : CODINGS_NEGATIVE);
    struct metric_rows *rows = compute(codings);
    number_is(rows, "c", "int.disagreement", 0.5);
    number_is(rows, "c", "int.divided", 1);
    metric_rows_destroy(rows);
}

/* A person interviewed twice is one interviewee, the organiser's own is none, and a segment on a
 * trip that its speaker was not on counts for nobody there. */
static void who_counts(void)
{
    struct codings *codings = people(2);
    struct codings_interview again = {"I9", "p1", 9, false}, own = {"I8", "p8", 8, true};
    CU_ASSERT(codings_add_interview(codings, &again, &err));
    CU_ASSERT(codings_add_interview(codings, &own, &err));
    CU_ASSERT(codings_add_trip(codings, "I9", "T1", &err));
    CU_ASSERT(codings_add_segment(codings, "s9", "I9", "T1", &err));
    CU_ASSERT(codings_add_segment(codings, "s8", "I8", "T1", &err));
    CU_ASSERT(codings_add_segment(codings, "s7", "I2", "T1", &err));
    mark(codings, "A", 1, CODINGS_POSITIVE);
    mark(codings, "A", 9, CODINGS_NEGATIVE);
    mark(codings, "A", 8, CODINGS_POSITIVE);
    mark(codings, "A", 7, CODINGS_NEUTRAL);
    CU_ASSERT_FATAL(codings_seal(codings, &err));
    struct metric_rows *rows = metric_rows_create(), *trip = metric_rows_create();
    interview_compute(codings, rows);
    interview_compute_trip(codings, "T1", trip);
    number_is(rows, "", "interviewees", 2);
    number_is(rows, "c", "int.count", 2);
    number_is(rows, "c", "int.mentions", 3);
    number_is(rows, "c", "int.disagreement", 1); /* one person, of both minds */
    number_is(rows, "c", "int.divided", 0);
    number_is(trip, "", "interviewees", 1);
    number_is(trip, "c", "int.count", 1);
    number_is(trip, "c", "int.prevalence", 1);
    metric_rows_destroy(rows);
    metric_rows_destroy(trip);
    codings_destroy(codings);
}

static void the_adjudicator_is_named(void)
{
    struct codings *codings = people(2);
    mark(codings, "A", 1, CODINGS_NEUTRAL);
    mark(codings, "judge", 1, CODINGS_NEUTRAL);
    mark(codings, "judge", 2, CODINGS_NEUTRAL);
    CU_ASSERT(codings_set_adjudicator(codings, "judge", &err));
    struct metric_rows *rows = compute(codings);
    number_is(rows, "c", "int.count", 2);
    number_is(rows, "c", "int.pct_agree", 0.5); /* the judge was assigned nothing */
    metric_rows_destroy(rows);
    codings = people(2);
    CU_ASSERT(codings_set_adjudicator(codings, "nobody", &err));
    rows = compute(codings);
    number_is(rows, "c", "int.count", 0);
    metric_rows_destroy(rows);
}

/* Forty segments, half of them with the code, and one disagreement: the lower bound is high. */
static void verdicts_follow_the_lower_bound(void)
{
    struct codings *codings = people(40);
    for (size_t i = 1; i <= 20; i++) {
        mark(codings, "A", i, CODINGS_NEUTRAL);
        mark(codings, "B", i, CODINGS_NEUTRAL);
    }
    mark(codings, "B", 30, CODINGS_NEUTRAL);
    struct metric_rows *rows = compute(codings);
    const struct metric_row *alpha = row_of(rows, "c", "int.k_alpha");
    CU_ASSERT(alpha->has_interval && alpha->low < alpha->value && alpha->value < alpha->high);
    number_is(rows, "c", "int.k_alpha_lo", alpha->low);
    CU_ASSERT_STRING_EQUAL(alpha->method, "krippendorff_nominal;bootstrap=units;B=2000;seed=2007");
    text_is(rows, "int.k_verdict", "reliable");
    number_is(rows, "c", "int.k_positive", 21);
    metric_rows_destroy(rows);
    codings = people(40);
    for (size_t i = 1; i <= 4; i++) {
        mark(codings, "A", i, CODINGS_NEUTRAL);
        mark(codings, "B", i, CODINGS_NEUTRAL);
    }
    rows = compute(codings);
    number_is(rows, "c", "int.k_alpha", 1);
    text_is(rows, "int.k_verdict", "not_testable");
    metric_rows_destroy(rows);
}

/* Guest, Namey and Chen: the base raises one theme, and the first run of two no new one. */
static void saturation_needs_a_base_and_a_run(void)
{
    struct codings *codings = people(5);
    mark(codings, "A", 1, CODINGS_NEUTRAL);
    struct metric_rows *rows = compute(codings);
    null_is(rows, "*", "int.new_info_b4_r2", METRIC_TOO_FEW_INTERVIEWS);
    metric_rows_destroy(rows);
    codings = people(6);
    mark(codings, "A", 1, CODINGS_NEUTRAL);
    rows = compute(codings);
    number_is(rows, "*", "int.new_info_b4_r2", 0);
    number_is(rows, "*", "int.saturation_reached", 4);
    metric_rows_destroy(rows);
    codings = people(6);
    CU_ASSERT(codings_add_code(codings, "late", &err));
    mark(codings, "A", 1, CODINGS_NEUTRAL);
    CU_ASSERT(codings_mark(codings, "A", "s6", "late", CODINGS_NEUTRAL, &err));
    rows = compute(codings);
    number_is(rows, "*", "int.new_info_b4_r2", 1);
    null_is(rows, "*", "int.saturation_reached", METRIC_NOT_SATURATED);
    metric_rows_destroy(rows);
}

static void nothing_is_null_or_zero(void)
{
    struct metric_rows *rows = compute(codings_create());
    number_is(rows, "", "interviewees", 0);
    null_is(rows, "*", "int.chao2", METRIC_N0);
    null_is(rows, "*", "int.k_alpha_jaccard", METRIC_NO_PAIRS);
    null_is(rows, "*", "int.k_alpha_sentiment", METRIC_NO_PAIRS);
    null_is(rows, "*", "quote.approval_rate", METRIC_N0);
    number_is(rows, "*", "quote.publishable", 0);
    metric_rows_destroy(rows);
    rows = compute(people(0));
    null_is(rows, "c", "int.prevalence", METRIC_N0);
    null_is(rows, "c", "int.quantifier", METRIC_N0);
    null_is(rows, "c", "int.balance", METRIC_NOT_MENTIONED);
    null_is(rows, "c", "int.k_alpha", METRIC_NO_PAIRS);
    metric_rows_destroy(rows);
}

static void faults_are_refused(void)
{
    struct codings *codings = people(1);
    struct codings_interview twice = {"I1", "p2", 2, false}, unnamed = {"I2", "", 2, false};
    CU_ASSERT_FALSE(codings_add_code(codings, "c", &err));
    CU_ASSERT_FALSE(codings_add_code(codings, "", &err));
    CU_ASSERT_FALSE(codings_add_interview(codings, &twice, &err));
    CU_ASSERT_FALSE(codings_add_interview(codings, &unnamed, &err));
    CU_ASSERT_FALSE(codings_add_trip(codings, "I7", "T1", &err));
    CU_ASSERT_FALSE(codings_add_segment(codings, "s2", "I7", NULL, &err));
    CU_ASSERT_FALSE(codings_assign(codings, "A", "s7", &err));
    CU_ASSERT_FALSE(codings_mark(codings, "A", "s1", "d", CODINGS_NEUTRAL, &err));
    CU_ASSERT_FALSE(codings_count_quotes(codings, CODINGS_PENDING, -1, &err));
    mark(codings, "A", 1, CODINGS_NEUTRAL);
    mark(codings, "A", 1, CODINGS_POSITIVE);
    CU_ASSERT_FALSE(codings_seal(codings, &err));
    CU_ASSERT_EQUAL(err.code, ERR_INVALID);
    codings_destroy(codings);
    codings = people(1);
    CU_ASSERT(codings_seal(codings, &err));
    CU_ASSERT_FALSE(codings_add_code(codings, "e", &err));
    CU_ASSERT_FALSE(codings_seal(codings, &err));
    codings_destroy(codings);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"words for counts", words_for_counts},
        {"divided opinions", divided_opinions},
        {"divided at the limit", divided_at_the_limit},
        {"who counts", who_counts},
        {"the adjudicator is named", the_adjudicator_is_named},
        {"verdicts follow the lower bound", verdicts_follow_the_lower_bound},
        {"saturation needs a base and a run", saturation_needs_a_base_and_a_run},
        {"nothing is null or zero", nothing_is_null_or_zero},
        {"faults are refused", faults_are_refused},
        {0},
    };
    return suite_run("interview", tests);
}

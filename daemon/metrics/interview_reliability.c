#include "interview_part.h"

#include <debriefd/agreement.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>

#define RESAMPLES 2000
#define SEED      2007 /* of every bootstrap here, and in the methods below */
#define NOMINAL   "krippendorff_nominal;bootstrap=units;B=2000;seed=2007"
#define JACCARD   "krippendorff_jaccard;bootstrap=units;B=2000;seed=2007"
#define MASI      "krippendorff_masi;bootstrap=units;B=2000;seed=2007"
#define SENTIMENT "krippendorff_interval;bootstrap=units;B=2000;seed=2007"

/* Krippendorff's thresholds, for the lower bound; a rarer code is not testable. */
#define RELIABLE  0.8
#define TENTATIVE 0.667
#define TESTABLE  5

/* The marks of one assignment, as a set of codes. */
struct coded {
    size_t cell; /* in `present` */
    struct agreement_set set;
};

struct reliability {
    const struct codings *codings;
    int *present; /* segments x coders: 0 assigned and absent, 1 marked with the code in hand */
    int *members; /* codes, by mark */
    struct coded *coded;
};

/* Both are sorted by segment and coder: marks that nobody was assigned to are passed over. */
static void pair_marks(struct reliability *reliability)
{
    const struct codings *codings = reliability->codings;
    size_t next = 0;
    for (size_t i = 0; i < codings->mark_count; i++)
        reliability->members[i] = (int)codings->marks[i].code;
    for (size_t i = 0; i < codings->assignment_count; i++) {
        size_t segment = codings->assignments[i].segment, coder = codings->assignments[i].coder;
        while (next < codings->mark_count &&
               (codings->marks[next].segment < segment ||
                (codings->marks[next].segment == segment && codings->marks[next].coder < coder)))
            next++;
        size_t first = next;
        while (next < codings->mark_count && codings->marks[next].segment == segment &&
               codings->marks[next].coder == coder)
            next++;
        reliability->coded[i] = (struct coded){
            .cell = segment * codings->coders.count + coder,
            .set = {reliability->members + first, next - first},
        };
        reliability->present[reliability->coded[i].cell] = 0;
    }
}

struct reliability *reliability_create(const struct codings *codings)
{
    struct reliability *reliability = xcalloc(sizeof *reliability);
    size_t cells = codings->segment_names.count * codings->coders.count;
    reliability->codings = codings;
    reliability->present = xcalloc_array(cells, sizeof *reliability->present);
    reliability->members = xcalloc_array(codings->mark_count, sizeof *reliability->members);
    reliability->coded = xcalloc_array(codings->assignment_count, sizeof *reliability->coded);
    for (size_t i = 0; i < cells; i++)
        reliability->present[i] = AGREEMENT_MISSING;
    pair_marks(reliability);
    return reliability;
}

void reliability_destroy(struct reliability *reliability)
{
    free(reliability->present);
    free(reliability->members);
    free(reliability->coded);
    free(reliability);
}

static bool holds(const struct agreement_set *set, int code)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->members[i] == code)
            return true;
    return false;
}

static void set_present(struct reliability *reliability, int code)
{
    for (size_t i = 0; i < reliability->codings->assignment_count; i++) {
        const struct coded *coded = &reliability->coded[i];
        reliability->present[coded->cell] = holds(&coded->set, code) ? 1 : 0;
    }
}

/* Units with two coders or more of whom one at least applied the code. */
static int64_t count_positive(const struct ratings *ratings)
{
    int64_t positive = 0;
    for (size_t unit = 0; unit < ratings->units; unit++) {
        size_t coders = 0;
        bool is_positive = false;
        for (size_t coder = 0; coder < ratings->coders; coder++) {
            int value = ratings->values[unit * ratings->coders + coder];
            coders += value != AGREEMENT_MISSING;
            is_positive = is_positive || value == 1;
        }
        positive += coders >= 2 && is_positive;
    }
    return positive;
}

/* Krippendorff's rule, applied to the lower bound. */
static const char *verdict_of(const struct agreement_bounds *bounds, int64_t positive)
{
    if (positive < TESTABLE || bounds->null != METRIC_NOT_NULL)
        return "not_testable";
    if (bounds->low >= RELIABLE)
        return "reliable";
    return bounds->low >= TENTATIVE ? "tentative" : "unreliable";
}

/* Rows `metric`, `metric`_lo and `metric`_hi. */
static struct agreement_bounds emit_alpha(struct cell *cell, const char *const metrics[3],
                                          const struct ratings *ratings,
                                          const struct agreement_metric *metric, const char *method)
{
    struct agreement alpha = agreement_alpha(ratings, metric);
    struct agreement_bounds bounds = agreement_bootstrap(ratings, metric, SEED, RESAMPLES);
    cell->n = cell->N = alpha.units;
    struct metric_row *row = cell_either(cell, metrics[0], alpha.null, alpha.value, "");
    row->method = method;
    row->has_interval = bounds.null == METRIC_NOT_NULL;
    row->low = bounds.low;
    row->high = bounds.high;
    cell_either(cell, metrics[1], bounds.null, bounds.low, "")->method = method;
    cell_either(cell, metrics[2], bounds.null, bounds.high, "")->method = method;
    return bounds;
}

static void emit_agreement(struct cell *cell, const char *metric, struct agreement found,
                           const char *method)
{
    cell->n = cell->N = found.units;
    cell_either(cell, metric, found.null, found.value, "")->method = method;
}

/* The kappas are of a fixed number of coders; the other coefficients of any. */
static void emit_kappas(struct cell *cell, const struct ratings *ratings)
{
    struct agreement cohen = {.null = METRIC_NOT_TWO_CODERS};
    if (ratings->coders == 2)
        cohen = agreement_cohen(ratings, AGREEMENT_UNWEIGHTED);
    emit_agreement(cell, "int.kappa_cohen", cohen, "cohen_1960");
    emit_agreement(cell, "int.kappa_fleiss", agreement_fleiss(ratings), "fleiss_1971");
    emit_agreement(cell, "int.ac1", agreement_ac1(ratings), "gwet_2008");
}

void reliability_code(struct reliability *reliability, size_t code, struct metric_rows *rows)
{
    static const char *const names[] = {"int.k_alpha", "int.k_alpha_lo", "int.k_alpha_hi"};
    const struct codings *codings = reliability->codings;
    struct cell cell = interview_cell(rows, codings->codes.texts[code]);
    struct ratings ratings = {codings->segment_names.count, codings->coders.count, 2,
                              reliability->present};
    set_present(reliability, (int)code);
    struct agreement_bounds bounds =
        emit_alpha(&cell, names, &ratings, &agreement_nominal, NOMINAL);
    int64_t positive = count_positive(&ratings);
    cell_number(&cell, "int.k_positive", (double)positive, "count");
    cell_text(&cell, "int.k_verdict", verdict_of(&bounds, positive));
    emit_agreement(&cell, "int.pct_agree", agreement_percent(&ratings), "pairs");
    emit_kappas(&cell, &ratings);
}

static int compare_sets(const struct agreement_set *a, const struct agreement_set *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++)
        if (a->members[i] != b->members[i])
            return a->members[i] < b->members[i] ? -1 : 1;
    return (a->count > b->count) - (a->count < b->count);
}

static int compare_coded(const void *left, const void *right)
{
    const struct coded *a = left, *b = right;
    return compare_sets(&a->set, &b->set);
}

/* Numbers the different sets in their order; returns how many there are. */
static int number_sets(const struct reliability *reliability, struct agreement_set *sets)
{
    size_t count = reliability->codings->assignment_count;
    int categories = 0;
    qsort(reliability->coded, count, sizeof *reliability->coded, compare_coded);
    for (size_t i = 0; i < count; i++) {
        const struct coded *coded = &reliability->coded[i];
        if (i == 0 || compare_sets(&sets[categories - 1], &coded->set) != 0)
            sets[categories++] = coded->set;
        reliability->present[coded->cell] = categories - 1;
    }
    return categories;
}

static void emit_sets(struct reliability *reliability, struct cell *cell)
{
    static const char *const jaccard_names[] = {"int.k_alpha_jaccard", "int.k_alpha_jaccard_lo",
                                                "int.k_alpha_jaccard_hi"};
    static const char *const masi_names[] = {"int.k_alpha_masi", "int.k_alpha_masi_lo",
                                             "int.k_alpha_masi_hi"};
    const struct codings *codings = reliability->codings;
    struct agreement_set *sets = xcalloc_array(codings->assignment_count, sizeof *sets);
    struct ratings ratings = {codings->segment_names.count, codings->coders.count,
                              number_sets(reliability, sets), reliability->present};
    struct agreement_metric jaccard = agreement_jaccard(sets), masi = agreement_masi(sets);
    emit_alpha(cell, jaccard_names, &ratings, &jaccard, JACCARD);
    emit_alpha(cell, masi_names, &ratings, &masi, MASI);
    free(sets);
}

struct judged {
    size_t segment, code;
    int category; /* of the sentiment */
};

static int compare_judged(const void *left, const void *right)
{
    const struct judged *a = left, *b = right;
    if (a->segment != b->segment)
        return a->segment < b->segment ? -1 : 1;
    return (a->code > b->code) - (a->code < b->code);
}

/* Stated sentiments of assigned coders, by segment and code. Returns how many. */
static size_t read_judged(const struct reliability *reliability, struct judged *judged)
{
    const struct codings *codings = reliability->codings;
    size_t count = 0;
    for (size_t i = 0; i < codings->mark_count; i++) {
        const struct mark *mark = &codings->marks[i];
        size_t cell = mark->segment * codings->coders.count + mark->coder;
        if (mark->sentiment != CODINGS_UNSTATED && reliability->present[cell] != AGREEMENT_MISSING)
            judged[count++] =
                (struct judged){mark->segment, mark->code, mark->sentiment - CODINGS_NEGATIVE};
    }
    qsort(judged, count, sizeof *judged, compare_judged);
    return count;
}

/* Units are a segment and a code; alpha does not ask whose a value is, so a unit's values stand in
 * its first columns. */
static struct ratings judged_ratings(const struct judged *judged, size_t count, size_t columns,
                                     int *values)
{
    size_t units = 0, column = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_same = i > 0 && compare_judged(&judged[i - 1], &judged[i]) == 0;
        column = is_same ? column + 1 : 0;
        units += !is_same;
        for (size_t empty = 0; empty < columns && !is_same; empty++)
            values[(units - 1) * columns + empty] = AGREEMENT_MISSING;
        values[(units - 1) * columns + column] = judged[i].category;
    }
    return (struct ratings){units, columns, 3, values};
}

static size_t longest_run(const struct judged *judged, size_t count)
{
    size_t longest = 1, run = 1;
    for (size_t i = 1; i < count; i++) {
        run = compare_judged(&judged[i - 1], &judged[i]) == 0 ? run + 1 : 1;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void emit_sentiment(const struct reliability *reliability, struct cell *cell)
{
    static const char *const names[] = {"int.k_alpha_sentiment", "int.k_alpha_sentiment_lo",
                                        "int.k_alpha_sentiment_hi"};
    static const double numbers[] = {CODINGS_NEGATIVE, CODINGS_NEUTRAL, CODINGS_POSITIVE};
    struct judged *judged = xcalloc_array(reliability->codings->mark_count, sizeof *judged);
    size_t count = read_judged(reliability, judged);
    size_t columns = longest_run(judged, count);
    int *values = xcalloc_array(count * columns, sizeof *values);
    struct ratings ratings = judged_ratings(judged, count, columns, values);
    struct agreement_metric interval = agreement_interval(numbers);
    emit_alpha(cell, names, &ratings, &interval, SENTIMENT);
    free(values);
    free(judged);
}

void reliability_whole(struct reliability *reliability, struct metric_rows *rows)
{
    struct cell cell = interview_cell(rows, "*");
    emit_sets(reliability, &cell);
    emit_sentiment(reliability, &cell);
}

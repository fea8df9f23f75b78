/* What is released of interviews, once they are closed (see release.h). */
#include "interview_part.h"
#include "release_part.h"

#include <debriefd/secret.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDES (STANCES - 1) /* stances of who is not silent */

/* Interviewees whom a told theme, or side of one, needs on either hand. */
static int64_t least(const struct disclosure_rules *rules)
{
    return rules->coalition + 1;
}

static int64_t count_speakers(const int64_t *stances)
{
    int64_t speakers = 0;
    for (int stance = 0; stance < STANCES; stance++)
        speakers += stance == STANCE_SILENT ? 0 : stances[stance];
    return speakers;
}

static enum interview_stance largest_side(const int64_t *stances)
{
    enum interview_stance largest = STANCE_AGAINST;
    for (enum interview_stance stance = STANCE_AGAINST; stance < STANCES; stance++)
        if (stances[stance] > stances[largest])
            largest = stance;
    return largest;
}

static void move(int64_t *stances, enum interview_stance from, enum interview_stance to,
                 int64_t people)
{
    stances[from] -= people;
    stances[to] += people;
}

/* From the largest side one by one, so that no side that somebody knows to be his own is emptied.
 */
static void code_speakers(const struct disclosure_rules *rules, int64_t people, int64_t *stances)
{
    while (count_speakers(stances) > people - least(rules))
        move(stances, largest_side(stances), STANCE_SILENT, 1);
    while (count_speakers(stances) < least(rules))
        move(stances, STANCE_SILENT, STANCE_NEITHER, 1);
}

/* What exceeds all but c + 1 took no side; had nearly all taken none, they took both: the balance
 * tilts no way. */
static void code_sides(const struct disclosure_rules *rules, int64_t *stances)
{
    enum interview_stance largest = largest_side(stances);
    int64_t excess = stances[largest] - (count_speakers(stances) - least(rules));
    if (excess > 0)
        move(stances, largest, largest == STANCE_NEITHER ? STANCE_BOTH : STANCE_NEITHER, excess);
}

/* The last: so many that each of the sides can keep a coalition's while code_speakers empties. */
static bool has_sides(const struct disclosure_rules *rules, const int64_t *stances)
{
    int64_t speakers = count_speakers(stances);
    return speakers >= disclosure_atom_minimum(rules) && speakers >= SIDES * rules->coalition;
}

static struct release_theme theme_of(const struct release_interviews *interviews, const char *code)
{
    for (size_t i = 0; i < interviews->theme_count; i++)
        if (strcmp(interviews->themes[i].code, code) == 0)
            return interviews->themes[i];
    return (struct release_theme){.code = code};
}

/* The interviewees of the programme or trip, and what became of every theme. */
struct telling {
    const struct release_interviews *interviews;
    struct metric_rows *rows;
    int64_t people;
    int64_t *stances; /* [code * STANCES + stance], coded where the theme is told */
    bool *is_told;    /* by code */
};

static bool may_be_told(const struct telling *telling, const struct release_theme *theme,
                        const int64_t *stances)
{
    const struct disclosure_rules *rules = telling->interviews->rules;
    bool is_trip = telling->interviews->trip != NULL;
    bool is_few = count_speakers(stances) <= least(rules);
    if (theme->is_of_trips != is_trip || (is_few && (is_trip || !theme->is_approved)))
        return false;
    return theme->is_approved ? count_speakers(stances) > 0 : telling->people >= rules->comments;
}

static void code_theme(const struct telling *telling, size_t code)
{
    const struct disclosure_rules *rules = telling->interviews->rules;
    const char *name = telling->interviews->codings->codes.texts[code];
    struct release_theme theme = theme_of(telling->interviews, name);
    int64_t *stances = &telling->stances[code * STANCES];
    telling->is_told[code] = may_be_told(telling, &theme, stances);
    code_speakers(rules, telling->people, stances);
    if (has_sides(rules, stances))
        code_sides(rules, stances);
}

static void withhold_sides(const struct cell *cell)
{
    static const char *const metrics[] = {"int.balance", "int.disagreement", "int.divided"};
    struct cell withheld = *cell;
    withheld.n = 0;
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
        cell_null(&withheld, metrics[i], METRIC_WITHHELD_K, "");
}

static void tell_theme(const struct telling *telling, size_t code)
{
    const int64_t *stances = &telling->stances[code * STANCES];
    struct cell cell =
        interview_cell(telling->rows, telling->interviews->codings->codes.texts[code]);
    cell.n = cell.N = telling->people;
    interview_emit_count(&cell, stances);
    if (telling->interviews->trip != NULL)
        return;
    interview_emit_words(&cell, stances);
    if (has_sides(telling->interviews->rules, stances))
        interview_emit_sides(&cell, stances);
    else
        withhold_sides(&cell);
}

/* A quote where it is told. */
struct place {
    const char *item;
    const char *text;
    struct secret_hash hash;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = strcmp(a->item, b->item);
    return order != 0 ? order : memcmp(a->hash.bytes, b->hash.bytes, sizeof a->hash.bytes);
}

static const char *item_of(const struct telling *telling, const struct release_quote *quote)
{
    size_t code = numbering_find(&telling->interviews->codings->codes, quote->code);
    return code != NUMBERING_NONE && telling->is_told[code] ? quote->code : "*";
}

static struct place *place_quotes(const struct telling *telling)
{
    size_t count = telling->interviews->quote_count;
    struct place *places = xcalloc_array(count, sizeof *places);
    for (size_t i = 0; i < count; i++) {
        const struct release_quote *quote = &telling->interviews->quotes[i];
        places[i] = (struct place){item_of(telling, quote), quote->text,
                                   secret_hash(quote->text, strlen(quote->text))};
    }
    if (count > 0)
        qsort(places, count, sizeof *places, compare_places);
    return places;
}

/* Two that read alike are one. */
static int64_t tell_places(const struct telling *telling, const struct place *places)
{
    int64_t told = 0;
    size_t number = 0;
    for (size_t i = 0; i < telling->interviews->quote_count; i++) {
        bool is_same = i > 0 && strcmp(places[i].item, places[i - 1].item) == 0;
        if (is_same && strcmp(places[i].text, places[i - 1].text) == 0)
            continue;
        char metric[32];
        number = is_same ? number + 1 : 1;
        snprintf(metric, sizeof metric, "quote.%02zu", number);
        struct cell cell = interview_cell(telling->rows, places[i].item);
        cell.n = 1;
        cell.N = telling->people;
        cell_text(&cell, metric, places[i].text)->method = "approved";
        told++;
    }
    return told;
}

static void tell_quotes(const struct telling *telling)
{
    struct place *places = place_quotes(telling);
    struct cell cell = interview_cell(telling->rows, "*");
    cell.n = cell.N = telling->people;
    cell_number(&cell, "quote.publishable", (double)tell_places(telling, places), "count");
    free(places);
}

static void tell_all(struct telling *telling)
{
    size_t codes = telling->interviews->codings->codes.count;
    telling->is_told = xcalloc_array(codes, sizeof *telling->is_told);
    for (size_t code = 0; code < codes; code++)
        code_theme(telling, code);
    for (size_t code = 0; code < codes; code++)
        if (telling->is_told[code])
            tell_theme(telling, code);
    if (telling->interviews->trip == NULL)
        tell_quotes(telling);
    free(telling->is_told);
}

static void tell_now(const struct release_interviews *interviews, struct metric_rows *rows)
{
    struct telling telling = {.interviews = interviews, .rows = rows};
    telling.stances = interview_stances(interviews->codings, interviews->trip, &telling.people);
    if (telling.people > 0)
        interview_emit_people(rows, telling.people);
    if (telling.people >= disclosure_atom_minimum(interviews->rules))
        tell_all(&telling);
    free(telling.stances);
}

void release_interviews_tell(const struct release_interviews *interviews, struct metric_rows *rows)
{
    metric_rows_begin(rows, "interview");
    size_t said = interviews->said == NULL ? 0 : metric_rows_count(interviews->said);
    for (size_t i = 0; i < said; i++)
        metric_rows_append(rows, metric_rows_get(interviews->said, i));
    if (said == 0 && interviews->codings != NULL)
        tell_now(interviews, rows);
}

bool release_talks(const struct release_input *input, struct metric_rows *rows, struct error *err)
{
    (void)err;
    if (input->interviews != NULL)
        release_interviews_tell(input->interviews, rows);
    return true;
}

/* What interviewees said: the unit is the interviewee, the coding is the adjudicated one, and the
 * organiser's own people do not count. */
#include "interview_part.h"

#include <assert.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>

/* Guest, Namey and Chen 2020: themes of the first four interviewees, then of each two that follow;
 * saturated when these bring at most 5 % new ones. */
#define SATURATION_BASE    4
#define SATURATION_RUN     2
#define SATURATION_PERCENT 5

#define WORDS_FROM 8 /* fewer interviewees are counted, not described */

enum said { SAID = 1, SAID_FOR = 2, SAID_AGAINST = 4 };

/* What interviewees said, of all or of one trip. */
struct themes {
    const struct codings *codings;
    const char
        *trip; /* NULL: all; else interviewees who were on it and segments that speak of it */
    size_t trip_number;
    size_t people; /* interviewees */
    size_t codes;
    size_t *rank; /* of a person: their place in the order of interviews, or NUMBERING_NONE */
    unsigned char *said; /* [rank * codes + code], of enum said */
    int64_t *mentions;   /* by code */
    int64_t *speakers;   /* by code */
};

struct cell interview_cell(struct metric_rows *rows, const char *item)
{
    return (struct cell){.rows = rows, .wave = "int", .slice = "all", .item = item};
}

struct place {
    size_t person;
    int64_t sequence;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->sequence != b->sequence)
        return a->sequence < b->sequence ? -1 : 1;
    return (a->person > b->person) - (a->person < b->person);
}

/* Which interviews are with people who were on the trip. */
static bool *find_travellers(const struct themes *themes)
{
    const struct codings *codings = themes->codings;
    bool *travelled = xcalloc_array(codings->interview_names.count, sizeof *travelled);
    for (size_t i = 0; i < codings->interview_names.count; i++)
        travelled[i] = themes->trip == NULL;
    for (size_t i = 0; i < codings->visit_count; i++)
        if (codings->visits[i].trip == themes->trip_number)
            travelled[codings->visits[i].interview] = true;
    return travelled;
}

/* By first interview; people whose interviews have one place in the order are ordered by name. */
static void rank_people(struct themes *themes)
{
    const struct codings *codings = themes->codings;
    struct place *places = xcalloc_array(codings->interview_names.count, sizeof *places);
    bool *travelled = find_travellers(themes);
    size_t count = 0;
    for (size_t i = 0; i < codings->interview_names.count; i++)
        if (!codings->interviews[i].is_organiser && travelled[i])
            places[count++] =
                (struct place){codings->interviews[i].person, codings->interviews[i].sequence};
    free(travelled);
    qsort(places, count, sizeof *places, compare_places);
    for (size_t person = 0; person < codings->persons.count; person++)
        themes->rank[person] = NUMBERING_NONE;
    for (size_t i = 0; i < count; i++)
        if (themes->rank[places[i].person] == NUMBERING_NONE)
            themes->rank[places[i].person] = themes->people++;
    free(places);
}

/* The interviewee whom an adjudicated mark tells of, or NUMBERING_NONE when it counts for nobody.
 */
static size_t speaker_of(const struct themes *themes, const struct mark *mark, size_t adjudicator)
{
    const struct codings *codings = themes->codings;
    const struct segment *segment = &codings->segments[mark->segment];
    const struct interview *interview = &codings->interviews[segment->interview];
    bool is_meant = themes->trip == NULL || segment->trip == themes->trip_number;
    if (mark->coder != adjudicator || interview->is_organiser || !is_meant)
        return NUMBERING_NONE;
    return themes->rank[interview->person];
}

static void read_marks(struct themes *themes)
{
    const struct codings *codings = themes->codings;
    size_t adjudicator = numbering_find(&codings->coders, codings->adjudicator);
    for (size_t i = 0; i < codings->mark_count && adjudicator != NUMBERING_NONE; i++) {
        const struct mark *mark = &codings->marks[i];
        size_t speaker = speaker_of(themes, mark, adjudicator);
        if (speaker == NUMBERING_NONE)
            continue;
        unsigned char *said = &themes->said[speaker * themes->codes + mark->code];
        themes->speakers[mark->code] += *said == 0;
        themes->mentions[mark->code]++;
        *said |= SAID;
        *said |= mark->sentiment == CODINGS_POSITIVE ? SAID_FOR : 0;
        *said |= mark->sentiment == CODINGS_NEGATIVE ? SAID_AGAINST : 0;
    }
}

static void themes_init(struct themes *themes, const struct codings *codings, const char *trip)
{
    *themes = (struct themes){.codings = codings,
                              .trip = trip,
                              .trip_number = NUMBERING_NONE,
                              .codes = codings->codes.count};
    if (trip != NULL)
        themes->trip_number = numbering_find(&codings->trips, trip);
    themes->rank = xcalloc_array(codings->persons.count, sizeof *themes->rank);
    rank_people(themes);
    themes->said = xcalloc_array(themes->people * themes->codes, sizeof *themes->said);
    themes->mentions = xcalloc_array(themes->codes, sizeof *themes->mentions);
    themes->speakers = xcalloc_array(themes->codes, sizeof *themes->speakers);
    read_marks(themes);
}

static void themes_finish(struct themes *themes)
{
    free(themes->rank);
    free(themes->said);
    free(themes->mentions);
    free(themes->speakers);
}

/* Swedish words for c of M people, from the top down. The boundaries at all but one, one half and
 * one are those of consensual qualitative research (Hill et al. 1997, 2005), the finer ones a
 * convention; "ett flertal" is several and not "flertalet", the majority. */
static const char *word_for(int64_t c, int64_t M)
{
    if (c == 0)
        return "ingen";
    if (c == M)
        return "samtliga";
    if (c == 1)
        return "någon";
    if (c == M - 1 || 100 * c >= 90 * M)
        return "i stort sett samtliga";
    if (100 * c >= 75 * M)
        return "en övervägande del";
    if (2 * c > M)
        return "de flesta";
    if (100 * c >= 35 * M)
        return "många";
    if (100 * c >= 20 * M && c >= 3)
        return "flera";
    return "några";
}

static void emit_quantifier(const struct cell *cell, int64_t c)
{
    char counted[64];
    if (cell->n == 0) {
        cell_null(cell, "int.quantifier", METRIC_N0, "");
        return;
    }
    snprintf(counted, sizeof counted, "%lld av %lld", (long long)c, (long long)cell->n);
    struct metric_row *row =
        cell_text(cell, "int.quantifier", cell->n < WORDS_FROM ? counted : word_for(c, cell->n));
    row->method = "cqr_words";
}

static int64_t count_speakers(const int64_t *stances)
{
    return stances[STANCE_AGAINST] + stances[STANCE_BOTH] + stances[STANCE_NEITHER] +
           stances[STANCE_FOR];
}

static enum interview_stance stance_of(unsigned said)
{
    bool is_for = (said & SAID_FOR) != 0, is_against = (said & SAID_AGAINST) != 0;
    if (said == 0)
        return STANCE_SILENT;
    if (is_for)
        return is_against ? STANCE_BOTH : STANCE_FOR;
    return is_against ? STANCE_AGAINST : STANCE_NEITHER;
}

static void count_stances(const struct themes *themes, size_t code, int64_t *stances)
{
    for (size_t person = 0; person < themes->people; person++)
        stances[stance_of(themes->said[person * themes->codes + code])]++;
}

int64_t *interview_stances(const struct codings *codings, const char *trip, int64_t *people)
{
    assert(codings->is_sealed);
    struct themes themes;
    themes_init(&themes, codings, trip);
    int64_t *stances = xcalloc_array(themes.codes * STANCES, sizeof *stances);
    for (size_t code = 0; code < themes.codes; code++)
        count_stances(&themes, code, &stances[code * STANCES]);
    *people = (int64_t)themes.people;
    themes_finish(&themes);
    return stances;
}

void interview_emit_count(const struct cell *cell, const int64_t *stances)
{
    int64_t speakers = count_speakers(stances);
    cell_number(cell, "int.count", (double)speakers, "count");
    cell_share_only(cell, "int.prevalence", speakers);
}

void interview_emit_words(const struct cell *cell, const int64_t *stances)
{
    emit_quantifier(cell, count_speakers(stances));
}

void interview_emit_sides(const struct cell *cell, const int64_t *stances)
{
    int64_t k = count_speakers(stances);
    int64_t twice_for = 2 * stances[STANCE_FOR] + stances[STANCE_BOTH];
    int64_t twice_against = 2 * stances[STANCE_AGAINST] + stances[STANCE_BOTH];
    int64_t sides = twice_for + twice_against;
    int64_t lesser = twice_for < twice_against ? twice_for : twice_against;
    int64_t balance = stances[STANCE_FOR] - stances[STANCE_AGAINST];
    cell_either(cell, "int.balance", k == 0 ? METRIC_NOT_MENTIONED : METRIC_NOT_NULL,
                k == 0 ? 0 : (double)balance / (double)k, "");
    cell_either(cell, "int.disagreement", sides == 0 ? METRIC_NO_STANCE : METRIC_NOT_NULL,
                sides == 0 ? 0 : 2 * (double)lesser / (double)sides, "");
    bool is_divided = 4 * lesser >= sides && lesser >= 2 * 2;
    cell_number(cell, "int.divided", is_divided ? 1 : 0, "");
}

static void emit_code(const struct themes *themes, size_t code, struct metric_rows *rows)
{
    int64_t stances[STANCES] = {0};
    struct cell cell = interview_cell(rows, themes->codings->codes.texts[code]);
    cell.n = cell.N = (int64_t)themes->people;
    count_stances(themes, code, stances);
    interview_emit_count(&cell, stances);
    cell_number(&cell, "int.mentions", (double)themes->mentions[code], "count");
    interview_emit_words(&cell, stances);
    interview_emit_sides(&cell, stances);
}

static void emit_numbered(const struct cell *cell, const char *metric, size_t k, double value)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%02zu", metric, k);
    cell_number(cell, name, value, "count");
}

/* new_codes[i]: codes that the person at place i is the first to raise. */
static void emit_saturation(const struct cell *cell, const struct themes *themes, size_t *new_codes)
{
    size_t sum = 0;
    for (size_t code = 0; code < themes->codes; code++)
        for (size_t person = 0; person < themes->people; person++)
            if (themes->said[person * themes->codes + code] != 0) {
                new_codes[person]++;
                break;
            }
    for (size_t person = 0; person < themes->people; person++) {
        sum += new_codes[person];
        emit_numbered(cell, "int.saturation", person + 1, (double)sum);
    }
}

/* Sum over codes of 1 - C(M - f, k) / C(M, k): the expected number of codes of k of the M people,
 * whatever their order. C(M - f, k) / C(M, k) grows factor by factor with k. */
static void emit_accumulation(const struct cell *cell, const struct themes *themes)
{
    double M = (double)themes->people;
    double *absent = xcalloc_array(themes->codes, sizeof *absent);
    for (size_t code = 0; code < themes->codes; code++)
        absent[code] = 1;
    for (size_t k = 1; k <= themes->people; k++) {
        double sum = 0;
        for (size_t code = 0; code < themes->codes; code++) {
            double left = M - (double)themes->speakers[code] - (double)(k - 1);
            absent[code] *= left > 0 ? left / (M - (double)(k - 1)) : 0;
            sum += 1 - absent[code];
        }
        emit_numbered(cell, "int.accum_exact", k, sum);
    }
    free(absent);
}

/* Chao 1987, bias-corrected: defined also when no code is raised by exactly two. */
static void emit_chao(const struct cell *cell, const struct themes *themes)
{
    double seen = 0, once = 0, twice = 0, M = (double)themes->people;
    for (size_t code = 0; code < themes->codes; code++) {
        seen += themes->speakers[code] > 0;
        once += themes->speakers[code] == 1;
        twice += themes->speakers[code] == 2;
    }
    double unseen = M > 0 ? (M - 1) / M * once * (once - 1) / (2 * (twice + 1)) : 0;
    cell_either(cell, "int.chao2", M > 0 ? METRIC_NOT_NULL : METRIC_N0, seen + unseen, "count");
}

/* The share of new codes that the last run brought, and after how many people it first was low. */
static void emit_new_information(const struct cell *cell, const struct themes *themes,
                                 const size_t *new_codes)
{
    enum metric_null null = METRIC_NOT_NULL;
    size_t base = 0, run = 0, reached = 0;
    for (size_t i = 0; i < themes->people && i < SATURATION_BASE; i++)
        base += new_codes[i];
    for (size_t end = SATURATION_BASE + SATURATION_RUN; end <= themes->people; end++) {
        run = 0;
        for (size_t i = end - SATURATION_RUN; i < end; i++)
            run += new_codes[i];
        if (reached == 0 && base > 0 && 100 * run <= SATURATION_PERCENT * base)
            reached = end - SATURATION_RUN;
    }
    if (themes->people < SATURATION_BASE + SATURATION_RUN)
        null = METRIC_TOO_FEW_INTERVIEWS;
    else if (base == 0)
        null = METRIC_N0;
    cell_either(cell, "int.new_info_b4_r2", null,
                null == METRIC_NOT_NULL ? (double)run / (double)base : 0, "share");
    if (null == METRIC_NOT_NULL && reached == 0)
        null = METRIC_NOT_SATURATED;
    cell_either(cell, "int.saturation_reached", null, (double)reached, "count");
}

static void emit_quotes(const struct cell *whole, const struct codings *codings)
{
    int64_t approved = codings->quotes[CODINGS_APPROVED];
    struct cell cell = *whole;
    cell.n = approved + codings->quotes[CODINGS_DECLINED];
    cell.N = cell.n + codings->quotes[CODINGS_PENDING];
    cell_number(&cell, "quote.publishable", (double)approved, "count");
    cell_number(&cell, "quote.pending", (double)codings->quotes[CODINGS_PENDING], "count");
    cell_share_only(&cell, "quote.approval_rate", approved);
}

static void emit_whole(const struct themes *themes, struct metric_rows *rows)
{
    struct cell cell = interview_cell(rows, "*");
    cell.n = cell.N = (int64_t)themes->people;
    size_t *new_codes = xcalloc_array(themes->people, sizeof *new_codes);
    emit_saturation(&cell, themes, new_codes);
    emit_accumulation(&cell, themes);
    emit_chao(&cell, themes);
    emit_new_information(&cell, themes, new_codes);
    emit_quotes(&cell, themes->codings);
    free(new_codes);
}

void interview_emit_people(struct metric_rows *rows, int64_t people)
{
    struct cell cell = interview_cell(rows, "");
    cell.n = cell.N = people;
    cell_number(&cell, "interviewees", (double)people, "count");
}

void interview_compute(const struct codings *codings, struct metric_rows *rows)
{
    assert(codings->is_sealed);
    metric_rows_begin(rows, "interview");
    struct themes themes;
    themes_init(&themes, codings, NULL);
    struct reliability *reliability = reliability_create(codings);
    interview_emit_people(rows, (int64_t)themes.people);
    for (size_t code = 0; code < themes.codes; code++) {
        emit_code(&themes, code, rows);
        reliability_code(reliability, code, rows);
    }
    emit_whole(&themes, rows);
    reliability_whole(reliability, rows);
    reliability_destroy(reliability);
    themes_finish(&themes);
}

void interview_compute_trip(const struct codings *codings, const char *trip,
                            struct metric_rows *rows)
{
    int64_t people, *stances = interview_stances(codings, trip, &people);
    metric_rows_begin(rows, "interview");
    interview_emit_people(rows, people);
    for (size_t code = 0; code < codings->codes.count; code++) {
        struct cell cell = interview_cell(rows, codings->codes.texts[code]);
        cell.n = cell.N = people;
        interview_emit_count(&cell, &stances[code * STANCES]);
    }
    free(stances);
}

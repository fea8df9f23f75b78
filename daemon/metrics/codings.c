#include "codings_layout.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define ADJUDICATOR "A"

struct codings *codings_create(void)
{
    struct codings *codings = xcalloc(sizeof *codings);
    numbering_init(&codings->codes);
    numbering_init(&codings->coders);
    numbering_init(&codings->trips);
    numbering_init(&codings->persons);
    numbering_init(&codings->interview_names);
    numbering_init(&codings->segment_names);
    codings->adjudicator = xstrdup(ADJUDICATOR);
    return codings;
}

void codings_destroy(struct codings *codings)
{
    if (codings == NULL)
        return;
    numbering_finish(&codings->codes);
    numbering_finish(&codings->coders);
    numbering_finish(&codings->trips);
    numbering_finish(&codings->persons);
    numbering_finish(&codings->interview_names);
    numbering_finish(&codings->segment_names);
    free(codings->adjudicator);
    free(codings->interviews);
    free(codings->segments);
    free(codings->visits);
    free(codings->assignments);
    free(codings->marks);
    free(codings);
}

static bool check_name(const struct codings *codings, const char *name, struct error *err)
{
    if (codings->is_sealed)
        return error_set(err, ERR_INVALID, "the codings are sealed");
    if (name == NULL || name[0] == '\0' || strlen(name) > CODINGS_NAME_MAX)
        return error_set(err, ERR_INVALID, "a name in the codings is empty or too long");
    return true;
}

/* A new name of `names`, of which there are at most `most`. */
static bool check_new(const struct codings *codings, const struct numbering *names, size_t most,
                      const char *name, struct error *err)
{
    if (!check_name(codings, name, err))
        return false;
    if (names->count == most)
        return error_set(err, ERR_INVALID, "%s is one too many: at most %zu", name, most);
    if (numbering_find(names, name) != NUMBERING_NONE)
        return error_set(err, ERR_INVALID, "%s is named twice", name);
    return true;
}

static bool find(const struct codings *codings, const struct numbering *names, const char *name,
                 size_t *number, struct error *err)
{
    if (!check_name(codings, name, err))
        return false;
    size_t found = numbering_find(names, name);
    if (found == NUMBERING_NONE)
        return error_set(err, ERR_INVALID, "no %s in the codings", name);
    *number = found;
    return true;
}

static size_t find_or_add(struct numbering *names, const char *name)
{
    size_t found = numbering_find(names, name);
    return found != NUMBERING_NONE ? found : numbering_add(names, name);
}

/* Room for one more element. */
static void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity == 0 ? 64 : 2 * *capacity;
    return xrealloc_array(array, *capacity, size);
}

bool codings_set_adjudicator(struct codings *codings, const char *coder, struct error *err)
{
    if (!check_name(codings, coder, err))
        return false;
    free(codings->adjudicator);
    codings->adjudicator = xstrdup(coder);
    return true;
}

bool codings_add_code(struct codings *codings, const char *code, struct error *err)
{
    if (!check_new(codings, &codings->codes, CODINGS_CODES_MAX, code, err))
        return false;
    numbering_add(&codings->codes, code);
    return true;
}

bool codings_add_interview(struct codings *codings, const struct codings_interview *interview,
                           struct error *err)
{
    if (!check_new(codings, &codings->interview_names, CODINGS_INTERVIEWS_MAX, interview->name,
                   err) ||
        !check_name(codings, interview->person, err))
        return false;
    size_t number = numbering_add(&codings->interview_names, interview->name);
    codings->interviews = grow(codings->interviews, number, &codings->interview_capacity,
                               sizeof *codings->interviews);
    codings->interviews[number] = (struct interview){
        .name = number,
        .person = find_or_add(&codings->persons, interview->person),
        .sequence = interview->sequence,
        .is_organiser = interview->is_organiser,
    };
    return true;
}

bool codings_add_trip(struct codings *codings, const char *interview, const char *trip,
                      struct error *err)
{
    struct visit visit;
    if (!find(codings, &codings->interview_names, interview, &visit.interview, err) ||
        !check_name(codings, trip, err))
        return false;
    if (codings->visit_count == CODINGS_MARKS_MAX)
        return error_set(err, ERR_INVALID, "the interviewees were on too many trips");
    visit.trip = find_or_add(&codings->trips, trip);
    codings->visits = grow(codings->visits, codings->visit_count, &codings->visit_capacity,
                           sizeof *codings->visits);
    codings->visits[codings->visit_count++] = visit;
    return true;
}

bool codings_add_segment(struct codings *codings, const char *segment, const char *interview,
                         const char *trip, struct error *err)
{
    struct segment added = {.trip = NUMBERING_NONE};
    if (!check_new(codings, &codings->segment_names, CODINGS_SEGMENTS_MAX, segment, err) ||
        !find(codings, &codings->interview_names, interview, &added.interview, err) ||
        (trip != NULL && !check_name(codings, trip, err)))
        return false;
    if (trip != NULL)
        added.trip = find_or_add(&codings->trips, trip);
    added.name = numbering_add(&codings->segment_names, segment);
    codings->segments =
        grow(codings->segments, added.name, &codings->segment_capacity, sizeof *codings->segments);
    codings->segments[added.name] = added;
    return true;
}

static bool find_coder(struct codings *codings, const char *coder, size_t *number,
                       struct error *err)
{
    if (!check_name(codings, coder, err))
        return false;
    if (numbering_find(&codings->coders, coder) == NUMBERING_NONE &&
        codings->coders.count == CODINGS_CODERS_MAX)
        return error_set(err, ERR_INVALID, "more than %d coders", CODINGS_CODERS_MAX);
    *number = find_or_add(&codings->coders, coder);
    return true;
}

bool codings_assign(struct codings *codings, const char *coder, const char *segment,
                    struct error *err)
{
    struct assignment added;
    if (!find(codings, &codings->segment_names, segment, &added.segment, err))
        return false;
    if (codings->assignment_count == CODINGS_MARKS_MAX)
        return error_set(err, ERR_INVALID, "too many segments to code");
    if (!find_coder(codings, coder, &added.coder, err))
        return false;
    codings->assignments = grow(codings->assignments, codings->assignment_count,
                                &codings->assignment_capacity, sizeof *codings->assignments);
    codings->assignments[codings->assignment_count++] = added;
    return true;
}

bool codings_mark(struct codings *codings, const char *coder, const char *segment, const char *code,
                  enum codings_sentiment sentiment, struct error *err)
{
    struct mark added = {.sentiment = sentiment};
    if (!find(codings, &codings->segment_names, segment, &added.segment, err) ||
        !find(codings, &codings->codes, code, &added.code, err))
        return false;
    if (codings->mark_count == CODINGS_MARKS_MAX || sentiment < CODINGS_NEGATIVE ||
        sentiment > CODINGS_UNSTATED)
        return error_set(err, ERR_INVALID, "one coding too many, or without a known sentiment");
    if (!find_coder(codings, coder, &added.coder, err))
        return false;
    codings->marks =
        grow(codings->marks, codings->mark_count, &codings->mark_capacity, sizeof *codings->marks);
    codings->marks[codings->mark_count++] = added;
    return true;
}

bool codings_count_quotes(struct codings *codings, enum codings_approval approval, int64_t count,
                          struct error *err)
{
    if (codings->is_sealed || count < 0 || count > CODINGS_MARKS_MAX ||
        approval >= CODINGS_APPROVALS)
        return error_set(err, ERR_INVALID, "quotes are counted wrongly or too late");
    codings->quotes[approval] += count;
    return true;
}

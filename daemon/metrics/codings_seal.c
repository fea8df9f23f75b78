/* Sealing: everything is renumbered by name and sorted, so that the order of adding leaves no
 * trace. */
#include "codings_layout.h"
#include <debriefd/xalloc.h>
#include <stdlib.h>

struct renumbering {
    size_t *codes, *coders, *trips, *persons, *interviews, *segments;
};

static int compare_numbers(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_visits(const void *left, const void *right)
{
    const struct visit *a = left, *b = right;
    int order = compare_numbers(a->interview, b->interview);
    return order != 0 ? order : compare_numbers(a->trip, b->trip);
}

static int compare_assignments(const void *left, const void *right)
{
    const struct assignment *a = left, *b = right;
    int order = compare_numbers(a->segment, b->segment);
    return order != 0 ? order : compare_numbers(a->coder, b->coder);
}

static int compare_marks(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    int order = compare_numbers(a->segment, b->segment);
    if (order == 0)
        order = compare_numbers(a->coder, b->coder);
    return order != 0 ? order : compare_numbers(a->code, b->code);
}

static int compare_interviews(const void *left, const void *right)
{
    const struct interview *a = left, *b = right;
    return compare_numbers(a->name, b->name);
}

static int compare_segments(const void *left, const void *right)
{
    const struct segment *a = left, *b = right;
    return compare_numbers(a->name, b->name);
}

static void sort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    if (count > 0)
        qsort(array, count, size, compare);
}

static void move_interviews(struct codings *codings, const struct renumbering *moved)
{
    for (size_t i = 0; i < codings->interview_names.count; i++) {
        codings->interviews[i].name = moved->interviews[codings->interviews[i].name];
        codings->interviews[i].person = moved->persons[codings->interviews[i].person];
    }
    for (size_t i = 0; i < codings->visit_count; i++) {
        codings->visits[i].interview = moved->interviews[codings->visits[i].interview];
        codings->visits[i].trip = moved->trips[codings->visits[i].trip];
    }
    sort(codings->interviews, codings->interview_names.count, sizeof *codings->interviews,
         compare_interviews);
    sort(codings->visits, codings->visit_count, sizeof *codings->visits, compare_visits);
}

static void move_codings(struct codings *codings, const struct renumbering *moved)
{
    for (size_t i = 0; i < codings->segment_names.count; i++) {
        struct segment *segment = &codings->segments[i];
        segment->name = moved->segments[segment->name];
        segment->interview = moved->interviews[segment->interview];
        if (segment->trip != NUMBERING_NONE)
            segment->trip = moved->trips[segment->trip];
    }
    for (size_t i = 0; i < codings->assignment_count; i++) {
        struct assignment *assignment = &codings->assignments[i];
        assignment->segment = moved->segments[assignment->segment];
        assignment->coder = moved->coders[assignment->coder];
    }
    for (size_t i = 0; i < codings->mark_count; i++) {
        struct mark *mark = &codings->marks[i];
        mark->segment = moved->segments[mark->segment];
        mark->coder = moved->coders[mark->coder];
        mark->code = moved->codes[mark->code];
    }
    sort(codings->segments, codings->segment_names.count, sizeof *codings->segments,
         compare_segments);
    sort(codings->assignments, codings->assignment_count, sizeof *codings->assignments,
         compare_assignments);
    sort(codings->marks, codings->mark_count, sizeof *codings->marks, compare_marks);
}

static void renumber(struct codings *codings)
{
    struct renumbering moved = {
        .codes = numbering_sort(&codings->codes),
        .coders = numbering_sort(&codings->coders),
        .trips = numbering_sort(&codings->trips),
        .persons = numbering_sort(&codings->persons),
        .interviews = numbering_sort(&codings->interview_names),
        .segments = numbering_sort(&codings->segment_names),
    };
    move_interviews(codings, &moved);
    move_codings(codings, &moved);
    free(moved.codes);
    free(moved.coders);
    free(moved.trips);
    free(moved.persons);
    free(moved.interviews);
    free(moved.segments);
}

static bool check_repeats(const struct codings *codings, struct error *err)
{
    for (size_t i = 1; i < codings->assignment_count; i++)
        if (compare_assignments(&codings->assignments[i - 1], &codings->assignments[i]) == 0)
            return error_set(err, ERR_INVALID, "a coder is assigned segment %s twice",
                             codings->segment_names.texts[codings->assignments[i].segment]);
    for (size_t i = 1; i < codings->mark_count; i++)
        if (compare_marks(&codings->marks[i - 1], &codings->marks[i]) == 0)
            return error_set(err, ERR_INVALID, "a coder gives segment %s one code twice",
                             codings->segment_names.texts[codings->marks[i].segment]);
    return true;
}

bool codings_seal(struct codings *codings, struct error *err)
{
    if (codings->is_sealed)
        return error_set(err, ERR_INVALID, "the codings are sealed");
    if (codings->interview_names.count * codings->codes.count > CODINGS_CELLS_MAX ||
        codings->segment_names.count * codings->coders.count > CODINGS_CELLS_MAX)
        return error_set(err, ERR_INVALID, "too many interviews and codes, or segments and coders");
    renumber(codings);
    codings->is_sealed = true;
    return check_repeats(codings, err);
}

/* interview_part: what the files of the interview family and of its release share. */
#ifndef INTERVIEW_PART_H
#define INTERVIEW_PART_H

#include "codings_layout.h"
#include "families.h"

/* The cell of an item of wave int. */
struct cell interview_cell(struct metric_rows *rows, const char *item);

/* What an interviewee said of a theme, over all that counts. */
enum interview_stance {
    STANCE_SILENT,
    STANCE_AGAINST,
    STANCE_BOTH,
    STANCE_NEITHER,
    STANCE_FOR,
    STANCES,
};

/* How many interviewees took each stance: [code * STANCES + stance], which the caller frees. Of one
 * trip, or with NULL of all. `people` is how many interviewees there are. */
int64_t *interview_stances(const struct codings *codings, const char *trip, int64_t *people);

/* The row interviewees. */
void interview_emit_people(struct metric_rows *rows, int64_t people);

/* The rows of one theme from its STANCES counts: how many raised it, in words, and on which side
 * they stand. */
void interview_emit_count(const struct cell *cell, const int64_t *stances);
void interview_emit_words(const struct cell *cell, const int64_t *stances);
void interview_emit_sides(const struct cell *cell, const int64_t *stances);

/* How far all coders agree on one code, and on the whole. Units are segments that two coders or
 * more were to code; the organiser's interviews count here. */
struct reliability;
struct reliability *reliability_create(const struct codings *codings);
void reliability_destroy(struct reliability *reliability);
void reliability_code(struct reliability *reliability, size_t code, struct metric_rows *rows);
void reliability_whole(struct reliability *reliability, struct metric_rows *rows);

#endif

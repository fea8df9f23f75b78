/* interview_part: the two halves of the interview family. */
#ifndef INTERVIEW_PART_H
#define INTERVIEW_PART_H

#include "codings_layout.h"
#include "families.h"

/* The cell of an item of wave int. */
struct cell interview_cell(struct metric_rows *rows, const char *item);

/* How far all coders agree on one code, and on the whole. Units are segments that two coders or
 * more were to code; the organiser's interviews count here. */
struct reliability;
struct reliability *reliability_create(const struct codings *codings);
void reliability_destroy(struct reliability *reliability);
void reliability_code(struct reliability *reliability, size_t code, struct metric_rows *rows);
void reliability_whole(struct reliability *reliability, struct metric_rows *rows);

#endif

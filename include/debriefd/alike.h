/* alike: whether two short texts could be spellings of one. For warnings only. */
#ifndef DEBRIEFD_ALIKE_H
#define DEBRIEFD_ALIKE_H

#include <stdbool.h>
#include <stddef.h>

/* Lower-case ASCII letters and digits of a UTF-8 text, Latin letters without their marks,
 * everything else left out: "E-post *" is "epost", "Åsa" and its decomposed form are "asa". Cut to
 * `size` - 1.
 */
void alike_fold(const char *text, char *out, size_t size);

/* True for equal texts and those that one insertion, deletion, change or swap of neighbours makes
 * equal (Damerau 1964). Numbers count rather than are misspelt: texts with other digits differ. */
bool alike_within_one(const char *one, const char *other);

#endif

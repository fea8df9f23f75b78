/* admit_part: what waits to enter, as fact_waiting says it, and the coding of an atom. Private to
 * admission. */
#ifndef DEBRIEFD_ADMIT_PART_H
#define DEBRIEFD_ADMIT_PART_H

#include "jobs_private.h"
#include <debriefd/admission.h>

/* The rows of one family in the result of fact_waiting: they stand together. */
struct waiting_family {
    const struct rows *rows;
    int first;
    int end;
    struct uuid wave_id;
    const char *wave;
    const char *name;
    const char *type;
};

enum waiting_column {
    WAVE,
    WAVE_ID,
    FAMILY,
    TYPE,
    ITEM,
    SECTOR,
    ANSWERED,
    TOTAL,
    COUNT,
    EVALUATIONS, /* of the rows with an empty item: {uuid,...} */
};

struct waiting_groups {
    struct admission admission;
    char names[FACTS_SLICES_MAX][FACTS_NAME_MAX];
};

/* An atom as it is stored. */
struct coded_atom {
    json_t *cells; /* [{item, value, n}] */
    json_t *moved; /* {item: answers that coding moved} */
};

const char *waiting_text(const struct waiting_family *family, int row, enum waiting_column column);

bool waiting_in_group(const struct study_run *run, const struct waiting_groups *groups,
                      size_t group, const char *sector);

/* Whether it is known what values the family's answers have: a gain that the facts do not count has
 * none. */
bool atom_has_scale(const struct study_run *run, const struct waiting_family *family);

/* Codes every item's histogram of the group's waiting contributions. */
bool atom_code(const struct study_run *run, const struct waiting_family *family,
               const struct waiting_groups *groups, size_t group, const struct coded_atom *atom,
               struct error *err) must_check;

#endif

/* templates: the kinds of parts that studies of the attacker test are made of. */
#ifndef TEMPLATES_H
#define TEMPLATES_H

#include "questions.h"

/* Names begin with a letter that the part has for itself. */
void template_draw(uint64_t *state, size_t number, struct part *part);
void template_smallest(size_t number, struct part *part);

enum template_kind {
    TEMPLATE_RATING,
    TEMPLATE_NPS,
    TEMPLATE_SHOWN,       /* an index of items that are shown, or of which one is */
    TEMPLATE_INDEX,       /* an index or customer index of items that are not */
    TEMPLATE_CONDITION,   /* a question asked because of the answer to another */
    TEMPLATE_OVERLAP,     /* two indices with an item in common */
    TEMPLATE_SHOWN_TWICE, /* a customer index of an item that another index shows */
    TEMPLATES
};

void template_make(enum template_kind kind, size_t number, int points, uint64_t variant,
                   struct part *part);

#endif

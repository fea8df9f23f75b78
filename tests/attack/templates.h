/* templates: the kinds of parts that studies of the attacker test are made of. */
#ifndef TEMPLATES_H
#define TEMPLATES_H

#include "questions.h"

enum template_kind {
    TEMPLATE_RATING,
    TEMPLATE_NPS,
    TEMPLATE_SHOWN,       /* an index of items that are shown, or of which one is */
    TEMPLATE_INDEX,       /* an index or customer index of items that are not */
    TEMPLATE_CONDITION,   /* a question asked because of the answer to another */
    TEMPLATE_OVERLAP,     /* two indices with an item in common */
    TEMPLATE_SHOWN_TWICE, /* a customer index of an item that another index shows */
    TEMPLATE_BINARY,
    TEMPLATE_COUNT,
    TEMPLATE_GAIN,       /* one question answered for two times */
    TEMPLATE_GAINS,      /* two gains of three answers */
    TEMPLATE_GAIN_INDEX, /* a gain with an answer that an index has too */
    TEMPLATE_SHIFT,      /* a gain over two waves, and the first of those that have them */
    TEMPLATE_SHIFTS,     /* three gains of one answer before and two after */
    TEMPLATE_WAVES,      /* two waves' answers without a gain */
    TEMPLATE_GAIN_MEAN,  /* a gain over two waves and one within the later, and the index of both */
    TEMPLATES
};

enum template_range { TEMPLATES_ONE_WAVE, TEMPLATES_GAINS, TEMPLATES_TWO_WAVES };

void template_make(enum template_kind kind, size_t number, int points, uint64_t variant,
                   struct part *part);

/* Names begin with a letter that the part has for itself. */
void template_draw(uint64_t *state, size_t number, enum template_range range, struct part *part);
void template_smallest(size_t number, struct part *part);

#endif

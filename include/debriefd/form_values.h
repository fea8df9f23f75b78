/* form_values: the fields of a questionnaire's form, from answers and back.
 *
 * A field is called "q.ITEM" or "q.ITEM.PART":
 * - rating, nps, single, binary, count, number, text: q.ITEM
 * - multiple: q.ITEM, once an option that is chosen; "!none" for none of them on purpose
 * - matrix: q.ITEM.ROW; ranking: q.ITEM.OPTION, its rank from 1 or ""
 * - roster: q.ITEM.PARTICIPANT, a level, "!skip" or ""; q.ITEM.complete is "1" when whoever is not
 *   marked counts as the lowest level. Nobody marked is no answer
 * - contacts: q.ITEM.N.name, .organisation, .kept; commitments: q.ITEM.N.id, .text, .level, .due,
 *   .audience, .named; N from 0. A row without text is none
 * - commitment_status: q.ITEM.COMMITMENT
 *
 * "!dk" and "!refused" say that an answer is missing: as the value where that is chosen, and as
 * "dk" or "refused" in q.ITEM.missing where something is typed. */
#ifndef DEBRIEFD_FORM_VALUES_H
#define DEBRIEFD_FORM_VALUES_H

#include <debriefd/instrument.h>

struct form_value;

struct form_values {
    const struct instrument *instrument;
    bool decimal_comma; /* how numbers are shown; both are read */

    /* The rest is the module's own. */
    struct buf text;
    struct form_value *entries;
    size_t count;
    size_t capacity;
    size_t *first; /* an item's entries are chained in their order */
    size_t *last;
};

/* The instrument is borrowed. */
void form_values_init(struct form_values *values, const struct instrument *instrument);
void form_values_finish(struct form_values *values);

/* A field as it came; false when this is not the name of an answer's field. */
bool form_values_add(struct form_values *values, const char *name, const char *value);

/* Forgets an item's fields. */
void form_values_clear(struct form_values *values, size_t item);

/* Adds another's fields of an item; both are of the same instrument. */
void form_values_take(struct form_values *values, const struct form_values *from, size_t item);

/* The last value of a part ("" for the item itself), NULL when there is none. Valid until the next
 * change. */
const char *form_values_get(const struct form_values *values, size_t item, const char *part);

/* Whether the part has this value, also among others. */
bool form_values_has(const struct form_values *values, size_t item, const char *part,
                     const char *value);

/* Adds the fields that say `answer`, in the grammar of answers.h; NULL for no answer. */
void form_values_fill(struct form_values *values, size_t item, const json_t *answer);

/* How many rows of a list are filled, that is, one more than the last. */
size_t form_values_rows(const struct form_values *values, size_t item);

/* The answer that an item's fields say, a new reference; NULL for none, or after adding violations
 * (not_integer, not_number, both, tie, need_text, need_name, need_level; pointers as
 * answers_read's). What has the right form is for answers_read to judge. */
json_t *form_values_answer(const struct form_values *values, size_t item,
                           struct violations *violations) must_check;

#endif

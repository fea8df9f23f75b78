/* answers: one evaluation's body, read in one strict pass into what is stored.
 *
 * {"language":"sv","replaces":UUID,"answers":{ITEM:VALUE,...}}; the first two are optional. By the
 * item's type a VALUE is
 *
 * - rating, nps, count: an integer; binary: true, false, 1, 0; number: a number; text: a string
 * - single: an option's id; multiple, ranking: an array of option ids
 * - matrix: {ROW:integer or missing}
 * - roster: {UUID of a participant: level, or null if skipped}. Who is not named is at the scale's
 *   lowest level; with the member "complete":false beside the levels, who is not named is unknown
 * - contacts: [{"name","organisation"?,"kept"?}]
 * - commitments: [{"id"?,"text","level":"individual|organisation","due"?:"YYYY-MM","audience"?,
 *   "named"?}]; named: true lets the organiser see it with the participant's name;
 *   ids differ within the answer, and one that is not given is the entry's place, "1" for the first
 * - commitment_status: {ID:"completed|ongoing|not_started|withdrawn|unknown"}, by the id that the
 *   same participant's commitment has in an earlier wave of the study
 *
 * or, for every type, {"missing":"dk"|"refused"}. A blank text is no answer; an empty list is one.
 *
 * Violations' codes: malformed, wrong_type, unknown_member, unknown_item, unknown_language,
 * unknown_option, unknown_row, unknown_participant, own_participant, bad_value, out_of_range,
 * too_long, too_many, too_few, duplicate, not_shown, required. */
#ifndef DEBRIEFD_ANSWERS_H
#define DEBRIEFD_ANSWERS_H

#include <debriefd/buf.h>
#include <debriefd/instrument.h>
#include <debriefd/reader.h>
#include <debriefd/uuid.h>
#include <debriefd/violations.h>

#define ROSTER_LIMIT 2000 /* participants of a study */

/* The people of a study, whom roster items ask about. */
struct roster {
    const struct uuid *participants; /* ascending by uuid_compare */
    size_t count;                    /* at most ROSTER_LIMIT */
    const struct uuid *ego;          /* who answers and must not rate themselves; NULL: unknown */
};

enum answers_verdict {
    ANSWERS_OK,
    ANSWERS_MALFORMED, /* not JSON as the reader takes it: 400, one violation */
    ANSWERS_INVALID,   /* 422, every violation */
};

/* Meaningful after ANSWERS_OK, until the next read. Storage is kept between reads. */
struct answers {
    int16_t *slots; /* instrument_slot_count of them */
    size_t slot_count;
    struct buf texts;     /* canonical JSON object: the answered unscored items, in item order */
    const char *language; /* the instrument's string, or NULL when not named */
    struct uuid replaces;
    bool has_replaces;
    int16_t applicable; /* scored items that everybody is asked; see instrument_describe */
    int16_t answered;   /* of those, the ones with an answer in every slot */

    /* The rest is the module's own. */
    struct reader reader;
    struct answers_piece *pieces; /* one an item */
    bool *is_answered;            /* one an item */
    bool *seen;                   /* one a participant */
    size_t slot_capacity;
    size_t item_capacity;
    size_t seen_capacity;
    struct buf written; /* the unscored answers in the body's order */
};

/* secret_init comes first, as for a reader. */
void answers_init(struct answers *answers);
void answers_finish(struct answers *answers);

/* `body` and `roster` (NULL for nobody) are borrowed for the call. `violations` is added to unless
 * the verdict is ANSWERS_OK. */
enum answers_verdict answers_read(const struct instrument *instrument, const struct roster *roster,
                                  const char *body, size_t length, struct answers *answers,
                                  struct violations *violations) must_check;

#endif

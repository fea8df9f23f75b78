/* instrument: a questionnaire, compiled from its definition into an immutable form.
 *
 * An answer is stored in slots, one int16_t each, in item order: rating, nps, binary, count and
 * single take one (single: the 1-based position of the option), multiple one an option (1 chosen, 0
 * not), matrix one a row, ranking one an option (1-based rank, 0 unranked). The other types have
 * none: their answers are JSON text. A slot without an answer holds a sentinel.
 *
 * Everything reached through an instrument belongs to it and lives as long as it does. */
#ifndef DEBRIEFD_INSTRUMENT_H
#define DEBRIEFD_INSTRUMENT_H

#include <debriefd/buf.h>
#include <debriefd/violations.h>
#include <jansson.h>
#include <stdint.h>

#define INSTRUMENT_BYTES       (256 * 1024) /* of a definition's text; whoever parses it checks */
#define INSTRUMENT_ITEMS       200
#define INSTRUMENT_MEASURES    200
#define INSTRUMENT_OPTIONS     64
#define INSTRUMENT_SLOTS       500
#define INSTRUMENT_LANGUAGES   8
#define INSTRUMENT_COUNT       30000 /* the largest count */
#define INSTRUMENT_SCALE       100   /* the largest scale point */
#define INSTRUMENT_CONTACTS    50
#define INSTRUMENT_COMMITMENTS 20
#define INSTRUMENT_TEXT        4000 /* code points of a text, at most */
#define INSTRUMENT_TEXT_USUAL  2000

enum slot_sentinel {
    SLOT_DONT_KNOW = -1,
    SLOT_REFUSED = -2,
    SLOT_NOT_SHOWN = -3,
    SLOT_NOT_REACHED = -4,
};

enum item_type {
    ITEM_SECTION,
    ITEM_RATING,
    ITEM_NPS,
    ITEM_SINGLE,
    ITEM_MULTIPLE,
    ITEM_MATRIX,
    ITEM_RANKING,
    ITEM_NUMBER,
    ITEM_BINARY,
    ITEM_COUNT,
    ITEM_TEXT,
    ITEM_ROSTER,
    ITEM_CONTACTS,
    ITEM_COMMITMENTS,
    ITEM_COMMITMENT_STATUS,
    ITEM_TYPES
};

/* One text in every language of the instrument, in their order; text[0] is NULL for no text. */
struct phrase {
    const char *text[INSTRUMENT_LANGUAGES];
};

/* An option, or a matrix row. */
struct option {
    const char *id;
    size_t id_length;
    struct phrase text;
};

struct condition;

struct item {
    const char *id;
    size_t id_length;
    enum item_type type;
    struct phrase text;
    struct phrase help;
    bool required;
    bool reverse;           /* scored minimum + maximum - value, by whoever scores */
    int minimum;            /* of a slot, or of a roster's level */
    int maximum;            /* the same */
    struct phrase *labels;  /* NULL, or one for every scale point from minimum on */
    struct option *options; /* single, multiple, ranking */
    size_t option_count;
    struct option *rows; /* matrix */
    size_t row_count;
    size_t least;          /* choices */
    size_t most;           /* choices, or entries of a list */
    double number_minimum; /* number */
    double number_maximum; /* number */
    size_t max_length;     /* code points of a text */
    size_t slot;           /* 0-based: the first one */
    size_t slot_count;
    const char *construct; /* NULL for none, as with phase and theme */
    const char *phase;
    const char *theme;
    int purpose;               /* 0 for none */
    struct condition *show_if; /* NULL: always shown */
};

struct instrument;

/* NULL after adding every fault of the definition to `violations`. The definition is copied. */
struct instrument *instrument_compile(const json_t *definition,
                                      struct violations *violations) must_check;
void instrument_destroy(struct instrument *instrument);

const char *instrument_id(const struct instrument *instrument);
const char *instrument_wave(const struct instrument *instrument); /* "pre", "post", "fu", ... */
const struct phrase *instrument_title(const struct instrument *instrument);
const json_t *instrument_definition(const struct instrument *instrument);

/* Whether this can be a text that participants read: not blank, of at most INSTRUMENT_TEXT
 * characters. Takes NULL. */
bool instrument_is_text(const char *text);

const char *instrument_language(const struct instrument *instrument, size_t index);
/* False when the instrument is not written in it. */
bool instrument_find_language(const struct instrument *instrument, const char *language,
                              size_t length, size_t *index) must_check;

size_t instrument_item_count(const struct instrument *instrument);
const struct item *instrument_item(const struct instrument *instrument, size_t index);
/* False when there is none of that id. */
bool instrument_find_item(const struct instrument *instrument, const char *id, size_t length,
                          size_t *index) must_check;

size_t instrument_slot_count(const struct instrument *instrument);

/* Whether the item is shown to somebody who answered as `slots` and `answered` (a flag an item)
 * say. Both need be filled for earlier items only. */
bool instrument_shows(const struct instrument *instrument, const struct item *item,
                      const int16_t *slots, const bool *answered);

/* The definition's name of a type: "rating". */
const char *item_type_name(enum item_type type);

/* Appends what SQL folds with, as one JSON object; slots are 1-based, as array subscripts are
 * there:
 * {"slots":[{"slot","item","part","type","min","max","reverse","construct","phase","purpose"}],
 *  "questions":[{"item","slot","slots"}],
 *  "composites":[{"id","type","items":[{"item","part","slot","min","max","reverse"}],"minimum"}],
 *  "texts":[{"item","type"}],
 *  "measures":[{"id","type","items":[{"wave","item","part","slot"}],"measures":[id],"minimum"}]}
 * "part" is the option's or row's id, or "". A measure's item of another wave has a "wave" and a
 * null "slot"; an unscored one a null "slot". "questions" are the scored items: one is applicable
 * when it stands behind no condition and answered when all its slots are >= 0. A disposition is I
 * with at least 80 % of the applicable questions answered, P with at least 50 %, R below. */
void instrument_describe(const struct instrument *instrument, struct buf *buf);

#endif

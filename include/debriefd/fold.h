/* fold: exact integer counts of a study's answers. Whole persons, with their answers in every wave,
 * are added or taken away, so that increments and a rebuild give the same counts, whatever the
 * order. No I/O.
 * Waves, composites, joints and sectors are numbered by the caller from 0, in the order they were
 * added; slots count from 1, as an instrument's description has them (instrument.h). */
#ifndef DEBRIEFD_FOLD_H
#define DEBRIEFD_FOLD_H

#include <debriefd/buf.h>
#include <debriefd/facts.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOLD_KEYS 4

struct fold;

/* An answer outside min..max is none: the kinds of missing, and values an instrument forbids. */
struct fold_member {
    size_t wave; /* of a joint's member; a composite's are all of its own wave */
    int slot;
    int min;
    int max;
    bool is_reversed; /* scored as min + max - value */
};

enum fold_composite {
    FOLD_INDEX, /* answered items and their sum */
    FOLD_SCALE, /* sums and products of the complete cases */
};

/* What is counted of two lists of members, `first` and `second`, over persons. */
enum fold_joint {
    FOLD_BOTH,        /* one member each, both answered: the two values */
    FOLD_DIFFERENCES, /* as many each: pairs of which both are answered, at least 1, and the sum of
                         second - first */
    FOLD_SUMS,        /* of each list, both with answers: answered, sum, answered, sum */
    FOLD_GIVEN,       /* no members: what the caller counted of the person, not all 0 */
};

enum fold_sign {
    FOLD_ADD = 1,
    FOLD_TAKE_AWAY = -1,
};

/* Rows of a table have `part` and `key` as said; what is not said is 0. */
enum fold_table {
    FOLD_COUNTS,     /* part: slot; key: its raw value, also a kind of missing */
    FOLD_COMPOSITES, /* part: index; key: answered items, at least 1, and their scored sum */
    FOLD_MOMENTS,    /* part: scale, of all sectors; key: (0,0) complete cases, (i,0) sum of x_i,
                        (i,j) sum of x_i x_j for j <= i; items count from 1 */
    FOLD_RESPONSES,  /* part: disposition */
    FOLD_PANEL,      /* complete or partial in every wave of the panel; wave 0 */
    FOLD_JOINTS,     /* part: joint; key: as enum fold_joint says; wave 0 */
    FOLD_TABLES
};

struct fold_row {
    enum fold_table table;
    size_t wave;
    size_t part;
    size_t sector; /* 0 in FOLD_MOMENTS */
    int key[FOLD_KEYS];
    int64_t n; /* never 0 */
};

/* What a person did in a wave. */
struct fold_record {
    bool is_known; /* its disposition */
    enum facts_disposition disposition;
    const int16_t *scores; /* NULL: no answers that count */
    size_t count;
};

struct fold_person {
    size_t sector;
    const struct fold_record *records; /* one a wave */
    const int (*given)[FOLD_KEYS];     /* one a FOLD_GIVEN joint, in the order they were added */
};

struct fold *fold_create(void);
void fold_destroy(struct fold *fold); /* takes NULL */

void fold_add_wave(struct fold *fold, bool is_panel);

/* To the newest wave. The members are copied. */
void fold_add_composite(struct fold *fold, enum fold_composite type,
                        const struct fold_member *members, size_t count);

/* After the waves. The members are copied. */
void fold_add_joint(struct fold *fold, enum fold_joint type, const struct fold_member *first,
                    size_t first_count, const struct fold_member *second, size_t second_count);

void fold_person(struct fold *fold, enum fold_sign sign, const struct fold_person *person);

/* Every row, ascending by table, wave, part, sector and key: an array of *count that the caller
 * frees. */
struct fold_row *fold_rows(const struct fold *fold, size_t *count);

/* The rows as bytes, the same for the same counts; for the same waves, composites, joints and
 * sectors they read back. */
void fold_pack(const struct fold *fold, struct buf *bytes);

/* Adds packed rows. False, and nothing is added, when the bytes are of another layout or none. */
bool fold_unpack(struct fold *fold, const void *bytes, size_t length) must_check;

#endif

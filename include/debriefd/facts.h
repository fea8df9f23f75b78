/* facts: the sufficient statistics of one study, as integer counts, so that the order of folding
 * cannot matter. A loader builds them (add, count, seal); metric families read them after sealing.
 *
 * Slices partition the delegation: sectors inside, disclosure groups in a release. In every reading
 * function slice 0 is the whole ("all") and 1..facts_slices() are the slices in the order added.
 * Values are counted raw; a reversed item reads back scored (min + max - value).
 * Builder calls copy what they are given. They fail with ERR_INVALID, and change nothing, on an
 * unknown or repeated name, a cell counted twice, a negative count, a value outside its scale, or
 * past a limit. */
#ifndef DEBRIEFD_FACTS_H
#define DEBRIEFD_FACTS_H

#include <debriefd/error.h>
#include <stddef.h>
#include <stdint.h>

#define FACTS_SLICES_MAX      64
#define FACTS_WAVES_MAX       8
#define FACTS_SERIES_MAX      500 /* items, composites and scales of one wave, each */
#define FACTS_SCALE_ITEMS_MAX 20
#define FACTS_NAME_MAX        1024
#define FACTS_JOINTS_MAX      500
#define FACTS_JOINT_KEYS      4
#define FACTS_COMMITMENTS_MAX 1000 /* of one person */
#define FACTS_COUNT_MAX       INT64_C(10000000)
#define FACTS_VALUE_MAX       32767 /* of an item's scale, either sign */

enum facts_wave_state { FACTS_WAVE_OPEN, FACTS_WAVE_CLOSED };

/* AAPOR final dispositions of named persons. */
enum facts_disposition {
    FACTS_COMPLETE,     /* I */
    FACTS_PARTIAL,      /* P */
    FACTS_REFUSAL,      /* R */
    FACTS_NONCONTACT,   /* NC */
    FACTS_OTHER,        /* O */
    FACTS_UNKNOWN,      /* UE; members without any disposition are UE */
    FACTS_NOT_ELIGIBLE, /* NE; leaves the wave's N */
    FACTS_DISPOSITIONS
};

/* What an item is reported as. */
enum facts_kind {
    FACTS_RATING,
    FACTS_NPS,
    FACTS_BINARY,
    FACTS_COUNTED,
    FACTS_DIFFERENCE, /* of a person's two answers: what is released of a gain */
};

struct facts_slice {
    const char *name;
    int64_t members; /* the delegation: travelled and not staff */
    int64_t staff;   /* travelled staff, in no denominator */
    double target;   /* share wanted of the sectors that have a target; 0 = the slice has none */
};

struct facts_item {
    const char *name;
    enum facts_kind kind;
    int min, max; /* of the scale, raw; a counted item's max may be FACTS_VALUE_MAX */
    bool reverse;
};

/* An index: each person's mean over the answered items, as 0..100 of the items' common scale. */
struct facts_composite {
    const char *name;
    int min, max;
    int items;
    int minimum_answered; /* persons with fewer answered items do not count */
};

/* Complete cases of a reliability scale: n persons, sum of x_i, sum of x_i x_j (items x items, row
 * by row, symmetric), all on scored values. */
struct facts_moments {
    const char *name;
    int items;
    int64_t n;
    const int64_t *sums;
    const int64_t *products;
};

struct facts_cell {
    int value; /* scored */
    int64_t count;
};

/* Ascending by value, counts above 0. */
struct facts_histogram {
    const struct facts_cell *cells;
    size_t length;
};

struct facts_pair {
    int answered;
    int64_t sum; /* of the scored answers */
    int64_t count;
};

/* Ascending by answered, then sum; pairs below the minimum answered are left out. */
struct facts_pairs {
    const struct facts_pair *pairs;
    size_t length;
};

/* What persons answered together, and the key it is counted by. Values arrive scored: an item of a
 * reversed scale as min + max - value. Only persons of whom every part is known are counted. */
enum facts_joint_kind {
    FACTS_GAIN,       /* before, after: both on the scale of parts[0] */
    FACTS_GAIN_INDEX, /* topics with both answers, sum of after - before over them: parts[0] */
    FACTS_GAP,        /* answered, sum of parts[0]; answered, sum of parts[1]: two indices */
    FACTS_UPTAKE,     /* applied by the person 0 or 1, by the organisation 0 or 1 */
    FACTS_CONVERSION, /* contacts made, contacts kept */
    FACTS_COMMITMENT, /* of one person: made, of these withdrawn, completed, of unknown status */
    FACTS_JOINT_KINDS
};

/* A scale; of an index also its items (or topics) and how many of them a person has to answer to
 * count. */
struct facts_part {
    int min, max;
    int items;
    int minimum_answered;
};

/* Belongs to the study: a gain spans two waves. */
struct facts_joint {
    const char *name; /* RPP_T1, TRANSFER_GAP, COMMIT_all; once in the study */
    enum facts_joint_kind kind;
    const char *wave;           /* the later one: the persons spoken about are its eligible */
    struct facts_part parts[2]; /* as many as the kind has, the others are not read */
};

struct facts_joint_cell {
    int key[FACTS_JOINT_KEYS]; /* 0 past facts_joint_keys */
    int64_t count;             /* persons */
};

/* Ascending by key, counts above 0. Left out are persons with fewer answered than a part's minimum
 * and persons who made no commitment. */
struct facts_joint_cells {
    const struct facts_joint_cell *cells;
    size_t length;
};

struct facts;

struct facts *facts_create(void);
void facts_destroy(struct facts *facts);

bool facts_add_slice(struct facts *facts, const struct facts_slice *slice,
                     struct error *err) must_check;
bool facts_add_wave(struct facts *facts, const char *name, enum facts_wave_state state,
                    struct error *err) must_check;

/* Nobody's slice is known: everything below is counted of "all" instead of a slice. The slices say
 * who was asked, and of each that nobody's answer is known. Before facts_slices_done. */
void facts_set_anonymous(struct facts *facts);
bool facts_is_anonymous(const struct facts *facts);

/* The slices come first: nothing below is accepted before facts_slices_done, no slice after it. */
bool facts_slices_done(struct facts *facts, struct error *err) must_check;

bool facts_count_disposition(struct facts *facts, const char *wave, const char *slice,
                             enum facts_disposition disposition, int64_t count,
                             struct error *err) must_check;

/* Members of the slice who are I or P in every one of pre, post and fu. */
bool facts_count_panel(struct facts *facts, const char *slice, int64_t count,
                       struct error *err) must_check;
bool facts_add_item(struct facts *facts, const char *wave, const struct facts_item *item,
                    struct error *err) must_check;
bool facts_count(struct facts *facts, const char *wave, const char *item, const char *slice,
                 int value, int64_t count, struct error *err) must_check;
bool facts_add_composite(struct facts *facts, const char *wave,
                         const struct facts_composite *composite, struct error *err) must_check;
bool facts_count_composite(struct facts *facts, const char *wave, const char *composite,
                           const char *slice, const struct facts_pair *pair,
                           struct error *err) must_check;
bool facts_add_moments(struct facts *facts, const char *wave, const struct facts_moments *moments,
                       struct error *err) must_check;

/* How many numbers the key of a kind has, at most FACTS_JOINT_KEYS. */
int facts_joint_keys(enum facts_joint_kind kind);
/* The wave is there already. */
bool facts_add_joint(struct facts *facts, const struct facts_joint *joint,
                     struct error *err) must_check;
/* `key` has facts_joint_keys numbers. */
bool facts_count_joint(struct facts *facts, const char *joint, const char *slice, const int *key,
                       int64_t count, struct error *err) must_check;

struct network;

/* The delegation's network, which belongs to the facts from now on; NULL: nobody was asked. */
void facts_set_network(struct facts *facts, struct network *network);
const struct network *facts_network(const struct facts *facts);

/* Ends the building. Fails when counts contradict each other: more dispositions or panel members
 * than members, more answers than eligible persons (of commitments: than members), a gap of the
 * name of its wave's item or index, targets that do not sum to 1. Of anonymous facts somebody who
 * answered may have left the delegation: a wave has at least as many people as answered. */
bool facts_seal(struct facts *facts, struct error *err) must_check;

/* Reading, after facts_seal. Strings and arrays live as long as the facts. */
size_t facts_slices(const struct facts *facts);
const char *facts_slice_name(const struct facts *facts, size_t slice);
const struct facts_slice *facts_slice(const struct facts *facts, size_t slice); /* not 0 */
int64_t facts_members(const struct facts *facts, size_t slice);
int64_t facts_staff(const struct facts *facts, size_t slice);
int64_t facts_panel(const struct facts *facts, size_t slice);

size_t facts_waves(const struct facts *facts);
const char *facts_wave_name(const struct facts *facts, size_t wave);
enum facts_wave_state facts_wave_state(const struct facts *facts, size_t wave);
bool facts_find_wave(const struct facts *facts, const char *name, size_t *wave);
int64_t facts_disposition(const struct facts *facts, size_t wave, size_t slice,
                          enum facts_disposition disposition);
/* N of the wave: members (of anonymous facts also who left) less the not eligible. */
int64_t facts_eligible(const struct facts *facts, size_t wave, size_t slice);

size_t facts_items(const struct facts *facts, size_t wave);
const struct facts_item *facts_item(const struct facts *facts, size_t wave, size_t item);
struct facts_histogram facts_histogram(const struct facts *facts, size_t wave, size_t item,
                                       size_t slice);
size_t facts_composites(const struct facts *facts, size_t wave);
const struct facts_composite *facts_composite(const struct facts *facts, size_t wave,
                                              size_t composite);
struct facts_pairs facts_pairs(const struct facts *facts, size_t wave, size_t composite,
                               size_t slice);
size_t facts_scales(const struct facts *facts, size_t wave);
const struct facts_moments *facts_moments(const struct facts *facts, size_t wave, size_t scale);

/* The definitions also before. */
size_t facts_joints(const struct facts *facts);
const struct facts_joint *facts_joint(const struct facts *facts, size_t joint);
struct facts_joint_cells facts_joint_cells(const struct facts *facts, size_t joint, size_t slice);

#endif

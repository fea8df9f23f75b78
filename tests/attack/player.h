/* player: one world being played. Private to play, reading and weakness. */
#ifndef PLAYER_H
#define PLAYER_H

#include "digest.h"
#include "play.h"

#include <debriefd/admission.h>

#define NOBODY       SIZE_MAX
#define FAMILIES_MAX (WAVES + SCRIPT_PARTS * PART_FAMILIES)
#define SERIES_MAX   (SCRIPT_PARTS * PART_SERIES)
#define NAME_SIZE    64
#define ATOMS_MAX    (SCRIPT_PEOPLE / 2)

/* What entered a group of a counted item's family at one step. */
struct atom {
    size_t group, step;
    int64_t counts[CATEGORIES_MAX];
};

/* One family with what admission remembers of it. */
struct holding {
    const struct part *part;
    size_t part_number;
    struct family family;
    struct admission admission;
    char names[SCRIPT_SECTORS][NAME_SIZE];
    int64_t counts[SCRIPT_SECTORS][PART_ITEMS][CATEGORIES_MAX]; /* by group */
    size_t epochs[SCRIPT_SECTORS];
    struct atom atoms[ATOMS_MAX];
    size_t atom_count;
    size_t entered[SCRIPT_PEOPLE]; /* the submission that entered, or NOBODY */
};

struct person {
    size_t sector;
    bool is_delegate;
    bool is_erased;           /* of a delegate then: the place stays counted */
    size_t submission[WAVES]; /* that stands, or NOBODY */
    size_t answered[WAVES];
};

struct player {
    const struct script *script;
    enum weakness weakness;
    struct disclosure_rules rules;
    struct holding holdings[FAMILIES_MAX];
    size_t holding_count;
    struct families families[SCRIPT_PARTS];
    struct part_series series[SCRIPT_PARTS];
    size_t first_part, part_count;
    script_answers answers;
    struct person people[SCRIPT_PEOPLE];
    int64_t codes[WAVES][SCRIPT_SECTORS][FACTS_DISPOSITIONS];
    bool is_closed[WAVES], is_withdrawn, is_resumed;
    size_t releases;
    uint64_t newest, read;
    struct play_shape shape;
    struct digest_memory *memory;
    size_t step;
    struct metric_rows *rows; /* of the release being told */
    play_fn *tell;
    void *context;
};

/* play.c */
/* Of each wave what stands; MISSING where nothing does. */
struct tuple player_answers(const struct player *player, const struct holding *holding,
                            size_t person);
/* Whether the person's standing answers are a contribution that has not entered. */
bool player_waits(const struct player *player, const struct holding *holding, size_t person);
/* These people's standing answers enter the group as one atom. */
void player_enter(struct player *player, struct holding *holding, const bool *enters, size_t group);
/* Their histogram, coded unless the weakness says otherwise. Returns how many answers that moved.
 */
size_t player_count(const struct player *player, const struct holding *holding, const bool *enters,
                    size_t item, int64_t *counts);
void player_members(const struct player *player, struct disclosure_sector *sectors);

/* reading.c: what a dashboard reads now, as a number; tells it when somebody listens. */
uint64_t reading_of_release(struct player *player);

/* weakness.c: admission with a rule switched off; false when the rule is not about admission. */
bool weakness_admit(struct player *player, struct holding *holding,
                    const struct disclosure_sector *sectors);
/* What is published instead of rows. */
uint64_t weakness_reading(const struct player *player);

#endif

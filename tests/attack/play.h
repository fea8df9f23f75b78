/* play: what a dashboard's key reads of one world: the study's history with these answers, through
 * the functions that the daemon's job is made of (admission_decide, disclosure_code,
 * disclosure_code_index, release_compute). What the job does in SQL is done here by itself;
 * tests/api/attack_test.py compares the outcome with a real service. */
#ifndef PLAY_H
#define PLAY_H

#include "script.h"

#include <debriefd/metric.h>

/* One rule of release switched off. What is then published is taken as the histograms themselves:
 * release_compute refuses most of it. */
enum weakness {
    SOUND,
    NO_MERGING,
    NO_FREEZING,
    NO_EPOCHS,
    NO_CODING,
    TOP_DOWN,         /* a raw total beside the groups */
    NO_GATE,          /* a second breakdown, by every second person, coded like the first */
    NO_LINKING,       /* indices beside their items, and what stands behind a condition */
    NO_GAIN_LINKING,  /* all gains, beside their answers */
    PARTIAL_CASES,    /* an index of who answered some of its items */
    CONDITIONS_COUNT, /* dispositions count questions that are asked because of an answer */
    ATOMS_FOLLOW      /* atoms are made anew of what stands, when somebody edits or leaves */
};

struct player;

/* For one part of the script. The script outlives the player. */
struct player *player_create(const struct script *script, size_t part, enum weakness weakness);
void player_destroy(struct player *player);

/* A number that is the same for worlds in which the same is read at all times of the part and of
 * who took part. */
uint64_t player_read(struct player *player, const script_answers answers);

/* What there was to read in the last world. */
struct play_shape {
    size_t releases;
    size_t groups; /* the most of a family of answers */
    size_t epochs; /* the most of a group of one */
    size_t moved;  /* answers that coding moved */
};

struct play_shape player_shape(const struct player *player);

/* Called with each release of a world as it is published; `number` counts from 1. */
typedef void play_fn(void *context, size_t step, size_t number, const struct metric_rows *rows);

/* Plays all parts of the script together. */
void play_all(const struct script *script, const script_answers answers, play_fn *tell,
              void *context);

#endif

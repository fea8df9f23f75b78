/* script: a small study's history without its answers: who answers which questions when, who edits,
 * leaves, is erased, comes back or moves, when the wave closes, when the job runs, and when a
 * release is withdrawn. All of it is known to the attacker. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "questions.h"

#define SCRIPT_PEOPLE      10
#define SCRIPT_SECTORS     4
#define SCRIPT_STEPS       128
#define SCRIPT_PARTS       2
#define SCRIPT_SUBMISSIONS 2 /* of a person in a wave; the second one edits the first */

enum step_kind {
    STEP_ANSWER,
    STEP_REMOVE, /* the person is a delegate no more: what waits is taken away */
    STEP_ERASE,  /* for good; once a wave is closed the place stays counted */
    STEP_RESTORE,
    STEP_MOVE, /* to another sector */
    STEP_CLOSE,
    STEP_RUN, /* the study's job */
    STEP_WITHDRAW,
    STEP_RESUME,
};

struct step {
    enum step_kind kind;
    size_t person;
    size_t sector;  /* of a move */
    enum wave wave; /* of an answer or a close */
};

/* What everybody answers: of each wave's items in that wave's submission. */
typedef struct tuple script_answers[SCRIPT_PARTS][SCRIPT_PEOPLE][SCRIPT_SUBMISSIONS];

struct script {
    uint64_t seed;
    struct disclosure_rules rules;
    struct part parts[SCRIPT_PARTS];
    size_t part_count;
    size_t people;
    size_t waves;
    size_t sector[SCRIPT_PEOPLE];
    unsigned first_timers; /* bit p: person p; what NO_GATE breaks down by */
    /* Which unconditional items of each part a submission leaves out. */
    unsigned missing[SCRIPT_PEOPLE][SCRIPT_SUBMISSIONS][SCRIPT_PARTS];
    struct step steps[SCRIPT_STEPS];
    size_t step_count;
};

extern const char *const script_sectors[SCRIPT_SECTORS];

/* Each late change is followed by a run of the job, as when they are far apart, or several share
 * one. */
enum script_pace { SCRIPT_MIXED, SCRIPT_ONE_BY_ONE };

struct script_wishes {
    uint64_t seed;
    enum script_pace pace;
    int64_t k;     /* 0: 4 or 5 */
    double worlds; /* at most so many for each part */
    size_t parts;  /* up to SCRIPT_PARTS */
};

void script_invent(const struct script_wishes *wishes, struct script *script);

/* The most of any wave. */
size_t script_submissions(const struct script *script, size_t person);

/* The unconditional items of the part that the submission leaves out, also because there is no such
 * submission in their wave. */
unsigned script_missing(const struct script *script, size_t person, size_t submission, size_t part);

/* People who cannot be told apart before their answers are known. Classes are numbered from 0 in
 * the order of their first persons. */
size_t script_classes(const struct script *script, size_t class_of[SCRIPT_PEOPLE]);

/* How many worlds the part has; infinite when somebody has too many ways to answer. */
double script_worlds(const struct script *script, size_t part);

uint64_t script_random(uint64_t *state, uint64_t below);

#endif

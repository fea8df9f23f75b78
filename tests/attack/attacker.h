/* attacker: enumerates every world of one part of a script and asks, for each transcript, whose
 * answers are the same in all worlds that have it. The attacker reads every release, and knows the
 * algorithm, the delegation, who answered which question when, and, as an insider (c = 1), his own
 * answers. */
#ifndef ATTACKER_H
#define ATTACKER_H

#include "play.h"

/* One answer that is determined, with a world in which it is. */
struct finding {
    bool is_by_outsider;
    size_t insider; /* person */
    size_t person;
    size_t submission;
    size_t item;
    int value;
    script_answers world;
};

struct attack {
    size_t worlds;
    size_t transcripts;
    struct play_shape shape; /* the most of each of any world */
    size_t determined;       /* answers of persons, over all transcripts, attackers and insiders */
    struct finding first;
};

/* `base` are the answers to the other parts. */
void attack_part(const struct script *script, size_t part, enum weakness weakness,
                 const script_answers base, struct attack *attack);

/* Says it in words, for a person who has to find out why. */
void finding_print(const struct script *script, size_t part, const struct finding *finding);
void script_print(const struct script *script);

#endif

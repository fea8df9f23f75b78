/* admission: which contributions to a family enter its next atoms (see disclosure.h). Pure: the
 * caller counts who waits, remembers the groups, and stores the atoms. */
#ifndef DEBRIEFD_ADMISSION_H
#define DEBRIEFD_ADMISSION_H

#include <debriefd/disclosure.h>

/* One family of one wave. */
struct admission {
    size_t groups;                     /* 0: none yet; frozen once there are some */
    size_t group_of[FACTS_SLICES_MAX]; /* per sector, as disclosure_group gives it */
    bool is_new;                       /* out: the groups were formed just now */
    bool enters[FACTS_SLICES_MAX];     /* out, per group: what waits is its next atom */
};

/* Looks at counts only. `sectors` hold how many contributions wait; those whose group enters are
 * set to 0, so that what is left waits on. A sector in no group waits whatever it has. */
void admission_decide(const struct disclosure_rules *rules, struct disclosure_sector *sectors,
                      size_t count, struct admission *admission);

#endif

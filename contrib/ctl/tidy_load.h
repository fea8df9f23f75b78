/* tidy_load: brings a tidy dataset into a programme as real data comes in: instruments, studies,
 * delegations, waves, dispositions, evaluations, and the waves' end. Every id follows from the
 * programme and the dataset's own names, so that doing it again adds nothing. */
#ifndef CTL_TIDY_LOAD_H
#define CTL_TIDY_LOAD_H

#include "command.h"
#include "tidy.h"
#include <debriefd/uuid.h>

struct tidy_target {
    struct invocation *invocation;
    const char *directory; /* the dataset's */
    struct uuid programme;
    const char *key; /* of an organiser of it; NULL: the client's own */
};

/* What the server would not take is told and counted. */
enum ctl_status tidy_load(const struct tidy_target *target, const struct tidy *tidy,
                          uint64_t *refused);

/* The study that a trip becomes. */
struct uuid tidy_study(const struct uuid *programme, const char *trip);

#endif

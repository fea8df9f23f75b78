/* refresh: one run over one study, in one transaction. Private to the jobs. */
#ifndef DEBRIEFD_REFRESH_H
#define DEBRIEFD_REFRESH_H

#include <debriefd/error.h>
#include <debriefd/secret.h>
#include <debriefd/uuid.h>
#include <stdint.h>

struct session;

enum refresh_mode {
    REFRESH_PENDING,      /* fold what is new */
    REFRESH_FROM_SCRATCH, /* and compare with what stood there */
    REFRESH_COMPARISON,   /* not a study: the comparison of a programme's (compare.h) */
    REFRESH_RETENTION,    /* nor this: people and answers of a programme that are kept no longer */
};

struct refresh_order {
    enum refresh_mode mode;
    struct uuid programme;
    struct uuid study;
    const char *lease;
    struct uuid holder;
    int64_t epoch;
    int dominance_percent; /* p of the p % rule */
};

struct refresh_result {
    int64_t folded; /* evaluations that were pending */
    bool rebuilt;
    bool facts_changed;
    bool was_stale; /* the study's frame had changed */
    bool differed;  /* from scratch, without anything pending, and still not the same */
    bool has_stored_rows;
    struct secret_hash stored_rows; /* of the internal rows as they stood */
    int64_t revision;               /* 0: the internal rows are what they were */
    int64_t release;                /* 0: nothing new to say */
    int64_t archived;               /* studies whose people and answers are gone */
};

bool refresh_study(struct session *session, const struct refresh_order *order,
                   struct refresh_result *result, struct error *err) must_check;

#endif

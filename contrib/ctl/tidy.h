/* tidy: a dataset in the tidy layout (one CSV file a table, described in debriefctl(1)), checked
 * and kept in a few bytes a row. Rows of a participant stand together; so do the participants of a
 * trip. */
#ifndef CTL_TIDY_H
#define CTL_TIDY_H

#include "names.h"
#include <debriefd/error.h>
#include <stddef.h>

#define TIDY_WAVES_MAX 8

struct tidy_trip {
    char *id, *name;
    char starts_on[11], ends_on[11]; /* "" when not given */
    uint32_t first, count;           /* participants */
};

struct tidy_participant {
    uint32_t trip;
    uint32_t name;   /* in `labels` */
    uint32_t person; /* in `labels` */
    uint32_t sector; /* in `sectors` */
    bool is_staff, travelled;
};

struct tidy_item {
    char *id, *construct, *phase, *kind;
    uint32_t wave;
    int purpose; /* 0: none */
    int min, max;
    bool has_max, is_reversed;
};

enum tidy_missing { TIDY_THERE, TIDY_DONT_KNOW, TIDY_REFUSED };

struct tidy_response {
    uint32_t participant; /* first in every row */
    uint16_t item;
    uint8_t missing; /* enum tidy_missing */
    int32_t value;
};

struct tidy_disposition {
    uint32_t participant;
    uint32_t wave;
    char code[3];
};

enum tidy_observed { TIDY_NONE, TIDY_PARTIAL, TIDY_COMPLETE };

struct tidy_roster {
    uint32_t participant;
    uint32_t wave;
    enum tidy_observed observed;
};

#define TIDY_SKIPPED (-1)

struct tidy_tie {
    uint32_t participant;
    uint32_t alter;
    uint16_t wave;
    int16_t level; /* or TIDY_SKIPPED */
};

struct tidy_commitment {
    uint32_t participant;
    uint32_t name;      /* in `labels` */
    const char *level;  /* as the API says it */
    const char *status; /* as the API says it */
};

/* Rows by participant. */
enum tidy_table {
    TIDY_RESPONSES,
    TIDY_DISPOSITIONS,
    TIDY_ROSTERS,
    TIDY_TIES,
    TIDY_COMMITMENTS,
    TIDY_TABLES
};

struct tidy {
    struct names *waves;   /* pre, post, fu, and others there are */
    struct names *sectors; /* politics, business, academia, state, and others there are */
    struct names *labels;
    struct tidy_trip *trips;
    uint32_t trip_count;
    struct tidy_participant *participants;
    uint32_t participant_count;
    struct tidy_item *items;
    uint32_t item_count;
    struct tidy_rows *tables[TIDY_TABLES];
};

/* ERR_INVALID names file and line. */
bool tidy_open(const char *directory, struct tidy **tidy, struct error *err) must_check;
void tidy_close(struct tidy *tidy); /* takes NULL */

/* A participant's rows of a table, in the file's order: the caller knows their type. */
const void *tidy_rows(const struct tidy *tidy, enum tidy_table table, uint32_t participant,
                      size_t *count);

/* Who is asked about in rosters, and counts: travelled, and not staff. */
bool tidy_is_delegate(const struct tidy *tidy, uint32_t participant);

#endif

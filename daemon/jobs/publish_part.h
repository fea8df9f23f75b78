/* publish_part: a release while it is built. Private to publishing. */
#ifndef DEBRIEFD_PUBLISH_PART_H
#define DEBRIEFD_PUBLISH_PART_H

#include "jobs_private.h"
#include <debriefd/instrument.h>
#include <debriefd/release.h>

#define SERIES_MAX 1000

/* One series with storage of its own for what it points to. */
struct series {
    struct release_series series;
    struct facts_item item;
    struct release_group groups[FACTS_SLICES_MAX];
    char *names[FACTS_SLICES_MAX];
    struct release_atom *atoms; /* with their counts */
};

struct publish_networks {
    struct metric_rows *computed;
    struct metric_rows *said; /* by the newest release */
};

/* Zero before it is read. */
struct publish_interviews {
    bool is_closed; /* else nothing is told */
    struct codings *codings;
    struct rows *theme_rows, *quote_rows;
    struct release_theme *themes;
    struct release_quote *quotes;
    struct metric_rows *said; /* by the newest release */
    struct uuid_text name;    /* of the trip */
    struct release_interviews told;
};

struct building {
    const struct study_run *run;
    struct rows *families; /* wave, wave_id, family, type, items */
    struct rows *groups;   /* wave, family, group_id, sectors */
    struct rows *atoms;    /* wave, family, group_id, item, value, n, entered */
    struct series **series;
    size_t count;
    struct release_frame frames[STUDY_WAVES_MAX];
    size_t frame_groups[STUDY_WAVES_MAX][FACTS_SLICES_MAX];
    size_t frame_count;
    struct release_gain_index gain_indices[INSTRUMENT_MEASURES];
    size_t gain_index_count;
    struct publish_networks networks;
    struct publish_interviews interviews;
};

/* A series of the wave, open until it is said otherwise. */
struct series *publish_add(struct building *building, const struct study_wave *wave);

/* The row of the family, or -1. */
int publish_find_family(const struct building *building, const char *wave, const char *family);

/* The groups of the family, each with the item's coded counts. */
void publish_add_groups(const struct building *building, struct series *made, const char *family,
                        const char *item, int minimum, size_t categories);

/* What the newest release of the run's study says of a family that is told once. */
bool publish_read_said(const struct study_run *run, const char *family, struct metric_rows *rows,
                       struct error *err) must_check;

/* Of the trip, or with NULL of the programme. The struct must not move. Finish in any case. */
bool publish_interviews_read(const struct study_run *run, const struct uuid *trip,
                             struct publish_interviews *interviews, struct error *err) must_check;
void publish_interviews_finish(struct publish_interviews *interviews);

/* Finish in any case. */
bool publish_networks_read(const struct study_run *run, struct publish_networks *networks,
                           struct error *err) must_check;
void publish_networks_finish(struct publish_networks *networks);

/* Every gain of the study, and which gains their indices are of. */
void publish_gains(struct building *building);

#endif

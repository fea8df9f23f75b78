/* study_facts: loads one study's facts from the database: a few statements, whatever the number of
 * answers. */
#ifndef DEBRIEFD_STUDY_FACTS_H
#define DEBRIEFD_STUDY_FACTS_H

#include <debriefd/facts.h>
#include <debriefd/params.h>
#include <jansson.h>

struct session;

#define STUDY_WAVES_MAX 8

/* A wave with what its instrument measures. */
struct study_wave {
    struct uuid id;
    char *kind;
    bool is_closed;
    json_t *compiled; /* see instrument_describe */
};

struct study_facts {
    struct facts *facts; /* sealed with its counts; slices are the programme's sectors */
    struct study_wave waves[STUDY_WAVES_MAX];
    size_t wave_count;
};

/* Loads in two steps, because folding needs the first and changes what the second reads: sectors
 * and waves, then counts. `params` hold programme and study. Finish in any case. */
bool study_facts_load_frame(struct session *session, const struct params *params,
                            struct study_facts *loaded, struct error *err) must_check;
bool study_facts_load_counts(struct session *session, const struct params *params,
                             struct study_facts *loaded, struct error *err) must_check;
void study_facts_finish(struct study_facts *loaded);

/* The measure of that id and one of these types (ended by NULL) in the wave's instrument, or NULL.
 */
const json_t *study_wave_measure(const struct study_wave *wave, const char *id,
                                 const char *const *types);

/* The composite of that id, or NULL. */
const json_t *study_wave_composite(const struct study_wave *wave, const char *id);

/* The scale of a scored item; false when it has none of its own. */
bool study_wave_item(const struct study_wave *wave, const char *name,
                     struct facts_item *item) must_check;

#endif

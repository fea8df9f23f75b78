/* study_facts: one study's facts: its frame and what its instruments measure from the database, its
 * counts from a fold of the same plan. */
#ifndef DEBRIEFD_STUDY_FACTS_H
#define DEBRIEFD_STUDY_FACTS_H

#include <debriefd/facts.h>
#include <debriefd/fold.h>
#include <debriefd/params.h>
#include <jansson.h>

struct session;

#define STUDY_WAVES_MAX FACTS_WAVES_MAX

/* A wave with what its instrument measures. */
struct study_wave {
    struct uuid id;
    char *kind;
    bool is_closed;
    json_t *compiled; /* see instrument_describe */
};

/* What the three joints of a commitment measure are of, in their order. */
enum study_commitment_level {
    STUDY_COMMITMENT_ALL,
    STUDY_COMMITMENT_INDIVIDUAL,
    STUDY_COMMITMENT_ORGANISATION,
    STUDY_COMMITMENT_LEVELS
};

/* The item that says what became of the commitments of earlier waves. */
struct study_commitment {
    size_t wave;
    const char *item;
};

#define STUDY_COMMITMENTS_MAX 16

struct study_facts {
    struct facts *facts; /* slices are the programme's sectors */
    struct fold *fold;   /* counts the same sectors, waves and composites, in their order */
    struct study_wave waves[STUDY_WAVES_MAX];
    size_t wave_count;
    struct study_commitment commitments[STUDY_COMMITMENTS_MAX];
    size_t commitment_count;
};

/* Sectors and waves; the fold is empty. `params` hold programme and study. Finish in any case. */
bool study_facts_load(struct session *session, const struct params *params,
                      struct study_facts *loaded, struct error *err) must_check;

/* Moves what was folded into the facts and seals them. */
bool study_facts_count(struct study_facts *loaded, struct error *err) must_check;
void study_facts_finish(struct study_facts *loaded);

bool study_facts_find_wave(const struct study_facts *loaded, const struct uuid *id,
                           size_t *wave) must_check;

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

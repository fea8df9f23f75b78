/* study_commitments: what a person undertook and what became of it. Private to the jobs. */
#ifndef DEBRIEFD_STUDY_COMMITMENTS_H
#define DEBRIEFD_STUDY_COMMITMENTS_H

#include <debriefd/study_facts.h>

/* Fills `given`, STUDY_COMMITMENT_LEVELS a commitment measure, with what FACTS_COMMITMENT counts: a
 * status that nobody gave is unknown. `answers` are the texts of a person's evaluations, one a
 * wave, NULL for none. */
void study_commitments_count(const struct study_facts *loaded,
                             json_t *const answers[STUDY_WAVES_MAX], int given[][FOLD_KEYS]);

/* Whether a wave's texts are needed for it. */
bool study_commitments_in(const struct study_facts *loaded, size_t wave);

#endif

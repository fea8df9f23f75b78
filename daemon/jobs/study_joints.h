/* study_joints: see study_facts. Private to the jobs. */
#ifndef DEBRIEFD_STUDY_JOINTS_H
#define DEBRIEFD_STUDY_JOINTS_H

#include <debriefd/study_facts.h>

/* Adds what is measured of two answers to the facts and, in the same order, to the fold. The waves
 * are loaded. */
bool study_joints_plan(struct study_facts *loaded, struct error *err) must_check;

#endif

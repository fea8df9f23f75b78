/* study_network: see network.h. Private to the jobs. */
#ifndef DEBRIEFD_STUDY_NETWORK_H
#define DEBRIEFD_STUDY_NETWORK_H

#include "jobs_private.h"

/* Gives the facts of the run their network, when some wave asks who knows whom. The waves are
 * loaded. */
bool study_network_load(struct study_run *run, struct error *err) must_check;

#endif

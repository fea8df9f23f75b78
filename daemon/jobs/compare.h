/* compare: one comparison of a programme's studies, in one transaction that sees one state of the
 * database. A study that is marked while it runs undoes it (ERR_UNAVAILABLE) or makes it run again.
 * Private to the jobs. */
#ifndef DEBRIEFD_COMPARE_H
#define DEBRIEFD_COMPARE_H

#include "jobs_private.h"
#include "refresh.h"

/* The order's study is the reserved one, and so is the study of its lease. */
bool compare_programme(struct session *session, const struct refresh_order *order,
                       struct refresh_result *result, struct error *err) must_check;

#endif

/* retain: one run of a programme's retention job. Private to the jobs. */
#ifndef DEBRIEFD_RETAIN_H
#define DEBRIEFD_RETAIN_H

#include "refresh.h"

/* Deletes the people and answers of the studies that are due, in one transaction. */
bool retain_programme(struct session *session, const struct refresh_order *order,
                      struct refresh_result *result, struct error *err) must_check;

#endif

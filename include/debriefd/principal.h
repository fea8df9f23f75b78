/* principal: who asks, from the Authorization header. For the API and the pages. */
#ifndef DEBRIEFD_PRINCIPAL_H
#define DEBRIEFD_PRINCIPAL_H

#include <debriefd/operation.h>

typedef void principal_found_fn(struct request *request);

/* Finds the principal, puts it in the request's user slot and calls `found`, at once or later; or
 * replies 401, 403 or 503. An invitation needs no look-up: its token proves itself, and whether it
 * is revoked is decided with what it submits. A key is looked up by its hash and remembered for a
 * few seconds. */
void principal_find(struct request *request, principal_found_fn *found);

#endif

/* principal: who asks, from the Authorization header. For the API and the pages. */
#ifndef DEBRIEFD_PRINCIPAL_H
#define DEBRIEFD_PRINCIPAL_H

#include <debriefd/operation.h>

typedef void principal_found_fn(struct request *request);

/* Finds the principal, puts it in the request's user slot and calls `found`, at once or later; or
 * replies 401, 403 or 503. An invitation needs no look-up: its token proves itself, and whether it
 * is revoked is decided with what it submits; an anonymous token's is looked up there too. A key is
 * looked up by its hash and remembered for a few seconds. */
void principal_find(struct request *request, principal_found_fn *found);

/* Counts a credential that proved wrong, by the address it came from and by what it claims to be.
 * False, with Retry-After set on the reply, when there were too many: answer 429. Who holds a good
 * credential is never counted, however many share an address. */
bool principal_may_guess(struct request *request, const char *text) must_check;

#endif

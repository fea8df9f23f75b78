/* desk_cookie: the cookies of the desk. Each is of this host alone, unseen by scripts and sent over
 * TLS only. Lax and not Strict, so that a link in a mail or on the intranet opens its page: Lax is
 * sent with no request from elsewhere that changes anything, and each of those needs a token
 * besides. Private to the pages. */
#ifndef DEBRIEFD_DESK_COOKIE_H
#define DEBRIEFD_DESK_COOKIE_H

#include <debriefd/request.h>
#include <stdint.h>

#define DESK_COOKIE    "__Host-debriefd_desk"    /* the session */
#define BEFORE_COOKIE  "__Host-debriefd_before"  /* who is about to sign in */
#define MESSAGE_COOKIE "__Host-debriefd_message" /* what the next page says first */

/* A life of 0 ends it. */
void desk_cookie_set(struct request *request, const char *name, const char *value, int64_t life_us);

#endif

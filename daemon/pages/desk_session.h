/* desk_session: who sits at the desk: a cookie, a row of debrief.session, and what is remembered of
 * it for a few seconds. Private to the pages. */
#ifndef DEBRIEFD_DESK_SESSION_H
#define DEBRIEFD_DESK_SESSION_H

#include <debriefd/operation.h>

#define VISITOR_NAME 801 /* 200 code points */

/* Flat, so that the cache frees it in one. */
struct visitor {
    struct principal principal;
    char name[VISITOR_NAME];
    char programme_name[VISITOR_NAME];
};

typedef void visitor_found_fn(struct request *request, const struct visitor *visitor,
                              const char *cookie);

/* Calls `found`, at once or later, with a visitor that is valid for the call; or replies: 303 to
 * the page for signing in, 503. */
void visitor_find(struct request *request, visitor_found_fn *found);

#endif

/* pages: the HTML side of one `serve`: what people open in a browser. */
#ifndef DEBRIEFD_PAGES_H
#define DEBRIEFD_PAGES_H

#include <debriefd/error.h>
#include <debriefd/router.h>

/* Routes of every page and asset. Their handlers find the api by request_app. */
bool pages_add_routes(struct router *router, struct error *err) must_check;

#endif

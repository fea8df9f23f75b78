/* pages: the HTML side of one `serve`: what people open in a browser. */
#ifndef DEBRIEFD_PAGES_H
#define DEBRIEFD_PAGES_H

#include <debriefd/error.h>
#include <debriefd/router.h>
#include <debriefd/server.h>

/* Routes of every page and asset. Their handlers find the api by request_app. */
bool pages_add_routes(struct router *router, struct error *err) must_check;

/* A page that says what a problem would, to a browser that opens one; the API has problems only. */
server_explain_fn pages_explain;

#endif

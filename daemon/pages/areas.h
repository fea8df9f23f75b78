/* areas: the route tables of the pages, one area a table. Private to the pages. */
#ifndef DEBRIEFD_AREAS_H
#define DEBRIEFD_AREAS_H

#include <debriefd/router.h>

extern const struct route asset_routes[];
extern const struct route form_routes[];
extern const struct route mail_page_routes[];

#endif

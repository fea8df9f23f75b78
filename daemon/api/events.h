/* events: server-sent events of a programme. Private to the API. */
#ifndef DEBRIEFD_EVENTS_H
#define DEBRIEFD_EVENTS_H

#include <debriefd/operation.h>

struct event_hub *event_hub_create(struct api *api);

/* Ends every stream. */
void event_hub_close(struct event_hub *hub);
void event_hub_destroy(struct event_hub *hub);

/* Streams look for events they have not sent. */
void event_hub_wake(struct event_hub *hub);

#endif

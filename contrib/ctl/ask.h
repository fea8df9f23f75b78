/* ask: a call whose failure is told at once, as a sentence and a line per error. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include "command.h"

/* CTL_DONE for a reply of 2xx, which is then the caller's to finish, as after any other status. */
enum ctl_status ask(struct invocation *invocation, const struct client_call *call,
                    struct client_reply *reply);

/* The same for GET, as a new JSON document. */
enum ctl_status ask_json(struct invocation *invocation, const char *path, json_t **answer);

/* Says what a reply that is no 2xx says; `what` begins the sentence, or is NULL. */
void ask_tell_problem(const struct client_reply *reply, const char *what);

#endif

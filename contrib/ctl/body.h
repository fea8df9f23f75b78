/* body: a request's JSON body and query from a command's arguments and options. */
#ifndef CTL_BODY_H
#define CTL_BODY_H

#include "command.h"

/* A new object, or NULL with a status when the command takes no body. Failures are told. */
enum ctl_status body_create(struct invocation *invocation, json_t **body);

/* Appends "?name=value&..." of the options that go there. */
void body_append_query(const struct invocation *invocation, struct buf *path);

/* The whole file as a JSON document; NULL after telling why not. */
json_t *body_load_file(const char *path);

#endif

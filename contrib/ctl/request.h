/* request: a command that is one call described by its row, and how an answer is printed. */
#ifndef CTL_REQUEST_H
#define CTL_REQUEST_H

#include "command.h"

/* Prints a reply's JSON as the invocation asks: as it is, one member, a table, or lines. */
enum ctl_status request_print(const struct invocation *invocation,
                              const struct client_reply *reply);

/* Sends a file's or text's bytes to the command's path and prints the answer. */
enum ctl_status request_send(struct invocation *invocation, const char *method, const char *path,
                             const char *type, const struct buf *body);

/* Reads a whole file of at most `most` bytes ("-": standard input); tells why not. */
enum ctl_status request_read_file(const char *path, size_t most, struct buf *content);

void request_write(const struct buf *text);

#endif

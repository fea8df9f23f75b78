/* resolve: what a person calls things, as the ids and paths the server knows. Failures are told. */
#ifndef CTL_RESOLVE_H
#define CTL_RESOLVE_H

#include "command.h"

/* Appends the command's path with its arguments in place. */
enum ctl_status resolve_path(struct invocation *invocation, struct buf *path);

/* A study's id from an id or the beginning of a name. */
enum ctl_status resolve_study(struct invocation *invocation, const char *text, struct buf *id);

/* A wave's id from an id or STUDY/KIND. */
enum ctl_status resolve_wave(struct invocation *invocation, const char *text, struct buf *id);

/* The programme of --programme, or the key's own. */
enum ctl_status resolve_programme(struct invocation *invocation, struct buf *id);

enum instrument_choice { INSTRUMENT_NEWEST, INSTRUMENT_NEWEST_PUBLISHED };

/* Whether the client's key is an operator's, which is of no programme. */
bool resolve_is_operator(const struct invocation *invocation);

/* NAME/VERSION or NAME; `name` is appended to. */
enum ctl_status resolve_instrument(struct invocation *invocation, const char *text,
                                   enum instrument_choice choice, struct buf *name, int *version);

#endif

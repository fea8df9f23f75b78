/* arguments: the command line. */
#ifndef CTL_ARGUMENTS_H
#define CTL_ARGUMENTS_H

#include "command.h"

/* Options that every command takes; ended by a row without a name. */
extern const struct command_option global_options[];

/* Fills an invocation from the words behind the program's name. False with ERR_INVALID for what
 * cannot be understood; then `command` says for which command, or is NULL. */
bool arguments_read(int count, char *const *words, struct invocation *invocation,
                    struct error *err) must_check;

/* The least words a command takes behind its name. */
size_t arguments_required(const struct command *command);

#endif

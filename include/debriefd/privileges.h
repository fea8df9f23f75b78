/* privileges: becoming an unprivileged system user. */
#ifndef DEBRIEFD_PRIVILEGES_H
#define DEBRIEFD_PRIVILEGES_H

#include <debriefd/error.h>

/* As root: becomes `user` for good, groups included, and checks that there is no way back. As
 * anybody else: does nothing. */
bool privileges_drop(const char *user, struct error *err) must_check;

/* As root: makes `user` the owner of one file or directory (a symbolic link itself, not its
 * target). As anybody else: does nothing. */
bool privileges_give(const char *path, const char *user, struct error *err) must_check;

#endif

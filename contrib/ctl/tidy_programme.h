/* tidy_programme: programmes and keys that a command makes for itself with an operator's key. */
#ifndef CTL_TIDY_PROGRAMME_H
#define CTL_TIDY_PROGRAMME_H

#include "command.h"
#include "names.h"
#include <debriefd/uuid.h>

struct tidy_key {
    char id[UUID_TEXT_LENGTH + 1];
    char secret[120];
};

/* Sectors are given in their order; the server's usual target applies. */
enum ctl_status tidy_programme_create(struct invocation *invocation, const char *name,
                                      const struct names *sectors, struct uuid *programme);

enum ctl_status tidy_key_create(struct invocation *invocation, const struct uuid *programme,
                                const char *role, struct tidy_key *key);

/* A failure is told and changes nothing else. A key without an id is passed over. */
void tidy_key_revoke(struct invocation *invocation, const struct uuid *programme,
                     const struct tidy_key *key);

/* The last part of a directory's path, the caller's. */
char *tidy_directory_name(const char *directory);

#endif

/* postgres_binaries: finds PostgreSQL's server programs (postgres, initdb, pg_dump) on this
 * machine: /usr/lib/postgresql/N/bin as Debian lays them out. */
#ifndef DEBRIEFD_POSTGRES_BINARIES_H
#define DEBRIEFD_POSTGRES_BINARIES_H

#include <debriefd/error.h>

#define POSTGRES_MAJOR_MINIMUM 15

struct postgres_binaries {
    char directory[512];
    int major;
};

/* `major` 0 finds the highest from POSTGRES_MAJOR_MINIMUM on; otherwise exactly that one.
 * ERR_NOT_FOUND when there is none. */
bool postgres_binaries_find(int major, struct postgres_binaries *binaries,
                            struct error *err) must_check;

#endif

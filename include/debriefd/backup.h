/* backup: a folder with one consistent copy of the database (pg_dump, custom format) and the key
 * files. The credential key in it opens every invitation: it is to be kept as safe as the state
 * directory. */
#ifndef DEBRIEFD_BACKUP_H
#define DEBRIEFD_BACKUP_H

#include <debriefd/error.h>
#include <stddef.h>

struct config;
struct database;

/* Makes a new folder, named by the time, in `directory` (made when absent), while the daemon runs.
 * It has its final name only when it is complete. Writes its path. Removes what an interrupted one
 * left behind; one under way is locked. */
bool backup_write(struct database *database, const struct config *config, const char *directory,
                  char *made, size_t size, struct error *err) must_check;

/* Loads a folder that backup_write made. ERR_CONFLICT when the database holds data, or other keys
 * are in place. */
bool backup_restore(struct database *database, const struct config *config, const char *folder,
                    struct error *err) must_check;

#endif

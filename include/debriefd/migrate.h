/* migrate: brings a database to the binary's schema. Migrations (NNNN_name.sql) are applied in
 * order, one transaction each, and recorded with their SHA-256 in debrief.migration; functions are
 * run as a whole, in one transaction, whenever their combined checksum differs from the recorded
 * one. Row 0 of debrief.migration is the guard that concurrent runs lock, and records the
 * functions. Quick when there is nothing to do. */
#ifndef DEBRIEFD_MIGRATE_H
#define DEBRIEFD_MIGRATE_H

#include <debriefd/embedded.h>
#include <debriefd/session.h>

struct migrate_sources {
    const struct embedded_file *migrations; /* sql_migrations */
    const struct embedded_file *functions;  /* sql_functions */
};

struct migrate_outcome {
    int version; /* of the database afterwards; 0 when there are no migrations */
    int applied; /* migrations this run applied */
    bool functions_replaced;
};

/* `session` belongs to the schema's owner and has no statement timeout. ERR_CONFLICT: the database
 * is newer than the binary, an applied migration's text has changed, or one was skipped; nothing
 * was done. A failing migration leaves those before it applied. */
bool migrate_run(struct session *session, const struct migrate_sources *sources,
                 struct migrate_outcome *outcome, struct error *err) must_check;

#endif

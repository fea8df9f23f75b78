/* interview_facts: loads the codings of one programme's interviews from the database: a few
 * statements, which should see one snapshot. Trips are named by their studies' UUIDs and people by
 * their pseudonyms. */
#ifndef DEBRIEFD_INTERVIEW_FACTS_H
#define DEBRIEFD_INTERVIEW_FACTS_H

#include <debriefd/codings.h>
#include <debriefd/uuid.h>

struct session;

/* Sealed, and the caller's; NULL in a programme that has no interviews. With a study, only the
 * interviews of its travellers and what they say of it. */
bool interview_facts_load(struct session *session, const struct uuid *programme,
                          const struct uuid *study, struct codings **codings,
                          struct error *err) must_check;

#endif

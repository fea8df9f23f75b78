/* conninfo: a connection string whose password must not stand in a command line, where every user
 * of the machine reads it. */
#ifndef DEBRIEFD_CONNINFO_H
#define DEBRIEFD_CONNINFO_H

#include <debriefd/buf.h>
#include <debriefd/error.h>

/* Appends the string, a URI or keywords, as keywords without its password, and the password, which
 * is "" when there is none. ERR_INVALID when libpq cannot read it; the message does not quote it.
 */
bool conninfo_split(const char *conninfo, struct buf *rest, struct buf *password,
                    struct error *err) must_check;

#endif

/* version: what this binary calls itself. DEBRIEFD_VERSION comes from the build. */
#ifndef DEBRIEFD_VERSION_H
#define DEBRIEFD_VERSION_H

#ifndef DEBRIEFD_VERSION
#error "the build defines DEBRIEFD_VERSION"
#endif

#endif

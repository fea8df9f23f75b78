/* tidy_interviews: a tidy dataset's codes, interviews, segments, codings and quotes, row by row
 * from their files to the server. */
#ifndef CTL_TIDY_INTERVIEWS_H
#define CTL_TIDY_INTERVIEWS_H

#include "tidy_load_part.h"

/* After the studies, which interviews name. Files that are missing have no rows. */
enum ctl_status tidy_interviews_load(struct load *load, const char *directory);

#endif

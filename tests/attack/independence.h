/* independence: that parts of a study can be attacked one at a time. */
#ifndef INDEPENDENCE_H
#define INDEPENDENCE_H

#include "script.h"

/* Whether what is released of each part, and of who took part, stays as it is at every step when
 * the answers to all other parts change from `a` to `b`. */
bool parts_are_independent(const struct script *script, const script_answers a,
                           const script_answers b);

#endif

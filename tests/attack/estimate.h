/* estimate: what coding does not prevent and the p % rule does: a respondent who takes his own
 * count off a told sum, and so bounds the largest one within p %. */
#ifndef ESTIMATE_H
#define ESTIMATE_H

#include <stdbool.h>

/* Prints a line a history; false when nobody is estimated without the rule or somebody is with it.
 */
bool estimates_run(void);

#endif

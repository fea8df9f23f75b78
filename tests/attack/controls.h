/* controls: for each rule of release a study in which an attacker learns an answer without it, and
 * none with it. */
#ifndef CONTROLS_H
#define CONTROLS_H

#include <stdbool.h>

/* Prints a line a rule; false when one is not needed or does not suffice. */
bool controls_run(void);

#endif

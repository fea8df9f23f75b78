/* suite: one CUnit suite a program. suite_run's exit code counts failures and refuses zero tests,
 * which CUnit's own return value does not. */
#ifndef SUITE_H
#define SUITE_H

#include <CUnit/CUnit.h>

struct suite_test {
    const char *name;
    void (*run)(void);
};

/* Runs the tests (ended by a row without a name) and returns main's exit code. */
int suite_run(const char *suite_name, const struct suite_test *tests);

#define SUITE_SKIPPED 77

#endif

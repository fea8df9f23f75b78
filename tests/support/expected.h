/* expected: the expected values of a tidy dataset (expected.json), in the directory that the
 * environment's DEBRIEFD_TINY names; a test without it is skipped. */
#ifndef EXPECTED_H
#define EXPECTED_H

#include "suite.h"

#include <debriefd/metric.h>
#include <jansson.h>

/* Runs the one test of a suite, or says that it is skipped. */
int expected_suite(const char *name, void (*run)(void));

const char *expected_directory(void);

/* The document; fails the test when there is none. The caller's. */
json_t *expected_load(void);

/* A member of one expected value: trip, wave, slice, item or metric. */
const char *expected_text(const json_t *expected, const char *key);

/* Whether the row of that name has that value within its tolerance; a null of any reason is one. A
 * difference is printed and fails the test. */
void expected_compare(const json_t *expected, const struct metric_rows *rows);

#endif

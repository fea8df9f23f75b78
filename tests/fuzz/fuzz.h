/* fuzz: what a fuzz target and its drivers share. A target aborts when its oracle disagrees.
 * libFuzzer drives it in builds with -DDEBRIEFD_FUZZ=ON (clang); replay.c drives it in ctest. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The name is libFuzzer's. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes what differed and the input to stderr, then aborts. */
_Noreturn void fuzz_differs(const char *what, const uint8_t *data, size_t size);

#endif

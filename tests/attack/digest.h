/* digest: 64-bit numbers that stand for what was read (FNV-1a, finished by a mixer). Two readings
 * that differ have the same number by chance only, one in 10^13 among a million. */
#ifndef DIGEST_H
#define DIGEST_H

#include <debriefd/metric.h>

#define DIGEST_START UINT64_C(0xcbf29ce484222325)

uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t size);
uint64_t digest_number(uint64_t digest, uint64_t number);

/* Every field of every row. */
uint64_t digest_rows(const struct metric_rows *rows);

/* What was computed from what: a pure function's results by its inputs. */
struct digest_memory;

struct digest_memory *digest_memory_create(void);
void digest_memory_destroy(struct digest_memory *memory);
bool digest_recall(const struct digest_memory *memory, uint64_t input, uint64_t *result);
void digest_remember(struct digest_memory *memory, uint64_t input, uint64_t result);

#endif

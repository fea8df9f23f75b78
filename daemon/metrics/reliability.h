/* reliability: rel.n, rel.alpha with Feldt bounds, rel.omega; two items get Spearman-Brown instead.
 */
#ifndef RELIABILITY_H
#define RELIABILITY_H

#include <stddef.h>

struct facts;
struct metric_rows;

void reliability_compute(const struct facts *facts, size_t wave, size_t index,
                         struct metric_rows *rows);

#endif

/* withhold: computes rows and passes on what may be released; the rest becomes rows with a reason,
 * which say nothing of how many answered. */
#ifndef WITHHOLD_H
#define WITHHOLD_H

#include <debriefd/release.h>

/* Passes a row on, or that it is held back. */
void withhold_row(const struct metric_row *row, enum metric_null reason, struct metric_rows *rows);

/* One released series, and facts of it alone. With a reason, everything of it is held back. */
void withhold_series(const struct disclosure_rules *rules, const struct release_series *series,
                     const struct facts *facts, enum metric_null reason, struct metric_rows *rows);

/* Total response rates, public unless a wave has fewer than k eligible. */
void withhold_totals(const struct disclosure_rules *rules, const struct facts *facts,
                     struct metric_rows *rows);

/* Response rates of a wave's groups and its R-indicator: all of them, or none when one has too few.
 */
bool withhold_frame(const struct release_input *input, const struct release_frame *frame,
                    struct metric_rows *rows, struct error *err) must_check;

#endif

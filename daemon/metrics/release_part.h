/* release_part: what the files of a release share. Private to it. */
#ifndef RELEASE_PART_H
#define RELEASE_PART_H

#include <debriefd/release.h>

/* Fills facts with the series alone, its groups being the slices. */
bool release_fill(struct facts *facts, const struct release_series *series,
                  struct error *err) must_check;

/* Why the series is held back, or METRIC_NOT_NULL. */
enum metric_null release_reason(const struct release_input *input,
                                const struct release_series *series);

/* Gains and their indices, in the order of the facts' joints. */
bool release_gains(const struct release_input *input, struct metric_rows *rows,
                   struct error *err) must_check;

/* What two answers of a person say together is held back. */
bool release_pairs(const struct release_input *input, struct metric_rows *rows,
                   struct error *err) must_check;

/* Of a closed wave with enough egos. */
bool release_mixing(const struct release_input *input, const char *wave, struct metric_rows *rows,
                    struct error *err) must_check;

/* What was told of networks, and what can be told now. */
bool release_networks(const struct release_input *input, struct metric_rows *rows,
                      struct error *err) must_check;

/* What is told of closed interviews. */
bool release_talks(const struct release_input *input, struct metric_rows *rows,
                   struct error *err) must_check;

#endif

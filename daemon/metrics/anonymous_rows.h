/* anonymous_rows: what can be said when nobody knows whose answers are whose: of all people, in one
 * wave, when it is closed. */
#ifndef ANONYMOUS_ROWS_H
#define ANONYMOUS_ROWS_H

#include <debriefd/metric.h>

/* Why the row of anonymous facts says nothing, or METRIC_NOT_NULL. */
enum metric_null anonymous_reason(const struct facts *facts, const struct metric_row *row);

/* The family's rows of anonymous facts. */
void anonymous_compute(const struct metric_family *family, const struct facts *facts,
                       struct metric_rows *rows);

#endif

/* metric_csv: metric rows as CSV (RFC 4180, UTF-8, a header row). A text that a spreadsheet would
 * take for a formula gets an apostrophe before it; a null is an empty cell. Private to the API. */
#ifndef DEBRIEFD_METRIC_CSV_H
#define DEBRIEFD_METRIC_CSV_H

#include <debriefd/buf.h>
#include <jansson.h>

enum metric_layout {
    METRIC_LONG, /* a row a metric, with everything that is known of it */
    METRIC_WIDE, /* a row an item and slice, a column a metric; why cells are empty stands last */
};

enum metric_scope { METRIC_STUDY, METRIC_PROGRAMME /* with columns for the study */ };

/* `metrics` is the array that the JSON form has. Wide columns are the metrics that occur, in the
 * order in which they do. */
void metric_csv_write(struct buf *csv, const json_t *metrics, enum metric_layout layout,
                      enum metric_scope scope);

#endif

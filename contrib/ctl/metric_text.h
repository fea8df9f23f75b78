/* metric_text: a metric row's value and interval as people read them, by its unit: shares in
 * percent, scale means with two decimals, points with one. */
#ifndef CTL_METRIC_TEXT_H
#define CTL_METRIC_TEXT_H

#include <debriefd/buf.h>
#include <jansson.h>

/* Nothing for a null. */
void metric_text_value(struct buf *text, const json_t *row);
void metric_text_interval(struct buf *text, const json_t *row);

#endif

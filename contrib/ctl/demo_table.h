/* demo_table: what the trips of the demonstration come to, one column a trip. */
#ifndef CTL_DEMO_TABLE_H
#define CTL_DEMO_TABLE_H

#include <debriefd/buf.h>
#include <jansson.h>

/* From the rows of GET /v1/programmes/{programme}/metrics. */
void demo_table_write(const json_t *metrics, struct buf *text);

/* From the internal rows of every study, each with its `study_name`. */
void demo_table_write_families(const json_t *metrics, struct buf *text);

/* From the programme's own rows, released or internal. */
void demo_table_write_themes(const json_t *metrics, struct buf *text);

#endif

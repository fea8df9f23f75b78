/* telemetry: counts of what was answered, and the Prometheus text format (version 0.0.4). Labels
 * are route patterns, methods and status codes: never a study, a person or anything a client chose.
 */
#ifndef DEBRIEFD_TELEMETRY_H
#define DEBRIEFD_TELEMETRY_H

#include <debriefd/buf.h>
#include <stdint.h>

struct telemetry;

struct telemetry *telemetry_create(void);
void telemetry_destroy(struct telemetry *telemetry);

/* `pattern` and `method` are static strings. */
void telemetry_count_request(struct telemetry *telemetry, const char *pattern, const char *method,
                             int status, int64_t duration_us);

/* debriefd_http_requests_total and debriefd_http_request_duration_seconds. */
void telemetry_write_requests(const struct telemetry *telemetry, struct buf *text);

enum telemetry_type { TELEMETRY_COUNTER, TELEMETRY_GAUGE };

/* One metric without labels, or (`labels` not empty: `reason="idle"`) one sample of a metric whose
 * head telemetry_write_head wrote. */
void telemetry_write_head(struct buf *text, const char *name, enum telemetry_type type,
                          const char *help);
void telemetry_write_sample(struct buf *text, const char *name, const char *labels, double value);
void telemetry_write(struct buf *text, const char *name, enum telemetry_type type, const char *help,
                     double value);

/* process_* of this process, from /proc. */
void telemetry_write_process(struct buf *text);

#endif

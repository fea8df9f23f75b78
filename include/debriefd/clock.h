/* clock: monotonic durations in int64_t microseconds (named *_us), and UTC wall time as
 * microseconds since 1970. Time zones belong to PostgreSQL and the edge. */
#ifndef DEBRIEFD_CLOCK_H
#define DEBRIEFD_CLOCK_H

#include <stdint.h>
#include <sys/time.h>

#define CLOCK_SECOND_US ((int64_t)1000000)

int64_t clock_monotonic_us(void);
int64_t clock_wall_us(void);

/* RFC 3339 in UTC with microseconds: "2026-11-23T05:26:28.123456Z". */
struct clock_text {
    char text[48];
};
struct clock_text clock_format(int64_t wall_us);

struct timeval clock_timeval(int64_t duration_us);

#endif

#include <debriefd/clock.h>

#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * CLOCK_SECOND_US + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

struct clock_text clock_format(int64_t wall_us)
{
    time_t seconds = (time_t)(wall_us / CLOCK_SECOND_US);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char date[24];
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
    struct clock_text formatted;
    snprintf(formatted.text, sizeof formatted.text, "%s.%06dZ", date,
             (int)(wall_us % CLOCK_SECOND_US));
    return formatted;
}

struct timeval clock_timeval(int64_t duration_us)
{
    return (struct timeval){.tv_sec = (time_t)(duration_us / CLOCK_SECOND_US),
                            .tv_usec = (suseconds_t)(duration_us % CLOCK_SECOND_US)};
}

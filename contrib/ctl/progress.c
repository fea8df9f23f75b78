#include "progress.h"

#include <debriefd/clock.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define WIDTH    30
#define EVERY_US (CLOCK_SECOND_US / 10)

void progress_start(struct progress *progress, const char *what, int64_t total)
{
    *progress = (struct progress){what, total, 0, isatty(STDERR_FILENO) == 1};
}

void progress_set(struct progress *progress, int64_t done, uint64_t lines)
{
    int64_t now = clock_monotonic_us();
    bool is_end = done == progress->total;
    if (!progress->is_shown || (!is_end && now - progress->shown_us < EVERY_US))
        return;
    progress->shown_us = now;
    fprintf(stderr, "\r%s ", progress->what);
    if (progress->total > 0) {
        int filled = (int)(WIDTH * done / progress->total);
        for (int i = 0; i < WIDTH; i++)
            fputs(i < filled ? "█" : "░", stderr);
        fprintf(stderr, " %3d %%", (int)(100 * done / progress->total));
    }
    fprintf(stderr, " %" PRIu64 "\033[K", lines);
}

void progress_clear(struct progress *progress)
{
    if (progress->is_shown && progress->shown_us > 0)
        fputs("\r\033[K", stderr);
    progress->shown_us = 0;
}

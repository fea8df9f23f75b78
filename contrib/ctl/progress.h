/* progress: a bar on a terminal's standard error; nothing anywhere else. */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* borrowed */
    int64_t total;    /* 0: unknown */
    int64_t shown_us; /* when it was drawn */
    bool is_shown;
};

void progress_start(struct progress *progress, const char *what, int64_t total);
void progress_set(struct progress *progress, int64_t done, uint64_t lines);
/* Takes the bar away, so that a line can be written; the next set draws it again. */
void progress_clear(struct progress *progress);

#endif

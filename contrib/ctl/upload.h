/* upload: a file of evaluations, one JSON object a line, read line by line in constant memory. */
#ifndef CTL_UPLOAD_H
#define CTL_UPLOAD_H

#include "command.h"
#include "progress.h"
#include <stdio.h>

struct upload {
    struct invocation *invocation;
    FILE *file;
    const char *name;
    char *line; /* with its end; owned */
    size_t capacity;
    size_t length;
    uint64_t number; /* of the line that was read last, from 1 */
    uint64_t from;   /* the first one to send */
    int64_t bytes;   /* read so far */
    bool is_quiet;
    uint64_t recorded;
    uint64_t known; /* were recorded before */
    uint64_t refused;
    struct progress progress;
};

enum ctl_status upload_open(struct upload *upload, struct invocation *invocation, const char *what);

/* The next line to send, without blank ones; false at the end. */
bool upload_next(struct upload *upload);

/* Counts and tells a line's outcome: an HTTP status and what the server calls it. `id` and
 * `errors` may be NULL. */
void upload_tell(struct upload *upload, uint64_t line, int status, const char *outcome,
                 const char *id, const char *detail, const json_t *errors);

/* Closes, tells the sums, and for `status` other than CTL_DONE where to go on. */
enum ctl_status upload_finish(struct upload *upload, enum ctl_status status, uint64_t next_line);

#endif

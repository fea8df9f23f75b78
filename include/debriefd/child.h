/* child: starts another program and waits for it. The program gets default signal handling, an
 * empty signal mask, / as its directory, and no descriptor but stdin (/dev/null), stdout, stderr.
 */
#ifndef DEBRIEFD_CHILD_H
#define DEBRIEFD_CHILD_H

#include <debriefd/error.h>
#include <stdint.h>
#include <sys/types.h>

struct child_options {
    const char *const *argv; /* argv[0] is the path; ended by NULL */
    const char *user;        /* as root: the system user to become; NULL to stay */
    int output_fd;           /* what stdout becomes; 0 to inherit */
    int death_signal;        /* sent when the starting process dies; 0 for none */
    bool owns_group;         /* a group of its own: a terminal's Ctrl-C does not reach it */
};

/* False also when the program cannot be executed. */
bool child_start(const struct child_options *options, pid_t *pid, struct error *err) must_check;

/* True with waitpid's status once it has ended; status -1 when somebody else has reaped it.
 * ERR_TIMEOUT when it still runs after timeout_us. */
bool child_wait(pid_t pid, int64_t timeout_us, int *status, struct error *err) must_check;

/* child_start and child_wait; ERR_SYSTEM unless the program exits with 0. */
bool child_run(const struct child_options *options, int64_t timeout_us,
               struct error *err) must_check;

#endif

/* runner: does the work that is due, study by study, each under a lease with a fencing epoch. Any
 * number of runners may work on one database: who does not get a lease goes on to the next study,
 * and what a holder that lost its lease computes is refused with its epoch.
 *
 * refresh: folds what is pending (or rebuilds a study whose frame changed), replaces the internal
 * metrics, lets waiting answers of closed waves enter atoms, publishes a release when it says
 * something new. All of it is one transaction. verify: nightly, the same from scratch, compared row
 * by row with what was stored. compare: puts the studies of a programme whose numbers changed side
 * by side (see comparison.h), under a lease of the programme's own. */
#ifndef DEBRIEFD_RUNNER_H
#define DEBRIEFD_RUNNER_H

#include <debriefd/error.h>
#include <stdint.h>

struct session;
struct runner;

/* Called before each run, since a turn may take long; false ends the turn. */
typedef bool runner_go_on_fn(void *context);

struct runner_options {
    int lease_seconds;
    int batch;             /* studies in one turn */
    int dominance_percent; /* p of the p % rule */
    runner_go_on_fn *go_on;
    void *context;
};

/* The session is borrowed; its statements are sql_queries. */
struct runner *runner_create(struct session *session, const struct runner_options *options);
void runner_destroy(struct runner *runner);

/* Closes due waves and runs what is due, at most `batch` studies. *ran is how many runs there were:
 * 0 means that nothing is due. A failing job is recorded and backs off; false only when the
 * database is away. */
bool runner_turn(struct runner *runner, int *ran, struct error *err) must_check;

#endif

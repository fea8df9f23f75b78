/* evaluations: submissions and their receipts. For the API and the pages. */
#ifndef DEBRIEFD_EVALUATIONS_H
#define DEBRIEFD_EVALUATIONS_H

#include <debriefd/operation.h>

extern const struct route evaluation_routes[];
extern const struct route import_routes[];
extern const struct route receipt_routes[];

/* How an outcome of ingest is told: the status, the problem's slug and its sentence. */
struct outcome_answer {
    int status;
    const char *slug;
    const char *detail;
};
struct outcome_answer outcome_answer(enum ingest_outcome outcome);

#endif

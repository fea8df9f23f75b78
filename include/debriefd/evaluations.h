/* evaluations: submissions and their receipts. For the API and the pages. */
#ifndef DEBRIEFD_EVALUATIONS_H
#define DEBRIEFD_EVALUATIONS_H

#include <debriefd/form_cache.h>
#include <debriefd/operation.h>

extern const struct route evaluation_routes[];
extern const struct route import_routes[];
extern const struct route receipt_routes[];

/* One set of slots for every body that is read: valid until the next read, so copy what is kept. */
struct answers *evaluation_answers(void);

/* How an outcome of ingest is told: the status, the problem's slug and its sentence. */
struct outcome_answer {
    int status;
    const char *slug;
    const char *detail;
};
struct outcome_answer outcome_answer(enum ingest_outcome outcome);

struct evaluation_name {
    struct uuid wave;
    struct uuid evaluation;
};

/* As answers_read takes it. */
struct evaluation_body {
    const char *text;
    size_t length;
};

/* What ingest_done_fn says, with the request. */
typedef void evaluation_done_fn(struct request *request, void *context, enum ingest_outcome outcome,
                                const struct buf *receipt, const struct error *err);

/* Checks a body and hands it to ingest as the principal's own evaluation. `done` is called later,
 * once, when the verdict is ANSWERS_OK, and never otherwise. Everything is borrowed for the call.
 * With an anonymous token the name's evaluation is not kept (see anonymous.h). */
enum answers_verdict evaluation_submit(struct request *request, const struct form *form,
                                       const struct evaluation_name *name,
                                       const struct evaluation_body *body,
                                       struct violations *violations, evaluation_done_fn *done,
                                       void *context) must_check;

#endif

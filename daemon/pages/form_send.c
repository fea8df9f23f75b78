#include "form.h"

#include <debriefd/evaluations.h>
#include <debriefd/reply.h>
#include <stdlib.h>
#include <string.h>

static bool wants_json(const struct visit *visit)
{
    return fields_get(visit->fields, "send") != NULL;
}

/* The evaluation as the API takes it: what is shown, in an order of its own, so that the same draft
 * is the same bytes on every device. */
char *form_body(const struct visit *visit)
{
    json_t *answers = json_object();
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const char *id = instrument_item(visit->instrument, i)->id;
        json_t *answer = json_object_get(visit->answers, id);
        if (visit->shown[i] && answer != NULL)
            json_object_set(answers, id, answer);
    }
    json_t *body = json_pack("{s:o}", "answers", answers);
    const char *code = language_code(visit->language);
    size_t index;
    if (instrument_find_language(visit->instrument, code, strlen(code), &index))
        json_object_set_new(body, "language", json_string(code));
    if (!uuid_is_nil(&visit->replaces))
        json_object_set_new(body, "replaces", json_string(uuid_format(&visit->replaces).text));
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(body);
    return text;
}

static void refuse_json(struct visit *visit, int status, const char *location)
{
    form_reply_json(visit, status, json_pack("{s:b,s:s}", "recorded", 0, "location", location));
}

void form_sent_json(struct visit *visit)
{
    form_reply_json(
        visit, 200,
        json_pack("{s:b,s:b,s:s}", "saved", 1, "recorded", 1, "location",
                  form_receipt_path(&visit->principal.programme, &visit->evaluation).text));
}

static void recorded(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    (void)rows;
    (void)err; /* a draft that stays is recorded all the same, and says so when it is sent again */
    visit->evaluation = visit->draft;
    page_choose_language(visit->request, visit->language); /* for the receipt, which knows nobody */
    if (wants_json(visit))
        form_sent_json(visit);
    else
        visit_see(visit, form_receipt_path(&visit->principal.programme, &visit->evaluation).text);
}

static void rebased(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    (void)rows;
    if (err != NULL)
        visit_unavailable(visit, err);
    else if (wants_json(visit))
        refuse_json(visit, 409, "/form?section=review&notice=stale");
    else
        visit_see(visit, "/form?section=review&notice=stale");
}

static void settle_draft(struct visit *visit, const char *statement, bool with_revision,
                         channel_done_fn *done)
{
    struct uuid fresh = uuid_random();
    struct params params;
    visit_params(visit, &params);
    params_uuid(&params, &visit->draft);
    if (with_revision)
        params_int(&params, visit->revision);
    params_uuid(&params, &fresh);
    visit_execute(visit, statement, &params, done);
    params_finish(&params);
}

static void answered(struct request *request, void *context, enum ingest_outcome outcome,
                     const struct buf *receipt, const struct error *err)
{
    struct visit *visit = context;
    (void)receipt;
    switch (outcome) {
    case INGEST_NEW:
    case INGEST_REPLAY:
        settle_draft(visit, "draft_recorded", true, recorded);
        return;
    case INGEST_STALE:
    case INGEST_CONFLICT:
        settle_draft(visit, "draft_rebase", false, rebased);
        return;
    case INGEST_CLOSED:
        visit->state = VISIT_CLOSED;
        form_closed(visit);
        return;
    case INGEST_NOT_OPEN:
        form_not_open(visit);
        return;
    case INGEST_REVOKED:
    case INGEST_NO_WAVE:
    case INGEST_NO_PARTICIPANT:
        visit_finish(visit);
        form_revoked(request, visit->language);
        return;
    case INGEST_FAILED:
        visit_unavailable(visit, err);
    }
}

void form_send(struct visit *visit)
{
    struct evaluation_name name = {visit->wave, visit->draft};
    struct violations violations;
    char *text = form_body(visit);
    struct evaluation_body body = {text, strlen(text)};
    violations_init(&violations);
    enum answers_verdict verdict =
        evaluation_submit(visit->request, visit->form, &name, &body, &violations, answered, visit);
    violations_finish(&violations);
    free(text);
    if (verdict == ANSWERS_OK)
        return;
    if (wants_json(visit))
        refuse_json(visit, 422, "/form?section=review");
    else
        visit_see(visit, "/form?section=review");
}

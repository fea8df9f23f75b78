#include <debriefd/evaluations.h>

#include <debriefd/anonymous.h>
#include <debriefd/form_cache.h>
#include <stdlib.h>
#include <string.h>

struct outcome_answer outcome_answer(enum ingest_outcome outcome)
{
    static const struct outcome_answer answers[] = {
        [INGEST_NEW] = {201, "", "recorded"},
        [INGEST_REPLAY] = {200, "", "already recorded"},
        [INGEST_CONFLICT] = {409, "other-body", "another body is recorded under this id"},
        [INGEST_NO_WAVE] = {404, "not-found", "no such wave"},
        [INGEST_NOT_OPEN] = {409, "not-open", "the wave is not open yet"},
        [INGEST_CLOSED] = {410, "closed", "the wave is closed"},
        [INGEST_REVOKED] = {403, "invitation",
                            "this invitation is not for this wave, or is revoked"},
        [INGEST_NO_PARTICIPANT] = {422, "invalid",
                                   "no such participant in the wave's study, or it is anonymous"},
        [INGEST_STALE] = {412, "stale-edit",
                          "these answers do not name the evaluation that is current; they are kept "
                          "as a draft"},
        [INGEST_FAILED] = {503, NULL, "not recorded"},
    };
    return answers[outcome];
}

struct submission {
    struct request *request;
    evaluation_done_fn *done;
    void *context;
};

static void submitted(void *context, enum ingest_outcome outcome, const struct buf *receipt,
                      const struct error *err)
{
    struct submission *submission = context;
    submission->done(submission->request, submission->context, outcome, receipt, err);
}

struct answers *evaluation_answers(void)
{
    static struct answers answers;
    static bool is_ready;
    if (!is_ready)
        answers_init(&answers);
    is_ready = true;
    return &answers;
}

static void submit(struct submission *submission, const struct evaluation_name *name,
                   const struct answers *answers, const struct form *form, struct secret_hash hash)
{
    struct request *request = submission->request;
    const struct principal *principal = request_principal(request);
    struct ingest_submission given = {
        .programme = principal->programme,
        .wave = name->wave,
        .evaluation = name->evaluation,
        .invitation = principal->actor,
        .generation = principal->generation,
        .replaces = answers->has_replaces ? answers->replaces : uuid_nil(),
        .scores = answers->slots,
        .score_count = answers->slot_count,
        .texts = answers->texts.data,
        .texts_length = answers->texts.length,
        .answered = answers->answered,
        .applicable = answers->applicable,
        .body_hash = hash,
        .language = answers->language != NULL ? answers->language
                                              : instrument_language(form->instrument, 0),
    };
    ingest_submit(request_api(request)->ingest, &given, submitted, submission);
}

static bool is_anonymous(const struct request *request)
{
    return request_principal(request)->role == ROLE_ANONYMOUS;
}

enum answers_verdict evaluation_submit(struct request *request, const struct form *form,
                                       const struct evaluation_name *name,
                                       const struct evaluation_body *body,
                                       struct violations *violations, evaluation_done_fn *done,
                                       void *context)
{
    struct roster roster = {form->participants, form->participant_count, NULL};
    struct answers *answers = evaluation_answers();
    enum answers_verdict verdict =
        answers_read(form->instrument, &roster, body->text, body->length, answers, violations);
    if (verdict == ANSWERS_OK && is_anonymous(request) && answers->has_replaces) {
        violations_add(violations, "/replaces", "anonymous", "no answer leads back to whose it is");
        return ANSWERS_INVALID;
    }
    if (verdict == ANSWERS_OK && is_anonymous(request)) {
        anonymous_submit(request, answers, form->instrument, done, context);
        return verdict;
    }
    if (verdict != ANSWERS_OK)
        return verdict;
    struct submission *submission = request_alloc(request, sizeof *submission);
    *submission = (struct submission){request, done, context};
    submit(submission, name, answers, form, secret_hash(body->text, body->length));
    return verdict;
}

/* The answer says that they are kept, so it waits until they are. */
static void draft_kept(void *context, const struct rows *rows, const struct error *err)
{
    struct request *request = context;
    struct outcome_answer answer = outcome_answer(INGEST_STALE);
    (void)rows;
    if (err != NULL)
        request_problem_error(request, err);
    else
        request_problem(request, answer.status, answer.slug, "%s", answer.detail);
}

/* The body was read once: it is good. */
static void keep_draft(struct request *request, const struct evaluation_name *name)
{
    const struct principal *principal = request_principal(request);
    size_t length;
    const char *bytes = request_body(request, &length);
    json_t *body = json_loadb(bytes, length, 0, NULL);
    char *answers = json_dumps(json_object_get(body, "answers"), JSON_COMPACT);
    const char *language = json_string_value(json_object_get(body, "language"));
    struct uuid fresh = uuid_random();
    struct params params;
    params_init(&params);
    params_uuid(&params, &principal->programme);
    params_uuid(&params, &name->wave);
    params_uuid(&params, &principal->actor);
    params_uuid(&params, &fresh);
    params_text(&params, language != NULL ? language : "sv");
    params_text(&params, answers);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "draft_keep", &params,
                    draft_kept, request);
    params_finish(&params);
    free(answers);
    json_decref(body);
}

static void answered(struct request *request, void *context, enum ingest_outcome outcome,
                     const struct buf *receipt, const struct error *err)
{
    struct outcome_answer answer = outcome_answer(outcome);
    if (outcome == INGEST_STALE)
        keep_draft(request, context);
    else if (err != NULL)
        request_problem_error(request, err);
    else if (answer.status < 300)
        request_reply(request, answer.status, "application/json", receipt->data, receipt->length);
    else
        request_problem(request, answer.status, answer.slug, "%s", answer.detail);
}

static void form_found(struct request *request, struct form *form)
{
    if (form == NULL)
        return;
    struct evaluation_name *name = request_alloc(request, sizeof *name);
    if (!request_uuid(request, "wave", &name->wave) ||
        !request_uuid(request, "evaluation", &name->evaluation))
        return;
    struct evaluation_body body;
    body.text = request_body(request, &body.length);
    struct violations violations;
    violations_init(&violations);
    enum answers_verdict verdict =
        evaluation_submit(request, form, name, &body, &violations, answered, name);
    if (verdict == ANSWERS_MALFORMED)
        request_problem(request, 400, "malformed", "the body is not JSON: %s",
                        violations.items[0].detail);
    else if (verdict == ANSWERS_INVALID)
        request_problem_violations(request, &violations);
    violations_finish(&violations);
}

/* A spent token is recorded whatever comes with it, so that is looked at first. */
static void token_found(struct request *request, void *context, enum ingest_outcome outcome,
                        const struct buf *receipt, const struct error *err)
{
    const struct principal *principal = request_principal(request);
    if (outcome == INGEST_NEW)
        form_find(request, &principal->programme, &principal->wave, form_found);
    else
        answered(request, context, outcome, receipt, err);
}

static void put_evaluation(struct request *request)
{
    const struct principal *principal = request_principal(request);
    struct uuid wave;
    if (!request_require_json(request) || !request_uuid(request, "wave", &wave))
        return;
    if (!is_anonymous(request))
        form_find(request, &principal->programme, &wave, form_found);
    else if (uuid_equal(&wave, &principal->wave))
        anonymous_state(request, token_found, NULL);
    else
        answered(request, NULL, INGEST_REVOKED, NULL, NULL);
}

static const struct operation put_operation = {
    .id = "submitEvaluation",
    .summary = "Submit an evaluation, exactly once: the client names it and may repeat it for ever",
    .roles = ROLE_PARTICIPANT | ROLE_ANONYMOUS,
    .body_type = "application/json",
    .answer = "A signed receipt; 201 when it is new, 200 when the same body was recorded before",
    .run = put_evaluation,
};

const struct route evaluation_routes[] = {
    {METHOD_PUT, "/v1/waves/{wave}/evaluations/{evaluation}", operation_handle, &put_operation},
    {0},
};

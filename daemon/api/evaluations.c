#include <debriefd/evaluations.h>

#include <debriefd/clock.h>
#include <debriefd/form_cache.h>
#include <debriefd/log.h>
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
        [INGEST_NO_PARTICIPANT] = {422, "invalid", "no such participant in the wave's study"},
        [INGEST_STALE] = {412, "stale-edit",
                          "these answers do not name the evaluation that is current; they are kept "
                          "as a draft"},
        [INGEST_FAILED] = {503, NULL, "not recorded"},
    };
    return answers[outcome];
}

struct submission {
    struct request *request;
    struct uuid wave;
    struct uuid evaluation;
    struct ingest_submission given; /* what a refused edit's draft is made of */
};

static void draft_kept(void *context, const struct rows *rows, const struct error *err)
{
    (void)context;
    (void)rows;
    if (err != NULL)
        log_warn("draft_not_kept", "error=%s", error_code_name(err->code));
}

static void keep_draft(const struct submission *submission)
{
    const struct ingest_submission *given = &submission->given;
    struct params params;
    params_init(&params);
    params_uuid(&params, &given->programme);
    params_uuid(&params, &given->wave);
    params_uuid(&params, &given->evaluation);
    params_uuid(&params, &given->invitation);
    params_text(&params, clock_format(clock_wall_us()).text);
    params_text(&params, given->language);
    params_int16_array(&params, given->scores, given->score_count);
    params_text_length(&params, given->texts, given->texts_length);
    channel_execute(channel_pool_choose(request_api(submission->request)->options.pool),
                    "draft_keep", &params, draft_kept, NULL);
    params_finish(&params);
}

static void submitted(void *context, enum ingest_outcome outcome, const struct buf *receipt,
                      const struct error *err)
{
    struct submission *submission = context;
    struct request *request = submission->request;
    struct outcome_answer answer = outcome_answer(outcome);
    if (outcome == INGEST_STALE)
        keep_draft(submission);
    if (err != NULL)
        request_problem_error(request, err);
    else if (answer.status < 300)
        request_reply(request, answer.status, "application/json", receipt->data, receipt->length);
    else
        request_problem(request, answer.status, answer.slug, "%s", answer.detail);
}

/* One set of slots for every body: a submission copies what it keeps. */
static struct answers *shared_answers(void)
{
    static struct answers answers;
    static bool is_ready;
    if (!is_ready)
        answers_init(&answers);
    is_ready = true;
    return &answers;
}

static void submit(struct submission *submission, const struct answers *answers,
                   const struct instrument *instrument)
{
    struct request *request = submission->request;
    const struct principal *principal = request_principal(request);
    size_t length;
    const char *body = request_body(request, &length);
    size_t slots_size = answers->slot_count * sizeof *answers->slots;
    int16_t *scores = request_alloc(request, slots_size > 0 ? slots_size : 1);
    memcpy(scores, answers->slots, slots_size);
    submission->given = (struct ingest_submission){
        .programme = principal->programme,
        .wave = submission->wave,
        .evaluation = submission->evaluation,
        .invitation = principal->actor,
        .generation = principal->generation,
        .replaces = answers->has_replaces ? answers->replaces : uuid_nil(),
        .scores = scores,
        .score_count = answers->slot_count,
        .texts = request_copy(request, answers->texts.data, answers->texts.length),
        .texts_length = answers->texts.length,
        .answered = answers->answered,
        .applicable = answers->applicable,
        .body_hash = secret_hash(body, length),
        .language =
            answers->language != NULL ? answers->language : instrument_language(instrument, 0),
    };
    submission->given.language =
        request_copy(request, submission->given.language, strlen(submission->given.language));
    ingest_submit(request_api(request)->ingest, &submission->given, submitted, submission);
}

static void form_found(struct request *request, struct form *form)
{
    if (form == NULL)
        return;
    struct submission *submission = request_alloc(request, sizeof *submission);
    submission->request = request;
    if (!request_uuid(request, "wave", &submission->wave) ||
        !request_uuid(request, "evaluation", &submission->evaluation))
        return;
    size_t length;
    const char *body = request_body(request, &length);
    struct roster roster = {form->participants, form->participant_count, NULL};
    struct answers *answers = shared_answers();
    struct violations violations;
    violations_init(&violations);
    enum answers_verdict verdict =
        answers_read(form->instrument, &roster, body, length, answers, &violations);
    if (verdict == ANSWERS_OK)
        submit(submission, answers, form->instrument);
    else if (verdict == ANSWERS_MALFORMED)
        request_problem(request, 400, "malformed", "the body is not JSON: %s",
                        violations.items[0].detail);
    else
        request_problem_violations(request, &violations);
    violations_finish(&violations);
}

static void put_evaluation(struct request *request)
{
    struct uuid wave;
    if (request_require_json(request) && request_uuid(request, "wave", &wave))
        form_find(request, &request_principal(request)->programme, &wave, form_found);
}

static const struct operation put_operation = {
    .id = "submitEvaluation",
    .summary = "Submit an evaluation, exactly once: the client names it and may repeat it for ever",
    .roles = ROLE_PARTICIPANT,
    .body_type = "application/json",
    .answer = "A signed receipt; 201 when it is new, 200 when the same body was recorded before",
    .run = put_evaluation,
};

const struct route evaluation_routes[] = {
    {METHOD_PUT, "/v1/waves/{wave}/evaluations/{evaluation}", operation_handle, &put_operation},
    {0},
};

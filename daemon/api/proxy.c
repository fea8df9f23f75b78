#include <debriefd/proxy.h>

#include <assert.h>
#include <debriefd/evaluations.h>
#include <debriefd/form_cache.h>
#include <stdio.h>
#include <string.h>

struct entering {
    struct request *request;
    struct proxy_entry entry;
    const char *body;
    size_t length;
    proxy_done_fn *done;
    struct ingest_submission given;
    struct proxy_outcome refusal; /* of what is on record as entered */
};

/* A form_found_fn knows only the request: gives what is entered, and the user slot back. */
static struct entering *entering_of(struct request *request);

static const struct proxy_outcome unavailable = {
    .status = 503,
    .slug = "unavailable",
    .detail = "the database is away: nothing is known to be stored, and repeating is safe",
};

static void refusal_noted(void *context, const struct rows *rows, const struct error *err)
{
    struct entering *entering = context;
    (void)rows;
    entering->done(entering->request, err != NULL ? &unavailable : &entering->refusal);
}

/* The trail says that it was entered: it goes on to say that it was not taken. */
static void note_refusal(struct entering *entering)
{
    const struct ingest_submission *given = &entering->given;
    char detail[160];
    snprintf(detail, sizeof detail, "{\"evaluation\":\"%s\",\"reason\":\"%s\"}",
             uuid_format(&given->evaluation).text, entering->refusal.slug);
    struct params params;
    params_init(&params);
    params_uuid(&params, &given->programme);
    params_uuid(&params, &request_principal(entering->request)->actor);
    params_text(&params, "evaluation.not_entered");
    params_text(&params, detail);
    channel_execute(channel_pool_choose(request_api(entering->request)->options.pool),
                    "audit_append", &params, refusal_noted, entering);
    params_finish(&params);
}

static void stored(void *context, enum ingest_outcome outcome, const struct buf *receipt,
                   const struct error *err)
{
    struct entering *entering = context;
    struct outcome_answer answer = outcome_answer(outcome);
    struct proxy_outcome told = {answer.status, answer.slug, answer.detail, NULL, receipt};
    if (outcome == INGEST_STALE)
        told.detail = "there is an answer already, which these do not name as replaced";
    if (err != NULL || told.status < 300) {
        entering->done(entering->request, err != NULL ? &unavailable : &told);
        return;
    }
    entering->refusal = told;
    note_refusal(entering);
}

/* On record, or refused. */
static void begun(void *context, const struct rows *rows, const struct error *err)
{
    struct entering *entering = context;
    if (err != NULL) {
        entering->done(entering->request, &unavailable);
        return;
    }
    int status = (int)rows_int64(rows, 0, 0);
    if (status == 200) {
        ingest_submit(request_api(entering->request)->ingest, &entering->given, stored, entering);
        return;
    }
    json_t *problem = json_loads(rows_text(rows, 0, 1), 0, NULL);
    assert(problem != NULL);
    struct proxy_outcome told = {
        .status = status,
        .slug = json_string_value(json_object_get(problem, "problem")),
        .detail = json_string_value(json_object_get(problem, "detail")),
    };
    entering->done(entering->request, &told);
    json_decref(problem);
}

static void begin(struct entering *entering)
{
    struct request *request = entering->request;
    const struct ingest_submission *given = &entering->given;
    struct params params;
    params_init(&params);
    params_uuid(&params, &given->programme);
    params_uuid(&params, &given->wave);
    params_uuid(&params, &given->participant);
    params_uuid(&params, &given->evaluation);
    if (uuid_is_nil(&given->replaces))
        params_null(&params);
    else
        params_uuid(&params, &given->replaces);
    params_uuid(&params, &request_principal(request)->actor);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "proxy_begin", &params,
                    begun, entering);
    params_finish(&params);
}

static void keep(struct entering *entering, const struct answers *answers,
                 const struct instrument *instrument)
{
    struct request *request = entering->request;
    size_t size = answers->slot_count * sizeof *answers->slots;
    int16_t *scores = request_alloc(request, size > 0 ? size : 1);
    const char *language =
        answers->language != NULL ? answers->language : instrument_language(instrument, 0);
    memcpy(scores, answers->slots, size);
    entering->given = (struct ingest_submission){
        .programme = request_principal(request)->programme,
        .wave = entering->entry.wave,
        .evaluation = entering->entry.evaluation,
        .participant = entering->entry.participant,
        .replaces = answers->has_replaces ? answers->replaces : uuid_nil(),
        .is_late = entering->entry.is_late,
        .scores = scores,
        .score_count = answers->slot_count,
        .texts = request_copy(request, answers->texts.data, answers->texts.length),
        .texts_length = answers->texts.length,
        .answered = answers->answered,
        .applicable = answers->applicable,
        .body_hash = secret_hash(entering->body, entering->length),
        .language = request_copy(request, language, strlen(language)),
    };
}

static void refuse(struct entering *entering, enum answers_verdict verdict,
                   const struct violations *violations)
{
    bool is_malformed = verdict == ANSWERS_MALFORMED;
    struct proxy_outcome told = {
        .status = is_malformed ? 400 : 422,
        .slug = is_malformed ? "malformed" : "invalid",
        .detail = violations->count > 0 ? violations->items[0].detail : "refused",
        .violations = is_malformed ? NULL : violations,
    };
    entering->done(entering->request, &told);
}

static void form_found(struct request *request, struct form *form)
{
    if (form == NULL)
        return;
    struct entering *entering = entering_of(request);
    struct roster roster = {form->participants, form->participant_count,
                            &entering->entry.participant};
    struct answers answers;
    struct violations violations;
    answers_init(&answers);
    violations_init(&violations);
    enum answers_verdict verdict = answers_read(form->instrument, &roster, entering->body,
                                                entering->length, &answers, &violations);
    if (verdict == ANSWERS_OK) {
        keep(entering, &answers, form->instrument);
        begin(entering);
    } else {
        refuse(entering, verdict, &violations);
    }
    violations_finish(&violations);
    answers_finish(&answers);
}

/* Stands in the request's user slot while the form is looked for, and is a principal there. */
struct caller {
    struct principal principal;
    void *user;
    struct entering *entering;
};

static struct entering *entering_of(struct request *request)
{
    const struct caller *caller = request_user(request);
    request_set_user(request, caller->user);
    return caller->entering;
}

void proxy_enter(struct request *request, const struct proxy_entry *entry, const char *body,
                 size_t length, proxy_done_fn *done)
{
    struct entering *entering = request_alloc(request, sizeof *entering);
    *entering = (struct entering){
        .request = request,
        .entry = *entry,
        .body = request_copy(request, body, length),
        .length = length,
        .done = done,
    };
    struct caller *caller = request_alloc(request, sizeof *caller);
    *caller = (struct caller){*request_principal(request), request_user(request), entering};
    request_set_user(request, caller);
    form_find(request, &caller->principal.programme, &entry->wave, form_found);
}

static void reply(struct request *request, const struct proxy_outcome *outcome)
{
    if (outcome->violations != NULL)
        request_problem_violations(request, outcome->violations);
    else if (outcome->status < 300)
        request_reply(request, outcome->status, "application/json", outcome->receipt->data,
                      outcome->receipt->length);
    else
        request_problem(request, outcome->status, outcome->slug, "%s", outcome->detail);
}

static void put_proxy(struct request *request)
{
    struct proxy_entry entry;
    const char *late = request_query(request, "late");
    if (!request_require_json(request) || !request_uuid(request, "wave", &entry.wave) ||
        !request_uuid(request, "participant", &entry.participant) ||
        !request_uuid(request, "evaluation", &entry.evaluation))
        return;
    entry.is_late = late != NULL && strcmp(late, "1") == 0;
    size_t length;
    const char *body = request_body(request, &length);
    proxy_enter(request, &entry, body, length, reply);
}

static const struct operation put_operation = {
    .id = "enterEvaluation",
    .summary = "Enter a paper or telephone answer for a participant, who may replace it; late=1 "
               "also into a closed wave; audited",
    .roles = ROLE_ORGANISER,
    .body_type = "application/json",
    .answer = "A signed receipt; 201 when it is new, 200 when the same body was recorded before",
    .parameters = {{FROM_QUERY_TEXT, "late"}},
    .run = put_proxy,
};

const struct route proxy_routes[] = {
    {METHOD_PUT, "/v1/waves/{wave}/participants/{participant}/evaluations/{evaluation}",
     operation_handle, &put_operation},
    {0},
};

#include <debriefd/anonymous.h>

#include <debriefd/receipt.h>
#include <stdlib.h>
#include <string.h>

struct call {
    struct request *request;
    evaluation_done_fn *done;
    void *context;
};

static enum ingest_outcome outcome_of(const char *name)
{
    static const struct {
        const char *name;
        enum ingest_outcome outcome;
    } outcomes[] = {
        {"new", INGEST_NEW},           {"open", INGEST_NEW},      {"replay", INGEST_REPLAY},
        {"no_wave", INGEST_NO_WAVE},   {"closed", INGEST_CLOSED}, {"revoked", INGEST_REVOKED},
        {"not_open", INGEST_NOT_OPEN},
    };
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (strcmp(outcomes[i].name, name) == 0)
            return outcomes[i].outcome;
    abort(); /* logic.anonymous_state and this table disagree */
}

static void write_receipt(struct request *request, const char *day, struct buf *json)
{
    const struct principal *principal = request_principal(request);
    struct receipt_day subject = {.programme = principal->programme, .wave = principal->wave};
    snprintf(subject.recorded_on, sizeof subject.recorded_on, "%s", day);
    receipt_write_day(json, &subject, request_api(request)->options.signer);
}

static void answered(void *context, const struct rows *rows, const struct error *err)
{
    const struct call *call = context;
    struct buf receipt;
    buf_init(&receipt);
    enum ingest_outcome outcome = INGEST_FAILED;
    if (err == NULL) {
        outcome = outcome_of(rows_text(rows, 0, 0));
        if (!rows_is_null(rows, 0, 1))
            write_receipt(call->request, rows_text(rows, 0, 1), &receipt);
    }
    call->done(call->request, call->context, outcome, &receipt, err);
    buf_finish(&receipt);
}

static void add_token(const struct request *request, struct params *params)
{
    const struct principal *principal = request_principal(request);
    params_init(params);
    params_uuid(params, &principal->programme);
    params_uuid(params, &principal->wave);
    params_binary(params, principal->token_hash.bytes, sizeof principal->token_hash.bytes);
}

static void execute(struct request *request, const char *statement, const struct params *params,
                    evaluation_done_fn *done, void *context)
{
    struct call *call = request_alloc(request, sizeof *call);
    *call = (struct call){request, done, context};
    channel_execute(channel_pool_choose(request_api(request)->options.pool), statement, params,
                    answered, call);
}

void anonymous_state(struct request *request, evaluation_done_fn *done, void *context)
{
    struct params params;
    add_token(request, &params);
    execute(request, "anonymous_state", &params, done, context);
    params_finish(&params);
}

void anonymous_submit(struct request *request, const struct answers *answers,
                      const struct instrument *instrument, evaluation_done_fn *done, void *context)
{
    struct params params;
    add_token(request, &params);
    params_int(&params, answers->answered);
    params_int(&params, answers->applicable);
    params_text(&params,
                answers->language != NULL ? answers->language : instrument_language(instrument, 0));
    params_int16_array(&params, answers->slots, answers->slot_count);
    params_text_length(&params, answers->texts.data, answers->texts.length);
    execute(request, "anonymous_submit", &params, done, context);
    params_finish(&params);
}

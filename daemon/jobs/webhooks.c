#include <debriefd/webhooks.h>

#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/session.h>
#include <string.h>

enum column { PROGRAMME, WEBHOOK, URL, NUMBER, EVENT, KIND, PAYLOAD, AT };

static void write_body(const struct rows *rows, int row, struct buf *body)
{
    buf_init(body);
    buf_printf(body, "{\"type\":\"%s\",\"timestamp\":\"%s\",\"data\":%s}",
               rows_text(rows, row, KIND), rows_text(rows, row, AT), rows_text(rows, row, PAYLOAD));
}

static bool record(struct session *session, const struct rows *rows, int row,
                   const struct webhook_answer *answer, struct error *err)
{
    bool succeeded = answer->status >= 200 && answer->status < 300;
    struct uuid programme = rows_uuid(rows, row, PROGRAMME);
    struct uuid webhook = rows_uuid(rows, row, WEBHOOK);
    if (!succeeded)
        log_warn("webhook_failed", "webhook=%s answer=%s", uuid_format(&webhook).text,
                 log_quote(answer->text).text);
    struct params params;
    params_init(&params);
    params_uuid(&params, &programme);
    params_uuid(&params, &webhook);
    params_int(&params, rows_int64(rows, row, NUMBER));
    params_bool(&params, succeeded);
    params_bool(&params, answer->status == 410);
    params_text(&params, answer->text);
    params_int(&params, answer->wait_seconds);
    bool is_good = session_execute(session, "webhook_attempted", &params, NULL, err);
    params_finish(&params);
    return is_good;
}

static bool deliver(struct session *session, const struct webhooks_options *options,
                    const struct rows *rows, struct error *err)
{
    struct webhook_message messages[WEBHOOKS_AT_ONCE];
    struct webhook_answer answers[WEBHOOKS_AT_ONCE];
    struct buf bodies[WEBHOOKS_AT_ONCE];
    int count = rows_count(rows);
    for (int row = 0; row < count; row++) {
        struct uuid programme = rows_uuid(rows, row, PROGRAMME);
        struct uuid webhook = rows_uuid(rows, row, WEBHOOK);
        write_body(rows, row, &bodies[row]);
        messages[row] = (struct webhook_message){
            .url = rows_text(rows, row, URL),
            .id = rows_text(rows, row, EVENT),
            .body = &bodies[row],
            .secret = webhook_secret(options->credential_key, &programme, &webhook),
        };
    }
    webhook_deliver(&options->delivery, messages, answers, (size_t)count);
    bool is_good = true;
    for (int row = 0; row < count; row++) {
        is_good = is_good && record(session, rows, row, &answers[row], err);
        buf_finish(&bodies[row]);
    }
    return is_good;
}

bool webhooks_turn(struct session *session, const struct webhooks_options *options, int *attempted,
                   struct error *err)
{
    int64_t claim_us = 2 * options->delivery.timeout_us;
    struct params params;
    struct rows *rows;
    *attempted = 0;
    params_init(&params);
    params_int(&params, WEBHOOKS_AT_ONCE);
    params_int(&params, claim_us / CLOCK_SECOND_US + 1);
    bool is_good = session_execute(session, "webhooks_claim", &params, &rows, err);
    params_finish(&params);
    if (!is_good)
        return false;
    *attempted = rows_count(rows);
    is_good = *attempted == 0 || deliver(session, options, rows, err);
    rows_destroy(rows);
    return is_good;
}

/* Evaluations by their participants' own tokens. The client names an evaluation, so that repeating
 * is safe for ever. */
#include "ask.h"
#include "request.h"
#include "resolve.h"
#include "upload.h"
#include <debriefd/uuid.h>
#include <stdlib.h>
#include <string.h>

#define EVALUATION_BYTES (1024 * 1024)

static bool put_evaluation(struct invocation *invocation, const char *wave, const char *id,
                           const char *token, const struct buf *body, struct client_reply *reply,
                           struct error *err)
{
    struct buf path;
    buf_init(&path);
    buf_printf(&path, "/v1/waves/%s/evaluations/", wave);
    client_encode(&path, id);
    struct client_call call = {
        .method = "PUT",
        .path = buf_text(&path),
        .type = "application/json",
        .body = buf_text(body),
        .length = body->length,
        .bearer = token,
        .patience = CLIENT_PATIENT,
    };
    bool is_sent = client_send(invocation->client, &call, reply, err);
    buf_finish(&path);
    return is_sent;
}

/* One evaluation in a file of its own; its receipt is printed as it came. */
static enum ctl_status submit_one(struct invocation *invocation, const char *wave,
                                  const char *token)
{
    const char *given = invocation_option(invocation, "id");
    struct uuid made = uuid_random();
    struct uuid_text id = uuid_format(&made);
    struct buf body;
    struct client_reply reply;
    struct error err;
    buf_init(&body);
    client_reply_init(&reply);
    enum ctl_status status = request_read_file(invocation->arguments[1], EVALUATION_BYTES, &body);
    if (status == CTL_DONE && !put_evaluation(invocation, wave, given != NULL ? given : id.text,
                                              token, &body, &reply, &err))
        status = ctl_fail_error(&err);
    if (status == CTL_DONE && reply.status >= 300) {
        ask_tell_problem(&reply, NULL);
        status = CTL_REFUSED;
    } else if (status == CTL_DONE) {
        invocation->is_json = invocation->field == NULL;
        status = request_print(invocation, &reply);
    }
    client_reply_finish(&reply);
    buf_finish(&body);
    return status;
}

static void tell_reply(struct upload *upload, const char *id, const struct client_reply *reply)
{
    json_t *answer = json_loadb(buf_text(&reply->body), reply->body.length, 0, NULL);
    const char *detail = json_string_value(json_object_get(answer, "detail"));
    const char *outcome = "refused";
    if (reply->status < 300)
        outcome = reply->status == 201 ? "recorded" : "known";
    upload_tell(upload, upload->number, (int)reply->status, outcome, id, detail,
                json_object_get(answer, "errors"));
    json_decref(answer);
}

static enum ctl_status send_line(struct upload *upload, const char *wave, const json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "id"));
    const char *token = json_string_value(json_object_get(object, "token"));
    const json_t *evaluation = json_object_get(object, "evaluation");
    if (id == NULL || token == NULL || !json_is_object(evaluation)) {
        upload_tell(upload, upload->number, 400, "malformed", id,
                    "a line has the fields id, token and evaluation", NULL);
        return CTL_DONE;
    }
    struct buf body;
    struct client_reply reply;
    struct error err;
    buf_init(&body);
    client_reply_init(&reply);
    char *text = json_dumps(evaluation, JSON_COMPACT);
    buf_append_text(&body, text);
    free(text);
    bool is_sent = put_evaluation(upload->invocation, wave, id, token, &body, &reply, &err);
    if (is_sent)
        tell_reply(upload, id, &reply);
    client_reply_finish(&reply);
    buf_finish(&body);
    return is_sent ? CTL_DONE : ctl_fail_error(&err);
}

static enum ctl_status submit_lines(struct invocation *invocation, const char *wave)
{
    struct upload upload;
    enum ctl_status status = upload_open(&upload, invocation, "submitting");
    if (status != CTL_DONE)
        return status;
    while (status == CTL_DONE && upload_next(&upload)) {
        json_error_t fault;
        json_t *object = json_loadb(upload.line, upload.length, JSON_REJECT_DUPLICATES, &fault);
        if (object == NULL)
            upload_tell(&upload, upload.number, 400, "malformed", NULL, fault.text, NULL);
        else
            status = send_line(&upload, wave, object);
        json_decref(object);
        progress_set(&upload.progress, upload.bytes, upload.number);
    }
    return upload_finish(&upload, status, upload.number);
}

enum ctl_status evaluations_submit(struct invocation *invocation)
{
    const char *token = invocation_option(invocation, "token");
    struct buf wave;
    buf_init(&wave);
    enum ctl_status status = resolve_wave(invocation, invocation->arguments[0], &wave);
    if (status == CTL_DONE && token != NULL)
        status = submit_one(invocation, buf_text(&wave), token);
    else if (status == CTL_DONE)
        status = submit_lines(invocation, buf_text(&wave));
    buf_finish(&wave);
    return status;
}

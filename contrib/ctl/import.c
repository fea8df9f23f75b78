/* Import on behalf of participants: a file of any length in requests of bounded size. A line that
 * is recorded already is a replay, so a request may be sent again. */
#include "ask.h"
#include "resolve.h"
#include "upload.h"
#include <string.h>
#include <time.h>

#define BATCH_LINES 500
#define BATCH_BYTES (192 * 1024) /* below max_body's default; a longer line goes alone */
#define ROUNDS      5            /* for lines the server could not record now */

struct batch {
    struct upload *upload;
    const char *path;
    struct buf body;
    uint64_t numbers[BATCH_LINES]; /* the lines' in the file */
    size_t count;
};

static const json_t *member(const json_t *object, const char *name)
{
    return json_object_get(object, name);
}

static void print_raw(json_t *outcome, uint64_t number)
{
    json_object_set_new(outcome, "line", json_integer((json_int_t)number));
    json_dumpf(outcome, stdout, JSON_COMPACT);
    putchar('\n');
}

static void tell_outcome(struct batch *batch, size_t index, json_t *outcome)
{
    struct upload *upload = batch->upload;
    int status = (int)json_integer_value(member(outcome, "status"));
    if (!upload->invocation->is_json) {
        upload_tell(upload, batch->numbers[index], status,
                    json_string_value(member(outcome, "outcome")),
                    json_string_value(member(outcome, "id")),
                    json_string_value(member(outcome, "detail")), member(outcome, "errors"));
        return;
    }
    uint64_t *good = status == 201 ? &upload->recorded : &upload->known;
    ++*(status < 300 ? good : &upload->refused);
    progress_clear(&upload->progress);
    print_raw(outcome, batch->numbers[index]);
}

/* The outcomes as an array: one line each in the batch's order, or NULL when some are missing. */
static json_t *read_outcomes(const struct batch *batch, const struct client_reply *reply)
{
    json_t *outcomes = json_array();
    const char *at = buf_text(&reply->body);
    const char *end = at + reply->body.length;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = stop != NULL ? (size_t)(stop - at) : (size_t)(end - at);
        json_t *outcome = json_loadb(at, length, 0, NULL);
        if (outcome == NULL || json_array_append_new(outcomes, outcome) != 0)
            break;
        at += length + (stop != NULL);
    }
    if (json_array_size(outcomes) == batch->count)
        return outcomes;
    json_decref(outcomes);
    return NULL;
}

static bool has_unavailable(const json_t *outcomes)
{
    for (size_t i = 0; i < json_array_size(outcomes); i++)
        if (json_integer_value(member(json_array_get(outcomes, i), "status")) == 503)
            return true;
    return false;
}

static enum ctl_status ask_outcomes(struct batch *batch, json_t **outcomes)
{
    struct client_reply reply;
    client_reply_init(&reply);
    struct client_call call = {
        .method = "POST",
        .path = batch->path,
        .type = "application/x-ndjson",
        .body = buf_text(&batch->body),
        .length = batch->body.length,
        .is_repeatable = true,
        .patience = CLIENT_PATIENT,
    };
    *outcomes = NULL;
    enum ctl_status status = ask(batch->upload->invocation, &call, &reply);
    if (status == CTL_DONE)
        *outcomes = read_outcomes(batch, &reply);
    client_reply_finish(&reply);
    return status;
}

static enum ctl_status send_batch(struct batch *batch)
{
    static const struct timespec pause = {1, 0};
    json_t *outcomes = NULL;
    enum ctl_status status = CTL_DONE;
    if (batch->count == 0)
        return CTL_DONE;
    progress_clear(&batch->upload->progress);
    for (int round = 0; round < ROUNDS && status == CTL_DONE; round++) {
        json_decref(outcomes);
        status = ask_outcomes(batch, &outcomes);
        if (outcomes != NULL && !has_unavailable(outcomes))
            break;
        if (status == CTL_DONE)
            nanosleep(&pause, NULL);
    }
    if (status == CTL_DONE && outcomes == NULL)
        status = ctl_fail(CTL_UNREACHED, "the server's answer was cut off");
    for (size_t i = 0; status == CTL_DONE && i < batch->count; i++)
        tell_outcome(batch, i, json_array_get(outcomes, i));
    json_decref(outcomes);
    if (status == CTL_DONE) {
        buf_clear(&batch->body);
        batch->count = 0;
    }
    return status;
}

static void add_line(struct batch *batch)
{
    const struct upload *upload = batch->upload;
    buf_append(&batch->body, upload->line, upload->length);
    if (upload->line[upload->length - 1] != '\n')
        buf_append_char(&batch->body, '\n');
    batch->numbers[batch->count++] = upload->number;
}

static enum ctl_status import_lines(struct upload *upload, const char *path)
{
    struct batch batch = {.upload = upload, .path = path};
    buf_init(&batch.body);
    enum ctl_status status = CTL_DONE;
    while (status == CTL_DONE && upload_next(upload)) {
        bool is_full =
            batch.count == BATCH_LINES || batch.body.length + upload->length + 1 > BATCH_BYTES;
        if (is_full)
            status = send_batch(&batch);
        if (status == CTL_DONE)
            add_line(&batch);
        progress_set(&upload->progress, upload->bytes, upload->number);
    }
    if (status == CTL_DONE)
        status = send_batch(&batch);
    uint64_t next = batch.count > 0 ? batch.numbers[0] : upload->number + 1;
    buf_finish(&batch.body);
    return upload_finish(upload, status, next);
}

enum ctl_status evaluations_import(struct invocation *invocation)
{
    struct upload upload;
    struct buf path;
    buf_init(&path);
    buf_append_text(&path, "/v1/waves/");
    enum ctl_status status = resolve_wave(invocation, invocation->arguments[0], &path);
    buf_append_text(&path, "/evaluations:import");
    if (invocation_option(invocation, "late") != NULL)
        buf_append_text(&path, "?late=1");
    if (status == CTL_DONE)
        status = upload_open(&upload, invocation, "importing");
    if (status == CTL_DONE)
        status = import_lines(&upload, buf_text(&path));
    buf_finish(&path);
    return status;
}

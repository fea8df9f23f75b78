/* NDJSON import: one evaluation a line, one outcome a line in the same order, written as its commit
 * is confirmed. evhttp has the whole body before a handler runs, so a request carries at most
 * max_body; debriefctl cuts a file of any length into requests, and neither side holds more than
 * one. A line that is already recorded is a replay, so running an import again adds nothing. */
#include <debriefd/evaluations.h>
#include <debriefd/form_cache.h>
#include <debriefd/receipt.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 2000

struct line {
    struct import *import;
    struct uuid evaluation;
    struct uuid participant;
    struct buf outcome; /* written in order once it is known */
    bool is_done;
};

struct import {
    struct request *request;
    struct uuid wave;
    bool is_late;
    struct line *lines;
    size_t count;
    size_t written;
};

static void set_outcome(struct line *line, const char *outcome, int status, const char *detail)
{
    struct uuid_text id = uuid_format(&line->evaluation);
    buf_printf(&line->outcome, "{\"line\":%zu,\"id\":\"%s\",\"outcome\":\"%s\",\"status\":%d",
               (size_t)(line - line->import->lines) + 1, id.text, outcome, status);
    if (detail != NULL) {
        buf_append_text(&line->outcome, ",\"detail\":");
        buf_append_json(&line->outcome, detail, strlen(detail));
    }
    line->is_done = true;
}

static void set_invalid(struct line *line, int status, const struct violations *violations)
{
    set_outcome(line, "invalid", status, NULL);
    buf_append_text(&line->outcome, ",\"errors\":[");
    for (size_t i = 0; i < violations->count; i++) {
        const struct violation *one = &violations->items[i];
        buf_append_text(&line->outcome, i > 0 ? ",{\"pointer\":" : "{\"pointer\":");
        buf_append_json(&line->outcome, one->pointer, strlen(one->pointer));
        buf_printf(&line->outcome, ",\"code\":\"%s\",\"detail\":", one->code);
        buf_append_json(&line->outcome, one->detail, strlen(one->detail));
        buf_append_char(&line->outcome, '}');
    }
    buf_append_char(&line->outcome, ']');
}

static void finish(struct import *import)
{
    request_stream_end(import->request);
    free(import->lines);
    free(import);
}

/* Writes what is known up to the first line that is not. */
static void write_known(struct import *import)
{
    while (import->written < import->count && import->lines[import->written].is_done) {
        struct line *line = &import->lines[import->written++];
        buf_append_text(&line->outcome, "}\n");
        request_stream_write(import->request, line->outcome.data, line->outcome.length);
        buf_finish(&line->outcome);
    }
    if (import->written == import->count)
        finish(import);
}

static void line_stored(void *context, enum ingest_outcome outcome, const struct buf *receipt,
                        const struct error *err)
{
    struct line *line = context;
    struct outcome_answer answer = outcome_answer(outcome);
    int status = err != NULL ? error_http_status(err->code) : answer.status;
    const char *detail = err != NULL ? err->message : answer.status >= 300 ? answer.detail : NULL;
    set_outcome(line, ingest_outcome_name(outcome), status, detail);
    if (receipt->length > 0) {
        buf_append_text(&line->outcome, ",\"receipt\":");
        buf_append(&line->outcome, receipt->data, receipt->length);
    }
    write_known(line->import);
}

static bool parse_id(const json_t *object, const char *name, struct uuid *uuid,
                     struct violations *violations)
{
    const char *text = json_string_value(json_object_get(object, name));
    char pointer[32];
    snprintf(pointer, sizeof pointer, "/%s", name);
    if (text != NULL && uuid_parse(text, strlen(text), uuid))
        return true;
    violations_add(violations, pointer, "format", "must be a UUID");
    return false;
}

/* {"id", "participant", "evaluation": {...}}: the evaluation's text is hashed in canonical form,
 * since its place in a line has no bytes of its own. */
static void submit_line(struct line *line, const struct form *form, const json_t *object,
                        struct violations *violations)
{
    bool has_ids = parse_id(object, "id", &line->evaluation, violations);
    has_ids = parse_id(object, "participant", &line->participant, violations) && has_ids;
    json_t *evaluation = json_object_get(object, "evaluation");
    if (!json_is_object(evaluation))
        violations_add(violations, "/evaluation", "type", "must be an object");
    if (!has_ids || !json_is_object(evaluation) || json_object_size(object) != 3) {
        if (violations->total == 0)
            violations_add(violations, "", "unknown_field",
                           "a line has the fields id, participant and evaluation");
        set_invalid(line, 422, violations);
        return;
    }
    char *body = json_dumps(evaluation, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    struct roster roster = {form->participants, form->participant_count, &line->participant};
    struct answers answers;
    answers_init(&answers);
    if (answers_read(form->instrument, &roster, body, strlen(body), &answers, violations) !=
        ANSWERS_OK) {
        set_invalid(line, 422, violations);
    } else {
        struct ingest_submission given = {
            .programme = request_principal(line->import->request)->programme,
            .wave = line->import->wave,
            .evaluation = line->evaluation,
            .participant = line->participant,
            .replaces = answers.has_replaces ? answers.replaces : uuid_nil(),
            .is_late = line->import->is_late,
            .scores = answers.slots,
            .score_count = answers.slot_count,
            .texts = answers.texts.data,
            .texts_length = answers.texts.length,
            .answered = answers.answered,
            .applicable = answers.applicable,
            .body_hash = secret_hash(body, strlen(body)),
            .language = answers.language != NULL ? answers.language
                                                 : instrument_language(form->instrument, 0),
        };
        ingest_submit(request_api(line->import->request)->ingest, &given, line_stored, line);
    }
    answers_finish(&answers);
    free(body);
}

static void read_line(struct line *line, const struct form *form, const char *text, size_t length)
{
    struct violations violations;
    violations_init(&violations);
    json_error_t fault;
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
    if (object == NULL)
        set_outcome(line, "malformed", 400, fault.text);
    else
        submit_line(line, form, object, &violations);
    json_decref(object);
    violations_finish(&violations);
}

static size_t count_lines(const char *body, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += body[i] == '\n';
    return count + (length > 0 && body[length - 1] != '\n');
}

static void form_found(struct request *request, struct form *form)
{
    if (form == NULL)
        return;
    size_t length;
    const char *body = request_body(request, &length);
    size_t count = count_lines(body, length);
    if (count == 0 || count > LINES_MAX) {
        request_problem(request, 422, "invalid", "send 1 to %d lines a request", LINES_MAX);
        return;
    }
    struct import *import = xcalloc(sizeof *import);
    import->request = request;
    import->count = count;
    import->lines = xcalloc_array(count, sizeof *import->lines);
    const char *late = request_query(request, "late");
    import->is_late = late != NULL && strcmp(late, "1") == 0;
    if (!request_uuid(request, "wave", &import->wave))
        abort(); /* it was one when the form was looked for */
    request_stream_start(request, 200, "application/x-ndjson", NULL, NULL, NULL);
    for (size_t i = 0; i < count; i++) {
        const char *end = memchr(body, '\n', length);
        size_t line_length = end != NULL ? (size_t)(end - body) : length;
        import->lines[i].import = import;
        read_line(&import->lines[i], form, body, line_length);
        size_t step = line_length + (end != NULL);
        body += step;
        length -= step;
    }
    write_known(import);
}

static void audited(void *context, const struct rows *rows, const struct error *err)
{
    (void)rows;
    struct request *request = context;
    struct uuid wave;
    if (err != NULL)
        request_problem_error(request, err);
    else if (request_uuid(request, "wave", &wave))
        form_find(request, &request_principal(request)->programme, &wave, form_found);
}

/* Who answers for others is on record before anything is stored. */
static void audit_import(struct request *request)
{
    size_t length;
    const char *body = request_body(request, &length);
    char detail[120];
    snprintf(detail, sizeof detail, "{\"wave\":\"%.36s\",\"lines\":%zu}",
             request_segment(request, "wave"), count_lines(body, length));
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_uuid(&params, &request_principal(request)->actor);
    params_text(&params, "evaluations.imported");
    params_text(&params, detail);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "audit_append",
                    &params, audited, request);
    params_finish(&params);
}

static void post_import(struct request *request)
{
    struct uuid wave;
    if (!request_has_type(request, "application/x-ndjson"))
        request_problem(request, 415, NULL, "send application/x-ndjson");
    else if (request_uuid(request, "wave", &wave))
        audit_import(request);
}

static const struct operation import_operation = {
    .id = "importEvaluations",
    .summary = "Import evaluations on behalf of participants, one JSON object a line; late=1 also "
               "into a closed wave",
    .roles = ROLE_ORGANISER,
    .body_type = "application/x-ndjson",
    .answer = "One outcome a line, in the same order",
    .answer_type = "application/x-ndjson",
    .parameters = {{FROM_QUERY_TEXT, "late"}},
    .run = post_import,
};

const struct route import_routes[] = {
    {METHOD_POST, "/v1/waves/{wave}/evaluations:import", operation_handle, &import_operation},
    {0},
};

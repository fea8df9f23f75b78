/* Reading metrics: releases for everyone with a reading role, as JSON or CSV, and internal rows for
 * the analyst. */
#include "body_cache.h"
#include "resources.h"
#include <debriefd/clock.h>
#include <stdlib.h>
#include <string.h>

enum format { FORMAT_JSON, FORMAT_CSV };

static const char *const format_types[] = {"application/json", "text/csv", NULL};

struct reading {
    struct request *request;
    struct uuid programme;
    enum format format;
    char *question; /* the cache's key; NULL: not to be cached */
    bool has_study;
    struct uuid study;
};

static const char *const csv_columns[] = {
    "study",       "study_name", "release", "family", "wave", "slice", "item",   "metric",  "value",
    "null_reason", "n",          "N",       "low",    "high", "unit",  "method", "version",
};

/* RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe before it. */
static void append_csv_text(struct buf *csv, const char *text)
{
    bool is_formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    buf_append_char(csv, '"');
    if (is_formula)
        buf_append_char(csv, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_append_char(csv, '"');
        buf_append_char(csv, *text);
    }
    buf_append_char(csv, '"');
}

static void append_csv_value(struct buf *csv, const json_t *value)
{
    if (json_is_string(value) && json_string_length(value) > 0)
        append_csv_text(csv, json_string_value(value));
    else if (json_is_integer(value))
        buf_printf(csv, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(csv, "%.17g", json_real_value(value));
}

static void write_csv(struct buf *csv, const struct reading *reading, const struct rows *rows)
{
    const char *text = rows_text(rows, 0, rows_column(rows, "metrics"));
    json_t *metrics = json_loads(text, 0, NULL);
    size_t skipped = reading->has_study ? 3 : 0; /* columns that only a programme's table needs */
    size_t columns = sizeof csv_columns / sizeof *csv_columns;
    for (size_t i = skipped; i < columns; i++)
        buf_printf(csv, "%s%s", csv_columns[i], i + 1 < columns ? "," : "\r\n");
    size_t index;
    json_t *metric;
    json_array_foreach(metrics, index, metric)
    {
        for (size_t i = skipped; i < columns; i++) {
            append_csv_value(csv, json_object_get(metric, csv_columns[i]));
            buf_append_text(csv, i + 1 < columns ? "," : "\r\n");
        }
    }
    json_decref(metrics);
}

static void write_json(struct buf *json, const struct reading *reading, const struct rows *rows)
{
    buf_printf(json, "{\"programme\":\"%s\"", uuid_format(&reading->programme).text);
    if (reading->has_study)
        buf_printf(json, ",\"study\":\"%s\"", uuid_format(&reading->study).text);
    if (rows_is_null(rows, 0, rows_column(rows, "released_at")))
        buf_append_text(json, ",\"released_at\":null");
    else
        buf_printf(json, ",\"released_at\":\"%s\"",
                   rows_text(rows, 0, rows_column(rows, "released_at")));
    if (reading->has_study)
        buf_printf(json, ",\"release\":%s", rows_bool(rows, 0, 0) ? rows_text(rows, 0, 1) : "null");
    int metrics = rows_column(rows, "metrics");
    buf_append_text(json, ",\"metrics\":");
    buf_append(json, rows_text(rows, 0, metrics), rows_length(rows, 0, metrics));
    buf_append_char(json, '}');
}

static void read_done(void *context, const struct rows *rows, const struct error *err)
{
    struct reading *reading = context;
    struct request *request = reading->request;
    if (err != NULL) {
        request_problem_lookup(request, err);
        return;
    }
    if (rows_count(rows) == 0) {
        request_problem(request, 404, NULL, "no such study");
        return;
    }
    struct buf text;
    buf_init(&text);
    if (reading->format == FORMAT_CSV)
        write_csv(&text, reading, rows);
    else
        write_json(&text, reading, rows);
    struct secret_hash hash = secret_hash(buf_text(&text), text.length);
    char tag[33];
    secret_hex(hash.bytes, 16, tag);
    struct reply_body *body =
        reply_body_create(reading->format == FORMAT_CSV ? "text/csv; charset=utf-8; header=present"
                                                        : "application/json",
                          tag, "private, no-cache", &text);
    if (reading->question != NULL)
        body_cache_add(request_api(request)->bodies, reading->question, body);
    request_reply_cached(request, body);
    reply_body_unref(body);
}

static const char *const filters[] = {"family", "wave", "slice", "item"};

static void add_filters(const struct request *request, struct params *params)
{
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        params_text(params, request_query(request, filters[i]));
}

/* The same question has the same text; a control character, which no name has, separates its parts.
 */
static char *write_question(const struct reading *reading)
{
    struct buf question;
    buf_init(&question);
    buf_printf(&question, "%s\x1f%s\x1f%d", uuid_format(&reading->programme).text,
               reading->has_study ? uuid_format(&reading->study).text : "", (int)reading->format);
    const char *as_of = reading->has_study ? request_query(reading->request, "as_of") : NULL;
    buf_printf(&question, "\x1f%s", as_of != NULL ? as_of : "");
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const char *value = request_query(reading->request, filters[i]);
        buf_printf(&question, "\x1f%s%s", value != NULL ? "=" : "", value != NULL ? value : "");
    }
    char *copy = request_copy(reading->request, buf_text(&question), question.length);
    buf_finish(&question);
    return copy;
}

static void query(struct reading *reading, const char *statement, const struct params *params)
{
    channel_execute(channel_pool_choose(request_api(reading->request)->options.pool), statement,
                    params, read_done, reading);
}

static bool reply_from_cache(struct reading *reading)
{
    reading->question = write_question(reading);
    struct reply_body *body =
        body_cache_find(request_api(reading->request)->bodies, reading->question);
    if (body == NULL)
        return false;
    request_reply_cached(reading->request, body);
    return true;
}

static void read_release(struct reading *reading)
{
    const char *as_of = request_query(reading->request, "as_of");
    if (as_of != NULL && !shape_is_time(as_of)) {
        request_problem(reading->request, 400, "invalid-query", "as_of is not a time (RFC 3339)");
        return;
    }
    if (reply_from_cache(reading))
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &reading->programme);
    params_uuid(&params, &reading->study);
    params_text(&params, as_of);
    add_filters(reading->request, &params);
    query(reading, "release_read", &params);
    params_finish(&params);
}

/* A study's rows, or those of the programme itself: its comparison. */
static void read_internal(struct reading *reading)
{
    if (request_principal(reading->request)->role != ROLE_ANALYST) {
        request_problem(reading->request, 403, NULL,
                        "internal metrics are for the analyst role only");
        return;
    }
    struct params params;
    params_init(&params);
    params_uuid(&params, &reading->programme);
    if (reading->has_study)
        params_uuid(&params, &reading->study);
    add_filters(reading->request, &params);
    params_uuid(&params, &request_principal(reading->request)->actor);
    query(reading, reading->has_study ? "internal_read" : "internal_programme_read", &params);
    params_finish(&params);
}

static struct reading *start_reading(struct request *request, enum format format)
{
    struct reading *reading = request_alloc(request, sizeof *reading);
    reading->request = request;
    reading->format = format;
    return request_programme(request, &reading->programme) ? reading : NULL;
}

static void get_study(struct request *request, enum format format)
{
    struct reading *reading = start_reading(request, format);
    if (reading == NULL || !request_uuid(request, "study", &reading->study))
        return;
    reading->has_study = true;
    if (request_query(request, "internal") != NULL)
        read_internal(reading);
    else
        read_release(reading);
}

static void read_programme(struct reading *reading)
{
    if (reply_from_cache(reading))
        return;
    struct params params;
    params_init(&params);
    params_uuid(&params, &reading->programme);
    add_filters(reading->request, &params);
    query(reading, "programme_read", &params);
    params_finish(&params);
}

static void get_programme(struct request *request, enum format format)
{
    struct reading *reading = start_reading(request, format);
    if (reading == NULL)
        return;
    if (request_query(request, "internal") != NULL)
        read_internal(reading);
    else
        read_programme(reading);
}

/* The path says the format by its suffix; without one, Accept does. */
static void negotiate(struct request *request, void (*get)(struct request *, enum format))
{
    int best = request_accept(request, format_types);
    if (best < 0)
        request_problem(request, 406, NULL, "there is application/json and text/csv");
    else
        get(request, (enum format)best);
}

static void get_study_any(struct request *request)
{
    negotiate(request, get_study);
}

static void get_study_csv(struct request *request)
{
    get_study(request, FORMAT_CSV);
}

static void get_programme_any(struct request *request)
{
    negotiate(request, get_programme);
}

static void get_programme_csv(struct request *request)
{
    get_programme(request, FORMAT_CSV);
}

#define FILTERS                                                                                    \
    {FROM_QUERY_TEXT, "family"}, {FROM_QUERY_TEXT, "wave"}, {FROM_QUERY_TEXT, "slice"},            \
    {                                                                                              \
        FROM_QUERY_TEXT, "item"                                                                    \
    }

static const struct operation study_operation = {
    .id = "getStudyMetrics",
    .summary = "The study's newest release, or the one as_of a time; JSON or CSV by Accept",
    .roles = ROLES_READERS,
    .answer = "Metric rows",
    .parameters = {FILTERS, {FROM_QUERY_TIME, "as_of"}, {FROM_QUERY_TEXT, "internal"}},
    .run = get_study_any,
};

static const struct operation study_csv_operation = {
    .id = "getStudyMetricsCsv",
    .summary = "The same as CSV, for tools that cannot send Accept",
    .roles = ROLES_READERS,
    .answer = "Metric rows",
    .answer_type = "text/csv",
    .parameters = {FILTERS, {FROM_QUERY_TIME, "as_of"}, {FROM_QUERY_TEXT, "internal"}},
    .run = get_study_csv,
};

static const struct operation programme_operation = {
    .id = "getProgrammeMetrics",
    .summary = "Every study's newest release, side by side, and their comparison; JSON or CSV by "
               "Accept; internal: the comparison of what is not released",
    .roles = ROLES_READERS,
    .answer = "Metric rows with their study; those of the comparison have none",
    .parameters = {FILTERS, {FROM_QUERY_TEXT, "internal"}},
    .run = get_programme_any,
};

static const struct operation programme_csv_operation = {
    .id = "getProgrammeMetricsCsv",
    .summary = "The same as CSV, for tools that cannot send Accept",
    .roles = ROLES_READERS,
    .answer = "Metric rows with their study; those of the comparison have none",
    .answer_type = "text/csv",
    .parameters = {FILTERS, {FROM_QUERY_TEXT, "internal"}},
    .run = get_programme_csv,
};

const struct route metric_routes[] = {
    {METHOD_GET, "/v1/studies/{study}/metrics", operation_handle, &study_operation},
    {METHOD_GET, "/v1/studies/{study}/metrics.csv", operation_handle, &study_csv_operation},
    {METHOD_GET, "/v1/programmes/{programme}/metrics", operation_handle, &programme_operation},
    {METHOD_GET, "/v1/programmes/{programme}/metrics.csv", operation_handle,
     &programme_csv_operation},
    {0},
};

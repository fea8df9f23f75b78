/* Reading metrics: releases for everyone with a reading role, as JSON or CSV, and internal rows for
 * the analyst. A withdrawn release says so, and nothing else stands in for it. */
#include "body_cache.h"
#include "metric_csv.h"
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
    enum metric_layout layout; /* of CSV */
    char *question;            /* the cache's key; NULL: not to be cached */
    uint64_t age;              /* of the cache, when it was asked */
    bool has_study;
    struct uuid study;
};

static void write_csv(struct buf *csv, const struct reading *reading, const struct rows *rows)
{
    const char *text = rows_text(rows, 0, rows_column(rows, "metrics"));
    json_t *metrics = json_loads(text, 0, NULL);
    metric_csv_write(csv, metrics, reading->layout,
                     reading->has_study ? METRIC_STUDY : METRIC_PROGRAMME);
    json_decref(metrics);
}

/* A column's text as a member; null where it is null. */
static void append_member(struct buf *json, const struct rows *rows, const char *name)
{
    int column = rows_column(rows, name);
    buf_printf(json, ",\"%s\":", name);
    if (rows_is_null(rows, 0, column))
        buf_append_text(json, "null");
    else
        buf_append_json(json, rows_text(rows, 0, column), rows_length(rows, 0, column));
}

/* The same for a column that is JSON. */
static void append_document(struct buf *json, const struct rows *rows, const char *name)
{
    int column = rows_column(rows, name);
    buf_printf(json, ",\"%s\":", name);
    buf_append(json, rows_text(rows, 0, column), rows_length(rows, 0, column));
}

static void write_json(struct buf *json, const struct reading *reading, const struct rows *rows)
{
    buf_printf(json, "{\"programme\":\"%s\"", uuid_format(&reading->programme).text);
    if (reading->has_study)
        buf_printf(json, ",\"study\":\"%s\"", uuid_format(&reading->study).text);
    append_member(json, rows, "released_at");
    if (reading->has_study) {
        buf_printf(json, ",\"release\":%s", rows_bool(rows, 0, 0) ? rows_text(rows, 0, 1) : "null");
        append_member(json, rows, "withdrawn_at");
        append_member(json, rows, "withdrawn_reason");
    } else {
        append_document(json, rows, "withdrawn");
    }
    append_document(json, rows, "metrics");
    buf_append_char(json, '}');
}

/* A table has no place to say that, and an empty one would say something else. */
static bool is_withdrawn_table(const struct reading *reading, const struct rows *rows)
{
    return reading->format == FORMAT_CSV && reading->has_study &&
           !rows_is_null(rows, 0, rows_column(rows, "withdrawn_at"));
}

static void reply_withdrawn(struct request *request, const struct rows *rows)
{
    request_problem(request, 410, "release-withdrawn", "release %s was withdrawn: %s",
                    rows_text(rows, 0, rows_column(rows, "number")),
                    rows_text(rows, 0, rows_column(rows, "withdrawn_reason")));
}

static void reply_body(struct reading *reading, const struct rows *rows)
{
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
        body_cache_add(request_api(reading->request)->bodies, reading->question, reading->age,
                       body);
    request_reply_cached(reading->request, body);
    reply_body_unref(body);
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
    if (is_withdrawn_table(reading, rows))
        reply_withdrawn(request, rows);
    else
        reply_body(reading, rows);
}

static const char *const filters[] = {"family", "wave", "slice", "item", "metric"};

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
    buf_printf(&question, "%s\x1f%s\x1f%d\x1f%d", uuid_format(&reading->programme).text,
               reading->has_study ? uuid_format(&reading->study).text : "", (int)reading->format,
               (int)reading->layout);
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
    struct body_cache *bodies = request_api(reading->request)->bodies;
    reading->question = write_question(reading);
    reading->age = body_cache_age(bodies);
    struct reply_body *body = body_cache_find(bodies, reading->question);
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
    if (request_query(reading->request, "as_of") != NULL) {
        request_problem(reading->request, 400, "invalid-query",
                        "internal metrics have no history: as_of is for releases");
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

static bool read_layout(struct reading *reading)
{
    static const char *const layouts[] = {[METRIC_LONG] = "long", [METRIC_WIDE] = "wide"};
    const char *given = request_query(reading->request, "layout");
    for (size_t i = 0; given != NULL && i < sizeof layouts / sizeof *layouts; i++)
        if (strcmp(given, layouts[i]) == 0) {
            reading->layout = (enum metric_layout)i;
            return true;
        }
    if (given != NULL)
        request_problem(reading->request, 400, "invalid-query", "layout is long or wide");
    return given == NULL;
}

static struct reading *start_reading(struct request *request, enum format format)
{
    struct reading *reading = request_alloc(request, sizeof *reading);
    reading->request = request;
    reading->format = format;
    bool is_good = request_programme(request, &reading->programme) && read_layout(reading);
    return is_good ? reading : NULL;
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

/* The path says the format by its suffix; without one, Accept does. Who asks for a layout asks for
 * CSV. */
static void negotiate(struct request *request, void (*get)(struct request *, enum format))
{
    bool has_layout = request_query(request, "layout") != NULL;
    int first = has_layout ? FORMAT_CSV : FORMAT_JSON;
    int best = request_accept(request, format_types + first);
    if (best < 0 && has_layout)
        request_problem(request, 406, NULL, "a layout is for text/csv");
    else if (best < 0)
        request_problem(request, 406, NULL, "there is application/json and text/csv");
    else
        get(request, (enum format)(first + best));
}

static void get_study_any(struct request *request)
{
    negotiate(request, get_study);
}

void metrics_study_csv(struct request *request)
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
        {FROM_QUERY_TEXT, "item"}, {FROM_QUERY_TEXT, "metric"},                                    \
    {                                                                                              \
        FROM_QUERY_TEXT, "layout"                                                                  \
    }

static const struct operation study_operation = {
    .id = "getStudyMetrics",
    .summary = "The study's newest release, or the one as_of a time; JSON or CSV by Accept",
    .roles = ROLES_READERS,
    .answer = "Metric rows. As CSV: a row a metric, or with layout=wide a row an item and slice",
    .other_type = "text/csv",
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
    .run = metrics_study_csv,
};

static const struct operation programme_operation = {
    .id = "getProgrammeMetrics",
    .summary = "Every study's newest release, side by side, and their comparison; JSON or CSV by "
               "Accept; internal: the comparison of what is not released",
    .roles = ROLES_READERS,
    .answer = "Metric rows with their study; those of the comparison have none. As CSV: a row a "
              "metric, or with layout=wide a row a study, item and slice",
    .other_type = "text/csv",
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

#include <debriefd/operation.h>

#include <assert.h>
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <debriefd/principal.h>
#include <stdlib.h>
#include <string.h>

static const struct operation *operation_of(const struct request *request)
{
    return request_route(request)->detail;
}

bool request_uuid(struct request *request, const char *name, struct uuid *uuid)
{
    const char *text = request_segment(request, name);
    if (uuid_parse(text, strlen(text), uuid))
        return true;
    request_problem(request, 404, NULL, "no such %s", name);
    return false;
}

static bool has_segment(const struct request *request, const char *name)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "{%s}", name);
    return strstr(request_route(request)->pattern, wanted) != NULL;
}

bool request_programme(struct request *request, struct uuid *programme)
{
    const struct principal *principal = request_principal(request);
    *programme = principal->programme;
    if (!has_segment(request, "programme"))
        return true;
    struct uuid named;
    if (!request_uuid(request, "programme", &named))
        return false;
    if (principal->role != ROLE_OPERATOR && !uuid_equal(&named, &principal->programme)) {
        request_problem(request, 404, NULL, "no such programme");
        return false;
    }
    *programme = named;
    return true;
}

json_t *request_json(struct request *request)
{
    if (!request_require_json(request))
        return NULL;
    size_t length;
    const char *bytes = request_body(request, &length);
    json_error_t fault;
    json_t *body = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &fault);
    if (body == NULL)
        request_problem(request, 400, "malformed", "the body is not JSON: %s at byte %d",
                        fault.text, fault.position);
    return body;
}

json_t *operation_body(struct request *request)
{
    json_t *body = request_json(request);
    if (body == NULL)
        return NULL;
    struct violations violations;
    violations_init(&violations);
    shape_check(operation_of(request)->body, body, "", &violations);
    if (violations.total > 0) {
        request_problem_violations(request, &violations);
        json_decref(body);
        body = NULL;
    }
    violations_finish(&violations);
    return body;
}

static bool add_body(struct request *request, struct params *params)
{
    json_t *body = operation_body(request);
    if (body == NULL)
        return false;
    char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(17));
    params_text(params, text);
    free(text);
    json_decref(body);
    return true;
}

static bool is_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 6 && text[digits] == '\0';
}

static bool add_segment(struct request *request, const struct parameter *parameter,
                        struct params *params)
{
    const char *text = request_segment(request, parameter->name);
    struct uuid uuid;
    if (parameter->source == FROM_SEGMENT_UUID) {
        if (!request_uuid(request, parameter->name, &uuid))
            return false;
        params_uuid(params, &uuid);
        return true;
    }
    if (parameter->source == FROM_SEGMENT_NUMBER && !is_number(text)) {
        request_problem(request, 404, NULL, "no such %s", parameter->name);
        return false;
    }
    params_text(params, text);
    return true;
}

bool request_limit(struct request *request, const char *name, int *limit)
{
    const char *text = request_query(request, name);
    char *end = NULL;
    long value = text != NULL ? strtol(text, &end, 10) : 100;
    bool is_number = text == NULL || (end != text && *end == '\0');
    if (!is_number || value < 1 || value > 1000) {
        request_problem(request, 400, "invalid-query", "%s must be from 1 to 1000", name);
        return false;
    }
    *limit = (int)value;
    return true;
}

static bool add_limit(struct request *request, const char *name, struct params *params)
{
    int limit;
    if (!request_limit(request, name, &limit))
        return false;
    params_int(params, limit);
    return true;
}

static const char *const query_kinds[] = {
    [FROM_QUERY_UUID] = "UUID",
    [FROM_QUERY_TEXT] = "text",
    [FROM_QUERY_TIME] = "time (RFC 3339)",
    [FROM_QUERY_NUMBER] = "number",
};

static bool add_query(struct request *request, const struct parameter *parameter,
                      struct params *params)
{
    const char *text = request_query(request, parameter->name);
    struct uuid uuid;
    if (parameter->source == FROM_QUERY_LIMIT)
        return add_limit(request, parameter->name, params);
    bool is_good =
        text == NULL || parameter->source == FROM_QUERY_TEXT ||
        (parameter->source == FROM_QUERY_UUID && uuid_parse(text, strlen(text), &uuid)) ||
        (parameter->source == FROM_QUERY_TIME && shape_is_time(text)) ||
        (parameter->source == FROM_QUERY_NUMBER && is_number(text));
    if (!is_good) {
        request_problem(request, 400, "invalid-query", "%s is not a %s", parameter->name,
                        query_kinds[parameter->source]);
        return false;
    }
    params_text(params, text);
    return true;
}

static bool add_parameter(struct request *request, const struct parameter *parameter,
                          struct params *params)
{
    struct uuid uuid;
    switch (parameter->source) {
    case FROM_PROGRAMME:
        if (!request_programme(request, &uuid))
            return false;
        params_uuid(params, &uuid);
        return true;
    case FROM_ACTOR:
        params_uuid(params, &request_principal(request)->actor);
        return true;
    case FROM_NEW_ID:
        uuid = uuid_ordered();
        params_uuid(params, &uuid);
        return true;
    case FROM_BODY:
        return add_body(request, params);
    case FROM_TRUE:
    case FROM_FALSE:
        params_bool(params, parameter->source == FROM_TRUE);
        return true;
    case FROM_IS_OPERATOR:
        params_bool(params, request_principal(request)->role == ROLE_OPERATOR);
        return true;
    case FROM_VERIFY_TIME:
        params_text(params, request_api(request)->options.config->work.verify_time);
        return true;
    case FROM_IS_SENDING:
        params_bool(params, config_can_mail(request_api(request)->options.config));
        return true;
    case FROM_SEGMENT_UUID:
    case FROM_SEGMENT_TEXT:
    case FROM_SEGMENT_NUMBER:
        return add_segment(request, parameter, params);
    default:
        return add_query(request, parameter, params);
    }
}

static void answer_problem(struct request *request, int status, const json_t *body)
{
    const char *slug = json_string_value(json_object_get(body, "problem"));
    const char *detail = json_string_value(json_object_get(body, "detail"));
    const json_t *lines = json_object_get(body, "lines");
    if (json_array_size(lines) == 0) {
        request_problem(request, status, slug, "%s", detail != NULL ? detail : "refused");
        return;
    }
    struct violations violations;
    violations_init(&violations);
    size_t index;
    json_t *line;
    json_array_foreach((json_t *)(uintptr_t)lines, index, line)
    {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/%d",
                 (int)json_integer_value(json_object_get(line, "line")));
        violations_add(&violations, pointer, "line", "%s",
                       json_string_value(json_object_get(line, "detail")));
    }
    request_problem_violations(request, &violations);
    violations_finish(&violations);
}

/* A status and a body of logic.answer: 2xx as JSON, else as a problem. */
static void operation_reply(struct request *request, int status, const char *body, size_t length)
{
    if (status < 400) {
        request_reply(request, status, "application/json", body, length);
        return;
    }
    json_t *problem = json_loadb(body, length, 0, NULL);
    assert(problem != NULL);
    answer_problem(request, status, problem);
    json_decref(problem);
}

void operation_reply_rows(struct request *request, const struct rows *rows, const struct error *err)
{
    if (err != NULL && request_method(request) == METHOD_GET) {
        request_problem_lookup(request, err);
    } else if (err != NULL) {
        request_problem_error(request, err);
    } else if (rows_count(rows) == 0) {
        request_problem(request, 404, NULL, "there is no such thing in this programme");
    } else {
        int body = rows_column(rows, "body");
        operation_reply(request, (int)rows_int64(rows, 0, rows_column(rows, "status")),
                        rows_text(rows, 0, body), rows_length(rows, 0, body));
    }
}

static void statement_done(void *context, const struct rows *rows, const struct error *err)
{
    operation_reply_rows(context, rows, err);
}

void operation_answer(struct request *request, const char *statement, const struct params *params)
{
    struct channel *channel = channel_pool_choose(request_api(request)->options.pool);
    channel_execute(channel, statement, params, statement_done, request);
}

static void run_statement(struct request *request, const struct operation *operation)
{
    struct params params;
    params_init(&params);
    bool is_complete = true;
    for (size_t i = 0; i < OPERATION_PARAMETERS && is_complete; i++)
        if (operation->parameters[i].source != FROM_NOTHING)
            is_complete = add_parameter(request, &operation->parameters[i], &params);
    if (is_complete)
        operation_answer(request, operation->statement, &params);
    params_finish(&params);
}

static bool check_query(struct request *request, const struct operation *operation)
{
    const char *names[OPERATION_PARAMETERS + 1] = {0};
    size_t count = 0;
    for (size_t i = 0; i < OPERATION_PARAMETERS; i++)
        if (operation->parameters[i].source >= FROM_QUERY_UUID &&
            operation->parameters[i].source <= FROM_QUERY_LIMIT)
            names[count++] = operation->parameters[i].name;
    struct error err;
    if (request_query_expect(request, names, &err))
        return true;
    request_problem(request, 400, "invalid-query", "%s", err.message);
    return false;
}

/* Called when it is known who asks. */
static void run_operation(struct request *request)
{
    const struct operation *operation = operation_of(request);
    const struct principal *principal = request_principal(request);
    if ((operation->roles & (unsigned)principal->role) == 0)
        request_problem(request, 403, NULL, "this key's role may not do this");
    else if (operation->run != NULL)
        operation->run(request);
    else
        run_statement(request, operation);
}

void operation_handle(struct request *request)
{
    const struct operation *operation = operation_of(request);
    if (!check_query(request, operation))
        return;
    if ((operation->roles & ROLE_ANYONE) != 0)
        operation->run(request);
    else
        principal_find(request, run_operation);
}

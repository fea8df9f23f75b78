#include "desk.h"

#include "desk_session.h"
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <stdlib.h>
#include <string.h>

#define STUDY_QUERY DESK_QUERIES

static const struct desk_query study_query = {"study_get",
                                              {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}};

/* A query's faulty parameter counts as absent: pages make their own links. */
static bool add_query(struct desk *desk, const struct parameter *parameter, struct params *params)
{
    const char *text = request_query(desk->request, parameter->name);
    struct uuid uuid;
    long number = text != NULL ? strtol(text, NULL, 10) : 0;
    switch (parameter->source) {
    case FROM_QUERY_UUID:
        params_text(params, text != NULL && uuid_parse(text, strlen(text), &uuid) ? text : NULL);
        return true;
    case FROM_QUERY_LIMIT:
        params_int(params, number >= 1 && number <= 1000 ? number : 100);
        return true;
    case FROM_QUERY_NUMBER:
        if (number > 0)
            params_int(params, number);
        else
            params_null(params);
        return true;
    case FROM_QUERY_TEXT:
        params_text(params, text);
        return true;
    default:
        return false;
    }
}

/* False when the path names nothing that could be. */
static bool add_parameter(struct desk *desk, const struct parameter *parameter,
                          struct params *params)
{
    struct uuid uuid;
    const char *text;
    switch (parameter->source) {
    case FROM_PROGRAMME:
        params_uuid(params, &desk->principal.programme);
        return true;
    case FROM_ACTOR:
        params_uuid(params, &desk->principal.actor);
        return true;
    case FROM_NEW_ID:
        uuid = uuid_ordered();
        params_uuid(params, &uuid);
        return true;
    case FROM_TRUE:
    case FROM_FALSE:
        params_bool(params, parameter->source == FROM_TRUE);
        return true;
    case FROM_IS_SENDING:
        params_bool(params, config_can_mail(request_api(desk->request)->options.config));
        return true;
    case FROM_SEGMENT_UUID:
        text = request_segment(desk->request, parameter->name);
        if (!uuid_parse(text, strlen(text), &uuid))
            return false;
        params_uuid(params, &uuid);
        return true;
    case FROM_SEGMENT_TEXT:
        params_text(params, request_segment(desk->request, parameter->name));
        return true;
    case FROM_SEGMENT_NUMBER:
        text = request_segment(desk->request, parameter->name);
        params_text(params, text);
        return text[0] != '\0' && strlen(text) <= 6 && text[strspn(text, "0123456789")] == '\0';
    default:
        return add_query(desk, parameter, params);
    }
}

static bool add_parameters(struct desk *desk, const struct desk_query *query, struct params *params)
{
    for (size_t i = 0; i < OPERATION_PARAMETERS; i++)
        if (query->parameters[i].source != FROM_NOTHING &&
            !add_parameter(desk, &query->parameters[i], params))
            return false;
    return true;
}

/* The status and body of a statement's first row; no row is 404. The body is the caller's. */
static json_t *take_answer(const struct rows *rows, const struct error *err, int *status)
{
    if (err != NULL) {
        log_warn("desk_statement_failed", "error=%s", error_code_name(err->code));
        *status = 503;
        return NULL;
    }
    if (rows_count(rows) == 0) {
        *status = 404;
        return NULL;
    }
    int body = rows_column(rows, "body");
    *status = (int)rows_int64(rows, 0, rows_column(rows, "status"));
    return json_loadb(rows_text(rows, 0, body), rows_length(rows, 0, body), 0, NULL);
}

struct call {
    struct desk *desk;
    desk_done_fn *done;
    void *context;
};

static void executed(void *context, const struct rows *rows, const struct error *err)
{
    struct call *call = context;
    int status;
    json_t *body = take_answer(rows, err, &status);
    call->done(call->desk, status, body, call->context);
    json_decref(body);
}

void desk_execute(struct desk *desk, const char *statement, const struct params *params,
                  desk_done_fn *done, void *context)
{
    struct call *call = request_alloc(desk->request, sizeof *call);
    *call = (struct call){desk, done, context};
    channel_execute(channel_pool_choose(request_api(desk->request)->options.pool), statement,
                    params, executed, call);
}

static void say_missing(struct desk *desk)
{
    desk_say(
        desk, 404, say(desk->language, "There is no such page"),
        say(desk->language, "The link may be old, or what it led to is in another programme."));
}

static void say_status(struct desk *desk, int status)
{
    if (status == 404)
        say_missing(desk);
    else
        desk_say(
            desk, status, say(desk->language, "That did not work"),
            say(desk->language, "The service cannot be reached right now. Try again in a minute."));
}

static void show(struct desk *desk)
{
    for (size_t i = 0; i < DESK_QUERIES; i++)
        desk->answers[i] = desk->owned_answers[i];
    desk->study = desk->owned_answers[STUDY_QUERY];
    if (desk->status >= 400)
        say_status(desk, desk->status);
    else if (desk->shown->answer != NULL)
        desk->shown->answer(desk);
    else
        desk_frame(desk, desk->shown_status, NULL, desk->shown->render, NULL);
}

struct answer_slot {
    struct desk *desk;
    size_t index;
};

static void answered(void *context, const struct rows *rows, const struct error *err)
{
    struct answer_slot *slot = context;
    struct desk *desk = slot->desk;
    int status;
    desk->owned_answers[slot->index] = take_answer(rows, err, &status);
    if (status > desk->status)
        desk->status = status;
    if (--desk->waiting == 0)
        show(desk);
}

static void execute_all(struct desk *desk, struct params *params)
{
    struct channel_pool *pool = request_api(desk->request)->options.pool;
    for (size_t i = 0; i <= STUDY_QUERY; i++)
        desk->waiting += desk->queries[i].statement != NULL;
    for (size_t i = 0; i <= STUDY_QUERY; i++) {
        if (desk->queries[i].statement == NULL)
            continue;
        struct answer_slot *slot = request_alloc(desk->request, sizeof *slot);
        *slot = (struct answer_slot){desk, i};
        channel_execute(channel_pool_choose(pool), desk->queries[i].statement, &params[i], answered,
                        slot);
    }
    if (desk->waiting == 0)
        show(desk);
}

/* All parameters first: a statement that is under way cannot be called back. */
static void ask(struct desk *desk)
{
    struct params params[STUDY_QUERY + 1];
    bool is_complete = true;
    memcpy(desk->queries, desk->shown->queries, sizeof desk->shown->queries);
    if (desk->shown->tab != DESK_TAB_NONE)
        desk->queries[STUDY_QUERY] = study_query;
    for (size_t i = 0; i <= STUDY_QUERY; i++) {
        params_init(&params[i]);
        if (desk->queries[i].statement != NULL)
            is_complete = add_parameters(desk, &desk->queries[i], &params[i]) && is_complete;
    }
    if (is_complete)
        execute_all(desk, params);
    else
        say_missing(desk);
    for (size_t i = 0; i <= STUDY_QUERY; i++)
        params_finish(&params[i]);
}

void desk_show(struct desk *desk, int status, const struct desk_page *page)
{
    desk->shown = page;
    desk->shown_status = status;
    ask(desk);
}

static void show_again(struct desk *desk, int status, const struct desk_page *page,
                       const char *refused, const char *message)
{
    desk->refused = refused;
    desk->refusal = request_copy(desk->request, message, strlen(message));
    desk_show(desk, status, page);
}

void desk_again(struct desk *desk, const struct desk_page *page, const char *refused,
                const char *message)
{
    show_again(desk, 422, page, refused, message);
}

void desk_again_after(struct desk *desk, const struct desk_page *page, const char *refused,
                      int status, const json_t *body)
{
    show_again(desk, status >= 500 ? status : 422, page, status == 422 ? refused : NULL,
               desk_detail(desk, body));
}

const char *desk_given(const struct desk *desk, const char *name, const char *stored)
{
    const char *given = fields_get(&desk->fields, name);
    return given != NULL ? given : stored;
}

bool desk_is_given(const struct desk *desk, const char *form, const char *name, bool is_stored)
{
    if (fields_get(&desk->fields, form) == NULL)
        return is_stored;
    return fields_get(&desk->fields, name) != NULL;
}

const char *desk_fault(const struct desk *desk, const char *name)
{
    return desk->refused != NULL && strcmp(desk->refused, name) == 0 ? desk->refusal : NULL;
}

static void changed(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status == 404 && body == NULL)
        say_missing(desk);
    else if (status >= 400)
        desk_refuse(desk, desk->page->back, desk_detail(desk, body));
    else
        desk_back(desk, desk->page->back, say(desk->language, desk->page->said));
}

static void change(struct desk *desk)
{
    struct params params;
    params_init(&params);
    if (add_parameters(desk, &desk->page->queries[0], &params))
        desk_execute(desk, desk->page->queries[0].statement, &params, changed, NULL);
    else
        say_missing(desk);
    params_finish(&params);
}

static void leave(struct desk *desk, const char *path, bool is_refusal, const char *message)
{
    desk_message_leave(desk->request, is_refusal, message);
    page_see(desk->request, desk_path(desk, path).text);
}

void desk_back(struct desk *desk, const char *path, const char *message)
{
    leave(desk, path, false, message);
}

void desk_refuse(struct desk *desk, const char *path, const char *message)
{
    leave(desk, path, true, message);
}

bool desk_csrf_holds(const struct desk *desk, const char *text)
{
    struct field field = {"csrf", text};
    struct fields fields = {&field, 1};
    return page_csrf_holds(desk->request, &fields, desk->cookie);
}

static bool is_genuine(struct desk *desk)
{
    return fields_read(desk->request, &desk->fields) &&
           page_csrf_holds(desk->request, &desk->fields, desk->cookie);
}

static void dispatch(struct desk *desk)
{
    if ((desk->page->roles & (unsigned)desk->principal.role) == 0)
        desk_say(desk, 403, say(desk->language, "This page is not for your role"),
                 say(desk->language, "Ask whoever gave you the account if you need it."));
    else if (request_method(desk->request) != METHOD_POST)
        ask(desk);
    else if (!desk->page->takes_upload && !is_genuine(desk))
        desk_say(desk, 403, say(desk->language, "Nothing was changed"),
                 say(desk->language, "The page you sent was too old, or came from elsewhere. Go "
                                     "back, load it again and send it once more."));
    else if (desk->page->act != NULL)
        desk->page->act(desk);
    else
        change(desk);
}

static void entered(struct request *request, const struct visitor *visitor, const char *cookie)
{
    struct desk *desk = request_alloc(request, sizeof *desk);
    desk->request = request;
    desk->page = request_route(request)->detail;
    desk->shown = desk->page;
    desk->shown_status = 200;
    desk->principal = visitor->principal;
    desk->language = page_language(request);
    desk->name = request_copy(request, visitor->name, strlen(visitor->name));
    desk->programme_name =
        request_copy(request, visitor->programme_name, strlen(visitor->programme_name));
    desk->cookie = cookie;
    request_set_user(request, &desk->principal);
    dispatch(desk);
}

void desk_handle(struct request *request)
{
    visitor_find(request, entered);
}

/* The form of a study that keeps nobody's name: one page, nothing saved, sent at once. */
#include "form.h"

#include <debriefd/anonymous.h>
#include <debriefd/reply.h>
#include <stdlib.h>
#include <string.h>

/* What follows the prefix; NULL without it. */
static const char *after(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static const char *go_of(const struct visit *visit)
{
    const char *go = visit->fields != NULL ? fields_get(visit->fields, "go") : NULL;
    return go != NULL ? go : "";
}

static void say_recorded(struct visit *visit)
{
    struct request *request = visit->request;
    enum language language = visit->language;
    visit_finish(visit);
    page_say(request, language, 200, say(language, "Your answers are recorded"),
             say(language, "Thank you for taking part. Nobody can see which answers are yours. The "
                           "link in your mail will say the same when you open it again."));
}

static void refuse(struct visit *visit, enum ingest_outcome outcome, const struct error *err)
{
    struct request *request = visit->request;
    enum language language = visit->language;
    if (outcome == INGEST_FAILED) {
        visit_unavailable(visit, err);
        return;
    }
    visit_finish(visit);
    if (outcome == INGEST_CLOSED)
        page_say(request, language, 410, say(language, "The collection is closed"),
                 say(language, "It takes no more answers."));
    else if (outcome == INGEST_NOT_OPEN)
        page_say(request, language, 403, say(language, "The form is not open yet"),
                 say(language, "Use the same link when it has opened."));
    else if (principal_may_guess(request, visit->token))
        form_revoked(request, language);
    else
        page_say(request, language, 429, say(language, "Too many attempts"),
                 say(language, "Wait a minute and try the link from your mail again."));
}

static void sent(struct request *request, void *context, enum ingest_outcome outcome,
                 const struct buf *receipt, const struct error *err)
{
    struct visit *visit = context;
    (void)request;
    (void)receipt;
    if (outcome == INGEST_NEW || outcome == INGEST_REPLAY)
        visit_see(visit, "/form");
    else
        refuse(visit, outcome, err);
}

/* Every field that came, and the answers that they say. */
static json_t *read_answers(const struct visit *visit, struct form_values *values,
                            struct violations *violations)
{
    json_t *answers = json_object();
    for (size_t i = 0; i < visit->fields->count; i++)
        form_values_add(values, visit->fields->items[i].name, visit->fields->items[i].value);
    const char *cleared = after(go_of(visit), "clear.");
    size_t item;
    if (cleared != NULL && instrument_find_item(visit->instrument, cleared, strlen(cleared), &item))
        form_values_clear(values, item);
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        json_t *answer = form_values_answer(values, i, violations);
        if (answer != NULL)
            json_object_set_new(answers, instrument_item(visit->instrument, i)->id, answer);
    }
    return answers;
}

static bool was_asked(const struct visit *visit, const char *id)
{
    for (size_t i = 0; i < visit->fields->count; i++)
        if (strcmp(visit->fields->items[i].name, "asked") == 0 &&
            strcmp(visit->fields->items[i].value, id) == 0)
            return true;
    return false;
}

/* Whether these answers bring up a question that the page they came from did not show. */
static bool has_fresh(const struct visit *visit)
{
    const char *script = fields_get(visit->fields, "script");
    if (script != NULL && strcmp(script, "1") == 0)
        return false;
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const struct item *item = instrument_item(visit->instrument, i);
        if (visit->shown[i] && item->show_if != NULL && item->type != ITEM_SECTION &&
            json_object_get(visit->answers, item->id) == NULL && !was_asked(visit, item->id))
            return true;
    }
    return false;
}

static void submit(struct visit *visit)
{
    struct evaluation_name name = {visit->wave, uuid_random()};
    struct violations violations;
    char *text = form_body(visit);
    struct evaluation_body body = {text, strlen(text)};
    violations_init(&violations);
    if (evaluation_submit(visit->request, visit->form, &name, &body, &violations, sent, visit) !=
        ANSWERS_OK)
        form_page(visit, 422);
    violations_finish(&violations);
    free(text);
}

/* "required" is said when it is sent, and nothing when only the language changes. */
static void keep_faults(struct visit *visit, struct violations *typed, bool is_sent)
{
    struct violations judged = visit->violations;
    violations_init(&visit->violations);
    for (size_t i = 0; i < typed->count && is_sent; i++)
        violations_add(&visit->violations, typed->items[i].pointer, typed->items[i].code, "%s",
                       typed->items[i].detail);
    for (size_t i = 0; i < judged.count && is_sent; i++)
        violations_add(&visit->violations, judged.items[i].pointer, judged.items[i].code, "%s",
                       judged.items[i].detail);
    violations_finish(&judged);
    violations_finish(typed);
}

static void take_post(struct visit *visit)
{
    struct violations typed;
    struct form_values values;
    const char *go = go_of(visit);
    bool is_sent = strcmp(go, "send") == 0;
    violations_init(&typed);
    form_values_init(&values, visit->instrument);
    json_decref(visit->answers);
    visit->answers = read_answers(visit, &values, &typed);
    const char *language = after(go, "language.");
    if (language != NULL) {
        visit_speak(visit, language);
        page_choose_language(visit->request, visit->language);
    }
    visit_settle(visit);
    form_values_finish(&visit->values);
    visit->values = values;
    visit->values.decimal_comma = visit->language == LANGUAGE_SV;
    visit->more = after(go, "add.");
    keep_faults(visit, &typed, is_sent);
    bool fresh = is_sent && has_fresh(visit);
    if (fresh)
        visit->notice =
            say(visit->language, "Your answers have brought up a question. It is here below.");
    if (is_sent && !fresh && visit->violations.total == 0)
        submit(visit);
    else
        form_page(visit, visit->violations.total > 0 ? 422 : 200);
}

static void wave_found(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    if (err != NULL || rows_count(rows) == 0) {
        visit_unavailable(visit, err);
        return;
    }
    visit->study = visit_text(visit, rows, "study");
    visit->closes = visit_text(visit, rows, "closes");
    visit->consent = visit_text(visit, rows, "consent");
    visit_settle(visit);
    if (visit->fields != NULL) {
        take_post(visit);
        return;
    }
    violations_finish(&visit->violations);
    violations_init(&visit->violations);
    form_page(visit, 200);
}

static void form_ready(struct request *request, struct form *form)
{
    struct visit *visit = request_user(request);
    if (form == NULL) {
        visit_finish(visit);
        return;
    }
    visit_take_form(visit, form);
    struct params params;
    params_init(&params);
    params_uuid(&params, &visit->principal.programme);
    params_uuid(&params, &visit->wave);
    params_text(&params, language_code(visit->language));
    visit_execute(visit, "form_wave", &params, wave_found);
    params_finish(&params);
}

static void state_found(struct request *request, void *context, enum ingest_outcome outcome,
                        const struct buf *receipt, const struct error *err)
{
    struct visit *visit = context;
    (void)receipt;
    if (outcome == INGEST_NEW)
        form_find(request, &visit->principal.programme, &visit->wave, form_ready);
    else if (outcome == INGEST_REPLAY)
        say_recorded(visit);
    else
        refuse(visit, outcome, err);
}

void form_anonymous(struct visit *visit)
{
    visit->is_anonymous = true;
    visit->wave = visit->principal.wave;
    anonymous_state(visit->request, state_found, visit);
}

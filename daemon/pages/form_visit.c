#include "form.h"

#include <debriefd/answers.h>
#include <debriefd/answers_write.h>
#include <debriefd/evaluations.h>
#include <debriefd/reply.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

void visit_params(const struct visit *visit, struct params *params)
{
    params_init(params);
    params_uuid(params, &visit->principal.programme);
    params_uuid(params, &visit->principal.actor);
    params_int(params, visit->principal.generation);
}

void visit_execute(struct visit *visit, const char *statement, const struct params *params,
                   channel_done_fn *done)
{
    channel_execute(channel_pool_choose(request_api(visit->request)->options.pool), statement,
                    params, done, visit);
}

void visit_finish(struct visit *visit)
{
    if (visit->posting != NULL)
        form_posting_finish(visit->posting);
    visit->posting = NULL;
    json_decref(visit->answers);
    json_decref(visit->recorded);
    json_decref(visit->commitments);
    if (visit->values.instrument != NULL)
        form_values_finish(&visit->values);
    violations_finish(&visit->violations);
    if (visit->form != NULL)
        form_unref(visit->form);
    visit->answers = NULL;
    visit->recorded = NULL;
    visit->commitments = NULL;
    visit->form = NULL;
}

void visit_reply(struct visit *visit, struct page *page, int status)
{
    visit_finish(visit);
    page_end(page, status);
}

void visit_see(struct visit *visit, const char *path)
{
    char *kept = request_copy(visit->request, path, strlen(path));
    visit_finish(visit);
    page_see(visit->request, kept);
}

void visit_unavailable(struct visit *visit, const struct error *err)
{
    struct request *request = visit->request;
    enum language language = visit->language;
    (void)err;
    visit_finish(visit);
    request_set_header(request, "Retry-After", "5");
    page_say(
        request, language, 503, say(language, "We cannot reach the answers right now"),
        say(language, "Wait a moment and load the page again. What was saved is still there."));
}

const char *visit_text(struct visit *visit, const struct rows *rows, const char *column)
{
    int index = rows_column(rows, column);
    return request_copy(visit->request, rows_text(rows, 0, index), rows_length(rows, 0, index));
}

/* What was chosen on a page counts before what the organiser wrote of the person. */
static enum language language_of(const struct visit *visit, const struct rows *rows)
{
    enum language language;
    const char *asked = request_query(visit->request, "language");
    const char *drafted = rows_text(rows, 0, rows_column(rows, "draft_language"));
    const char *recorded = rows_text(rows, 0, rows_column(rows, "language"));
    const char *known = rows_text(rows, 0, rows_column(rows, "person_language"));
    bool has_chosen = asked != NULL || request_cookie(visit->request, "debriefd_language") != NULL;
    if (asked == NULL && visit->has_draft && language_find(drafted, &language))
        return language;
    if (!has_chosen && (language_find(recorded, &language) || language_find(known, &language)))
        return language;
    return visit->language;
}

static enum visit_state state_of(const struct rows *rows)
{
    const char *state = rows_text(rows, 0, rows_column(rows, "state"));
    if (strcmp(state, "closed") == 0)
        return VISIT_CLOSED;
    return strcmp(state, "not_open") == 0 ? VISIT_NOT_OPEN : VISIT_OPEN;
}

static void read_row(struct visit *visit, const struct rows *rows)
{
    visit->state = state_of(rows);
    visit->wave = rows_uuid(rows, 0, rows_column(rows, "wave_id"));
    visit->participant = rows_uuid(rows, 0, rows_column(rows, "participant_id"));
    visit->study = visit_text(visit, rows, "study");
    visit->opens = visit_text(visit, rows, "opens");
    visit->closes = visit_text(visit, rows, "closes");
    visit->draft = rows_uuid(rows, 0, rows_column(rows, "draft_evaluation"));
    visit->has_draft = !uuid_is_nil(&visit->draft);
    visit->replaces = rows_uuid(rows, 0, rows_column(rows, "draft_replaces"));
    visit->revision = rows_int64(rows, 0, rows_column(rows, "draft_revision"));
    visit->evaluation = rows_uuid(rows, 0, rows_column(rows, "evaluation_id"));
    visit->has_evaluation = !uuid_is_nil(&visit->evaluation);
    visit->received = visit_text(visit, rows, "received");
    visit->scores = visit_text(visit, rows, "scores");
    visit->texts = visit_text(visit, rows, "texts");
    visit->language = language_of(visit, rows);
    visit->commitments = json_loads(rows_text(rows, 0, rows_column(rows, "commitments")), 0, NULL);
    if (visit->has_draft)
        visit->answers =
            json_loads(rows_text(rows, 0, rows_column(rows, "draft_answers")), 0, NULL);
}

void visit_divide(struct visit *visit)
{
    size_t items = instrument_item_count(visit->instrument);
    visit->sections = request_alloc(visit->request, (items + 1) * sizeof *visit->sections);
    for (size_t i = 0; i < items; i++) {
        bool is_section = instrument_item(visit->instrument, i)->type == ITEM_SECTION;
        if (is_section || visit->section_count == 0)
            visit->sections[visit->section_count++].begin = i;
        visit->sections[visit->section_count - 1].end = i + 1;
    }
}

size_t visit_section_of(const struct visit *visit, size_t item)
{
    size_t section = 0;
    while (section + 1 < visit->section_count && visit->sections[section].end <= item)
        section++;
    return section;
}

bool visit_section_shows(const struct visit *visit, size_t section)
{
    for (size_t i = visit->sections[section].begin; i < visit->sections[section].end; i++)
        if (visit->shown[i] && instrument_item(visit->instrument, i)->type != ITEM_SECTION)
            return true;
    return false;
}

size_t visit_next_section(const struct visit *visit, size_t from, int step)
{
    size_t section = from + (size_t)step;
    while (section < visit->section_count && !visit_section_shows(visit, section))
        section += (size_t)step;
    return section < visit->section_count ? section : visit->section_count;
}

/* Whoever intended nothing is not asked how it went. */
static bool has_subject(const struct visit *visit, size_t item)
{
    return instrument_item(visit->instrument, item)->type != ITEM_COMMITMENT_STATUS ||
           json_array_size(visit->commitments) > 0;
}

void visit_judge(const struct visit *visit, const json_t *given, bool *shown,
                 struct violations *violations)
{
    json_t *body = json_pack("{s:O}", "answers", given);
    char *text = json_dumps(body, JSON_COMPACT);
    struct roster roster = {visit->form->participants, visit->form->participant_count,
                            &visit->participant};
    struct answers *answers = evaluation_answers();
    enum answers_verdict verdict =
        answers_read(visit->instrument, &roster, text, strlen(text), answers, violations);
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++)
        shown[i] = verdict != ANSWERS_MALFORMED && has_subject(visit, i) &&
                   instrument_shows(visit->instrument, instrument_item(visit->instrument, i),
                                    answers->slots, answers->is_answered);
    free(text);
    json_decref(body);
}

void visit_settle(struct visit *visit)
{
    size_t items = instrument_item_count(visit->instrument);
    visit->shown = request_alloc(visit->request, (items + 1) * sizeof *visit->shown);
    if (visit->answers == NULL)
        visit->answers = json_object();
    struct violations found;
    violations_init(&found);
    violations_finish(&visit->violations);
    violations_init(&visit->violations);
    visit_judge(visit, visit->answers, visit->shown, &found);
    for (size_t i = 0; i < found.count; i++) /* what is hidden keeps its answer, unsent */
        if (strcmp(found.items[i].code, "not_shown") != 0)
            violations_add(&visit->violations, found.items[i].pointer, found.items[i].code, "%s",
                           found.items[i].detail);
    violations_finish(&found);
    if (visit->values.instrument != NULL)
        form_values_finish(&visit->values);
    form_values_init(&visit->values, visit->instrument);
    visit->values.decimal_comma = visit->language == LANGUAGE_SV;
    for (size_t i = 0; i < items; i++)
        form_values_fill(
            &visit->values, i,
            json_object_get(visit->answers, instrument_item(visit->instrument, i)->id));
}

/* "{1,-4,3}" as PostgreSQL writes an array. */
static json_t *recorded_answers(const struct visit *visit)
{
    size_t slots = instrument_slot_count(visit->instrument);
    int16_t *scores = request_alloc(visit->request, (slots + 1) * sizeof *scores);
    char *at = strchr(visit->scores, '{');
    for (size_t i = 0; i < slots; i++)
        scores[i] = at != NULL && *at != '\0' ? (int16_t)strtol(at + 1, &at, 10) : SLOT_NOT_REACHED;
    return answers_write(visit->instrument, scores, visit->texts, strlen(visit->texts));
}

static void go_on(struct visit *visit)
{
    if (visit->has_evaluation)
        visit->recorded = recorded_answers(visit);
    if (visit->answers == NULL)
        visit->answers = json_incref(visit->recorded);
    visit_settle(visit);
    visit->next(visit);
}

static void free_people(void *pages)
{
    struct form_people *people = pages;
    buf_finish(&people->text);
    free(people->people);
    free(people);
}

static struct form_people *read_people(const struct rows *rows)
{
    size_t count = (size_t)rows_count(rows);
    struct form_people *people = xcalloc(sizeof *people);
    people->people = xcalloc_array(count > 0 ? count : 1, sizeof *people->people);
    people->count = count;
    buf_init(&people->text);
    for (int row = 0; row < rows_count(rows); row++)
        for (int column = 1; column <= 2; column++)
            buf_append(&people->text, rows_text(rows, row, column),
                       rows_length(rows, row, column) + 1);
    const char *at = people->text.data;
    for (size_t i = 0; i < count; i++) {
        people->people[i].participant = rows_uuid(rows, (int)i, 0);
        people->people[i].name = at;
        at += strlen(at) + 1;
        people->people[i].organisation = at;
        at += strlen(at) + 1;
    }
    return people;
}

static void people_found(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    if (err != NULL) {
        visit_unavailable(visit, err);
        return;
    }
    /* Nobody: the invitation ended this moment. That is not to be everybody's roster. */
    if (rows_count(rows) == 0) {
        struct request *request = visit->request;
        enum language language = visit->language;
        visit_finish(visit);
        form_revoked(request, language);
        return;
    }
    if (visit->form->pages == NULL) {
        visit->form->pages = read_people(rows);
        visit->form->release_pages = free_people;
    }
    go_on(visit);
}

static bool needs_people(const struct visit *visit)
{
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++)
        if (instrument_item(visit->instrument, i)->type == ITEM_ROSTER)
            return visit->form->pages == NULL;
    return false;
}

void visit_speak(struct visit *visit, const char *code)
{
    if (!instrument_find_language(visit->instrument, code, strlen(code), &visit->wording))
        visit->wording = 0;
    language_find(code, &visit->language);
}

void visit_take_form(struct visit *visit, struct form *form)
{
    visit->form = form_ref(form);
    visit->instrument = form->instrument;
    visit_speak(visit, language_code(visit->language));
    visit_divide(visit);
}

static void form_ready(struct request *request, struct form *form)
{
    struct visit *visit = request_user(request);
    if (form == NULL) {
        visit_finish(visit); /* answered by form_find */
        return;
    }
    visit_take_form(visit, form);
    if (!needs_people(visit)) {
        go_on(visit);
        return;
    }
    struct params params;
    visit_params(visit, &params);
    visit_execute(visit, "form_people", &params, people_found);
    params_finish(&params);
}

static void row_found(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    if (err != NULL) {
        visit_unavailable(visit, err);
    } else if (rows_count(rows) == 0 ||
               strcmp(rows_text(rows, 0, rows_column(rows, "state")), "revoked") == 0) {
        form_revoked(visit->request, visit->language);
    } else {
        read_row(visit, rows);
        form_find(visit->request, &visit->principal.programme, &visit->wave, form_ready);
    }
}

static void read_visit(struct visit *visit)
{
    struct params params;
    violations_init(&visit->violations);
    request_set_user(visit->request, visit);
    visit_params(visit, &params);
    visit_execute(visit, "form_read", &params, row_found);
    params_finish(&params);
}

void visit_again(struct visit *visit)
{
    struct visit fresh = {
        .principal = visit->principal,
        .request = visit->request,
        .next = visit->next,
        .attempts = visit->attempts + 1,
        .token = visit->token,
        .fields = visit->fields,
        .language = visit->language,
    };
    visit_finish(visit);
    *visit = fresh;
    read_visit(visit);
}

void visit_begin_post(struct request *request, const struct fields *fields,
                      void (*next)(struct visit *visit))
{
    const char *token = request_cookie(request, FORM_COOKIE);
    if (token == NULL) {
        form_no_link(request);
        return;
    }
    struct credential credential =
        credential_read(request_api(request)->options.credential_key, token, strlen(token));
    bool is_anonymous = credential.kind == CREDENTIAL_ANONYMOUS;
    if (credential.kind != CREDENTIAL_INVITATION && !is_anonymous) {
        form_bad_link(request, token);
        return;
    }
    struct visit *visit = request_alloc(request, sizeof *visit);
    *visit = (struct visit){
        .principal = {.role = is_anonymous ? ROLE_ANONYMOUS : ROLE_PARTICIPANT,
                      .programme = credential.programme,
                      .actor = credential.invitation,
                      .generation = credential.generation,
                      .wave = credential.wave,
                      .token_hash = credential.token_hash},
        .request = request,
        .next = next,
        .token = token,
        .fields = fields,
        .language = page_language(request),
    };
    if (is_anonymous) {
        request_set_user(request, visit);
        violations_init(&visit->violations);
        form_anonymous(visit);
    } else {
        read_visit(visit);
    }
}

void visit_begin(struct request *request, void (*next)(struct visit *visit))
{
    visit_begin_post(request, NULL, next);
}

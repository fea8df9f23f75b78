/* A wave's questionnaire at the desk, all of it on one page: as participants see it, or to enter
 * what one of them answered on paper or by telephone. The pieces are those of the participants'
 * form; nothing is kept until it is entered. */
#include "desk_parts.h"
#include "form.h"

#include <debriefd/instrument.h>
#include <debriefd/proxy.h>
#include <debriefd/reply.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define PREVIEW_PATH  "/desk/studies/{study}/waves/{wave}/preview"
#define ENTRY_PATH    "/desk/studies/{study}/delegation/{participant}/waves/{wave}"
#define VERSION_PATH  "/desk/instruments/{instrument}/{version}"
#define DELEGATE_PATH "/desk/studies/{study}/delegation/{participant}"

/* The visit comes first, and in it the principal: this is also the request's user meanwhile. */
struct entry {
    struct visit visit;
    struct desk *desk;
    const json_t *told; /* by desk_form */
    json_t *owned_told;
    bool is_preview;
    struct instrument *owned_instrument; /* of a preview without a wave */
    const char *evaluation;              /* its id, so that sending twice enters once */
    const char *refusal;                 /* why what was typed was not taken, or NULL */
};

static struct uuid segment(const struct desk *desk, const char *name)
{
    struct uuid uuid;
    const char *text = request_segment(desk->request, name);
    return uuid_parse(text, strlen(text), &uuid) ? uuid : uuid_nil();
}

static void give_back(struct entry *entry)
{
    request_set_user(entry->desk->request, &entry->desk->principal);
    if (entry->owned_instrument != NULL)
        entry->visit.form = NULL; /* of the request's own storage */
    visit_finish(&entry->visit);
    instrument_destroy(entry->owned_instrument);
    entry->owned_instrument = NULL;
    json_decref(entry->owned_told);
    entry->owned_told = NULL;
}

static void free_people(void *pages)
{
    struct form_people *people = pages;
    buf_finish(&people->text);
    free(people->people);
    free(people);
}

/* In the statement's order, as the participants' form has it. */
static struct form_people *people_of(const json_t *list)
{
    struct form_people *people = xcalloc(sizeof *people);
    size_t index;
    json_t *one;
    people->people = xcalloc_array(json_array_size(list) + 1, sizeof *people->people);
    buf_init(&people->text);
    json_array_foreach(list, index, one)
    {
        buf_append(&people->text, desk_text(one, "name"), strlen(desk_text(one, "name")) + 1);
        buf_append(&people->text, desk_text(one, "organisation"),
                   strlen(desk_text(one, "organisation")) + 1);
    }
    const char *at = people->text.data;
    json_array_foreach(list, index, one)
    {
        const char *id = desk_text(one, "participant");
        struct form_person *person = &people->people[people->count++];
        if (!uuid_parse(id, strlen(id), &person->participant))
            abort(); /* the database wrote it */
        person->name = at;
        at += strlen(at) + 1;
        person->organisation = at;
        at += strlen(at) + 1;
    }
    return people;
}

static void write_errors(struct page *page, const struct entry *entry)
{
    const struct visit *visit = &entry->visit;
    char text[400];
    size_t item;
    if (entry->refusal != NULL)
        html_printf(&page->html, "<p class=\"notice bad\" role=\"alert\">%s</p>", entry->refusal);
    if (visit->violations.total == 0)
        return;
    html_printf(&page->html,
                "<div id=\"summary\" class=\"notice bad\" role=\"alert\"><h2>%s</h2><ul>",
                say(visit->language, "Nothing is entered yet. Look at this:"));
    for (size_t i = 0; i < visit->violations.count; i++) {
        const struct violation *violation = &visit->violations.items[i];
        if (!form_fault_item(visit, violation, &item) || form_fault_of(visit, item) != violation)
            continue;
        const struct item *asked = instrument_item(visit->instrument, item);
        html_printf(&page->html, "<li><a href=\"#item-%s\">%s</a>: %s</li>", asked->id,
                    form_word(visit, &asked->text),
                    form_fault(visit, violation, text, sizeof text));
    }
    buf_append_text(&page->html, "</ul></div>");
}

static void write_section(struct page *page, const struct visit *visit, size_t section)
{
    const struct item *head = instrument_item(visit->instrument, visit->sections[section].begin);
    buf_append_text(&page->html, "<section class=\"section\">");
    if (head->type == ITEM_SECTION) {
        const char *help = form_word(visit, &head->help);
        html_printf(&page->html, "<h2>%s</h2>", form_word(visit, &head->text));
        if (help != NULL)
            html_printf(&page->html, "<p>%s</p>", help);
    }
    for (size_t i = visit->sections[section].begin; i < visit->sections[section].end; i++)
        form_item(page, visit, i);
    buf_append_text(&page->html, "</section>");
}

/* Paper shows every question, also those that the form hides until they apply. */
static void show_all(struct visit *visit)
{
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++)
        visit->shown[i] = true;
}

static const char *back_of(const struct entry *entry)
{
    if (entry->owned_instrument != NULL)
        return VERSION_PATH;
    return entry->is_preview ? "/desk/studies/{study}" : DELEGATE_PATH;
}

static void write_intro(struct page *page, const struct entry *entry, const char *title)
{
    enum language language = page->language;
    const struct desk *desk = entry->desk;
    html_printf(&page->html, "<p><a href=\"%s\">%s</a></p><h1>%s</h1>",
                desk_path(desk, back_of(entry)).text, say(language, "Back to the desk"), title);
    if (entry->is_preview) {
        html_printf(&page->html, "<p class=\"notice\">%s</p>",
                    say(language,
                        "This is how participants see the questionnaire, but all of it on one "
                        "page, with the questions too that appear only after certain "
                        "answers. Nothing can be sent from here."));
        return;
    }
    html_printf(&page->html, "<p class=\"notice\">");
    html_printf(&page->html,
                say(language, "You enter the answers of %s. They are marked as entered by somebody "
                              "else, and it is on record that you did it. Leave empty what was not "
                              "answered."),
                desk_text(entry->told, "name"));
    buf_append_text(&page->html, "</p>");
}

static void write_begin(struct page *page, const struct entry *entry)
{
    if (entry->is_preview) {
        buf_append_text(&page->html, "<div id=\"form\" data-mode=\"entry\">");
        return;
    }
    html_printf(&page->html,
                "<form id=\"form\" data-mode=\"entry\" method=\"post\" action=\"%s\" novalidate "
                "autocomplete=\"off\">"
                "<input type=\"hidden\" name=\"csrf\" value=\"%s\">"
                "<input type=\"hidden\" name=\"evaluation\" value=\"%s\">",
                desk_path(entry->desk, ENTRY_PATH).text,
                page_csrf(page->request, entry->desk->cookie).text, entry->evaluation);
}

static void reply_form(struct entry *entry, int status)
{
    struct visit *visit = &entry->visit;
    struct page page;
    const char *title = form_word(visit, instrument_title(visit->instrument));
    show_all(visit);
    visit_page(visit, &page, title, LANGUAGE_BY_LINK);
    write_intro(&page, entry, title);
    write_errors(&page, entry);
    write_begin(&page, entry);
    for (size_t i = 0; i < visit->section_count; i++)
        write_section(&page, visit, i);
    if (entry->is_preview)
        buf_append_text(&page.html, "</div>");
    else
        html_printf(&page.html,
                    "<div class=\"buttons\"><button class=\"main\" name=\"go\" value=\"enter\">%s"
                    "</button></div></form>",
                    say(visit->language, "Enter the answers"));
    give_back(entry);
    page_end(&page, status);
}

/* Nobody types a questionnaire twice: what was not taken stands in the form again. */
static void say_entered(struct request *request, const struct proxy_outcome *outcome)
{
    struct entry *entry = (struct entry *)request_user(request);
    struct desk *desk = entry->desk;
    int status = outcome->status;
    if (status < 300) {
        give_back(entry);
        desk_back(desk, DELEGATE_PATH, say(desk->language, "The answers are entered."));
        return;
    }
    entry->refusal = status == 412 || status == 409
                         ? say(desk->language, "There is an answer already. Only the participant "
                                               "can change it.")
                     : status == 410 ? say(desk->language, "The questionnaire is closed.")
                     : status >= 500 ? desk_detail(desk, NULL)
                                     : outcome->detail;
    reply_form(entry, status >= 500 ? status : 422);
}

/* What applies goes in; answers to what does not were taken along by nobody. */
static void enter(struct entry *entry)
{
    struct visit *visit = &entry->visit;
    struct proxy_entry given = {
        .wave = visit->wave,
        .participant = visit->participant,
        .is_late = json_is_true(json_object_get(entry->told, "is_closed")),
    };
    json_t *answers = json_object();
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const char *id = instrument_item(visit->instrument, i)->id;
        json_t *answer = json_object_get(visit->answers, id);
        if (visit->shown[i] && answer != NULL)
            json_object_set(answers, id, answer);
    }
    json_t *body = json_pack("{s:o,s:s}", "answers", answers, "language",
                             instrument_language(visit->instrument, visit->wording));
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(body);
    if (!uuid_parse(entry->evaluation, strlen(entry->evaluation), &given.evaluation))
        given.evaluation = uuid_random();
    proxy_enter(visit->request, &given, text, strlen(text), say_entered);
    free(text);
}

/* The form's fields as answers; what is no answer stays as it was typed. */
static void take_fields(struct visit *visit, const struct fields *fields)
{
    struct form_values typed;
    struct violations faults;
    violations_init(&faults);
    form_values_init(&typed, visit->instrument);
    for (size_t i = 0; i < fields->count; i++)
        form_values_add(&typed, fields->items[i].name, fields->items[i].value);
    visit->answers = json_object();
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        json_t *answer = form_values_answer(&typed, i, &faults);
        if (answer != NULL)
            json_object_set_new(visit->answers, instrument_item(visit->instrument, i)->id, answer);
    }
    visit_settle(visit);
    for (size_t i = 0; i < faults.count; i++)
        violations_add(&visit->violations, faults.items[i].pointer, faults.items[i].code, "%s",
                       faults.items[i].detail);
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++)
        if (form_fault_of(visit, i) != NULL) {
            form_values_clear(&visit->values, i);
            form_values_take(&visit->values, &typed, i);
        }
    form_values_finish(&typed);
    violations_finish(&faults);
}

static void form_known(struct request *request, struct form *form)
{
    struct entry *entry = (struct entry *)request_user(request);
    struct visit *visit = &entry->visit;
    if (form == NULL) {
        give_back(entry); /* answered by form_find */
        return;
    }
    visit->form = form_ref(form);
    visit->instrument = form->instrument;
    visit_speak(visit, language_code(visit->language));
    visit_divide(visit);
    if (form->pages == NULL) {
        form->pages = people_of(json_object_get(entry->told, "people"));
        form->release_pages = free_people;
    }
    if (visit->fields == NULL) {
        visit_settle(visit);
        violations_finish(&visit->violations);
        violations_init(&visit->violations);
        reply_form(entry, 200);
        return;
    }
    take_fields(visit, visit->fields);
    if (visit->violations.total > 0)
        reply_form(entry, 422);
    else
        enter(entry);
}

static struct entry *begin(struct desk *desk, const json_t *told, const char *evaluation)
{
    struct request *request = desk->request;
    struct entry *entry = request_alloc(request, sizeof *entry);
    const char *study = desk_text(told, "study");
    entry->desk = desk;
    entry->owned_told = json_incref((json_t *)(uintptr_t)told);
    entry->told = told;
    entry->is_preview = !json_is_string(json_object_get(told, "name"));
    entry->evaluation = evaluation;
    entry->refusal = NULL;
    entry->visit = (struct visit){
        .principal = desk->principal,
        .request = request,
        .language = desk->language,
        .state = VISIT_OPEN,
        .study = request_copy(request, study, strlen(study)),
        .opens = "",
        .closes = "",
        .is_anonymous = true,
        .commitments = json_incref(json_object_get(told, "commitments")),
    };
    if (!entry->is_preview)
        entry->visit.participant = segment(desk, "participant");
    violations_init(&entry->visit.violations);
    request_set_user(request, entry);
    return entry;
}

/* A version that no wave uses yet: without a delegation, whoever's it will be. */
static void answer_version(struct desk *desk)
{
    json_t *version = desk->owned_answers[0];
    const json_t *definition = json_object_get(version, "definition");
    struct violations violations;
    violations_init(&violations);
    struct instrument *instrument = instrument_compile(definition, &violations);
    violations_finish(&violations);
    desk->owned_answers[0] = NULL;
    if (instrument == NULL) {
        json_decref(version);
        desk_say(desk, 500, say(desk->language, "That did not work"), NULL);
        return;
    }
    json_t *nothing =
        json_pack("{s:s,s:[],s:[]}", "study", desk->programme_name, "people", "commitments");
    struct entry *entry = begin(desk, nothing, "");
    json_decref(nothing);
    json_decref(version);
    struct form *form = request_alloc(desk->request, sizeof *form);
    struct form_people *people = request_alloc(desk->request, sizeof *people);
    *form = (struct form){.references = 1, .instrument = instrument, .pages = people};
    entry->owned_instrument = instrument;
    entry->visit.form = form;
    entry->visit.instrument = instrument;
    visit_speak(&entry->visit, language_code(desk->language));
    visit_divide(&entry->visit);
    visit_settle(&entry->visit);
    violations_finish(&entry->visit.violations);
    violations_init(&entry->visit.violations);
    reply_form(entry, 200);
}

static void answer_form(struct desk *desk)
{
    struct uuid fresh = uuid_random();
    struct uuid_text id = uuid_format(&fresh);
    struct entry *entry =
        begin(desk, desk->answers[0], request_copy(desk->request, id.text, strlen(id.text)));
    json_decref(desk->owned_answers[0]);
    desk->owned_answers[0] = NULL;
    entry->visit.wave = segment(desk, "wave");
    form_find(desk->request, &desk->principal.programme, &entry->visit.wave, form_known);
}

static void told(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)context;
    if (status >= 500) { // loading this page again sends what was typed again
        desk_say(desk, status, say(desk->language, "Nothing was changed"), desk_detail(desk, body));
        return;
    }
    if (status >= 400) {
        desk_refuse(desk, DELEGATE_PATH, desk_detail(desk, body));
        return;
    }
    const char *evaluation = fields_get(&desk->fields, "evaluation");
    struct entry *entry = begin(desk, body, evaluation != NULL ? evaluation : "");
    entry->visit.fields = &desk->fields;
    entry->visit.wave = segment(desk, "wave");
    form_find(desk->request, &desk->principal.programme, &entry->visit.wave, form_known);
}

static void act_entry(struct desk *desk)
{
    struct uuid study = segment(desk, "study");
    struct uuid wave = segment(desk, "wave");
    struct uuid participant = segment(desk, "participant");
    struct params params;
    params_init(&params);
    params_uuid(&params, &desk->principal.programme);
    params_uuid(&params, &study);
    params_uuid(&params, &wave);
    params_uuid(&params, &participant);
    params_uuid(&params, &desk->principal.actor);
    desk_execute(desk, "desk_form", &params, told, NULL);
    params_finish(&params);
}

static const struct desk_page preview_page = {
    .roles = ROLE_ORGANISER,
    .queries = {{"desk_form",
                 {{FROM_PROGRAMME},
                  {FROM_SEGMENT_UUID, "study"},
                  {FROM_SEGMENT_UUID, "wave"},
                  {FROM_QUERY_UUID, ""},
                  {FROM_ACTOR}}}},
    .answer = answer_form,
};

static const struct desk_page version_preview = {
    .roles = ROLE_ORGANISER,
    .queries =
        {{"instrument_get",
          {{FROM_PROGRAMME}, {FROM_SEGMENT_TEXT, "instrument"}, {FROM_SEGMENT_NUMBER, "version"}}}},
    .answer = answer_version,
};

static const struct desk_page entry_page = {
    .roles = ROLE_ORGANISER,
    .queries = {{"desk_form",
                 {{FROM_PROGRAMME},
                  {FROM_SEGMENT_UUID, "study"},
                  {FROM_SEGMENT_UUID, "wave"},
                  {FROM_SEGMENT_UUID, "participant"},
                  {FROM_ACTOR}}}},
    .answer = answer_form,
};

static const struct desk_page entry = {.roles = ROLE_ORGANISER, .act = act_entry};

const struct route desk_form_routes[] = {
    {METHOD_GET, PREVIEW_PATH, desk_handle, &preview_page},
    {METHOD_GET, VERSION_PATH "/preview", desk_handle, &version_preview},
    {METHOD_GET, ENTRY_PATH, desk_handle, &entry_page},
    {METHOD_POST, ENTRY_PATH, desk_handle, &entry},
    {0},
};

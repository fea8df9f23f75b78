/* What a POST brings: decoded, judged, merged into the draft, and then on to where it wants. */
#include "form.h"

#include <debriefd/reply.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS 3

struct posting {
    const char *go;
    size_t section;
    bool every_item; /* of any section: a script's draft */
    bool forward;    /* what is required is asked for */
    bool *listed;    /* the items it answers, one an item */
    bool *before;    /* what was shown before it */
    json_t *patch;
    json_t *dropped;
    struct violations violations;
    struct form_values values;
};

void form_posting_finish(struct posting *posting)
{
    json_decref(posting->patch);
    json_decref(posting->dropped);
    posting->patch = NULL;
    posting->dropped = NULL;
    form_values_finish(&posting->values);
    violations_finish(&posting->violations);
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static size_t read_section(const struct visit *visit)
{
    const char *text = fields_get(visit->fields, "section");
    unsigned long number = text != NULL ? strtoul(text, NULL, 10) : 0;
    return number >= 1 && number <= visit->section_count ? number - 1 : visit->section_count;
}

static void list_items(const struct visit *visit, struct posting *posting)
{
    for (size_t i = 0; i < visit->fields->count; i++) {
        const struct field *field = &visit->fields->items[i];
        size_t item;
        if (strcmp(field->name, "items") != 0)
            form_values_add(&posting->values, field->name, field->value);
        else if (instrument_find_item(visit->instrument, field->value, strlen(field->value),
                                      &item) &&
                 (posting->every_item || visit_section_of(visit, item) == posting->section))
            posting->listed[item] = true;
    }
}

static struct posting *begin_posting(struct visit *visit, bool every_item)
{
    size_t items = instrument_item_count(visit->instrument) + 1;
    struct posting *posting = request_alloc(visit->request, sizeof *posting);
    const char *go = fields_get(visit->fields, "go");
    posting->go = go != NULL ? go : "";
    posting->section = read_section(visit);
    posting->every_item = every_item;
    posting->listed = request_alloc(visit->request, items * sizeof(bool));
    posting->before = visit->shown;
    posting->patch = json_object();
    posting->dropped = json_array();
    violations_init(&posting->violations);
    form_values_init(&posting->values, visit->instrument);
    list_items(visit, posting);
    visit->posting = posting;
    return posting;
}

/* An item's own faults, whichever list they stand in. */
static bool has_fault(const struct visit *visit, const struct violations *violations, size_t item)
{
    size_t found;
    for (size_t i = 0; i < violations->count; i++)
        if (form_fault_item(visit, &violations->items[i], &found) && found == item)
            return true;
    return false;
}

static void copy_fault(struct violations *to, const struct violation *violation)
{
    violations_add(to, violation->pointer, violation->code, "%s", violation->detail);
}

/* Of all that is wrong with the answers, what concerns the listed items. */
static void take_faults(const struct visit *visit, struct posting *posting,
                        const struct violations *found, const bool *shown)
{
    size_t item;
    for (size_t i = 0; i < found->count; i++) {
        const struct violation *violation = &found->items[i];
        bool is_required = strcmp(violation->code, "required") == 0;
        if (form_fault_item(visit, violation, &item) && posting->listed[item] && shown[item] &&
            strcmp(violation->code, "not_shown") != 0 && (!is_required || posting->forward) &&
            !(is_required && has_fault(visit, &posting->violations, item)))
            copy_fault(&posting->violations, violation);
    }
}

static void set_answer(json_t *answers, const char *id, json_t *answer)
{
    if (answer != NULL)
        json_object_set(answers, id, answer);
    else
        json_object_del(answers, id);
}

/* What is hidden keeps the answer it had, and what is at fault too. */
static void make_patch(const struct visit *visit, struct posting *posting, const json_t *merged,
                       const bool *shown)
{
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const char *id = instrument_item(visit->instrument, i)->id;
        json_t *answer = json_object_get(merged, id);
        bool is_asked = answer == NULL; /* "required" is a fault of what is absent */
        if (!posting->listed[i] || !shown[i] ||
            (has_fault(visit, &posting->violations, i) && !is_asked))
            continue;
        if (answer != NULL)
            json_object_set(posting->patch, id, answer);
        else
            json_array_append_new(posting->dropped, json_string(id));
    }
}

static void read_posting(struct visit *visit, struct posting *posting)
{
    size_t items = instrument_item_count(visit->instrument);
    bool *shown = request_alloc(visit->request, (items + 1) * sizeof *shown);
    json_t *merged = json_copy(visit->answers);
    struct violations found;
    violations_init(&found);
    for (size_t i = 0; i < items; i++) {
        if (!posting->listed[i])
            continue;
        size_t faults = posting->violations.total;
        const char *id = instrument_item(visit->instrument, i)->id;
        json_t *answer = form_values_answer(&posting->values, i, &posting->violations);
        if (posting->violations.total == faults)
            set_answer(merged, id, answer);
        json_decref(answer);
    }
    if (starts_with(posting->go, "clear."))
        json_object_del(merged, posting->go + strlen("clear."));
    visit_judge(visit, merged, shown, &found);
    take_faults(visit, posting, &found, shown);
    make_patch(visit, posting, merged, shown);
    violations_finish(&found);
    json_decref(merged);
}

/* The page shows what was typed, also where it is no answer. */
static void show_typed(struct visit *visit, struct posting *posting)
{
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        if (!posting->listed[i] || !has_fault(visit, &posting->violations, i))
            continue;
        form_values_clear(&visit->values, i);
        form_values_take(&visit->values, &posting->values, i);
    }
    violations_finish(&visit->violations);
    visit->violations = posting->violations;
    violations_init(&posting->violations);
}

/* The first question of the section that these answers have brought up. */
static const char *newly_shown(const struct visit *visit, const struct posting *posting)
{
    const char *script = fields_get(visit->fields, "script");
    if (script != NULL && strcmp(script, "1") == 0)
        return NULL;
    for (size_t i = visit->sections[posting->section].begin;
         i < visit->sections[posting->section].end; i++) {
        const char *id = instrument_item(visit->instrument, i)->id;
        if (visit->shown[i] && !posting->before[i] && json_object_get(visit->answers, id) == NULL &&
            instrument_item(visit->instrument, i)->type != ITEM_SECTION)
            return id;
    }
    return NULL;
}

/* The section asked for, or the nearest that has something to show. */
static void path_to(const struct visit *visit, const struct posting *posting, char *path,
                    size_t size)
{
    size_t wanted = strtoul(posting->go, NULL, 10);
    size_t section = wanted >= 1 && wanted <= visit->section_count ? wanted - 1 : 0;
    if (!visit_section_shows(visit, section))
        section = visit_next_section(visit, section, wanted > posting->section ? 1 : -1);
    if (section < visit->section_count)
        snprintf(path, size, "/form?section=%zu", section + 1);
    else
        snprintf(path, size, "/form?section=review");
}

static void go_on(struct visit *visit, const struct posting *posting)
{
    char path[160];
    const char *go = posting->go;
    const char *fresh = posting->forward ? newly_shown(visit, posting) : NULL;
    size_t here = posting->section < visit->section_count ? posting->section + 1 : 1;
    bool speaks = starts_with(go, "language.");
    bool is_review = speaks ? posting->section == visit->section_count : strcmp(go, "review") == 0;
    if (speaks)
        page_choose_language(visit->request, visit->language);
    if (fresh != NULL)
        snprintf(path, sizeof path, "/form?section=%zu&new=%s#new", here, fresh);
    else if (is_review)
        snprintf(path, sizeof path, "/form?section=review");
    else if (speaks)
        snprintf(path, sizeof path, "/form?section=%zu", here);
    else if (starts_with(go, "add."))
        snprintf(path, sizeof path, "/form?section=%zu&more=%.40s#item-%.40s", here, go + 4,
                 go + 4);
    else if (starts_with(go, "clear."))
        snprintf(path, sizeof path, "/form?section=%zu#item-%.40s", here, go + 6);
    else
        path_to(visit, posting, path, sizeof path);
    visit_see(visit, path);
}

static void reply_saved(struct visit *visit, struct posting *posting)
{
    json_t *errors = json_array();
    char text[400];
    size_t item;
    for (size_t i = 0; i < posting->violations.count; i++) {
        const struct violation *violation = &posting->violations.items[i];
        if (form_fault_item(visit, violation, &item))
            json_array_append_new(
                errors, json_pack("{s:s,s:s}", "item", instrument_item(visit->instrument, item)->id,
                                  "text", form_fault(visit, violation, text, sizeof text)));
    }
    int status = json_array_size(errors) > 0 ? 422 : 200;
    json_t *body =
        json_pack("{s:b,s:s,s:I,s:o}", "saved", 1, "evaluation", uuid_format(&visit->draft).text,
                  "revision", (json_int_t)visit->revision, "errors", errors);
    form_reply_json(visit, status, body);
}

void form_reply_json(struct visit *visit, int status, json_t *owned_body)
{
    struct request *request = visit->request;
    char *text = json_dumps(owned_body, JSON_COMPACT);
    json_decref(owned_body);
    visit_finish(visit);
    request_reply(request, status, "application/json", text, strlen(text));
    free(text);
}

static void after_merge(struct visit *visit, struct posting *posting)
{
    bool is_sent = posting->every_item
                       ? fields_get(visit->fields, "send") != NULL && posting->violations.total == 0
                       : strcmp(posting->go, "send") == 0;
    if (visit->state == VISIT_CLOSED) {
        form_closed(visit);
    } else if (is_sent) {
        form_send(visit);
    } else if (posting->every_item) {
        reply_saved(visit, posting);
    } else if (posting->violations.total > 0 && posting->section < visit->section_count) {
        visit->section = posting->section;
        visit->more = starts_with(posting->go, "add.") ? posting->go + 4 : NULL;
        show_typed(visit, posting);
        form_page(visit, 422);
    } else {
        go_on(visit, posting);
    }
}

static void merged(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    struct posting *posting = visit->posting;
    struct request *request = visit->request;
    if (err != NULL) {
        visit_unavailable(visit, err);
        return;
    }
    const char *state = rows_text(rows, 0, 0);
    if (strcmp(state, "revoked") == 0 || strcmp(state, "not_open") == 0) {
        visit_finish(visit);
        form_revoked(request, visit->language);
    } else if (strcmp(state, "stale") == 0 && visit->attempts < ATTEMPTS) {
        visit_again(visit);
    } else if (strcmp(state, "stale") == 0) {
        visit_unavailable(visit, NULL);
    } else {
        visit->has_draft = true;
        visit->draft = rows_uuid(rows, 0, 1);
        visit->replaces = rows_uuid(rows, 0, 2);
        visit_speak(visit, rows_text(rows, 0, 3));
        json_decref(visit->answers);
        visit->answers = json_loads(rows_text(rows, 0, 4), 0, NULL);
        visit->revision = rows_int64(rows, 0, 5);
        visit_settle(visit);
        after_merge(visit, posting);
    }
}

/* The draft's language changes only when somebody asks for it. */
static const char *spoken(const struct visit *visit, const struct posting *posting)
{
    const char *code = posting->go + strlen("language.");
    size_t index;
    enum language language;
    if (starts_with(posting->go, "language.") && language_find(code, &language) &&
        instrument_find_language(visit->instrument, language_code(language), 2, &index))
        return language_code(language);
    return visit->has_draft ? NULL : instrument_language(visit->instrument, visit->wording);
}

static void merge(struct visit *visit, const struct posting *posting)
{
    struct uuid fresh = uuid_random();
    char *patch = json_dumps(posting->patch, JSON_COMPACT);
    char *dropped = json_dumps(posting->dropped, JSON_COMPACT);
    char *base = visit->recorded != NULL ? json_dumps(visit->recorded, JSON_COMPACT) : NULL;
    struct params params;
    visit_params(visit, &params);
    params_text(&params, patch);
    params_text(&params, dropped);
    params_text(&params, spoken(visit, posting));
    params_uuid(&params, &fresh);
    params_text(&params, base != NULL ? base : "{}");
    if (visit->has_evaluation)
        params_uuid(&params, &visit->evaluation);
    else
        params_null(&params);
    visit_execute(visit, "draft_merge", &params, merged);
    params_finish(&params);
    free(patch);
    free(dropped);
    free(base);
}

static bool is_forward(const struct visit *visit, const struct posting *posting)
{
    unsigned long wanted = strtoul(posting->go, NULL, 10);
    (void)visit;
    return strcmp(posting->go, "review") == 0 || strcmp(posting->go, "send") == 0 ||
           wanted > posting->section + 1;
}

static void discarded(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    (void)rows;
    if (err != NULL)
        visit_unavailable(visit, err);
    else
        visit_see(visit, "/form");
}

static void discard(struct visit *visit)
{
    struct params params;
    visit_params(visit, &params);
    visit_execute(visit, "draft_discard", &params, discarded);
    params_finish(&params);
}

void form_begin(struct visit *visit)
{
    struct posting *posting = begin_posting(visit, false);
    posting->go = "1";
    merge(visit, posting);
}

void form_post(struct visit *visit)
{
    const char *go = fields_get(visit->fields, "go");
    if (visit->state == VISIT_NOT_OPEN) {
        form_not_open(visit);
    } else if (go != NULL && strcmp(go, "consent") == 0) {
        form_consent(visit);
    } else if (go != NULL && strcmp(go, "discard") == 0) {
        discard(visit);
    } else if (go != NULL && strcmp(go, "send") == 0 && !visit->has_draft &&
               visit->has_evaluation) {
        visit_see(visit, form_receipt_path(&visit->principal.programme, &visit->evaluation).text);
    } else if (go != NULL && strcmp(go, "send") == 0 && visit->has_draft) {
        form_send(visit); /* as it stands: of two that send it, both send the same */
    } else {
        struct posting *posting = begin_posting(visit, false);
        posting->forward = is_forward(visit, posting);
        read_posting(visit, posting);
        merge(visit, posting);
    }
}

void form_draft_post(struct visit *visit)
{
    const char *send = fields_get(visit->fields, "send");
    bool nothing = fields_get(visit->fields, "items") == NULL;
    if (visit->state == VISIT_NOT_OPEN) {
        form_not_open(visit);
    } else if (send != NULL && nothing && !visit->has_draft && visit->has_evaluation) {
        form_sent_json(visit);
    } else if (send != NULL && nothing && visit->has_draft) {
        form_send(visit);
    } else {
        struct posting *posting = begin_posting(visit, true);
        read_posting(visit, posting);
        merge(visit, posting);
    }
}

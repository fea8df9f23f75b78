#include "form.h"

#include "areas.h"
#include <debriefd/reply.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reading the link takes nothing away: scanners of mails and previews may, as often as they like.
 * The token then travels in a cookie, out of sight of histories and referrers. */
static void get_link(struct request *request)
{
    const char *token = request_segment(request, "token");
    struct credential credential =
        credential_read(request_api(request)->options.credential_key, token, strlen(token));
    char cookie[CREDENTIAL_TEXT_SIZE + 80];
    if (credential.kind == CREDENTIAL_NONE || credential.kind == CREDENTIAL_KEY) {
        form_bad_link(request, token);
        return;
    }
    snprintf(cookie, sizeof cookie, FORM_COOKIE "=%.*s; Path=/; Secure; HttpOnly; SameSite=Lax",
             CREDENTIAL_TEXT_SIZE, token);
    request_add_header(request, "Set-Cookie", cookie);
    page_see(request, "/form");
}

/* Where whoever left comes back to: the first question without an answer. */
static size_t first_open(const struct visit *visit)
{
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const struct item *item = instrument_item(visit->instrument, i);
        if (visit->shown[i] && item->type != ITEM_SECTION &&
            json_object_get(visit->answers, item->id) == NULL)
            return visit_section_of(visit, i);
    }
    return visit_next_section(visit, visit->section_count, -1);
}

static void drop_faults(struct visit *visit)
{
    violations_finish(&visit->violations);
    violations_init(&visit->violations);
}

static const char *notice_of(const struct visit *visit)
{
    const char *notice = request_query(visit->request, "notice");
    if (notice != NULL && strcmp(notice, "stale") == 0)
        return say(visit->language,
                   "Other answers of yours were recorded meanwhile. What you see here is saved but "
                   "not sent: look through it, and send it if it is what should count.");
    if (visit->has_draft && visit->has_evaluation)
        return say(visit->language,
                   "You are changing answers that you have sent. The earlier ones count until you "
                   "send again.");
    return NULL;
}

static void show_section(struct visit *visit, const char *wanted)
{
    unsigned long number = wanted != NULL ? strtoul(wanted, NULL, 10) : 0;
    visit->section = number >= 1 && number <= visit->section_count ? number - 1 : first_open(visit);
    if (visit->section >= visit->section_count)
        visit->section = 0;
    visit->more = request_query(visit->request, "more");
    visit->fresh = request_query(visit->request, "new");
    if (request_query(visit->request, "check") == NULL)
        drop_faults(visit);
    form_page(visit, 200);
}

static void show(struct visit *visit)
{
    const char *wanted = request_query(visit->request, "section");
    visit->notice = notice_of(visit);
    if (visit->state == VISIT_CLOSED)
        form_closed(visit);
    else if (visit->state == VISIT_NOT_OPEN)
        form_not_open(visit);
    else if (!visit->has_draft && visit->has_evaluation)
        form_recorded(visit);
    else if (!visit->has_draft)
        form_start(visit);
    else if (wanted != NULL && strcmp(wanted, "review") == 0)
        form_review(visit, 200);
    else
        show_section(visit, wanted);
}

static void get_form(struct request *request)
{
    visit_begin(request, show);
}

static void post(struct request *request, void (*next)(struct visit *visit))
{
    const char *token = request_cookie(request, FORM_COOKIE);
    enum language language = page_language(request);
    struct fields *fields = request_alloc(request, sizeof *fields);
    if (token == NULL)
        form_no_link(request);
    else if (!fields_read(request, fields))
        page_say(request, language, 400, say(language, "The form could not be read"),
                 say(language, "Go back, load the page again and try once more."));
    else if (!page_csrf_holds(request, fields, token))
        page_say(request, language, 403, say(language, "This page is out of date"),
                 say(language, "Open the form again from the link in your mail. What was saved is "
                               "still there."));
    else
        visit_begin_post(request, fields, next);
}

static void post_form(struct request *request)
{
    post(request, form_post);
}

static void post_draft(struct request *request)
{
    post(request, form_draft_post);
}

const struct route form_routes[] = {
    {METHOD_GET, "/", form_home, NULL},
    {METHOD_GET, "/i/{token}", get_link, NULL},
    {METHOD_GET, "/form", get_form, NULL},
    {METHOD_POST, "/form", post_form, NULL},
    {METHOD_POST, "/form/draft", post_draft, NULL},
    {METHOD_GET, "/receipt/{receipt}", form_receipt, NULL},
    {0},
};

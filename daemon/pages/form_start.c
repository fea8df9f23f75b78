/* Before the first question: what it is about, who will see it, and the consent. */
#include "form.h"

#include <string.h>

static void write_start(struct visit *visit, const char *consent, const char *hash)
{
    enum language language = visit->language;
    const char *title = form_word(visit, instrument_title(visit->instrument));
    struct page page;
    visit_page(visit, &page, title, LANGUAGE_BY_LINK);
    html_printf(&page.html, "<h1>%s</h1>", title);
    if (visit->notice != NULL)
        html_printf(&page.html, "<p class=\"notice\" role=\"status\">%s</p>", visit->notice);
    form_intro(&page, visit);
    html_printf(&page.html, "<div class=\"consent\">%s</div>", consent);
    if (*visit->closes != '\0') {
        buf_append_text(&page.html, "<p class=\"quiet\">");
        html_printf(&page.html, say(language, "Open until %s."),
                    page_time(language, visit->closes).text);
        buf_append_text(&page.html, "</p>");
    }
    buf_append_text(&page.html, "<form method=\"post\" action=\"/form\">");
    page_csrf_field(&page, visit->token);
    html_printf(&page.html,
                "<input type=\"hidden\" name=\"consent\" value=\"%s\">"
                "<button class=\"main\" name=\"go\" value=\"consent\">%s</button></form>",
                hash, say(language, "I have read this: begin"));
    visit_reply(visit, &page, 200);
}

static void consent_found(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    if (err != NULL)
        visit_unavailable(visit, err);
    else if (rows_count(rows) == 0)
        write_start(visit, "", "");
    else
        write_start(visit, rows_text(rows, 0, 0), rows_text(rows, 0, 1));
}

static void add_asker(const struct visit *visit, struct params *params)
{
    params_init(params);
    params_uuid(params, &visit->principal.programme);
    params_uuid(params, &visit->wave);
    params_uuid(params, &visit->principal.actor);
    params_int(params, visit->principal.generation);
    params_text(params, language_code(visit->language));
}

void form_start(struct visit *visit)
{
    struct params params;
    add_asker(visit, &params);
    visit_execute(visit, "consent_state", &params, consent_found);
    params_finish(&params);
}

static void consent_given(void *context, const struct rows *rows, const struct error *err)
{
    struct visit *visit = context;
    if (err != NULL) {
        visit_unavailable(visit, err);
    } else if (rows_int64(rows, 0, rows_column(rows, "status")) < 300) {
        form_begin(visit);
    } else {
        visit->notice = say(visit->language, "The text below has changed. Please read it again.");
        form_start(visit);
    }
}

void form_consent(struct visit *visit)
{
    const char *hash = fields_get(visit->fields, "consent");
    struct params params;
    add_asker(visit, &params);
    params_text(&params, hash != NULL ? hash : "");
    visit_execute(visit, "consent_accept", &params, consent_given);
    params_finish(&params);
}

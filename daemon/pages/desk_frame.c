/* What stands around every page of the desk: the programme, the areas, a study's pages, the message
 * of the page before. */
#include "desk.h"

#include <debriefd/reply.h>
#include <string.h>

static const struct {
    const char *path;
    const char *label;
} areas[] = {
    {"/desk", sentence("Studies")},
    {"/desk/people", sentence("People")},
    {"/desk/instruments", sentence("Questionnaires")},
    {"/desk/jobs", sentence("Jobs")},
    {"/desk/audit", sentence("Audit trail")},
    {"/desk/account", sentence("Account")},
};

static const struct {
    enum desk_tab tab;
    const char *path;
    const char *label;
} tabs[] = {
    {DESK_TAB_OVERVIEW, "/desk/studies/{study}", sentence("Overview")},
    {DESK_TAB_DELEGATION, "/desk/studies/{study}/delegation", sentence("Delegation")},
    {DESK_TAB_RESULTS, "/desk/studies/{study}/results", sentence("Results")},
    {DESK_TAB_COMMITMENTS, "/desk/studies/{study}/commitments", sentence("Commitments")},
};

static void drop_answers(struct desk *desk)
{
    for (size_t i = 0; i <= DESK_QUERIES; i++) {
        json_decref(desk->owned_answers[i]);
        desk->owned_answers[i] = NULL;
    }
}

/* The area of studies is everywhere that no other one is. */
static bool is_current(const struct desk *desk, size_t area)
{
    const char *path = request_path(desk->request);
    for (size_t i = 1; i < sizeof areas / sizeof *areas; i++)
        if (strncmp(path, areas[i].path, strlen(areas[i].path)) == 0)
            return area == i;
    return area == 0;
}

static void write_header(struct page *page, const void *context)
{
    const struct desk *desk = context;
    struct buf *html = &page->html;
    html_printf(html, "<a class=\"programme\" href=\"/desk\">%s</a><nav aria-label=\"%s\">",
                desk->programme_name, say(desk->language, "Desk"));
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
        html_printf(html, "<a href=\"%s\"", areas[i].path);
        if (is_current(desk, i))
            buf_append_text(html, " aria-current=\"page\"");
        html_printf(html, ">%s</a>", say(desk->language, areas[i].label));
    }
    buf_append_text(html, "</nav>");
}

static void write_message(struct desk *desk, struct buf *html)
{
    struct desk_message message;
    if (desk->refusal != NULL) {
        html_printf(html, "<p class=\"notice bad\" role=\"alert\">");
        if (desk->refused != NULL)
            html_printf(html, "<a href=\"#%s\">%s</a></p>", desk->refused, desk->refusal);
        else
            html_printf(html, "%s</p>", desk->refusal);
        return;
    }
    if (!desk_message_take(desk->request, &message))
        return;
    html_printf(html, "<p class=\"%s\" role=\"%s\">%s</p>",
                message.is_refusal ? "notice bad" : "notice",
                message.is_refusal ? "alert" : "status", message.text);
}

static void write_tabs(struct desk *desk, struct buf *html)
{
    html_printf(html, "<nav class=\"tabs\" aria-label=\"%s\">",
                say(desk->language, "Pages of this study"));
    for (size_t i = 0; i < sizeof tabs / sizeof *tabs; i++) {
        html_printf(html, "<a href=\"%s\"", desk_path(desk, tabs[i].path).text);
        if (tabs[i].tab == desk->shown->tab)
            buf_append_text(html, " aria-current=\"page\"");
        html_printf(html, ">%s</a>", say(desk->language, tabs[i].label));
    }
    buf_append_text(html, "</nav>");
}

static const char *title_of(const struct desk *desk, const char *title)
{
    if (title != NULL)
        return title;
    if (desk->shown->heading != NULL)
        return desk->shown->heading(desk);
    if (desk->shown->title != NULL)
        return say(desk->language, desk->shown->title);
    return desk_text(desk->study, "name");
}

static void write_heading(struct desk *desk, struct buf *html, const char *title)
{
    if (desk->study != NULL && strcmp(title, desk_text(desk->study, "name")) != 0)
        html_printf(html, "<p class=\"above\"><a href=\"%s\">%s</a></p>",
                    desk_path(desk, "/desk/studies/{study}").text, desk_text(desk->study, "name"));
    html_printf(html, "<h1>%s</h1>", title);
    if (desk->study != NULL)
        write_tabs(desk, html);
}

void desk_frame(struct desk *desk, int status, const char *title, desk_render_fn *render,
                const char *text)
{
    struct page page;
    const char *heading = title_of(desk, title);
    struct page_head head = {
        .title = heading,
        .stylesheet = "desk.css",
        .script = desk->shown->script,
        .header = write_header,
        .context = desk,
        .switches_language = request_method(desk->request) == METHOD_POST,
    };
    page_begin(&page, desk->request, desk->language, &head);
    write_message(desk, &page.html);
    write_heading(desk, &page.html, heading);
    if (text != NULL)
        html_printf(&page.html, "<p>%s</p>", text);
    if (render != NULL)
        render(desk, &page.html);
    drop_answers(desk);
    page_end(&page, status);
}

void desk_say(struct desk *desk, int status, const char *heading, const char *message)
{
    desk->study = NULL;
    desk_frame(desk, status, heading, NULL, message);
}

void desk_form(struct desk *desk, struct buf *html, const char *action)
{
    html_printf(html,
                "<form method=\"post\" action=\"%s\">"
                "<input type=\"hidden\" name=\"csrf\" value=\"%s\">",
                desk_path(desk, action).text, page_csrf(desk->request, desk->cookie).text);
}

void desk_form_end(struct buf *html)
{
    buf_append_text(html, "</form>");
}

void desk_button(struct desk *desk, struct buf *html, const char *action, const char *kind,
                 const char *label)
{
    desk_form(desk, html, action);
    html_printf(html, "<button class=\"%s\">%s</button>", kind, label);
    desk_form_end(html);
}

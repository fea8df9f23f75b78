/* What a mail's links open besides the form: no more mail, and lost links again. */
#include "areas.h"
#include <debriefd/credential.h>
#include <debriefd/message.h>
#include <debriefd/operation.h>
#include <debriefd/page.h>
#include <debriefd/principal.h>
#include <string.h>

struct subscription {
    struct request *request;
    enum language language;
    struct uuid programme;
    struct uuid person;
    bool is_wanted; /* mail, after what is asked */
};

/* NULL after a reply of 404. */
static struct subscription *read_link(struct request *request)
{
    struct subscription *asked = request_alloc(request, sizeof *asked);
    const char *token = request_segment(request, "token");
    asked->request = request;
    asked->language = page_language(request);
    if (credential_unsubscribe_read(request_api(request)->options.credential_key, token,
                                    strlen(token), &asked->programme, &asked->person))
        return asked;
    page_say(request, asked->language, 404, say(asked->language, "This link is not complete"),
             say(asked->language, "Please copy all of it from the mail."));
    return NULL;
}

/* A button that asks for the one or the other, on the page of the same link. */
static void write_button(struct page *page, bool wants_mail, const char *label)
{
    html_printf(&page->html, "<form method=\"post\" action=\"%s\">", request_path(page->request));
    if (wants_mail)
        buf_append_text(&page->html, "<input type=\"hidden\" name=\"again\" value=\"1\">");
    html_printf(&page->html, "<button class=\"main\">%s</button></form>", label);
}

/* Mail scanners open links: only the button does anything. */
static void show_unsubscribe(struct request *request)
{
    struct subscription *asked = read_link(request);
    if (asked == NULL)
        return;
    struct page page;
    const char *title = say(asked->language, "Unsubscribe");
    page_begin(&page, request, asked->language, &(struct page_head){.title = title});
    html_printf(&page.html, "<h1>%s</h1><p>%s</p>", title,
                say(asked->language, "You will get no more invitations, reminders or results by "
                                     "mail from whoever sent you this one."));
    write_button(&page, false, say(asked->language, "No more mail, please"));
    page_end(&page, 200);
}

static void subscribed(void *context, const struct rows *rows, const struct error *err)
{
    struct subscription *asked = context;
    enum language language = asked->language;
    int status = err == NULL && rows_count(rows) > 0 ? (int)rows_int64(rows, 0, 0) : 503;
    if (status == 503) {
        request_set_header(asked->request, "Retry-After", "5");
        page_say(asked->request, language, 503, say(language, "That did not work just now"),
                 say(language, "Please try again in a minute."));
        return;
    }
    if (status >= 400) { /* erased: there is nobody left to write to */
        page_say(asked->request, language, 200, say(language, "You get no more mail"), NULL);
        return;
    }
    struct page page;
    const char *title = asked->is_wanted ? say(language, "You get mail again")
                                         : say(language, "You get no more mail");
    page_begin(&page, asked->request, language, &(struct page_head){.title = title});
    html_printf(&page.html, "<h1>%s</h1>", title);
    if (!asked->is_wanted)
        write_button(&page, true, say(language, "I do want mail after all"));
    page_end(&page, 200);
}

/* The page's button, and mail programs' one click: "List-Unsubscribe=One-Click" in either of two
 * types, without cookie or redirect (RFC 8058 3.2). */
static void unsubscribe(struct request *request)
{
    struct subscription *asked = read_link(request);
    struct fields fields;
    if (asked == NULL)
        return;
    asked->is_wanted = fields_read(request, &fields) && fields_get(&fields, "again") != NULL;
    struct params params;
    params_init(&params);
    params_uuid(&params, &asked->programme);
    params_uuid(&params, &asked->person);
    params_bool(&params, asked->is_wanted);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "mail_subscribe",
                    &params, subscribed, asked);
    params_finish(&params);
}

static void write_question(struct request *request, int status, const char *typed)
{
    struct page page;
    enum language language = page_language(request);
    const char *title = say(language, "Lost your link?");
    bool is_wrong = typed != NULL;
    page_begin(&page, request, language,
               &(struct page_head){.title = title, .stylesheet = "desk.css"});
    html_printf(&page.html, "<h1>%s</h1><p>%s</p>", title,
                say(language, "Write the e-mail address that the invitation came to, and your "
                              "links are sent there again."));
    html_printf(&page.html,
                "<form method=\"post\" action=\"/resend\"><div class=\"field\"><label "
                "for=\"address\">%s</label>",
                say(language, "E-mail address"));
    if (is_wrong)
        html_printf(&page.html, "<span class=\"error\" id=\"wrong\">%s</span>",
                    say(language, "This is not an e-mail address."));
    html_printf(&page.html,
                "<input id=\"address\" name=\"address\" type=\"email\" autocomplete=\"email\" "
                "maxlength=\"254\" required value=\"%s\"",
                is_wrong ? typed : "");
    if (is_wrong)
        buf_append_text(&page.html, " aria-invalid=\"true\" aria-describedby=\"wrong\"");
    html_printf(&page.html, "></div><button class=\"main\">%s</button></form>",
                say(language, "Send my links"));
    html_printf(&page.html, "<p class=\"quiet\">%s</p>",
                say(language, "Links of anonymous forms cannot be sent again: please look for "
                              "the first mail."));
    page_end(&page, status);
}

static void show_resend(struct request *request)
{
    write_question(request, 200, NULL);
}

/* Says the same whether anybody has the address or not. */
static void asked_again(void *context, const struct rows *rows, const struct error *err)
{
    struct request *request = context;
    enum language language = page_language(request);
    int status = err == NULL && rows_count(rows) > 0 ? (int)rows_int64(rows, 0, 0) : 503;
    if (status == 200) {
        page_say(request, language, 200, say(language, "Look in your mailbox"),
                 say(language, "If something is open to this address, its links are on their "
                               "way. That can take a few minutes."));
        return;
    }
    request_set_header(request, "Retry-After", "60");
    page_say(request, language, status, say(language, "That did not work just now"),
             say(language, "Please try again in a minute."));
}

static void resend(struct request *request)
{
    struct fields fields;
    bool is_read = fields_read(request, &fields);
    const char *typed = is_read ? fields_get(&fields, "address") : NULL;
    typed = typed != NULL ? typed + strspn(typed, " ") : "";
    char *address = request_copy(request, typed, strlen(typed));
    for (size_t end = strlen(address); end > 0 && address[end - 1] == ' '; end--)
        address[end - 1] = '\0';
    if (!message_is_address(address)) {
        write_question(request, 422, address);
        return;
    }
    if (!principal_may_guess(request, address)) {
        enum language language = page_language(request);
        page_say(request, language, 429, say(language, "That did not work just now"),
                 say(language, "Please try again in a minute."));
        return;
    }
    struct params params;
    params_init(&params);
    params_text(&params, address);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "mail_ask", &params,
                    asked_again, request);
    params_finish(&params);
}

const struct route mail_page_routes[] = {
    {METHOD_GET, "/u/{token}", show_unsubscribe, NULL},
    {METHOD_POST, "/u/{token}", unsubscribe, NULL},
    {METHOD_GET, "/resend", show_resend, NULL},
    {METHOD_POST, "/resend", resend, NULL},
    {0},
};

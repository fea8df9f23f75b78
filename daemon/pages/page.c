#include <debriefd/page.h>

#include <debriefd/asset.h>
#include <debriefd/operation.h>
#include <debriefd/reply.h>
#include <stdio.h>
#include <string.h>

#define LANGUAGE_COOKIE "debriefd_language"
#define YEAR_SECONDS    31536000

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

void page_choose_language(struct request *request, enum language language)
{
    char cookie[120];
    snprintf(cookie, sizeof cookie,
             LANGUAGE_COOKIE "=%s; Path=/; Max-Age=%d; SameSite=Lax; HttpOnly",
             language_code(language), YEAR_SECONDS);
    request_add_header(request, "Set-Cookie", cookie);
}

/* The first language of the list that is spoken here; browsers list the best first. */
static enum language accepted_language(const struct request *request)
{
    enum language language = LANGUAGE_SV;
    const char *cursor = request_header(request, "Accept-Language");
    while (cursor != NULL && *cursor != '\0') {
        char code[4] = "";
        size_t length = strcspn(cursor, ",;- ");
        snprintf(code, sizeof code, "%.*s", length < 3 ? (int)length : 3, cursor);
        if (language_find(code, &language))
            break;
        cursor += strcspn(cursor, ",");
        cursor += strspn(cursor, ", ");
    }
    return language;
}

enum language page_language(struct request *request)
{
    enum language language;
    const char *wanted = request_query(request, "language");
    if (wanted != NULL && language_find(wanted, &language)) {
        page_choose_language(request, language);
        return language;
    }
    const char *chosen = request_cookie(request, LANGUAGE_COOKIE);
    if (chosen != NULL && language_find(chosen, &language))
        return language;
    return accepted_language(request);
}

static void write_link(struct page *page, const char *stylesheet)
{
    const char *url = asset_url(stylesheet);
    if (url != NULL)
        html_printf(&page->html, "<link rel=\"stylesheet\" href=\"%s\">", url);
}

static void write_head(struct page *page, const struct page_head *head)
{
    struct buf *html = &page->html;
    html_printf(html,
                "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                "<meta name=\"color-scheme\" content=\"light dark\"><title>%s</title>",
                language_code(page->language), head->title);
    html_printf(html, "<link rel=\"icon\" type=\"image/svg+xml\" href=\"%s\">",
                asset_url("icon.svg"));
    write_link(page, "base.css");
    if (head->stylesheet != NULL)
        write_link(page, head->stylesheet);
    const char *script = head->script != NULL ? asset_url(head->script) : NULL;
    if (script != NULL)
        html_printf(html, "<script type=\"module\" src=\"%s\"></script>", script);
    buf_append_text(html, "</head>");
}

/* Each language is named in itself, so that whoever needs it can read it. */
static void write_language_link(struct page *page)
{
    static const char *const names[] = {[LANGUAGE_SV] = "Svenska", [LANGUAGE_EN] = "English"};
    enum language other = page->language == LANGUAGE_SV ? LANGUAGE_EN : LANGUAGE_SV;
    html_printf(&page->html,
                "<a class=\"language\" lang=\"%s\" hreflang=\"%s\" href=\"?language=%s\">%s</a>",
                language_code(other), language_code(other), language_code(other), names[other]);
}

void page_begin(struct page *page, struct request *request, enum language language,
                const struct page_head *head)
{
    *page = (struct page){.request = request, .language = language};
    buf_init(&page->html);
    write_head(page, head);
    html_printf(&page->html, "<body><a class=\"skip\" href=\"#main\">%s</a><header class=\"top\">",
                say(language, "Skip to the content"));
    if (head->header != NULL)
        head->header(page, head->context);
    if (!head->switches_language)
        write_language_link(page);
    buf_append_text(&page->html, "</header><main id=\"main\" tabindex=\"-1\">");
}

void page_end(struct page *page, int status)
{
    buf_append_text(&page->html, "</main></body></html>\n");
    request_set_header(page->request, "Content-Security-Policy", policy);
    request_set_header(page->request, "X-Frame-Options", "DENY");
    request_set_header(page->request, "Cross-Origin-Opener-Policy", "same-origin");
    request_set_header(page->request, "Permissions-Policy",
                       "camera=(), geolocation=(), microphone=()");
    request_reply_buf(page->request, status, "text/html; charset=utf-8", &page->html);
    buf_finish(&page->html);
}

void page_say(struct request *request, enum language language, int status, const char *heading,
              const char *sentence)
{
    struct page page;
    page_begin(&page, request, language, &(struct page_head){.title = heading});
    html_printf(&page.html, "<h1>%s</h1>", heading);
    if (sentence != NULL)
        html_printf(&page.html, "<p>%s</p>", sentence);
    page_end(&page, status);
}

static const char *const months[] = {
    sentence("January"),   sentence("February"), sentence("March"),    sentence("April"),
    sentence("May"),       sentence("June"),     sentence("July"),     sentence("August"),
    sentence("September"), sentence("October"),  sentence("November"), sentence("December"),
};

const char *page_month(enum language language, int month)
{
    return say(language, months[month - 1]);
}

struct page_time page_time(enum language language, const char *local)
{
    struct page_time time;
    int at[5];
    int count =
        sscanf(local, "%4d-%2d-%2d %2d:%2d", &at[0], &at[1], &at[2], &at[3], &at[4]); // NOLINT
    snprintf(time.text, sizeof time.text, "%s", local);
    if (count < 3 || at[1] < 1 || at[1] > 12)
        return time;
    const char *month = page_month(language, at[1]);
    if (count == 5)
        snprintf(time.text, sizeof time.text, say(language, "%d %s %d at %02d:%02d"), at[2], month,
                 at[0], at[3], at[4]);
    else
        snprintf(time.text, sizeof time.text, "%d %s %d", at[2], month, at[0]);
    return time;
}

void page_see(struct request *request, const char *path)
{
    request_redirect(request, 303, path);
}

struct page_csrf page_csrf(const struct request *request, const char *secret)
{
    static const char purpose[] = "csrf:";
    struct secret_hash bound = secret_hash_two(purpose, sizeof purpose - 1, secret, strlen(secret));
    struct secret_mac mac =
        secret_mac(request_api(request)->options.credential_key, bound.bytes, sizeof bound.bytes);
    struct page_csrf token;
    secret_base64(mac.bytes, sizeof mac.bytes, token.text);
    return token;
}

void page_csrf_field(struct page *page, const char *secret)
{
    html_printf(&page->html, "<input type=\"hidden\" name=\"csrf\" value=\"%s\">",
                page_csrf(page->request, secret).text);
}

/* Browsers say who asks (Fetch Metadata); what does not say it is held to the token alone. */
bool page_csrf_holds(const struct request *request, const struct fields *fields, const char *secret)
{
    const char *site = request_header(request, "Sec-Fetch-Site");
    const char *given = fields_get(fields, "csrf");
    struct page_csrf token = page_csrf(request, secret);
    if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    return given != NULL && strlen(given) == strlen(token.text) &&
           secret_equal(given, token.text, strlen(token.text));
}

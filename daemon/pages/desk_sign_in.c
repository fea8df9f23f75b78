/* Signing in by a mailed link, and out. What is typed here tells nobody whether an address has an
 * account, and reading a link does not use it up: mail scanners read links. */
#include "desk.h"

#include "desk_cookie.h"
#include <debriefd/clock.h>
#include <debriefd/config.h>
#include <debriefd/log.h>
#include <debriefd/map.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define ASKS_A_MINUTE 10 /* from one address */
#define ASKERS_MAX    10000
#define BEFORE_US     (30 * 60 * CLOCK_SECOND_US)

static void begin(struct page *page, struct request *request, const char *title)
{
    enum language language = page_language(request);
    page_begin(page, request, language,
               &(struct page_head){.title = title,
                                   .stylesheet = "desk.css",
                                   .switches_language = request_method(request) == METHOD_POST});
    html_printf(&page->html, "<h1>%s</h1>", title);
}

/* Binds the form to this browser, so that nobody can be signed in as somebody else by a page of
 * another site. */
static const char *before_secret(struct request *request)
{
    const char *known = request_cookie(request, BEFORE_COOKIE);
    if (known != NULL && known[0] != '\0')
        return known;
    uint8_t bytes[16];
    char *made = request_alloc(request, SECRET_BASE64_SIZE(sizeof bytes));
    secret_random(bytes, sizeof bytes);
    secret_base64(bytes, sizeof bytes, made);
    desk_cookie_set(request, BEFORE_COOKIE, made, BEFORE_US);
    return made;
}

static bool is_genuine(struct request *request, struct fields *fields)
{
    const char *secret = request_cookie(request, BEFORE_COOKIE);
    return fields_read(request, fields) && secret != NULL &&
           page_csrf_holds(request, fields, secret);
}

static void say_stale(struct request *request)
{
    enum language language = page_language(request);
    page_say(request, language, 403, say(language, "Nothing was changed"),
             say(language,
                 "The page you sent was too old, or came from elsewhere. Go back, load it "
                 "again and send it once more."));
}

static void show_sign_in(struct request *request)
{
    struct page page;
    enum language language = page_language(request);
    const char *secret = before_secret(request);
    begin(&page, request, say(language, "Sign in"));
    html_printf(&page.html, "<p>%s</p><form method=\"post\" action=\"/desk/sign-in\">",
                say(language, "Write your e-mail address, and you get a link that signs you in."));
    page_csrf_field(&page, secret);
    html_printf(&page.html,
                "<div class=\"field\"><label for=\"email\">%s</label>"
                "<input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\" "
                "maxlength=\"254\" required></div><button class=\"main\">%s</button></form>",
                say(language, "E-mail address"), say(language, "Send the link"));
    page_end(&page, 200);
}

/* Counts in memory: each `serve` for itself is enough against guessing and flooding. */
static bool may_ask(const char *peer)
{
    static struct map *askers;
    if (askers == NULL)
        askers = map_create(free);
    int *asked = map_find(askers, peer, strlen(peer));
    if (asked != NULL)
        return ++*asked <= ASKS_A_MINUTE;
    if (map_count(askers) >= ASKERS_MAX)
        map_clear(askers);
    asked = xcalloc(sizeof *asked);
    *asked = 1;
    map_add(askers, peer, strlen(peer), asked, 60 * CLOCK_SECOND_US);
    return true;
}

static void asked(void *context, const struct rows *rows, const struct error *err)
{
    (void)context;
    (void)rows;
    if (err != NULL)
        log_warn("sign_in_not_asked", "error=%s", error_code_name(err->code));
}

/* Answers at once: how long the database takes would tell whether there is an account. */
static void ask(struct request *request)
{
    enum language language = page_language(request);
    struct fields fields;
    if (!is_genuine(request, &fields)) {
        say_stale(request);
        return;
    }
    if (!may_ask(request_peer(request))) {
        page_say(request, language, 429, say(language, "Just a moment"),
                 say(language, "Too many links were asked for. Try again in a minute."));
        return;
    }
    const char *email = fields_get(&fields, "email");
    struct params params;
    params_init(&params);
    params_text(&params, email != NULL ? email : "");
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "sign_in_ask", &params,
                    asked, NULL);
    params_finish(&params);
    page_say(request, language, 200, say(language, "Look in your mail"),
             say(language,
                 "If the address has an account, a link is on its way. It works once, for "
                 "a quarter of an hour."));
}

static bool read_link(const struct request *request, struct credential *credential)
{
    const char *text = request_segment(request, "token");
    *credential = credential_read(request_api(request)->options.credential_key, text, strlen(text));
    return credential->kind == CREDENTIAL_SIGN_IN;
}

static void say_spent(struct request *request)
{
    struct page page;
    enum language language = page_language(request);
    begin(&page, request, say(language, "This link does not work any more"));
    html_printf(&page.html, "<p>%s</p><p><a class=\"button\" href=\"/desk/sign-in\">%s</a></p>",
                say(language, "It was used already, or is older than a quarter of an hour."),
                say(language, "Ask for a new one"));
    page_end(&page, 410);
}

static void show_link(struct request *request)
{
    struct credential credential;
    struct page page;
    enum language language = page_language(request);
    if (!read_link(request, &credential)) {
        say_spent(request);
        return;
    }
    const char *secret = before_secret(request);
    begin(&page, request, say(language, "Sign in"));
    html_printf(&page.html, "<form method=\"post\" action=\"/desk/sign-in/%s\">",
                request_segment(request, "token"));
    page_csrf_field(&page, secret);
    html_printf(&page.html, "<p>%s</p><button class=\"main\" autofocus>%s</button></form>",
                say(language, "You are one step from the desk."), say(language, "Sign in"));
    page_end(&page, 200);
}

struct arrival {
    struct request *request;
    struct credential_text session;
};

static void arrived(void *context, const struct rows *rows, const struct error *err)
{
    struct arrival *arrival = context;
    struct request *request = arrival->request;
    enum language language = page_language(request);
    if (err != NULL) {
        page_say(request, language, 503, say(language, "Just a moment"),
                 say(language, "The service cannot be reached right now. Try again in a minute."));
        return;
    }
    if (rows_count(rows) == 0 || rows_int64(rows, 0, rows_column(rows, "status")) != 200) {
        say_spent(request);
        return;
    }
    json_t *account = json_loads(rows_text(rows, 0, rows_column(rows, "body")), 0, NULL);
    if (language_find(desk_text(account, "language"), &language))
        page_choose_language(request, language);
    json_decref(account);
    desk_cookie_set(request, BEFORE_COOKIE, "", 0);
    desk_cookie_set(request, DESK_COOKIE, arrival->session.text,
                    request_api(request)->options.config->desk.lifetime_us);
    page_see(request, "/desk");
}

static void add_old_session(struct request *request, struct params *params)
{
    const char *cookie = request_cookie(request, DESK_COOKIE);
    struct credential old = {.kind = CREDENTIAL_NONE};
    if (cookie != NULL)
        old = credential_read(request_api(request)->options.credential_key, cookie, strlen(cookie));
    if (old.kind == CREDENTIAL_SESSION)
        params_binary(params, old.key_hash.bytes, sizeof old.key_hash.bytes);
    else
        params_null(params);
}

static void sign_in(struct request *request)
{
    struct api *api = request_api(request);
    struct credential credential;
    struct fields fields;
    if (!read_link(request, &credential)) {
        say_spent(request);
        return;
    }
    if (!is_genuine(request, &fields)) {
        say_stale(request);
        return;
    }
    struct arrival *arrival = request_alloc(request, sizeof *arrival);
    struct secret_hash hash;
    arrival->request = request;
    arrival->session = credential_new_session(&credential.programme, &hash);
    struct params params;
    params_init(&params);
    params_uuid(&params, &credential.programme);
    params_uuid(&params, &credential.invitation);
    params_binary(&params, hash.bytes, sizeof hash.bytes);
    params_int(&params, api->options.config->desk.lifetime_us / CLOCK_SECOND_US);
    add_old_session(request, &params);
    channel_execute(channel_pool_choose(api->options.pool), "sign_in", &params, arrived, arrival);
    params_finish(&params);
}

static void signed_out(struct desk *desk, int status, const json_t *body, void *context)
{
    (void)body;
    (void)context;
    if (status >= 400) {
        desk_refuse(desk, "/desk/account", desk_detail(desk, NULL));
        return;
    }
    map_clear(request_api(desk->request)->sessions);
    desk_cookie_set(desk->request, DESK_COOKIE, "", 0);
    page_see(desk->request, "/desk/sign-in");
}

static void sign_out(struct desk *desk)
{
    struct credential session = credential_read(request_api(desk->request)->options.credential_key,
                                                desk->cookie, strlen(desk->cookie));
    struct params params;
    params_init(&params);
    params_uuid(&params, &session.programme);
    params_binary(&params, session.key_hash.bytes, sizeof session.key_hash.bytes);
    params_bool(&params, fields_get(&desk->fields, "everywhere") != NULL);
    desk_execute(desk, "session_end", &params, signed_out, NULL);
    params_finish(&params);
}

static void render_account(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    html_printf(html, "<p>%s</p>", desk->name);
    desk_form(desk, html, "/desk/sign-out");
    html_printf(html,
                "<p class=\"actions\"><button>%s</button>"
                "<button name=\"everywhere\" value=\"1\">%s</button></p>",
                say(language, "Sign out"), say(language, "Sign out everywhere"));
    desk_form_end(html);
    html_printf(html, "<p class=\"quiet\">%s</p>",
                say(language, "Everywhere ends your sessions in other browsers too, for example "
                              "when a device was lost."));
}

#define ROLES_ANY (ROLE_ORGANISER | ROLE_ANALYST | ROLE_CODER)

static const struct desk_page account_page = {
    .roles = ROLES_ANY,
    .title = sentence("Account"),
    .render = render_account,
};
static const struct desk_page sign_out_page = {.roles = ROLES_ANY, .act = sign_out};

const struct route desk_session_routes[] = {
    {METHOD_GET, "/desk/sign-in", show_sign_in, NULL},
    {METHOD_POST, "/desk/sign-in", ask, NULL},
    {METHOD_GET, "/desk/sign-in/{token}", show_link, NULL},
    {METHOD_POST, "/desk/sign-in/{token}", sign_in, NULL},
    {METHOD_GET, "/desk/account", desk_handle, &account_page},
    {METHOD_POST, "/desk/sign-out", desk_handle, &sign_out_page},
    {0},
};

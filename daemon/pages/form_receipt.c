#include "form.h"

#include <debriefd/reply.h>
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 32 /* programme and evaluation */

struct form_receipt_path form_receipt_path(const struct uuid *programme,
                                           const struct uuid *evaluation)
{
    uint8_t name[NAME_BYTES];
    char text[SECRET_BASE64_SIZE(NAME_BYTES)];
    struct form_receipt_path path;
    memcpy(name, programme->bytes, 16);
    memcpy(name + 16, evaluation->bytes, 16);
    secret_base64(name, sizeof name, text);
    snprintf(path.text, sizeof path.text, "/receipt/%s", text);
    return path;
}

/* Says that it is recorded, to whoever holds the link; never what it says, nor whose it is. */
static void write_receipt(struct request *request, enum language language, const struct rows *rows)
{
    struct page page;
    const char *heading = say(language, "Your answers are recorded");
    page_begin(&page, request, language,
               &(struct page_head){.title = heading, .stylesheet = "form.css"});
    const char *day = rows_text(rows, 0, rows_column(rows, "received_on"));
    html_printf(&page.html, "<div class=\"receipt\"><h1>%s</h1><p>", heading);
    html_printf(&page.html, say(language, "They were received on %s. Thank you for taking part."),
                page_time(language, day).text);
    html_printf(&page.html, "</p><p class=\"quiet\">%s</p></div>",
                say(language, "Keep the address of this page if you want to see later that your "
                              "answers are still there. It never shows what you answered."));
    if (request_cookie(request, FORM_COOKIE) != NULL)
        html_printf(&page.html, "<p><a href=\"/form\">%s</a></p>",
                    say(language, "Back to your form"));
    page_end(&page, 200);
}

static void receipt_found(void *context, const struct rows *rows, const struct error *err)
{
    struct request *request = context;
    enum language language = page_language(request);
    if (err != NULL) {
        request_set_header(request, "Retry-After", "5");
        page_say(request, language, 503, say(language, "We cannot reach the answers right now"),
                 say(language, "Wait a moment and load the page again."));
    } else if (rows_count(rows) == 0) {
        page_say(request, language, 404, say(language, "Nothing is recorded under this address"),
                 say(language, "Check that the whole address is there, or open your form from the "
                               "mail and look whether it was sent."));
    } else {
        write_receipt(request, language, rows);
    }
}

void form_receipt(struct request *request)
{
    uint8_t name[NAME_BYTES] = {0};
    const char *text = request_segment(request, "receipt");
    struct uuid programme;
    struct uuid evaluation;
    struct params params;
    if (!secret_base64_parse(text, strlen(text), name, sizeof name))
        memset(name, 0, sizeof name); /* of which there is none */
    memcpy(programme.bytes, name, 16);
    memcpy(evaluation.bytes, name + 16, 16);
    params_init(&params);
    params_uuid(&params, &programme);
    params_uuid(&params, &evaluation);
    channel_execute(channel_pool_choose(request_api(request)->options.pool), "receipt_find",
                    &params, receipt_found, request);
    params_finish(&params);
}

#include "form.h"

#include <stdio.h>
#include <string.h>

static void write_study(struct page *page, const void *context)
{
    html_printf(&page->html, "<span class=\"study\">%s</span>", (const char *)context);
}

void visit_page(struct visit *visit, struct page *page, const char *title,
                enum form_switch language)
{
    char *whole = request_alloc(visit->request, strlen(title) + strlen(visit->study) + 8);
    sprintf(whole, "%s – %s", title, visit->study);
    struct page_head head = {
        .title = whole,
        .stylesheet = "form.css",
        .script = "form.js",
        .header = write_study,
        .context = visit->study,
        .switches_language = language == LANGUAGE_BY_BUTTON,
    };
    page_begin(page, visit->request, visit->language, &head);
}

static size_t visible_sections(const struct visit *visit, size_t until)
{
    size_t count = 0;
    for (size_t i = 0; i < visit->section_count && i <= until; i++)
        count += visit_section_shows(visit, i);
    return count;
}

static void write_progress(struct page *page, const struct visit *visit)
{
    size_t at = visible_sections(visit, visit->section);
    size_t of = visible_sections(visit, visit->section_count);
    html_printf(&page->html, "<p id=\"progress\" class=\"progress\" data-text=\"%s\">",
                say(visit->language, "Part %1 of %2"));
    html_printf(&page->html, say(visit->language, "Part %zu of %zu"), at, of);
    html_printf(&page->html,
                "<progress value=\"%zu\" max=\"%zu\" aria-hidden=\"true\"></progress></p>", at, of);
}

/* The other language as a button: what was typed comes along. */
static void write_languages(struct page *page, const struct visit *visit)
{
    static const char *const names[] = {[LANGUAGE_SV] = "Svenska", [LANGUAGE_EN] = "English"};
    for (int i = 0; i < LANGUAGES; i++) {
        const char *code = language_code((enum language)i);
        size_t index;
        if ((enum language)i == visit->language ||
            !instrument_find_language(visit->instrument, code, strlen(code), &index))
            continue;
        html_printf(&page->html,
                    "<button class=\"language\" lang=\"%s\" name=\"go\" value=\"language.%s\" "
                    "formnovalidate>%s</button>",
                    code, code, names[i]);
    }
}

void form_saving(struct page *page, const struct visit *visit)
{
    enum language language = visit->language;
    html_printf(&page->html,
                "<p id=\"saving\" role=\"status\" data-saved=\"%s\" data-saving=\"%s\" "
                "data-waiting=\"%s\" data-sending=\"%s\" data-refused=\"%s\" data-sent=\"%s\" "
                "data-wrong=\"%s\"></p>",
                say(language, "Saved"), say(language, "Saving …"),
                say(language, "Not sent yet. It will be when you are online again."),
                say(language, "Sending …"),
                say(language, "It could not be saved. Load the page again."), say(language, "Sent"),
                say(language, "Something needs another look"));
}

/* Faults first, with a link to each; the browser's focus goes here. */
static void write_summary(struct page *page, const struct visit *visit)
{
    struct buf *html = &page->html;
    char text[400];
    if (visit->violations.total == 0)
        return;
    html_printf(html,
                "<div id=\"summary\" class=\"notice bad\" role=\"alert\" tabindex=\"-1\" autofocus>"
                "<h2>%s</h2><ul>",
                say(visit->language, "Something needs another look"));
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const struct violation *violation = form_fault_of(visit, i);
        if (violation == NULL)
            continue;
        const struct item *asked = instrument_item(visit->instrument, i);
        html_printf(html, "<li><a href=\"#item-%s\">%s</a><br>%s</li>", asked->id,
                    form_word(visit, &asked->text),
                    form_fault(visit, violation, text, sizeof text));
    }
    buf_append_text(html, "</ul></div>");
}

static void write_notice(struct page *page, const struct visit *visit)
{
    if (visit->notice != NULL)
        html_printf(&page->html, "<p class=\"notice\" role=\"status\">%s</p>", visit->notice);
}

/* Shown by the script when the review cannot be reached. */
static void write_offline(struct page *page, const struct visit *visit)
{
    html_printf(&page->html,
                "<div id=\"offline\" class=\"notice\" hidden><p>%s</p>"
                "<button class=\"main\" name=\"go\" value=\"send\">%s</button></div>",
                say(visit->language, "You are offline. Your answers are kept on this device."),
                say(visit->language, "Send when there is a connection"));
}

static void write_buttons(struct page *page, const struct visit *visit, size_t section)
{
    struct buf *html = &page->html;
    size_t before = visit_next_section(visit, section, -1);
    size_t after = visit_next_section(visit, section, 1);
    buf_append_text(html, "<div class=\"buttons\">");
    if (before < visit->section_count)
        html_printf(html, "<button name=\"go\" value=\"%zu\" formnovalidate>%s</button>",
                    before + 1, say(visit->language, "Back"));
    if (after < visit->section_count)
        html_printf(html, "<button class=\"main\" name=\"go\" value=\"%zu\">%s</button>", after + 1,
                    say(visit->language, "Next"));
    else
        html_printf(html, "<button class=\"main\" name=\"go\" value=\"review\">%s</button>",
                    say(visit->language, "Look through and send"));
    buf_append_text(html, "</div>");
    if (after == visit->section_count)
        write_offline(page, visit);
}

static void write_heading(struct page *page, const struct visit *visit, size_t section)
{
    const struct item *item = instrument_item(visit->instrument, visit->sections[section].begin);
    const char *help = form_word(visit, &item->help);
    if (item->type != ITEM_SECTION)
        return;
    html_printf(&page->html, "<h2 id=\"heading-%zu\" tabindex=\"-1\">%s</h2>", section + 1,
                form_word(visit, &item->text));
    if (help != NULL)
        html_printf(&page->html, "<p>%s</p>", help);
}

/* Why the same section is here again stands where it changed. */
static void write_fresh(struct page *page, const struct visit *visit, size_t item)
{
    if (visit->fresh != NULL &&
        strcmp(visit->fresh, instrument_item(visit->instrument, item)->id) == 0)
        html_printf(&page->html, "<p class=\"notice\" id=\"new\" role=\"status\">%s</p>",
                    say(visit->language, "Your answer has brought up this question."));
}

static void write_section(struct page *page, const struct visit *visit, size_t section)
{
    struct buf *html = &page->html;
    bool is_hidden = !visit->is_anonymous && section != visit->section;
    html_printf(html, "<section class=\"section\" id=\"section-%zu\" data-section=\"%zu\"%s>",
                section + 1, section + 1, is_hidden ? " hidden" : "");
    write_heading(page, visit, section);
    for (size_t i = visit->sections[section].begin; i < visit->sections[section].end; i++) {
        write_fresh(page, visit, i);
        form_item(page, visit, i);
    }
    if (!visit->is_anonymous)
        write_buttons(page, visit, section);
    buf_append_text(html, "</section>");
}

/* What Enter in a field does is the first button's: to go on. */
static void write_first_button(struct page *page, const struct visit *visit)
{
    size_t after = visit_next_section(visit, visit->section, 1);
    buf_append_text(
        &page->html,
        "<button class=\"for-readers\" tabindex=\"-1\" aria-hidden=\"true\" name=\"go\"");
    if (visit->is_anonymous)
        buf_append_text(&page->html, " value=\"send\">");
    else if (after < visit->section_count)
        html_printf(&page->html, " value=\"%zu\">", after + 1);
    else
        buf_append_text(&page->html, " value=\"review\">");
    html_printf(&page->html, "%s</button>", say(visit->language, "Next"));
}

static void write_opening(struct page *page, const struct visit *visit)
{
    html_printf(
        &page->html,
        "<form id=\"form\" method=\"post\" action=\"/form\" novalidate autocomplete=\"off\" "
        "data-draft=\"/form/draft\" data-language=\"%s\" data-mode=\"%s\" "
        "data-evaluation=\"%s\">",
        language_code(visit->language), visit->is_anonymous ? "anonymous" : "pseudonymous",
        visit->has_draft ? uuid_format(&visit->draft).text : "");
    write_first_button(page, visit);
    page_csrf_field(page, visit->token);
    html_printf(&page->html,
                "<input type=\"hidden\" id=\"section-field\" name=\"section\" value=\"%zu\">"
                "<input type=\"hidden\" id=\"script-field\" name=\"script\" value=\"\">",
                visit->section + 1);
}

/* Without a draft, the page itself remembers which questions it has asked. */
static void write_asked(struct page *page, const struct visit *visit)
{
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const struct item *item = instrument_item(visit->instrument, i);
        if (visit->shown[i] && item->show_if != NULL && item->type != ITEM_SECTION)
            html_printf(&page->html, "<input type=\"hidden\" name=\"asked\" value=\"%s\">",
                        item->id);
    }
}

static void write_end(struct page *page, const struct visit *visit)
{
    if (visit->is_anonymous)
        write_asked(page, visit);
    if (visit->is_anonymous)
        html_printf(&page->html,
                    "<div class=\"buttons\"><button class=\"main\" name=\"go\" value=\"send\">%s"
                    "</button></div>",
                    say(visit->language, "Send"));
    buf_append_text(&page->html, "</form>");
}

void form_page(struct visit *visit, int status)
{
    struct page page;
    const char *title = form_word(visit, instrument_title(visit->instrument));
    visit_page(visit, &page, title, LANGUAGE_BY_BUTTON);
    write_opening(&page, visit);
    write_languages(&page, visit);
    html_printf(&page.html, "<h1>%s</h1>", title);
    if (visit->is_anonymous) {
        form_intro(&page, visit);
        html_printf(&page.html, "<div class=\"consent\">%s</div>", visit->consent);
    } else {
        write_progress(&page, visit);
    }
    write_summary(&page, visit);
    write_notice(&page, visit);
    for (size_t i = 0; i < visit->section_count; i++)
        write_section(&page, visit, i);
    write_end(&page, visit);
    form_saving(&page, visit);
    visit_reply(visit, &page, status);
}

/* Every answer once more before it is sent. */
#include "form.h"

#include <stdlib.h>
#include <string.h>

static void write_separator(struct buf *html, size_t count)
{
    if (count > 0)
        buf_append_text(html, "<br>");
}

static const struct option *find_option(const struct option *options, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].id, id) == 0)
            return &options[i];
    return NULL;
}

static const char *option_text(const struct visit *visit, const struct item *item, const char *id)
{
    const struct option *option = find_option(item->options, item->option_count, id);
    return option != NULL ? form_word(visit, &option->text) : id;
}

static void write_point(struct buf *html, const struct visit *visit, const struct item *item,
                        const char *value)
{
    const char *label = NULL;
    if (strcmp(value, "!dk") == 0 || strcmp(value, "!refused") == 0) {
        html_text(html,
                  say(visit->language, strcmp(value, "!dk") == 0 ? sentence("Don't know")
                                                                 : sentence("Prefer not to say")));
        return;
    }
    html_text(html, value);
    long point = strtol(value, NULL, 10);
    if (item->labels == NULL || point < item->minimum || point > item->maximum)
        return;
    label = form_word(visit, &item->labels[point - item->minimum]);
    if (label != NULL)
        html_printf(html, " – %s", label);
}

static void write_chosen(struct buf *html, const struct visit *visit, size_t index)
{
    const struct item *item = instrument_item(visit->instrument, index);
    size_t count = 0;
    if (form_values_has(&visit->values, index, "", "!none"))
        html_text(html, say(visit->language, "None of these"));
    for (size_t i = 0; i < item->option_count; i++) {
        if (!form_values_has(&visit->values, index, "", item->options[i].id))
            continue;
        write_separator(html, count++);
        html_text(html, form_word(visit, &item->options[i].text));
    }
}

static void write_parts(struct buf *html, const struct visit *visit, size_t index)
{
    const struct item *item = instrument_item(visit->instrument, index);
    bool ranking = item->type == ITEM_RANKING;
    const struct option *parts = ranking ? item->options : item->rows;
    size_t count = 0;
    for (size_t i = 0; i < (ranking ? item->option_count : item->row_count); i++) {
        const char *value = form_values_get(&visit->values, index, parts[i].id);
        if (value == NULL)
            continue;
        write_separator(html, count++);
        html_printf(html, "%s: ", form_word(visit, &parts[i].text));
        write_point(html, visit, item, value);
    }
}

static void write_roster(struct buf *html, const struct visit *visit, size_t index)
{
    const struct form_people *people = visit->form->pages;
    long marked = 0;
    for (size_t i = 0; people != NULL && i < people->count; i++)
        marked += form_values_get(&visit->values, index,
                                  uuid_format(&people->people[i].participant).text) != NULL;
    html_printf(html, say_number(visit->language, marked, "%ld person marked", "%ld people marked"),
                marked);
}

static void write_rows(struct buf *html, const json_t *answer, const char *name)
{
    for (size_t i = 0; i < json_array_size(answer); i++) {
        write_separator(html, i);
        html_text(html, json_string_value(json_object_get(json_array_get(answer, i), name)));
    }
}

static void write_statuses(struct buf *html, const struct visit *visit, const json_t *answer)
{
    html_printf(
        html,
        say_number(visit->language, (long)json_object_size(answer), "%ld answered", "%ld answered"),
        (long)json_object_size(answer));
}

static void write_value(struct buf *html, const struct visit *visit, size_t index,
                        const json_t *answer)
{
    const struct item *item = instrument_item(visit->instrument, index);
    const char *value = form_values_get(&visit->values, index, "");
    const char *missing = json_string_value(json_object_get(answer, "missing"));
    if (missing != NULL)
        write_point(html, visit, item, strcmp(missing, "dk") == 0 ? "!dk" : "!refused");
    else if (item->type == ITEM_SINGLE && value != NULL)
        html_text(html, option_text(visit, item, value));
    else if (item->type == ITEM_MULTIPLE)
        write_chosen(html, visit, index);
    else if (item->type == ITEM_MATRIX || item->type == ITEM_RANKING)
        write_parts(html, visit, index);
    else if (item->type == ITEM_ROSTER)
        write_roster(html, visit, index);
    else if (item->type == ITEM_CONTACTS || item->type == ITEM_COMMITMENTS)
        write_rows(html, answer, item->type == ITEM_CONTACTS ? "name" : "text");
    else if (item->type == ITEM_COMMITMENT_STATUS)
        write_statuses(html, visit, answer);
    else if (item->type == ITEM_BINARY)
        html_text(html, say(visit->language,
                            value != NULL && *value == '1' ? sentence("Yes") : sentence("No")));
    else if (value != NULL && item->type == ITEM_TEXT)
        html_text(html, value);
    else if (value != NULL)
        write_point(html, visit, item, value);
}

static void write_answer(struct page *page, const struct visit *visit, size_t index)
{
    const struct item *item = instrument_item(visit->instrument, index);
    const json_t *answer = json_object_get(visit->answers, item->id);
    const struct violation *violation = form_fault_of(visit, index);
    char text[400];
    html_printf(&page->html, "<div><dt>%s</dt><dd>", form_word(visit, &item->text));
    if (answer == NULL)
        html_printf(&page->html, "<span class=\"quiet\">%s</span>",
                    say(visit->language, "No answer"));
    else
        write_value(&page->html, visit, index, answer);
    if (violation != NULL)
        html_printf(&page->html, "<p class=\"error\">%s</p>",
                    form_fault(visit, violation, text, sizeof text));
    html_printf(&page->html,
                "</dd><dd class=\"change\"><a href=\"/form?section=%zu#item-%s\">%s"
                "<span class=\"for-readers\">: %s</span></a></dd></div>",
                visit_section_of(visit, index) + 1, item->id, say(visit->language, "Change"),
                form_word(visit, &item->text));
}

static void write_section(struct page *page, const struct visit *visit, size_t section)
{
    const struct item *head = instrument_item(visit->instrument, visit->sections[section].begin);
    if (!visit_section_shows(visit, section))
        return;
    if (head->type == ITEM_SECTION)
        html_printf(&page->html, "<h2>%s</h2>", form_word(visit, &head->text));
    buf_append_text(&page->html, "<dl class=\"review\">");
    for (size_t i = visit->sections[section].begin; i < visit->sections[section].end; i++)
        if (visit->shown[i] && instrument_item(visit->instrument, i)->type != ITEM_SECTION)
            write_answer(page, visit, i);
    buf_append_text(&page->html, "</dl>");
}

static void write_faults(struct page *page, const struct visit *visit)
{
    if (visit->violations.total == 0)
        return;
    html_printf(&page->html,
                "<div id=\"summary\" class=\"notice bad\" role=\"alert\" tabindex=\"-1\" autofocus>"
                "<h2>%s</h2><ul>",
                say(visit->language, "Before you can send"));
    for (size_t i = 0; i < instrument_item_count(visit->instrument); i++) {
        const struct item *asked = instrument_item(visit->instrument, i);
        if (form_fault_of(visit, i) != NULL)
            html_printf(&page->html,
                        "<li><a href=\"/form?section=%zu&check=1#item-%s\">%s</a></li>",
                        visit_section_of(visit, i) + 1, asked->id, form_word(visit, &asked->text));
    }
    buf_append_text(&page->html, "</ul></div>");
}

static void write_send(struct page *page, const struct visit *visit)
{
    size_t last = visit_next_section(visit, visit->section_count, -1);
    html_printf(&page->html,
                "<form method=\"post\" action=\"/form\" id=\"send\" data-draft=\"/form/draft\">");
    page_csrf_field(page, visit->token);
    html_printf(&page->html, "<input type=\"hidden\" name=\"evaluation\" value=\"%s\">",
                visit->has_draft ? uuid_format(&visit->draft).text : "");
    html_printf(&page->html,
                "<div class=\"buttons\"><a class=\"button\" href=\"/form?section=%zu\">%s</a>"
                "<button class=\"main\" name=\"go\" value=\"send\">%s</button></div>",
                last < visit->section_count ? last + 1 : 1, say(visit->language, "Back"),
                say(visit->language, "Send the answers"));
    if (visit->has_evaluation)
        html_printf(&page->html,
                    "<button class=\"clear\" name=\"go\" value=\"discard\">%s</button>",
                    say(visit->language, "Drop the changes and keep what was sent"));
    buf_append_text(&page->html, "</form>");
}

void form_review(struct visit *visit, int status)
{
    const char *title = say(visit->language, "Look through your answers");
    struct page page;
    visit_page(visit, &page, title, LANGUAGE_BY_LINK);
    html_printf(&page.html, "<h1>%s</h1>", title);
    if (visit->notice != NULL)
        html_printf(&page.html, "<p class=\"notice\" role=\"status\">%s</p>", visit->notice);
    write_faults(&page, visit);
    for (size_t i = 0; i < visit->section_count; i++)
        write_section(&page, visit, i);
    write_send(&page, visit);
    form_saving(&page, visit);
    visit_reply(visit, &page, status);
}

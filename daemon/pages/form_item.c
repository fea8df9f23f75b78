#include "form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_TEXT 200 /* code points that fit on one line */

typedef void item_fn(const struct form_field *field);

const char *form_word(const struct visit *visit, const struct phrase *phrase)
{
    const char *text = phrase->text[visit->wording];
    return text != NULL ? text : phrase->text[0];
}

void form_choice(const struct form_field *field, const char *type, const char *part,
                 const char *value, const char *text)
{
    struct buf *html = &field->page->html;
    bool chosen = form_values_has(&field->visit->values, field->index, part, value);
    html_printf(html, "<label><input type=\"%s\" name=\"q.%s%s%s\" value=\"%s\"", type,
                field->item->id, *part != '\0' ? "." : "", part, value);
    buf_append_text(html, chosen ? " checked>" : ">");
    html_printf(html, "<span>%s</span></label>", text);
}

/* Whether something stands there that is no value of the kind that is offered. */
static bool has(const struct form_field *field, const char *value)
{
    return form_values_has(&field->visit->values, field->index, "", value);
}

/* The ways not to answer, where they are choices of their own: a required question has them all. */
static void write_missing_choices(const struct form_field *field)
{
    enum language language = field->visit->language;
    buf_append_text(&field->page->html, "<div class=\"other\">");
    form_choice(field, "radio", "", "!dk", say(language, "Don't know"));
    if (field->item->required || has(field, "!refused"))
        form_choice(field, "radio", "", "!refused", say(language, "Prefer not to say"));
    if (form_values_get(&field->visit->values, field->index, "") != NULL)
        html_printf(&field->page->html,
                    "<button class=\"clear\" name=\"go\" value=\"clear.%s\" formnovalidate "
                    "aria-describedby=\"legend-%s\">%s</button>",
                    field->item->id, field->item->id, say(language, "Clear the answer"));
    buf_append_text(&field->page->html, "</div>");
}

/* The same beside what is typed. */
static void write_missing_boxes(const struct form_field *field)
{
    enum language language = field->visit->language;
    if (!field->item->required &&
        form_values_get(&field->visit->values, field->index, "missing") == NULL)
        return;
    buf_append_text(&field->page->html, "<div class=\"other\">");
    form_choice(field, "checkbox", "missing", "dk", say(language, "Don't know"));
    form_choice(field, "checkbox", "missing", "refused", say(language, "Prefer not to say"));
    buf_append_text(&field->page->html, "</div>");
}

static const char *label_of(const struct form_field *field, int point)
{
    const struct item *item = field->item;
    const char *label = NULL;
    if (item->labels != NULL)
        label = form_word(field->visit, &item->labels[point - item->minimum]);
    return label;
}

/* A roster has hundreds of these: what they share is written once and copied. */
static void write_point(struct buf *html, const struct buf *opening, const char *number,
                        const char *label, bool chosen)
{
    buf_append(html, opening->data, opening->length);
    buf_append_text(html, number);
    buf_append_text(html, chosen ? "\" checked><span>" : "\"><span>");
    buf_append_text(html, number);
    if (label != NULL) {
        buf_append_text(html, "<i> ");
        html_text(html, label);
        buf_append_text(html, "</i>");
    }
    buf_append_text(html, "</span></label>");
}

void form_points(const struct form_field *field, const char *part, bool unknown)
{
    struct buf *html = &field->page->html;
    const struct item *item = field->item;
    const char *value = form_values_get(&field->visit->values, field->index, part);
    struct buf opening;
    buf_init(&opening);
    html_printf(&opening, "<label><input type=\"radio\" name=\"q.%s%s%s\" value=\"", item->id,
                *part != '\0' ? "." : "", part);
    html_printf(html, "<div class=\"points n%d\">", item->maximum - item->minimum + 1);
    for (int point = item->minimum; point <= item->maximum; point++) {
        char number[12];
        snprintf(number, sizeof number, "%d", point);
        write_point(html, &opening, number, label_of(field, point),
                    value != NULL && strcmp(value, number) == 0);
    }
    buf_append_text(html, "</div>");
    buf_finish(&opening);
    if (unknown)
        form_choice(field, "radio", part, "!dk", say(field->visit->language, "Don't know"));
}

/* What the ends mean, for the eye; whoever listens hears it with each point. */
static void write_ends(const struct form_field *field)
{
    const char *low = label_of(field, field->item->minimum);
    const char *high = label_of(field, field->item->maximum);
    if (low != NULL && high != NULL)
        html_printf(&field->page->html,
                    "<p class=\"ends\" aria-hidden=\"true\"><span>%d %s</span>"
                    "<span>%d %s</span></p>",
                    field->item->minimum, low, field->item->maximum, high);
}

static void write_scale(const struct form_field *field)
{
    form_points(field, "", false);
    write_ends(field);
    write_missing_choices(field);
}

static void write_options(const struct form_field *field, const char *type)
{
    const struct item *item = field->item;
    buf_append_text(&field->page->html, "<div class=\"choices\">");
    for (size_t i = 0; i < item->option_count; i++)
        form_choice(field, type, "", item->options[i].id,
                    form_word(field->visit, &item->options[i].text));
    buf_append_text(&field->page->html, "</div>");
}

static void write_single(const struct form_field *field)
{
    write_options(field, "radio");
    write_missing_choices(field);
}

static void write_multiple(const struct form_field *field)
{
    enum language language = field->visit->language;
    write_options(field, "checkbox");
    buf_append_text(&field->page->html, "<div class=\"other\">");
    if ((field->item->required && field->item->least == 0) || has(field, "!none"))
        form_choice(field, "checkbox", "", "!none", say(language, "None of these"));
    if (field->item->required || has(field, "!dk"))
        form_choice(field, "checkbox", "", "!dk", say(language, "Don't know"));
    if (field->item->required || has(field, "!refused"))
        form_choice(field, "checkbox", "", "!refused", say(language, "Prefer not to say"));
    buf_append_text(&field->page->html, "</div>");
}

static void write_binary(const struct form_field *field)
{
    enum language language = field->visit->language;
    buf_append_text(&field->page->html, "<div class=\"choices two\">");
    form_choice(field, "radio", "", "1", say(language, "Yes"));
    form_choice(field, "radio", "", "0", say(language, "No"));
    buf_append_text(&field->page->html, "</div>");
    write_missing_choices(field);
}

static void write_matrix(const struct form_field *field)
{
    struct buf *html = &field->page->html;
    write_ends(field);
    for (size_t i = 0; i < field->item->row_count; i++) {
        const struct option *row = &field->item->rows[i];
        html_printf(html, "<fieldset class=\"line\"><legend>%s</legend>",
                    form_word(field->visit, &row->text));
        form_points(field, row->id, true);
        buf_append_text(html, "</fieldset>");
    }
}

static void write_rank(const struct form_field *field, const struct option *option)
{
    struct buf *html = &field->page->html;
    const char *value = form_values_get(&field->visit->values, field->index, option->id);
    html_printf(html,
                "<div class=\"rank\"><label for=\"f-%s.%s\">%s</label>"
                "<select id=\"f-%s.%s\" name=\"q.%s.%s\" autocomplete=\"off\">"
                "<option value=\"\">%s</option>",
                field->item->id, option->id, form_word(field->visit, &option->text),
                field->item->id, option->id, field->item->id, option->id,
                say(field->visit->language, "Not ranked"));
    for (size_t rank = 1; rank <= field->item->option_count; rank++) {
        char text[24];
        snprintf(text, sizeof text, "%zu", rank);
        html_printf(html, "<option%s>%s</option>",
                    value != NULL && strcmp(value, text) == 0 ? " selected" : "", text);
    }
    buf_append_text(html, "</select></div>");
}

static void write_ranking(const struct form_field *field)
{
    enum language language = field->visit->language;
    html_printf(&field->page->html, "<div class=\"ranks\" data-up=\"%s\" data-down=\"%s\">",
                say(language, "Move up"), say(language, "Move down"));
    for (size_t i = 0; i < field->item->option_count; i++)
        write_rank(field, &field->item->options[i]);
    buf_append_text(&field->page->html, "</div>");
    write_missing_boxes(field);
}

/* What a control or a group is explained by, and whether it is at fault. */
static void write_described(const struct form_field *field)
{
    struct buf *html = &field->page->html;
    buf_append_text(html, " aria-describedby=\"");
    if (form_word(field->visit, &field->item->help) != NULL)
        html_printf(html, "help-%s ", field->item->id);
    html_printf(html, "error-%s\"", field->item->id);
    if (form_fault_of(field->visit, field->index) != NULL && field->is_single)
        buf_append_text(html, " aria-invalid=\"true\"");
}

/* One control under a label of its own. */
static void write_typed(const struct form_field *field, const char *attributes)
{
    const char *value = form_values_get(&field->visit->values, field->index, "");
    struct buf *html = &field->page->html;
    html_printf(html, "<input id=\"f-%s\" name=\"q.%s\" value=\"%s\" autocomplete=\"off\"",
                field->item->id, field->item->id, value);
    buf_append_text(html, attributes);
    write_described(field);
    buf_append_char(html, '>');
    write_missing_boxes(field);
}

static void write_number(const struct form_field *field)
{
    write_typed(field, " type=\"text\" class=\"short\" inputmode=\"decimal\"");
}

static void write_count(const struct form_field *field)
{
    write_typed(field, " type=\"text\" class=\"short\" inputmode=\"numeric\"");
}

static void write_text(const struct form_field *field)
{
    const char *value = form_values_get(&field->visit->values, field->index, "");
    bool lines = value != NULL && strchr(value, '\n') != NULL;
    if (field->item->max_length <= SHORT_TEXT && !lines) {
        write_typed(field, " type=\"text\" class=\"wide\"");
        return;
    }
    /* The parser drops a line break that follows the tag, and so none of the answer's is lost. */
    html_printf(&field->page->html,
                "<textarea id=\"f-%s\" name=\"q.%s\" rows=\"4\" autocomplete=\"off\"",
                field->item->id, field->item->id);
    write_described(field);
    html_printf(&field->page->html, ">\n%s</textarea>", value);
    write_missing_boxes(field);
}

static const struct {
    item_fn *write;
    bool is_single; /* a control with a label, not a group of them */
} types[ITEM_TYPES] = {
    [ITEM_RATING] = {write_scale},           [ITEM_NPS] = {write_scale},
    [ITEM_SINGLE] = {write_single},          [ITEM_MULTIPLE] = {write_multiple},
    [ITEM_MATRIX] = {write_matrix},          [ITEM_RANKING] = {write_ranking},
    [ITEM_NUMBER] = {write_number, true},    [ITEM_BINARY] = {write_binary},
    [ITEM_COUNT] = {write_count, true},      [ITEM_TEXT] = {write_text, true},
    [ITEM_ROSTER] = {form_roster},           [ITEM_CONTACTS] = {form_contacts},
    [ITEM_COMMITMENTS] = {form_commitments}, [ITEM_COMMITMENT_STATUS] = {form_status},
};

/* The condition stands in the definition as it was given, for the script to judge too. */
static void write_condition(struct page *page, const struct visit *visit, size_t index)
{
    const json_t *items = json_object_get(instrument_definition(visit->instrument), "items");
    const json_t *condition = json_object_get(json_array_get(items, index), "show_if");
    if (!visit->shown[index])
        buf_append_text(&page->html, " hidden");
    if (condition == NULL)
        return;
    char *text = json_dumps(condition, JSON_COMPACT);
    html_printf(&page->html, " data-show=\"%s\"", text);
    free(text);
}

static void write_help(const struct form_field *field)
{
    const char *help = form_word(field->visit, &field->item->help);
    struct buf *html = &field->page->html;
    char text[400];
    const struct violation *violation = form_fault_of(field->visit, field->index);
    if (help != NULL)
        html_printf(html, "<p class=\"help\" id=\"help-%s\">%s</p>", field->item->id, help);
    if (violation != NULL)
        html_printf(html, "<p class=\"error\" id=\"error-%s\">%s</p>", field->item->id,
                    form_fault(field->visit, violation, text, sizeof text));
    else
        html_printf(html, "<p class=\"error\" id=\"error-%s\" hidden></p>", field->item->id);
}

static void write_question(const struct form_field *field)
{
    struct buf *html = &field->page->html;
    bool single = types[field->item->type].is_single;
    html_printf(html,
                single ? "<label class=\"question\" for=\"f-%s\">%s"
                       : "<legend class=\"question\" id=\"legend-%s\">%s",
                field->item->id, form_word(field->visit, &field->item->text));
    if (field->item->required)
        html_printf(html, " <span class=\"quiet\">%s</span>",
                    say(field->visit->language, "(must be answered)"));
    buf_append_text(html, single ? "</label>" : "</legend>");
}

void form_item(struct page *page, const struct visit *visit, size_t index)
{
    const struct item *item = instrument_item(visit->instrument, index);
    struct form_field field = {page, visit, item, index, types[item->type].is_single};
    const char *tag = types[item->type].is_single ? "div" : "fieldset";
    if (types[item->type].write == NULL)
        return;
    html_printf(&page->html,
                "<%s class=\"item %s\" id=\"item-%s\" data-item=\"%s\" data-type=\"%s\"", tag,
                item_type_name(item->type), item->id, item->id, item_type_name(item->type));
    if (!types[item->type].is_single)
        write_described(&field);
    write_condition(page, visit, index);
    buf_append_char(&page->html, '>');
    write_question(&field);
    write_help(&field);
    html_printf(&page->html, "<input type=\"hidden\" name=\"items\" value=\"%s\">", item->id);
    types[item->type].write(&field);
    html_printf(&page->html, "</%s>", tag);
}

/* Items that are lists: of the delegation, of contacts, of commitments. */
#include "form.h"

#include <debriefd/clock.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DUE_MONTHS 24

static void write_key(const struct form_field *field)
{
    struct buf *html = &field->page->html;
    const struct item *item = field->item;
    buf_append_text(html, "<ol class=\"key\" aria-hidden=\"true\">");
    for (int point = item->minimum; point <= item->maximum && item->labels != NULL; point++) {
        const char *label = form_word(field->visit, &item->labels[point - item->minimum]);
        html_printf(html, "<li><b>%d</b> %s</li>", point, label);
    }
    buf_append_text(html, "</ol>");
}

static void write_person(const struct form_field *field, const struct form_person *person)
{
    struct uuid_text id = uuid_format(&person->participant);
    const char *value = form_values_get(&field->visit->values, field->index, id.text);
    struct buf *html = &field->page->html;
    html_printf(html, "<fieldset class=\"person\"><legend>%s</legend>", person->name);
    if (value != NULL && strcmp(value, "!skip") == 0)
        html_printf(html, "<input type=\"hidden\" name=\"q.%s.%s\" value=\"!skip\">",
                    field->item->id, id.text);
    form_points(field, id.text, false);
    buf_append_text(html, "</fieldset>");
}

static void write_people(const struct form_field *field, const struct form_people *people)
{
    struct buf *html = &field->page->html;
    const char *organisation = NULL;
    for (size_t i = 0; i < people->count; i++) {
        const struct form_person *person = &people->people[i];
        if (uuid_equal(&person->participant, &field->visit->participant))
            continue;
        if (organisation == NULL || strcmp(organisation, person->organisation) != 0) {
            if (organisation != NULL)
                buf_append_text(html, "</fieldset>");
            organisation = person->organisation;
            html_printf(html, "<fieldset class=\"group\"><legend>%s</legend>", organisation);
        }
        write_person(field, person);
    }
    if (organisation != NULL)
        buf_append_text(html, "</fieldset>");
}

/* What leaving somebody out means must be said before it is done. */
static void write_rule(const struct form_field *field)
{
    const struct item *item = field->item;
    const char *lowest = item->labels != NULL ? form_word(field->visit, &item->labels[0]) : NULL;
    html_printf(&field->page->html, "<p class=\"quiet\">");
    html_printf(&field->page->html,
                say(field->visit->language, "Whoever you do not mark counts as \"%d %s\"."),
                item->minimum, lowest);
    buf_append_text(&field->page->html, "</p>");
}

/* For the script, which shows it. */
static void write_search(const struct form_field *field)
{
    enum language language = field->visit->language;
    html_printf(&field->page->html,
                "<div data-roster><label for=\"search-%s\" hidden>%s</label>"
                "<input id=\"search-%s\" type=\"search\" data-roster-search hidden "
                "autocomplete=\"off\"><p class=\"quiet\" role=\"status\" data-roster-count "
                "data-found=\"%s\"></p>",
                field->item->id, say(language, "Search for a name or organisation"),
                field->item->id, say(language, "Matches: %1"));
}

void form_roster(const struct form_field *field)
{
    struct buf *html = &field->page->html;
    const struct form_people *people = field->visit->form->pages;
    write_rule(field);
    html_printf(html, "<input type=\"hidden\" name=\"q.%s.complete\" value=\"1\">",
                field->item->id);
    write_search(field);
    write_key(field);
    if (people != NULL)
        write_people(field, people);
    buf_append_text(html, "</div>");
}

struct row {
    const struct form_field *field;
    size_t number;
};

static const char *row_value(const struct row *row, const char *name)
{
    char part[40];
    snprintf(part, sizeof part, "%zu.%s", row->number, name);
    const char *value = form_values_get(&row->field->visit->values, row->field->index, part);
    return value != NULL ? value : "";
}

static void write_row_name(const struct row *row, const char *name)
{
    html_printf(&row->field->page->html, " name=\"q.%s.%zu.%s\"", row->field->item->id, row->number,
                name);
}

static void write_row_hidden(const struct row *row, const char *name)
{
    buf_append_text(&row->field->page->html, "<input type=\"hidden\"");
    write_row_name(row, name);
    html_printf(&row->field->page->html, " value=\"%s\">", row_value(row, name));
}

static void write_row_label(const struct row *row, const char *name, const char *label)
{
    html_printf(&row->field->page->html, "<label for=\"f-%s.%zu.%s\">%s</label>",
                row->field->item->id, row->number, name, label);
}

static void write_row_input(const struct row *row, const char *name, const char *label)
{
    struct buf *html = &row->field->page->html;
    write_row_label(row, name, label);
    html_printf(html, "<input type=\"text\" autocomplete=\"off\" id=\"f-%s.%zu.%s\" value=\"%s\"",
                row->field->item->id, row->number, name, row_value(row, name));
    write_row_name(row, name);
    buf_append_text(html, ">");
}

static void write_row_area(const struct row *row, const char *name, const char *label)
{
    struct buf *html = &row->field->page->html;
    write_row_label(row, name, label);
    html_printf(html, "<textarea rows=\"2\" autocomplete=\"off\" id=\"f-%s.%zu.%s\"",
                row->field->item->id, row->number, name);
    write_row_name(row, name);
    html_printf(html, ">\n%s</textarea>", row_value(row, name));
}

static void write_row_choice(const struct row *row, const char *type, const char *name,
                             const char *value, const char *label)
{
    char part[40];
    snprintf(part, sizeof part, "%zu.%s", row->number, name);
    form_choice(row->field, type, part, value, label);
}

static const char *month_name(enum language language, int month)
{
    static const char *const months[] = {
        sentence("January"),   sentence("February"), sentence("March"),    sentence("April"),
        sentence("May"),       sentence("June"),     sentence("July"),     sentence("August"),
        sentence("September"), sentence("October"),  sentence("November"), sentence("December")};
    return say(language, months[month]);
}

static void write_month(const struct row *row, int year, int month, const char *chosen)
{
    char value[40];
    struct buf *html = &row->field->page->html;
    snprintf(value, sizeof value, "%04d-%02d", year, month + 1);
    html_printf(html, "<option value=\"%s\"%s>%s %d</option>", value,
                strcmp(value, chosen) == 0 ? " selected" : "",
                month_name(row->field->visit->language, month), year);
}

/* What stands there already stays a choice, however long ago it was. */
static void write_due(const struct row *row)
{
    struct buf *html = &row->field->page->html;
    const char *chosen = row_value(row, "due");
    time_t now = (time_t)(clock_wall_us() / CLOCK_SECOND_US);
    struct tm today;
    gmtime_r(&now, &today);
    write_row_label(row, "due", say(row->field->visit->language, "By when?"));
    html_printf(html, "<select autocomplete=\"off\" id=\"f-%s.%zu.due\"", row->field->item->id,
                row->number);
    write_row_name(row, "due");
    html_printf(html, "><option value=\"\">%s</option>",
                say(row->field->visit->language, "No date"));
    int last = today.tm_mon + DUE_MONTHS;
    char from[40];
    char until[40];
    snprintf(from, sizeof from, "%04d-%02d", today.tm_year + 1900, today.tm_mon + 1);
    snprintf(until, sizeof until, "%04d-%02d", today.tm_year + 1900 + last / 12, last % 12 + 1);
    if (*chosen != '\0' && (strcmp(chosen, from) < 0 || strcmp(chosen, until) > 0))
        html_printf(html, "<option selected>%s</option>", chosen);
    for (int month = today.tm_mon; month <= last; month++)
        write_month(row, today.tm_year + 1900 + month / 12, month % 12, chosen);
    buf_append_text(html, "</select>");
}

static void write_contact(const struct row *row)
{
    enum language language = row->field->visit->language;
    write_row_input(row, "name", say(language, "Name"));
    write_row_input(row, "organisation", say(language, "Organisation"));
    if (*row_value(row, "kept") != '\0')
        write_row_hidden(row, "kept");
}

static void write_commitment(const struct row *row)
{
    enum language language = row->field->visit->language;
    struct buf *html = &row->field->page->html;
    if (*row_value(row, "id") != '\0')
        write_row_hidden(row, "id");
    write_row_area(row, "text", say(language, "What will be done?"));
    html_printf(html, "<fieldset class=\"line\"><legend>%s</legend><div class=\"choices two\">",
                say(language, "By whom?"));
    write_row_choice(row, "radio", "level", "individual", say(language, "Myself"));
    write_row_choice(row, "radio", "level", "organisation", say(language, "My organisation"));
    buf_append_text(html, "</div></fieldset>");
    write_due(row);
    write_row_input(row, "audience", say(language, "Who should know about it?"));
    if (row->field->visit->is_anonymous &&
        row->field->visit->principal.role == ROLE_PARTICIPANT) /* nobody knows the name */
        return;
    buf_append_text(html, "<div class=\"choices apart\">");
    write_row_choice(row, "checkbox", "named", "1",
                     say(language, "The organiser may see this one with my name"));
    buf_append_text(html, "</div>");
}

static size_t rows_offered(const struct form_field *field, size_t filled)
{
    bool wanted = field->visit->more != NULL && strcmp(field->visit->more, field->item->id) == 0;
    size_t rows = filled + 1 > FORM_ROWS ? filled + 1 : FORM_ROWS;
    if (wanted)
        rows = (filled > FORM_ROWS ? filled : FORM_ROWS) + FORM_ROWS;
    return rows < field->item->most ? rows : field->item->most;
}

static void write_rows(const struct form_field *field, void (*write)(const struct row *row),
                       const char *legend)
{
    struct buf *html = &field->page->html;
    size_t filled = form_values_rows(&field->visit->values, field->index);
    size_t rows = rows_offered(field, filled);
    for (size_t number = 0; number < rows; number++) {
        struct row row = {field, number};
        html_printf(html, "<fieldset class=\"row%s\" data-row=\"%zu\"><legend>%s %zu</legend>",
                    number > filled ? " spare" : "", number, legend, number + 1);
        write(&row);
        html_printf(html, "<button type=\"button\" data-remove hidden>%s</button></fieldset>",
                    say(field->visit->language, "Take away"));
    }
    if (rows < field->item->most)
        html_printf(html,
                    "<button class=\"no-script\" name=\"go\" value=\"add.%s\" formnovalidate>%s"
                    "</button>",
                    field->item->id, say(field->visit->language, "Add more"));
    html_printf(html, "<button type=\"button\" data-add hidden>%s</button>",
                say(field->visit->language, "Add another"));
}

void form_contacts(const struct form_field *field)
{
    write_rows(field, write_contact, say(field->visit->language, "Person"));
}

void form_commitments(const struct form_field *field)
{
    write_rows(field, write_commitment, say(field->visit->language, "Commitment"));
}

void form_status(const struct form_field *field)
{
    static const struct {
        const char *value;
        const char *text;
    } words[] = {
        {"completed", sentence("Done")},          {"ongoing", sentence("Under way")},
        {"not_started", sentence("Not started")}, {"withdrawn", sentence("Dropped")},
        {"unknown", sentence("Don't know")},
    };
    struct buf *html = &field->page->html;
    enum language language = field->visit->language;
    size_t index;
    json_t *own;
    if (json_array_size(field->visit->commitments) == 0)
        html_printf(html, "<p class=\"quiet\">%s</p>",
                    say(language, "You wrote nothing down that we can ask about."));
    json_array_foreach(field->visit->commitments, index, own)
    {
        const char *id = json_string_value(json_object_get(own, "id"));
        const char *due = json_string_value(json_object_get(own, "due"));
        html_printf(html, "<fieldset class=\"line\"><legend>%s",
                    json_string_value(json_object_get(own, "text")));
        if (due != NULL)
            html_printf(html, " <span class=\"quiet\">(%s)</span>", due);
        buf_append_text(html, "</legend><div class=\"choices\">");
        for (size_t i = 0; i < sizeof words / sizeof *words && id != NULL; i++)
            form_choice(field, "radio", id, words[i].value, say(language, words[i].text));
        buf_append_text(html, "</div></fieldset>");
    }
}

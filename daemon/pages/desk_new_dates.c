/* The second page of making a study: each questionnaire of the pack, with dates that suit the trip.
 */
#include "desk_new.h"

#include "desk_parts.h"
#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FIELD 40

/* Days from the trip's first or last day, and times of day. */
static const struct rhythm {
    const char *kind;
    bool from_last;
    int opens_day;
    int opens_hour;
    int closes_day; /* from the opening */
    int closes_hour;
} rhythms[] = {
    {"pre", false, -14, 8, 14, 8},
    {"post", true, 0, 12, 14, 23},
    {"fu", true, 182, 8, 21, 23},
};

struct field_name {
    char text[FIELD];
};

static struct field_name field_of(const char *kind, const char *part)
{
    struct field_name name;
    snprintf(name.text, sizeof name.text, "%s.%s", kind, part);
    return name;
}

static time_t midnight(const char *date)
{
    struct tm day = {0};
    if (sscanf(date, "%d-%d-%d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3) // NOLINT
        return 0;
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    return timegm(&day);
}

static void write_time(time_t day, int hour, char *text, size_t size)
{
    struct tm parts;
    time_t at = day + (time_t)hour * 3600;
    gmtime_r(&at, &parts);
    strftime(text, size, "%Y-%m-%dT%H:%M", &parts);
}

struct suggestion {
    char opens[20];
    char closes[20];
    bool is_late; /* would be closed already */
};

/* After a trip that is over, the questions about it begin today. */
static struct suggestion suggest(const struct desk *desk, const char *kind)
{
    struct suggestion suggestion = {.is_late = true};
    time_t today = clock_wall_us() / CLOCK_SECOND_US / 86400 * 86400;
    for (size_t i = 0; i < sizeof rhythms / sizeof *rhythms; i++) {
        const struct rhythm *rhythm = &rhythms[i];
        if (strcmp(rhythm->kind, kind) != 0)
            continue;
        const char *anchor = desk_new_value(desk, rhythm->from_last ? "ends_on" : "starts_on");
        time_t opens = midnight(anchor) + (time_t)rhythm->opens_day * 86400;
        if (rhythm->from_last && opens + (time_t)rhythm->closes_day * 86400 <= today)
            opens = today;
        time_t closes = opens + (time_t)rhythm->closes_day * 86400;
        write_time(opens, rhythm->opens_hour, suggestion.opens, sizeof suggestion.opens);
        write_time(closes, rhythm->closes_hour, suggestion.closes, sizeof suggestion.closes);
        suggestion.is_late = closes <= today;
    }
    return suggestion;
}

/* Dates that were typed stand; others are suggested. */
static bool is_typed(const struct desk *desk, const char *kind)
{
    return fields_get(&desk->fields, field_of(kind, "opens").text) != NULL;
}

static bool is_wanted(const struct desk *desk, const char *kind)
{
    return fields_get(&desk->fields, field_of(kind, "wanted").text) != NULL;
}

static void write_field(struct desk *desk, struct buf *html, const char *kind, const char *part,
                        const char *label, const char *suggested)
{
    struct field_name name = field_of(kind, part);
    desk_input(html, "datetime-local", name.text, label,
               is_typed(desk, kind) ? desk_new_value(desk, name.text) : suggested, NULL,
               json_string_value(json_object_get(desk->state, name.text)));
}

static void write_wave(struct desk *desk, struct buf *html, const char *kind)
{
    enum language language = desk->language;
    struct suggestion suggestion = suggest(desk, kind);
    bool is_chosen = is_typed(desk, kind) ? is_wanted(desk, kind) : !suggestion.is_late;
    html_printf(html,
                "<fieldset class=\"card\"><legend class=\"for-readers\">%s</legend>"
                "<label class=\"choice\"><input type=\"checkbox\" name=\"%s\" value=\"1\"",
                desk_wave_name(language, kind), field_of(kind, "wanted").text);
    if (is_chosen)
        buf_append_text(html, " checked");
    html_printf(html, "><strong>%s</strong></label><div class=\"pair\">",
                desk_wave_name(language, kind));
    write_field(desk, html, kind, "opens", say(language, "Opens"), suggestion.opens);
    write_field(desk, html, kind, "closes", say(language, "Closes"), suggestion.closes);
    buf_append_text(html, "</div></fieldset>");
}

void desk_new_render_dates(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const struct desk_pack *pack = desk_pack_find(desk_new_value(desk, "pack"));
    html_printf(html, "<p class=\"quiet\">%s</p>",
                say(language, "Step 2 of 2: the questionnaires"));
    desk_new_summary(desk, html);
    html_printf(
        html, "<p>%s</p>",
        say(language, "When can each be answered? You can change this until it is closed."));
    desk_form(desk, html, "/desk/new");
    desk_new_about_hidden(desk, html);
    for (const struct embedded_file *file = pack->files; file->name != NULL; file++)
        write_wave(desk, html, desk_pack_kind(file).text);
    html_printf(
        html,
        "<p class=\"actions\"><button class=\"main\" name=\"go\" value=\"create\">%s</button>"
        "<button name=\"go\" value=\"back\">%s</button></p>",
        say(language, "Make the trip"), say(language, "Back"));
    desk_form_end(html);
}

static void write_hidden(struct buf *html, const struct desk *desk, const char *name)
{
    const char *value = fields_get(&desk->fields, name);
    if (value != NULL)
        html_printf(html, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, value);
}

void desk_new_dates_hidden(struct desk *desk, struct buf *html)
{
    for (size_t i = 0; i < sizeof rhythms / sizeof *rhythms; i++) {
        write_hidden(html, desk, field_of(rhythms[i].kind, "wanted").text);
        write_hidden(html, desk, field_of(rhythms[i].kind, "opens").text);
        write_hidden(html, desk, field_of(rhythms[i].kind, "closes").text);
    }
}

static void check_wave(struct desk *desk, const char *kind)
{
    const char *opens = desk_new_value(desk, field_of(kind, "opens").text);
    const char *closes = desk_new_value(desk, field_of(kind, "closes").text);
    if (!desk_is_local_time(opens))
        desk_new_fault(
            desk, field_of(kind, "opens").text,
            say(desk->language, "A date and a time are needed, such as 2026-11-23T09:00."));
    if (closes[0] == '\0')
        return;
    if (!desk_is_local_time(closes))
        desk_new_fault(
            desk, field_of(kind, "closes").text,
            say(desk->language, "A date and a time are needed, such as 2026-11-23T09:00."));
    else if (strcmp(closes, opens) <= 0)
        desk_new_fault(desk, field_of(kind, "closes").text,
                       say(desk->language, "It would close before it opens."));
}

void desk_new_check_dates(struct desk *desk)
{
    const struct desk_pack *pack = desk_pack_find(desk_new_value(desk, "pack"));
    for (const struct embedded_file *file = pack->files; file->name != NULL; file++)
        if (is_wanted(desk, desk_pack_kind(file).text))
            check_wave(desk, desk_pack_kind(file).text);
}

static void append_wave(struct desk *desk, json_t *waves, const struct embedded_file *file)
{
    struct desk_pack_kind kind = desk_pack_kind(file);
    bool is_anonymous = strcmp(desk_new_value(desk, "mode"), "anonymous") == 0;
    const char *closes = desk_new_value(desk, field_of(kind.text, "closes").text);
    json_t *wave = desk_pack_wave(file, is_anonymous);
    if (wave == NULL) {
        log_error("pack_is_wrong", "file=%s", file->name);
        return;
    }
    json_object_set_new(wave, "opens_at",
                        json_string(desk_new_value(desk, field_of(kind.text, "opens").text)));
    json_object_set_new(wave, "closes_at", closes[0] != '\0' ? json_string(closes) : json_null());
    json_array_append_new(waves, wave);
}

json_t *desk_new_waves(struct desk *desk)
{
    const struct desk_pack *pack = desk_pack_find(desk_new_value(desk, "pack"));
    json_t *waves = json_array();
    for (const struct embedded_file *file = pack->files; file->name != NULL; file++)
        if (is_wanted(desk, desk_pack_kind(file).text))
            append_wave(desk, waves, file);
    return waves;
}

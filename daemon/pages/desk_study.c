/* One study: what to do next, its waves, who has answered by sector, and whom the delegation is
 * made of. */
#include "desk_parts.h"

#include <debriefd/reply.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *study_of(const struct desk *desk)
{
    return desk->answers[0];
}

static bool has_state(const json_t *wave, const char *state)
{
    return strcmp(desk_text(wave, "state"), state) == 0;
}

/* The first wave that still asks for something, or NULL. */
static const json_t *next_wave(const json_t *waves)
{
    size_t index;
    json_t *wave;
    json_array_foreach(waves, index, wave)
    {
        if (!has_state(wave, "closed"))
            return wave;
    }
    return NULL;
}

static void write_step(struct desk *desk, struct buf *html, const char *text, const char *path,
                       const char *link)
{
    html_printf(
        html,
        "<section class=\"card next\" aria-labelledby=\"next\"><h2 id=\"next\">%s</h2><p>%s</p>",
        say(desk->language, "What to do next"), text);
    if (link != NULL)
        html_printf(html, "<p><a class=\"button main\" href=\"%s\">%s</a></p>", path, link);
    buf_append_text(html, "</section>");
}

static void write_wave_step(struct desk *desk, struct buf *html, const json_t *wave)
{
    enum language language = desk->language;
    char path[200];
    snprintf(path, sizeof path, "/desk/studies/%s/waves/%s", desk_text(wave, "study"),
             desk_text(wave, "id"));
    if (desk_number(wave, "invited") == 0)
        write_step(desk, html, say(language, "Nobody is invited to the next questionnaire yet."),
                   path, say(language, "Invite the delegation"));
    else if (has_state(wave, "planned"))
        write_step(desk, html,
                   say(language,
                       "The delegation is invited. The questionnaire opens by itself; until "
                       "then you can try it and plan the mails."),
                   path, say(language, "Mails and dates"));
    else
        write_step(desk, html, say(language, "A questionnaire is open. Remind those who are left."),
                   path, say(language, "See the answers come in"));
}

static void write_next(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *study = study_of(desk);
    const json_t *waves = json_object_get(study, "waves");
    const json_t *wave = next_wave(waves);
    if (json_object_size(json_object_get(study, "sectors")) == 0)
        write_step(desk, html,
                   say(language,
                       "Bring in the delegation: names, addresses, sectors and organisations "
                       "from a spreadsheet."),
                   desk_path(desk, "/desk/studies/{study}/delegation").text,
                   say(language, "Add the delegation"));
    else if (wave != NULL)
        write_wave_step(desk, html, wave);
    else if (json_array_size(waves) > 0)
        write_step(desk, html, say(language, "Every questionnaire is closed."),
                   desk_path(desk, "/desk/studies/{study}/results").text,
                   say(language, "See the results"));
}

void desk_wave_dates(struct desk *desk, struct buf *html, const json_t *wave)
{
    enum language language = desk->language;
    const char *closes = json_string_value(json_object_get(wave, "closes_at"));
    const char *closed = json_string_value(json_object_get(wave, "closed_at"));
    struct desk_time opens_at = desk_time(desk, desk_text(wave, "opens_at"));
    struct desk_time closes_at = desk_time(desk, closed != NULL ? closed : closes);
    buf_append_text(html, "<p class=\"quiet\">");
    if (has_state(wave, "planned"))
        html_printf(html, say(language, "Opens %s."), opens_at.text);
    else
        html_printf(html, say(language, "Opened %s."), opens_at.text);
    buf_append_char(html, ' ');
    if (has_state(wave, "closed"))
        html_printf(html, say(language, "Closed %s."), closes_at.text);
    else if (closes != NULL)
        html_printf(html, say(language, "Closes %s."), closes_at.text);
    else
        html_printf(html, "%s", say(language, "Is closed by hand."));
    buf_append_text(html, "</p>");
}

static void write_waves(struct desk *desk, struct buf *html)
{
    size_t index;
    json_t *wave;
    const json_t *waves = json_object_get(study_of(desk), "waves");
    html_printf(html, "<h2>%s</h2><div class=\"cards\">", say(desk->language, "Questionnaires"));
    json_array_foreach(waves, index, wave)
    {
        html_printf(html,
                    "<section class=\"card\"><h3><a href=\"/desk/studies/%s/waves/%s\">%s</a> ",
                    desk_text(wave, "study"), desk_text(wave, "id"),
                    desk_wave_name(desk->language, desk_text(wave, "kind")));
        desk_wave_state(desk, html, wave);
        buf_append_text(html, "</h3>");
        desk_wave_dates(desk, html, wave);
        if (!has_state(wave, "planned"))
            desk_write_rates(desk, html, desk->answers[1], desk_text(wave, "kind"));
        buf_append_text(html, "</section>");
    }
    buf_append_text(html, "</div>");
}

static double target_of(const struct desk *desk, const char *sector)
{
    const json_t *target = json_object_get(study_of(desk), "target");
    if (!json_is_object(target))
        target = json_object_get(desk->answers[2], "target");
    return json_number_value(json_object_get(target, sector));
}

static void write_sector(struct desk *desk, struct buf *html, const char *sector, long people,
                         long total)
{
    double target = target_of(desk, sector);
    html_printf(html, "<tr><th scope=\"row\">%s</th><td class=\"number\">%ld</td>",
                desk_sector_name(desk->language, sector), people);
    html_printf(html, "<td class=\"number\">%.*f %%</td>", 0,
                total > 0 ? 100.0 * (double)people / (double)total : 0.0);
    if (target > 0)
        html_printf(html, "<td class=\"number\">%.*f %%</td></tr>", 0, 100.0 * target);
    else
        html_printf(html, "<td class=\"number\">–</td></tr>");
}

static void write_delegation(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *counts = json_object_get(study_of(desk), "sectors");
    const json_t *sectors = json_object_get(desk->answers[2], "sectors");
    long total = 0;
    size_t index;
    json_t *sector;
    json_array_foreach(sectors, index, sector)
    {
        total += desk_number(counts, json_string_value(sector));
    }
    html_printf(html, "<h2>%s</h2>", say(language, "The delegation"));
    html_printf(html,
                "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table>"
                "<caption>",
                say(language, "The delegation"));
    html_printf(html, say_number(language, total, "%ld person travels.", "%ld people travel."),
                total);
    html_printf(
        html,
        "</caption><thead><tr><th scope=\"col\">%s</th><th scope=\"col\" class=\"number\">%s</th>"
        "<th scope=\"col\" class=\"number\">%s</th><th scope=\"col\" class=\"number\">%s</th>"
        "</tr></thead><tbody>",
        say(language, "Sector"), say(language, "People"), say(language, "Share"),
        say(language, "Target"));
    json_array_foreach(sectors, index, sector)
    {
        write_sector(desk, html, json_string_value(sector),
                     desk_number(counts, json_string_value(sector)), total);
    }
    buf_append_text(html, "</tbody></table></div>");
}

static void write_about(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *study = study_of(desk);
    struct desk_time dates =
        desk_dates(desk, json_string_value(json_object_get(study, "starts_on")),
                   json_string_value(json_object_get(study, "ends_on")));
    const json_t *places = json_object_get(study, "destinations");
    size_t index;
    json_t *place;
    buf_append_text(html, "<p class=\"about\">");
    json_array_foreach(places, index, place)
    {
        html_printf(html, "%s%s", index > 0 ? ", " : "", desk_text(place, "name"));
    }
    html_printf(html, "%s%s%s%s</p>",
                json_array_size(places) > 0 && dates.text[0] != '\0' ? ", " : "", dates.text,
                json_array_size(places) > 0 || dates.text[0] != '\0' ? ". " : "",
                desk_mode_sentence(language, desk_text(study, "anonymity")));
}

static void render_study(struct desk *desk, struct buf *html)
{
    write_about(desk, html);
    if (desk->principal.role == ROLE_ORGANISER)
        write_next(desk, html);
    write_waves(desk, html);
    write_delegation(desk, html);
}

/* What the script looks at every few seconds. */
static void answer_rates(struct desk *desk)
{
    char *text = json_dumps(json_object_get(desk->answers[0], "rates"), JSON_COMPACT);
    json_decref(desk->owned_answers[0]);
    struct buf body;
    buf_init(&body);
    buf_append_text(&body, text);
    free(text);
    request_reply_buf(desk->request, 200, "application/json", &body);
}

static const struct desk_page study_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .tab = DESK_TAB_OVERVIEW,
    .script = "desk.js",
    .queries = {{"desk_study", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}},
                {"response_rates", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}},
                {"programme_get", {{FROM_PROGRAMME}}}},
    .render = render_study,
};

static const struct desk_page rates_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .queries = {{"response_rates", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}}},
    .answer = answer_rates,
};

const struct route desk_study_routes[] = {
    {METHOD_GET, "/desk/studies/{study}", desk_handle, &study_page},
    {METHOD_GET, "/desk/studies/{study}/rates", desk_handle, &rates_page},
    {0},
};

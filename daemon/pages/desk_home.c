/* The programme's studies, and what each of them waits for. */
#include "desk_parts.h"

#include <string.h>

static const char *state_name(enum language language, const char *state)
{
    if (strcmp(state, "open") == 0)
        return say(language, "Open");
    if (strcmp(state, "planned") == 0)
        return say(language, "Opens later");
    return say(language, "Closed");
}

void desk_wave_state(struct desk *desk, struct buf *html, const json_t *wave)
{
    const char *state = desk_text(wave, "state");
    bool is_released = json_is_string(json_object_get(wave, "released_at"));
    html_printf(html, "<span class=\"state %s\">%s</span>", is_released ? "released" : state,
                is_released ? say(desk->language, "Released") : state_name(desk->language, state));
}

static void write_wave(struct desk *desk, struct buf *html, const json_t *wave)
{
    long eligible = desk_number(wave, "eligible");
    html_printf(html, "<li><span>%s</span> ",
                desk_wave_name(desk->language, desk_text(wave, "kind")));
    desk_wave_state(desk, html, wave);
    if (eligible > 0 && strcmp(desk_text(wave, "state"), "planned") != 0) {
        buf_append_text(html, " <span class=\"quiet\">");
        html_printf(html, say(desk->language, "%ld of %ld have answered"),
                    desk_number(wave, "answered"), eligible);
        buf_append_text(html, "</span>");
    }
    buf_append_text(html, "</li>");
}

static void write_study(struct desk *desk, struct buf *html, const json_t *study)
{
    size_t index;
    json_t *wave;
    const json_t *waves = json_object_get(study, "waves");
    struct desk_time dates =
        desk_dates(desk, json_string_value(json_object_get(study, "starts_on")),
                   json_string_value(json_object_get(study, "ends_on")));
    html_printf(html, "<li class=\"card\"><h2><a href=\"/desk/studies/%s\">%s</a></h2>",
                desk_text(study, "id"), desk_text(study, "name"));
    if (dates.text[0] != '\0')
        html_printf(html, "<p class=\"quiet\">%s</p>", dates.text);
    buf_append_text(html, "<ul class=\"waves\">");
    json_array_foreach(waves, index, wave)
    {
        write_wave(desk, html, wave);
    }
    buf_append_text(html, "</ul></li>");
}

static void render_home(struct desk *desk, struct buf *html)
{
    size_t index;
    json_t *study;
    const json_t *studies = json_object_get(desk->answers[0], "studies");
    if (json_array_size(studies) == 0)
        html_printf(html, "<p>%s</p>",
                    say(desk->language, "There is no study here yet. Begin with the trip you are "
                                        "planning: it takes a few minutes."));
    if (desk->principal.role == ROLE_ORGANISER)
        html_printf(html,
                    "<p class=\"actions\"><a class=\"button main\" href=\"/desk/new\">%s</a></p>",
                    say(desk->language, "Make a trip"));
    buf_append_text(html, "<ul class=\"studies\">");
    json_array_foreach(studies, index, study)
    {
        write_study(desk, html, study);
    }
    buf_append_text(html, "</ul>");
}

static const struct desk_page home_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .title = sentence("Studies"),
    .queries = {{"desk_studies", {{FROM_PROGRAMME}}}},
    .render = render_home,
};

const struct route desk_home_routes[] = {
    {METHOD_GET, "/desk", desk_handle, &home_page},
    {0},
};

/* What people said they would do at home, and what became of it. */
#include "desk_parts.h"

#include <string.h>

struct label {
    const char *value;
    const char *text;
};

static const struct label statuses[] = {
    {"completed", sentence("Done")},
    {"ongoing", sentence("Under way")},
    {"not_started", sentence("Not begun")},
    {"withdrawn", sentence("Given up")},
    {"unknown", sentence("Not known")},
    {"not_asked", sentence("Not asked yet")},
    {0},
};

static const struct label levels[] = {
    {"individual", sentence("By themselves")},
    {"organisation", sentence("By their organisation")},
    {0},
};

static const struct label dues[] = {{"never", sentence("No date")}, {0}};

static const char *label_of(enum language language, const struct label *labels, const char *value)
{
    for (; labels->value != NULL; labels++)
        if (strcmp(labels->value, value) == 0)
            return say(language, labels->text);
    return value;
}

static void write_named(struct desk *desk, struct buf *html, const json_t *one)
{
    enum language language = desk->language;
    html_printf(html, "<tr><th scope=\"row\">%s<br><span class=\"quiet\">%s</span></th><td>%s",
                desk_text(one, "name"), desk_text(one, "organisation"), desk_text(one, "text"));
    if (desk_text(one, "audience")[0] != '\0')
        html_printf(html, "<br><span class=\"quiet\">%s: %s</span>",
                    say(language, "Who should know"), desk_text(one, "audience"));
    html_printf(html, "</td><td>%s</td><td>%s</td><td>%s</td></tr>",
                label_of(language, levels, desk_text(one, "level")), desk_text(one, "due"),
                label_of(language, statuses, desk_text(one, "status")));
}

static void write_names(struct desk *desk, struct buf *html, const json_t *named)
{
    enum language language = desk->language;
    size_t index;
    json_t *one;
    html_printf(html, "<h2>%s</h2>", say(language, "With names"));
    if (json_array_size(named) == 0) {
        html_printf(html, "<p>%s</p>", say(language, "Nobody has agreed to be named yet."));
        return;
    }
    html_printf(
        html,
        "<p>%s</p><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
        "<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
        "scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr>"
        "</thead><tbody>",
        say(language, "They said that you may see these with their names. Nobody else may."),
        say(language, "With names"), say(language, "Who"), say(language, "What"),
        say(language, "By whom"), say(language, "By when"), say(language, "What became of it"));
    json_array_foreach(named, index, one)
    {
        write_named(desk, html, one);
    }
    buf_append_text(html, "</tbody></table></div>");
}

/* NULL never comes here; an empty list would tell about single people. */
static void write_counts(struct desk *desk, struct buf *html, const char *heading,
                         const json_t *counts, const struct label *labels)
{
    size_t index;
    json_t *count;
    html_printf(html, "<section class=\"card\"><h3>%s</h3>", heading);
    if (json_array_size(counts) == 0)
        html_printf(html, "<p>%s</p>",
                    say(desk->language, "Too few people each to be told apart."));
    buf_append_text(html, "<table><tbody>");
    json_array_foreach(counts, index, count)
    {
        const char *value = json_string_value(json_object_get(count, "value"));
        html_printf(html, "<tr><th scope=\"row\">%s</th><td class=\"number\">%ld</td></tr>",
                    value != NULL ? label_of(desk->language, labels, value)
                                  : say(desk->language, "Others, a few of each"),
                    desk_number(count, "n"));
    }
    buf_append_text(html, "</tbody></table></section>");
}

static void write_others(struct desk *desk, struct buf *html, const json_t *others)
{
    enum language language = desk->language;
    const json_t *all = json_array_get(json_object_get(others, "all"), 0);
    html_printf(html, "<h2>%s</h2>", say(language, "All others, counted"));
    if (all == NULL) {
        html_printf(html, "<p>%s</p>",
                    say(language, "They are counted when a questionnaire is closed and five people "
                                  "have given some."));
        return;
    }
    buf_append_text(html, "<p>");
    html_printf(html,
                say_number(language, desk_number(all, "n"),
                           "%ld commitment of the closed questionnaires.",
                           "%ld commitments of the closed questionnaires."),
                desk_number(all, "n"));
    html_printf(
        html, " %s</p><div class=\"cards\">",
        say(language, "What fewer than five people share stands together with others like it."));
    write_counts(desk, html, say(language, "What became of it"), json_object_get(others, "status"),
                 statuses);
    write_counts(desk, html, say(language, "By whom"), json_object_get(others, "level"), levels);
    write_counts(desk, html, say(language, "By when"), json_object_get(others, "due"), dues);
    buf_append_text(html, "</div>");
}

static void render_board(struct desk *desk, struct buf *html)
{
    write_names(desk, html, json_object_get(desk->answers[0], "named"));
    write_others(desk, html, json_object_get(desk->answers[0], "others"));
}

static const struct desk_page board_page = {
    .roles = ROLE_ORGANISER,
    .title = sentence("Commitments"),
    .tab = DESK_TAB_COMMITMENTS,
    .queries = {{"commitments_board",
                 {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}, {FROM_ACTOR}}}},
    .render = render_board,
};

const struct route desk_commitment_routes[] = {
    {METHOD_GET, "/desk/studies/{study}/commitments", desk_handle, &board_page},
    {0},
};

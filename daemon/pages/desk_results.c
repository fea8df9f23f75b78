/* The newest release in brief, and all of it as CSV. */
#include "desk_parts.h"

#include <string.h>

static double real(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

/* The question in the desk's language, else in any; NULL for a measure of several questions. */
static const char *question(enum language language, const json_t *row)
{
    json_t *texts = json_object_get(row, "text");
    const char *text = json_string_value(json_object_get(texts, language_code(language)));
    return text != NULL ? text : json_string_value(json_object_iter_value(json_object_iter(texts)));
}

static bool is_nps(const json_t *row)
{
    return strcmp(desk_text(row, "metric"), "nps.score") == 0;
}

static bool is_headline(const json_t *row)
{
    return is_nps(row) || strcmp(desk_text(row, "type"), "nki") == 0;
}

static void write_headline(struct desk *desk, struct buf *html, const json_t *row)
{
    html_printf(html, "<div><dt>%s</dt><dd>%.*f</dd></div>",
                is_nps(row) ? say(desk->language, "Would recommend (NPS, −100 to 100)")
                            : say(desk->language, "Satisfaction index (NKI, 0 to 100)"),
                0, real(row, "value"));
}

static void write_headlines(struct desk *desk, struct buf *html, const json_t *rows)
{
    size_t index;
    json_t *row;
    buf_append_text(html, "<dl class=\"headlines\">");
    json_array_foreach(rows, index, row)
    {
        if (is_headline(row))
            write_headline(desk, html, row);
    }
    buf_append_text(html, "</dl>");
}

static void write_row(struct desk *desk, struct buf *html, const json_t *row)
{
    enum language language = desk->language;
    html_printf(html, "<tr><th scope=\"row\">%s</th><td class=\"number\">%s</td>",
                question(language, row), desk_real(language, real(row, "value"), 1).text);
    if (json_is_number(json_object_get(row, "low")))
        html_printf(html, "<td class=\"number\">%s–%s</td>",
                    desk_real(language, real(row, "low"), 1).text,
                    desk_real(language, real(row, "high"), 1).text);
    else
        buf_append_text(html, "<td class=\"number\">–</td>");
    html_printf(html, "<td class=\"number\">%ld</td></tr>", desk_number(row, "n"));
}

static void write_table(struct desk *desk, struct buf *html, const json_t *rows)
{
    enum language language = desk->language;
    size_t index;
    json_t *row;
    html_printf(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table "
        "class=\"results\"><thead><tr><th scope=\"col\">%s</th>"
        "<th scope=\"col\" class=\"number\">%s</th><th scope=\"col\" class=\"number\">%s</th>"
        "<th scope=\"col\" class=\"number\">%s</th></tr></thead><tbody>",
        say(language, "Results"), say(language, "Question"), say(language, "Mean"),
        say(language, "Interval, 95 %"), say(language, "Answers"));
    json_array_foreach(rows, index, row)
    {
        if (!is_headline(row) && question(language, row) != NULL)
            write_row(desk, html, row);
    }
    buf_append_text(html, "</tbody></table></div>");
}

static void write_waves(struct desk *desk, struct buf *html)
{
    size_t index;
    json_t *wave;
    json_array_foreach(json_object_get(desk->answers[0], "waves"), index, wave)
    {
        const json_t *rows = json_object_get(wave, "results");
        if (json_array_size(rows) == 0)
            continue;
        html_printf(html, "<h2>%s</h2>", desk_wave_name(desk->language, desk_text(wave, "kind")));
        write_headlines(desk, html, rows);
        write_table(desk, html, rows);
    }
}

static void render_results(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *release = desk->answers[0];
    struct desk_time released_at = desk_time(desk, desk_text(release, "released_at"));
    if (!json_is_number(json_object_get(release, "number"))) {
        html_printf(html, "<p>%s</p>",
                    say(language, "Nothing is released yet. The first results come within a minute "
                                  "after a questionnaire is closed."));
        return;
    }
    if (json_is_string(json_object_get(release, "withdrawn_reason"))) {
        html_printf(html, "<p class=\"notice bad\">");
        html_printf(html, say(language, "This release was withdrawn: %s"),
                    desk_text(release, "withdrawn_reason"));
        buf_append_text(html, "</p>");
        return;
    }
    buf_append_text(html, "<p>");
    html_printf(html,
                say(language, "Release %ld, %s. Nobody's answer can be told from it: small groups "
                              "are put together or left out."),
                desk_number(release, "number"), released_at.text);
    html_printf(html, "</p><p class=\"actions\"><a class=\"button\" href=\"%s\">%s</a></p>",
                desk_path(desk, "/desk/studies/{study}/results.csv").text,
                say(language, "Everything as CSV"));
    write_waves(desk, html);
}

static void answer_csv(struct desk *desk)
{
    request_set_header(desk->request, "Content-Disposition",
                       "attachment; filename=\"results.csv\"");
    metrics_study_csv(desk->request);
}

static const struct desk_page results_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .title = sentence("Results"),
    .tab = DESK_TAB_RESULTS,
    .queries = {{"desk_results", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "study"}}}},
    .render = render_results,
};

static const struct desk_page csv_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .answer = answer_csv,
};

const struct route desk_results_routes[] = {
    {METHOD_GET, "/desk/studies/{study}/results", desk_handle, &results_page},
    {METHOD_GET, "/desk/studies/{study}/results.csv", desk_handle, &csv_page},
    {0},
};

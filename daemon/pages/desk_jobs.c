/* What is computed when, and how it went. */
#include "desk_parts.h"

#include <string.h>

static const char *job_name(enum language language, const char *kind)
{
    static const struct {
        const char *kind;
        const char *label;
    } names[] = {
        {"refresh", sentence("Compute the metrics")},
        {"mail", sentence("Plan the mails")},
        {"verify", sentence("Compute everything again and compare")},
        {"compare", sentence("Compare studies")},
        {"retention", sentence("Delete what is kept no longer")},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].kind, kind) == 0)
            return say(language, names[i].label);
    return kind;
}

/* The study's name; a job of none belongs to the whole programme. */
static const char *study_name(const struct desk *desk, const char *id)
{
    size_t index;
    json_t *study;
    json_array_foreach(json_object_get(desk->answers[1], "studies"), index, study)
    {
        if (strcmp(desk_text(study, "id"), id) == 0)
            return desk_text(study, "name");
    }
    return say(desk->language, "All studies");
}

static void write_state(struct desk *desk, struct buf *html, const json_t *job)
{
    enum language language = desk->language;
    long failures = desk_number(job, "failures");
    struct desk_time next = desk_time(desk, json_string_value(json_object_get(job, "next_run_at")));
    if (failures > 0) {
        buf_append_text(html, "<span class=\"error\">");
        html_printf(html, say_number(language, failures, "Failed %ld time", "Failed %ld times"),
                    failures);
        html_printf(html, "</span> %s", desk_text(job, "last_error"));
    } else if (json_is_true(json_object_get(job, "is_due"))) {
        html_printf(html, "%s", say(language, "Is about to run"));
    } else if (next.text[0] != '\0') {
        html_printf(html, "%s", next.text);
    } else {
        html_printf(html, "%s", say(language, "When there is something new"));
    }
}

static void write_job(struct desk *desk, struct buf *html, const json_t *job)
{
    char action[120];
    snprintf(action, sizeof action, "/desk/jobs/%s/run", desk_text(job, "id"));
    html_printf(html, "<tr><th scope=\"row\"><a href=\"/desk/jobs/%s\">%s</a></th><td>%s</td><td>",
                desk_text(job, "id"), job_name(desk->language, desk_text(job, "kind")),
                study_name(desk, desk_text(job, "study")));
    write_state(desk, html, job);
    buf_append_text(html, "</td><td>");
    desk_button(desk, html, action, "", say(desk->language, "Run now"));
    buf_append_text(html, "</td></tr>");
}

static void render_jobs(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    size_t index;
    json_t *job;
    html_printf(html,
                "<p>%s</p><div class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th><th "
                "scope=\"col\">%s</th><th scope=\"col\">%s</th><td></td></tr></thead><tbody>",
                say(language, "These run by themselves. Times are UTC."), say(language, "Job"),
                say(language, "Study"), say(language, "Runs next"));
    json_array_foreach(json_object_get(desk->answers[0], "jobs"), index, job)
    {
        write_job(desk, html, job);
    }
    buf_append_text(html, "</tbody></table></div>");
}

static const struct desk_page jobs_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .title = sentence("Jobs"),
    .queries = {{"job_list", {{FROM_PROGRAMME}}}, {"study_list", {{FROM_PROGRAMME}}}},
    .render = render_jobs,
};

static const char *outcome_name(enum language language, const char *outcome)
{
    if (strcmp(outcome, "succeeded") == 0)
        return say(language, "Went well");
    if (strcmp(outcome, "differed") == 0)
        return say(language, "Found a difference");
    return say(language, "Failed");
}

static void write_run(struct desk *desk, struct buf *html, const json_t *run)
{
    const char *outcome = desk_text(run, "outcome");
    bool is_good = strcmp(outcome, "succeeded") == 0;
    html_printf(html, "<tr><th scope=\"row\">%s</th><td%s>",
                desk_time(desk, json_string_value(json_object_get(run, "started_at"))).text, "");
    html_printf(html, is_good ? "<span>%s</span>" : "<span class=\"error\">%s</span>",
                outcome_name(desk->language, outcome));
    html_printf(html, "</td><td>%s</td></tr>", desk_text(run, "detail"));
}

static void render_runs(struct desk *desk, struct buf *html)
{
    enum language language = desk->language;
    const json_t *runs = json_object_get(desk->answers[0], "runs");
    size_t index;
    json_t *run;
    if (json_array_size(runs) == 0) {
        html_printf(html, "<p>%s</p>", say(language, "It has not run yet."));
    } else {
        html_printf(html,
                    "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">%s</th><th "
                    "scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>",
                    say(language, "Started"), say(language, "Outcome"), say(language, "Detail"));
        json_array_foreach(runs, index, run)
        {
            write_run(desk, html, run);
        }
        buf_append_text(html, "</tbody></table></div>");
    }
    html_printf(html, "<p><a href=\"/desk/jobs\">%s</a></p>", say(language, "All jobs"));
}

static const struct desk_page runs_page = {
    .roles = ROLE_ORGANISER | ROLE_ANALYST,
    .title = sentence("Runs of a job"),
    .queries = {{"job_runs",
                 {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "job"}, {FROM_QUERY_LIMIT, "limit"}}}},
    .render = render_runs,
};

static const struct desk_page run_job = {
    .roles = ROLE_ORGANISER,
    .queries = {{"job_start", {{FROM_PROGRAMME}, {FROM_SEGMENT_UUID, "job"}}}},
    .back = "/desk/jobs",
    .said = sentence("The job runs as soon as a worker is free."),
};

const struct route desk_job_routes[] = {
    {METHOD_GET, "/desk/jobs", desk_handle, &jobs_page},
    {METHOD_GET, "/desk/jobs/{job}", desk_handle, &runs_page},
    {METHOD_POST, "/desk/jobs/{job}/run", desk_handle, &run_job},
    {0},
};

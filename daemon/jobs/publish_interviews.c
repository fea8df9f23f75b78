/* The interviews of a release, once they are closed: what they say now, and what was told before,
 * which stays. */
#include "publish_part.h"

#include <debriefd/interview_facts.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>

static bool read_closed(const struct study_run *run, const struct params *programme, bool *closed,
                        struct error *err)
{
    struct rows *rows;
    if (!session_execute(run->session, "fact_interviews_closed", programme, &rows, err))
        return false;
    *closed = rows_count(rows) > 0;
    rows_destroy(rows);
    return true;
}

static void keep_themes(struct publish_interviews *interviews)
{
    size_t count = (size_t)rows_count(interviews->theme_rows);
    interviews->themes = xcalloc_array(count, sizeof *interviews->themes);
    for (size_t i = 0; i < count; i++)
        interviews->themes[i] = (struct release_theme){
            .code = rows_text(interviews->theme_rows, (int)i, 0),
            .is_of_trips = rows_bool(interviews->theme_rows, (int)i, 1),
            .is_approved = rows_bool(interviews->theme_rows, (int)i, 2),
        };
    interviews->told.themes = interviews->themes;
    interviews->told.theme_count = count;
}

static void keep_quotes(struct publish_interviews *interviews)
{
    size_t count = (size_t)rows_count(interviews->quote_rows);
    interviews->quotes = xcalloc_array(count, sizeof *interviews->quotes);
    for (size_t i = 0; i < count; i++)
        interviews->quotes[i] =
            (struct release_quote){rows_text(interviews->quote_rows, (int)i, 0),
                                   rows_text(interviews->quote_rows, (int)i, 1)};
    interviews->told.quotes = interviews->quotes;
    interviews->told.quote_count = count;
}

static bool read_now(const struct study_run *run, const struct uuid *trip,
                     const struct params *programme, struct publish_interviews *interviews,
                     struct error *err)
{
    if (!interview_facts_load(run->session, &run->programme, trip, &interviews->codings, err) ||
        !session_execute(run->session, "fact_themes", programme, &interviews->theme_rows, err) ||
        !session_execute(run->session, "fact_quotes_approved", programme, &interviews->quote_rows,
                         err))
        return false;
    keep_themes(interviews);
    keep_quotes(interviews);
    interviews->told.codings = interviews->codings;
    return true;
}

static bool read_interviews(const struct study_run *run, const struct uuid *trip,
                            const struct params *programme, struct publish_interviews *interviews,
                            struct error *err)
{
    if (!read_closed(run, programme, &interviews->is_closed, err))
        return false;
    if (!interviews->is_closed)
        return true;
    interviews->said = metric_rows_create();
    interviews->told.rules = &run->rules;
    interviews->told.said = interviews->said;
    if (trip != NULL) {
        interviews->name = uuid_format(trip);
        interviews->told.trip = interviews->name.text;
    }
    return publish_read_said(run, "interview", interviews->said, err) &&
           (metric_rows_count(interviews->said) > 0 ||
            read_now(run, trip, programme, interviews, err));
}

bool publish_interviews_read(const struct study_run *run, const struct uuid *trip,
                             struct publish_interviews *interviews, struct error *err)
{
    struct params programme;
    params_init(&programme);
    params_uuid(&programme, &run->programme);
    bool is_good = read_interviews(run, trip, &programme, interviews, err);
    params_finish(&programme);
    return is_good;
}

void publish_interviews_finish(struct publish_interviews *interviews)
{
    codings_destroy(interviews->codings);
    metric_rows_destroy(interviews->said);
    rows_destroy(interviews->theme_rows);
    rows_destroy(interviews->quote_rows);
    free(interviews->themes);
    free(interviews->quotes);
}

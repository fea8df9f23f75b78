#include <debriefd/interview_facts.h>

#include <debriefd/params.h>
#include <debriefd/session.h>
#include <string.h>

struct loading {
    struct session *session;
    const struct params *programme;
    const struct params *study; /* the programme, and the study or null */
    struct codings *codings;
    struct error *err;
};

typedef bool row_fn(const struct loading *loading, const struct rows *rows, int row);

static bool each_row(const struct loading *loading, const struct params *params,
                     const char *statement, row_fn *read_row)
{
    struct rows *rows;
    if (!session_execute(loading->session, statement, params, &rows, loading->err))
        return false;
    bool is_good = true;
    for (int row = 0; is_good && row < rows_count(rows); row++)
        is_good = read_row(loading, rows, row);
    rows_destroy(rows);
    return is_good;
}

static const char *text_or_null(const struct rows *rows, int row, int column)
{
    return rows_is_null(rows, row, column) ? NULL : rows_text(rows, row, column);
}

static bool read_code(const struct loading *loading, const struct rows *rows, int row)
{
    return codings_add_code(loading->codings, rows_text(rows, row, 0), loading->err);
}

static bool read_interview(const struct loading *loading, const struct rows *rows, int row)
{
    struct codings_interview interview = {
        .name = rows_text(rows, row, 0),
        .person = rows_text(rows, row, 1),
        .sequence = rows_int64(rows, row, 2),
        .is_organiser = rows_bool(rows, row, 3),
    };
    return codings_add_interview(loading->codings, &interview, loading->err);
}

static bool read_trip(const struct loading *loading, const struct rows *rows, int row)
{
    return codings_add_trip(loading->codings, rows_text(rows, row, 0), rows_text(rows, row, 1),
                            loading->err);
}

static bool read_segment(const struct loading *loading, const struct rows *rows, int row)
{
    return codings_add_segment(loading->codings, rows_text(rows, row, 0), rows_text(rows, row, 1),
                               text_or_null(rows, row, 2), loading->err);
}

static bool read_assignment(const struct loading *loading, const struct rows *rows, int row)
{
    return codings_assign(loading->codings, rows_text(rows, row, 0), rows_text(rows, row, 1),
                          loading->err);
}

static bool read_coding(const struct loading *loading, const struct rows *rows, int row)
{
    enum codings_sentiment sentiment = rows_is_null(rows, row, 3)
                                           ? CODINGS_UNSTATED
                                           : (enum codings_sentiment)rows_int64(rows, row, 3);
    return codings_mark(loading->codings, rows_text(rows, row, 0), rows_text(rows, row, 1),
                        rows_text(rows, row, 2), sentiment, loading->err);
}

static bool read_quotes(const struct loading *loading, const struct rows *rows, int row)
{
    static const char *const approvals[CODINGS_APPROVALS] = {
        [CODINGS_APPROVED] = "approved",
        [CODINGS_PENDING] = "pending",
        [CODINGS_DECLINED] = "declined",
    };
    const char *approval = rows_text(rows, row, 0);
    for (int i = 0; i < CODINGS_APPROVALS; i++)
        if (strcmp(approvals[i], approval) == 0)
            return codings_count_quotes(loading->codings, (enum codings_approval)i,
                                        rows_int64(rows, row, 1), loading->err);
    return error_set(loading->err, ERR_INTERNAL, "the approval %s is unknown", approval);
}

static bool load(const struct loading *loading, bool is_programme, const struct rows *set)
{
    const struct params *programme = loading->programme, *study = loading->study;
    return codings_set_adjudicator(loading->codings, rows_text(set, 0, 0), loading->err) &&
           each_row(loading, programme, "fact_codes", read_code) &&
           each_row(loading, study, "fact_interviews", read_interview) &&
           each_row(loading, study, "fact_interview_trips", read_trip) &&
           each_row(loading, study, "fact_segments", read_segment) &&
           each_row(loading, study, "fact_coder_segments", read_assignment) &&
           each_row(loading, study, "fact_codings", read_coding) &&
           (!is_programme || each_row(loading, programme, "fact_quotes", read_quotes)) &&
           codings_seal(loading->codings, loading->err);
}

static bool load_if_any(struct loading *loading, bool is_programme, struct codings **codings)
{
    struct rows *set;
    *codings = NULL;
    if (!session_execute(loading->session, "fact_interview_set", loading->programme, &set,
                         loading->err))
        return false;
    bool is_good = true;
    if (rows_count(set) > 0) {
        *codings = loading->codings = codings_create();
        is_good = load(loading, is_programme, set);
    }
    rows_destroy(set);
    return is_good;
}

bool interview_facts_load(struct session *session, const struct uuid *programme,
                          const struct uuid *study, struct codings **codings, struct error *err)
{
    struct params programme_params, study_params;
    params_init(&programme_params);
    params_init(&study_params);
    params_uuid(&programme_params, programme);
    params_uuid(&study_params, programme);
    if (study != NULL)
        params_uuid(&study_params, study);
    else
        params_null(&study_params);
    struct loading loading = {session, &programme_params, &study_params, NULL, err};
    bool is_good = load_if_any(&loading, study == NULL, codings);
    params_finish(&programme_params);
    params_finish(&study_params);
    if (!is_good) {
        codings_destroy(*codings);
        *codings = NULL;
    }
    return is_good;
}

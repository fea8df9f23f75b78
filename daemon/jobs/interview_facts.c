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

static const char *text_or_null(const struct rows *rows, int row, int column)
{
    return rows_is_null(rows, row, column) ? NULL : rows_text(rows, row, column);
}

static bool read_code(void *context, const struct rows *rows, int row, struct error *err)
{
    struct codings *codings = context;
    return codings_add_code(codings, rows_text(rows, row, 0), err);
}

static bool read_interview(void *context, const struct rows *rows, int row, struct error *err)
{
    struct codings *codings = context;
    struct codings_interview interview = {
        .name = rows_text(rows, row, 0),
        .person = rows_text(rows, row, 1),
        .sequence = rows_int64(rows, row, 2),
        .is_organiser = rows_bool(rows, row, 3),
    };
    return codings_add_interview(codings, &interview, err);
}

static bool read_trip(void *context, const struct rows *rows, int row, struct error *err)
{
    struct codings *codings = context;
    return codings_add_trip(codings, rows_text(rows, row, 0), rows_text(rows, row, 1), err);
}

static bool read_segment(void *context, const struct rows *rows, int row, struct error *err)
{
    struct codings *codings = context;
    return codings_add_segment(codings, rows_text(rows, row, 0), rows_text(rows, row, 1),
                               text_or_null(rows, row, 2), err);
}

static bool read_assignment(void *context, const struct rows *rows, int row, struct error *err)
{
    struct codings *codings = context;
    return codings_assign(codings, rows_text(rows, row, 0), rows_text(rows, row, 1), err);
}

static bool read_coding(void *context, const struct rows *rows, int row, struct error *err)
{
    struct codings *codings = context;
    enum codings_sentiment sentiment = rows_is_null(rows, row, 3)
                                           ? CODINGS_UNSTATED
                                           : (enum codings_sentiment)rows_int64(rows, row, 3);
    return codings_mark(codings, rows_text(rows, row, 0), rows_text(rows, row, 1),
                        rows_text(rows, row, 2), sentiment, err);
}

static bool read_quotes(void *context, const struct rows *rows, int row, struct error *err)
{
    struct codings *codings = context;
    static const char *const approvals[CODINGS_APPROVALS] = {
        [CODINGS_APPROVED] = "approved",
        [CODINGS_PENDING] = "pending",
        [CODINGS_DECLINED] = "declined",
    };
    const char *approval = rows_text(rows, row, 0);
    for (int i = 0; i < CODINGS_APPROVALS; i++)
        if (strcmp(approvals[i], approval) == 0)
            return codings_count_quotes(codings, (enum codings_approval)i, rows_int64(rows, row, 1),
                                        err);
    return error_set(err, ERR_INTERNAL, "the approval %s is unknown", approval);
}

static bool load(const struct loading *loading, bool is_programme, const struct rows *set)
{
    const struct params *programme = loading->programme, *study = loading->study;
    return codings_set_adjudicator(loading->codings, rows_text(set, 0, 0), loading->err) &&
           session_each(loading->session, "fact_codes", programme, read_code, loading->codings,
                        loading->err) &&
           session_each(loading->session, "fact_interviews", study, read_interview,
                        loading->codings, loading->err) &&
           session_each(loading->session, "fact_interview_trips", study, read_trip,
                        loading->codings, loading->err) &&
           session_each(loading->session, "fact_segments", study, read_segment, loading->codings,
                        loading->err) &&
           session_each(loading->session, "fact_coder_segments", study, read_assignment,
                        loading->codings, loading->err) &&
           session_each(loading->session, "fact_codings", study, read_coding, loading->codings,
                        loading->err) &&
           (!is_programme || session_each(loading->session, "fact_quotes", programme, read_quotes,
                                          loading->codings, loading->err)) &&
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

#include "jobs_private.h"

void study_params(const struct study_run *run, struct params *params)
{
    params_uuid(params, &run->programme);
    params_uuid(params, &run->study);
}

bool study_has_closed_wave(const struct study_run *run)
{
    for (size_t i = 0; i < run->loaded.wave_count; i++)
        if (run->loaded.waves[i].is_closed)
            return true;
    return false;
}

static bool lease_check(const struct study_run *run, const char *lease, const struct uuid *holder,
                        struct error *err)
{
    struct params params;
    struct rows *rows;
    params_init(&params);
    params_uuid(&params, &run->programme);
    params_text(&params, lease);
    params_uuid(&params, holder);
    params_int(&params, run->epoch);
    bool is_good = session_execute(run->session, "lease_held", &params, &rows, err);
    params_finish(&params);
    if (!is_good)
        return false;
    bool is_held = rows_bool(rows, 0, 0);
    rows_destroy(rows);
    return is_held || error_set(err, ERR_CONFLICT, "another worker took the lease over");
}

bool metric_rows_replace(const struct study_run *run, const struct params *rows,
                         const struct secret_hash *hash, int64_t *revision, struct error *err)
{
    struct params params;
    struct rows *computed;
    params_init(&params);
    study_params(run, &params);
    params_int(&params, run->epoch);
    params_binary(&params, hash->bytes, sizeof hash->bytes);
    bool is_good = session_execute(run->session, "metrics_delete", &run->params, NULL, err) &&
                   session_execute(run->session, "metrics_insert", rows, NULL, err) &&
                   session_execute(run->session, "study_computed", &params, &computed, err);
    params_finish(&params);
    if (!is_good)
        return false;
    *revision = rows_int64(computed, 0, 0);
    rows_destroy(computed);
    return true;
}

bool run_under_lease(struct session *session, const struct refresh_order *order, run_fn *compute,
                     struct refresh_result *result, struct error *err)
{
    struct study_run run = {
        .session = session,
        .programme = order->programme,
        .study = order->study,
        .epoch = order->epoch,
        .rules = disclosure_default_rules,
    };
    run.rules.p_percent = order->dominance_percent;
    params_init(&run.params);
    study_params(&run, &run.params);
    *result = (struct refresh_result){0};
    bool is_good = session_begin(session, err) &&
                   session_execute(session, "transaction_snapshot", NULL, NULL, err) &&
                   lease_check(&run, order->lease, &order->holder, err) &&
                   compute(&run, order, result, err) && session_commit(session, err);
    if (!is_good)
        session_rollback(session);
    params_finish(&run.params);
    return is_good;
}

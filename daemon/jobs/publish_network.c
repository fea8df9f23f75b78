/* The networks of a release: what was computed now, and what was told before, which stays. */
#include "publish_part.h"

#include <string.h>

/* The columns of fact_said. */
enum column {
    WAVE,
    SLICE,
    ITEM,
    METRIC,
    VALUE,
    TEXT,
    REASON,
    N,
    POPULATION,
    LOW,
    HIGH,
    UNIT,
    METHOD
};

static enum metric_null null_of(const char *name)
{
    enum metric_null null = METRIC_NOT_NULL;
    while (null < METRIC_NULLS - 1 && strcmp(metric_null_name(null), name) != 0)
        null++;
    return null;
}

static void read_row(const struct rows *said, int row, struct metric_rows *rows)
{
    struct metric_row told = {
        .wave = rows_text(said, row, WAVE),
        .slice = rows_text(said, row, SLICE),
        .item = rows_text(said, row, ITEM),
        .metric = rows_text(said, row, METRIC),
        .type = METRIC_NUMBER,
        .n = rows_int64(said, row, N),
        .N = rows_int64(said, row, POPULATION),
        .unit = rows_text(said, row, UNIT),
        .method = rows_text(said, row, METHOD),
    };
    if (!rows_is_null(said, row, REASON)) {
        told.type = METRIC_NULL;
        told.null = null_of(rows_text(said, row, REASON));
    } else if (!rows_is_null(said, row, TEXT)) {
        told.type = METRIC_TEXT;
        told.text = rows_text(said, row, TEXT);
    } else {
        told.value = rows_real(said, row, VALUE);
    }
    told.has_interval = !rows_is_null(said, row, LOW);
    if (told.has_interval) {
        told.low = rows_real(said, row, LOW);
        told.high = rows_real(said, row, HIGH);
    }
    metric_rows_append(rows, &told);
}

bool publish_read_said(const struct study_run *run, const char *family, struct metric_rows *rows,
                       struct error *err)
{
    struct params params;
    struct rows *said;
    params_init(&params);
    study_params(run, &params);
    params_text(&params, family);
    bool is_good = session_execute(run->session, "fact_said", &params, &said, err);
    params_finish(&params);
    if (!is_good)
        return false;
    for (int row = 0; row < rows_count(said); row++)
        read_row(said, row, rows);
    rows_destroy(said);
    return true;
}

bool publish_networks_read(const struct study_run *run, struct publish_networks *networks,
                           struct error *err)
{
    const struct metric_family *family = metric_family_find("network");
    networks->computed = metric_rows_create();
    networks->said = metric_rows_create();
    if (!publish_read_said(run, "network", networks->said, err))
        return false;
    for (size_t i = 0; i < metric_rows_count(run->internal); i++) {
        const struct metric_row *row = metric_rows_get(run->internal, i);
        if (row->family == family)
            metric_rows_append(networks->computed, row);
    }
    return true;
}

void publish_networks_finish(struct publish_networks *networks)
{
    metric_rows_destroy(networks->computed);
    metric_rows_destroy(networks->said);
}

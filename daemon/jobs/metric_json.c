#include "jobs_private.h"

#include <string.h>

static void append_text(struct buf *json, const char *name, const char *text)
{
    buf_printf(json, ",\"%s\":", name);
    buf_append_json(json, text, strlen(text));
}

/* 17 significant digits give the same double back. */
static void append_number(struct buf *json, const char *name, double value)
{
    buf_printf(json, ",\"%s\":%.17g", name, value);
}

static void append_row(struct buf *json, const struct metric_row *row, size_t position)
{
    buf_printf(json, "{\"position\":%zu,\"version\":%d", position, row->family->version);
    append_text(json, "family", row->family->name);
    append_text(json, "wave", row->wave);
    append_text(json, "metric", row->metric);
    append_text(json, "slice", row->slice);
    append_text(json, "item", row->item);
    append_text(json, "unit", row->unit);
    append_text(json, "method", row->method);
    buf_printf(json, ",\"n\":%lld,\"population\":%lld", (long long)row->n, (long long)row->N);
    if (row->type == METRIC_NUMBER)
        append_number(json, "value", row->value);
    else if (row->type == METRIC_TEXT)
        append_text(json, "text_value", row->text);
    else
        append_text(json, "null_reason", metric_null_name(row->null));
    if (row->has_interval) {
        append_number(json, "low", row->low);
        append_number(json, "high", row->high);
    }
    buf_append_char(json, '}');
}

void metric_rows_write(const struct metric_rows *rows, struct buf *json)
{
    buf_append_char(json, '[');
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        if (i > 0)
            buf_append_char(json, ',');
        append_row(json, metric_rows_get(rows, i), i);
    }
    buf_append_char(json, ']');
}

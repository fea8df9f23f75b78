/* Rows as parallel arrays, a column each: what metrics_insert and release_insert take. */
#include "jobs_private.h"

#include <debriefd/sql_array.h>
#include <string.h>

/* Rows keep their order; those of a family stay apart from what the other families have. */
#define FAMILY_POSITIONS 1000000

enum column {
    POSITION,
    FAMILY,
    WAVE,
    METRIC,
    SLICE,
    ITEM,
    VALUE,
    TEXT_VALUE,
    NULL_REASON,
    N,
    POPULATION,
    LOW,
    HIGH,
    UNIT,
    METHOD,
    VERSION,
    COLUMNS
};

static const enum sql_type types[COLUMNS] = {
    [POSITION] = SQL_INT64, [FAMILY] = SQL_TEXT,      [WAVE] = SQL_TEXT,
    [METRIC] = SQL_TEXT,    [SLICE] = SQL_TEXT,       [ITEM] = SQL_TEXT,
    [VALUE] = SQL_FLOAT64,  [TEXT_VALUE] = SQL_TEXT,  [NULL_REASON] = SQL_TEXT,
    [N] = SQL_INT64,        [POPULATION] = SQL_INT64, [LOW] = SQL_FLOAT64,
    [HIGH] = SQL_FLOAT64,   [UNIT] = SQL_TEXT,        [METHOD] = SQL_TEXT,
    [VERSION] = SQL_INT64,
};

static void add_text(struct buf *column, const char *text)
{
    sql_array_bytes(column, text, strlen(text));
}

static void add_real(struct buf *column, double value, bool is_there)
{
    if (is_there)
        sql_array_float64(column, value);
    else
        sql_array_null(column);
}

static void add_either(struct buf *column, const char *text, bool is_there)
{
    if (is_there)
        add_text(column, text);
    else
        sql_array_null(column);
}

static void add_row(struct buf columns[COLUMNS], const struct metric_row *row, int64_t position)
{
    sql_array_int64(&columns[POSITION], position);
    add_text(&columns[FAMILY], row->family->name);
    add_text(&columns[WAVE], row->wave);
    add_text(&columns[METRIC], row->metric);
    add_text(&columns[SLICE], row->slice);
    add_text(&columns[ITEM], row->item);
    add_real(&columns[VALUE], row->value, row->type == METRIC_NUMBER);
    add_either(&columns[TEXT_VALUE], row->text, row->type == METRIC_TEXT);
    add_either(&columns[NULL_REASON], metric_null_name(row->null), row->type == METRIC_NULL);
    sql_array_int64(&columns[N], row->n);
    sql_array_int64(&columns[POPULATION], row->N);
    add_real(&columns[LOW], row->low, row->has_interval);
    add_real(&columns[HIGH], row->high, row->has_interval);
    add_text(&columns[UNIT], row->unit);
    add_text(&columns[METHOD], row->method);
    sql_array_int64(&columns[VERSION], row->family->version);
}

static int64_t next_position(const struct metric_row *row, int64_t last)
{
    int64_t first = (row->family - metric_families) * FAMILY_POSITIONS;
    return last < first ? first : last + 1;
}

struct secret_hash metric_rows_params(const struct metric_rows *rows, struct params *params)
{
    struct buf columns[COLUMNS];
    for (enum column i = 0; i < COLUMNS; i++) {
        buf_init(&columns[i]);
        sql_array_start(&columns[i], types[i], metric_rows_count(rows));
    }
    int64_t position = -1;
    for (size_t i = 0; i < metric_rows_count(rows); i++) {
        const struct metric_row *row = metric_rows_get(rows, i);
        position = next_position(row, position);
        add_row(columns, row, position);
    }
    struct secret_hash hash = {{0}};
    for (enum column i = 0; i < COLUMNS; i++) {
        hash = secret_hash_two(hash.bytes, sizeof hash.bytes, columns[i].data, columns[i].length);
        params_binary(params, columns[i].data, columns[i].length);
        buf_finish(&columns[i]);
    }
    return hash;
}

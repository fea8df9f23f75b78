#include "libpq.h"

#include <assert.h>
#include <debriefd/xalloc.h>
#include <errno.h>
#include <stdlib.h>

struct rows {
    PGresult *result;
};

struct rows *rows_wrap(PGresult *owned_result)
{
    struct rows *rows = xcalloc(sizeof *rows);
    rows->result = owned_result;
    return rows;
}

void rows_destroy(struct rows *rows)
{
    if (rows == NULL)
        return;
    PQclear(rows->result);
    free(rows);
}

int rows_count(const struct rows *rows)
{
    return PQntuples(rows->result);
}

int rows_columns(const struct rows *rows)
{
    return PQnfields(rows->result);
}

int rows_column(const struct rows *rows, const char *name)
{
    int column = PQfnumber(rows->result, name);
    assert(column >= 0);
    return column;
}

static void check_range(const struct rows *rows, int row, int column)
{
    assert(row >= 0 && row < PQntuples(rows->result));
    assert(column >= 0 && column < PQnfields(rows->result));
}

bool rows_is_null(const struct rows *rows, int row, int column)
{
    check_range(rows, row, column);
    return PQgetisnull(rows->result, row, column) != 0;
}

const char *rows_text(const struct rows *rows, int row, int column)
{
    check_range(rows, row, column);
    return PQgetvalue(rows->result, row, column);
}

size_t rows_length(const struct rows *rows, int row, int column)
{
    check_range(rows, row, column);
    return (size_t)PQgetlength(rows->result, row, column);
}

int64_t rows_int64(const struct rows *rows, int row, int column)
{
    if (rows_is_null(rows, row, column))
        return 0;
    const char *text = rows_text(rows, row, column);
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    assert(end != text && *end == '\0' && errno == 0);
    return value;
}

bool rows_bool(const struct rows *rows, int row, int column)
{
    if (rows_is_null(rows, row, column))
        return false;
    const char *text = rows_text(rows, row, column);
    assert((text[0] == 't' || text[0] == 'f') && text[1] == '\0');
    return text[0] == 't';
}

double rows_real(const struct rows *rows, int row, int column)
{
    if (rows_is_null(rows, row, column))
        return 0.0;
    const char *text = rows_text(rows, row, column);
    char *end;
    double value = strtod(text, &end);
    assert(end != text && *end == '\0');
    return value;
}

struct uuid rows_uuid(const struct rows *rows, int row, int column)
{
    struct uuid uuid = {{0}};
    if (rows_is_null(rows, row, column))
        return uuid;
    bool parsed = uuid_parse(rows_text(rows, row, column), rows_length(rows, row, column), &uuid);
    assert(parsed);
    return uuid;
}

void rows_bytes(const struct rows *rows, int row, int column, struct buf *bytes)
{
    if (rows_is_null(rows, row, column))
        return;
    size_t length;
    unsigned char *decoded =
        PQunescapeBytea((const unsigned char *)rows_text(rows, row, column), &length);
    if (decoded == NULL)
        abort();
    buf_append(bytes, decoded, length);
    PQfreemem(decoded);
}

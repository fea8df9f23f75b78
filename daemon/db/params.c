#include "libpq.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum format {
    FORMAT_TEXT,
    FORMAT_BINARY,
};

/* PostgreSQL's pg_type.dat: int2. */
#define INT2_OID 21

void params_init(struct params *params)
{
    params->count = 0;
    buf_init(&params->bytes);
}

void params_finish(struct params *params)
{
    buf_finish(&params->bytes);
    params->count = 0;
}

void params_clear(struct params *params)
{
    buf_clear(&params->bytes);
    params->count = 0;
}

static void add(struct params *params, const void *bytes, size_t length, enum format format)
{
    assert(params->count < PARAMS_LIMIT && length <= INT_MAX);
    int index = params->count++;
    params->start[index] = params->bytes.length;
    params->length[index] = (int)length;
    params->is_binary[index] = format == FORMAT_BINARY;
    buf_append(&params->bytes, bytes, length);
    buf_append_char(&params->bytes, '\0');
}

void params_text_length(struct params *params, const char *text, size_t length)
{
    assert(length == 0 || memchr(text, '\0', length) == NULL);
    add(params, text, length, FORMAT_TEXT);
}

void params_text(struct params *params, const char *text)
{
    if (text == NULL)
        params_null(params);
    else
        add(params, text, strlen(text), FORMAT_TEXT);
}

void params_uuid(struct params *params, const struct uuid *uuid)
{
    params_text(params, uuid_format(uuid).text);
}

void params_int(struct params *params, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    params_text(params, text);
}

void params_bool(struct params *params, bool value)
{
    params_text(params, value ? "t" : "f");
}

void params_null(struct params *params)
{
    add(params, NULL, 0, FORMAT_TEXT);
    params->length[params->count - 1] = -1;
}

void params_binary(struct params *params, const void *bytes, size_t length)
{
    add(params, bytes, length, FORMAT_BINARY);
}

static void put_be(char **cursor, uint32_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        *(*cursor)++ = (char)(value >> (8 * i));
}

/* array_recv in PostgreSQL's arrayfuncs.c: dimensions, has-NULL flag, element type; length and
 * lower bound of each dimension; then each element behind its length. No dimension is the empty
 * array. */
void params_int16_array(struct params *params, const int16_t *values, size_t count)
{
    size_t length = count > 0 ? 20 + 6 * count : 12;
    char *bytes = malloc(length);
    if (bytes == NULL)
        abort();
    char *cursor = bytes;
    put_be(&cursor, count > 0, 4);
    put_be(&cursor, 0, 4);
    put_be(&cursor, INT2_OID, 4);
    if (count > 0) {
        put_be(&cursor, (uint32_t)count, 4);
        put_be(&cursor, 1, 4);
    }
    for (size_t i = 0; i < count; i++) {
        put_be(&cursor, sizeof values[i], 4);
        put_be(&cursor, (uint16_t)values[i], sizeof values[i]);
    }
    params_binary(params, bytes, length);
    free(bytes);
}

void params_copy(struct params *copy, const struct params *params)
{
    *copy = *params;
    buf_init(&copy->bytes);
    buf_append(&copy->bytes, params->bytes.data, params->bytes.length);
}

void params_view(const struct params *params, struct params_view *view)
{
    view->count = params != NULL ? params->count : 0;
    for (int i = 0; i < view->count; i++) {
        bool is_null = params->length[i] < 0;
        view->values[i] = is_null ? NULL : params->bytes.data + params->start[i];
        view->lengths[i] = is_null ? 0 : params->length[i];
        view->formats[i] = params->is_binary[i];
    }
}

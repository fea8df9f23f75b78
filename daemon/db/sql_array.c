#include <debriefd/sql_array.h>

#include <assert.h>
#include <string.h>

/* PostgreSQL counts microseconds from 2000-01-01. */
#define EPOCH_2000_US (INT64_C(946684800) * 1000000)

static void append_integer(struct buf *array, uint64_t value, size_t width)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < width; i++)
        bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
    buf_append(array, bytes, width);
}

void sql_array_start(struct buf *array, enum sql_type type, size_t count)
{
    append_integer(array, count > 0 ? 1 : 0, 4); /* dimensions */
    append_integer(array, 1, 4);                 /* may hold NULLs */
    append_integer(array, type, 4);
    if (count == 0)
        return;
    append_integer(array, count, 4);
    append_integer(array, 1, 4); /* lower bound */
}

void sql_array_bytes(struct buf *array, const void *bytes, size_t length)
{
    append_integer(array, length, 4);
    buf_append(array, bytes, length);
}

void sql_array_uuid(struct buf *array, const struct uuid *uuid)
{
    if (uuid_is_nil(uuid))
        sql_array_null(array);
    else
        sql_array_bytes(array, uuid->bytes, sizeof uuid->bytes);
}

void sql_array_int16(struct buf *array, int16_t value)
{
    append_integer(array, 2, 4);
    append_integer(array, (uint16_t)value, 2);
}

void sql_array_int64(struct buf *array, int64_t value)
{
    append_integer(array, 8, 4);
    append_integer(array, (uint64_t)value, 8);
}

void sql_array_float64(struct buf *array, double value)
{
    uint64_t bits;
    static_assert(sizeof bits == sizeof value, "IEEE 754 binary64");
    memcpy(&bits, &value, sizeof bits);
    append_integer(array, 8, 4);
    append_integer(array, bits, 8);
}

void sql_array_null(struct buf *array)
{
    append_integer(array, UINT32_MAX, 4);
}

void sql_array_bool(struct buf *array, bool value)
{
    append_integer(array, 1, 4);
    append_integer(array, value ? 1 : 0, 1);
}

void sql_array_time(struct buf *array, int64_t wall_us)
{
    append_integer(array, 8, 4);
    append_integer(array, (uint64_t)(wall_us - EPOCH_2000_US), 8);
}

/* sql_array: one-dimensional arrays in PostgreSQL's binary format
 * (src/backend/utils/adt/arrayfuncs.c, array_recv), for statements that take a whole segment at
 * once. Start, then exactly `count` elements. */
#ifndef DEBRIEFD_SQL_ARRAY_H
#define DEBRIEFD_SQL_ARRAY_H

#include <debriefd/buf.h>
#include <debriefd/uuid.h>

/* Element types by their fixed object identifiers (pg_type.dat). */
enum sql_type {
    SQL_BOOL = 16,
    SQL_BYTEA = 17,
    SQL_INT64 = 20,
    SQL_INT16 = 21,
    SQL_TEXT = 25,
    SQL_FLOAT64 = 701,
    SQL_TIMESTAMPTZ = 1184,
    SQL_UUID = 2950,
};

void sql_array_start(struct buf *array, enum sql_type type, size_t count);
void sql_array_bytes(struct buf *array, const void *bytes, size_t length); /* bytea, text */
void sql_array_uuid(struct buf *array, const struct uuid *uuid);           /* nil is NULL */
void sql_array_int16(struct buf *array, int16_t value);
void sql_array_int64(struct buf *array, int64_t value);
void sql_array_float64(struct buf *array, double value);
void sql_array_null(struct buf *array);
void sql_array_bool(struct buf *array, bool value);
void sql_array_time(struct buf *array, int64_t wall_us); /* microseconds since 1970 */

#endif

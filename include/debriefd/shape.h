/* shape: the fields that a request's JSON object may have, as const tables. One table checks a
 * body, every fault with its JSON pointer, and is the body's JSON Schema in the API's description:
 * the two cannot differ. */
#ifndef DEBRIEFD_SHAPE_H
#define DEBRIEFD_SHAPE_H

#include <debriefd/violations.h>
#include <jansson.h>
#include <stdint.h>

enum shape_type {
    SHAPE_TEXT,    /* `low` to `high` code points */
    SHAPE_NAME,    /* [a-z][a-z0-9_-]*, at most `high` characters */
    SHAPE_UUID,    /* RFC 9562 */
    SHAPE_TIME,    /* RFC 3339 date and time with an offset */
    SHAPE_DATE,    /* YYYY-MM-DD */
    SHAPE_INTEGER, /* `low` to `high` */
    SHAPE_BOOLEAN,
    SHAPE_NAMES,   /* an array of `low` to `high` different names */
    SHAPE_SHARES,  /* an object of numbers from 0 to 1, at most `high` of them */
    SHAPE_OBJECTS, /* an array of at most `high` objects of shape `fields` */
    SHAPE_PHRASE,  /* an object of texts by language, each at most `high` code points */
};

enum shape_need {
    SHAPE_OPTIONAL,
    SHAPE_REQUIRED,
    SHAPE_NULLABLE /* optional, and null means none */
};

struct shape_field {
    const char *name; /* NULL ends a table */
    enum shape_type type;
    enum shape_need need;
    int64_t low, high;
    const char *const *values; /* of a text: the only ones allowed, ended by NULL */
    const struct shape_field *fields;
    const char *help;
};

void shape_check(const struct shape_field *fields, const json_t *object, const char *pointer,
                 struct violations *violations);

/* The caller's: a JSON Schema (2020-12) object. */
json_t *shape_schema(const struct shape_field *fields);

/* RFC 3339 with an offset; also what query parameters are checked with. */
bool shape_is_time(const char *text);

#endif

/* records: the rows of an import, as CSV (RFC 4180, comma or semicolon, header first) or NDJSON,
 * checked against a table of columns. Private to the API. */
#ifndef DEBRIEFD_RECORDS_H
#define DEBRIEFD_RECORDS_H

#include <debriefd/request.h>
#include <debriefd/violations.h>
#include <jansson.h>

enum record_type {
    RECORD_TEXT,    /* empty when absent */
    RECORD_FLAG,    /* 1, 0, yes, no, ja, nej; `fallback` when empty */
    RECORD_INTEGER, /* `low` to `high`; null when empty */
    RECORD_LIST,    /* texts; in CSV separated by vertical bars */
};

struct record_column {
    const char *name; /* NULL ends a table */
    enum record_type type;
    bool is_required; /* a column that must be there, and a cell that must not be empty */
    bool fallback;
    int low, high;
    const char *const *values; /* of a text: the only ones allowed, ended by NULL */
    size_t longest;            /* in code points; 0: 200 */
};

/* Each row has every column and its `line`, which counts from 1: the header of CSV. Faults go to
 * `violations` with the pointer /LINE/COLUMN. The caller's, also when there are faults; NULL after
 * a reply of 415. */
json_t *records_read(struct request *request, const struct record_column *columns, size_t most,
                     struct violations *violations) must_check;

/* Names the person of a row with the texts person and email: `reference` is the given reference, or
 * else the e-mail address in lower case. */
void record_set_reference(json_t *row, struct violations *violations);

/* The text of a row's column; "" when there is none. */
const char *record_text(const json_t *row, const char *name);

/* A fault of a row as a whole, or of its column. */
void record_fault(const json_t *row, const char *name, const char *code, const char *detail,
                  struct violations *violations);

#endif

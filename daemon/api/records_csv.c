/* Read by libcsv. */
#include "records_part.h"
#include <csv.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 64

struct table {
    struct reading *reading;
    size_t breaks; /* of lines within the row's quotes */
    size_t field;
    bool after_return; /* a line feed now belongs to the carriage return before it */
    bool has_header;
    const struct record_column *order[FIELDS_MAX]; /* which column stands at which field */
    size_t fields;
};

static void read_header(struct table *table, const char *name)
{
    struct reading *reading = table->reading;
    if (table->fields == FIELDS_MAX)
        return;
    const struct record_column *column = reading_column(reading, name);
    if (column->name == NULL)
        reading_fault(reading, "unknown_column", "is not a column of this import", name);
    for (size_t field = 0; field < table->fields && column->name != NULL; field++)
        if (table->order[field] == column)
            reading_fault(reading, "repeated_column", "stands there twice", name);
    table->order[table->fields++] = column;
}

static void read_cell(struct table *table, const char *text, size_t length)
{
    if (table->field == table->fields)
        reading_fault(table->reading, "too_many_cells", "the row has more cells than the header",
                      "");
    if (table->field >= table->fields || table->order[table->field]->name == NULL)
        return;
    reading_set(table->reading, table->order[table->field], text, length);
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct table *table = context;
    const char *text = bytes != NULL ? bytes : "";
    if (!table->has_header)
        read_header(table, text);
    else
        read_cell(table, text, length);
    for (size_t i = 0; i < length; i++)
        table->breaks += text[i] == '\n';
    table->after_return = false;
    table->field++;
}

/* Also called for an empty line, which is a line but no row. */
static void on_row(int terminator, void *context)
{
    struct table *table = context;
    bool is_second_half = table->after_return && terminator == '\n';
    table->after_return = terminator == '\r';
    if (is_second_half)
        return;
    if (table->field > 0 && table->has_header)
        reading_keep(table->reading);
    table->has_header = table->has_header || table->field > 0;
    table->reading->line += 1 + table->breaks;
    table->breaks = 0;
    table->field = 0;
}

/* Swedish spreadsheets separate with semicolons. */
static unsigned char delimiter_of(const char *body, size_t length)
{
    for (size_t i = 0; i < length && body[i] != '\n'; i++)
        if (body[i] == ',' || body[i] == ';')
            return (unsigned char)body[i];
    return ',';
}

static void check_header(const struct table *table)
{
    const struct reading *reading = table->reading;
    for (const struct record_column *column = reading->columns; column->name != NULL; column++) {
        bool is_there = false;
        for (size_t field = 0; field < table->fields; field++)
            is_there = is_there || table->order[field] == column;
        if (column->is_required && !is_there)
            violations_add(reading->violations, "/1", "missing_column", "the column %s is missing",
                           column->name);
    }
}

void reading_csv(struct reading *reading, const char *body, size_t length)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct table table = {.reading = reading};
    if (length >= 3 && memcmp(body, mark, 3) == 0) {
        body += 3;
        length -= 3;
    }
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL) != 0)
        abort();
    csv_set_delim(&parser, delimiter_of(body, length));
    if (csv_parse(&parser, body, length, on_field, on_row, &table) != length ||
        csv_fini(&parser, on_field, on_row, &table) != 0)
        reading_fault(reading, "malformed", csv_strerror(csv_error(&parser)), "");
    csv_free(&parser);
    check_header(&table);
}

#include "tidy_file.h"

#include <csv.h>
#include <debriefd/buf.h>
#include <debriefd/text.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX  64
#define FIELD_BYTES 4000
#define CHUNK       65536

struct reading {
    const struct tidy_file *file;
    void *context;
    struct error *err;
    bool has_failed;
    bool has_header;
    size_t line;
    int wanted[FIELDS_MAX]; /* which wanted column stands at a field; -1: none */
    size_t columns;         /* of the header */
    size_t field;
    struct buf text; /* the row's wanted fields, each with its NUL */
    size_t at[TIDY_COLUMNS_MAX];
};

static void fail(struct reading *reading, const char *what)
{
    if (!reading->has_failed)
        error_set(reading->err, ERR_INVALID, "%s, line %zu: %s", reading->file->name, reading->line,
                  what);
    reading->has_failed = true;
}

static void read_title(struct reading *reading, const char *title)
{
    const char *const *columns = reading->file->columns;
    int wanted = 0;
    while (wanted < TIDY_COLUMNS_MAX && columns[wanted] != NULL &&
           strcmp(columns[wanted], title) != 0)
        wanted++;
    bool is_wanted = wanted < TIDY_COLUMNS_MAX && columns[wanted] != NULL;
    reading->wanted[reading->field] = is_wanted ? wanted : -1;
    if (is_wanted)
        reading->at[wanted]++;
    reading->columns = reading->field + 1;
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct reading *reading = context;
    const char *text = bytes != NULL ? bytes : "";
    if (reading->has_failed)
        return;
    if (reading->field == (reading->has_header ? reading->columns : FIELDS_MAX)) {
        fail(reading, "there are too many fields");
    } else if (length > FIELD_BYTES || !text_is_utf8(text, length) || strlen(text) != length) {
        fail(reading, "a field is too long or no UTF-8");
    } else if (!reading->has_header) {
        read_title(reading, text);
    } else if (reading->wanted[reading->field] >= 0) {
        reading->at[reading->wanted[reading->field]] = reading->text.length;
        buf_append(&reading->text, text, length + 1);
    }
    reading->field++;
}

static void end_header(struct reading *reading)
{
    char what[120];
    for (size_t i = 0; i < TIDY_COLUMNS_MAX && reading->file->columns[i] != NULL; i++) {
        if (reading->at[i] == 1)
            continue;
        snprintf(what, sizeof what, "the column %s is %s", reading->file->columns[i],
                 reading->at[i] == 0 ? "missing" : "there twice");
        fail(reading, what);
    }
    reading->has_header = true;
}

static void hand_over(struct reading *reading)
{
    const char *fields[TIDY_COLUMNS_MAX] = {NULL};
    struct error fault;
    for (size_t i = 0; i < TIDY_COLUMNS_MAX && reading->file->columns[i] != NULL; i++)
        fields[i] = reading->text.data + reading->at[i];
    if (!reading->file->row(reading->context, fields, &fault))
        fail(reading, fault.message);
}

static void on_row(int terminator, void *context)
{
    struct reading *reading = context;
    (void)terminator;
    if (!reading->has_failed && reading->field > 0) {
        if (!reading->has_header)
            end_header(reading);
        else if (reading->field < reading->columns)
            fail(reading, "there are too few fields");
        else
            hand_over(reading);
    }
    reading->line++;
    reading->field = 0;
    buf_clear(&reading->text);
}

static void read_chunks(struct reading *reading, FILE *file, struct csv_parser *parser)
{
    char chunk[CHUNK];
    size_t length;
    while (!reading->has_failed && (length = fread(chunk, 1, sizeof chunk, file)) > 0)
        if (csv_parse(parser, chunk, length, on_field, on_row, reading) != length)
            fail(reading, csv_strerror(csv_error(parser)));
    if (ferror(file) != 0)
        fail(reading, "the file cannot be read further");
    if (!reading->has_failed && csv_fini(parser, on_field, on_row, reading) != 0)
        fail(reading, csv_strerror(csv_error(parser)));
    if (!reading->has_header)
        fail(reading, "the header row is missing");
}

bool tidy_file_read(const char *directory, const struct tidy_file *file, void *context,
                    struct error *err)
{
    struct reading reading = {.file = file, .context = context, .err = err, .line = 1};
    struct csv_parser parser;
    buf_init(&reading.text);
    buf_printf(&reading.text, "%s/%s", directory, file->name);
    FILE *stream = fopen(buf_text(&reading.text), "rb");
    buf_clear(&reading.text);
    if (stream == NULL) {
        buf_finish(&reading.text);
        return (errno == ENOENT && file->is_optional) ||
               error_set_errno(err, errno, "%s/%s", directory, file->name);
    }
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        abort();
    read_chunks(&reading, stream, &parser);
    csv_free(&parser);
    fclose(stream);
    buf_finish(&reading.text);
    return !reading.has_failed;
}

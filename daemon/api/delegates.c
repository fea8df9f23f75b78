/* The delegation as CSV (RFC 4180, comma or semicolon), read by libcsv: all of it or nothing, with
 * every fault by line. */
#include "resources.h"
#include <csv.h>
#include <ctype.h>
#include <debriefd/text.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CELL_MAX 200
#define ROWS_MAX 2000

enum column_type { COLUMN_TEXT, COLUMN_FLAG };

static const struct {
    const char *name;
    enum column_type type;
    bool is_required; /* a column that must be there, and a cell that must not be empty */
    bool fallback;    /* of a flag that is empty */
} columns[] = {
    {"name", COLUMN_TEXT, true, false},         {"email", COLUMN_TEXT, false, false},
    {"person", COLUMN_TEXT, false, false},      {"sector", COLUMN_TEXT, true, false},
    {"organisation", COLUMN_TEXT, true, false}, {"municipality", COLUMN_TEXT, false, false},
    {"role", COLUMN_TEXT, false, false},        {"language", COLUMN_TEXT, false, false},
    {"is_staff", COLUMN_FLAG, false, false},    {"travelled", COLUMN_FLAG, false, true},
};

#define COLUMN_COUNT (sizeof columns / sizeof *columns)

struct reading {
    struct violations *violations;
    json_t *rows;
    json_t *row;   /* being read */
    size_t line;   /* 1 is the header */
    size_t breaks; /* of lines within the row's quotes */
    size_t field;
    bool after_return; /* a line feed now belongs to the carriage return before it */
    size_t order[64];  /* which column stands at which field */
    size_t fields;
    bool has_header;
};

static void fault(struct reading *reading, const char *code, const char *detail, const char *name)
{
    char pointer[96];
    snprintf(pointer, sizeof pointer, "/%zu/%s", reading->line, name);
    violations_add(reading->violations, pointer, code, "%s", detail);
}

static void read_header(struct reading *reading, const char *name)
{
    if (reading->fields == sizeof reading->order / sizeof *reading->order)
        return;
    size_t column = 0;
    while (column < COLUMN_COUNT && strcasecmp(columns[column].name, name) != 0)
        column++;
    if (column == COLUMN_COUNT)
        fault(reading, "unknown_column", "is not a column of a delegation", name);
    for (size_t field = 0; field < reading->fields && column < COLUMN_COUNT; field++)
        if (reading->order[field] == column)
            fault(reading, "repeated_column", "stands there twice", name);
    reading->order[reading->fields++] = column;
}

static bool read_flag(const char *text, bool fallback, bool *flag)
{
    static const char *const yes[] = {"1", "true", "yes", "ja", NULL};
    static const char *const no[] = {"0", "false", "no", "nej", NULL};
    *flag = fallback;
    for (size_t i = 0; yes[i] != NULL; i++) {
        if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
            *flag = strcasecmp(text, yes[i]) == 0;
            return true;
        }
    }
    return text[0] == '\0';
}

static void read_cell(struct reading *reading, const char *text, size_t length)
{
    if (reading->field == reading->fields)
        fault(reading, "too_many_cells", "the row has more cells than the header", "");
    if (reading->field >= reading->fields || reading->order[reading->field] == COLUMN_COUNT)
        return;
    size_t column = reading->order[reading->field];
    const char *name = columns[column].name;
    bool flag;
    if (!text_is_utf8(text, length))
        fault(reading, "encoding", "is not UTF-8", name);
    else if (text_code_points(text, length) > CELL_MAX)
        fault(reading, "length", "is longer than 200 characters", name);
    else if (columns[column].type == COLUMN_TEXT)
        json_object_set_new(reading->row, name, json_stringn(text, length));
    else if (!read_flag(text, columns[column].fallback, &flag))
        fault(reading, "format", "must be 1, 0, yes, no, ja, nej or empty", name);
    else
        json_object_set_new(reading->row, name, json_boolean(flag));
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct reading *reading = context;
    const char *text = bytes != NULL ? bytes : "";
    if (!reading->has_header)
        read_header(reading, text);
    else
        read_cell(reading, text, length);
    for (size_t i = 0; i < length; i++)
        reading->breaks += text[i] == '\n';
    reading->after_return = false;
    reading->field++;
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

/* A person is the same on several trips by a given reference or by the e-mail address in lower
 * case. */
static void set_reference(struct reading *reading)
{
    char reference[CELL_MAX * 4 + 8];
    const char *person = text_of(reading->row, "person");
    snprintf(reference, sizeof reference, "%s",
             person[0] != '\0' ? person : text_of(reading->row, "email"));
    if (person[0] == '\0')
        for (char *at = reference; *at != '\0'; at++)
            *at = (char)tolower((unsigned char)*at);
    if (reference[0] == '\0')
        fault(reading, "required", "give an e-mail address or a person reference", "email");
    json_object_set_new(reading->row, "reference", json_string(reference));
}

static void set_defaults(struct reading *reading)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (columns[i].is_required && text_of(reading->row, columns[i].name)[0] == '\0')
            fault(reading, "required", "is required", columns[i].name);
        if (json_object_get(reading->row, columns[i].name) == NULL)
            json_object_set_new(reading->row, columns[i].name,
                                columns[i].type == COLUMN_FLAG ? json_boolean(columns[i].fallback)
                                                               : json_string(""));
    }
    if (text_of(reading->row, "language")[0] == '\0')
        json_object_set_new(reading->row, "language", json_string("sv"));
}

static void keep_row(struct reading *reading)
{
    set_defaults(reading);
    set_reference(reading);
    json_object_set_new(reading->row, "line", json_integer((json_int_t)reading->line));
    json_array_append_new(reading->rows, reading->row);
    reading->row = json_object();
}

/* Also called for an empty line, which is a line but no row. */
static void on_row(int terminator, void *context)
{
    struct reading *reading = context;
    bool is_second_half = reading->after_return && terminator == '\n';
    reading->after_return = terminator == '\r';
    if (is_second_half)
        return;
    if (reading->field > 0 && reading->has_header)
        keep_row(reading);
    reading->has_header = reading->has_header || reading->field > 0;
    reading->line += 1 + reading->breaks;
    reading->breaks = 0;
    reading->field = 0;
}

/* Swedish spreadsheets separate with semicolons. */
static unsigned char delimiter_of(const char *body, size_t length)
{
    for (size_t i = 0; i < length && body[i] != '\n'; i++)
        if (body[i] == ',' || body[i] == ';')
            return (unsigned char)body[i];
    return ',';
}

static void parse(struct reading *reading, const char *body, size_t length)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (length >= 3 && memcmp(body, mark, 3) == 0) {
        body += 3;
        length -= 3;
    }
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL) != 0)
        abort();
    csv_set_delim(&parser, delimiter_of(body, length));
    if (csv_parse(&parser, body, length, on_field, on_row, reading) != length ||
        csv_fini(&parser, on_field, on_row, reading) != 0)
        fault(reading, "malformed", csv_strerror(csv_error(&parser)), "");
    csv_free(&parser);
}

static void check_whole(struct reading *reading)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        bool is_there = false;
        for (size_t field = 0; field < reading->fields; field++)
            is_there = is_there || reading->order[field] == i;
        if (columns[i].is_required && !is_there)
            violations_add(reading->violations, "/1", "missing_column", "the column %s is missing",
                           columns[i].name);
    }
    if (json_array_size(reading->rows) > ROWS_MAX)
        violations_add(reading->violations, "", "too_many", "a delegation has at most %d people",
                       ROWS_MAX);
}

static void import_rows(struct request *request, json_t *rows)
{
    struct uuid study;
    if (!request_uuid(request, "study", &study))
        return;
    char *text = json_dumps(rows, JSON_COMPACT);
    struct params params;
    params_init(&params);
    params_uuid(&params, &request_principal(request)->programme);
    params_uuid(&params, &study);
    params_text(&params, text);
    operation_answer(request, "delegates_import", &params);
    params_finish(&params);
    free(text);
}

static void import_delegates(struct request *request)
{
    if (!request_has_type(request, "text/csv")) {
        request_problem(request, 415, NULL, "send text/csv");
        return;
    }
    size_t length;
    const char *body = request_body(request, &length);
    struct violations violations;
    violations_init(&violations);
    struct reading reading = {
        .violations = &violations, .rows = json_array(), .row = json_object(), .line = 1};
    parse(&reading, body, length);
    check_whole(&reading);
    if (violations.total > 0)
        request_problem_violations(request, &violations);
    else
        import_rows(request, reading.rows);
    json_decref(reading.rows);
    json_decref(reading.row);
    violations_finish(&violations);
}

static const struct operation import_operation = {
    .id = "importDelegates",
    .summary = "Import the delegation from CSV: name, email, person, sector, organisation, "
               "municipality, role, language, is_staff, travelled; all of it or nothing",
    .roles = ROLE_ORGANISER,
    .body_type = "text/csv",
    .answer = "How many were added, changed and unchanged",
    .run = import_delegates,
};

const struct route delegate_routes[] = {
    {METHOD_POST, "/v1/studies/{study}/delegates:import", operation_handle, &import_operation},
    {0},
};

/* XLSX: a zip of XML parts (ECMA-376 part 1, 18: SpreadsheetML). Parts are streamed from the
 * archive into the parser, so that what they would unpack to is never in memory. */
#include "workbook_part.h"

#include <debriefd/xalloc.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define ENTRIES_MAX 1000
#define PART_MAX    ((size_t)4 << 20) /* unpacked */
#define CHUNK       8192
#define DEPTH_MAX   64

/* Names come as "namespace name"; prefixes differ between programs, local names do not. */
static const char *local_name(const char *name)
{
    const char *space = strrchr(name, ' ');
    return space != NULL ? space + 1 : name;
}

const char *part_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2)
        if (strcmp(local_name(attributes[i]), name) == 0)
            return attributes[i + 1];
    return "";
}

void part_stop(struct part *part)
{
    part->has_failed = true;
    XML_StopParser(part->parser, XML_FALSE);
}

void part_fail(struct part *part, enum sheet_fault fault)
{
    if (!part->has_failed && !sheet_fail(part->err, fault))
        part_stop(part);
}

static void on_start(void *context, const char *name, const char **attributes)
{
    struct part *part = context;
    if (++part->depth > DEPTH_MAX)
        part_fail(part, SHEET_DAMAGED);
    else if (!part->has_failed)
        part->begin(part, local_name(name), attributes);
}

static void on_end(void *context, const char *name)
{
    struct part *part = context;
    part->depth--;
    if (!part->has_failed)
        part->end(part, local_name(name));
}

static void on_text(void *context, const char *text, int length)
{
    struct part *part = context;
    if (!part->takes_text || part->has_failed)
        return;
    if (part->text.length + (size_t)length > SHEET_CELL_MAX)
        part_fail(part, SHEET_CELL_TOO_LONG);
    else
        buf_append(&part->text, text, (size_t)length);
}

/* No workbook has one, and every bomb of entities needs one. */
static void on_doctype(void *context, const char *name, const char *system, const char *public,
                       int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    part_fail(context, SHEET_DAMAGED);
}

static void parse_chunks(struct part *part, zip_file_t *file)
{
    char chunk[CHUNK];
    size_t total = 0;
    zip_int64_t got = 1;
    while (got > 0 && !part->has_failed) {
        got = zip_fread(file, chunk, sizeof chunk);
        total += got > 0 ? (size_t)got : 0;
        if (total > PART_MAX)
            part_fail(part, SHEET_TOO_LARGE);
        else if (got < 0 || XML_Parse(part->parser, chunk, (int)got, got == 0) != XML_STATUS_OK)
            part_fail(part, SHEET_DAMAGED);
    }
}

static bool read_part(struct workbook *workbook, const char *path, struct part *part)
{
    zip_file_t *file = zip_fopen(workbook->archive, path, 0);
    if (file == NULL)
        return sheet_fail(workbook->err, SHEET_DAMAGED);
    part->workbook = workbook;
    part->err = workbook->err;
    part->parser = XML_ParserCreateNS(NULL, ' ');
    if (part->parser == NULL)
        abort();
    XML_SetUserData(part->parser, part);
    XML_SetElementHandler(part->parser, on_start, on_end);
    XML_SetCharacterDataHandler(part->parser, on_text);
    XML_SetStartDoctypeDeclHandler(part->parser, on_doctype);
    parse_chunks(part, file);
    XML_ParserFree(part->parser);
    buf_finish(&part->text);
    zip_fclose(file);
    return !part->has_failed;
}

/* xl/workbook.xml: the sheets in the order they are shown. */
static void begin_book(struct part *part, const char *name, const char **attributes)
{
    struct workbook *workbook = part->workbook;
    if (strcmp(name, "sheet") != 0)
        return;
    const char *title = part_attribute(attributes, "name");
    const char *state = part_attribute(attributes, "state");
    sheet_add_name(workbook->sheet, title);
    bool is_wanted = workbook->wanted[0] != '\0'
                         ? strcmp(title, workbook->wanted) == 0
                         : strncmp(state, "hidden", 6) != 0 && strcmp(state, "veryHidden") != 0;
    if (is_wanted && workbook->relation[0] == '\0')
        snprintf(workbook->relation, sizeof workbook->relation, "%s",
                 part_attribute(attributes, "id"));
}

static void end_nothing(struct part *part, const char *name)
{
    (void)part;
    (void)name;
}

/* A target is relative to xl/, or begins at the root. */
static void set_path(char *path, const char *target)
{
    if (target[0] == '/')
        snprintf(path, WORKBOOK_PATH_MAX, "%s", target + 1);
    else
        snprintf(path, WORKBOOK_PATH_MAX, "xl/%s", target);
}

/* xl/_rels/workbook.xml.rels: where the parts are. */
static void begin_relations(struct part *part, const char *name, const char **attributes)
{
    static const char shared[] = "/sharedStrings";
    struct workbook *workbook = part->workbook;
    if (strcmp(name, "Relationship") != 0)
        return;
    const char *type = part_attribute(attributes, "Type");
    const char *target = part_attribute(attributes, "Target");
    size_t length = strlen(type);
    if (strcmp(part_attribute(attributes, "Id"), workbook->relation) == 0)
        set_path(workbook->sheet_path, target);
    else if (length > sizeof shared && strcmp(type + length - (sizeof shared - 1), shared) == 0)
        set_path(workbook->strings_path, target);
}

static bool read_book(struct workbook *workbook)
{
    struct part book = {.begin = begin_book, .end = end_nothing};
    struct part relations = {.begin = begin_relations, .end = end_nothing};
    if (zip_name_locate(workbook->archive, "xl/workbook.xml", 0) < 0)
        return sheet_fail(workbook->err, SHEET_NOT_A_WORKBOOK);
    if (!read_part(workbook, "xl/workbook.xml", &book))
        return false;
    if (workbook->relation[0] == '\0')
        return sheet_fail(workbook->err, SHEET_NO_SUCH_SHEET);
    if (!read_part(workbook, "xl/_rels/workbook.xml.rels", &relations))
        return false;
    struct part strings = {.begin = strings_begin, .end = strings_end};
    struct part cells = {.begin = cells_begin, .end = cells_end};
    return (workbook->strings_path[0] == '\0' ||
            read_part(workbook, workbook->strings_path, &strings)) &&
           read_part(workbook, workbook->sheet_path, &cells);
}

bool sheet_read_workbook(struct sheet *sheet, const char *bytes, size_t length, const char *name,
                         struct error *err)
{
    struct workbook workbook = {.sheet = sheet, .wanted = name != NULL ? name : "", .err = err};
    zip_error_t ignored;
    zip_error_init(&ignored);
    zip_source_t *source = zip_source_buffer_create(bytes, length, 0, &ignored);
    if (source == NULL)
        abort();
    workbook.archive = zip_open_from_source(source, ZIP_RDONLY, &ignored);
    zip_error_fini(&ignored);
    if (workbook.archive == NULL) {
        zip_source_free(source);
        return sheet_fail(err, SHEET_DAMAGED);
    }
    bool is_good = zip_get_num_entries(workbook.archive, 0) <= ENTRIES_MAX
                       ? read_book(&workbook)
                       : sheet_fail(err, SHEET_DAMAGED);
    zip_discard(workbook.archive);
    free(workbook.strings);
    buf_finish(&workbook.string_text);
    if (is_good && sheet->row_count == 0)
        return sheet_fail(err, SHEET_EMPTY);
    return is_good;
}

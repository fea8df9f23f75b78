/* Shared strings and cells (ECMA-376 part 1, 18.4.9 and 18.3.1.4). */
#include "workbook_part.h"

#include <debriefd/xalloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is(const char *name, const char *wanted)
{
    return strcmp(name, wanted) == 0;
}

/* <t> of a string in one piece, or of each run; not of its pronunciation. */
static void begin_text(struct part *part, const char *name)
{
    if (is(name, "rPh"))
        part->phonetic++;
    else if (is(name, "t"))
        part->takes_text = part->phonetic == 0;
}

static void end_text(struct part *part, const char *name)
{
    if (is(name, "rPh"))
        part->phonetic--;
    else if (is(name, "t"))
        part->takes_text = false;
}

void strings_begin(struct part *part, const char *name, const char **attributes)
{
    (void)attributes;
    if (is(name, "si"))
        buf_clear(&part->text);
    else
        begin_text(part, name);
}

static void keep_string(struct part *part)
{
    enum { STEP = 1024 };
    struct workbook *workbook = part->workbook;
    if (workbook->string_count == WORKBOOK_STRINGS_MAX ||
        workbook->string_text.length + part->text.length > SHEET_BYTES_MAX) {
        part_fail(part, SHEET_TOO_LARGE);
        return;
    }
    if (workbook->string_count % STEP == 0)
        workbook->strings = xrealloc_array(workbook->strings, workbook->string_count + STEP,
                                           sizeof *workbook->strings);
    workbook->strings[workbook->string_count++] = workbook->string_text.length;
    buf_append(&workbook->string_text, buf_text(&part->text), part->text.length + 1);
}

void strings_end(struct part *part, const char *name)
{
    if (is(name, "si"))
        keep_string(part);
    else
        end_text(part, name);
}

/* "AB12" is the column 27, counting from 0; without a reference a cell follows the one before. */
static size_t column_of(const char *reference, size_t next)
{
    size_t column = 0;
    const char *at = reference;
    for (; *at >= 'A' && *at <= 'Z' && column < SHEET_COLUMNS_MAX * 100; at++)
        column = column * 26 + (size_t)(*at - 'A') + 1;
    return at == reference ? next : column - 1;
}

static void begin_row(struct part *part, const char **attributes)
{
    unsigned long line = strtoul(part_attribute(attributes, "r"), NULL, 10);
    part->line = line > part->line && line <= 1048576 ? line : part->line + 1;
    part->column = (size_t)-1;
    if (part->is_row)
        part_fail(part, SHEET_DAMAGED);
    else if (!sheet_begin_row(part->workbook->sheet, part->line, part->err))
        part_stop(part);
    part->is_row = true;
}

static void begin_cell(struct part *part, const char **attributes)
{
    size_t column = column_of(part_attribute(attributes, "r"), part->column + 1);
    if (part->column != (size_t)-1 && column <= part->column)
        part_fail(part, SHEET_DAMAGED);
    part->column = column;
    snprintf(part->type, sizeof part->type, "%s", part_attribute(attributes, "t"));
    buf_clear(&part->text);
}

void cells_begin(struct part *part, const char *name, const char **attributes)
{
    if (is(name, "row"))
        begin_row(part, attributes);
    else if (is(name, "c") && part->is_row)
        begin_cell(part, attributes);
    else if (is(name, "v"))
        part->takes_text = true;
    else
        begin_text(part, name);
}

static void put(struct part *part, const char *text)
{
    if (!part->has_failed &&
        !sheet_put(part->workbook->sheet, part->column, text, strlen(text), part->err))
        part_stop(part);
}

static void put_shared(struct part *part, const char *text)
{
    const struct workbook *workbook = part->workbook;
    char *end;
    unsigned long index = strtoul(text, &end, 10);
    if (*text == '\0')
        return;
    if (*end != '\0' || index >= workbook->string_count)
        part_fail(part, SHEET_DAMAGED);
    else
        put(part, workbook->string_text.data + workbook->strings[index]);
}

/* A number as the spreadsheet shows it, not with all the digits of its binary form. */
static void put_number(struct part *part, const char *text)
{
    char shown[40];
    char *end;
    double value = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !isfinite(value)) {
        put(part, text);
        return;
    }
    snprintf(shown, sizeof shown, "%.15g", value);
    put(part, shown);
}

static void end_cell(struct part *part)
{
    const char *text = buf_text(&part->text);
    if (is(part->type, "s"))
        put_shared(part, text);
    else if (is(part->type, "") || is(part->type, "n"))
        put_number(part, text);
    else
        put(part, text);
}

void cells_end(struct part *part, const char *name)
{
    if (is(name, "row") && part->is_row) {
        sheet_end_row(part->workbook->sheet);
        part->is_row = false;
    } else if (is(name, "c") && part->is_row) {
        end_cell(part);
    } else if (is(name, "v")) {
        part->takes_text = false;
    } else {
        end_text(part, name);
    }
}

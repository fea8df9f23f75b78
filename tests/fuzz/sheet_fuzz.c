/* The first byte says what the rest is: 'x' the sheet and the shared strings of a workbook, apart
 * by NUL; anything else begins a file. What reads, reads the same when it is written as text. */
#include "fuzz.h"

#include <debriefd/sheet.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

static const char book[] =
    "<workbook xmlns:r=\"r\"><sheets><sheet name=\"A\" r:id=\"r1\"/></sheets>"
    "</workbook>";
static const char relations[] =
    "<Relationships><Relationship Id=\"r1\" Target=\"a\"/><Relationship Id=\"r2\" "
    "Type=\"http://a/sharedStrings\" Target=\"s\"/></Relationships>";

static void add(zip_t *archive, const char *path, const void *bytes, size_t length)
{
    zip_source_t *source = zip_source_buffer(archive, bytes, length, 0);
    zip_int64_t index = zip_file_add(archive, path, source, 0);
    if (index < 0 || zip_set_file_compression(archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) != 0)
        abort();
}

/* A stored archive of the parts; the caller's. */
static char *make_workbook(const uint8_t *data, size_t size, size_t *length)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *archive = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    const uint8_t *end = memchr(data, '\0', size);
    size_t cells = end != NULL ? (size_t)(end - data) : size;
    zip_source_keep(source);
    add(archive, "xl/workbook.xml", book, sizeof book - 1);
    add(archive, "xl/_rels/workbook.xml.rels", relations, sizeof relations - 1);
    add(archive, "xl/a", data, cells);
    add(archive, "xl/s", end != NULL ? end + 1 : data, end != NULL ? size - cells - 1 : 0);
    if (zip_close(archive) != 0 || zip_source_open(source) != 0)
        abort();
    zip_stat_t stat;
    zip_source_stat(source, &stat);
    char *bytes = malloc(stat.size);
    if (zip_source_read(source, bytes, stat.size) != (zip_int64_t)stat.size)
        abort();
    zip_source_close(source);
    zip_source_free(source);
    *length = stat.size;
    return bytes;
}

static bool is_same(const struct sheet *one, const struct sheet *other)
{
    if (sheet_rows(one) != sheet_rows(other))
        return false;
    for (size_t row = 0; row < sheet_rows(one); row++) {
        if (sheet_cells(one, row) != sheet_cells(other, row))
            return false;
        for (size_t cell = 0; cell < sheet_cells(one, row); cell++)
            if (strcmp(sheet_cell(one, row, cell), sheet_cell(other, row, cell)) != 0)
                return false;
    }
    return true;
}

static void check_writing(const struct sheet *sheet, const uint8_t *data, size_t size)
{
    struct sheet *again = sheet_create();
    struct buf text;
    struct error err;
    buf_init(&text);
    sheet_write(sheet, &text);
    if (!sheet_read_text(again, text.data, text.length, &err) || !is_same(sheet, again))
        fuzz_differs("the written table", data, size);
    buf_finish(&text);
    sheet_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length = size;
    char *made = size > 0 && data[0] == 'x' ? make_workbook(data + 1, size - 1, &length) : NULL;
    struct sheet *sheet = sheet_create();
    struct error err;
    const char *bytes = made != NULL ? made : (const char *)data;
    if (sheet_read(sheet, bytes, length, NULL, &err))
        check_writing(sheet, data, size);
    sheet_destroy(sheet);
    free(made);
    return 0;
}

/* sheet_print FILE [SHEET]: the rows of a file as JSON, for sheet_test.py: {"rows": [[line, cell
 * ...], ...], "names": [...]} or {"error": "..."}. */
#include <debriefd/sheet.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)8 << 20)

static json_t *rows_of(const struct sheet *sheet)
{
    json_t *rows = json_array();
    for (size_t row = 0; row < sheet_rows(sheet); row++) {
        json_t *cells = json_array();
        json_array_append_new(cells, json_integer((json_int_t)sheet_line(sheet, row)));
        for (size_t column = 0; column < sheet_cells(sheet, row); column++)
            json_array_append_new(cells, json_string(sheet_cell(sheet, row, column)));
        json_array_append_new(rows, cells);
    }
    return rows;
}

static json_t *names_of(const struct sheet *sheet)
{
    json_t *names = json_array();
    for (size_t i = 0; i < sheet_name_count(sheet); i++)
        json_array_append_new(names, json_string(sheet_name(sheet, i)));
    return names;
}

int main(int argc, char **argv)
{
    FILE *file = argc >= 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL)
        return EXIT_FAILURE;
    char *bytes = malloc(FILE_MAX);
    size_t length = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    struct sheet *sheet = sheet_create();
    struct error err;
    json_t *said = sheet_read(sheet, bytes, length, argc > 2 ? argv[2] : NULL, &err)
                       ? json_pack("{s:o,s:o}", "rows", rows_of(sheet), "names", names_of(sheet))
                       : json_pack("{s:s}", "error", err.message);
    json_dumpf(said, stdout, JSON_ENSURE_ASCII);
    json_decref(said);
    sheet_destroy(sheet);
    free(bytes);
    return EXIT_SUCCESS;
}

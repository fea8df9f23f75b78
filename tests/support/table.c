#include "table.h"

#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void table_fail(const char *what, const char *detail)
{
    fprintf(stderr, "tidy: %s %s\n", what, detail);
    exit(EXIT_FAILURE);
}

static char *read_file(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        table_fail("cannot open", path);
    size_t used = 0, size = 1 << 16;
    char *text = xcalloc_array(size, 1);
    for (;;) {
        size_t got = fread(text + used, 1, size - used - 1, file);
        used += got;
        if (got == 0)
            break;
        if (size - used < 2) {
            size *= 2;
            text = xrealloc_array(text, size, 1);
        }
    }
    fclose(file);
    text[used] = '\0';
    return text;
}

static void split(char *line, char *fields[TABLE_FIELDS_MAX])
{
    static char empty[1];
    for (int i = 0; i < TABLE_FIELDS_MAX; i++)
        fields[i] = line != NULL ? strsep(&line, ",") : empty;
}

struct table table_load(const char *directory, const char *name)
{
    struct table table = {.text = read_file(directory, name)};
    char *rest = table.text, *line = strsep(&rest, "\n");
    while (line != NULL && line[0] != '\0') {
        table.rows = xrealloc_array(table.rows, table.count + 1, sizeof *table.rows);
        split(line, table.rows[table.count++]);
        line = strsep(&rest, "\n");
    }
    if (table.count == 0)
        table_fail("no header in", name);
    return table;
}

void table_finish(struct table *table)
{
    free(table->rows);
    free(table->text);
}

const char *table_field(const struct table *table, size_t row, const char *column)
{
    for (int i = 0; i < TABLE_FIELDS_MAX; i++)
        if (strcmp(table->rows[0][i], column) == 0)
            return table->rows[row][i];
    table_fail("no column", column);
    return NULL;
}

bool table_is(const struct table *table, size_t row, const char *column, const char *value)
{
    return strcmp(table_field(table, row, column), value) == 0;
}

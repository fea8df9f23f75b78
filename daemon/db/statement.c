#include <debriefd/statement.h>

#include <assert.h>
#include <string.h>

int statement_count(const struct embedded_file *table)
{
    int count = 0;
    while (table != NULL && table[count].name != NULL)
        count++;
    return count;
}

int statement_find(const struct embedded_file *table, const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; table != NULL && table[i].name != NULL; i++)
        if (strncmp(table[i].name, name, length) == 0 &&
            strcmp(table[i].name + length, ".sql") == 0)
            return i;
    return STATEMENT_NOT_FOUND;
}

struct statement_name statement_name(const struct embedded_file *file)
{
    struct statement_name name;
    size_t length = strcspn(file->name, ".");
    assert(length < sizeof name.text);
    memcpy(name.text, file->name, length);
    name.text[length] = '\0';
    return name;
}

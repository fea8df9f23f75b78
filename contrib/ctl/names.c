#include "names.h"

#include <assert.h>
#include <debriefd/map.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

struct name {
    uint32_t number;
    char text[];
};

struct names {
    struct map *map; /* of struct name, owned by `list` */
    struct name **list;
    uint32_t count, capacity;
};

struct names *names_create(void)
{
    struct names *names = xcalloc(sizeof *names);
    names->map = map_create(NULL);
    return names;
}

void names_destroy(struct names *names)
{
    if (names == NULL)
        return;
    map_destroy(names->map);
    for (uint32_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    free(names);
}

uint32_t names_add(struct names *names, const char *text)
{
    size_t length = strlen(text);
    uint32_t number;
    if (names_find(names, text, &number))
        return number;
    if (names->count == names->capacity) {
        names->capacity = names->capacity > 0 ? 2 * names->capacity : 64;
        names->list = xrealloc_array(names->list, names->capacity, sizeof *names->list);
    }
    struct name *name = xcalloc(sizeof *name + length + 1);
    name->number = names->count;
    memcpy(name->text, text, length);
    names->list[names->count++] = name;
    map_add(names->map, name->text, length, name, MAP_FOREVER);
    return name->number;
}

bool names_find(const struct names *names, const char *text, uint32_t *number)
{
    const struct name *name = map_find(names->map, text, strlen(text));
    if (name != NULL)
        *number = name->number;
    return name != NULL;
}

const char *names_text(const struct names *names, uint32_t number)
{
    assert(number < names->count);
    return names->list[number]->text;
}

uint32_t names_count(const struct names *names)
{
    return names->count;
}

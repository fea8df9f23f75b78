#include "names.h"

#include <debriefd/map.h>
#include <debriefd/xalloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void names_init(struct names *names)
{
    *names = (struct names){.numbers = map_create(NULL)};
}

void names_finish(struct names *names)
{
    map_destroy(names->numbers);
    for (size_t i = 0; i < names->count; i++)
        free(names->texts[i]);
    free(names->texts);
}

/* The map holds numbers from 1, as pointers, because NULL is nothing found. */
size_t names_find(const struct names *names, const char *text)
{
    const void *found = map_peek(names->numbers, text, strlen(text));
    return found == NULL ? NAMES_NONE : (size_t)((uintptr_t)found - 1);
}

static void number(struct names *names, size_t index)
{
    const char *text = names->texts[index];
    map_add(names->numbers, text, strlen(text), (void *)(uintptr_t)(index + 1), MAP_FOREVER);
}

size_t names_add(struct names *names, const char *text)
{
    if (names->count == names->capacity) {
        names->capacity = names->capacity == 0 ? 64 : 2 * names->capacity;
        names->texts = xrealloc_array(names->texts, names->capacity, sizeof *names->texts);
    }
    names->texts[names->count] = xstrdup(text);
    number(names, names->count);
    return names->count++;
}

struct numbered {
    char *text;
    size_t number;
};

static int compare_texts(const void *left, const void *right)
{
    const struct numbered *a = left, *b = right;
    return strcmp(a->text, b->text);
}

size_t *names_sort(struct names *names)
{
    struct numbered *order = xcalloc_array(names->count, sizeof *order);
    size_t *moved = xcalloc_array(names->count, sizeof *moved);
    for (size_t i = 0; i < names->count; i++)
        order[i] = (struct numbered){names->texts[i], i};
    qsort(order, names->count, sizeof *order, compare_texts);
    map_clear(names->numbers);
    for (size_t i = 0; i < names->count; i++) {
        moved[order[i].number] = i;
        names->texts[i] = order[i].text;
        number(names, i);
    }
    free(order);
    return moved;
}

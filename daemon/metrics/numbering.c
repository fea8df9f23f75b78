#include "numbering.h"

#include <debriefd/map.h>
#include <debriefd/xalloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void numbering_init(struct numbering *names)
{
    *names = (struct numbering){.numbers = map_create(NULL)};
}

void numbering_finish(struct numbering *names)
{
    map_destroy(names->numbers);
    for (size_t i = 0; i < names->count; i++)
        free(names->texts[i]);
    free(names->texts);
}

/* The map holds numbers from 1, as pointers, because NULL is nothing found. */
size_t numbering_find(const struct numbering *names, const char *text)
{
    const void *found = map_peek(names->numbers, text, strlen(text));
    return found == NULL ? NUMBERING_NONE : (size_t)((uintptr_t)found - 1);
}

static void number(struct numbering *names, size_t index)
{
    const char *text = names->texts[index];
    map_add(names->numbers, text, strlen(text), (void *)(uintptr_t)(index + 1), MAP_FOREVER);
}

size_t numbering_add(struct numbering *names, const char *text)
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

size_t *numbering_sort(struct numbering *names)
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

/* numbering: different strings, numbered. Adding numbers them in arrival order; numbering_sort
 * renumbers them by strcmp. Private to metrics. */
#ifndef NUMBERING_H
#define NUMBERING_H

#include <debriefd/error.h>
#include <stddef.h>

#define NUMBERING_NONE ((size_t)-1)

struct map;

struct numbering {
    char **texts;
    size_t count, capacity;
    struct map *numbers;
};

void numbering_init(struct numbering *names);
void numbering_finish(struct numbering *names);

/* NUMBERING_NONE when there is none. */
size_t numbering_find(const struct numbering *names, const char *text);

/* The number of a new name. */
size_t numbering_add(struct numbering *names, const char *text);

/* Returns, for each old number, the new one: an array that the caller frees. */
size_t *numbering_sort(struct numbering *names);

#endif

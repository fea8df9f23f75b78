/* names: different strings, numbered. Adding numbers them in arrival order; names_sort renumbers
 * them by strcmp. Private to metrics. */
#ifndef NAMES_H
#define NAMES_H

#include <debriefd/error.h>
#include <stddef.h>

#define NAMES_NONE ((size_t)-1)

struct map;

struct names {
    char **texts;
    size_t count, capacity;
    struct map *numbers;
};

void names_init(struct names *names);
void names_finish(struct names *names);

/* NAMES_NONE when there is none. */
size_t names_find(const struct names *names, const char *text);

/* The number of a new name. */
size_t names_add(struct names *names, const char *text);

/* Returns, for each old number, the new one: an array that the caller frees. */
size_t *names_sort(struct names *names);

#endif

/* names: texts numbered from 0 in the order they came. */
#ifndef CTL_NAMES_H
#define CTL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

struct names;

struct names *names_create(void);
void names_destroy(struct names *names); /* takes NULL */

/* The text's number; a new text, which is copied, gets the next one. */
uint32_t names_add(struct names *names, const char *text);

bool names_find(const struct names *names, const char *text, uint32_t *number);
const char *names_text(const struct names *names, uint32_t number);
uint32_t names_count(const struct names *names);

#endif

/* json_read: members of a compiled instrument, which the daemon wrote itself. Private to the jobs.
 */
#ifndef DEBRIEFD_JSON_READ_H
#define DEBRIEFD_JSON_READ_H

#include <jansson.h>
#include <stdbool.h>

/* "" for what is absent or no text. */
const char *json_text(const json_t *object, const char *name);
int json_int(const json_t *object, const char *name);
bool json_flag(const json_t *object, const char *name);

/* The element whose member `name` is `value`, or NULL. */
const json_t *json_find(const json_t *array, const char *name, const char *value);

/* Whether text is one of the values, ended by NULL. */
bool text_is_one_of(const char *text, const char *const *values);

#endif

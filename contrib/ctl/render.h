/* render: answers for people. */
#ifndef CTL_RENDER_H
#define CTL_RENDER_H

#include "command.h"

/* A JSON value as a cell's text: yes and no for booleans, nothing for null. */
void render_value(struct buf *text, const json_t *value, enum column_kind kind);

/* A list as a table; columns ended by a row without a title. */
void render_rows(struct buf *text, const json_t *rows, const struct column *columns);

/* An object as lines of a name and a value. */
void render_object(struct buf *text, const json_t *object);

#endif

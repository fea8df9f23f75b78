/* table: rows of text in aligned columns. Widths are those a terminal shows (UTF-8, combining and
 * wide characters); control characters become '?', so that what a server says cannot steer the
 * terminal. */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <debriefd/buf.h>

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table;

/* `titles` and `aligns` have `columns` members; titles are copied. */
struct table *table_create(size_t columns, const char *const *titles,
                           const enum table_align *aligns);
void table_destroy(struct table *table);

/* Fills cells from left to right, row by row; the text is copied. */
void table_add(struct table *table, const char *text);

size_t table_rows(const struct table *table);

/* Appends the titles and the rows, without blanks at the end of a line. A column without any
 * content is left out. Without rows nothing is appended. */
void table_write(const struct table *table, struct buf *text);

/* Appends text with '?' for control characters and for what is no UTF-8, as cells are shown. */
void table_append_plain(struct buf *plain, const char *text);

/* Columns of a terminal that valid UTF-8 takes; a byte that is no UTF-8 counts as one. */
size_t table_width(const char *text);

#endif

/* desk_table: a table of people on its way into a study: read, checked, shown, imported. Private to
 * the pages. */
#ifndef DEBRIEFD_DESK_TABLE_H
#define DEBRIEFD_DESK_TABLE_H

#include "desk.h"
#include <debriefd/delegation.h>

#define DESK_TABLE_TEXT_MAX 220000 /* bytes: what is shown must fit into the next request */

/* Lives as long as the request, as the desk's `state`. */
struct desk_table {
    const char *bytes; /* as given; NULL: nothing was given yet */
    size_t length;
    const char *sheet_name;
    bool is_wanted; /* to be imported if nothing has to be mended */
    bool is_one;    /* typed into a form, which is shown again if something has */

    const char *refused; /* sentence(): why it could not be read */
    const char *text;    /* the table as text */
    const char *names;   /* of a workbook's other sheets, or NULL */
    const char *rows;    /* JSON of the people */
    size_t people;
    struct delegation_fault *faults;
    size_t count;
    size_t errors;
    const char *lines; /* JSON: what the database had against some rows, or NULL */
};

/* Reads `bytes`, checks it against the programme's sectors, and shows what it found or imports it.
 */
void desk_table_check(struct desk *desk, struct desk_table *table);

/* The page that asks for a table and shows what is in it. */
extern const struct desk_page desk_table_page;

/* The delegation, with the form of one more. */
extern const struct desk_page desk_delegation_page;
void desk_table_preview(struct desk *desk, struct buf *html, const struct desk_table *table);

#endif

/* delegation: what a table of people says: which column is what, by Swedish and English headings or
 * by what stands in it, and every row checked. All faults are found at once, because whoever mends
 * a spreadsheet wants to mend it once. Nothing here knows who was in the study before. */
#ifndef DEBRIEFD_DELEGATION_H
#define DEBRIEFD_DELEGATION_H

#include <debriefd/catalogue.h>
#include <debriefd/sheet.h>
#include <jansson.h>

#define DELEGATION_ROWS_MAX    2000
#define DELEGATION_FAULTS_KEPT 200 /* further ones are counted */

enum delegation_fault_kind {
    DELEGATION_COLUMN_MISSING,
    DELEGATION_COLUMN_REPEATED,
    DELEGATION_NOBODY,
    DELEGATION_TOO_MANY,
    DELEGATION_MISSING,
    DELEGATION_TOO_LONG,
    DELEGATION_NO_ADDRESS,
    DELEGATION_NOT_AN_ADDRESS,
    DELEGATION_UNKNOWN_SECTOR,
    DELEGATION_UNKNOWN_LANGUAGE,
    DELEGATION_NOT_YES_OR_NO,
    DELEGATION_SAME_PERSON,
    /* From here on nothing has to be mended. */
    DELEGATION_ALIKE_NAME,
    DELEGATION_ALIKE_ADDRESS,
    DELEGATION_NO_HEADINGS,
    DELEGATION_UNUSED_COLUMN,
};

struct delegation_fault {
    enum delegation_fault_kind kind;
    size_t line;        /* in the file; 0: of the whole table */
    const char *column; /* a member of the row, static; NULL: the row */
    size_t other_line;  /* of the person it is the same as, or alike */
    char value[80];     /* what stands there, perhaps cut */
};

struct delegation {
    /* Of {line, reference, name, email, language, sector, organisation, municipality, role,
     * is_staff, travelled}, as the import takes them. With faults, what stood in the table. */
    json_t *rows;
    struct delegation_fault faults[DELEGATION_FAULTS_KEPT];
    size_t count;  /* of those */
    size_t errors; /* all that have to be mended */
};

/* `sectors` are the programme's names; `language` is whose row says none. */
struct delegation *delegation_read(const struct sheet *sheet, const json_t *sectors,
                                   const char *language);
void delegation_destroy(struct delegation *delegation);

bool delegation_is_error(enum delegation_fault_kind kind);

bool delegation_is_address(const char *text);

/* Appends one sentence, plain text: "Row 3, e-mail: "x" is not an e-mail address." */
void delegation_say(const struct delegation_fault *fault, enum language language, struct buf *out);

/* A column's heading, as a person reads it; itself when it has none. */
const char *delegation_heading(enum language language, const char *column);

#endif

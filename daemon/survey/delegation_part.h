/* delegation_part: reading a table of people. Private to the folder. */
#ifndef DELEGATION_PART_H
#define DELEGATION_PART_H

#include <debriefd/delegation.h>

enum delegation_column {
    COLUMN_NAME,
    COLUMN_GIVEN_NAME,
    COLUMN_FAMILY_NAME,
    COLUMN_EMAIL,
    COLUMN_PERSON,
    COLUMN_SECTOR,
    COLUMN_ORGANISATION,
    COLUMN_MUNICIPALITY,
    COLUMN_ROLE,
    COLUMN_LANGUAGE,
    COLUMN_IS_STAFF,
    COLUMN_TRAVELLED,
    COLUMN_NONE,
};

struct delegation_reading {
    const struct sheet *sheet;
    const json_t *sectors;
    const char *language;
    struct delegation *delegation;
    enum delegation_column columns[SHEET_COLUMNS_MAX]; /* what stands where */
};

/* Counts a fault and keeps it while there is room. */
void delegation_add(struct delegation *delegation, const struct delegation_fault *fault,
                    const char *value);

/* Finds what stands where. Gives the first row of people. */
size_t delegation_find_columns(struct delegation_reading *reading);

/* The programme's sector that a text means, or NULL. */
const char *delegation_sector(const struct delegation_reading *reading, const char *text);

/* "sv" or "en", or NULL. */
const char *delegation_language(const char *text);

/* A text of a row; "" when there is none. */
const char *delegation_member(const json_t *row, const char *name);

/* Adds a fault for each row whose person stands, or seems to stand, on an earlier one. */
void delegation_find_twins(struct delegation *delegation);

#endif

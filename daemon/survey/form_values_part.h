/* form_values_part: what the files of form_values share. Private to survey. */
#ifndef FORM_VALUES_PART_H
#define FORM_VALUES_PART_H

#include <debriefd/form_values.h>

/* A name is an offset: the storage may move. */
struct form_value {
    size_t part;
    size_t value;
    size_t next; /* of the same item; SIZE_MAX for none */
};

void form_values_put(struct form_values *values, size_t item, const char *part, const char *value);

/* The item's entries one after the other, from SIZE_MAX to SIZE_MAX. */
size_t form_values_next(const struct form_values *values, size_t item, size_t entry);
const char *form_values_part(const struct form_values *values, size_t entry);
const char *form_values_value(const struct form_values *values, size_t entry);

/* "3.name" of a list's row. */
struct row_part {
    char text[40];
};
struct row_part form_values_row(size_t row, const char *field);

/* The fields of a row, ended by NULL; the first one that is typed is what makes a row. */
const char *const *form_values_row_fields(enum item_type type);

#define FORM_ROWS_MAX 64 /* rows of a list that are looked at */

#endif

/* tidy_file: a CSV file with a header row (RFC 4180), read in constant memory, of which some
 * columns are wanted. */
#ifndef CTL_TIDY_FILE_H
#define CTL_TIDY_FILE_H

#include <debriefd/error.h>

#define TIDY_COLUMNS_MAX 10

/* A row's wanted fields in the order they were asked for, valid for the call. False with an error
 * ends the reading. */
typedef bool tidy_row_fn(void *context, const char *const *fields, struct error *err);

struct tidy_file {
    const char *name;                      /* in the directory */
    const char *columns[TIDY_COLUMNS_MAX]; /* ended by NULL when there are fewer */
    bool is_optional;                      /* not being there is having no rows */
    tidy_row_fn *row;
};

/* ERR_INVALID names file and line. */
bool tidy_file_read(const char *directory, const struct tidy_file *file, void *context,
                    struct error *err) must_check;

#endif

/* fields: the body of a form, application/x-www-form-urlencoded. Names may repeat; order is kept.
 * Lines end with LF, however the browser sent them. */
#ifndef DEBRIEFD_FIELDS_H
#define DEBRIEFD_FIELDS_H

#include <debriefd/request.h>
#include <stddef.h>

#define FIELDS_MAX 8000 /* a roster of 2,000 and then some */

struct field {
    const char *name;
    const char *value;
};

/* Valid as long as the request. */
struct fields {
    const struct field *items; /* `count` of them */
    size_t count;
};

/* False for another type of body, a bad escape, text that is not UTF-8, or too many fields. */
bool fields_read(struct request *request, struct fields *fields) must_check;

/* The first of that name; NULL when there is none. */
const char *fields_get(const struct fields *fields, const char *name);

#endif

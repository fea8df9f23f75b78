/* multipart: the body of a form that carries a file (RFC 7578). Nothing is copied: parts point into
 * the body. */
#ifndef DEBRIEFD_MULTIPART_H
#define DEBRIEFD_MULTIPART_H

#include <debriefd/error.h>
#include <stddef.h>

#define MULTIPART_PARTS_MAX 32
#define MULTIPART_NAME_MAX  100 /* bytes of a field's name, with its NUL */

struct multipart_part {
    char name[MULTIPART_NAME_MAX];
    bool is_file;     /* it has a file name, which nothing here needs */
    const char *data; /* not NUL-terminated */
    size_t length;
};

struct multipart {
    struct multipart_part parts[MULTIPART_PARTS_MAX];
    size_t count;
};

/* Fails with ERR_INVALID on another Content-Type, a body that does not keep to its boundary, or
 * more than a form of these pages has. `multipart` lives as long as the body. */
bool multipart_read(struct multipart *multipart, const char *content_type, const char *body,
                    size_t length, struct error *err) must_check;

/* The first part of that name; NULL when there is none. */
const struct multipart_part *multipart_get(const struct multipart *multipart, const char *name);

#endif

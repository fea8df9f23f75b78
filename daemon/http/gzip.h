/* gzip: whole buffers to RFC 1952. One compressor a process is kept and reset, because zlib's
 * set-up costs more than a small body. */
#ifndef HTTP_GZIP_H
#define HTTP_GZIP_H

#include <debriefd/buf.h>

enum gzip_effort {
    GZIP_FAST, /* for a body that is sent once */
    GZIP_BEST, /* for a body that is sent many times */
};

/* Appends to `out`. */
void gzip_append(const void *bytes, size_t length, enum gzip_effort effort, struct buf *out);

#endif

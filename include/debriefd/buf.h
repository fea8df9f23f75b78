/* buf: a growing byte buffer, always NUL-terminated behind its length. Owned by whoever initialised
 * it. */
#ifndef DEBRIEFD_BUF_H
#define DEBRIEFD_BUF_H

#include <debriefd/error.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL until the first byte */
    size_t length;
    size_t capacity;
};

void buf_init(struct buf *buf);
void buf_finish(struct buf *buf);

/* Empties without freeing, so that one buffer serves many rounds. */
void buf_clear(struct buf *buf);
void buf_reserve(struct buf *buf, size_t extra);
void buf_append(struct buf *buf, const void *bytes, size_t length);
void buf_append_text(struct buf *buf, const char *text);
void buf_append_char(struct buf *buf, char byte);
void buf_printf(struct buf *buf, const char *format, ...) printf_like(2, 3);

/* A JSON string with quotes. `text` is valid UTF-8; control characters are escaped. */
void buf_append_json(struct buf *buf, const char *text, size_t length);

/* The text, never NULL. Valid until the next call on the buffer. */
const char *buf_text(const struct buf *buf);

#endif

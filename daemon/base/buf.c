#include <debriefd/buf.h>

#include <debriefd/text.h>
#include <debriefd/xalloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf)
{
    *buf = (struct buf){0};
}

void buf_finish(struct buf *buf)
{
    free(buf->data);
    buf_init(buf);
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    if (buf->data != NULL)
        buf->data[0] = '\0';
}

void buf_reserve(struct buf *buf, size_t extra)
{
    size_t needed = buf->length + extra + 1;
    if (needed <= buf->capacity)
        return;
    size_t capacity = buf->capacity > 0 ? buf->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    buf->data = xrealloc_array(buf->data, capacity, 1);
    buf->capacity = capacity;
}

void buf_append(struct buf *buf, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    buf_reserve(buf, length);
    memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void buf_append_text(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_append_char(struct buf *buf, char byte)
{
    buf_append(buf, &byte, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        buf_reserve(buf, (size_t)length);
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

static void append_json_escape(struct buf *buf, char byte)
{
    static const char short_escapes[32] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
    };
    unsigned char code = (unsigned char)byte;
    if (code == '"' || code == '\\')
        buf_append(buf, (char[]){'\\', byte}, 2);
    else if (short_escapes[code] != '\0')
        buf_append(buf, (char[]){'\\', short_escapes[code]}, 2);
    else
        buf_printf(buf, "\\u%04x", code);
}

void buf_append_json(struct buf *buf, const char *text, size_t length)
{
    buf_reserve(buf, length + 2);
    buf_append_char(buf, '"');
    for (size_t at = 0; at < length;) {
        bool ascii;
        size_t run = text_plain_run(text + at, length - at, &ascii);
        buf_append(buf, text + at, run);
        at += run;
        if (at < length)
            append_json_escape(buf, text[at++]);
    }
    buf_append_char(buf, '"');
}

const char *buf_text(const struct buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

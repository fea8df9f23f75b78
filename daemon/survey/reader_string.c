#include "reader_part.h"

#include <debriefd/text.h>
#include <string.h>

/* Room for the whole document at the first need: decoded text is never longer than its source. */
void reader_reserve_decoded(struct reader *reader)
{
    if (reader->decoded.length == 0)
        buf_reserve(&reader->decoded, (size_t)(reader->end - reader->start));
}

/* Moves to the byte that ends a run of plain text; true when the run is not all ASCII. */
static bool scan_run(struct reader *reader)
{
    bool ascii;
    reader->at += text_plain_run(reader->at, (size_t)(reader->end - reader->at), &ascii);
    return !ascii;
}

static bool read_hex(struct reader *reader, unsigned *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        if (reader->at == reader->end)
            return reader_refuse(reader, READER_TRUNCATED);
        char digit = *reader->at;
        unsigned value = 16;
        if (digit >= '0' && digit <= '9')
            value = (unsigned)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            value = (unsigned)(digit - 'a') + 10;
        else if (digit >= 'A' && digit <= 'F')
            value = (unsigned)(digit - 'A') + 10;
        if (value == 16)
            return reader_refuse(reader, READER_BAD_ESCAPE);
        *unit = *unit << 4 | value;
    }
    return true;
}

static void append_code_point(struct buf *buf, unsigned point)
{
    unsigned char bytes[4];
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; i-- > 1; point >>= 6)
        bytes[i] = (unsigned char)(0x80 | (point & 0x3f));
    bytes[0] = (unsigned char)(leads[length] | point);
    buf_append(buf, bytes, length);
}

static bool read_unicode_escape(struct reader *reader)
{
    unsigned unit;
    if (!read_hex(reader, &unit))
        return false;
    if (unit == 0)
        return reader_refuse(reader, READER_NUL);
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return reader_refuse(reader, READER_LONE_SURROGATE);
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (reader->end - reader->at < 2 || memcmp(reader->at, "\\u", 2) != 0)
            return reader_refuse(reader, READER_LONE_SURROGATE);
        reader->at += 2;
        unsigned low;
        if (!read_hex(reader, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return reader_refuse(reader, READER_LONE_SURROGATE);
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    append_code_point(&reader->decoded, unit);
    return true;
}

/* `at` is behind the backslash. */
static bool read_escape(struct reader *reader)
{
    static const char escaped[128] = {
        ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
        ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
    };
    if (reader->at == reader->end)
        return reader_refuse(reader, READER_TRUNCATED);
    unsigned char letter = (unsigned char)*reader->at++;
    if (letter == 'u')
        return read_unicode_escape(reader);
    if (letter >= sizeof escaped || escaped[letter] == '\0')
        return reader_refuse(reader, READER_BAD_ESCAPE);
    buf_append_char(&reader->decoded, escaped[letter]);
    return true;
}

static bool end_string(struct reader *reader, struct reader_text text, bool high,
                       struct reader_text *out)
{
    if (high && !text_is_utf8(text.bytes, text.length))
        return reader_refuse(reader, READER_BAD_UTF8);
    reader->at++;
    *out = text;
    return true;
}

/* The string of which `run` is the part before its first escape. */
static bool read_escaped_string(struct reader *reader, const char *run, bool high,
                                struct reader_text *out)
{
    reader_reserve_decoded(reader);
    size_t begin = reader->decoded.length;
    while (reader->at < reader->end && *reader->at == '\\') {
        buf_append(&reader->decoded, run, (size_t)(reader->at - run));
        reader->at++;
        if (!read_escape(reader))
            return false;
        run = reader->at;
        if (scan_run(reader))
            high = true;
    }
    buf_append(&reader->decoded, run, (size_t)(reader->at - run));
    if (reader->at == reader->end)
        return reader_refuse(reader, READER_TRUNCATED);
    if (*reader->at != '"')
        return reader_refuse(reader, READER_CONTROL_CHARACTER);
    struct reader_text text = {reader->decoded.data + begin, reader->decoded.length - begin};
    return end_string(reader, text, high, out);
}

/* `at` is on the opening quote. */
bool reader_read_string(struct reader *reader, struct reader_text *out)
{
    const char *begin = ++reader->at;
    bool high = scan_run(reader);
    if (reader->at == reader->end)
        return reader_refuse(reader, READER_TRUNCATED);
    if (*reader->at == '\\')
        return read_escaped_string(reader, begin, high, out);
    if (*reader->at != '"')
        return reader_refuse(reader, READER_CONTROL_CHARACTER);
    struct reader_text text = {begin, (size_t)(reader->at - begin)};
    return end_string(reader, text, high, out);
}

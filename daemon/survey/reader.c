#include "reader_part.h"

#include <assert.h>
#include <debriefd/secret.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const fault_texts[] = {
    [READER_FINE] = "there is no fault",
    [READER_SYNTAX] = "this is not JSON",
    [READER_TRUNCATED] = "the JSON text ends too early",
    [READER_TRAILING] = "something follows the JSON text",
    [READER_NO_CONTAINER] = "the JSON text is neither an object nor an array",
    [READER_BAD_UTF8] = "the text is not valid UTF-8",
    [READER_CONTROL_CHARACTER] = "a string holds an unescaped control character",
    [READER_BAD_ESCAPE] = "a string holds an unknown escape",
    [READER_LONE_SURROGATE] = "a string holds half a surrogate pair",
    [READER_NUL] = "a string holds U+0000",
    [READER_DUPLICATE_KEY] = "an object names the same key twice",
    [READER_TOO_DEEP] = "the JSON text is nested too deeply",
    [READER_BIG_INTEGER] = "an integer does not fit in 64 bits",
    [READER_BIG_REAL] = "a number is too large",
};

void reader_init(struct reader *reader)
{
    *reader = (struct reader){0};
    buf_init(&reader->decoded);
    secret_random(&reader->seed, sizeof reader->seed);
    reader->seed |= 1;
}

void reader_finish(struct reader *reader)
{
    buf_finish(&reader->decoded);
    free(reader->keys);
    *reader = (struct reader){0};
}

void reader_start(struct reader *reader, const char *text, size_t length)
{
    static const struct reader_text none = {"", 0};
    reader->key = none;
    reader->string = none;
    reader->fault = READER_FINE;
    reader->fault_offset = 0;
    reader->start = length > 0 ? text : "";
    reader->at = reader->start;
    reader->end = reader->start + length;
    reader->depth = 0;
    reader->begun = false;
    buf_clear(&reader->decoded);
    /* No document opens as many objects as are left; when they run out, every entry is freed. */
    if (reader->keys != NULL && reader->serial > UINT32_MAX - length - 1) {
        memset(reader->keys, 0, reader->key_capacity * sizeof *reader->keys);
        reader->serial = 0;
    }
    reader->first_serial = reader->serial + 1;
    reader->key_count = 0;
}

static inline void skip_space(struct reader *reader)
{
    const char *at = reader->at;
    while (at < reader->end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    reader->at = at;
}

static inline bool take(struct reader *reader, char expected)
{
    if (reader->at == reader->end || *reader->at != expected)
        return reader_refuse(reader, READER_SYNTAX);
    reader->at++;
    return true;
}

static bool is_digit(const struct reader *reader)
{
    return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

enum reader_token reader_fail(struct reader *reader, enum reader_fault fault)
{
    bool at_end = fault == READER_SYNTAX && reader->at >= reader->end;
    reader->fault = at_end ? READER_TRUNCATED : fault;
    reader->fault_offset = (size_t)(reader->at - reader->start);
    return READER_FAULT;
}

bool reader_refuse(struct reader *reader, enum reader_fault fault)
{
    reader_fail(reader, fault);
    return false;
}

static bool read_key(struct reader *reader, struct reader_frame *frame)
{
    if (reader->at == reader->end || *reader->at != '"')
        return reader_refuse(reader, READER_SYNTAX);
    if (!reader_read_string(reader, &frame->key)) {
        frame->count = 0; /* a fault in a key is the object's */
        return false;
    }
    reader->key = frame->key;
    frame->count++;
    if (!reader_remember_key(reader, frame))
        return false;
    skip_space(reader);
    if (!take(reader, ':'))
        return false;
    skip_space(reader);
    return true;
}

static enum reader_token end_integer(struct reader *reader, const char *digits, bool negative)
{
    uint64_t magnitude = 0;
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    for (const char *at = digits; at < reader->at; at++) {
        unsigned digit = (unsigned)(*at - '0');
        if (magnitude > (limit - digit) / 10)
            return reader_fail(reader, READER_BIG_INTEGER);
        magnitude = magnitude * 10 + digit;
    }
    reader->integer = (int64_t)(negative ? 0 - magnitude : magnitude);
    return READER_INTEGER;
}

static enum reader_token end_real(struct reader *reader, const char *begin)
{
    char small[64];
    size_t length = (size_t)(reader->at - begin);
    char *text = small;
    if (length >= sizeof small) {
        reader_reserve_decoded(reader);
        text = reader->decoded.data + reader->decoded.length;
    }
    memcpy(text, begin, length);
    text[length] = '\0';
    reader->real = strtod(text, NULL);
    return isfinite(reader->real) ? READER_REAL : reader_fail(reader, READER_BIG_REAL);
}

static bool read_digits(struct reader *reader)
{
    if (!is_digit(reader))
        return reader_refuse(reader, READER_SYNTAX);
    while (is_digit(reader))
        reader->at++;
    return true;
}

static enum reader_token read_number(struct reader *reader)
{
    const char *begin = reader->at;
    bool negative = *begin == '-';
    reader->at += negative;
    const char *digits = reader->at;
    if (!read_digits(reader))
        return READER_FAULT;
    if (*digits == '0' && reader->at - digits > 1)
        return reader_fail(reader, READER_SYNTAX);
    bool real = false;
    if (reader->at < reader->end && *reader->at == '.') {
        real = true;
        reader->at++;
        if (!read_digits(reader))
            return READER_FAULT;
    }
    if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
        real = true;
        reader->at++;
        if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
            reader->at++;
        if (!read_digits(reader))
            return READER_FAULT;
    }
    return real ? end_real(reader, begin) : end_integer(reader, digits, negative);
}

static enum reader_token read_word(struct reader *reader, const char *word, enum reader_token token)
{
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return reader_fail(reader, READER_SYNTAX);
    reader->at += length;
    return token;
}

static enum reader_token open_container(struct reader *reader)
{
    if (reader->depth == READER_DEPTH)
        return reader_fail(reader, READER_TOO_DEEP);
    bool object = *reader->at++ == '{';
    struct reader_frame *frame = &reader->frames[reader->depth++];
    frame->count = 0;
    frame->closer = object ? '}' : ']';
    if (object)
        frame->serial = ++reader->serial;
    return object ? READER_OBJECT : READER_ARRAY;
}

static enum reader_token read_value(struct reader *reader)
{
    if (reader->at == reader->end)
        return reader_fail(reader, READER_TRUNCATED);
    switch (*reader->at) {
    case '{':
    case '[':
        return open_container(reader);
    case '"':
        return reader_read_string(reader, &reader->string) ? READER_STRING : READER_FAULT;
    case 't':
        return read_word(reader, "true", READER_TRUE);
    case 'f':
        return read_word(reader, "false", READER_FALSE);
    case 'n':
        return read_word(reader, "null", READER_NULL);
    default:
        return *reader->at == '-' || is_digit(reader) ? read_number(reader)
                                                      : reader_fail(reader, READER_SYNTAX);
    }
}

static enum reader_token outside(struct reader *reader)
{
    if (reader->begun)
        return reader->at == reader->end ? READER_END : reader_fail(reader, READER_TRAILING);
    reader->begun = true;
    if (reader->at < reader->end && *reader->at != '{' && *reader->at != '[')
        return reader_fail(reader, READER_NO_CONTAINER);
    return read_value(reader);
}

enum reader_token reader_next(struct reader *reader)
{
    if (reader->fault != READER_FINE)
        return READER_FAULT;
    skip_space(reader);
    if (reader->depth == 0)
        return outside(reader);
    struct reader_frame *frame = &reader->frames[reader->depth - 1];
    if (reader->at < reader->end && *reader->at == frame->closer) {
        reader->at++;
        reader->depth--;
        return frame->closer == '}' ? READER_OBJECT_END : READER_ARRAY_END;
    }
    if (frame->count > 0) {
        if (!take(reader, ','))
            return READER_FAULT;
        skip_space(reader);
    }
    if (frame->closer == ']')
        frame->count++;
    else if (!read_key(reader, frame))
        return READER_FAULT;
    return read_value(reader);
}

bool reader_skip(struct reader *reader, enum reader_token token)
{
    if (token == READER_OBJECT || token == READER_ARRAY) {
        size_t outer = reader->depth - 1;
        while (reader->depth > outer)
            if (reader_next(reader) == READER_FAULT)
                return false;
    }
    return token != READER_FAULT;
}

static void append_step(struct buf *pointer, const struct reader_frame *frame)
{
    buf_append_char(pointer, '/');
    if (frame->closer == ']') {
        buf_printf(pointer, "%u", frame->count - 1);
        return;
    }
    for (size_t i = 0; i < frame->key.length; i++) {
        if (frame->key.bytes[i] == '~')
            buf_append_text(pointer, "~0");
        else if (frame->key.bytes[i] == '/')
            buf_append_text(pointer, "~1");
        else
            buf_append_char(pointer, frame->key.bytes[i]);
    }
}

void reader_pointer(const struct reader *reader, char *pointer, size_t size)
{
    assert(size > 0);
    struct buf whole;
    buf_init(&whole);
    for (size_t i = 0; i < reader->depth && whole.length < size; i++)
        if (reader->frames[i].count > 0)
            append_step(&whole, &reader->frames[i]);
    size_t length = whole.length < size ? whole.length : size - 1;
    while (length < whole.length && length > 0 &&
           ((unsigned char)whole.data[length] & 0xc0) == 0x80)
        length--;
    memcpy(pointer, buf_text(&whole), length);
    pointer[length] = '\0';
    buf_finish(&whole);
}

const char *reader_fault_text(enum reader_fault fault)
{
    return fault_texts[fault];
}

/* Text as spreadsheets save and copy it. */
#include "sheet_part.h"

#include <csv.h>
#include <debriefd/text.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TRIAL_BYTES 8192
#define WIDTHS      (SHEET_COLUMNS_MAX + 2) /* the last one: too many */

/* Windows-1252's 0x80 to 0x9f (WHATWG encoding standard); the rest is as in Latin-1. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
    0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
};

static void append_code_point(struct buf *out, uint32_t point)
{
    if (point < 0x80) {
        buf_append_char(out, (char)point);
        return;
    }
    if (point < 0x800) {
        buf_append_char(out, (char)(0xc0 | point >> 6));
    } else {
        if (point < 0x10000) {
            buf_append_char(out, (char)(0xe0 | point >> 12));
        } else {
            buf_append_char(out, (char)(0xf0 | point >> 18));
            buf_append_char(out, (char)(0x80 | (point >> 12 & 0x3f)));
        }
        buf_append_char(out, (char)(0x80 | (point >> 6 & 0x3f)));
    }
    buf_append_char(out, (char)(0x80 | (point & 0x3f)));
}

static bool decode_windows(const char *bytes, size_t length, struct buf *out)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (byte == 0)
            return false;
        bool is_special = byte >= 0x80 && byte < 0xa0;
        append_code_point(out, is_special ? windows_1252[byte - 0x80] : byte);
    }
    return true;
}

/* `low` is where the low byte of a unit stands: 0 in little endian. */
static uint32_t unit_at(const char *bytes, size_t at, size_t low)
{
    return (uint32_t)(unsigned char)bytes[at + low] | (uint32_t)(unsigned char)bytes[at + 1 - low]
                                                          << 8;
}

static bool decode_utf16(const char *bytes, size_t length, size_t low, struct buf *out)
{
    for (size_t at = 0; at + 1 < length; at += 2) {
        uint32_t point = unit_at(bytes, at, low);
        if (point >= 0xd800 && point < 0xdc00 && at + 3 < length) {
            uint32_t second = unit_at(bytes, at + 2, low);
            if (second < 0xdc00 || second > 0xdfff)
                return false;
            point = 0x10000 + ((point - 0xd800) << 10) + (second - 0xdc00);
            at += 2;
        }
        if (point == 0 || (point >= 0xd800 && point < 0xe000))
            return false;
        append_code_point(out, point);
    }
    return length % 2 == 0;
}

bool sheet_decode(const char *bytes, size_t length, struct buf *out)
{
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
        return decode_utf16(bytes + 2, length - 2, bytes[0] == '\xff' ? 0 : 1, out);
    /* A table begins with a letter that has no high byte in UTF-16. */
    if (length >= 2 && (bytes[0] == '\0') != (bytes[1] == '\0'))
        return decode_utf16(bytes, length, bytes[0] == '\0' ? 1 : 0, out);
    if (!text_is_utf8(bytes, length))
        return decode_windows(bytes, length, out);
    buf_append(out, bytes, length);
    return true;
}

struct reading {
    struct sheet *sheet; /* NULL: only widths are wanted */
    struct error *err;
    size_t line;
    size_t breaks; /* of lines within the row's quotes */
    size_t column;
    bool has_failed;
    bool after_return; /* a line feed now belongs to the carriage return before it */
    size_t rows;
    size_t widths[WIDTHS]; /* rows by number of cells, empty ones too */
};

static bool keep_field(struct reading *reading, const char *text, size_t length)
{
    return (reading->column > 0 || sheet_begin_row(reading->sheet, reading->line, reading->err)) &&
           sheet_put(reading->sheet, reading->column, text, length, reading->err);
}

static void on_field(void *bytes, size_t length, void *context)
{
    struct reading *reading = context;
    const char *text = bytes != NULL ? bytes : "";
    if (reading->sheet != NULL && !reading->has_failed)
        reading->has_failed = !keep_field(reading, text, length);
    for (size_t i = 0; i < length; i++)
        reading->breaks += text[i] == '\n';
    reading->after_return = false;
    reading->column++;
}

static void end_row(struct reading *reading)
{
    if (reading->sheet != NULL && !reading->has_failed)
        sheet_end_row(reading->sheet);
    reading->rows++;
    reading->widths[reading->column < WIDTHS ? reading->column : WIDTHS - 1]++;
}

/* Also called for an empty line, which is a line but no row. */
static void on_row(int terminator, void *context)
{
    struct reading *reading = context;
    bool is_second_half = reading->after_return && terminator == '\n';
    reading->after_return = terminator == '\r';
    if (is_second_half)
        return;
    if (reading->column > 0)
        end_row(reading);
    reading->line += 1 + reading->breaks;
    reading->column = 0;
    reading->breaks = 0;
}

static void read_separated(struct reading *reading, const char *text, size_t length, char separator)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_APPEND_NULL | CSV_REPALL_NL) != 0)
        abort();
    csv_set_delim(&parser, (unsigned char)separator);
    if (csv_parse(&parser, text, length, on_field, on_row, reading) != length ||
        csv_fini(&parser, on_field, on_row, reading) != 0)
        abort(); /* it is not strict, and memory that is out is not survived elsewhere either */
    csv_free(&parser);
}

/* How many rows have as many cells as most have, at least two. */
static size_t evenness(const struct reading *reading)
{
    size_t best = 0;
    for (size_t width = 2; width < WIDTHS; width++)
        if (reading->widths[width] > best)
            best = reading->widths[width];
    return best;
}

/* The first lines: a cut within quotes spoils the last row only. */
static size_t trial_length(const char *text, size_t length)
{
    size_t part = length < TRIAL_BYTES ? length : TRIAL_BYTES;
    size_t cut = part;
    while (part < length && cut > 0 && text[cut - 1] != '\n')
        cut--;
    return cut > 0 ? cut : part;
}

/* Tabs and semicolons seldom stand in a name, commas do: of equals the first wins, and at once when
 * it leaves no row uneven. */
static char separator_of(const char *text, size_t length)
{
    static const char candidates[] = "\t;,";
    size_t part = trial_length(text, length);
    char chosen = '\t';
    size_t best = 0;
    for (const char *candidate = candidates; *candidate != '\0'; candidate++) {
        struct reading trial = {0};
        read_separated(&trial, text, part, *candidate);
        size_t even = evenness(&trial);
        if (even > best) {
            best = even;
            chosen = *candidate;
        }
        if (even > 0 && even + (part < length) >= trial.rows)
            break;
    }
    return chosen;
}

/* "sep=;" on the first line is how Excel is told. */
static size_t separator_line(const char *text, size_t length, char *separator)
{
    if (length < 6 || memcmp(text, "sep=", 4) != 0 || text[4] == '\0' ||
        strchr("\t;,", text[4]) == NULL || (text[5] != '\r' && text[5] != '\n'))
        return 0;
    *separator = text[4];
    return length > 6 && text[5] == '\r' && text[6] == '\n' ? 7 : 6;
}

bool sheet_read_text(struct sheet *sheet, const char *bytes, size_t length, struct error *err)
{
    struct buf text;
    buf_init(&text);
    bool is_good = sheet_decode(bytes, length, &text);
    if (!is_good) {
        buf_finish(&text);
        return sheet_fail(err, SHEET_NOT_TEXT);
    }
    const char *begin = buf_text(&text);
    char separator = '\0';
    size_t skipped = separator_line(begin, text.length, &separator);
    struct reading reading = {.sheet = sheet, .err = err, .line = skipped > 0 ? 2 : 1};
    if (separator == '\0')
        separator = separator_of(begin + skipped, text.length - skipped);
    read_separated(&reading, begin + skipped, text.length - skipped, separator);
    buf_finish(&text);
    is_good = !reading.has_failed;
    if (is_good && sheet->row_count == 0)
        return sheet_fail(err, SHEET_EMPTY);
    return is_good;
}

#include <debriefd/text.h>

#include <stdint.h>
#include <string.h>

#define EVERY_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* The length of the well-formed sequence at `at`, or 0 (Unicode 15, table 3-7). */
static size_t sequence_length(const unsigned char *at, size_t left)
{
    unsigned char lead = at[0];
    if (lead > 0 && lead < 0x80)
        return 1;
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || left < length)
        return 0;
    unsigned char low = lead == 0xe0 ? 0xa0 : 0x80;
    unsigned char high = 0xbf;
    if (lead == 0xf0)
        low = 0x90;
    if (lead == 0xed)
        high = 0x9f;
    if (lead == 0xf4)
        high = 0x8f;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static uint64_t load_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Whether eight bytes are all ASCII without NUL; a NUL may be taken for more. */
static bool is_plain_word(uint64_t word)
{
    return (((word - EVERY_BYTE(1)) | word) & EVERY_BYTE(0x80)) == 0;
}

/* Whether eight bytes hold a quote, a backslash or a control character. */
static bool stops(uint64_t word)
{
    uint64_t quote = word ^ EVERY_BYTE('"');
    uint64_t slash = word ^ EVERY_BYTE('\\');
    uint64_t marks = ((quote - EVERY_BYTE(1)) & ~quote) | ((slash - EVERY_BYTE(1)) & ~slash) |
                     ((word - EVERY_BYTE(0x20)) & ~word);
    return (marks & EVERY_BYTE(0x80)) != 0;
}

bool text_is_utf8(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t at = 0; at < length;) {
        if (length - at >= 8 && is_plain_word(load_word(text + at))) {
            at += 8;
            continue;
        }
        size_t step = sequence_length(bytes + at, length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

size_t text_code_points(const char *text, size_t length)
{
    size_t continuations = 0;
    size_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t word = load_word(text + i);
        continuations += (size_t)__builtin_popcountll((word >> 7) & (~word >> 6) & EVERY_BYTE(1));
    }
    for (; i < length; i++)
        continuations += ((unsigned char)text[i] & 0xc0) == 0x80;
    return length - continuations;
}

size_t text_plain_run(const char *text, size_t length, bool *ascii)
{
    uint64_t high = 0;
    size_t i = 0;
    for (; length - i >= 8; i += 8) {
        uint64_t word = load_word(text + i);
        if (stops(word))
            break;
        high |= word & EVERY_BYTE(0x80);
    }
    for (; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '"' || byte == '\\' || byte < 0x20)
            break;
        high |= byte & 0x80;
    }
    *ascii = high == 0;
    return i;
}

int text_hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

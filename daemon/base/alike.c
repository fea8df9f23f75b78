#include <debriefd/alike.h>

#include <stdint.h>
#include <string.h>

/* U+00E0 to U+017F without their marks; '?' is no letter, and capitals of the first block are 0x20
 * below. In the second block capital and small letter alternate. */
static const char latin_1[] = "aaaaaaaceeeeiiiidnooooo?ouuuuypy";
static const char latin_a[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
                              "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static char letter_of(uint32_t point)
{
    if ((point >= 'a' && point <= 'z') || (point >= '0' && point <= '9'))
        return (char)point;
    if (point >= 'A' && point <= 'Z')
        return (char)(point + 'a' - 'A');
    if (point == 0xdf)
        return 's';
    if (point >= 0xc0 && point <= 0xff)
        return latin_1[point % 0x20];
    if (point >= 0x100 && point <= 0x17f)
        return latin_a[point - 0x100];
    return '?';
}

/* The code point at *text, which is moved behind it. Only two-byte forms have letters here. */
static uint32_t next_point(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    size_t length = at[0] < 0xc0 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    size_t left = strnlen(*text, length);
    *text += left;
    if (length == 1)
        return at[0];
    return length == 2 && left == 2 ? (uint32_t)(at[0] & 0x1f) << 6 | (at[1] & 0x3f) : 0xfffd;
}

void alike_fold(const char *text, char *out, size_t size)
{
    size_t used = 0;
    while (*text != '\0' && used + 1 < size) {
        char letter = letter_of(next_point(&text));
        if (letter != '?')
            out[used++] = letter;
    }
    out[used] = '\0';
}

static size_t common(const char *one, const char *other)
{
    size_t length = 0;
    while (one[length] != '\0' && one[length] == other[length])
        length++;
    return length;
}

static const char *next_digit(const char *text)
{
    return text + strcspn(text, "0123456789");
}

static bool has_same_digits(const char *one, const char *other)
{
    for (;; one++, other++) {
        one = next_digit(one);
        other = next_digit(other);
        if (*one != *other || *one == '\0')
            return *one == *other;
    }
}

bool alike_within_one(const char *one, const char *other)
{
    if (!has_same_digits(one, other))
        return false;
    size_t same = common(one, other);
    one += same;
    other += same;
    if (*one == '\0' || *other == '\0')
        return strlen(one) + strlen(other) <= 1;
    bool is_swap = one[0] == other[1] && one[1] == other[0] && one[1] != '\0' &&
                   strcmp(one + 2, other + 2) == 0;
    return is_swap || strcmp(one + 1, other + 1) == 0 || strcmp(one, other + 1) == 0 ||
           strcmp(one + 1, other) == 0;
}

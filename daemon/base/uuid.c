#include <debriefd/uuid.h>

#include <debriefd/clock.h>
#include <debriefd/secret.h>
#include <debriefd/text.h>
#include <string.h>

static void set_version(struct uuid *uuid, unsigned version)
{
    uuid->bytes[6] = (uint8_t)((uuid->bytes[6] & 0x0f) | (version << 4));
    uuid->bytes[8] = (uint8_t)((uuid->bytes[8] & 0x3f) | 0x80);
}

struct uuid uuid_random(void)
{
    struct uuid uuid;
    secret_random(uuid.bytes, sizeof uuid.bytes);
    set_version(&uuid, 4);
    return uuid;
}

struct uuid uuid_ordered(void)
{
    struct uuid uuid;
    secret_random(uuid.bytes, sizeof uuid.bytes);
    uint64_t milliseconds = (uint64_t)(clock_wall_us() / 1000);
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(milliseconds >> (8 * (5 - i)));
    set_version(&uuid, 7);
    return uuid;
}

bool uuid_parse(const char *text, size_t length, struct uuid *uuid)
{
    if (length != UUID_TEXT_LENGTH)
        return false;
    struct uuid parsed;
    size_t byte = 0;
    for (size_t i = 0; i < length;) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i++] != '-')
                return false;
            continue;
        }
        int high = text_hex_digit(text[i]);
        int low = text_hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        parsed.bytes[byte++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    *uuid = parsed;
    return true;
}

struct uuid_text uuid_format(const struct uuid *uuid)
{
    static const char digits[] = "0123456789abcdef";
    struct uuid_text formatted;
    char *out = formatted.text;
    for (size_t i = 0; i < sizeof uuid->bytes; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[uuid->bytes[i] >> 4];
        *out++ = digits[uuid->bytes[i] & 15];
    }
    *out = '\0';
    return formatted;
}

int uuid_compare(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return uuid_compare(a, b) == 0;
}

struct uuid uuid_nil(void)
{
    static const struct uuid nil;
    return nil;
}

bool uuid_is_nil(const struct uuid *uuid)
{
    struct uuid nil = uuid_nil();
    return uuid_equal(uuid, &nil);
}

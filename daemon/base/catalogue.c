#include <debriefd/catalogue.h>

#include <debriefd/embedded.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char *const codes[] = {[LANGUAGE_SV] = "sv", [LANGUAGE_EN] = "en"};

const char *language_code(enum language language)
{
    return codes[language];
}

bool language_find(const char *code, enum language *language)
{
    for (int i = 0; i < LANGUAGES; i++) {
        size_t length = strlen(codes[i]);
        if (strncasecmp(code, codes[i], length) == 0 &&
            (code[length] == '\0' || code[length] == '-')) {
            *language = (enum language)i;
            return true;
        }
    }
    return false;
}

/* The header of a .mo file (GNU gettext manual, "The Format of GNU MO Files"); msgfmt writes it in
 * this machine's byte order or says otherwise by the magic number, sorted by the original. */
struct mo_header {
    uint32_t magic, revision, count, originals, translations;
};

struct mo_string {
    uint32_t length, offset;
};

static struct mo_string string_at(const char *file, uint32_t table, uint32_t index)
{
    struct mo_string string;
    memcpy(&string, file + table + index * sizeof string, sizeof string);
    return string;
}

static const char *find(const char *file, const char *english)
{
    struct mo_header header;
    memcpy(&header, file, sizeof header);
    uint32_t low = 0;
    uint32_t high = header.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(english, file + string_at(file, header.originals, middle).offset);
        if (order == 0)
            return file + string_at(file, header.translations, middle).offset;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *say(enum language language, const char *english)
{
    const char *found = language == LANGUAGE_SV ? find(web_catalogues[0].data, english) : NULL;
    return found != NULL ? found : english;
}

/* Swedish and English agree on which numbers are one. The forms stand one after the other. */
const char *say_number(enum language language, long number, const char *one, const char *many)
{
    const char *found = language == LANGUAGE_SV ? find(web_catalogues[0].data, one) : NULL;
    if (found == NULL)
        return number == 1 ? one : many;
    return number == 1 ? found : found + strlen(found) + 1;
}

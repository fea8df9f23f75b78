#include "request_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One element of a list like "text/html;level=1;q=0.5" (RFC 9110 12.4.2). */
struct range {
    const char *name;
    size_t length;
    int quality; /* thousandths */
};

/* "0.5" to 500. Anything malformed counts as 0. */
static int quality_of(const char *text, size_t length)
{
    if (length == 0 || length > 5 || (text[0] != '0' && text[0] != '1') ||
        (length > 1 && text[1] != '.'))
        return 0;
    int quality = (text[0] - '0') * 1000;
    int unit = 100;
    for (size_t i = 2; i < length; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        quality += (text[i] - '0') * unit;
    }
    return quality > 1000 ? 0 : quality;
}

static size_t trimmed(const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    return length;
}

static void read_parameter(const char *text, size_t length, struct range *range)
{
    size_t blank = strspn(text, " \t");
    if (blank + 2 <= length && strncasecmp(text + blank, "q=", 2) == 0)
        range->quality = quality_of(text + blank + 2, trimmed(text, length) - blank - 2);
}

/* Reads the element at `list` and returns where the next one begins, NULL after the last. */
static const char *next_range(const char *list, struct range *range)
{
    list += strspn(list, " \t,");
    size_t length = strcspn(list, ",");
    size_t name = strcspn(list, ",;");
    *range = (struct range){list, trimmed(list, name), 1000};
    for (size_t at = name; at < length;) {
        size_t parameter = strcspn(list + at + 1, ",;");
        read_parameter(list + at + 1, parameter, range);
        at += parameter + 1;
    }
    return list[length] == ',' ? list + length + 1 : NULL;
}

static bool is_named(const struct range *range, const char *name)
{
    return strlen(name) == range->length && strncasecmp(range->name, name, range->length) == 0;
}

bool accept_gzip(const char *accept_encoding)
{
    int gzip = -1;
    int any = -1;
    struct range range;
    for (const char *rest = accept_encoding; rest != NULL;) {
        rest = next_range(rest, &range);
        if (is_named(&range, "gzip") || is_named(&range, "x-gzip"))
            gzip = range.quality;
        else if (is_named(&range, "*"))
            any = range.quality;
    }
    return gzip > 0 || (gzip < 0 && any > 0);
}

/* 3 for the type itself, 2 for its family, 1 for anything, 0 when the range does not cover it. */
static int specificity(const struct range *range, const char *type)
{
    if (is_named(range, "*/*"))
        return 1;
    size_t family = strcspn(type, "/;") + 1;
    size_t bare = strcspn(type, ";");
    if (range->length == bare && strncasecmp(range->name, type, bare) == 0)
        return 3;
    if (range->length == family + 1 && range->name[family] == '*' &&
        strncasecmp(range->name, type, family) == 0)
        return 2;
    return 0;
}

/* The most specific range decides (RFC 9110 12.5.1). */
static int quality_for(const char *accept, const char *type)
{
    int best = 0;
    int quality = 0;
    struct range range;
    for (const char *rest = accept; rest != NULL;) {
        rest = next_range(rest, &range);
        int fit = specificity(&range, type);
        if (fit <= best)
            continue;
        best = fit;
        quality = range.quality;
    }
    return quality;
}

int accept_best(const char *accept, const char *const *types)
{
    int best = -1;
    int best_quality = 0;
    for (int i = 0; types[i] != NULL; i++) {
        int quality = quality_for(accept, types[i]);
        if (quality <= best_quality)
            continue;
        best = i;
        best_quality = quality;
    }
    return best;
}

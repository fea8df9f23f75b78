/* How the desk writes paths, times and the names of things. */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A segment was decoded: what is not unreserved (RFC 3986 2.3) is encoded again. */
static void append_segment(struct buf *path, const char *segment)
{
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *segment != '\0'; segment++)
        if (strchr(unreserved, *segment) != NULL)
            buf_append_char(path, *segment);
        else
            buf_printf(path, "%%%02X", (unsigned)(unsigned char)*segment);
}

struct desk_path desk_path(const struct desk *desk, const char *pattern)
{
    struct desk_path path;
    struct buf text;
    buf_init(&text);
    while (*pattern != '\0') {
        size_t plain = strcspn(pattern, "{");
        size_t name_length = strcspn(pattern + plain, "}");
        char name[32];
        buf_append(&text, pattern, plain);
        if (pattern[plain] == '\0')
            break;
        snprintf(name, sizeof name, "%.*s", (int)name_length - 1, pattern + plain + 1);
        append_segment(&text, request_segment(desk->request, name));
        pattern += plain + name_length + 1;
    }
    snprintf(path.text, sizeof path.text, "%s", buf_text(&text));
    buf_finish(&text);
    return path;
}

/* The C library knows one zone at a time; nothing else in this process asks it for another. */
static struct tm local_time(const char *zone, time_t at)
{
    char name[80];
    struct tm local;
    snprintf(name, sizeof name, ":%s", zone[0] != '\0' ? zone : "UTC");
    setenv("TZ", name, 1); // NOLINT(concurrency-mt-unsafe)
    tzset();
    localtime_r(&at, &local);
    unsetenv("TZ"); // NOLINT(concurrency-mt-unsafe)
    tzset();
    return local;
}

static bool parse(const char *utc, time_t *at)
{
    struct tm parts = {0};
    if (sscanf(utc, "%d-%d-%dT%d:%d:%d", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, // NOLINT
               &parts.tm_hour, &parts.tm_min, &parts.tm_sec) != 6)
        return false;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    *at = timegm(&parts);
    return true;
}

struct desk_time desk_time(const struct desk *desk, const char *utc)
{
    struct desk_time time = {""};
    time_t at;
    if (utc == NULL || !parse(utc, &at))
        return time;
    struct tm local = local_time(desk_text(desk->study, "time_zone"), at);
    snprintf(time.text, sizeof time.text, say(desk->language, "%d %s %d at %02d:%02d"),
             local.tm_mday, page_month(desk->language, local.tm_mon + 1), local.tm_year + 1900,
             local.tm_hour, local.tm_min);
    return time;
}

struct desk_time desk_time_field(const struct desk *desk, const char *utc)
{
    struct desk_time time = {""};
    time_t at;
    if (utc == NULL || !parse(utc, &at))
        return time;
    struct tm local = local_time(desk_text(desk->study, "time_zone"), at);
    strftime(time.text, sizeof time.text, "%Y-%m-%dT%H:%M", &local);
    return time;
}

/* A day that no month has is moved by timegm. */
bool desk_is_local_time(const char *text)
{
    struct tm parts = {0};
    int length = 0;
    int year;
    int month;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d%n", &year, &month, &parts.tm_mday, // NOLINT
               &parts.tm_hour, &parts.tm_min, &length) != 5 ||
        (strcmp(text + length, "") != 0 && strcmp(text + length, ":00") != 0) || year < 1900 ||
        month < 1)
        return false;
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    struct tm normal = parts;
    timegm(&normal);
    return normal.tm_mon == month - 1 && normal.tm_mday == parts.tm_mday &&
           normal.tm_hour == parts.tm_hour && normal.tm_min == parts.tm_min;
}

static bool parse_date(const char *text, int date[3])
{
    return text != NULL && sscanf(text, "%d-%d-%d", &date[0], &date[1], &date[2]) == 3 && // NOLINT
           date[1] >= 1 && date[1] <= 12;
}

struct desk_time desk_dates(const struct desk *desk, const char *first, const char *last)
{
    struct desk_time time = {""};
    int from[3];
    int to[3];
    bool has_first = parse_date(first, from);
    bool has_last = parse_date(last, to);
    if (!has_first && !has_last)
        return time;
    if (!has_first)
        memcpy(from, to, sizeof from);
    if (!has_last)
        memcpy(to, from, sizeof to);
    const char *month = page_month(desk->language, from[1]);
    const char *end = page_month(desk->language, to[1]);
    if (from[0] != to[0])
        snprintf(time.text, sizeof time.text, "%d %s %d – %d %s %d", from[2], month, from[0], to[2],
                 end, to[0]);
    else if (from[1] != to[1])
        snprintf(time.text, sizeof time.text, "%d %s – %d %s %d", from[2], month, to[2], end,
                 to[0]);
    else if (from[2] != to[2])
        snprintf(time.text, sizeof time.text, "%d–%d %s %d", from[2], to[2], end, to[0]);
    else
        snprintf(time.text, sizeof time.text, "%d %s %d", to[2], end, to[0]);
    return time;
}

struct desk_time desk_real(enum language language, double value, int digits)
{
    struct desk_time number;
    snprintf(number.text, sizeof number.text, "%.*f", digits, value);
    char *point = strchr(number.text, '.');
    if (point != NULL && language == LANGUAGE_SV)
        *point = ',';
    return number;
}

const char *desk_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

long desk_number(const json_t *object, const char *key)
{
    return (long)json_number_value(json_object_get(object, key));
}

struct word {
    const char *name;
    const char *label;
};

static const char *find_word(enum language language, const struct word *words, const char *name)
{
    for (; words->name != NULL; words++)
        if (strcmp(words->name, name) == 0)
            return say(language, words->label);
    return name;
}

const char *desk_sector_name(enum language language, const char *sector)
{
    static const struct word words[] = {
        {"politics", sentence("Politics")}, {"business", sentence("Business")},
        {"academia", sentence("Academia")}, {"state", sentence("State")},
        {"all", sentence("All")},           {0},
    };
    return find_word(language, words, sector);
}

const char *desk_wave_name(enum language language, const char *kind)
{
    static const struct word words[] = {
        {"pre", sentence("Before the trip")},
        {"post", sentence("After the trip")},
        {"fu", sentence("Follow-up")},
        {0},
    };
    return find_word(language, words, kind);
}

#include "keys.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* The decimal number that is all of `text`, or -1. */
static int small_number(const char *text, int max)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0')
        return -1;
    int number = (int)strtol(text, NULL, 10);
    return number <= max ? number : -1;
}

bool config_check_listen(const char *text, struct error *err)
{
    if (strcmp(text, "systemd") == 0)
        return true;
    if (strncmp(text, "unix:", 5) == 0)
        return (text[5] == '/' && strlen(text + 5) < 108) ||
               error_set(err, ERR_INVALID,
                         "a unix socket needs an absolute path of at most 107 bytes");
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || small_number(colon + 1, 65535) < 0)
        return error_set(err, ERR_INVALID, "is not HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd");
    bool bracketed = text[0] == '[' && colon[-1] == ']';
    if (!bracketed && memchr(text, ':', (size_t)(colon - text)) != NULL)
        return error_set(err, ERR_INVALID, "an IPv6 address needs brackets");
    return true;
}

/* The bits of a textual address's family, or 0. */
static int address_bits(const char *address)
{
    unsigned char bytes[16];
    if (inet_pton(AF_INET, address, bytes) == 1)
        return 32;
    return inet_pton(AF_INET6, address, bytes) == 1 ? 128 : 0;
}

bool config_check_network(const char *text, struct error *err)
{
    char address[INET6_ADDRSTRLEN] = "";
    size_t length = strcspn(text, "/");
    if (strcmp(text, "unix") == 0)
        return true;
    if (length < sizeof address)
        memcpy(address, text, length);
    int bits = address_bits(address);
    if (bits > 0 && (text[length] == '\0' || small_number(text + length + 1, bits) >= 0))
        return true;
    return error_set(err, ERR_INVALID, "\"%.60s\" is no IP address or network", text);
}

bool config_check_time(const char *text, struct error *err)
{
    char hour[3] = {text[0], text[1], '\0'};
    if (text[2] == ':' && strlen(text) == 5 && small_number(hour, 23) >= 0 &&
        small_number(text + 3, 59) >= 0)
        return true;
    return error_set(err, ERR_INVALID, "is no time of day such as 03:00");
}

static size_t scheme_length(const char *url)
{
    if (strncmp(url, "https://", 8) == 0)
        return 8;
    return strncmp(url, "http://", 7) == 0 ? 7 : 0;
}

bool config_check_url(const char *text, struct error *err)
{
    size_t scheme = scheme_length(text);
    if (scheme == 0 || text[scheme] == '\0' || strpbrk(text, " \"<>?#") != NULL)
        return error_set(err, ERR_INVALID, "is no http or https URL");
    if (text[strlen(text) - 1] == '/')
        return error_set(err, ERR_INVALID, "ends with a slash");
    return true;
}

bool config_check_smtp(const char *text, struct error *err)
{
    size_t scheme = strncmp(text, "smtps://", 8) == 0  ? 8
                    : strncmp(text, "smtp://", 7) == 0 ? 7
                                                       : 0;
    const char *host = text + scheme;
    if (scheme > 0 && host[0] != '\0' && host[strcspn(host, " /?#@\\\"<>")] == '\0')
        return true;
    return error_set(err, ERR_INVALID, "is not smtp://HOST:PORT or smtps://HOST:PORT");
}

/* As strict as the address must be to stand in an envelope unquoted. */
static bool is_address(const char *text, size_t length)
{
    const char *at = memchr(text, '@', length);
    size_t plain = 0;
    while (plain < length && text[plain] > ' ' && text[plain] < 127 &&
           strchr("<>()[]\\,;:\"", text[plain]) == NULL)
        plain++;
    return plain == length && length <= 254 && at != NULL && at > text && at < text + length - 1 &&
           memchr(at + 1, '@', length - (size_t)(at + 1 - text)) == NULL;
}

bool config_check_mailbox(const char *text, struct error *err)
{
    const char *open = strchr(text, '<');
    const char *address = open != NULL ? open + 1 : text;
    size_t length = open != NULL ? strcspn(address, ">") : strlen(text);
    bool ends = open == NULL || (address[length] == '>' && address[length + 1] == '\0');
    for (const char *at = text; *at != '\0'; at++)
        ends = ends && (unsigned char)*at >= ' ';
    if (ends && is_address(address, length))
        return true;
    return error_set(err, ERR_INVALID, "is no NAME <ADDRESS> or ADDRESS");
}

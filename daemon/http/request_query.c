#include "request_private.h"

#include <debriefd/framing.h>
#include <event2/http.h>
#include <stddef.h>
#include <string.h>

static const char *decode(struct request *request, const char *text, size_t length)
{
    char *decoded = request_alloc(request, length + 1);
    return framing_decode(FRAMING_QUERY, text, length, decoded) ? decoded : NULL;
}

static bool parse_parameter(struct request *request, const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    struct request_parameter *parameter = &request->query[request->query_count];
    parameter->name = decode(request, text, name_length);
    parameter->value = equals != NULL ? decode(request, equals + 1, length - name_length - 1) : "";
    request->query_count++;
    return name_length > 0 && parameter->name != NULL && parameter->value != NULL;
}

bool request_parse_query(struct request *request, const char *query)
{
    size_t count = 1;
    for (const char *cursor = query; *cursor != '\0'; cursor++)
        count += *cursor == '&';
    if (count > REQUEST_QUERY_MAX)
        return false;
    if (*query == '\0')
        return true;
    request->query = request_alloc(request, count * sizeof *request->query);
    for (;;) {
        size_t length = strcspn(query, "&");
        if (!parse_parameter(request, query, length))
            return false;
        if (query[length] == '\0')
            return true;
        query += length + 1;
    }
}

const char *request_query(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

static bool is_listed(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

bool request_query_expect(const struct request *request, const char *const *names,
                          struct error *err)
{
    for (size_t i = 0; i < request->query_count; i++) {
        const char *name = request->query[i].name;
        if (!is_listed(name, names))
            return error_set(err, ERR_INVALID, "the query parameter \"%.60s\" is unknown", name);
        for (size_t j = 0; j < i; j++)
            if (strcmp(request->query[j].name, name) == 0)
                return error_set(err, ERR_INVALID, "the query parameter \"%.60s\" is repeated",
                                 name);
    }
    return true;
}

const char *request_cookie(struct request *request, const char *name)
{
    const char *cursor = request_header(request, "Cookie");
    size_t name_length = strlen(name);
    while (cursor != NULL && *cursor != '\0') {
        cursor += strspn(cursor, "; \t");
        size_t length = strcspn(cursor, ";");
        if (length > name_length && cursor[name_length] == '=' &&
            memcmp(cursor, name, name_length) == 0)
            return request_copy(request, cursor + name_length + 1, length - name_length - 1);
        cursor += length;
    }
    return NULL;
}

#include <debriefd/fields.h>

#include <debriefd/framing.h>
#include <string.h>

static void normalise_lines(char *text)
{
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        if (in[0] == '\r' && in[1] == '\n')
            continue;
        *out++ = *in == '\r' ? '\n' : *in;
    }
    *out = '\0';
}

static const char *decode(struct request *request, const char *text, size_t length)
{
    char *decoded = request_alloc(request, length + 1);
    if (!framing_decode(FRAMING_QUERY, text, length, decoded))
        return NULL;
    normalise_lines(decoded);
    return decoded;
}

static bool read_field(struct request *request, const char *text, size_t length,
                       struct field *field)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    field->name = decode(request, text, name_length);
    field->value = equals != NULL ? decode(request, equals + 1, length - name_length - 1) : "";
    return field->name != NULL && field->value != NULL;
}

static size_t count_fields(const char *body, size_t length)
{
    size_t count = 1;
    for (size_t i = 0; i < length; i++)
        count += body[i] == '&';
    return count;
}

bool fields_read(struct request *request, struct fields *fields)
{
    size_t length;
    const char *body = request_body(request, &length);
    const char *end = body + length;
    size_t most = count_fields(body, length);
    if (!request_has_type(request, "application/x-www-form-urlencoded") || most > FIELDS_MAX)
        return false;
    struct field *items = request_alloc(request, most * sizeof *items);
    size_t count = 0;
    for (const char *next = body; next != NULL && body < end; body = next + 1) {
        next = memchr(body, '&', (size_t)(end - body));
        size_t part = next != NULL ? (size_t)(next - body) : (size_t)(end - body);
        if (part > 0 && !read_field(request, body, part, &items[count++]))
            return false;
    }
    *fields = (struct fields){items, count};
    return true;
}

const char *fields_get(const struct fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (strcmp(fields->items[i].name, name) == 0)
            return fields->items[i].value;
    return NULL;
}

#include <debriefd/multipart.h>

#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX 70 /* RFC 2046 5.1.1 */
#define HEADERS_MAX  16

struct input {
    const char *at;
    const char *end;
    char boundary[BOUNDARY_MAX + 5]; /* CR LF -- and the boundary */
    size_t boundary_length;
};

static bool malformed(struct error *err)
{
    return error_set(err, ERR_INVALID, "the form's body is malformed");
}

static bool is_boundary_char(char byte)
{
    if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
        (byte >= 'A' && byte <= 'Z'))
        return true;
    return byte != '\0' && strchr("'()+_,-./:=?", byte) != NULL;
}

struct parameter {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* The next `; name=value` of a header, from *at on. A browser escapes a quote in a value as %22
 * (HTML standard, multipart/form-data), so that a quote ends it. */
static bool next_parameter(const char **at, const char *end, struct parameter *found)
{
    const char *begin = memchr(*at, ';', (size_t)(end - *at));
    const char *equals = begin != NULL ? memchr(begin, '=', (size_t)(end - begin)) : NULL;
    if (equals == NULL)
        return false;
    begin++;
    while (begin < equals && *begin == ' ')
        begin++;
    const char *value = equals + 1;
    bool is_quoted = value < end && *value == '"';
    value += is_quoted;
    const char *stop = memchr(value, is_quoted ? '"' : ';', (size_t)(end - value));
    if (stop == NULL && is_quoted)
        return false;
    stop = stop != NULL ? stop : end;
    *found = (struct parameter){begin, (size_t)(equals - begin), value, (size_t)(stop - value)};
    *at = stop;
    return true;
}

/* Copies a parameter's value; false when it is not there or does not fit. */
static bool find_parameter(const char *header, size_t length, const char *name, char *out,
                           size_t size)
{
    const char *at = header;
    struct parameter found;
    while (next_parameter(&at, header + length, &found)) {
        if (found.name_length != strlen(name) ||
            strncasecmp(found.name, name, found.name_length) != 0)
            continue;
        if (found.value_length >= size)
            return false;
        memcpy(out, found.value, found.value_length);
        out[found.value_length] = '\0';
        return strlen(out) == found.value_length;
    }
    return false;
}

static bool find_boundary(struct input *input, const char *content_type)
{
    static const char type[] = "multipart/form-data";
    char boundary[BOUNDARY_MAX + 1];
    if (content_type == NULL || strncasecmp(content_type, type, sizeof type - 1) != 0 ||
        !find_parameter(content_type, strlen(content_type), "boundary", boundary, sizeof boundary))
        return false;
    size_t length = strlen(boundary);
    for (size_t i = 0; i < length; i++)
        if (!is_boundary_char(boundary[i]))
            return false;
    memcpy(input->boundary, "\r\n--", 4);
    memcpy(input->boundary + 4, boundary, length + 1);
    input->boundary_length = length + 4;
    return length > 0;
}

/* The next CR LF; NULL when there is none. */
static const char *line_end(const struct input *input)
{
    return memmem(input->at, (size_t)(input->end - input->at), "\r\n", 2);
}

static bool read_disposition(struct multipart_part *part, const char *line, size_t length)
{
    static const char header[] = "Content-Disposition:";
    if (length < sizeof header - 1 || strncasecmp(line, header, sizeof header - 1) != 0)
        return true;
    part->is_file = memmem(line, length, "; filename", 10) != NULL;
    return find_parameter(line, length, "name", part->name, sizeof part->name) &&
           strchr(part->name, '"') == NULL;
}

/* The part's header, to behind its empty line. */
static bool read_headers(struct input *input, struct multipart_part *part)
{
    for (size_t lines = 0; lines <= HEADERS_MAX; lines++) {
        const char *end = line_end(input);
        if (end == NULL)
            return false;
        size_t length = (size_t)(end - input->at);
        if (!read_disposition(part, input->at, length))
            return false;
        input->at = end + 2;
        if (length == 0)
            return part->name[0] != '\0';
    }
    return false;
}

/* Behind a boundary: "--" ends the body, a line's end begins a part. */
static bool read_boundary_end(struct input *input, bool *is_last)
{
    size_t left = (size_t)(input->end - input->at);
    *is_last = left >= 2 && memcmp(input->at, "--", 2) == 0;
    bool is_next = left >= 2 && memcmp(input->at, "\r\n", 2) == 0;
    input->at += is_next ? 2 : 0;
    return *is_last || is_next;
}

static bool read_part(struct input *input, struct multipart *multipart)
{
    if (multipart->count == MULTIPART_PARTS_MAX)
        return false;
    struct multipart_part *part = &multipart->parts[multipart->count];
    *part = (struct multipart_part){0};
    if (!read_headers(input, part))
        return false;
    const char *end = memmem(input->at, (size_t)(input->end - input->at), input->boundary,
                             input->boundary_length);
    if (end == NULL)
        return false;
    part->data = input->at;
    part->length = (size_t)(end - input->at);
    input->at = end + input->boundary_length;
    multipart->count++;
    return true;
}

bool multipart_read(struct multipart *multipart, const char *content_type, const char *body,
                    size_t length, struct error *err)
{
    struct input input = {.at = body, .end = body + length};
    bool is_last = false;
    multipart->count = 0;
    if (!find_boundary(&input, content_type))
        return malformed(err);
    size_t first = input.boundary_length - 2; /* without the line's end before it */
    if (length < first || memcmp(body, input.boundary + 2, first) != 0)
        return malformed(err);
    input.at += first;
    for (;;) {
        if (!read_boundary_end(&input, &is_last))
            return malformed(err);
        if (is_last)
            return true;
        if (!read_part(&input, multipart))
            return malformed(err);
    }
}

const struct multipart_part *multipart_get(const struct multipart *multipart, const char *name)
{
    for (size_t i = 0; i < multipart->count; i++)
        if (strcmp(multipart->parts[i].name, name) == 0)
            return &multipart->parts[i];
    return NULL;
}

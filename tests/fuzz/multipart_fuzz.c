/* The first line is the Content-Type, the rest the body. Parts lie within the body in order, and
 * what they are written as reads the same. */
#include "fuzz.h"

#include <debriefd/buf.h>
#include <debriefd/multipart.h>
#include <stdlib.h>
#include <string.h>

static void check_parts(const struct multipart *form, const char *body, size_t length,
                        const uint8_t *data, size_t size)
{
    const char *least = body;
    for (size_t i = 0; i < form->count; i++) {
        const struct multipart_part *part = &form->parts[i];
        if (part->data < least || part->data + part->length > body + length)
            fuzz_differs("a part lies outside", data, size);
        least = part->data + part->length;
    }
}

static void write_form(const struct multipart *form, struct buf *out)
{
    for (size_t i = 0; i < form->count; i++) {
        buf_printf(out, "--0123456789abcdef\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n",
                   form->parts[i].name);
        buf_append(out, form->parts[i].data, form->parts[i].length);
        buf_append_text(out, "\r\n");
    }
    buf_append_text(out, "--0123456789abcdef--\r\n");
}

static bool is_same(const struct multipart *one, const struct multipart *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (strcmp(one->parts[i].name, other->parts[i].name) != 0 ||
            one->parts[i].length != other->parts[i].length ||
            memcmp(one->parts[i].data, other->parts[i].data, one->parts[i].length) != 0)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct multipart form;
    static struct multipart again;
    char type[200] = "";
    struct error err;
    const uint8_t *end = memchr(data, '\n', size);
    if (end == NULL || (size_t)(end - data) >= sizeof type)
        return 0;
    memcpy(type, data, (size_t)(end - data));
    size_t length = size - (size_t)(end - data) - 1;
    char *body = malloc(length + 1);
    memcpy(body, end + 1, length);
    if (multipart_read(&form, type, body, length, &err)) {
        struct buf written;
        buf_init(&written);
        check_parts(&form, body, length, data, size);
        write_form(&form, &written);
        bool is_plain = memmem(body, length, "0123456789abcdef", 16) == NULL;
        if (is_plain && (!multipart_read(&again, "multipart/form-data; boundary=0123456789abcdef",
                                         written.data, written.length, &err) ||
                         !is_same(&form, &again)))
            fuzz_differs("the written form", data, size);
        buf_finish(&written);
    }
    free(body);
    return 0;
}

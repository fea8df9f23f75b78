#include <debriefd/html.h>

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(struct buf *html, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");
        buf_append(html, text, plain);
        text += plain;
        if (*text != '\0')
            buf_append_text(html, entity(*text++));
    }
}

/* The caller's va_list, so that one function can take arguments from it and another go on. */
struct arguments {
    va_list list;
};

/* `kind` is a conversion without its '%'. */
static void append_number(struct buf *html, const char *kind, struct arguments *arguments)
{
    if (strcmp(kind, "d") == 0)
        buf_printf(html, "%d", va_arg(arguments->list, int));
    else if (strcmp(kind, "u") == 0)
        buf_printf(html, "%u", va_arg(arguments->list, unsigned));
    else if (strcmp(kind, "ld") == 0)
        buf_printf(html, "%ld", va_arg(arguments->list, long));
    else if (strcmp(kind, "lu") == 0)
        buf_printf(html, "%lu", va_arg(arguments->list, unsigned long));
    else if (strcmp(kind, "lld") == 0)
        buf_printf(html, "%lld", va_arg(arguments->list, long long));
    else if (strcmp(kind, "zu") == 0)
        buf_printf(html, "%zu", va_arg(arguments->list, size_t));
    else
        abort(); /* a conversion that the header does not name */
}

static void append_real(struct buf *html, struct arguments *arguments)
{
    int digits = va_arg(arguments->list, int);
    buf_printf(html, "%.*f", digits, va_arg(arguments->list, double));
}

/* Appends what the conversion at `format` (behind its '%') says; returns what follows it. */
static const char *append_conversion(struct buf *html, const char *format,
                                     struct arguments *arguments)
{
    char kind[4] = "";
    size_t length = strcspn(format, "sdufz%");
    length += format[length] == 'z' ? 2 : 1;
    assert(length < sizeof kind || strncmp(format, ".*f", 3) == 0);
    if (*format == '%')
        buf_append_char(html, '%');
    else if (*format == 's')
        html_text(html, va_arg(arguments->list, const char *));
    else if (strncmp(format, ".*f", 3) == 0)
        append_real(html, arguments);
    else
        append_number(html, memcpy(kind, format, length), arguments);
    return format + length;
}

void html_printf(struct buf *html, const char *format, ...)
{
    struct arguments arguments;
    va_start(arguments.list, format);
    for (;;) {
        size_t plain = strcspn(format, "%");
        buf_append(html, format, plain);
        format += plain;
        if (*format == '\0')
            break;
        format = append_conversion(html, format + 1, &arguments);
    }
    va_end(arguments.list);
}

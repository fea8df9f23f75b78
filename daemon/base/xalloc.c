#include <debriefd/xalloc.h>

#include <stdlib.h>
#include <string.h>

static void *alive(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void *xcalloc(size_t size)
{
    return alive(calloc(1, size > 0 ? size : 1));
}

void *xcalloc_array(size_t count, size_t size)
{
    return alive(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *xrealloc_array(void *array, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    return alive(realloc(array, bytes > 0 ? bytes : 1));
}

char *xstrdup(const char *text)
{
    return alive(strdup(text));
}

char *xstrndup(const char *text, size_t length)
{
    return alive(strndup(text, length));
}

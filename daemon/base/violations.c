#include <debriefd/violations.h>

#include <debriefd/xalloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void violations_init(struct violations *violations)
{
    *violations = (struct violations){0};
}

void violations_finish(struct violations *violations)
{
    free(violations->items);
    violations_init(violations);
}

void violations_add(struct violations *violations, const char *pointer, const char *code,
                    const char *format, ...)
{
    violations->total++;
    if (violations->count == VIOLATIONS_KEPT)
        return;
    if (violations->items == NULL)
        violations->items = xcalloc_array(VIOLATIONS_KEPT, sizeof *violations->items);
    struct violation *added = &violations->items[violations->count++];
    snprintf(added->pointer, sizeof added->pointer, "%s", pointer);
    added->code = code;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(added->detail, sizeof added->detail, format, arguments);
    va_end(arguments);
}

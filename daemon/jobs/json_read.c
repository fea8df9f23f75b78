#include "json_read.h"

#include <string.h>

const char *json_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

int json_int(const json_t *object, const char *name)
{
    return (int)json_integer_value(json_object_get(object, name));
}

bool json_flag(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

const json_t *json_find(const json_t *array, const char *name, const char *value)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (strcmp(json_text(json_array_get(array, i), name), value) == 0)
            return json_array_get(array, i);
    return NULL;
}

bool text_is_one_of(const char *text, const char *const *values)
{
    for (; *values != NULL; values++)
        if (strcmp(text, *values) == 0)
            return true;
    return false;
}

#include "instrument_part.h"

#include <debriefd/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t compiler_push(struct compiler *compiler, const char *key)
{
    size_t mark = compiler->pointer.length;
    buf_append_char(&compiler->pointer, '/');
    for (; *key != '\0'; key++) {
        if (*key == '~' || *key == '/')
            buf_append_text(&compiler->pointer, *key == '~' ? "~0" : "~1");
        else
            buf_append_char(&compiler->pointer, *key);
    }
    return mark;
}

size_t compiler_push_index(struct compiler *compiler, size_t index)
{
    size_t mark = compiler->pointer.length;
    buf_printf(&compiler->pointer, "/%zu", index);
    return mark;
}

void compiler_pop(struct compiler *compiler, size_t mark)
{
    compiler->pointer.length = mark;
    compiler->pointer.data[mark] = '\0';
}

/* A pointer longer than a violation keeps is cut to its object, so that no character is halved. */
void compiler_fault(struct compiler *compiler, const char *code, const char *format, ...)
{
    char detail[sizeof((struct violation *)0)->detail];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    char pointer[sizeof((struct violation *)0)->pointer] = "";
    size_t length = compiler->pointer.length;
    while (length >= sizeof pointer)
        while (length > 0 && compiler->pointer.data[--length] != '/')
            continue;
    memcpy(pointer, buf_text(&compiler->pointer), length);
    violations_add(compiler->violations, pointer, code, "%s", detail);
}

static void fault_at(struct compiler *compiler, const char *key, const char *code,
                     const char *detail)
{
    size_t mark = compiler_push(compiler, key);
    compiler_fault(compiler, code, "%s", detail);
    compiler_pop(compiler, mark);
}

bool compiler_object(struct compiler *compiler, const json_t *value, const char *const *allowed)
{
    if (!json_is_object(value)) {
        compiler_fault(compiler, "wrong_type", "this must be an object");
        return false;
    }
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        const char *const *name = allowed;
        while (*name != NULL && strcmp(*name, key) != 0)
            name++;
        if (*name == NULL)
            fault_at(compiler, key, "unknown_member", "nothing of this name belongs here");
    }
    return true;
}

size_t compiler_array(struct compiler *compiler, const json_t *object, const char *key,
                      size_t least, size_t most)
{
    const json_t *array = json_object_get(object, key);
    size_t size = json_array_size(array);
    if (json_is_array(array) && size >= least && size <= most)
        return size;
    size_t mark = compiler_push(compiler, key);
    if (array == NULL)
        compiler_fault(compiler, "required", "this member is missing");
    else if (!json_is_array(array))
        compiler_fault(compiler, "wrong_type", "this must be an array");
    else
        compiler_fault(compiler, "wrong_size", "this must have %zu to %zu entries", least, most);
    compiler_pop(compiler, mark);
    return 0;
}

/* [A-Za-z][A-Za-z0-9_]{0,39}, without the word that marks a missing answer. */
bool compiler_is_id(const json_t *value)
{
    const char *id = json_string_value(value);
    size_t length = json_string_length(value);
    if (id == NULL || length == 0 || length > 40 || strcmp(id, "missing") == 0)
        return false;
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return strspn(id, letters) == length && strchr("_0123456789", id[0]) == NULL;
}

const char *compiler_id(struct compiler *compiler, const json_t *object, const char *key,
                        enum presence presence)
{
    const json_t *value = json_object_get(object, key);
    if (compiler_is_id(value))
        return json_string_value(value);
    if (value == NULL && presence == REQUIRED)
        fault_at(compiler, key, "required", "this member is missing");
    else if (value != NULL && !(json_is_null(value) && presence == OPTIONAL))
        fault_at(compiler, key, "bad_id",
                 "this must be a letter and up to 39 letters, digits and underscores");
    return NULL;
}

bool instrument_is_text(const char *text)
{
    return text != NULL && text[strspn(text, " \t\r\n")] != '\0' &&
           text_code_points(text, strlen(text)) <= INSTRUMENT_TEXT;
}

static bool has_language(const struct instrument *instrument, const char *language)
{
    size_t index;
    return instrument_find_language(instrument, language, strlen(language), &index);
}

struct phrase compiler_phrase(struct compiler *compiler, const json_t *object, const char *key,
                              enum presence presence)
{
    struct phrase phrase = {0};
    const json_t *value = json_object_get(object, key);
    if (value == NULL && presence == OPTIONAL)
        return phrase;
    size_t mark = compiler_push(compiler, key);
    if (value == NULL)
        compiler_fault(compiler, "required", "this member is missing");
    else if (!json_is_object(value))
        compiler_fault(compiler, "wrong_type", "this must be an object with a text a language");
    const struct instrument *instrument = compiler->instrument;
    for (size_t i = 0; i < instrument->language_count && json_is_object(value); i++) {
        const json_t *text = json_object_get(value, instrument->languages[i]);
        phrase.text[i] = instrument_is_text(json_string_value(text)) ? json_string_value(text) : "";
        if (phrase.text[i][0] == '\0')
            fault_at(compiler, instrument->languages[i], text == NULL ? "required" : "bad_text",
                     "every language needs a text of 1 to 4000 characters here");
    }
    const char *language;
    json_t *text;
    json_object_foreach((json_t *)(uintptr_t)value, language,
                        text) if (!has_language(instrument, language))
        fault_at(compiler, language, "unknown_language", "the instrument is not in this language");
    compiler_pop(compiler, mark);
    return phrase;
}

bool compiler_flag(struct compiler *compiler, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_boolean(value))
        fault_at(compiler, key, "wrong_type", "this must be true or false");
    return json_is_true(value);
}

int compiler_integer(struct compiler *compiler, const json_t *object, const char *key, int least,
                     int most, int usual)
{
    const json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value))
        return usual;
    json_int_t integer = json_integer_value(value);
    if (json_is_integer(value) && integer >= least && integer <= most)
        return (int)integer;
    size_t mark = compiler_push(compiler, key);
    compiler_fault(compiler, json_is_integer(value) ? "out_of_range" : "wrong_type",
                   "this must be an integer from %d to %d", least, most);
    compiler_pop(compiler, mark);
    return usual;
}

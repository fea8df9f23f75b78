#include "form.h"

#include <stdio.h>
#include <string.h>

/* What answers_read and form_values find, as somebody says it who asks for an answer. */
static const struct {
    const char *code;
    const char *text;
} faults[] = {
    {"required", sentence("This question must be answered. You can also say that you don't know.")},
    {"not_integer", sentence("Write a whole number with digits, for example 12.")},
    {"not_number", sentence("Write a number with digits, for example 12 or 12.5.")},
    {"both", sentence("Either give an answer or say why not, not both.")},
    {"tie", sentence("Give each place in the ranking only once.")},
    {"need_text", sentence("Write what will be done.")},
    {"need_name", sentence("Write the person's name.")},
    {"need_level", sentence("Choose whether you or your organisation will do it.")},
    {"too_long", sentence("This is too long. Shorten it a little.")},
    {"unknown_participant", sentence("Somebody in the list is no longer in the delegation.")},
};

bool form_fault_item(const struct visit *visit, const struct violation *violation, size_t *item)
{
    static const char prefix[] = "/answers/";
    if (strncmp(violation->pointer, prefix, sizeof prefix - 1) != 0)
        return false;
    const char *id = violation->pointer + sizeof prefix - 1;
    return instrument_find_item(visit->instrument, id, strcspn(id, "/"), item);
}

const struct violation *form_fault_of(const struct visit *visit, size_t item)
{
    size_t found;
    for (size_t i = 0; i < visit->violations.count; i++)
        if (form_fault_item(visit, &visit->violations.items[i], &found) && found == item)
            return &visit->violations.items[i];
    return NULL;
}

static const char *range(enum language language, const struct item *item, char *text, size_t size)
{
    if (item->type == ITEM_NUMBER)
        snprintf(text, size, say(language, "Write a number from %g to %g."), item->number_minimum,
                 item->number_maximum);
    else
        snprintf(text, size, say(language, "Write a whole number from %d to %d."), item->minimum,
                 item->maximum);
    return text;
}

const char *form_fault(const struct visit *visit, const struct violation *violation, char *text,
                       size_t size)
{
    size_t index;
    enum language language = visit->language;
    const struct item *item = NULL;
    if (form_fault_item(visit, violation, &index))
        item = instrument_item(visit->instrument, index);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (strcmp(faults[i].code, violation->code) == 0)
            return say(language, faults[i].text);
    if (item != NULL && strcmp(violation->code, "out_of_range") == 0)
        return range(language, item, text, size);
    if (item == NULL ||
        (strcmp(violation->code, "too_many") != 0 && strcmp(violation->code, "too_few") != 0))
        return say(language, "This answer cannot be taken. Please look at it again.");
    if (strcmp(violation->code, "too_few") == 0)
        snprintf(text, size, say(language, "Choose at least %d."), (int)item->least);
    else
        snprintf(text, size, say(language, "At most %d."), (int)item->most);
    return text;
}

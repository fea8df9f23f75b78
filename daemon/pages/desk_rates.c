/* Who has answered, for the organiser: in all and by sector, but no sector of a handful alone,
 * whose count would say who. */
#include "desk_parts.h"

#include <string.h>

#define SHOWN_FROM  5 /* people */
#define SECTORS_MAX 16
#define REST        "other"

struct sectors {
    const json_t *rates[SECTORS_MAX];
    bool is_merged[SECTORS_MAX];
    size_t count;
    long merged; /* people */
};

static void merge(struct sectors *sectors, size_t index)
{
    sectors->is_merged[index] = true;
    sectors->merged += desk_number(sectors->rates[index], "delegation");
}

static void merge_smallest(struct sectors *sectors)
{
    size_t smallest = SECTORS_MAX;
    for (size_t i = 0; i < sectors->count; i++)
        if (!sectors->is_merged[i] &&
            (smallest == SECTORS_MAX || desk_number(sectors->rates[i], "delegation") <
                                            desk_number(sectors->rates[smallest], "delegation")))
            smallest = i;
    if (smallest < SECTORS_MAX)
        merge(sectors, smallest);
}

/* What is left out must not be told by what is not: the rest is a group of that size too. */
static void merge_small(struct sectors *sectors)
{
    for (size_t i = 0; i < sectors->count; i++) {
        long people = desk_number(sectors->rates[i], "delegation");
        if (people > 0 && people < SHOWN_FROM)
            merge(sectors, i);
    }
    if (sectors->merged > 0 && sectors->merged < SHOWN_FROM)
        merge_smallest(sectors);
}

static void append(json_t *list, const char *wave, const char *slice, long answered, long people)
{
    if (people > 0)
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "wave", wave, "slice", slice,
                                              "answered", (json_int_t)answered, "delegation",
                                              (json_int_t)people));
}

static void append_wave(json_t *list, const char *wave, const json_t *all, struct sectors *sectors)
{
    long answered = 0;
    merge_small(sectors);
    if (all != NULL)
        append(list, wave, "all", desk_number(all, "answered"), desk_number(all, "delegation"));
    for (size_t i = 0; i < sectors->count; i++) {
        if (sectors->is_merged[i])
            answered += desk_number(sectors->rates[i], "answered");
        else
            append(list, wave, desk_text(sectors->rates[i], "slice"),
                   desk_number(sectors->rates[i], "answered"),
                   desk_number(sectors->rates[i], "delegation"));
    }
    append(list, wave, REST, answered, sectors->merged);
}

json_t *desk_rates(const json_t *rates)
{
    json_t *list = json_array();
    const json_t *given = json_object_get(rates, "rates");
    size_t index = 0;
    while (index < json_array_size(given)) {
        const char *wave = desk_text(json_array_get(given, index), "wave");
        const json_t *all = NULL;
        struct sectors sectors = {.count = 0};
        for (; index < json_array_size(given); index++) {
            const json_t *rate = json_array_get(given, index);
            if (strcmp(desk_text(rate, "wave"), wave) != 0)
                break;
            if (strcmp(desk_text(rate, "slice"), "all") == 0)
                all = rate;
            else if (sectors.count < SECTORS_MAX)
                sectors.rates[sectors.count++] = rate;
        }
        append_wave(list, wave, all, &sectors);
    }
    return list;
}

static void write_rate(struct desk *desk, struct buf *html, const json_t *rate)
{
    const char *slice = desk_text(rate, "slice");
    const char *name = strcmp(slice, REST) == 0 ? say(desk->language, "Other sectors")
                                                : desk_sector_name(desk->language, slice);
    long answered = desk_number(rate, "answered");
    long people = desk_number(rate, "delegation");
    html_printf(html,
                "<tr data-wave=\"%s\" data-slice=\"%s\"><th scope=\"row\">%s</th>"
                "<td class=\"meter\"><progress aria-hidden=\"true\" max=\"%ld\" value=\"%ld\">"
                "</progress></td><td class=\"number\"><span data-answered>%ld</span>",
                desk_text(rate, "wave"), slice, name, people, answered, answered);
    html_printf(html, " %s <span data-people>%ld</span></td></tr>", say(desk->language, "of"),
                people);
}

void desk_write_rates(struct desk *desk, struct buf *html, const json_t *rates, const char *wave)
{
    json_t *list = desk_rates(rates);
    size_t index;
    json_t *rate;
    html_printf(
        html, "<table class=\"rates\" data-live><caption class=\"for-readers\">%s</caption><tbody>",
        say(desk->language, "Answers so far"));
    json_array_foreach(list, index, rate)
    {
        if (strcmp(desk_text(rate, "wave"), wave) == 0)
            write_rate(desk, html, rate);
    }
    buf_append_text(html, "</tbody></table>");
    json_decref(list);
}

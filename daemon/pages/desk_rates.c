/* Who has answered, for the organiser: in all and by sector; response_rates.sql says which of them
 * are told together. */
#include "desk_parts.h"

#include <string.h>

#define REST "other"

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
    size_t index;
    json_t *rate;
    html_printf(
        html, "<table class=\"rates\" data-live><caption class=\"for-readers\">%s</caption><tbody>",
        say(desk->language, "Answers so far"));
    json_array_foreach(json_object_get(rates, "rates"), index, rate)
    {
        if (strcmp(desk_text(rate, "wave"), wave) == 0)
            write_rate(desk, html, rate);
    }
    buf_append_text(html, "</tbody></table>");
}

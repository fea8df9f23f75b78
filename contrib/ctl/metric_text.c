#include "metric_text.h"

#include <string.h>

static void append_number(struct buf *text, double value, const char *unit)
{
    if (strcmp(unit, "share") == 0)
        buf_printf(text, "%.0f %%", 100 * value);
    else if (strcmp(unit, "points") == 0 || strcmp(unit, "pp") == 0)
        buf_printf(text, "%.1f", value);
    else if (strcmp(unit, "count") == 0 || strcmp(unit, "seats") == 0)
        buf_printf(text, "%.0f", value);
    else
        buf_printf(text, "%.2f", value);
}

static const char *unit_of(const json_t *row)
{
    const char *unit = json_string_value(json_object_get(row, "unit"));
    return unit != NULL ? unit : "";
}

void metric_text_value(struct buf *text, const json_t *row)
{
    const json_t *value = json_object_get(row, "value");
    if (json_is_number(value))
        append_number(text, json_number_value(value), unit_of(row));
    else if (json_is_string(value))
        buf_append_text(text, json_string_value(value));
}

void metric_text_interval(struct buf *text, const json_t *row)
{
    const json_t *low = json_object_get(row, "low");
    const json_t *high = json_object_get(row, "high");
    if (!json_is_number(low) || !json_is_number(high))
        return;
    append_number(text, json_number_value(low), unit_of(row));
    buf_append_text(text, "–");
    append_number(text, json_number_value(high), unit_of(row));
}

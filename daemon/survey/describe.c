#include "instrument_part.h"

#include <string.h>

static void append_member(struct buf *buf, const char *key, const char *value)
{
    buf_printf(buf, ",\"%s\":", key);
    if (value == NULL)
        buf_append_text(buf, "null");
    else
        buf_append_json(buf, value, strlen(value));
}

static void separate(struct buf *buf)
{
    char last = buf->data[buf->length - 1];
    if (last != '[' && last != '{')
        buf_append_char(buf, ',');
}

static const char *part_of(const struct item *item, size_t offset)
{
    if (item->type == ITEM_MATRIX)
        return item->rows[offset].id;
    if (item->type == ITEM_MULTIPLE || item->type == ITEM_RANKING)
        return item->options[offset].id;
    return "";
}

static void append_range(struct buf *buf, const struct item *item)
{
    int low = item->type == ITEM_RANKING ? 0 : item->minimum;
    buf_printf(buf, ",\"min\":%d,\"max\":%d,\"reverse\":%s,\"conditional\":%s", low, item->maximum,
               item->reverse ? "true" : "false", item->show_if != NULL ? "true" : "false");
}

static void append_slot(struct buf *buf, const struct item *item, size_t offset)
{
    separate(buf);
    buf_printf(buf, "{\"slot\":%zu", item->slot + offset + 1);
    append_member(buf, "item", item->id);
    append_member(buf, "part", part_of(item, offset));
    append_member(buf, "type", item_type_name(item->type));
    append_range(buf, item);
    append_member(buf, "construct", item->construct);
    append_member(buf, "phase", item->phase);
    if (item->purpose > 0)
        buf_printf(buf, ",\"purpose\":%d}", item->purpose);
    else
        buf_append_text(buf, ",\"purpose\":null}");
}

static void append_slots(struct buf *buf, const struct instrument *instrument)
{
    buf_append_text(buf, "\"slots\":[");
    for (size_t i = 0; i < instrument->item_count; i++)
        for (size_t offset = 0; offset < instrument->items[i].slot_count; offset++)
            append_slot(buf, &instrument->items[i], offset);
    buf_append_char(buf, ']');
}

static void append_questions(struct buf *buf, const struct instrument *instrument)
{
    buf_append_text(buf, ",\"questions\":[");
    for (size_t i = 0; i < instrument->item_count; i++) {
        const struct item *item = &instrument->items[i];
        if (item->slot_count == 0)
            continue;
        separate(buf);
        buf_printf(buf, "{\"slot\":%zu,\"slots\":%zu", item->slot + 1, item->slot_count);
        append_member(buf, "item", item->id);
        buf_append_char(buf, '}');
    }
    buf_append_char(buf, ']');
}

static void append_composite(struct buf *buf, const struct measure *measure, const char *type)
{
    separate(buf);
    buf_printf(buf, "{\"minimum\":%zu", measure->minimum);
    append_member(buf, "id", measure->id);
    append_member(buf, "type", type);
    buf_append_text(buf, ",\"items\":[");
    for (size_t i = 0; i < measure->ref_count; i++) {
        const struct measure_ref *ref = &measure->refs[i];
        separate(buf);
        buf_printf(buf, "{\"slot\":%zu", ref->slot + 1);
        append_member(buf, "item", ref->item);
        append_member(buf, "part", ref->part);
        append_range(buf, ref->own);
        buf_append_char(buf, '}');
    }
    buf_append_text(buf, "]}");
}

static void append_composites(struct buf *buf, const struct instrument *instrument)
{
    buf_append_text(buf, ",\"composites\":[");
    for (size_t i = 0; i < instrument->measure_count; i++)
        if (measure_is_composite(&instrument->measures[i]))
            append_composite(buf, &instrument->measures[i],
                             measure_type_name(instrument->measures[i].type));
    /* The three questions of a customer index are a scale too, whose reliability is told. They come
     * behind, so that a name finds the index. */
    for (size_t i = 0; i < instrument->measure_count; i++)
        if (strcmp(measure_type_name(instrument->measures[i].type), "nki") == 0)
            append_composite(buf, &instrument->measures[i], "reliability");
    buf_append_char(buf, ']');
}

static void append_texts(struct buf *buf, const struct instrument *instrument)
{
    buf_append_text(buf, ",\"texts\":[");
    for (size_t i = 0; i < instrument->item_count; i++) {
        const struct item *item = &instrument->items[i];
        if (item->slot_count > 0 || item->type == ITEM_SECTION)
            continue;
        separate(buf);
        buf_append_text(buf, "{\"item\":");
        buf_append_json(buf, item->id, item->id_length);
        append_member(buf, "type", item_type_name(item->type));
        buf_append_char(buf, '}');
    }
    buf_append_char(buf, ']');
}

static void append_measure_ref(struct buf *buf, const struct measure_ref *ref)
{
    separate(buf);
    buf_append_text(buf, "{\"item\":");
    buf_append_json(buf, ref->item, strlen(ref->item));
    append_member(buf, "part", ref->part);
    append_member(buf, "wave", ref->wave);
    if (ref->scored)
        buf_printf(buf, ",\"slot\":%zu}", ref->slot + 1);
    else
        buf_append_text(buf, ",\"slot\":null}");
}

static void append_measure(struct buf *buf, const struct measure *measure)
{
    separate(buf);
    buf_printf(buf, "{\"minimum\":%zu", measure->minimum);
    append_member(buf, "id", measure->id);
    append_member(buf, "type", measure_type_name(measure->type));
    buf_append_text(buf, ",\"items\":[");
    for (size_t i = 0; i < measure->ref_count; i++)
        append_measure_ref(buf, &measure->refs[i]);
    buf_append_text(buf, "],\"measures\":[");
    for (size_t i = 0; i < measure->part_count; i++) {
        separate(buf);
        buf_append_json(buf, measure->parts[i]->id, strlen(measure->parts[i]->id));
    }
    buf_append_text(buf, "]}");
}

static void append_measures(struct buf *buf, const struct instrument *instrument)
{
    buf_append_text(buf, ",\"measures\":[");
    for (size_t i = 0; i < instrument->measure_count; i++)
        append_measure(buf, &instrument->measures[i]);
    buf_append_char(buf, ']');
}

void instrument_describe(const struct instrument *instrument, struct buf *buf)
{
    buf_append_char(buf, '{');
    append_slots(buf, instrument);
    append_questions(buf, instrument);
    append_composites(buf, instrument);
    append_texts(buf, instrument);
    append_measures(buf, instrument);
    buf_append_char(buf, '}');
}

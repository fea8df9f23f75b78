#include <debriefd/answers_write.h>

#include <debriefd/error.h>

typedef json_t *write_item_fn(const struct item *item, const int16_t *slots);

/* NULL for a slot that nobody answered, or was asked. */
static json_t *sentinel(int16_t value)
{
    if (value == SLOT_DONT_KNOW)
        return json_pack("{s:s}", "missing", "dk");
    if (value == SLOT_REFUSED)
        return json_pack("{s:s}", "missing", "refused");
    return NULL;
}

static json_t *write_integer(const struct item *item, const int16_t *slots)
{
    (void)item;
    return json_integer(slots[0]);
}

static json_t *write_binary(const struct item *item, const int16_t *slots)
{
    (void)item;
    return json_boolean(slots[0] != 0);
}

static json_t *write_single(const struct item *item, const int16_t *slots)
{
    return json_string(item->options[slots[0] - 1].id);
}

static json_t *write_multiple(const struct item *item, const int16_t *slots)
{
    json_t *chosen = json_array();
    for (size_t i = 0; i < item->option_count; i++)
        if (slots[i] == 1)
            json_array_append_new(chosen, json_string(item->options[i].id));
    return chosen;
}

static json_t *write_ranking(const struct item *item, const int16_t *slots)
{
    json_t *ranked = json_array();
    for (size_t rank = 1; rank <= item->option_count; rank++)
        for (size_t i = 0; i < item->option_count; i++)
            if (slots[i] == (int16_t)rank)
                json_array_append_new(ranked, json_string(item->options[i].id));
    return ranked;
}

static json_t *write_matrix(const struct item *item, const int16_t *slots)
{
    json_t *rows = json_object();
    for (size_t i = 0; i < item->row_count; i++) {
        json_t *value = slots[i] >= 0 ? json_integer(slots[i]) : sentinel(slots[i]);
        if (value != NULL)
            json_object_set_new(rows, item->rows[i].id, value);
    }
    if (json_object_size(rows) > 0)
        return rows;
    json_decref(rows);
    return NULL;
}

static write_item_fn *const writers[ITEM_TYPES] = {
    [ITEM_RATING] = write_integer,  [ITEM_NPS] = write_integer,   [ITEM_COUNT] = write_integer,
    [ITEM_BINARY] = write_binary,   [ITEM_SINGLE] = write_single, [ITEM_MULTIPLE] = write_multiple,
    [ITEM_RANKING] = write_ranking, [ITEM_MATRIX] = write_matrix,
};

static json_t *write_item(const struct item *item, const int16_t *slots, const json_t *texts)
{
    if (writers[item->type] == NULL)
        return json_incref(json_object_get(texts, item->id));
    if (slots[item->slot] < 0 && item->type != ITEM_MATRIX)
        return sentinel(slots[item->slot]);
    return writers[item->type](item, slots + item->slot);
}

json_t *answers_write(const struct instrument *instrument, const int16_t *slots, const char *texts,
                      size_t length)
{
    json_t *unscored = json_loadb(texts, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(unscored)) {
        json_decref(unscored);
        return NULL;
    }
    json_t *answers = json_object();
    for (size_t i = 0; i < instrument_item_count(instrument); i++) {
        const struct item *item = instrument_item(instrument, i);
        json_t *value = write_item(item, slots, unscored);
        if (value != NULL)
            json_object_set_new(answers, item->id, value);
    }
    json_decref(unscored);
    return answers;
}

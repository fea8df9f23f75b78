#include "templates.h"

#include "script.h"
#include <stdio.h>

static void add_item(struct part *part, size_t number, int points, bool is_measured)
{
    struct question *item = &part->items[part->item_count];
    *item = (struct question){.is_measured = is_measured};
    snprintf(item->name, sizeof item->name, "%c%zu", (int)('A' + (number & 7)),
             part->item_count + 1);
    item->scale = (struct facts_item){item->name, FACTS_RATING, 1, points, false};
    part->item_count++;
}

static void add_index(struct part *part, size_t number, unsigned items, int minimum, bool is_nki)
{
    struct index_measure *index = &part->indices[part->index_count];
    *index = (struct index_measure){.is_nki = is_nki, .items = items, .minimum = minimum};
    snprintf(index->name, sizeof index->name, "%cX%zu", (int)('A' + (number & 7)),
             part->index_count + 1);
    part->index_count++;
}

static void make_index(size_t number, int points, uint64_t variant, struct part *part)
{
    bool is_nki = (variant & 4) != 0;
    for (int i = 0; i < (is_nki ? 3 : 2); i++)
        add_item(part, number, is_nki ? 2 : points, false);
    part->items[1].scale.reverse = variant & 1;
    add_index(part, number, is_nki ? 7 : 3, variant & 2 ? 1 : 2, is_nki);
}

static void make_linked(enum template_kind kind, size_t number, int points, uint64_t variant,
                        struct part *part)
{
    bool is_overlap = kind == TEMPLATE_OVERLAP;
    add_item(part, number, points, !is_overlap);
    add_item(part, number, points, !is_overlap && (variant & 1));
    add_item(part, number, points, false);
    add_index(part, number, 3, is_overlap ? 1 : 2, false);
    add_index(part, number, is_overlap ? 6 : 7, 1, !is_overlap);
}

static void add_gain(struct part *part, size_t number, size_t before, size_t after)
{
    struct gain_measure *gain = &part->gains[part->gain_count];
    int span = part->items[after].scale.max - part->items[after].scale.min;
    *gain = (struct gain_measure){.before = before, .after = after};
    gain->scale = (struct facts_item){NULL, FACTS_DIFFERENCE, -span, span, false};
    snprintf(gain->name, sizeof gain->name, "%cG%zu", (int)('A' + (number & 7)),
             part->gain_count + 1);
    part->gain_count++;
}

/* Two to four answers of one scale. */
static void make_gains(enum template_kind kind, size_t number, int points, uint64_t variant,
                       struct part *part)
{
    bool is_over_two = kind >= TEMPLATE_SHIFT;
    bool is_two = kind == TEMPLATE_GAIN || kind == TEMPLATE_SHIFT || kind == TEMPLATE_WAVES;
    bool is_mean = kind == TEMPLATE_GAIN_MEAN;
    int items = is_two ? 2 : 3 + is_mean;
    for (int i = 0; i < items; i++)
        add_item(part, number, points, kind == TEMPLATE_WAVES || (variant >> i & 1));
    part->items[1].scale.reverse = (variant & 4) != 0;
    part->items[0].wave = is_over_two ? WAVE_PRE : WAVE_POST;
    if (kind == TEMPLATE_SHIFTS)
        add_gain(part, number, 0, 2);
    if (kind != TEMPLATE_WAVES)
        add_gain(part, number, 0, 1);
    if (kind == TEMPLATE_SHIFTS || kind == TEMPLATE_GAINS)
        add_gain(part, number, 1, 2);
    if (kind == TEMPLATE_GAIN_INDEX)
        add_index(part, number, 6, 2, false);
    if (is_mean) {
        add_gain(part, number, 2, 3);
        snprintf(part->gain_index, sizeof part->gain_index, "%cM", (int)('A' + (number & 7)));
    }
}

/* A part's names are found again where the part is: copying moves it. */
static void name_scales(struct part *part)
{
    for (size_t i = 0; i < part->item_count; i++)
        part->items[i].scale.name = part->items[i].name;
    for (size_t i = 0; i < part->gain_count; i++)
        part->gains[i].scale.name = part->gains[i].name;
}

void template_make(enum template_kind kind, size_t number, int points, uint64_t variant,
                   struct part *part)
{
    *part = (struct part){0};
    switch (kind) {
    case TEMPLATE_NPS:
        add_item(part, number, 10, true);
        part->items[0].scale.kind = FACTS_NPS;
        part->items[0].scale.min = 0;
        break;
    case TEMPLATE_SHOWN:
        add_item(part, number, points, true);
        add_item(part, number, points, variant & 1);
        part->items[0].scale.reverse = (variant & 2) != 0;
        add_index(part, number, 3, 1, false);
        break;
    case TEMPLATE_INDEX:
        make_index(number, points, variant, part);
        break;
    case TEMPLATE_CONDITION:
        add_item(part, number, points, true);
        add_item(part, number, points, true);
        part->items[1].is_conditional = true;
        break;
    case TEMPLATE_OVERLAP:
    case TEMPLATE_SHOWN_TWICE:
        make_linked(kind, number, points, variant, part);
        break;
    case TEMPLATE_BINARY:
    case TEMPLATE_COUNT:
        add_item(part, number, kind == TEMPLATE_BINARY ? 1 : points, true);
        part->items[0].scale.kind = kind == TEMPLATE_BINARY ? FACTS_BINARY : FACTS_COUNTED;
        part->items[0].scale.min = 0;
        break;
    case TEMPLATE_GAIN:
    case TEMPLATE_GAINS:
    case TEMPLATE_GAIN_INDEX:
    case TEMPLATE_SHIFT:
    case TEMPLATE_SHIFTS:
    case TEMPLATE_WAVES:
    case TEMPLATE_GAIN_MEAN:
        make_gains(kind, number, points, variant, part);
        break;
    default:
        add_item(part, number, points, true);
        part->items[0].scale.reverse = variant & 1;
    }
    name_scales(part);
}

void template_draw(uint64_t *state, size_t number, enum template_range range, struct part *part)
{
    static const uint64_t scales[TEMPLATES] = {4, 1, 2, 3, 2, 1, 1, 1, 7, 2, 1, 1, 2, 1, 2, 1};
    static const enum template_kind ranges[][2] = {
        {0, TEMPLATE_SHIFT}, {TEMPLATE_GAIN, TEMPLATE_SHIFT}, {TEMPLATE_SHIFT, TEMPLATES}};
    uint64_t kinds = ranges[range][1] - ranges[range][0];
    enum template_kind kind = (enum template_kind)(ranges[range][0] + script_random(state, kinds));
    int points = 2 + (int)script_random(state, scales[kind]);
    template_make(kind, number, points, script_random(state, 8), part);
}

void template_smallest(size_t number, struct part *part)
{
    template_make(TEMPLATE_RATING, number, 2, 0, part);
}

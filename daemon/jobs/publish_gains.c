/* The gains of a release: the histograms of coded differences. */
#include "json_read.h"
#include "publish_part.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

static const struct study_wave *wave_of(const struct building *building,
                                        const struct facts_joint *joint)
{
    const struct study_facts *loaded = &building->run->loaded;
    for (size_t i = 0; i < loaded->wave_count; i++)
        if (strcmp(loaded->waves[i].kind, joint->wave) == 0)
            return &loaded->waves[i];
    abort(); /* a joint is of one of the study's waves */
}

static const json_t *measure_of(const struct study_wave *wave, const struct facts_joint *joint)
{
    return json_find(json_object_get(wave->compiled, "measures"), "id", joint->name);
}

/* Whether every wave that the gain is over is closed. */
static bool is_closed(const struct building *building, const struct study_wave *wave,
                      const struct facts_joint *joint)
{
    const struct study_facts *loaded = &building->run->loaded;
    const json_t *items = json_object_get(measure_of(wave, joint), "items");
    bool closed = wave->is_closed;
    for (size_t i = 0; i < json_array_size(items); i++)
        for (size_t j = 0; j < loaded->wave_count; j++)
            if (strcmp(json_text(json_array_get(items, i), "wave"), loaded->waves[j].kind) == 0)
                closed = closed && loaded->waves[j].is_closed;
    return closed;
}

static void add_gain(struct building *building, const struct study_wave *wave,
                     const struct facts_joint *joint)
{
    int span = joint->parts[0].max - joint->parts[0].min;
    struct series *made = publish_add(building, wave);
    made->item = (struct facts_item){
        .name = joint->name, .kind = FACTS_DIFFERENCE, .min = -span, .max = span};
    made->series.item = &made->item;
    if (!is_closed(building, wave, joint))
        return;
    if (publish_find_family(building, wave->kind, joint->name) < 0)
        made->series.state = RELEASE_LINKED;
    else
        publish_add_groups(building, made, joint->name, joint->name, -span, 2 * (size_t)span + 1);
}

static void add_index(struct building *building, const struct study_wave *wave,
                      const struct facts_joint *joint)
{
    const json_t *gains = json_object_get(measure_of(wave, joint), "measures");
    size_t count = json_array_size(gains);
    const char **names = xcalloc_array(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = json_string_value(json_array_get(gains, i));
    building->gain_indices[building->gain_index_count++] =
        (struct release_gain_index){joint->name, names, count};
}

void publish_gains(struct building *building)
{
    const struct facts *facts = building->run->loaded.facts;
    for (size_t i = 0; i < facts_joints(facts); i++) {
        const struct facts_joint *joint = facts_joint(facts, i);
        const struct study_wave *wave = wave_of(building, joint);
        if (joint->kind == FACTS_GAIN && building->count < SERIES_MAX)
            add_gain(building, wave, joint);
        if (joint->kind == FACTS_GAIN_INDEX && building->gain_index_count < INSTRUMENT_MEASURES)
            add_index(building, wave, joint);
    }
}

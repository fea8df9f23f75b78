/* attack_transcript FIRST COUNT: invented studies with answers and what the driver says of every
 * release, a JSON document a line, for tests/api/attack_test.py to play against a real service. */
#include "play.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *both(const char *text)
{
    return json_pack("{s:s,s:s}", "sv", text, "en", text);
}

static json_t *item_json(const struct part *part, const struct question *item)
{
    json_t *made = json_pack("{s:s,s:o}", "id", item->name, "text", both(item->name));
    if (item->scale.kind == FACTS_NPS) {
        json_object_set_new(made, "type", json_string("nps"));
        return made;
    }
    if (item->scale.kind == FACTS_BINARY) {
        json_object_set_new(made, "type", json_string("binary"));
        return made;
    }
    char lowest[8], highest[8];
    snprintf(lowest, sizeof lowest, "%d", item->scale.min);
    snprintf(highest, sizeof highest, "%d", item->scale.max);
    json_object_set_new(made, "type", json_string("rating"));
    json_object_set_new(made, "reverse", json_boolean(item->scale.reverse));
    json_object_set_new(made, "scale",
                        json_pack("{s:i,s:i,s:{s:o,s:o}}", "min", item->scale.min, "max",
                                  item->scale.max, "labels", lowest, both("low"), highest,
                                  both("high")));
    if (item->is_conditional)
        json_object_set_new(
            made, "show_if",
            json_pack("{s:s,s:[i]}", "item", part->items[0].name, "in", part->items[0].scale.max));
    return made;
}

static json_t *index_json(const struct part *part, const struct index_measure *index)
{
    json_t *items = json_array();
    for (size_t i = 0; i < part->item_count; i++)
        if (index->items >> i & 1)
            json_array_append_new(items, json_string(part->items[i].name));
    return json_pack("{s:s,s:s,s:o,s:i}", "id", index->name, "type",
                     index->is_nki ? "nki" : "index", "items", items, "minimum_answered",
                     index->minimum);
}

static json_t *gain_json(const struct part *part, const struct gain_measure *gain)
{
    const struct question *before = &part->items[gain->before];
    return json_pack("{s:s,s:s,s:[{s:s,s:s},s]}", "id", gain->name, "type", "gain", "items", "wave",
                     wave_names[before->wave], "item", before->name, part->items[gain->after].name);
}

static json_t *gain_index_json(const struct part *part)
{
    json_t *gains = json_array();
    for (size_t i = 0; i < part->gain_count; i++)
        json_array_append_new(gains, json_string(part->gains[i].name));
    return json_pack("{s:s,s:s,s:o,s:i}", "id", part->gain_index, "type", "gain_index", "measures",
                     gains, "minimum_answered", 1);
}

static const char *measure_type(enum facts_kind kind)
{
    return kind == FACTS_NPS ? "nps" : kind == FACTS_BINARY ? "binary" : "rating";
}

static void add_part(const struct part *part, enum wave wave, json_t *items, json_t *measures)
{
    for (size_t i = 0; i < part->item_count; i++) {
        const struct question *item = &part->items[i];
        if (item->wave != wave)
            continue;
        json_array_append_new(items, item_json(part, item));
        if (item->is_measured)
            json_array_append_new(measures,
                                  json_pack("{s:s,s:s,s:[s]}", "id", item->name, "type",
                                            measure_type(item->scale.kind), "items", item->name));
    }
    for (size_t i = 0; wave == WAVE_POST && i < part->index_count; i++)
        json_array_append_new(measures, index_json(part, &part->indices[i]));
    for (size_t i = 0; wave == WAVE_POST && i < part->gain_count; i++)
        json_array_append_new(measures, gain_json(part, &part->gains[i]));
    if (wave == WAVE_POST && part->gain_index[0] != '\0')
        json_array_append_new(measures, gain_index_json(part));
}

static json_t *instrument_json(const struct script *script, enum wave wave)
{
    char name[32];
    json_t *items = json_array(), *measures = json_array();
    snprintf(name, sizeof name, "attack-%llu-%s", (unsigned long long)script->seed,
             wave_names[wave]);
    for (size_t i = 0; i < script->part_count; i++)
        add_part(&script->parts[i], wave, items, measures);
    return json_pack("{s:s,s:o,s:s,s:[s,s],s:o,s:o}", "id", name, "title", both("Attack"), "wave",
                     wave_names[wave], "languages", "sv", "en", "items", items, "measures",
                     measures);
}

/* Missing answers are marked so or left out, by turns. */
static json_t *answers_json(const struct script *script, const script_answers answers,
                            size_t person, enum wave wave, size_t submission)
{
    json_t *made = json_object();
    for (size_t part = 0; part < script->part_count; part++)
        for (size_t i = 0; i < script->parts[part].item_count; i++) {
            const char *name = script->parts[part].items[i].name;
            if (script->parts[part].items[i].wave != wave)
                continue;
            int value = answers[part][person][submission].values[i];
            if (value == MISSING && (person + i) % 2 == 0)
                json_object_set_new(made, name, json_pack("{s:s}", "missing", "dk"));
            else if (value != MISSING && value != NOT_SHOWN)
                json_object_set_new(made, name, json_integer(value));
        }
    return made;
}

static json_t *steps_json(const struct script *script, const script_answers answers)
{
    static const char *const kinds[] = {"answer", "remove", "erase",    "restore", "move",
                                        "close",  "run",    "withdraw", "resume"};
    size_t submissions[SCRIPT_PEOPLE][WAVES] = {{0}};
    json_t *steps = json_array();
    for (size_t i = 0; i < script->step_count; i++) {
        const struct step *step = &script->steps[i];
        json_t *made = json_pack("{s:s,s:i,s:s}", "kind", kinds[step->kind], "person",
                                 (int)step->person, "wave", wave_names[step->wave]);
        if (step->kind == STEP_MOVE)
            json_object_set_new(made, "sector", json_string(script_sectors[step->sector]));
        if (step->kind == STEP_ANSWER)
            json_object_set_new(made, "answers",
                                answers_json(script, answers, step->person, step->wave,
                                             submissions[step->person][step->wave]++));
        json_array_append_new(steps, made);
    }
    return steps;
}

static json_t *row_json(const struct metric_row *row)
{
    json_t *made = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:s,s:s,s:s?}", "family", row->family->name, "wave",
        row->wave, "slice", row->slice, "item", row->item, "metric", row->metric, "n",
        (json_int_t)row->n, "N", (json_int_t)row->N, "unit", row->unit, "method", row->method,
        "null_reason", row->type == METRIC_NULL ? metric_null_name(row->null) : NULL);
    json_object_set_new(made, "value",
                        row->type == METRIC_NUMBER ? json_real(row->value)
                        : row->type == METRIC_TEXT ? json_string(row->text)
                                                   : json_null());
    json_object_set_new(made, "low", row->has_interval ? json_real(row->low) : json_null());
    json_object_set_new(made, "high", row->has_interval ? json_real(row->high) : json_null());
    return made;
}

static void tell(void *context, size_t step, size_t number, const struct metric_rows *rows)
{
    json_t *list = json_array();
    for (size_t i = 0; i < metric_rows_count(rows); i++)
        json_array_append_new(list, row_json(metric_rows_get(rows, i)));
    json_array_append_new(context, json_pack("{s:i,s:i,s:o}", "step", (int)step, "number",
                                             (int)number, "rows", list));
}

/* Most agree, so that coding has work to do. */
static void draw_answers(const struct script *script, script_answers answers)
{
    uint64_t state = script->seed ^ 0xa45;
    memset(answers, 0, sizeof(script_answers));
    for (size_t part = 0; part < script->part_count; part++)
        for (size_t p = 0; p < script->people; p++)
            for (size_t s = 0; s < SCRIPT_SUBMISSIONS; s++) {
                struct tuple tuples[PART_TUPLES];
                size_t count, usual = script->seed % 2;
                if (!tuples_of(&script->parts[part], script_missing(script, p, s, part), tuples,
                               &count))
                    abort();
                usual = usual == 0 ? count - 1 : 0;
                answers[part][p][s] =
                    tuples[script_random(&state, 4) > 0 ? usual : script_random(&state, count)];
            }
}

/* The service refuses answers of who is a delegate no more, and its counts go further. */
static bool is_playable(const struct script *script)
{
    bool is_away[SCRIPT_PEOPLE] = {false};
    for (size_t part = 0; part < script->part_count; part++)
        if (script->parts[part].items[0].scale.kind == FACTS_COUNTED)
            return false;
    if (script->waves > 1 && script->parts[0].items[0].wave != WAVE_PRE)
        return false; /* a wave without questions */
    for (size_t i = 0; i < script->step_count; i++) {
        const struct step *step = &script->steps[i];
        if (step->kind == STEP_REMOVE || step->kind == STEP_RESTORE)
            is_away[step->person] = step->kind == STEP_REMOVE;
        if (step->kind == STEP_ANSWER && is_away[step->person])
            return false;
    }
    return true;
}

static void print_study(const struct script *script)
{
    script_answers answers;
    json_t *people = json_array(), *releases = json_array(), *instruments = json_object();
    draw_answers(script, answers);
    for (size_t p = 0; p < script->people; p++)
        json_array_append_new(people, json_string(script_sectors[script->sector[p]]));
    play_all(script, (const struct tuple(*)[SCRIPT_PEOPLE][SCRIPT_SUBMISSIONS])answers, tell,
             releases);
    for (size_t wave = script->waves; wave-- > 0;)
        json_object_set_new(instruments, wave_names[wave],
                            instrument_json(script, (enum wave)wave));
    json_t *study = json_pack("{s:I,s:o,s:o,s:o,s:o}", "seed", (json_int_t)script->seed, "people",
                              people, "instruments", instruments, "steps",
                              steps_json(script, answers), "releases", releases);
    json_dumpf(study, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(study);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return EXIT_FAILURE;
    struct script_wishes wishes = {.seed = strtoull(argv[1], NULL, 10),
                                   .pace = SCRIPT_ONE_BY_ONE,
                                   .k = 5,
                                   .worlds = 1e30,
                                   .parts = SCRIPT_PARTS};
    for (long count = strtol(argv[2], NULL, 10); count > 0; wishes.seed++) {
        struct script script;
        script_invent(&wishes, &script);
        if (!is_playable(&script))
            continue;
        print_study(&script);
        count--;
    }
    return EXIT_SUCCESS;
}

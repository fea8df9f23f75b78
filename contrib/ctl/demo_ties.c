#include "demo_ties.h"

#include "demo_dice.h"
#include <stdio.h>
#include <string.h>

#define LEVEL_MAX 4

/* How it is between two people, whoever is asked. */
static int tie_level(const struct demo_trip *trip, int a, int b, const char *wave)
{
    int low = a < b ? a : b;
    int high = a < b ? b : a;
    struct dice dice = dice_throw("tie", "", low * 1000 + high);
    struct dice later = dice_throw(trip->code, "tie", low * 1000 + high);
    bool is_near = strcmp(demo_sector_of(low), demo_sector_of(high)) == 0;
    int level = dice_happens(&dice, is_near ? 0.4 : 0.14) ? 1 + (int)(dice_roll(&dice) % 4) : 0;
    if (strcmp(wave, "fu") != 0)
        return level;
    if (dice_happens(&later, is_near ? 0.3 : 0.26))
        level += 1 + (int)(dice_roll(&later) % 3);
    else if (level > 0 && dice_happens(&later, 0.12))
        level--; /* ties fade as well */
    return level > LEVEL_MAX ? LEVEL_MAX : level;
}

/* The two ends of a tie do not always see it alike. */
static int reported_level(struct dice *dice, int level)
{
    if (dice_happens(dice, 0.06))
        level += dice_happens(dice, 0.5) ? 1 : -1;
    if (level < 0)
        return 0;
    return level > LEVEL_MAX ? LEVEL_MAX : level;
}

enum naming {
    NAMING_EVERYBODY,
    NAMING_KNOWN, /* the others count as unknown to them, or as unasked in a partial roster */
};

/* What one person says of another; NULL for nothing. The dice are of the two, because the order of
 * delegates differs from one demonstration to the next. */
static json_t *answer_about(const struct demo_trip *trip, const char *wave, int person, int other,
                            enum naming naming)
{
    struct dice dice = dice_throw(trip->code, wave, person * 1000 + other);
    int level = reported_level(&dice, tie_level(trip, person, other, wave));
    if (dice_happens(&dice, 0.015))
        return json_null();
    return level > 0 || naming == NAMING_EVERYBODY ? json_integer(level) : NULL;
}

json_t *demo_ties_create(const struct demo_trip *trip, const char *wave, int person,
                         const json_t *delegates)
{
    char matter[16];
    snprintf(matter, sizeof matter, "roster/%s", wave);
    struct dice dice = dice_throw(trip->code, matter, person);
    if (dice_happens(&dice, 0.04))
        return json_pack("{s:s}", "missing", "refused");
    bool is_partial = dice_happens(&dice, 0.08), is_short = dice_happens(&dice, 0.5);
    enum naming naming = is_partial || is_short ? NAMING_KNOWN : NAMING_EVERYBODY;
    json_t *roster = json_object();
    if (is_partial)
        json_object_set_new(roster, "complete", json_false());
    for (size_t i = 0; i < json_array_size(delegates); i++) {
        const json_t *one = json_array_get(delegates, i);
        int other = demo_person_of(one);
        if (other == person)
            continue;
        json_t *answer = answer_about(trip, wave, person, other, naming);
        if (answer != NULL)
            json_object_set_new(roster, json_string_value(json_object_get(one, "id")), answer);
    }
    return roster;
}

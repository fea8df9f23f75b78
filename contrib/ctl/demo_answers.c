#include "demo_answers.h"

#include "demo_dice.h"
#include "demo_ties.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static double answer_probability(const char *wave)
{
    return strcmp(wave, "fu") == 0 ? 0.76 : 0.86;
}

static void set(json_t *answers, const char *item, int value)
{
    json_object_set_new(answers, item, json_integer(value));
}

enum shape { AROUND, DIVIDED };

/* What people answer to a rating of 1 to 5: around a mean, or half of them at either end. */
struct rating {
    const char *item;
    double mean;
    enum shape shape;
};

static void answer_ratings(struct dice *dice, json_t *answers, const struct rating *ratings,
                           double mood)
{
    for (; ratings->item != NULL; ratings++) {
        bool is_high = dice_happens(dice, 0.5);
        int value = ratings->shape == AROUND
                        ? dice_near(dice, ratings->mean + mood, 0.6, 1, 5)
                        : dice_near(dice, ratings->mean + (is_high ? 1.4 : -1.4), 0.5, 1, 5);
        if (dice_happens(dice, 0.98)) /* an item is left out now and then */
            set(answers, ratings->item, value);
    }
}

static const struct rating pre_ratings[] = {
    {"L_pre_T1", 2.4, AROUND},
    {"L_pre_T2", 2.5, AROUND},
    {"L_pre_T3", 2.2, AROUND},
    {"L_pre_T4", 2.6, AROUND},
    {0},
};

static const struct rating post_satisfaction[] = {
    {"OVERALL", 4.4, AROUND}, {"S_PREP1", 4.3, AROUND}, {"S_PREP2", 4.4, AROUND},
    {"S_PROG1", 4.3, AROUND}, {"S_PROG2", 4.4, AROUND}, {"S_PROG3", 4.6, AROUND},
    {"P1", 4.2, AROUND},      {"P2", 2.8, AROUND},      {"P3", 4.0, AROUND},
    {"P4", 4.5, AROUND},      {"P5", 3.1, AROUND},      {0},
};

static const struct rating post_learning[] = {
    {"S_PROG4", 3.0, DIVIDED},  {"L_then_T1", 2.0, AROUND},
    {"L_then_T2", 2.1, AROUND}, {"L_then_T3", 1.9, AROUND},
    {"L_then_T4", 2.3, AROUND}, {"L_now_T1", 3.7, AROUND},
    {"L_now_T2", 3.9, AROUND},  {"L_now_T3", 3.6, AROUND},
    {"L_now_T4", 3.5, AROUND},  {0},
};

static const struct rating fu_ratings[] = {
    {"S_FUP1", 3.2, AROUND},
    {"S_FUP2", 2.9, DIVIDED},
    {"L_fu_T1", 3.4, AROUND},
    {"L_fu_T2", 3.6, AROUND},
    {"L_fu_T3", 3.3, AROUND},
    {"L_fu_T4", 3.2, AROUND},
    {"TR_IND1", 4.2, AROUND},
    {"TR_IND2", 3.7, AROUND},
    {"TR_ORG1", 2.7, AROUND},
    {"TR_ORG2", 2.3, AROUND},
    {0},
};

static void answer_next(struct dice *dice, json_t *answers)
{
    static const char *const scopes[] = {"europe", "europe", "europe", "world", "either", "none"};
    static const char *const europe[] = {"munich", "milan", "zurich", "britain", "germany"};
    static const char *const world[] = {"china", "india", "canada"};
    size_t scope = dice_roll(dice) % 6;
    json_object_set_new(answers, "NEXT_SCOPE", json_string(scopes[scope]));
    if (scope == 5)
        return;
    json_t *wanted = json_array();
    if (scope != 3)
        json_array_append_new(wanted, json_string(europe[dice_roll(dice) % 5]));
    if (scope >= 3)
        json_array_append_new(wanted, json_string(world[dice_roll(dice) % 3]));
    json_object_set_new(answers, "NEXT_PLACES", wanted);
}

/* The same on every trip. */
static double mood_of(int person)
{
    struct dice dice = dice_throw("person", "mood", person);
    return 0.1 * dice_near(&dice, 0, 4, -8, 8);
}

/* `mood` is what everything this person says is the better or worse by. */
static void answer_post(struct dice *dice, double mood, json_t *answers)
{
    answer_ratings(dice, answers, post_satisfaction, mood);
    answer_ratings(dice, answers, post_learning, 0);
    set(answers, "NPS", dice_near(dice, 8.8 + 2 * mood, 1.0, 0, 10));
    set(answers, "NKI1", dice_near(dice, 8.6 + 2 * mood, 0.7, 1, 10));
    set(answers, "NKI2", dice_near(dice, 8.2 + 2 * mood, 0.8, 1, 10));
    set(answers, "NKI3", dice_near(dice, 7.8 + 2 * mood, 0.9, 1, 10));
    set(answers, "HOST_MADE", dice_near(dice, 2.0, 1.5, 0, 8));
    answer_next(dice, answers);
    if (dice_happens(dice, 0.4))
        json_object_set_new(answers, "BETTER", json_string("More time to think"));
}

static void answer_fu(struct dice *dice, json_t *answers)
{
    answer_ratings(dice, answers, fu_ratings, 0);
    bool has_applied = dice_happens(dice, 0.7);
    int events = dice_near(dice, 2.5, 1.5, 0, 8);
    set(answers, "APPL_IND", has_applied);
    if (has_applied)
        json_object_set_new(answers, "APPL_WHAT", json_string("A new way to meet companies"));
    set(answers, "APPL_ORG", dice_happens(dice, 0.25));
    set(answers, "DISS_EVENTS", events);
    set(answers, "DISS_REACH", events * dice_near(dice, 25, 10, 5, 60));
    set(answers, "HOST_KEPT", dice_happens(dice, 0.15) ? 1 : 0);
}

static bool does_answer(const struct demo_trip *trip, const char *wave, int person)
{
    struct dice dice = dice_throw(trip->code, wave, person);
    return dice_happens(&dice, answer_probability(wave));
}

/* How many answers somebody gives after the trip before they have had enough. */
static size_t patience_of(const struct demo_trip *trip, int person)
{
    struct dice dice = dice_throw(trip->code, "patience", person);
    double share = dice_share(&dice);
    if (share < 0.03)
        return 6;
    return share < 0.1 ? 17 : SIZE_MAX;
}

/* What somebody means to do at home, which is asked after again in half a year. */
static int commitments_of(const struct demo_trip *trip, int person)
{
    struct dice dice = dice_throw(trip->code, "commitments", person);
    bool is_made = does_answer(trip, "post", person) && patience_of(trip, person) == SIZE_MAX;
    return is_made ? (int)(dice_roll(&dice) % 4) : 0;
}

static void answer_commitments(const struct demo_trip *trip, int person, json_t *answers)
{
    static const char *const plans[] = {"Tell the board what we saw", "Invite the hosts to us",
                                        "Start a joint project"};
    struct dice dice = dice_throw(trip->code, "levels", person);
    json_t *list = json_array();
    for (int i = 0; i < commitments_of(trip, person); i++) {
        bool is_own = dice_happens(&dice, 0.65);
        json_array_append_new(list, json_pack("{s:s,s:s}", "text", plans[i], "level",
                                              is_own ? "individual" : "organisation"));
    }
    json_object_set_new(answers, "COMMIT", list);
}

/* A commitment goes by its place in the answer that made it. */
static void answer_statuses(const struct demo_trip *trip, int person, json_t *answers)
{
    static const char *const statuses[] = {"completed", "completed",   "completed", "completed",
                                           "ongoing",   "ongoing",     "ongoing",   "not_started",
                                           "withdrawn", "not_started", "unknown",   NULL};
    struct dice dice = dice_throw(trip->code, "statuses", person);
    json_t *told = json_object();
    for (int i = 0; i < commitments_of(trip, person); i++) {
        const char *status = statuses[dice_roll(&dice) % 12];
        char place[12];
        snprintf(place, sizeof place, "%d", i + 1);
        if (status != NULL)
            json_object_set_new(told, place, json_string(status));
    }
    if (json_object_size(told) > 0)
        json_object_set(answers, "COMMIT_STATUS", told);
    json_decref(told);
}

static void answer_contacts(json_t *answers, const char *count, const char *whose)
{
    int people = (int)json_integer_value(json_object_get(answers, count));
    json_t *list = json_array();
    for (int i = 0; i < people && i < 3; i++) {
        char name[40];
        snprintf(name, sizeof name, "Host %c", 'A' + i);
        json_array_append_new(list, json_pack("{s:s,s:s}", "name", name, "organisation", whose));
    }
    if (people > 0)
        json_object_set(answers, "CONTACTS", list);
    json_decref(list);
}

static void break_off(json_t *answers, size_t patience)
{
    size_t at = 0;
    void *next;
    const char *item;
    json_t *value;
    json_object_foreach_safe(answers, next, item, value)
    {
        if (at++ >= patience)
            json_object_del(answers, item);
    }
}

static void answer_wave(const struct demo_trip *trip, const char *wave, int person,
                        const json_t *delegates, json_t *answers)
{
    struct dice dice = dice_throw(trip->code, wave, person);
    dice_roll(&dice); /* by which they answer at all */
    if (strcmp(wave, "post") == 0) {
        answer_post(&dice, trip->mood + mood_of(person), answers);
        answer_contacts(answers, "HOST_MADE", "A host");
        answer_commitments(trip, person, answers);
        break_off(answers, patience_of(trip, person));
        return;
    }
    if (strcmp(wave, "fu") == 0) {
        answer_fu(&dice, answers);
        answer_contacts(answers, "HOST_KEPT", "A host that stayed");
        answer_statuses(trip, person, answers);
    } else {
        answer_ratings(&dice, answers, pre_ratings, 0);
    }
    json_object_set_new(answers, "ROSTER", demo_ties_create(trip, wave, person, delegates));
}

json_t *demo_answers_create(const struct demo_trip *trip, const char *wave, int person,
                            const json_t *delegates)
{
    if (!does_answer(trip, wave, person))
        return NULL;
    json_t *answers = json_object();
    answer_wave(trip, wave, person, delegates, answers);
    return json_pack("{s:s,s:o}", "language", person % 5 == 0 ? "en" : "sv", "answers", answers);
}

const char *demo_answers_disposition(const struct demo_trip *trip, const char *wave, int person)
{
    static const char *const codes[] = {"R", "NC", "O", NULL, NULL, NULL};
    struct dice dice = dice_throw(trip->code, "reason", person);
    if (does_answer(trip, wave, person))
        return NULL;
    return strcmp(wave, "fu") == 0 && person % 11 == 0 ? "NE" : codes[dice_roll(&dice) % 6];
}

#include "demo_answers.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Who answers, where, and a counter: the source of all chance, so that nothing depends on order. */
struct dice {
    uint64_t state;
};

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t roll(struct dice *dice)
{
    uint64_t z = (dice->state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* In [0, 1) */
static double share(struct dice *dice)
{
    return (double)(roll(dice) >> 11) / 9007199254740992.0;
}

static bool happens(struct dice *dice, double probability)
{
    return share(dice) < probability;
}

/* About normal with deviation 1: the sum of twelve shares (Irwin-Hall). */
static double deviate(struct dice *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += share(dice);
    return sum;
}

/* The seed is one with which every wave is answered by 70 to 90 %, and later waves by fewer. */
static struct dice throw_for(const char *trip, const char *wave, int person)
{
    char text[80];
    struct dice dice = {14695981039346656037U}; /* FNV-1a */
    snprintf(text, sizeof text, "67/%s/%s/%d", trip, wave, person);
    for (const char *at = text; *at != '\0'; at++)
        dice.state = (dice.state ^ (uint64_t)(unsigned char)*at) * 1099511628211U;
    roll(&dice);
    return dice;
}

static double answer_probability(const char *wave)
{
    return strcmp(wave, "fu") == 0 ? 0.76 : 0.86;
}

static int near_mean(struct dice *dice, double mean, double spread, int low, int high)
{
    long value = lround(mean + spread * deviate(dice));
    if (value < low)
        return low;
    return value > high ? high : (int)value;
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
        bool is_high = happens(dice, 0.5);
        int value = ratings->shape == AROUND
                        ? near_mean(dice, ratings->mean + mood, 0.7, 1, 5)
                        : near_mean(dice, ratings->mean + (is_high ? 1.4 : -1.4), 0.5, 1, 5);
        if (happens(dice, 0.98)) /* an item is left out now and then */
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

int demo_person_of(const json_t *delegate)
{
    const char *role = json_string_value(json_object_get(delegate, "role"));
    const char *space = role != NULL ? strrchr(role, ' ') : NULL;
    return space != NULL ? (int)strtol(space + 1, NULL, 10) : 0;
}

/* A tie is the same from both ends, and grows from wave to wave. */
static int tie_level(const struct demo_trip *trip, int a, int b, const char *wave)
{
    int low = a < b ? a : b;
    int high = a < b ? b : a;
    struct dice dice = throw_for("tie", "", low * 1000 + high);
    struct dice later = throw_for(trip->code, "tie", low * 1000 + high);
    bool is_near = low % 10 == high % 10;
    int level = happens(&dice, is_near ? 0.45 : 0.12) ? 1 + (int)(roll(&dice) % 3) : 0;
    if (strcmp(wave, "fu") == 0 && happens(&later, is_near ? 0.5 : 0.3))
        level += 1 + (int)(roll(&later) % 2);
    return level > 4 ? 4 : level;
}

static void answer_roster(const struct demo_trip *trip, const char *wave, int person,
                          const json_t *delegates, json_t *answers)
{
    json_t *roster = json_object();
    for (size_t i = 0; i < json_array_size(delegates); i++) {
        const json_t *other = json_array_get(delegates, i);
        int number = demo_person_of(other);
        if (number != person)
            set(roster, json_string_value(json_object_get(other, "id")),
                tie_level(trip, person, number, wave));
    }
    json_object_set_new(answers, "ROSTER", roster);
}

static void answer_next(struct dice *dice, json_t *answers)
{
    static const char *const scopes[] = {"europe", "europe", "europe", "world", "either", "none"};
    static const char *const europe[] = {"munich", "milan", "zurich", "britain", "germany"};
    static const char *const world[] = {"china", "india", "canada"};
    size_t scope = roll(dice) % 6;
    json_object_set_new(answers, "NEXT_SCOPE", json_string(scopes[scope]));
    if (scope == 5)
        return;
    json_t *wanted = json_array();
    if (scope != 3)
        json_array_append_new(wanted, json_string(europe[roll(dice) % 5]));
    if (scope >= 3)
        json_array_append_new(wanted, json_string(world[roll(dice) % 3]));
    json_object_set_new(answers, "NEXT_PLACES", wanted);
}

static void answer_post(struct dice *dice, const struct demo_trip *trip, json_t *answers)
{
    answer_ratings(dice, answers, post_satisfaction, trip->mood);
    answer_ratings(dice, answers, post_learning, 0);
    set(answers, "NPS", near_mean(dice, 8.8 + trip->mood, 1.3, 0, 10));
    set(answers, "NKI1", near_mean(dice, 8.6 + trip->mood, 1.0, 1, 10));
    set(answers, "NKI2", near_mean(dice, 8.2 + trip->mood, 1.1, 1, 10));
    set(answers, "NKI3", near_mean(dice, 7.8 + trip->mood, 1.2, 1, 10));
    set(answers, "HOST_MADE", near_mean(dice, 2.0, 1.5, 0, 8));
    answer_next(dice, answers);
    if (happens(dice, 0.6))
        json_object_set_new(answers, "COMMIT",
                            json_pack("[{s:s,s:s}]", "text", "Tell the board what we saw", "level",
                                      happens(dice, 0.6) ? "individual" : "organisation"));
    if (happens(dice, 0.4))
        json_object_set_new(answers, "BETTER", json_string("More time to think"));
}

static void answer_fu(struct dice *dice, json_t *answers)
{
    answer_ratings(dice, answers, fu_ratings, 0);
    bool has_applied = happens(dice, 0.7);
    int events = near_mean(dice, 2.5, 1.5, 0, 8);
    set(answers, "APPL_IND", has_applied);
    if (has_applied)
        json_object_set_new(answers, "APPL_WHAT", json_string("A new way to meet companies"));
    set(answers, "APPL_ORG", happens(dice, 0.25));
    set(answers, "DISS_EVENTS", events);
    set(answers, "DISS_REACH", events * near_mean(dice, 25, 10, 5, 60));
    set(answers, "HOST_KEPT", happens(dice, 0.15) ? 1 : 0);
}

json_t *demo_answers_create(const struct demo_trip *trip, const char *wave, int person,
                            const json_t *delegates)
{
    bool is_post = strcmp(wave, "post") == 0;
    bool is_fu = strcmp(wave, "fu") == 0;
    struct dice dice = throw_for(trip->code, wave, person);
    if (!happens(&dice, answer_probability(wave)))
        return NULL;
    json_t *answers = json_object();
    if (is_post)
        answer_post(&dice, trip, answers);
    else if (is_fu)
        answer_fu(&dice, answers);
    else
        answer_ratings(&dice, answers, pre_ratings, 0);
    if (!is_post)
        answer_roster(trip, wave, person, delegates, answers);
    return json_pack("{s:s,s:o}", "language", person % 5 == 0 ? "en" : "sv", "answers", answers);
}

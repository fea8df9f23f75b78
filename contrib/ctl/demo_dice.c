#include "demo_dice.h"

#include <math.h>
#include <stdio.h>

/* splitmix64 (Steele, Lea and Flood 2014) */
uint64_t dice_roll(struct dice *dice)
{
    uint64_t z = (dice->state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

double dice_share(struct dice *dice)
{
    return (double)(dice_roll(dice) >> 11) / 9007199254740992.0;
}

bool dice_happens(struct dice *dice, double probability)
{
    return dice_share(dice) < probability;
}

/* About normal with deviation 1: the sum of twelve shares (Irwin-Hall). */
static double deviate(struct dice *dice)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += dice_share(dice);
    return sum;
}

/* The seed is one with which every wave is answered by 70 to 90 %, and later waves by fewer. */
struct dice dice_throw(const char *trip, const char *matter, int person)
{
    char text[80];
    struct dice dice = {14695981039346656037U}; /* FNV-1a */
    snprintf(text, sizeof text, "67/%s/%s/%d", trip, matter, person);
    for (const char *at = text; *at != '\0'; at++)
        dice.state = (dice.state ^ (uint64_t)(unsigned char)*at) * 1099511628211U;
    dice_roll(&dice);
    return dice;
}

int dice_near(struct dice *dice, double mean, double spread, int low, int high)
{
    long value = lround(mean + spread * deviate(dice));
    if (value < low)
        return low;
    return value > high ? high : (int)value;
}

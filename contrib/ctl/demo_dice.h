/* demo_dice: the chance of the demonstration. Each throw is told by what it is for, so that nothing
 * depends on an order and a demonstration can be repeated. */
#ifndef CTL_DEMO_DICE_H
#define CTL_DEMO_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/* The same three always begin the same sequence. */
struct dice dice_throw(const char *trip, const char *matter, int person);

uint64_t dice_roll(struct dice *dice);
double dice_share(struct dice *dice); /* in [0, 1) */
bool dice_happens(struct dice *dice, double probability);

/* A whole number about normally distributed around the mean, and at least low and at most high. */
int dice_near(struct dice *dice, double mean, double spread, int low, int high);

#endif

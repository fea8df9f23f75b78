/* tidy_layout: what the loaders of a tidy dataset share. Rows of persons and items are those of
 * their tables. */
#ifndef TIDY_LAYOUT_H
#define TIDY_LAYOUT_H

#include "table.h"
#include "tidy.h"

#define TIDY_ITEMS_MAX 64 /* of an index */

struct tidy {
    struct table trips, participants, dispositions, items, responses, commitments;
};

extern const char *const tidy_sectors[4];

void tidy_must(bool done, const struct error *err);
bool tidy_is_delegate(const struct tidy *tidy, size_t row, const char *trip);

/* Eligible delegates of a sector, or of all sectors when it is NULL; returns their rows. */
size_t tidy_eligible(const struct tidy *tidy, const char *trip, const char *wave,
                     const char *sector, size_t *people);

/* The rows of the items of a wave with this value in a column. */
size_t tidy_items_where(const struct tidy *tidy, const char *wave, const char *column,
                        const char *key, size_t *items);

/* The raw value; false when there is none. */
bool tidy_answered(const struct tidy *tidy, size_t person, const char *wave, size_t item,
                   int *value);
int tidy_scored(const struct tidy *tidy, size_t item, int value);
struct facts_pair tidy_pair_of(const struct tidy *tidy, size_t person, const char *wave,
                               const size_t *items, size_t count);

void tidy_add_joints(const struct tidy *tidy, const char *trip, struct facts *facts);

#endif

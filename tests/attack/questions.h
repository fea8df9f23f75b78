/* questions: a small instrument in parts that have no question in common, and the disclosure
 * families it falls into, as logic.families and publish.c make them of a compiled instrument. What
 * is released of one part depends on the answers to that part alone (see independence.h), so
 * the attacker enumerates one part at a time. */
#ifndef QUESTIONS_H
#define QUESTIONS_H

#include <debriefd/disclosure.h>
#include <debriefd/release.h>

#define PART_ITEMS     4
#define PART_INDICES   2
#define PART_GAINS     3
#define PART_FAMILIES  (PART_ITEMS + PART_INDICES + PART_GAINS + 1)
#define PART_TUPLES    64 /* ways to answer a part */
#define CATEGORIES_MAX (DISCLOSURE_INDEX_MAX + 1)

#define MISSING   127 /* asked and not answered */
#define NOT_SHOWN 126

/* The post wave first: most studies have no other. */
enum wave { WAVE_POST, WAVE_PRE, WAVES };
extern const char *const wave_names[WAVES];

struct question {
    struct facts_item scale; /* its name is name */
    char name[8];
    bool is_measured;
    enum wave wave;
    bool is_conditional; /* asked of those who gave the part's first item its highest value */
};

struct index_measure {
    char name[8];
    bool is_nki;
    unsigned items; /* of the part, bit i */
    int minimum;
};

/* Of the post wave: after, of post, less before, of either. */
struct gain_measure {
    struct facts_item scale; /* of the differences; its name is name */
    char name[8];
    size_t before, after; /* items of one scale */
};

struct part {
    struct question items[PART_ITEMS];
    size_t item_count;
    struct index_measure indices[PART_INDICES];
    size_t index_count;
    struct gain_measure gains[PART_GAINS];
    size_t gain_count;
    char gain_index[8]; /* of all its gains; empty: none */
};

enum family_type { FAMILY_FRAME, FAMILY_ITEM, FAMILY_ITEMS, FAMILY_INDEX, FAMILY_GAIN };

struct family {
    enum family_type type;
    const char *name;
    unsigned items; /* that have to be answered, or of which the index is made */
    unsigned shown; /* that have cells */
    int minimum;
    enum wave wave;
    const struct gain_measure *gain;
};

struct families {
    struct family list[PART_FAMILIES];
    size_t count;
};

/* Rules an attacker test can switch off here. */
enum family_rules {
    FAMILIES_SOUND,
    FAMILIES_LINKED, /* indices beside their items and each other, what stands behind a condition */
    FAMILIES_GAINS,  /* all gains, beside their answers */
    FAMILIES_PARTIAL, /* indices of who answered some of the items */
};

void families_of(const struct part *part, enum family_rules rules, struct families *families);

/* One way to answer the part: a value, MISSING or NOT_SHOWN for each item. */
struct tuple {
    uint8_t values[PART_ITEMS];
};

/* Every way to answer the part with these unconditional items unanswered. False when there are more
 * than PART_TUPLES. */
bool tuples_of(const struct part *part, unsigned missing, struct tuple *tuples, size_t *count);

/* Whether the answers make a contribution to the family; '*' is not asked here. */
/* The scored difference; false when an answer is missing. */
bool gain_of(const struct part *part, const struct gain_measure *gain, const struct tuple *tuple,
             int *difference);
bool family_needs(const struct part *part, const struct family *family, enum wave wave);

bool contributes(const struct part *part, const struct family *family, const struct tuple *tuple);

/* The scale of a family's cells of one item, or of the index. */
size_t cell_categories(const struct part *part, const struct family *family, size_t item);
size_t cell_place(const struct part *part, const struct family *family, size_t item,
                  const struct tuple *tuple);
struct facts_composite composite_of(const struct part *part, const struct family *family);

#define PART_SERIES (PART_ITEMS + PART_INDICES + PART_GAINS)

/* The states and links of the part's series, items first; groups are the caller's to add. family[i]
 * is which one series i has its cells in, or SIZE_MAX; item[i] its item there. */
struct part_series {
    struct release_series series[PART_SERIES];
    size_t family[PART_SERIES];
    size_t item[PART_SERIES];
    size_t count;
};

void series_of(const struct part *part, const struct families *families,
               struct part_series *series);

#endif

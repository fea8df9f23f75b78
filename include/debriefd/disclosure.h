/* disclosure: what may leave the house (threshold k, coalition c). Pure functions.
 *
 * Decisions look at counts, never at answers; what is published is computed from coded histograms
 * of atoms only, and totals are sums of atoms. An atom is the answers to one item that entered one
 * group in one epoch; it has at least max(k, 2(c + 1)) of them.
 * Then no coalition of c respondents, knowing the algorithm, who answered which question when and
 * its own answers, can determine another respondent's answer: a coded histogram is a fixed point of
 * coding, so the world that has it as its true one, answers permuted within the atom, publishes the
 * same; no category holds more than n - (c + 1) answers, so what is left outside the coalition has
 * two values.
 *
 * Linked families: that proof is for one histogram. An index coded beside its items, or a
 * difference beside its two waves, lets an attacker play one coded histogram against the other,
 * with the same contributors too. So of an index and its items only one has atoms: either the index
 * is binned and the items are held back, or the items are released and the index is the mean of
 * their released means, which tells nothing new. (Items among themselves are safe: each can be
 * permuted alone.)
 *
 * Conditions and gaps: the proof permutes answers, so nothing public may depend on whether a
 * question behind a condition was asked (not a disposition either), and every contributor must be
 * able to have every category (an index is of complete cases). tests/attack enumerates worlds. */
#ifndef DEBRIEFD_DISCLOSURE_H
#define DEBRIEFD_DISCLOSURE_H

#include <debriefd/facts.h>

/* Frozen per wave before it opens. */
struct disclosure_rules {
    int64_t k;            /* answers behind a mean, an index or a share */
    int64_t distribution; /* answers behind a distribution */
    int64_t coalition;    /* c, respondents who pool their knowledge */
    int64_t network;      /* complete egos behind a network statistic */
    int64_t comments;     /* answers behind free text */
    double p_percent;     /* p of the p % rule for magnitudes; a secret in production */
};

extern const struct disclosure_rules disclosure_default_rules; /* 5, 8, 1, 10, 10, 10 */

/* k >= 2(c + 1), c >= 0, no other threshold below k, p above 0. */
bool disclosure_rules_check(const struct disclosure_rules *rules, struct error *err) must_check;

/* The least answers of an atom: max(k, 2(c + 1)). */
int64_t disclosure_atom_minimum(const struct disclosure_rules *rules);

/* Whether an item may be released at all. */
bool disclosure_admits(const struct disclosure_rules *rules, enum facts_wave_state state,
                       int64_t answers);

struct disclosure_sector {
    const char *name;
    int64_t members;
    int64_t answers; /* to the item at its first release */
};

#define DISCLOSURE_NO_GROUP SIZE_MAX

/* Puts each sector into a group: group_of[i] is the group's number from 0 in the order of each
 * group's first sector, or DISCLOSURE_NO_GROUP for a sector without members. Returns the number of
 * groups; 0 when there are not enough answers for one. Done at the first release, then frozen. */
size_t disclosure_group(const struct disclosure_rules *rules,
                        const struct disclosure_sector *sectors, size_t count, size_t *group_of);

/* The group's stable name, "politics+state": its sectors in order. Returns false when it does not
 * fit in `size` bytes. */
bool disclosure_group_name(const struct disclosure_sector *sectors, const size_t *group_of,
                           size_t count, size_t group, char *name, size_t size) must_check;

/* Whether a group's pending answers may enter as its next epoch's atom; held otherwise. */
bool disclosure_epoch_admits(const struct disclosure_rules *rules, int64_t pending);

/* The signature gate: statistics of overlapping sets of people may be told beside each other when
 * of each combination of sets nobody or enough people are in exactly these. `people` has their
 * numbers, one a combination; the people outside every set are not among them. */
bool disclosure_signatures_admit(const struct disclosure_rules *rules, const int64_t *people,
                                 size_t count);

/* Codes an atom's histogram in place; counts[i] is for the scale's i-th value. Deterministic and
 * idempotent. Fails on fewer than 2 categories or fewer answers than an atom's minimum. */
bool disclosure_code(const struct disclosure_rules *rules, int64_t *counts, size_t categories,
                     struct error *err) must_check;

/* The same of a count: counts[i] says how many answered i. A move of one would say next to nothing
 * of a large number, so answers move to the nearest number of another class: 0, 1, 2, 3-5, 6-10,
 * 11-20, 21-50 and so on. Whatever a category's neighbours are, they receive at most c + 1 answers
 * and no other category loses any: the proof is the same. */
bool disclosure_code_count(const struct disclosure_rules *rules, int64_t *counts, size_t categories,
                           struct error *err) must_check;

/* Whether coding leaves it as it is: what is not coded is not published. */
bool disclosure_is_coded(const struct disclosure_rules *rules, const int64_t *counts,
                         size_t categories);

/* p % rule on a magnitude: the sum less the two largest contributions protects the largest. A sum
 * of 0 is unsafe only by tautology and counts as safe. */
bool disclosure_magnitude_safe(const struct disclosure_rules *rules,
                               const struct facts_histogram *histogram);

/* (1, percent) dominance: the largest contribution is more than that share of the sum. */
bool disclosure_dominated(const struct facts_histogram *histogram, int percent);

/* An index is binned and released as an item of its own, with the values 0..DISCLOSURE_INDEX_MAX:
 * value v stands for v * 100 / DISCLOSURE_INDEX_MAX. A person's index is rounded to the nearest bin
 * (half up), so binning moves a mean by at most 2.5 of 100. */
#define DISCLOSURE_INDEX_MAX 20
int disclosure_index_bin(const struct facts_composite *composite, int answered, int64_t sum);

/* Codes an index's atom, counts[0..DISCLOSURE_INDEX_MAX], as disclosure_code does, but moves
 * answers only to bins that some answers have: few items have fewer sums than there are bins, and
 * an answer in a bin that nobody can be in would say that it was moved. The atom's people all
 * answered as many items, or one who could not be in a bin would betray who is. */
bool disclosure_code_index(const struct disclosure_rules *rules,
                           const struct facts_composite *composite, int64_t *counts,
                           struct error *err) must_check;

#endif

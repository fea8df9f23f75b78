/* release: the rows of one release, computed bottom-up from coded atoms with the functions that
 * compute internal rows; groups are the slices and the total is the sum of the groups.
 * Public are the delegation's balance and, for at least k eligible, the total response rate. A
 * held-back metric is a row with a reason.
 * Of a gain what its histogram of differences says is released; what needs both answers (their
 * means and correlation, normalised gains) is held back, as are the gap of two indices, uptake and
 * conversion: their answers are released alone, and the histogram of a pair beside those of its
 * parts could be played against them. Commitments are for the analyst: rates over one person's
 * several commitments are no histogram of persons. So are item response and reliability.
 *
 * The network of a wave is told once, when the wave (of a change: both waves, of a panel: every
 * wave with a roster) is closed, and stays as it was told whatever is answered later. It needs
 * rules->network complete egos; structure needs a report on 90 % of the pairs, centralisation that
 * 80 % answered. Nothing of a single person, of brokerage only the rate and the share across
 * sectors; 0 to 2 isolates or components are "<3". Mixing is told between sectors merged until each
 * has k answering egos, so that nothing stands to be subtracted. Change and panel are of fewer
 * people than the waves themselves: they pass the signature gate, or only what is new is told.
 *
 * Interviews are told once, when they are closed, and stay as they were told. Who was interviewed
 * is public, and each interviewee knows what he said himself. A theme is one histogram of the
 * stances of all interviewees, silence being one, and an atom of them all, with two codings that
 * are fixed points of each other: c + 1 at least raised it and c + 1 did not (n - 1 of n and n of n
 * are told as n - 2), and of who raised it no more than all but c + 1 stand on one side. Rows are
 * functions of what they leave, so the proof of disclosure.h holds of each theme, and themes are
 * told beside each other as items are. Where the specification leaves a choice, this is the safer:
 * - nothing with fewer than k interviewees; with fewer than rules->comments no theme, unless it is
 *   approved;
 * - a theme that fewer than c + 2 raised is not even named, because its name can be enough to know
 *   who; approved, it is told as raised by c + 1, whoever of c + 1 or fewer did: else the only one
 *   who raised it would learn that nobody else did. "None", "one" and "all" are never said;
 * - on which side they stand is told when k raised it;
 * - no sectors, of no theme: beside the total they would need atoms of their own, and 15 people in
 *   three groups would all be moved by coding;
 * - a theme is told of the programme or, when it is about trips, of each trip (of its interviewees
 *   and what they say of it): of both, one would tell who of the other is silent. A trip names no
 *   theme that few raised, approved or not: beside another trip's its absence would say none;
 * - mentions count who said it twice, accumulation and saturation sum what coding moved and follow
 *   the order of the interviews, reliability has the number of coded segments: for the analyst;
 * - an approved quote has no interviewee, sector or trip, and stands in the order of its text's
 *   hash; under its theme when that is named, else under none. Others are not released, nor is how
 *   many they are. What comes to be approved later is not told: it would be told by when. */
#ifndef DEBRIEFD_RELEASE_H
#define DEBRIEFD_RELEASE_H

#include <debriefd/codings.h>
#include <debriefd/disclosure.h>
#include <debriefd/metric.h>

/* A frozen group and the sum of its atoms' coded histograms. */
struct release_group {
    const char *name;
    int64_t eligible;      /* N of the group in the wave */
    const int64_t *counts; /* raw values min..max of the item; bins 0..DISCLOSURE_INDEX_MAX */
};

enum release_state {
    RELEASE_READY,
    RELEASE_OPEN,          /* the wave is open */
    RELEASE_FEW,           /* not enough answers for one group */
    RELEASE_LINKED,        /* its numbers would tell of other answers */
    RELEASE_MEAN_OF_ITEMS, /* an index without atoms: the mean of the released means of its items */
};

/* What entered one group at one time, of all that `counts` of the group sums. */
struct release_atom {
    size_t group;
    int64_t entered; /* the same for what entered together, in whichever group */
    const int64_t *counts;
};

/* One item or index of one wave. It has groups exactly when it is RELEASE_READY. A gain is an item
 * of kind FACTS_DIFFERENCE in the wave of its joint. */
struct release_series {
    const char *wave;
    enum release_state state;
    const struct facts_item *item; /* or NULL for an index, */
    const char *index;             /* named here */
    const char *linked; /* for an item, the index of the same wave it is part of, or NULL; held back
                           when that index has atoms of its own */
    int64_t eligible;   /* N of the wave */
    const struct release_group *groups;
    size_t group_count;
    /* Of a counted item: sums are told when the p % rule holds in every atom (a group's) or in all
     * that entered at a time (the total), so that no sum's growth betrays who dominates it. Without
     * atoms each group is one and all entered together. */
    const struct release_atom *atoms;
    size_t atom_count;
};

/* A joint of kind FACTS_GAIN_INDEX: released as the mean of the released means of these gains. */
struct release_gain_index {
    const char *name;
    const char *const *gains;
    size_t count;
};

/* The wave's own frozen groups, over who answered at all. No groups: only the total. */
struct release_frame {
    const char *wave;
    const size_t *group_of; /* per slice of the facts, from 0, as disclosure_group gives it */
    size_t group_count;
};

/* What is known of a code beside its codings; without it, neither. */
struct release_theme {
    const char *code;
    bool is_of_trips; /* about one trip rather than all */
    bool is_approved; /* may be told though few raised it */
};

/* An approved quote, with what may be read of it. */
struct release_quote {
    const char *code;
    const char *text;
};

/* Closed interviews, of a programme or of one of its trips. */
struct release_interviews {
    const struct disclosure_rules *rules;
    const struct codings *codings; /* sealed; NULL when `said` has rows */
    const char *trip;              /* NULL: of the programme, with quotes */
    const struct release_theme *themes;
    size_t theme_count;
    const struct release_quote *quotes; /* in any order */
    size_t quote_count;
    const struct metric_rows *said; /* what the newest release says of interviews, or NULL */
};

struct release_input {
    const struct disclosure_rules *rules;
    const struct facts *facts; /* slices are sectors; only its frame and what its joints are called
                                  are read, never an answer */
    const struct release_frame *frames;
    size_t frame_count;
    const struct release_series *series;
    size_t series_count;
    const struct release_gain_index *gain_indices;
    size_t gain_index_count;
    const struct metric_rows *network; /* the internal rows of the family, or NULL */
    const struct metric_rows *said;    /* what the newest release says of networks, or NULL */
    const struct release_interviews *interviews; /* NULL before they are closed */
};

/* Appends the release's rows. Fails with ERR_INVALID, rows untouched, on an atom below its minimum,
 * a histogram no coding could have left, or names that contradict each other. */
bool release_compute(const struct release_input *input, struct metric_rows *rows,
                     struct error *err) must_check;

/* The rows of the family interview alone, for the programme's own release. */
void release_interviews_tell(const struct release_interviews *interviews, struct metric_rows *rows);

#endif

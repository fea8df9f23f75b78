/* network_private: what the files of the network family share. */
#ifndef NETWORK_PRIVATE_H
#define NETWORK_PRIVATE_H

#include "families.h"
#include <debriefd/network.h>

#define NETWORK_UNOBSERVED NETWORK_SKIPPED
#define NETWORK_UNLISTED   (-2)

struct network_wave {
    char *name;
    int8_t *levels;  /* delegates x delegates, by ego: a level, NETWORK_SKIPPED or _UNLISTED */
    uint8_t *roster; /* of each ego: enum network_roster; 0 when nothing was said, as none */
};

struct network {
    size_t delegates, sectors, waves;
    char *sector_names[NETWORK_SECTORS_MAX];
    uint8_t *sector_of;
    struct network_wave wave[NETWORK_WAVES_MAX];
    int tau;
    uint32_t permutations;
    uint64_t seed;
};

/* A level, or NETWORK_UNOBSERVED. A dyad of oneself has no meaning. */
static inline int network_level(const struct network *network, size_t wave, size_t ego,
                                size_t alter)
{
    const struct network_wave *in = &network->wave[wave];
    if (in->roster[ego] <= NETWORK_ROSTER_NONE)
        return NETWORK_UNOBSERVED;
    int8_t level = in->levels[ego * network->delegates + alter];
    if (level != NETWORK_UNLISTED)
        return level;
    return in->roster[ego] == NETWORK_ROSTER_COMPLETE ? 0 : NETWORK_UNOBSERVED;
}

/* Some of the delegates, ascending. */
struct network_members {
    size_t count;
    size_t *delegates;
};

/* Those with a complete roster in every wave whose bit is set; everybody when none is. */
struct network_members network_complete(const struct network *network, unsigned waves);
void network_members_finish(struct network_members *members);

/* The cell of all delegates; `wave` is borrowed until its last row. */
struct cell network_cell(const struct network *network, const char *wave, const char *item,
                         struct metric_rows *rows);

/* Counts, and ratios that are null for `none` when there is nothing to divide by. */
void network_count(const struct cell *cell, const char *metric, int64_t count);
struct metric_row *network_ratio(const struct cell *cell, const char *metric, int64_t numerator,
                                 int64_t denominator, enum metric_null none, const char *unit);

/* A row computed by permutations, which its method names. */
struct network_permuted {
    const char *metric, *statistic;
    int64_t as_extreme; /* of the network's permutations */
    enum metric_null null;
};
void network_p_value(const struct network *network, const struct cell *cell,
                     const struct network_permuted *permuted);

/* Observed dyads of one wave. Sums over pairs have i < j. */
struct network_dyads {
    int64_t observed, known, ties, cross, cross_observed;
    int64_t mutual, asymmetric; /* pairs with both reports: tied in both, in one */
    int64_t covered;            /* pairs with a report */
    int64_t complete, answering;
    int64_t squared_strengths; /* sum over delegates of (out-ties + in-ties) squared */
    int64_t members[NETWORK_SECTORS_MAX], answering_in[NETWORK_SECTORS_MAX];
    int64_t mix_ties[NETWORK_SECTORS_MAX][NETWORK_SECTORS_MAX];
    int64_t mix_dyads[NETWORK_SECTORS_MAX][NETWORK_SECTORS_MAX];
};

/* One per wave; owned by the caller, freed with free(). */
struct network_dyads *network_dyads_count(const struct network *network, size_t wave);
void network_dyads_emit(const struct network *network, size_t wave,
                        const struct network_dyads *dyads, struct metric_rows *rows);

void network_structure_emit(const struct network *network, size_t wave, int64_t answering,
                            struct metric_rows *rows);
void network_broker_emit(const struct network *network, size_t wave, struct metric_rows *rows);
void network_change_emit(const struct network *network, size_t wave, struct metric_rows *rows);

/* The E-I index when sectors are dealt out anew. */
void network_labels_emit(const struct network *network, size_t wave,
                         const struct network_dyads *dyads, struct metric_rows *rows);

/* The row qap_p, when there are permutations. */
void network_qap_emit(const struct network *network, size_t wave, const struct cell *cell);

#endif

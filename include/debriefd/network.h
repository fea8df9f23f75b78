/* network: who knew whom in a delegation, wave by wave, and every network measure of it.
 * A builder takes delegates 0..N-1, each in a sector, the waves in order of time, and per wave and
 * ego a roster status and ties; network_compute emits the rows. The order of the calls within a
 * wave does not matter. Builder calls copy what they are given; they fail with ERR_INVALID, and
 * change nothing, on an unknown number, a repeated name, a roster or tie given twice, a tie to
 * oneself, a level out of range, or past a limit.
 *
 * A dyad (ego, alter) is observed when the ego listed the alter with a level, or did not list the
 * alter on a complete roster: the level is then 0. Unlisted on a partial roster, skipped, or
 * anything on no roster is unobserved. A tie is an observed level of at least tau. */
#ifndef DEBRIEFD_NETWORK_H
#define DEBRIEFD_NETWORK_H

#include <debriefd/error.h>
#include <debriefd/metric.h>
#include <stddef.h>
#include <stdint.h>

#define NETWORK_DELEGATES_MAX    5000 /* memory is delegates squared, a wave */
#define NETWORK_SECTORS_MAX      64
#define NETWORK_WAVES_MAX        8
#define NETWORK_NAME_MAX         1024 /* bytes of a sector's or wave's name */
#define NETWORK_PERMUTATIONS_MAX 1000000
#define NETWORK_LEVEL_MAX        4    /* 0 does not know .. 4 collaborates */
#define NETWORK_SKIPPED          (-1) /* the ego was asked and gave no answer */
#define NETWORK_TAU              2    /* has had contact */

enum network_roster { NETWORK_ROSTER_NONE = 1, NETWORK_ROSTER_PARTIAL, NETWORK_ROSTER_COMPLETE };

struct network_frame {
    size_t delegates;
    const char *const *sectors; /* all of the programme, in order; emitted also when empty */
    size_t sector_count;
    int tau;               /* 1..NETWORK_LEVEL_MAX */
    uint32_t permutations; /* 0: no rows qap_p and EI_perm_p */
    uint64_t seed;         /* of the permutations; stands in the rows' method with their number */
};

struct network;

bool network_create(const struct network_frame *frame, struct network **network,
                    struct error *err) must_check;
void network_destroy(struct network *network);

/* Delegates are in sector 0 until this says otherwise. */
bool network_set_sector(struct network *network, size_t delegate, size_t sector,
                        struct error *err) must_check;

/* Numbered from 0 in the order added, which is that of time. */
bool network_add_wave(struct network *network, const char *name, struct error *err) must_check;

/* Egos of whom nothing is said have no roster. */
bool network_set_roster(struct network *network, size_t wave, size_t ego,
                        enum network_roster roster, struct error *err) must_check;
bool network_add_tie(struct network *network, size_t wave, size_t ego, size_t alter, int level,
                     struct error *err) must_check;

/* Rows of every wave, under the items
 *   net         observed dyads: all; EI_out by the ego's sector; mix_* by "ego's>alter's sector"
 *   net_recon   the undirected graph of all delegates, tied when either says so
 *   net_panel   the same of the egos complete in every wave; null with one wave
 *   net_broker  Gould and Fernandez 1989, among the wave's complete egos; t by the broker's sector
 * and of every later wave against the first, as wave "pre>fu".
 * n counts the egos who answered (of a sector's row: of it; in net_panel, net_broker and the
 * change per ego: those compared), N the delegates (of mix_*: the alter's sector), so that a
 * release can hold back what rests on too few of either.
 * The rows of one network are byte for byte the same in every run. Renumbering the delegates
 * changes only qap_p and EI_perm_p, within chance: callers number them in an order of their own.
 * What to show is the reader's decision, by Smith and Moody 2013 and simulation: ego measures
 * always, structure with a coverage of .90 or more, betweenness and centralisation with a response
 * rate of .80 or more, of brokerage only the rate and the shares. */
void network_compute(const struct network *network, struct metric_rows *rows);

#endif

/* tidy_network: the network of one trip from a directory of tidy CSV files (participants,
 * roster_status, ties), for tests. Fields hold no quotes. Panics with a message on anything odd. */
#ifndef TIDY_NETWORK_H
#define TIDY_NETWORK_H

#include <debriefd/network.h>

/* With the sectors politics, business, academia and state, and the waves of pre, post and fu that
 * are in roster_status.csv for any trip. */
struct network *tidy_network(const char *directory, const char *trip, uint32_t permutations,
                             uint64_t seed);

/* Calls `visit` for each trip of trips.csv. */
void tidy_network_trips(const char *directory, void (*visit)(const char *trip, void *context),
                        void *context);

#endif

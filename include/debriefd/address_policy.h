/* address_policy: which addresses outgoing requests may reach. A URL comes from somebody's form, so
 * by default it must not lead to this machine, its neighbours or a cloud's metadata: the address is
 * judged when the socket is opened, after the name was resolved, so a name cannot change its mind.
 */
#ifndef DEBRIEFD_ADDRESS_POLICY_H
#define DEBRIEFD_ADDRESS_POLICY_H

#include <stdbool.h>
#include <sys/socket.h>

/* True for addresses that are reachable from everywhere: not in the special-purpose registries of
 * IANA (RFC 6890), not multicast, and for IPv6 inside 2000::/3, an embedded IPv4 address being
 * judged as such. Anything but IPv4 and IPv6 is not public. */
bool address_is_public(const struct sockaddr *address);

#endif

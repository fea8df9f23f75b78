#include <debriefd/address_policy.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

struct range {
    uint32_t first;
    int bits;
};

#define IPV4(a, b, c, d)                                                                           \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* IANA IPv4 Special-Purpose Address Registry, and multicast. */
static const struct range special[] = {
    {IPV4(0, 0, 0, 0), 8},      {IPV4(10, 0, 0, 0), 8},     {IPV4(100, 64, 0, 0), 10},
    {IPV4(127, 0, 0, 0), 8},    {IPV4(169, 254, 0, 0), 16}, {IPV4(172, 16, 0, 0), 12},
    {IPV4(192, 0, 0, 0), 24},   {IPV4(192, 0, 2, 0), 24},   {IPV4(192, 88, 99, 0), 24},
    {IPV4(192, 168, 0, 0), 16}, {IPV4(198, 18, 0, 0), 15},  {IPV4(198, 51, 100, 0), 24},
    {IPV4(203, 0, 113, 0), 24}, {IPV4(224, 0, 0, 0), 4},    {IPV4(240, 0, 0, 0), 4},
};

static bool is_public_ipv4(uint32_t address)
{
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if ((address ^ special[i].first) >> (32 - special[i].bits) == 0)
            return false;
    return true;
}

static bool starts_with(const uint8_t *bytes, const uint8_t *prefix, size_t length)
{
    return memcmp(bytes, prefix, length) == 0;
}

static uint32_t ipv4_at(const uint8_t *bytes)
{
    return IPV4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

static bool is_public_ipv6(const uint8_t bytes[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const uint8_t translated[12] = {0, 0x64, 0xff, 0x9b};
    static const uint8_t documentation[4] = {0x20, 0x01, 0x0d, 0xb8};
    static const uint8_t protocols[2] = {0x20, 0x01}; /* 2001::/23: the third byte below 2 */
    static const uint8_t six_to_four[2] = {0x20, 0x02};
    if (starts_with(bytes, mapped, sizeof mapped) ||
        starts_with(bytes, translated, sizeof translated))
        return is_public_ipv4(ipv4_at(bytes + 12));
    if (starts_with(bytes, six_to_four, sizeof six_to_four))
        return is_public_ipv4(ipv4_at(bytes + 2));
    if (starts_with(bytes, documentation, sizeof documentation) ||
        (starts_with(bytes, protocols, sizeof protocols) && bytes[2] < 2))
        return false;
    return (bytes[0] & 0xe0) == 0x20;
}

bool address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, address, sizeof ipv4);
        return is_public_ipv4(ntohl(ipv4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, address, sizeof ipv6);
        return is_public_ipv6(ipv6.sin6_addr.s6_addr);
    }
    return false;
}

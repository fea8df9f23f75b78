#include <debriefd/prng.h>

#include <assert.h>

#define FNV_OFFSET UINT64_C(14695981039346656037) /* FNV-1a, 64 bits */
#define FNV_PRIME  UINT64_C(1099511628211)

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t prng_splitmix(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void prng_init(struct prng *prng, uint64_t seed, const char *purpose)
{
    uint64_t hash = FNV_OFFSET;
    for (const char *byte = purpose; *byte != '\0'; byte++)
        hash = (hash ^ (unsigned char)*byte) * FNV_PRIME;
    uint64_t state = seed ^ hash;
    for (int i = 0; i < 4; i++)
        prng->state[i] = prng_splitmix(&state);
}

uint64_t prng_next(struct prng *prng)
{
    uint64_t *s = prng->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t prng_below(struct prng *prng, uint32_t bound)
{
    assert(bound > 0);
    uint64_t product = (prng_next(prng) >> 32) * bound;
    uint32_t low = (uint32_t)product;
    if (low >= bound)
        return (uint32_t)(product >> 32);
    uint32_t least = (UINT32_MAX - bound + 1) % bound;
    while (low < least) {
        product = (prng_next(prng) >> 32) * bound;
        low = (uint32_t)product;
    }
    return (uint32_t)(product >> 32);
}

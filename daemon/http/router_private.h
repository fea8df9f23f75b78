/* router_private: the tree that router_compile.c builds and router.c walks. */
#ifndef ROUTER_PRIVATE_H
#define ROUTER_PRIVATE_H

#include <debriefd/router.h>

struct router_text {
    const char *at;
    size_t length;
};

/* A route with where its parameters' names are. */
struct router_entry {
    const struct route *route;
    size_t count;
    struct router_text names[ROUTER_PARAMETERS_MAX];
};

/* One segment of a pattern: a literal, or a parameter with a literal suffix (mostly empty). */
struct router_node {
    struct router_text text;       /* the literal, or the suffix */
    struct router_node **literals; /* sorted by text */
    size_t literal_count;
    struct router_node **parameters; /* longest suffix first */
    size_t parameter_count;
    struct router_entry *entries[METHOD_COUNT];
    unsigned allowed;
};

struct router {
    struct router_node root;
};

int router_text_compare(struct router_text a, struct router_text b);

#endif

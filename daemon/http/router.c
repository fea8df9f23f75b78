#include <debriefd/router.h>

#include "router_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct walk {
    struct router_text segments[ROUTER_SEGMENTS_MAX];
    size_t count;
    struct router_text values[ROUTER_PARAMETERS_MAX];
};

/* False when the path has more segments than any pattern. */
static bool split(const char *path, size_t length, struct walk *walk)
{
    const char *end = path + length;
    while (path < end) {
        const char *start = path + 1;
        const char *slash = memchr(start, '/', (size_t)(end - start));
        path = slash != NULL ? slash : end;
        if (walk->count == ROUTER_SEGMENTS_MAX)
            return false;
        walk->segments[walk->count++] = (struct router_text){start, (size_t)(path - start)};
    }
    return walk->count > 0;
}

static int compare_literal(const void *key, const void *element)
{
    const struct router_text *text = key;
    const struct router_node *const *node = element;
    return router_text_compare(*text, (*node)->text);
}

static const struct router_node *literal_of(const struct router_node *node,
                                            struct router_text segment)
{
    if (node->literal_count == 0)
        return NULL;
    struct router_node **found = bsearch(&segment, node->literals, node->literal_count,
                                         sizeof(struct router_node *), compare_literal);
    return found != NULL ? *found : NULL;
}

static bool ends_with(struct router_text segment, struct router_text suffix)
{
    return segment.length > suffix.length &&
           memcmp(segment.at + segment.length - suffix.length, suffix.at, suffix.length) == 0;
}

static const struct router_node *match_at(const struct router_node *node, struct walk *walk,
                                          size_t depth, size_t captured)
{
    if (depth == walk->count)
        return node->allowed != 0 ? node : NULL;
    struct router_text segment = walk->segments[depth];
    const struct router_node *literal = literal_of(node, segment);
    const struct router_node *found =
        literal != NULL ? match_at(literal, walk, depth + 1, captured) : NULL;
    for (size_t i = 0; i < node->parameter_count && found == NULL; i++) {
        const struct router_node *parameter = node->parameters[i];
        if (!ends_with(segment, parameter->text))
            continue;
        walk->values[captured] =
            (struct router_text){segment.at, segment.length - parameter->text.length};
        found = match_at(parameter, walk, depth + 1, captured + 1);
    }
    return found;
}

static void fill_match(const struct router_entry *entry, const struct walk *walk,
                       struct router_match *match)
{
    match->route = entry->route;
    match->count = entry->count;
    for (size_t i = 0; i < entry->count; i++)
        match->captures[i] = (struct router_capture){entry->names[i].at, entry->names[i].length,
                                                     walk->values[i].at, walk->values[i].length};
}

enum router_result router_find(const struct router *router, enum http_method method,
                               const char *path, size_t length, struct router_match *match)
{
    struct walk walk;
    walk.count = 0;
    match->route = NULL;
    match->count = 0;
    match->allowed = 0;
    if (!split(path, length, &walk))
        return ROUTER_NO_PATH;
    const struct router_node *node = match_at(&router->root, &walk, 0, 0);
    if (node == NULL)
        return ROUTER_NO_PATH;
    match->allowed = node->allowed;
    const struct router_entry *entry = method < METHOD_COUNT ? node->entries[method] : NULL;
    if (entry == NULL && method == METHOD_HEAD)
        entry = node->entries[METHOD_GET];
    if (entry == NULL)
        return ROUTER_NO_METHOD;
    fill_match(entry, &walk, match);
    return ROUTER_FOUND;
}

static const char *const method_names[] = {
    [METHOD_GET] = "GET",         [METHOD_HEAD] = "HEAD",   [METHOD_POST] = "POST",
    [METHOD_PUT] = "PUT",         [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
    [METHOD_OPTIONS] = "OPTIONS", [METHOD_OTHER] = "OTHER",
};

const char *http_method_name(enum http_method method)
{
    return method_names[method];
}

struct router_allow router_allow(unsigned allowed)
{
    struct router_allow allow = {.text = ""};
    allowed |= 1u << METHOD_OPTIONS;
    if ((allowed & 1u << METHOD_GET) != 0)
        allowed |= 1u << METHOD_HEAD;
    size_t used = 0;
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if ((allowed & 1u << i) != 0)
            used += (size_t)snprintf(allow.text + used, sizeof allow.text - used, "%s%s",
                                     used > 0 ? ", " : "", method_names[i]);
    return allow;
}

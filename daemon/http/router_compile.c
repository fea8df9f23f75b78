#include "router_private.h"

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

struct router *router_create(void)
{
    return xcalloc(sizeof(struct router));
}

static void finish_node(struct router_node *node)
{
    for (size_t i = 0; i < node->literal_count; i++) {
        finish_node(node->literals[i]);
        free(node->literals[i]);
    }
    for (size_t i = 0; i < node->parameter_count; i++) {
        finish_node(node->parameters[i]);
        free(node->parameters[i]);
    }
    free(node->literals);
    free(node->parameters);
    for (size_t i = 0; i < METHOD_COUNT; i++)
        free(node->entries[i]);
}

void router_destroy(struct router *router)
{
    if (router == NULL)
        return;
    finish_node(&router->root);
    free(router);
}

int router_text_compare(struct router_text a, struct router_text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = memcmp(a.at, b.at, shorter);
    if (order != 0 || a.length == b.length)
        return order;
    return a.length < b.length ? -1 : 1;
}

static struct router_node *insert_node(struct router_node ***list, size_t *count, size_t position,
                                       struct router_text text)
{
    *list = xrealloc_array(*list, *count + 1, sizeof **list);
    struct router_node **at = *list + position;
    memmove(at + 1, at, (*count - position) * sizeof *at);
    *at = xcalloc(sizeof **at);
    (*at)->text = text;
    (*count)++;
    return *at;
}

static struct router_node *literal_child(struct router_node *node, struct router_text text)
{
    size_t position = 0;
    while (position < node->literal_count) {
        int order = router_text_compare(node->literals[position]->text, text);
        if (order == 0)
            return node->literals[position];
        if (order > 0)
            break;
        position++;
    }
    return insert_node(&node->literals, &node->literal_count, position, text);
}

static struct router_node *parameter_child(struct router_node *node, struct router_text suffix)
{
    size_t position = 0;
    while (position < node->parameter_count) {
        struct router_text other = node->parameters[position]->text;
        if (router_text_compare(other, suffix) == 0)
            return node->parameters[position];
        if (other.length < suffix.length)
            break;
        position++;
    }
    return insert_node(&node->parameters, &node->parameter_count, position, suffix);
}

/* Descends by one pattern segment; NULL when it is malformed. */
static struct router_node *descend(struct router_node *node, struct router_text segment,
                                   struct router_entry *entry)
{
    if (segment.length == 0 || segment.at[0] != '{') {
        bool braces = memchr(segment.at, '{', segment.length) != NULL ||
                      memchr(segment.at, '}', segment.length) != NULL;
        return braces ? NULL : literal_child(node, segment);
    }
    const char *end = memchr(segment.at, '}', segment.length);
    if (end == NULL || end == segment.at + 1 || entry->count == ROUTER_PARAMETERS_MAX)
        return NULL;
    entry->names[entry->count++] =
        (struct router_text){segment.at + 1, (size_t)(end - segment.at - 1)};
    size_t left = segment.length - (size_t)(end + 1 - segment.at);
    if (left > 0 && strchr(":.", end[1]) == NULL)
        return NULL;
    return parameter_child(node, (struct router_text){end + 1, left});
}

static struct router_node *place(struct router *router, const char *pattern,
                                 struct router_entry *entry)
{
    struct router_node *node = &router->root;
    const char *cursor = pattern;
    for (size_t depth = 0; *cursor == '/' && node != NULL; depth++) {
        size_t length = strcspn(cursor + 1, "/");
        if (depth == ROUTER_SEGMENTS_MAX)
            return NULL;
        node = descend(node, (struct router_text){cursor + 1, length}, entry);
        cursor += length + 1;
    }
    return cursor == pattern || *cursor != '\0' ? NULL : node;
}

bool router_add(struct router *router, const struct route *route, struct error *err)
{
    struct router_entry entry = {.route = route};
    struct router_node *node = place(router, route->pattern, &entry);
    if (node == NULL || route->method >= METHOD_COUNT || route->handler == NULL)
        return error_set(err, ERR_INTERNAL, "the route %s is malformed", route->pattern);
    if (node->entries[route->method] != NULL)
        return error_set(err, ERR_INTERNAL, "the route %s %s is there twice",
                         http_method_name(route->method), route->pattern);
    node->entries[route->method] = xcalloc(sizeof entry);
    *node->entries[route->method] = entry;
    node->allowed |= 1u << route->method;
    return true;
}

bool router_add_table(struct router *router, const struct route *table, struct error *err)
{
    for (; table->pattern != NULL; table++)
        if (!router_add(router, table, err))
            return false;
    return true;
}

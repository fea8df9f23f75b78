/* map: values by the bytes of their keys, each with a time to live, in the order they were added.
 * Owns its values through `destroy`. The one place that uses uthash. */
#ifndef DEBRIEFD_MAP_H
#define DEBRIEFD_MAP_H

#include <stddef.h>
#include <stdint.h>

#define MAP_FOREVER INT64_MAX

struct map;
typedef void map_destroy_fn(void *value);

/* `destroy` may be NULL when the values are somebody else's. */
struct map *map_create(map_destroy_fn *destroy);
void map_destroy(struct map *map); /* takes NULL */

/* NULL when there is none, or it is too old. */
void *map_find(const struct map *map, const void *key, size_t length);

/* The same whatever its age: what map_add would replace. */
void *map_peek(const struct map *map, const void *key, size_t length);

/* Copies the key, takes the value, and replaces what stood there. */
void map_add(struct map *map, const void *key, size_t length, void *owned_value, int64_t life_us);

size_t map_count(const struct map *map);
void map_clear(struct map *map);

/* The value added longest ago; NULL when the map is empty. map_drop_oldest then forgets it. */
void *map_oldest(const struct map *map);
void map_drop_oldest(struct map *map);

typedef void map_visit_fn(void *context, void *value);
void map_each(const struct map *map, map_visit_fn *visit, void *context);

#endif

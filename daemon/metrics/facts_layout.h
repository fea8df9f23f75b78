/* facts_layout: the storage behind struct facts, shared by its builder and its reader. */
#ifndef FACTS_LAYOUT_H
#define FACTS_LAYOUT_H

#include <debriefd/facts.h>

/* Slot 0 of every per-slice array is the whole, 1.. are the slices. */
struct item_facts {
    struct facts_item item;
    struct cells {
        struct facts_cell *cells;
        size_t length, capacity;
        int64_t total;
    } * slots;
};

struct composite_facts {
    struct facts_composite composite;
    struct pairs {
        struct facts_pair *pairs;
        size_t length, capacity;
        int64_t total;
    } * slots;
};

struct wave_facts {
    char *name;
    enum facts_wave_state state;
    int64_t (*dispositions)[FACTS_DISPOSITIONS];
    struct item_facts *items;
    size_t item_count;
    struct composite_facts *composites;
    size_t composite_count;
    struct facts_moments *moments;
    size_t moments_count;
};

struct joint_facts {
    struct facts_joint joint;
    struct joint_cells {
        struct facts_joint_cell *cells;
        size_t length, capacity;
        int64_t total;
    } * slots;
};

struct facts {
    struct facts_slice slices[FACTS_SLICES_MAX + 1];
    int64_t panel[FACTS_SLICES_MAX + 1];
    size_t slice_count;
    struct wave_facts waves[FACTS_WAVES_MAX];
    size_t wave_count;
    struct joint_facts *joints;
    size_t joint_count;
    struct network *network;
    bool slices_done, sealed, is_anonymous;
};

/* Of the builder. */
bool facts_check_name(const char *name, struct error *err) must_check;
bool facts_check_count(int64_t count, const char *what, struct error *err) must_check;
bool facts_slice_slot(const struct facts *facts, const char *name, size_t *slot,
                      struct error *err) must_check;
/* The most who can have answered in the wave. */
int64_t facts_people(const struct facts *facts, const struct wave_facts *wave, size_t slot);
/* The wave, or NULL with *err filled when it is unknown or the facts are sealed. */
struct wave_facts *facts_find_building(struct facts *facts, const char *name, struct error *err);
/* A list with one zeroed element of `size` bytes more. */
void *facts_grow(void *list, size_t count, size_t size);
bool facts_check_scale(const char *name, int min, int max, struct error *err) must_check;
bool facts_has_series(const struct wave_facts *wave, const char *name);
bool facts_check_joints(const struct facts *facts, struct error *err) must_check;
void facts_destroy_joints(struct facts *facts);

#endif

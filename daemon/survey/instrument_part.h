/* What the files that compile and describe an instrument share. */
#ifndef INSTRUMENT_PART_H
#define INSTRUMENT_PART_H

#include <debriefd/instrument.h>

struct measure_ref {
    const char *wave; /* NULL: this instrument's own */
    const char *item;
    const char *part;       /* "" for the whole item */
    const struct item *own; /* NULL with a wave */
    size_t slot;            /* 0-based; of an own, scored item */
    bool scored;            /* whether `slot` counts */
};

struct measure {
    const char *id;
    const struct measure_type *type;
    struct measure_ref *refs;
    size_t ref_count;
    const struct measure **parts; /* earlier measures */
    size_t part_count;
    size_t minimum; /* answers that a person's score needs */
};

struct instrument {
    json_t *definition; /* our copy; every string points into it */
    const char *id;
    const char *wave;
    struct phrase title;
    const char *languages[INSTRUMENT_LANGUAGES];
    size_t language_count;
    struct item *items;
    size_t item_count;
    size_t slot_count;
    struct measure *measures;
    size_t measure_count;
    uint16_t *buckets;   /* item positions + 1 by hash of the id; 0 is free */
    size_t bucket_count; /* a power of two */
};

/* A definition on its way to an instrument: where it is being read, and what was wrong so far. */
struct compiler {
    struct instrument *instrument;
    struct violations *violations;
    struct buf pointer;
};

/* Both give the mark that compiler_pop takes. */
size_t compiler_push(struct compiler *compiler, const char *key);
size_t compiler_push_index(struct compiler *compiler, size_t index);
void compiler_pop(struct compiler *compiler, size_t mark);
void compiler_fault(struct compiler *compiler, const char *code, const char *format, ...)
    printf_like(3, 4);

/* False, with a fault, unless `value` is an object. Members outside `allowed`, ended by NULL, are
 * faults too. */
bool compiler_object(struct compiler *compiler, const json_t *value, const char *const *allowed);
/* The array member's length; 0, with a fault, unless it is one of least to most. */
size_t compiler_array(struct compiler *compiler, const json_t *object, const char *key,
                      size_t least, size_t most);

/* Members of an object. A wrong one is a fault and gives the stated default. */
enum presence { OPTIONAL, REQUIRED };
const char *compiler_id(struct compiler *compiler, const json_t *object, const char *key,
                        enum presence presence);
struct phrase compiler_phrase(struct compiler *compiler, const json_t *object, const char *key,
                              enum presence presence);
bool compiler_flag(struct compiler *compiler, const json_t *object, const char *key);
int compiler_integer(struct compiler *compiler, const json_t *object, const char *key, int least,
                     int most, int usual);
bool compiler_is_id(const json_t *value);

/* Compiles instrument->items[index] with its slots; items before it are complete. */
void item_compile(struct compiler *compiler, const json_t *value, size_t index);
void item_finish(struct item *item);

/* NULL after a fault. Only items before `index` may be named. */
struct condition *condition_compile(struct compiler *compiler, const json_t *value, size_t index);
bool condition_holds(const struct condition *condition, const struct instrument *instrument,
                     const int16_t *slots, const bool *answered);
void condition_destroy(struct condition *condition);

void measure_compile(struct compiler *compiler, const json_t *value, size_t index);
void measure_finish(struct measure *measure);
const char *measure_type_name(const struct measure_type *type);
bool measure_is_composite(const struct measure *measure);

#endif

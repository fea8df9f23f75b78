/* form_cache: per wave, what a submission is checked against: the compiled instrument and the
 * delegation. For the API and the pages. Published instruments never change; the delegation may, so
 * an entry lives briefly and is dropped when the database says that something changed. */
#ifndef DEBRIEFD_FORM_CACHE_H
#define DEBRIEFD_FORM_CACHE_H

#include <debriefd/answers.h>
#include <debriefd/operation.h>

/* Counted: it outlives the cache for whoever holds it. */
struct form {
    unsigned references;
    struct uuid study;
    bool is_anonymous;
    struct shared_instrument *shared;
    const struct instrument *instrument; /* the shared one */
    struct uuid *participants;
    size_t participant_count;

    /* What the pages add and keep as long: NULL, or freed by `release_pages`. */
    void *pages;
    void (*release_pages)(void *pages);
};

/* `form` is NULL after a reply (404, 503); else borrowed for the call. At once or later. */
typedef void form_found_fn(struct request *request, struct form *form);
void form_find(struct request *request, const struct uuid *programme, const struct uuid *wave,
               form_found_fn *found);

struct form *form_ref(struct form *form);
void form_unref(struct form *form);

/* Of forms, by programme and wave. */
struct map *form_cache_create(void);

/* Of compiled instruments, by the hash of their definitions. */
struct map *form_cache_instruments(void);

#endif

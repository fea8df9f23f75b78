#include <debriefd/form_cache.h>

#include <debriefd/clock.h>
#include <debriefd/log.h>
#include <debriefd/map.h>
#include <debriefd/secret.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_WAVES       256
#define CACHE_INSTRUMENTS 32
#define CACHE_LIFE_US     (30 * CLOCK_SECOND_US)

struct form_name {
    struct uuid programme;
    struct uuid wave;
};

/* Counted: most waves of a programme ask the same questions, and a compiled instrument is large. */
struct shared_instrument {
    unsigned references;
    struct instrument *instrument;
};

static void shared_unref(void *value)
{
    struct shared_instrument *shared = value;
    if (--shared->references > 0)
        return;
    instrument_destroy(shared->instrument);
    free(shared);
}

struct form *form_ref(struct form *form)
{
    form->references++;
    return form;
}

void form_unref(struct form *form)
{
    if (--form->references > 0)
        return;
    if (form->pages != NULL)
        form->release_pages(form->pages);
    shared_unref(form->shared);
    free(form->participants);
    free(form);
}

static void unref_value(void *value)
{
    form_unref(value);
}

struct map *form_cache_create(void)
{
    return map_create(unref_value);
}

struct map *form_cache_instruments(void)
{
    return map_create(shared_unref);
}

/* "{uuid,uuid}" as PostgreSQL writes an array. */
static void read_participants(struct form *form, const char *text, size_t length)
{
    form->participants = xcalloc_array(length / UUID_TEXT_LENGTH + 1, sizeof *form->participants);
    for (const char *at = text + 1; at + UUID_TEXT_LENGTH < text + length;
         at += UUID_TEXT_LENGTH + 1) {
        if (!uuid_parse(at, UUID_TEXT_LENGTH, &form->participants[form->participant_count++]))
            abort(); /* the column is uuid[] */
    }
}

static struct instrument *compile(const char *text, size_t length)
{
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (document == NULL)
        return NULL;
    struct violations violations;
    violations_init(&violations);
    struct instrument *instrument = instrument_compile(document, &violations);
    violations_finish(&violations);
    json_decref(document);
    return instrument;
}

/* By the hash of the definition: no draft, restored database or other programme can be mistaken.
 * NULL when it cannot be compiled. */
static struct shared_instrument *share_instrument(struct map *cache, const char *text,
                                                  size_t length)
{
    struct secret_hash name = secret_hash(text, length);
    struct shared_instrument *shared = map_find(cache, &name, sizeof name);
    if (shared == NULL) {
        struct instrument *instrument = compile(text, length);
        if (instrument == NULL)
            return NULL;
        if (map_count(cache) >= CACHE_INSTRUMENTS)
            map_drop_oldest(cache);
        shared = xcalloc(sizeof *shared);
        *shared = (struct shared_instrument){.references = 1, .instrument = instrument};
        map_add(cache, &name, sizeof name, shared, MAP_FOREVER);
    }
    shared->references++;
    return shared;
}

static struct form *form_from_row(struct map *instruments, const struct rows *rows)
{
    int definition = rows_column(rows, "definition");
    int participants = rows_column(rows, "participants");
    struct shared_instrument *shared = share_instrument(instruments, rows_text(rows, 0, definition),
                                                        rows_length(rows, 0, definition));
    if (shared == NULL)
        return NULL;
    struct form *form = xcalloc(sizeof *form);
    form->references = 1;
    form->study = rows_uuid(rows, 0, rows_column(rows, "study_id"));
    form->is_anonymous = rows_bool(rows, 0, rows_column(rows, "is_anonymous"));
    form->shared = shared;
    form->instrument = shared->instrument;
    read_participants(form, rows_text(rows, 0, participants), rows_length(rows, 0, participants));
    return form;
}

static void remember(struct map *cache, const struct form_name *name, struct form *form)
{
    if (map_count(cache) >= CACHE_WAVES)
        map_drop_oldest(cache);
    map_add(cache, name, sizeof *name, form_ref(form), CACHE_LIFE_US);
}

struct lookup {
    struct request *request;
    form_found_fn *found;
    struct form_name name;
};

static void lookup_done(void *context, const struct rows *rows, const struct error *err)
{
    struct lookup *lookup = context;
    struct form *form = NULL;
    if (err != NULL) {
        request_problem_lookup(lookup->request, err);
    } else if (rows_count(rows) == 0) {
        request_problem(lookup->request, 404, NULL, "no such wave");
    } else {
        form = form_from_row(request_api(lookup->request)->instruments, rows);
        if (form == NULL) {
            log_error("published_instrument_broken", "instrument=%s version=%s",
                      rows_text(rows, 0, 1), rows_text(rows, 0, 2));
            request_problem(lookup->request, 500, NULL, "the wave's instrument cannot be read");
        }
    }
    if (form != NULL)
        remember(request_api(lookup->request)->forms, &lookup->name, form);
    lookup->found(lookup->request, form);
    if (form != NULL)
        form_unref(form);
}

void form_find(struct request *request, const struct uuid *programme, const struct uuid *wave,
               form_found_fn *found)
{
    struct api *api = request_api(request);
    struct form_name name = {*programme, *wave};
    struct form *known = map_find(api->forms, &name, sizeof name);
    if (known != NULL) {
        struct form *form = form_ref(known);
        found(request, form);
        form_unref(form);
        return;
    }
    struct lookup *lookup = request_alloc(request, sizeof *lookup);
    *lookup = (struct lookup){request, found, name};
    struct params params;
    params_init(&params);
    params_uuid(&params, programme);
    params_uuid(&params, wave);
    channel_execute(channel_pool_choose(api->options.pool), "wave_form", &params, lookup_done,
                    lookup);
    params_finish(&params);
}

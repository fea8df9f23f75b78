/* What the files that load a tidy dataset share. */
#ifndef CTL_TIDY_LOAD_PART_H
#define CTL_TIDY_LOAD_PART_H

#include "tidy_load.h"
#include <debriefd/buf.h>

#define PEOPLE_A_PAGE 1000

struct load {
    const struct tidy_target *target;
    const struct tidy *tidy;
    int versions[TIDY_WAVES_MAX]; /* of the waves' instruments */
    struct uuid *people;          /* pseudonyms by participant */
    struct buf path, body;
    uint64_t answers;
    uint64_t refused;
};

/* What is being loaded. */
struct place {
    uint32_t trip;
    struct uuid study;
    uint32_t wave;
    struct uuid wave_id;
};

struct uuid load_derive(const struct uuid *programme, const char *trip, const char *wave,
                        const char *participant);
const char *load_wave_name(const struct load *load, uint32_t wave);

void load_set_path(struct load *load, const char *format, ...) printf_like(2, 3);

/* Sends load->body, if there is a type for it, to load->path. Everything here may be repeated. */
enum ctl_status load_call(struct load *load, const char *method, const char *type,
                          struct client_reply *reply);

/* The answer may be NULL when nobody reads it; else it is the caller's. */
enum ctl_status load_call_json(struct load *load, const char *method, json_t *owned_body,
                               json_t **answer);

enum ctl_status load_dispositions(struct load *load, const struct place *place);
enum ctl_status load_answers(struct load *load, const struct place *place);

#endif

#include "tidy_load.h"

#include "ask.h"
#include "progress.h"
#include "tidy_instrument.h"
#include "tidy_interviews.h"
#include "tidy_load_part.h"
#include <debriefd/clock.h>
#include <debriefd/secret.h>
#include <debriefd/xalloc.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Version 8: made by us (RFC 9562 5.8), of texts that no control character is in. */
struct uuid load_derive(const struct uuid *programme, const char *trip, const char *wave,
                        const char *participant)
{
    struct buf text;
    struct uuid id;
    buf_init(&text);
    buf_printf(&text, "tidy\x1f%s\x1f%s\x1f%s\x1f%s", uuid_format(programme).text, trip, wave,
               participant);
    struct secret_hash hash = secret_hash(buf_text(&text), text.length);
    buf_finish(&text);
    memcpy(id.bytes, hash.bytes, sizeof id.bytes);
    id.bytes[6] = (uint8_t)(0x80 | (id.bytes[6] & 0x0f));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
    return id;
}

struct uuid tidy_study(const struct uuid *programme, const char *trip)
{
    return load_derive(programme, trip, "", "");
}

const char *load_wave_name(const struct load *load, uint32_t wave)
{
    return names_text(load->tidy->waves, wave);
}

void load_set_path(struct load *load, const char *format, ...)
{
    char path[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    buf_clear(&load->path);
    buf_append_text(&load->path, path);
}

/* Sends the body, if there is a type for it, to the path. Everything here may be repeated. */
enum ctl_status load_call(struct load *load, const char *method, const char *type,
                          struct client_reply *reply)
{
    struct client_call call = {
        .method = method,
        .path = buf_text(&load->path),
        .type = type,
        .body = buf_text(&load->body),
        .length = type != NULL ? load->body.length : 0,
        .bearer = load->target->key,
        .is_repeatable = true,
        .patience = CLIENT_PATIENT,
    };
    buf_clear(&reply->body);
    return ask(load->target->invocation, &call, reply);
}

/* The answer may be NULL when nobody reads it; else it is the caller's. */
enum ctl_status load_call_json(struct load *load, const char *method, json_t *owned_body,
                               json_t **answer)
{
    struct client_reply reply;
    client_reply_init(&reply);
    if (owned_body != NULL) {
        char *text = json_dumps(owned_body, JSON_COMPACT);
        buf_clear(&load->body);
        buf_append_text(&load->body, text);
        free(text);
    }
    enum ctl_status status =
        load_call(load, method, owned_body != NULL ? "application/json" : NULL, &reply);
    if (status == CTL_DONE && answer != NULL) {
        *answer = json_loadb(buf_text(&reply.body), reply.body.length, 0, NULL);
        if (*answer == NULL)
            status = ctl_fail(CTL_REFUSED, "the server's answer is not JSON: is it debriefd?");
    }
    json_decref(owned_body);
    client_reply_finish(&reply);
    return status;
}

static enum ctl_status publish(struct load *load, uint32_t wave)
{
    json_t *made;
    load_set_path(load, "/v1/instruments");
    enum ctl_status status =
        load_call_json(load, "POST", tidy_instrument_create(load->tidy, wave), &made);
    if (status != CTL_DONE)
        return status;
    load->versions[wave] = (int)json_integer_value(json_object_get(made, "version"));
    json_decref(made);
    load_set_path(load, "/v1/instruments/tidy-%s/versions/%d:publish", load_wave_name(load, wave),
                  load->versions[wave]);
    return load_call_json(load, "POST", NULL, NULL);
}

static enum ctl_status create_study(struct load *load, const struct place *place)
{
    const struct tidy_trip *trip = &load->tidy->trips[place->trip];
    json_t *study =
        json_pack("{s:s,s:s}", "id", uuid_format(&place->study).text, "name", trip->name);
    if (trip->starts_on[0] != '\0')
        json_object_set_new(study, "starts_on", json_string(trip->starts_on));
    if (trip->ends_on[0] != '\0')
        json_object_set_new(study, "ends_on", json_string(trip->ends_on));
    load_set_path(load, "/v1/studies");
    return load_call_json(load, "POST", study, NULL);
}

static void append_cell(struct buf *csv, const char *text)
{
    buf_append_char(csv, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_append_char(csv, '"');
        buf_append_char(csv, *text);
    }
    buf_append_text(csv, "\",");
}

/* The dataset's name of a participant stands where a real one has a role: delegates are listed
 * without their names. */
static void append_person(struct load *load, uint32_t participant)
{
    const struct tidy *tidy = load->tidy;
    const struct tidy_participant *one = &tidy->participants[participant];
    const char *name = names_text(tidy->labels, one->name);
    append_cell(&load->body, name);
    append_cell(&load->body, names_text(tidy->labels, one->person));
    append_cell(&load->body, names_text(tidy->sectors, one->sector));
    append_cell(&load->body, "-");
    append_cell(&load->body, name);
    buf_printf(&load->body, "%d,%d\n", (int)one->is_staff, (int)one->travelled);
}

static enum ctl_status import_people(struct load *load, const struct place *place)
{
    const struct tidy_trip *trip = &load->tidy->trips[place->trip];
    enum ctl_status status = CTL_DONE;
    for (uint32_t from = 0; status == CTL_DONE && from < trip->count; from += PEOPLE_A_PAGE) {
        struct client_reply reply;
        client_reply_init(&reply);
        buf_clear(&load->body);
        buf_append_text(&load->body, "name,person,sector,organisation,role,is_staff,travelled\n");
        for (uint32_t i = from; i < trip->count && i < from + PEOPLE_A_PAGE; i++)
            append_person(load, trip->first + i);
        load_set_path(load, "/v1/studies/%s/delegates:import", uuid_format(&place->study).text);
        status = load_call(load, "POST", "text/csv", &reply);
        client_reply_finish(&reply);
    }
    return status;
}

/* A page's pseudonyms, to the participants of their roles. */
static void keep_people(struct load *load, const struct names *roles, uint32_t first,
                        const json_t *delegates)
{
    for (size_t i = 0; i < json_array_size(delegates); i++) {
        const json_t *one = json_array_get(delegates, i);
        const char *role = json_string_value(json_object_get(one, "role"));
        const char *id = json_string_value(json_object_get(one, "id"));
        uint32_t number;
        if (role == NULL || id == NULL || !names_find(roles, role, &number) ||
            !uuid_parse(id, strlen(id), &load->people[first + number]))
            continue;
    }
}

static enum ctl_status list_people(struct load *load, const struct place *place)
{
    const struct tidy_trip *trip = &load->tidy->trips[place->trip];
    struct names *roles = names_create();
    char after[UUID_TEXT_LENGTH + 8] = "";
    enum ctl_status status = CTL_DONE;
    for (uint32_t i = 0; i < trip->count; i++)
        names_add(roles,
                  names_text(load->tidy->labels, load->tidy->participants[trip->first + i].name));
    for (bool has_more = trip->count > 0; status == CTL_DONE && has_more;) {
        json_t *page;
        load_set_path(load, "/v1/studies/%s/delegates?limit=%d%s", uuid_format(&place->study).text,
                      PEOPLE_A_PAGE, after);
        status = load_call_json(load, "GET", NULL, &page);
        if (status != CTL_DONE)
            break;
        keep_people(load, roles, trip->first, json_object_get(page, "delegates"));
        const char *next = json_string_value(json_object_get(page, "next"));
        has_more = next != NULL;
        snprintf(after, sizeof after, "&after=%s", next != NULL ? next : "");
        json_decref(page);
    }
    names_destroy(roles);
    return status;
}

static enum ctl_status create_wave(struct load *load, struct place *place)
{
    const char *kind = load_wave_name(load, place->wave);
    char instrument[48];
    snprintf(instrument, sizeof instrument, "tidy-%s", kind);
    place->wave_id =
        load_derive(&load->target->programme, load->tidy->trips[place->trip].id, kind, "");
    load_set_path(load, "/v1/studies/%s/waves", uuid_format(&place->study).text);
    return load_call_json(load, "POST",
                          json_pack("{s:s,s:s,s:s,s:i}", "id", uuid_format(&place->wave_id).text,
                                    "kind", kind, "instrument", instrument, "version",
                                    load->versions[place->wave]),
                          NULL);
}

static enum ctl_status close_wave(struct load *load, const struct place *place)
{
    load_set_path(load, "/v1/waves/%s:close", uuid_format(&place->wave_id).text);
    return load_call_json(load, "POST", NULL, NULL);
}

static enum ctl_status load_wave(struct load *load, struct place *place)
{
    enum ctl_status status = create_wave(load, place);
    if (status == CTL_DONE)
        status = load_dispositions(load, place);
    if (status == CTL_DONE)
        status = load_answers(load, place);
    if (status == CTL_DONE)
        status = close_wave(load, place);
    return status;
}

static enum ctl_status load_trip(struct load *load, uint32_t trip)
{
    struct place place = {
        .trip = trip,
        .study = tidy_study(&load->target->programme, load->tidy->trips[trip].id),
    };
    enum ctl_status status = create_study(load, &place);
    if (status == CTL_DONE)
        status = import_people(load, &place);
    if (status == CTL_DONE)
        status = list_people(load, &place);
    for (uint32_t i = 0; status == CTL_DONE && i < names_count(load->tidy->waves); i++) {
        place.wave = i;
        status = load_wave(load, &place);
    }
    return status;
}

static enum ctl_status load_all(struct load *load)
{
    struct progress progress;
    enum ctl_status status = CTL_DONE;
    for (uint32_t i = 0; status == CTL_DONE && i < names_count(load->tidy->waves); i++)
        status = publish(load, i);
    progress_start(&progress, "loading", load->tidy->trip_count);
    for (uint32_t i = 0; status == CTL_DONE && i < load->tidy->trip_count; i++) {
        status = load_trip(load, i);
        progress_set(&progress, i + 1, i + 1);
    }
    progress_clear(&progress);
    return status == CTL_DONE ? tidy_interviews_load(load, load->target->directory) : status;
}

enum ctl_status tidy_load(const struct tidy_target *target, const struct tidy *tidy,
                          uint64_t *refused)
{
    struct load load = {
        .target = target,
        .tidy = tidy,
        .people = xcalloc_array(tidy->participant_count, sizeof *load.people),
    };
    int64_t start_us = clock_monotonic_us();
    buf_init(&load.path);
    buf_init(&load.body);
    enum ctl_status status = load_all(&load);
    if (status == CTL_DONE)
        fprintf(stderr,
                "%" PRIu32 " studies, %" PRIu32 " participants, %" PRIu64 " evaluations (%" PRIu64
                " refused) in %.1f s\n",
                tidy->trip_count, tidy->participant_count, load.answers, load.refused,
                (double)(clock_monotonic_us() - start_us) / (double)CLOCK_SECOND_US);
    *refused = load.refused;
    free(load.people);
    buf_finish(&load.path);
    buf_finish(&load.body);
    return status;
}

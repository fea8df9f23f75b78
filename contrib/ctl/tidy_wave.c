/* A wave's dispositions and evaluations, in requests of bounded size. */
#include "tidy_load_part.h"

#include "ask.h"
#include "tidy_answers.h"
#include <string.h>

#define BATCH_BYTES  (192 * 1024) /* below max_body's default; a longer line goes alone */
#define BATCH_LINES  500
#define REFUSED_TOLD 20

enum ctl_status load_dispositions(struct load *load, const struct place *place)
{
    const struct tidy_trip *trip = &load->tidy->trips[place->trip];
    enum ctl_status status = CTL_DONE;
    for (uint32_t from = 0; status == CTL_DONE && from < trip->count; from += PEOPLE_A_PAGE) {
        json_t *list = json_array();
        for (uint32_t i = from; i < trip->count && i < from + PEOPLE_A_PAGE; i++) {
            uint32_t person = trip->first + i;
            const char *code = tidy_answers_disposition(load->tidy, place->wave, person);
            if (code != NULL)
                json_array_append_new(list, json_pack("{s:s,s:s}", "participant",
                                                      uuid_format(&load->people[person]).text,
                                                      "code", code));
        }
        bool is_empty = json_array_size(list) == 0;
        json_t *body = json_pack("{s:o}", "dispositions", list);
        load_set_path(load, "/v1/waves/%s/dispositions", uuid_format(&place->wave_id).text);
        if (is_empty)
            json_decref(body);
        else
            status = load_call_json(load, "POST", body, NULL);
    }
    return status;
}

static void tell_refused(struct load *load, const struct place *place, uint32_t participant,
                         const json_t *outcome)
{
    const json_t *error = json_array_get(json_object_get(outcome, "errors"), 0);
    const json_t *whole = json_object_get(outcome, "detail");
    const char *detail =
        json_string_value(error != NULL ? json_object_get(error, "detail") : whole);
    const char *pointer = json_string_value(json_object_get(error, "pointer"));
    if (++load->refused > REFUSED_TOLD)
        return;
    ctl_fail(CTL_REFUSED, "trip %s, wave %s, participant %s: %s%s%s",
             load->tidy->trips[place->trip].id, load_wave_name(load, place->wave),
             names_text(load->tidy->labels, load->tidy->participants[participant].name),
             pointer != NULL ? pointer : "", pointer != NULL ? ": " : "",
             detail != NULL ? detail : "refused");
}

/* Lines that were sent, and whose they are. */
struct batch {
    uint32_t people[BATCH_LINES];
    size_t count;
};

static bool read_outcomes(struct load *load, const struct place *place, const struct batch *batch,
                          const struct buf *text)
{
    const char *at = buf_text(text);
    size_t count = 0;
    for (const char *end; (end = strchr(at, '\n')) != NULL && count < batch->count; at = end + 1) {
        json_t *outcome = json_loadb(at, (size_t)(end - at), 0, NULL);
        json_int_t status = json_integer_value(json_object_get(outcome, "status"));
        if (status == 503) {
            json_decref(outcome);
            return false;
        }
        if (status >= 300 || outcome == NULL)
            tell_refused(load, place, batch->people[count], outcome);
        json_decref(outcome);
        count++;
    }
    return count == batch->count;
}

/* Again, when the server could not record a line now: what it has recorded is a replay. */
static enum ctl_status send_batch(struct load *load, const struct place *place, struct batch *batch)
{
    enum ctl_status status = CTL_DONE;
    bool is_done = batch->count == 0;
    load_set_path(load, "/v1/waves/%s/evaluations:import", uuid_format(&place->wave_id).text);
    for (int round = 0; status == CTL_DONE && !is_done && round < 5; round++) {
        struct client_reply reply;
        client_reply_init(&reply);
        uint64_t refused = load->refused;
        status = load_call(load, "POST", "application/x-ndjson", &reply);
        is_done = status == CTL_DONE && read_outcomes(load, place, batch, &reply.body);
        load->refused = is_done ? load->refused : refused;
        client_reply_finish(&reply);
    }
    if (status == CTL_DONE && !is_done)
        status = ctl_fail(CTL_UNREACHED, "the server could not record answers");
    buf_clear(&load->body);
    batch->count = 0;
    return status;
}

static void append_line(struct load *load, const struct place *place, uint32_t participant,
                        const struct buf *evaluation, struct batch *batch)
{
    const struct tidy *tidy = load->tidy;
    struct uuid id = load_derive(&load->target->programme, tidy->trips[place->trip].id,
                                 load_wave_name(load, place->wave),
                                 names_text(tidy->labels, tidy->participants[participant].name));
    buf_printf(&load->body,
               "{\"id\":\"%s\",\"participant\":\"%s\",\"evaluation\":", uuid_format(&id).text,
               uuid_format(&load->people[participant]).text);
    buf_append(&load->body, evaluation->data, evaluation->length);
    buf_append_text(&load->body, "}\n");
    batch->people[batch->count++] = participant;
}

enum ctl_status load_answers(struct load *load, const struct place *place)
{
    const struct tidy_trip *trip = &load->tidy->trips[place->trip];
    struct batch batch = {.count = 0};
    struct buf evaluation;
    enum ctl_status status = CTL_DONE;
    buf_init(&evaluation);
    buf_clear(&load->body);
    for (uint32_t i = trip->first; status == CTL_DONE && i < trip->first + trip->count; i++) {
        buf_clear(&evaluation);
        if (!tidy_answers_write(load->tidy, place->wave, i, load->people, &evaluation))
            continue;
        if (batch.count == BATCH_LINES || load->body.length + evaluation.length > BATCH_BYTES)
            status = send_batch(load, place, &batch);
        append_line(load, place, i, &evaluation, &batch);
        load->answers++;
    }
    if (status == CTL_DONE)
        status = send_batch(load, place, &batch);
    buf_finish(&evaluation);
    return status;
}

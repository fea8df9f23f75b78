#include "tidy_interviews.h"

#include "ask.h"
#include "tidy_file.h"
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_BYTES 190000 /* below max_body's default */
#define BATCH_ROWS  2000
#define ADJUDICATOR "A" /* the coder whose codings count, in this layout */

/* An interview and one of its trips. */
struct visit {
    uint32_t interview; /* in `interviews` */
    struct uuid study;
};

struct sending {
    struct load *load;
    enum ctl_status status; /* of what was sent; told when it is not CTL_DONE */
    size_t rows;            /* in load->body */
    struct names *interviews;
    struct visit *visits;
    size_t visit_count;
    bool has_adjudicator;
};

static bool send_rows(struct sending *sending)
{
    struct client_reply reply;
    if (sending->rows == 0)
        return true;
    client_reply_init(&reply);
    sending->status = load_call(sending->load, "POST", "application/x-ndjson", &reply);
    client_reply_finish(&reply);
    buf_clear(&sending->load->body);
    sending->rows = 0;
    return sending->status == CTL_DONE;
}

/* A row of texts; an empty one is left out. */
static json_t *texts(const char *const *names, const char *const *fields)
{
    json_t *row = json_object();
    for (; *names != NULL; names++, fields++)
        if ((*fields)[0] != '\0')
            json_object_set_new(row, *names, json_string(*fields));
    return row;
}

static bool keep_row(struct sending *sending, json_t *owned_row, struct error *err)
{
    char *text = json_dumps(owned_row, JSON_COMPACT);
    json_decref(owned_row);
    if (text == NULL)
        return error_set(err, ERR_INVALID, "the row is no JSON");
    buf_append_text(&sending->load->body, text);
    buf_append_char(&sending->load->body, '\n');
    free(text);
    bool is_full = ++sending->rows == BATCH_ROWS || sending->load->body.length > BATCH_BYTES;
    return !is_full || send_rows(sending) || error_set(err, ERR_UNAVAILABLE, "it was not taken");
}

static void set_flag(json_t *row, const char *name, const char *text)
{
    json_object_set_new(row, name, json_boolean(strcmp(text, "1") == 0));
}

static void set_integer(json_t *row, const char *name, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (text[0] != '\0')
        json_object_set_new(row, name, *end == '\0' ? json_integer(value) : json_string(text));
}

static bool code_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const names[] = {"code", "label", NULL};
    json_t *row = texts(names, fields);
    set_flag(row, "trip_specific", fields[2]);
    return keep_row(context, row, err);
}

static bool visit_row(void *context, const char *const *fields, struct error *err)
{
    struct sending *sending = context;
    (void)err;
    sending->visits =
        xrealloc_array(sending->visits, sending->visit_count + 1, sizeof *sending->visits);
    sending->visits[sending->visit_count++] = (struct visit){
        names_add(sending->interviews, fields[0]),
        tidy_study(&sending->load->target->programme, fields[1]),
    };
    return true;
}

static bool interview_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const names[] = {"interview", "person", "sector", NULL};
    struct sending *sending = context;
    json_t *row = texts(names, fields), *trips = json_array();
    uint32_t number = names_add(sending->interviews, fields[0]);
    for (size_t i = 0; i < sending->visit_count; i++)
        if (sending->visits[i].interview == number)
            json_array_append_new(trips, json_string(uuid_format(&sending->visits[i].study).text));
    set_integer(row, "sequence", fields[3]);
    set_flag(row, "is_organiser", fields[4]);
    json_object_set_new(row, "trips", trips);
    return keep_row(sending, row, err);
}

static bool segment_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const names[] = {"segment", "interview", NULL};
    struct sending *sending = context;
    json_t *row = texts(names, fields);
    struct uuid study = tidy_study(&sending->load->target->programme, fields[2]);
    if (fields[2][0] != '\0')
        json_object_set_new(row, "trip", json_string(uuid_format(&study).text));
    return keep_row(sending, row, err);
}

/* Without a code: the coder was to code the segment. */
static bool coder_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const names[] = {"coder", "segment", NULL};
    struct sending *sending = context;
    sending->has_adjudicator = sending->has_adjudicator || strcmp(fields[0], ADJUDICATOR) == 0;
    return keep_row(sending, texts(names, fields), err);
}

static bool coding_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const names[] = {"coder", "segment", "code", NULL};
    json_t *row = texts(names, fields);
    set_integer(row, "sentiment", fields[3]);
    return keep_row(context, row, err);
}

static bool quote_row(void *context, const char *const *fields, struct error *err)
{
    static const char *const names[] = {"quote", "interview", "code", "approval", NULL};
    return keep_row(context, texts(names, fields), err);
}

/* What is named comes before what names it. */
static const struct {
    struct tidy_file file;
    const char *path; /* NULL: rows are kept for the next file */
} tables[] = {
    {{"codes.csv", {"code_id", "label", "trip_specific"}, true, code_row}, "/v1/codes:import"},
    {{"interview_trips.csv", {"interview_id", "trip_id"}, true, visit_row}, NULL},
    {{"interviews.csv",
      {"interview_id", "person_id", "sector", "seq", "is_organiser"},
      true,
      interview_row},
     "/v1/interviews:import"},
    {{"segments.csv", {"segment_id", "interview_id", "trip_id"}, true, segment_row},
     "/v1/segments:import"},
    {{"coder_segments.csv", {"coder", "segment_id"}, true, coder_row}, "/v1/codings:import"},
    {{"codings.csv", {"coder", "segment_id", "code_id", "sentiment"}, true, coding_row},
     "/v1/codings:import"},
    {{"quotes.csv", {"quote_id", "interview_id", "code_id", "approval"}, true, quote_row},
     "/v1/quotes:import"},
};

static enum ctl_status send_table(struct sending *sending, const char *directory, size_t table)
{
    struct error err;
    if (tables[table].path != NULL)
        load_set_path(sending->load, "%s", tables[table].path);
    buf_clear(&sending->load->body);
    bool is_read = tidy_file_read(directory, &tables[table].file, sending, &err);
    if (is_read)
        send_rows(sending);
    else if (sending->status == CTL_DONE)
        sending->status = ctl_fail(CTL_USAGE, "%s", err.message);
    return sending->status;
}

static enum ctl_status set_adjudicator(struct load *load)
{
    load_set_path(load, "/v1/interview_set");
    return load_call_json(load, "PUT", json_pack("{s:s}", "adjudicator", ADJUDICATOR), NULL);
}

/* A server that knows no interviews says so once. */
static bool is_known(const struct load *load)
{
    struct error err;
    struct client_reply reply;
    struct client_call call = {
        .method = "GET", .path = "/v1/interview_set", .bearer = load->target->key};
    client_reply_init(&reply);
    bool is_known =
        !client_send(load->target->invocation->client, &call, &reply, &err) || reply.status != 404;
    client_reply_finish(&reply);
    return is_known;
}

enum ctl_status tidy_interviews_load(struct load *load, const char *directory)
{
    if (!is_known(load)) {
        fputs("interviews are left out: the server knows none\n", stderr);
        return CTL_DONE;
    }
    struct sending sending = {.load = load, .interviews = names_create()};
    enum ctl_status status = CTL_DONE;
    for (size_t i = 0; status == CTL_DONE && i < sizeof tables / sizeof *tables; i++)
        status = send_table(&sending, directory, i);
    if (status == CTL_DONE && sending.has_adjudicator)
        status = set_adjudicator(load);
    names_destroy(sending.interviews);
    free(sending.visits);
    return status;
}

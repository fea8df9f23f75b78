/* The least that stores a submission by the daemon's own statement: an evhttp callback that blocks
 * on one commit. No routes, rights, reading of the body, queue or receipt; each segment is sealed,
 * because the statement stores the seal.
 *
 * usage: bench_minimal CONNINFO PORT BODY */
#include "segment.h"

#include <debriefd/answers.h>
#include <debriefd/secret.h>
#include <debriefd/session.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAVE_AT       10 /* in "/v1/waves/{wave}/evaluations/{evaluation}" */
#define EVALUATION_AT 59
#define UUID_LENGTH   36
#define CLAIM_AT      10 /* in "Bearer di_..." */
#define TOKEN_LENGTH  50 /* programme, invitation, generation, code */

struct minimal {
    struct session *session;
    struct secret_signer signer;
    struct ingest_submission pattern;
    struct params params;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

static bool read_names(struct evhttp_request *request, struct ingest_submission *submission)
{
    uint8_t token[TOKEN_LENGTH];
    const char *path = evhttp_request_get_uri(request);
    const char *bearer =
        evhttp_find_header(evhttp_request_get_input_headers(request), "Authorization");
    if (bearer == NULL || strlen(path) != EVALUATION_AT + UUID_LENGTH ||
        !secret_base64_parse(bearer + CLAIM_AT, strlen(bearer + CLAIM_AT), token, sizeof token) ||
        !uuid_parse(path + WAVE_AT, UUID_LENGTH, &submission->wave) ||
        !uuid_parse(path + EVALUATION_AT, UUID_LENGTH, &submission->evaluation))
        return false;
    memcpy(submission->programme.bytes, token, 16);
    memcpy(submission->invitation.bytes, token + 16, 16);
    submission->generation = 1;
    return true;
}

static bool store(struct minimal *minimal, const struct ingest_submission *submission)
{
    struct waiting waiting = {.submission = *submission};
    struct waiting *member = &waiting;
    struct segment *segment = segment_create(&member, 1, &minimal->signer);
    params_clear(&minimal->params);
    segment_params(segment, "minimal", &minimal->params);
    struct error err;
    struct rows *rows;
    if (!session_execute(minimal->session, "ingest", &minimal->params, &rows, &err))
        die(err.message);
    bool is_new = strcmp(rows_text(rows, 0, 1), "new") == 0;
    rows_destroy(rows);
    segment_destroy(segment);
    return is_new;
}

static void on_request(struct evhttp_request *request, void *context)
{
    struct minimal *minimal = context;
    struct ingest_submission submission = minimal->pattern;
    if (read_names(request, &submission) && store(minimal, &submission))
        evhttp_send_reply(request, 201, "Created", NULL);
    else
        evhttp_send_reply(request, 409, "Conflict", NULL);
}

static void read_pattern(const char *path, struct answers *answers,
                         struct ingest_submission *pattern)
{
    struct violations violations;
    violations_init(&violations);
    answers_init(answers);
    struct instrument *instrument =
        instrument_compile(json_load_file(INSTRUMENT, 0, NULL), &violations);
    char *text = json_dumps(json_load_file(path, 0, NULL), JSON_COMPACT);
    if (answers_read(instrument, NULL, text, strlen(text), answers, &violations) != ANSWERS_OK)
        die(violations.items[0].detail);
    *pattern = (struct ingest_submission){
        .scores = answers->slots,
        .score_count = answers->slot_count,
        .texts = answers->texts.data,
        .texts_length = answers->texts.length,
        .answered = answers->answered,
        .applicable = answers->applicable,
        .body_hash = secret_hash(text, strlen(text)),
        .language = "sv",
    };
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die("usage: bench_minimal CONNINFO PORT BODY");
    struct minimal minimal = {0};
    struct answers answers;
    uint8_t seed[32];
    struct error err;
    secret_init();
    secret_random(seed, sizeof seed);
    minimal.signer = secret_signer_from_seed(seed);
    params_init(&minimal.params);
    read_pattern(argv[3], &answers, &minimal.pattern);
    struct session_options options = {.conninfo = argv[1], .statements = sql_queries};
    if (!session_open(&options, &minimal.session, &err))
        die(err.message);
    struct event_base *base = event_base_new();
    struct evhttp *http = evhttp_new(base);
    evhttp_set_gencb(http, on_request, &minimal);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_PUT);
    if (evhttp_bind_socket(http, "127.0.0.1", (uint16_t)strtol(argv[2], NULL, 10)) != 0)
        die("cannot listen");
    return event_base_dispatch(base);
}

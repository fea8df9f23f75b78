#include <debriefd/ingest.h>

#include "segment.h"
#include <assert.h>
#include <debriefd/channel.h>
#include <debriefd/log.h>
#include <debriefd/xalloc.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

STAILQ_HEAD(waiting_list, waiting);

struct ingest {
    struct channel *channel;
    struct ingest_options options;
    struct receipt_key_id key_id;
    struct waiting_list queue;
    struct segment *in_flight; /* NULL: the next submission starts a segment */
    struct event *start;       /* so that submissions of one loop turn share a segment */
    struct params params;
    struct waiting **chosen; /* `options.batch` places */
    struct buf receipt;
    struct ingest_counters counters;
    bool is_ending;
};

static const char *const outcome_names[] = {
    [INGEST_NEW] = "new",           [INGEST_REPLAY] = "replay",
    [INGEST_CONFLICT] = "conflict", [INGEST_NO_WAVE] = "no_wave",
    [INGEST_NOT_OPEN] = "not_open", [INGEST_CLOSED] = "closed",
    [INGEST_REVOKED] = "revoked",   [INGEST_NO_PARTICIPANT] = "no_participant",
    [INGEST_STALE] = "stale",       [INGEST_FAILED] = "failed",
};

const char *ingest_outcome_name(enum ingest_outcome outcome)
{
    return outcome_names[outcome];
}

static enum ingest_outcome outcome_from_name(const char *name)
{
    for (enum ingest_outcome outcome = 0; outcome < INGEST_FAILED; outcome++)
        if (strcmp(name, outcome_names[outcome]) == 0)
            return outcome;
    abort(); /* logic.ingest and this table disagree */
}

static void count_outcome(struct ingest *ingest, enum ingest_outcome outcome)
{
    if (outcome == INGEST_NEW)
        ingest->counters.stored++;
    else if (outcome == INGEST_REPLAY)
        ingest->counters.replayed++;
    else if (outcome == INGEST_FAILED)
        ingest->counters.failed++;
    else
        ingest->counters.refused++;
}

static void finish_one(struct ingest *ingest, struct waiting *member, enum ingest_outcome outcome,
                       const struct error *err)
{
    count_outcome(ingest, outcome);
    member->done(member->context, outcome, &ingest->receipt, err);
    free(member);
}

/* A replay's receipt is made again from what its commit stored. */
static void write_replayed(struct ingest *ingest, const struct segment *segment, size_t member,
                           const struct rows *rows, int row)
{
    struct receipt_subject subject = segment_subject(segment, member);
    snprintf(subject.received_at, sizeof subject.received_at, "%s", rows_text(rows, row, 2));
    struct buf bytes;
    buf_init(&bytes);
    rows_bytes(rows, row, 5, &bytes);
    size_t count = bytes.length / SECRET_HASH_LENGTH;
    struct receipt_tree *tree = receipt_tree_create((const struct secret_hash *)bytes.data, count);
    buf_clear(&bytes);
    rows_bytes(rows, row, 6, &bytes);
    struct secret_signature signature;
    assert(bytes.length == sizeof signature.bytes);
    memcpy(signature.bytes, bytes.data, sizeof signature.bytes);
    receipt_write(&ingest->receipt, &subject, tree, (size_t)rows_int64(rows, row, 4),
                  rows_text(rows, row, 3), &signature);
    receipt_tree_destroy(tree);
    buf_finish(&bytes);
}

static void write_new(struct ingest *ingest, const struct segment *segment, size_t member)
{
    struct receipt_subject subject = segment_subject(segment, member);
    const struct waiting *stored = segment->members[member];
    const struct seal *seal = &segment->seals[stored->seal];
    receipt_write(&ingest->receipt, &subject, seal->tree, stored->leaf, ingest->key_id.text,
                  &seal->signature);
}

static void finish_segment(struct ingest *ingest, struct segment *segment, const struct rows *rows)
{
    uint64_t stored = ingest->counters.stored;
    assert(rows_count(rows) == (int)segment->count);
    for (int row = 0; row < rows_count(rows); row++) {
        size_t member = (size_t)rows_int64(rows, row, 0) - 1;
        enum ingest_outcome outcome = outcome_from_name(rows_text(rows, row, 1));
        buf_clear(&ingest->receipt);
        if (outcome == INGEST_NEW)
            write_new(ingest, segment, member);
        else if (outcome == INGEST_REPLAY)
            write_replayed(ingest, segment, member, rows, row);
        finish_one(ingest, segment->members[member], outcome, NULL);
    }
    if (ingest->counters.stored != stored)
        ingest->options.stored(ingest->options.context);
}

/* What another row may have caused is tried again alone; what the database's absence caused is not:
 * its client repeats it, safely. */
static void fail_segment(struct ingest *ingest, struct segment *segment, const struct error *err)
{
    bool may_be_one_row =
        segment->count > 1 && err->code != ERR_UNAVAILABLE && err->code != ERR_TIMEOUT;
    if (may_be_one_row && !ingest->is_ending) {
        log_warn("ingest_segment_split", "count=%zu error=%s", segment->count,
                 log_quote(err->message).text);
        for (size_t i = segment->count; i > 0; i--) {
            segment->members[i - 1]->is_alone = true;
            STAILQ_INSERT_HEAD(&ingest->queue, segment->members[i - 1], link);
            ingest->counters.waiting++;
        }
        return;
    }
    struct error unknown = *err;
    if (err->code == ERR_TIMEOUT)
        error_set(&unknown, ERR_UNAVAILABLE,
                  "whether it was recorded is unknown; sending it again is safe");
    buf_clear(&ingest->receipt);
    for (size_t i = 0; i < segment->count; i++)
        finish_one(ingest, segment->members[i], INGEST_FAILED, &unknown);
}

static void start_segment(struct ingest *ingest);

static void segment_done(void *context, const struct rows *rows, const struct error *err)
{
    struct ingest *ingest = context;
    struct segment *segment = ingest->in_flight;
    ingest->in_flight = NULL;
#ifdef DEBRIEFD_MUTANT_ACK_BEFORE_COMMIT
    (void)rows;
    (void)err;
#else
    if (err != NULL)
        fail_segment(ingest, segment, err);
    else
        finish_segment(ingest, segment, rows);
#endif
    segment_destroy(segment);
    if (!ingest->is_ending)
        start_segment(ingest);
}

#ifdef DEBRIEFD_MUTANT_ACK_BEFORE_COMMIT
/* Breaks the first promise on purpose, to show that the crash campaign notices. */
static void acknowledge_early(struct ingest *ingest)
{
    for (size_t i = 0; i < ingest->in_flight->count; i++) {
        buf_clear(&ingest->receipt);
        write_new(ingest, ingest->in_flight, i);
        finish_one(ingest, ingest->in_flight->members[i], INGEST_NEW, NULL);
    }
}
#endif

/* An edit sees what earlier segments stored, so what it edits must not stand in its own. */
static bool edits_chosen(const struct ingest *ingest, size_t count, const struct waiting *edit)
{
    struct uuid none = uuid_nil();
    if (uuid_equal(&edit->submission.replaces, &none))
        return false;
    for (size_t i = 0; i < count; i++)
        if (uuid_equal(&ingest->chosen[i]->submission.evaluation, &edit->submission.replaces))
            return true;
    return false;
}

/* A submission that is to go alone ends or is the segment. */
static size_t choose(struct ingest *ingest)
{
    size_t count = 0;
    while (count < ingest->options.batch && !STAILQ_EMPTY(&ingest->queue)) {
        struct waiting *first = STAILQ_FIRST(&ingest->queue);
        if ((first->is_alone && count > 0) || edits_chosen(ingest, count, first))
            break;
        STAILQ_REMOVE_HEAD(&ingest->queue, link);
        ingest->counters.waiting--;
        ingest->chosen[count++] = first;
        if (first->is_alone)
            break;
    }
    return count;
}

static void start_segment(struct ingest *ingest)
{
    if (ingest->in_flight != NULL)
        return;
    size_t count = choose(ingest);
    if (count == 0)
        return;
    ingest->in_flight = segment_create(ingest->chosen, count, ingest->options.signer);
    ingest->counters.segments++;
    params_clear(&ingest->params);
    segment_params(ingest->in_flight, ingest->key_id.text, &ingest->params);
    channel_execute(ingest->channel, "ingest", &ingest->params, segment_done, ingest);
#ifdef DEBRIEFD_MUTANT_ACK_BEFORE_COMMIT
    acknowledge_early(ingest);
#endif
}

static void start_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    start_segment(context);
}

struct ingest *ingest_create(struct event_base *base, struct channel *channel,
                             const struct ingest_options *options)
{
    assert(options->batch > 0 && options->batch <= RECEIPT_LEAVES_MAX);
    struct ingest *ingest = xcalloc(sizeof *ingest);
    ingest->channel = channel;
    ingest->options = *options;
    ingest->key_id = receipt_key_id(options->signer->public_key);
    STAILQ_INIT(&ingest->queue);
    ingest->start = event_new(base, -1, 0, start_event, ingest);
    params_init(&ingest->params);
    ingest->chosen = xcalloc_array(options->batch, sizeof(struct waiting *));
    return ingest;
}

void ingest_stop(struct ingest *ingest)
{
    ingest->is_ending = true;
}

void ingest_destroy(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    assert(ingest->in_flight == NULL);
    struct error err;
    error_set(&err, ERR_UNAVAILABLE, "the server is stopping");
    buf_clear(&ingest->receipt);
    while (!STAILQ_EMPTY(&ingest->queue)) {
        struct waiting *first = STAILQ_FIRST(&ingest->queue);
        STAILQ_REMOVE_HEAD(&ingest->queue, link);
        finish_one(ingest, first, INGEST_FAILED, &err);
    }
    event_free(ingest->start);
    params_finish(&ingest->params);
    buf_finish(&ingest->receipt);
    free(ingest->chosen);
    free(ingest);
}

static struct waiting *copy_submission(const struct ingest_submission *given)
{
    size_t scores_size = given->score_count * sizeof *given->scores;
    size_t language_size = strlen(given->language) + 1;
    struct waiting *copy =
        xcalloc(sizeof *copy + scores_size + language_size + given->texts_length + 1);
    char *behind = (char *)(copy + 1);
    copy->submission = *given;
    copy->submission.scores = memcpy(behind, given->scores, scores_size);
    copy->submission.language = memcpy(behind + scores_size, given->language, language_size);
    copy->submission.texts =
        memcpy(behind + scores_size + language_size, given->texts, given->texts_length);
    return copy;
}

struct refusal {
    struct event *event;
    ingest_done_fn *done;
    void *context;
};

static void refuse_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct refusal *refusal = context;
    struct error err;
    error_set(&err, ERR_UNAVAILABLE, "too many submissions are waiting");
    struct buf none = {0};
    refusal->done(refusal->context, INGEST_FAILED, &none, &err);
    event_free(refusal->event);
    free(refusal);
}

/* Answered in the next loop turn, as every submission is. */
static void refuse(struct ingest *ingest, ingest_done_fn *done, void *context)
{
    ingest->counters.failed++;
    struct refusal *refusal = xcalloc(sizeof *refusal);
    refusal->done = done;
    refusal->context = context;
    refusal->event = event_new(event_get_base(ingest->start), -1, 0, refuse_event, refusal);
    event_active(refusal->event, EV_TIMEOUT, 0);
}

void ingest_submit(struct ingest *ingest, const struct ingest_submission *submission,
                   ingest_done_fn *done, void *context)
{
    if (ingest->counters.waiting >= ingest->options.queue) {
        refuse(ingest, done, context);
        return;
    }
    struct waiting *added = copy_submission(submission);
    added->done = done;
    added->context = context;
    STAILQ_INSERT_TAIL(&ingest->queue, added, link);
    ingest->counters.waiting++;
    if (ingest->in_flight == NULL)
        event_active(ingest->start, EV_TIMEOUT, 0);
}

struct ingest_counters ingest_counters(const struct ingest *ingest)
{
    return ingest->counters;
}

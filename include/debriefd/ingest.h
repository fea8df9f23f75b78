/* ingest: stores submissions by natural group commit. While one segment is being committed,
 * whatever arrives waits; when it is done, everything waiting (up to the batch size) becomes the
 * next one. No timer: a lone submission waits for one commit only, sixty-four share it.
 *
 * A submission is answered only after its commit is confirmed. When the connection is lost in
 * between, the outcome is unknown and the answer is ERR_UNAVAILABLE; repeating it is safe for ever,
 * because the client named it. A segment that fails for a surprise is repeated row by row, so that
 * one bad row fails alone. */
#ifndef DEBRIEFD_INGEST_H
#define DEBRIEFD_INGEST_H

#include <debriefd/buf.h>
#include <debriefd/secret.h>
#include <debriefd/uuid.h>
#include <stdint.h>

struct channel;
struct event_base;
struct ingest;

/* In the order in which they are looked at; each is what logic.ingest calls it. */
enum ingest_outcome {
    INGEST_NEW,
    INGEST_REPLAY,
    INGEST_CONFLICT,
    INGEST_NO_WAVE,
    INGEST_NOT_OPEN,
    INGEST_CLOSED,
    INGEST_REVOKED,
    INGEST_NO_PARTICIPANT,
    INGEST_STALE,
    INGEST_FAILED, /* `err` says why */
};

struct ingest_submission {
    struct uuid programme;
    struct uuid wave;
    struct uuid evaluation;
    struct uuid invitation; /* nil: entered by an organiser */
    int16_t generation;
    struct uuid participant; /* when there is no invitation */
    struct uuid replaces;    /* nil: a first one */
    bool is_late;            /* an organiser may add to a closed wave */
    const int16_t *scores;
    size_t score_count;
    const char *texts;
    size_t texts_length;
    int16_t answered;
    int16_t applicable;
    struct secret_hash body_hash;
    const char *language;
};

/* Called exactly once a submission, never from inside ingest_submit. `receipt` is JSON, empty
 * unless the outcome is new or replay; it is borrowed for the call. */
typedef void ingest_done_fn(void *context, enum ingest_outcome outcome, const struct buf *receipt,
                            const struct error *err);

/* Something was stored: a hint to wake the workers. */
typedef void ingest_stored_fn(void *context);

struct ingest_options {
    size_t batch; /* submissions in one segment at most */
    size_t queue; /* submissions waiting at most; more are refused with ERR_UNAVAILABLE */
    const struct secret_signer *signer; /* borrowed */
    ingest_stored_fn *stored;
    void *context;
};

struct ingest_counters {
    uint64_t segments;
    uint64_t stored;
    uint64_t replayed;
    uint64_t refused; /* conflicts, closed waves and so on */
    uint64_t failed;
    size_t waiting;
};

/* The channel is the ingest's own: nothing else is in its pipeline. Borrowed. */
struct ingest *ingest_create(struct event_base *base, struct channel *channel,
                             const struct ingest_options *options);

/* Starts no further segment. Then destroy the channel, which ends what is in flight, and then the
 * ingest. */
void ingest_stop(struct ingest *ingest);

/* Ends what waits with ERR_UNAVAILABLE. Nothing is in flight. Takes NULL. */
void ingest_destroy(struct ingest *ingest);

/* Copies what it needs. */
void ingest_submit(struct ingest *ingest, const struct ingest_submission *submission,
                   ingest_done_fn *done, void *context);

struct ingest_counters ingest_counters(const struct ingest *ingest);

const char *ingest_outcome_name(enum ingest_outcome outcome);

#endif

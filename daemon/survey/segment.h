/* segment: the submissions of one commit, written once into binary arrays, sealed with one
 * signature a programme. Private to ingest. */
#ifndef DEBRIEFD_SEGMENT_H
#define DEBRIEFD_SEGMENT_H

#include <debriefd/ingest.h>
#include <debriefd/params.h>
#include <debriefd/receipt.h>
#include <sys/queue.h>

/* One waiting submission; everything it points to lies behind it in the same allocation. */
struct waiting {
    STAILQ_ENTRY(waiting) link;
    struct ingest_submission submission;
    ingest_done_fn *done;
    void *context;
    bool is_alone; /* to be sent in a segment of its own */
    size_t seal;   /* of the segment, */
    size_t leaf;   /* and its place in that seal's tree */
};

/* One programme's part of a segment. */
struct seal {
    struct uuid programme;
    struct uuid id;
    struct receipt_tree *tree;
    struct secret_signature signature;
};

struct segment {
    struct waiting **members;
    size_t count;
    struct seal *seals;
    size_t seal_count;
    int64_t received_us;
    char received_at[28];
};

struct segment *segment_create(struct waiting *const *members, size_t count,
                               const struct secret_signer *signer);

/* Leaves the members to the caller. */
void segment_destroy(struct segment *segment);

/* The parameters of the statement "ingest". */
void segment_params(const struct segment *segment, const char *key_id, struct params *params);

struct receipt_subject segment_subject(const struct segment *segment, size_t member);

#endif

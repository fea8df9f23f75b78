#include "segment.h"

#include <debriefd/clock.h>
#include <debriefd/sql_array.h>
#include <debriefd/xalloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t seal_for(struct segment *segment, const struct uuid *programme)
{
    for (size_t i = 0; i < segment->seal_count; i++)
        if (uuid_equal(&segment->seals[i].programme, programme))
            return i;
    segment->seals[segment->seal_count] =
        (struct seal){.programme = *programme, .id = uuid_ordered()};
    return segment->seal_count++;
}

static void sign_seal(struct segment *segment, size_t seal, const struct secret_signer *signer,
                      struct secret_hash *leaves)
{
    size_t count = 0;
    for (size_t i = 0; i < segment->count; i++) {
        if (segment->members[i]->seal != seal)
            continue;
        struct receipt_subject subject = segment_subject(segment, i);
        segment->members[i]->leaf = count;
        leaves[count++] = receipt_leaf(&subject);
    }
    struct seal *signed_seal = &segment->seals[seal];
    signed_seal->tree = receipt_tree_create(leaves, count);
    signed_seal->signature = receipt_tree_sign(signed_seal->tree, signer);
}

struct segment *segment_create(struct waiting *const *members, size_t count,
                               const struct secret_signer *signer)
{
    struct segment *segment = xcalloc(sizeof *segment);
    segment->members = xcalloc_array(count, sizeof(struct waiting *));
    memcpy(segment->members, members, count * sizeof(struct waiting *));
    segment->count = count;
    segment->received_us = clock_wall_us();
    struct clock_text now = clock_format(segment->received_us);
    memcpy(segment->received_at, now.text, sizeof segment->received_at);
    segment->seals = xcalloc_array(count, sizeof *segment->seals);
    for (size_t i = 0; i < count; i++)
        members[i]->seal = seal_for(segment, &members[i]->submission.programme);
    struct secret_hash *leaves = xcalloc_array(count, sizeof *leaves);
    for (size_t i = 0; i < segment->seal_count; i++)
        sign_seal(segment, i, signer, leaves);
    free(leaves);
    return segment;
}

void segment_destroy(struct segment *segment)
{
    for (size_t i = 0; i < segment->seal_count; i++)
        receipt_tree_destroy(segment->seals[i].tree);
    free(segment->seals);
    free(segment->members);
    free(segment);
}

struct receipt_subject segment_subject(const struct segment *segment, size_t member)
{
    const struct ingest_submission *submission = &segment->members[member]->submission;
    struct receipt_subject subject = {
        .programme = submission->programme,
        .wave = submission->wave,
        .evaluation = submission->evaluation,
        .body_hash = submission->body_hash,
    };
    memcpy(subject.received_at, segment->received_at, sizeof subject.received_at);
    return subject;
}

/* The scores of all members, one after the other. */
static void add_slots(struct buf *array, const struct segment *segment)
{
    size_t total = 0;
    for (size_t i = 0; i < segment->count; i++)
        total += segment->members[i]->submission.score_count;
    sql_array_start(array, SQL_INT16, total);
    for (size_t i = 0; i < segment->count; i++) {
        const struct ingest_submission *given = &segment->members[i]->submission;
        for (size_t slot = 0; slot < given->score_count; slot++)
            sql_array_int16(array, given->scores[slot]);
    }
}

/* The columns of a submission, in the order of the statement's parameters. */
enum column {
    COLUMN_PROGRAMME,
    COLUMN_WAVE,
    COLUMN_EVALUATION,
    COLUMN_INVITATION,
    COLUMN_GENERATION,
    COLUMN_PARTICIPANT,
    COLUMN_REPLACES,
    COLUMN_SLOTS, /* not one element a submission */
    COLUMN_SLOT_COUNT,
    COLUMN_TEXTS,
    COLUMN_ANSWERED,
    COLUMN_APPLICABLE,
    COLUMN_HASH,
    COLUMN_LANGUAGE,
    COLUMN_RECEIVED,
    COLUMN_LATE,
    COLUMN_SEAL,
    COLUMN_POSITION,
    COLUMNS
};

static const enum sql_type column_types[COLUMNS] = {
    [COLUMN_PROGRAMME] = SQL_UUID,   [COLUMN_WAVE] = SQL_UUID,
    [COLUMN_EVALUATION] = SQL_UUID,  [COLUMN_INVITATION] = SQL_UUID,
    [COLUMN_GENERATION] = SQL_INT16, [COLUMN_PARTICIPANT] = SQL_UUID,
    [COLUMN_REPLACES] = SQL_UUID,    [COLUMN_SLOT_COUNT] = SQL_INT16,
    [COLUMN_TEXTS] = SQL_TEXT,       [COLUMN_ANSWERED] = SQL_INT16,
    [COLUMN_APPLICABLE] = SQL_INT16, [COLUMN_HASH] = SQL_BYTEA,
    [COLUMN_LANGUAGE] = SQL_TEXT,    [COLUMN_RECEIVED] = SQL_TIMESTAMPTZ,
    [COLUMN_LATE] = SQL_BOOL,        [COLUMN_SEAL] = SQL_UUID,
    [COLUMN_POSITION] = SQL_INT16,
};

static void add_element(struct buf *array, enum column column, const struct segment *segment,
                        const struct waiting *member)
{
    const struct ingest_submission *given = &member->submission;
    switch (column) {
    case COLUMN_PROGRAMME:
        return sql_array_uuid(array, &given->programme);
    case COLUMN_WAVE:
        return sql_array_uuid(array, &given->wave);
    case COLUMN_EVALUATION:
        return sql_array_uuid(array, &given->evaluation);
    case COLUMN_INVITATION:
        return sql_array_uuid(array, &given->invitation);
    case COLUMN_GENERATION:
        return sql_array_int16(array, given->generation);
    case COLUMN_PARTICIPANT:
        return sql_array_uuid(array, &given->participant);
    case COLUMN_REPLACES:
        return sql_array_uuid(array, &given->replaces);
    case COLUMN_SLOT_COUNT:
        return sql_array_int16(array, (int16_t)given->score_count);
    case COLUMN_TEXTS:
        return sql_array_bytes(array, given->texts, given->texts_length);
    case COLUMN_ANSWERED:
        return sql_array_int16(array, given->answered);
    case COLUMN_APPLICABLE:
        return sql_array_int16(array, given->applicable);
    case COLUMN_HASH:
        return sql_array_bytes(array, given->body_hash.bytes, sizeof given->body_hash.bytes);
    case COLUMN_LANGUAGE:
        return sql_array_bytes(array, given->language, strlen(given->language));
    case COLUMN_RECEIVED:
        return sql_array_time(array, segment->received_us);
    case COLUMN_LATE:
        return sql_array_bool(array, given->is_late);
    case COLUMN_SEAL:
        return sql_array_uuid(array, &segment->seals[member->seal].id);
    case COLUMN_POSITION:
        return sql_array_int16(array, (int16_t)member->leaf);
    case COLUMN_SLOTS:
    case COLUMNS:
        abort();
    }
}

static void add_seals(const struct segment *segment, struct params *params)
{
    struct buf array[4] = {0};
    static const enum sql_type types[4] = {SQL_UUID, SQL_UUID, SQL_BYTEA, SQL_BYTEA};
    for (size_t i = 0; i < 4; i++)
        sql_array_start(&array[i], types[i], segment->seal_count);
    for (size_t i = 0; i < segment->seal_count; i++) {
        const struct seal *seal = &segment->seals[i];
        size_t leaf_count;
        const struct secret_hash *leaves = receipt_tree_leaves(seal->tree, &leaf_count);
        sql_array_uuid(&array[0], &seal->programme);
        sql_array_uuid(&array[1], &seal->id);
        sql_array_bytes(&array[2], leaves, leaf_count * sizeof *leaves);
        sql_array_bytes(&array[3], seal->signature.bytes, sizeof seal->signature.bytes);
    }
    for (size_t i = 0; i < 4; i++) {
        params_binary(params, array[i].data, array[i].length);
        buf_finish(&array[i]);
    }
}

static void add_column(struct buf *array, enum column column, const struct segment *segment)
{
    sql_array_start(array, column_types[column], segment->count);
    for (size_t i = 0; i < segment->count; i++)
        add_element(array, column, segment, segment->members[i]);
}

void segment_params(const struct segment *segment, const char *key_id, struct params *params)
{
    struct buf array;
    buf_init(&array);
    for (enum column column = 0; column < COLUMNS; column++) {
        buf_clear(&array);
        if (column == COLUMN_SLOTS)
            add_slots(&array, segment);
        else
            add_column(&array, column, segment);
        params_binary(params, array.data, array.length);
    }
    buf_finish(&array);
    add_seals(segment, params);
    params_text(params, key_id);
}

#include <debriefd/fold.h>

#include "fold_table.h"
#include <assert.h>
#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

struct composite {
    enum fold_composite type;
    struct fold_member *members;
    size_t count;
};

struct wave {
    bool is_panel;
    struct composite *composites;
    size_t count;
};

struct joint {
    enum fold_joint type;
    struct fold_member *members[2];
    size_t counts[2];
};

struct fold {
    struct fold_rows_table table;
    struct wave *waves;
    size_t wave_count;
    struct joint *joints;
    size_t joint_count;
    int *values; /* room for the scored values of the widest composite */
    size_t widest;
};

struct fold *fold_create(void)
{
    struct fold *fold = xcalloc(sizeof *fold);
    fold_table_init(&fold->table);
    return fold;
}

void fold_destroy(struct fold *fold)
{
    if (fold == NULL)
        return;
    for (size_t i = 0; i < fold->wave_count; i++) {
        for (size_t j = 0; j < fold->waves[i].count; j++)
            free(fold->waves[i].composites[j].members);
        free(fold->waves[i].composites);
    }
    for (size_t i = 0; i < fold->joint_count; i++) {
        free(fold->joints[i].members[0]);
        free(fold->joints[i].members[1]);
    }
    free(fold->waves);
    free(fold->joints);
    fold_table_finish(&fold->table);
    free(fold->values);
    free(fold);
}

static struct fold_member *copy_members(const struct fold_member *members, size_t count)
{
    struct fold_member *copy = xcalloc_array(count + 1, sizeof *copy);
    if (count > 0)
        memcpy(copy, members, count * sizeof *copy);
    return copy;
}

void fold_add_wave(struct fold *fold, bool is_panel)
{
    fold->waves = xrealloc_array(fold->waves, fold->wave_count + 1, sizeof *fold->waves);
    fold->waves[fold->wave_count++] = (struct wave){.is_panel = is_panel};
}

void fold_add_composite(struct fold *fold, enum fold_composite type,
                        const struct fold_member *members, size_t count)
{
    assert(fold->wave_count > 0);
    struct wave *wave = &fold->waves[fold->wave_count - 1];
    wave->composites = xrealloc_array(wave->composites, wave->count + 1, sizeof *wave->composites);
    wave->composites[wave->count++] = (struct composite){type, copy_members(members, count), count};
    fold->widest = count > fold->widest ? count : fold->widest;
    fold->values = xrealloc_array(fold->values, fold->widest, sizeof *fold->values);
}

void fold_add_joint(struct fold *fold, enum fold_joint type, const struct fold_member *first,
                    size_t first_count, const struct fold_member *second, size_t second_count)
{
    assert(type == FOLD_SUMS || first_count == second_count);
    fold->joints = xrealloc_array(fold->joints, fold->joint_count + 1, sizeof *fold->joints);
    fold->joints[fold->joint_count++] = (struct joint){
        .type = type,
        .members = {copy_members(first, first_count), copy_members(second, second_count)},
        .counts = {first_count, second_count},
    };
}

/* False when the member has no valid answer. */
static bool score(const struct fold_member *member, const struct fold_record *record, int *value)
{
    if (record->scores == NULL || member->slot < 1 || (size_t)member->slot > record->count)
        return false;
    int raw = record->scores[member->slot - 1];
    *value = member->is_reversed ? member->min + member->max - raw : raw;
    return raw >= member->min && raw <= member->max;
}

/* The scored values of the answered members, in their order. */
static size_t score_all(struct fold *fold, const struct composite *composite,
                        const struct fold_record *record)
{
    size_t answered = 0;
    for (size_t i = 0; i < composite->count; i++)
        answered += score(&composite->members[i], record, &fold->values[answered]);
    return answered;
}

/* `row` names the composite; n is the sign. */
static void add_index(struct fold *fold, struct fold_row row, size_t answered)
{
    row.table = FOLD_COMPOSITES;
    row.key[0] = (int)answered;
    for (size_t i = 0; i < answered; i++)
        row.key[1] += fold->values[i];
    if (answered > 0)
        fold_table_add(&fold->table, &row);
}

static void add_moments(struct fold *fold, struct fold_row row, size_t items)
{
    int64_t sign = row.n;
    row.table = FOLD_MOMENTS;
    row.sector = 0;
    fold_table_add(&fold->table, &row);
    for (size_t i = 0; i < items; i++) {
        row.key[0] = (int)i + 1;
        for (size_t j = 0; j <= i + 1; j++) {
            row.key[1] = (int)j;
            row.n = sign * fold->values[i] * (j == 0 ? 1 : fold->values[j - 1]);
            fold_table_add(&fold->table, &row);
        }
    }
}

static void add_answers(struct fold *fold, struct fold_row row, const struct fold_record *record)
{
    row.table = FOLD_COUNTS;
    for (size_t i = 0; i < record->count; i++) {
        row.part = i + 1;
        row.key[0] = record->scores[i];
        fold_table_add(&fold->table, &row);
    }
    row.key[0] = 0;
    for (size_t i = 0; i < fold->waves[row.wave].count; i++) {
        const struct composite *composite = &fold->waves[row.wave].composites[i];
        size_t answered = score_all(fold, composite, record);
        row.part = i;
        if (composite->type == FOLD_INDEX)
            add_index(fold, row, answered);
        else if (answered == composite->count)
            add_moments(fold, row, answered);
    }
}

static bool count_both(const struct joint *joint, const struct fold_record *records, int *key)
{
    return score(joint->members[0], &records[joint->members[0]->wave], &key[0]) &&
           score(joint->members[1], &records[joint->members[1]->wave], &key[1]);
}

static bool count_differences(const struct joint *joint, const struct fold_record *records,
                              int *key)
{
    for (size_t i = 0; i < joint->counts[0]; i++) {
        const struct fold_member *first = &joint->members[0][i], *second = &joint->members[1][i];
        int before, after;
        if (score(first, &records[first->wave], &before) &&
            score(second, &records[second->wave], &after)) {
            key[0]++;
            key[1] += after - before;
        }
    }
    return key[0] > 0;
}

static bool count_sums(const struct joint *joint, const struct fold_record *records, int *key)
{
    for (size_t list = 0; list < 2; list++)
        for (size_t i = 0; i < joint->counts[list]; i++) {
            const struct fold_member *member = &joint->members[list][i];
            int value;
            if (score(member, &records[member->wave], &value)) {
                key[2 * list]++;
                key[2 * list + 1] += value;
            }
        }
    return key[0] > 0 && key[2] > 0;
}

static bool count_given(const int given[FOLD_KEYS], int *key)
{
    bool any = false;
    for (size_t i = 0; i < FOLD_KEYS; i++) {
        key[i] = given[i];
        any = any || given[i] != 0;
    }
    return any;
}

static bool count_joint(const struct joint *joint, const struct fold_person *person, size_t given,
                        int key[FOLD_KEYS])
{
    switch (joint->type) {
    case FOLD_BOTH:
        return count_both(joint, person->records, key);
    case FOLD_DIFFERENCES:
        return count_differences(joint, person->records, key);
    case FOLD_SUMS:
        return count_sums(joint, person->records, key);
    case FOLD_GIVEN:
        return count_given(person->given[given], key);
    }
    abort();
}

static void add_joints(struct fold *fold, struct fold_row row, const struct fold_person *person)
{
    size_t given = 0;
    for (size_t i = 0; i < fold->joint_count; i++) {
        struct fold_row counted = row;
        counted.table = FOLD_JOINTS;
        counted.part = i;
        if (count_joint(&fold->joints[i], person, given, counted.key))
            fold_table_add(&fold->table, &counted);
        given += fold->joints[i].type == FOLD_GIVEN;
    }
}

static bool has_answered(const struct fold_record *record)
{
    return record->is_known &&
           (record->disposition == FACTS_COMPLETE || record->disposition == FACTS_PARTIAL);
}

void fold_person(struct fold *fold, enum fold_sign sign, const struct fold_person *person)
{
    struct fold_row row = {.sector = person->sector, .n = sign};
    size_t panel = 0, answered = 0;
    for (row.wave = 0; row.wave < fold->wave_count; row.wave++) {
        const struct fold_record *record = &person->records[row.wave];
        row.table = FOLD_RESPONSES;
        row.part = record->disposition;
        if (record->is_known)
            fold_table_add(&fold->table, &row);
        row.part = 0;
        if (record->scores != NULL)
            add_answers(fold, row, record);
        panel += fold->waves[row.wave].is_panel;
        answered += fold->waves[row.wave].is_panel && has_answered(record);
    }
    row.wave = 0;
    row.table = FOLD_PANEL;
    if (panel > 0 && answered == panel)
        fold_table_add(&fold->table, &row);
    add_joints(fold, row, person);
}

struct fold_row *fold_rows(const struct fold *fold, size_t *count)
{
    return fold_table_sorted(&fold->table, count);
}

/* Little-endian base 128 of a zigzag, as in protocol buffers. */
static void pack_number(struct buf *bytes, int64_t number)
{
    uint64_t rest = (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
    for (; rest >= 0x80; rest >>= 7)
        buf_append_char(bytes, (char)(rest | 0x80));
    buf_append_char(bytes, (char)rest);
}

static bool unpack_number(const unsigned char **at, const unsigned char *end, int64_t *number)
{
    uint64_t zigzag = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        unsigned char byte = *(*at)++;
        zigzag |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *number = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
            return true;
        }
    }
    return false;
}

/* LAYOUT grows also when the daemon numbers waves, composites or joints of a study otherwise: what
 * was packed before is then folded anew. */
enum { LAYOUT = 1, NUMBERS = 4 + FOLD_KEYS + 1 };

void fold_pack(const struct fold *fold, struct buf *bytes)
{
    size_t count;
    struct fold_row *rows = fold_rows(fold, &count);
    pack_number(bytes, LAYOUT);
    for (size_t i = 0; i < count; i++) {
        const int64_t numbers[NUMBERS] = {
            rows[i].table,           (int64_t)rows[i].wave, (int64_t)rows[i].part,
            (int64_t)rows[i].sector, rows[i].key[0],        rows[i].key[1],
            rows[i].key[2],          rows[i].key[3],        rows[i].n};
        for (size_t j = 0; j < NUMBERS; j++)
            pack_number(bytes, numbers[j]);
    }
    free(rows);
}

bool fold_unpack(struct fold *fold, const void *bytes, size_t length)
{
    const unsigned char *at = bytes, *end = at + length;
    int64_t numbers[NUMBERS];
    if (!unpack_number(&at, end, numbers) || numbers[0] != LAYOUT)
        return false;
    while (at < end) {
        for (size_t i = 0; i < NUMBERS; i++)
            if (!unpack_number(&at, end, &numbers[i]))
                abort(); /* cut: nothing but fold_pack writes this layout */
        struct fold_row row = {
            .table = (enum fold_table)numbers[0],
            .wave = (size_t)numbers[1],
            .part = (size_t)numbers[2],
            .sector = (size_t)numbers[3],
            .key = {(int)numbers[4], (int)numbers[5], (int)numbers[6], (int)numbers[7]},
            .n = numbers[8],
        };
        fold_table_add(&fold->table, &row);
    }
    return true;
}

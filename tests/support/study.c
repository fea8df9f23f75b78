#include "study.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool done, const struct error *err)
{
    if (done)
        return;
    fprintf(stderr, "study: %s\n", err->message);
    exit(EXIT_FAILURE);
}

struct facts *study_begin(const struct study_slice *slices)
{
    struct error err;
    struct facts *facts = facts_create();
    size_t count = 0;
    while (slices[count].name != NULL)
        count++;
    for (size_t i = 0; i < count; i++) {
        struct facts_slice slice = {slices[i].name, slices[i].members, 0, 1.0 / (double)count};
        must(facts_add_slice(facts, &slice, &err), &err);
    }
    must(facts_slices_done(facts, &err), &err);
    must(facts_add_wave(facts, "post", FACTS_WAVE_CLOSED, &err), &err);
    return facts;
}

void study_item(struct facts *facts, const char *name, enum facts_kind kind, int min, int max)
{
    struct error err;
    struct facts_item item = {name, kind, min, max, false};
    must(facts_add_item(facts, "post", &item, &err), &err);
}

void study_counts(struct facts *facts, const char *item, const char *slice, int min,
                  const int64_t *counts)
{
    struct error err;
    for (int i = 0; counts[i] >= 0; i++)
        must(facts_count(facts, "post", item, slice, min + i, counts[i], &err), &err);
}

void study_joint(struct facts *facts, const struct facts_joint *joint)
{
    struct error err;
    must(facts_add_joint(facts, joint, &err), &err);
}

void study_persons(struct facts *facts, const struct facts_joint *joint, const char *slice,
                   const int *keys, size_t n)
{
    struct error err;
    size_t length = (size_t)facts_joint_keys(joint->kind);
    for (size_t i = 0; i < n; i++) {
        size_t first = n;
        int64_t count = 0;
        for (size_t j = n; j-- > 0;) {
            if (memcmp(&keys[i * length], &keys[j * length], length * sizeof *keys) != 0)
                continue;
            first = j;
            count++;
        }
        if (first == i)
            must(facts_count_joint(facts, joint->name, slice, &keys[i * length], count, &err),
                 &err);
    }
}

struct metric_rows *study_compute(struct facts *owned_facts)
{
    struct error err;
    must(facts_seal(owned_facts, &err), &err);
    struct metric_rows *rows = metric_rows_create();
    metric_compute_all(owned_facts, rows);
    facts_destroy(owned_facts);
    return rows;
}

double study_value(const struct metric_rows *rows, const char *slice, const char *item,
                   const char *metric)
{
    return study_number(rows, "post", slice, item, metric);
}

double study_number(const struct metric_rows *rows, const char *wave, const char *slice,
                    const char *item, const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, wave, slice, item, metric);
    bool is_number = row != NULL && row->type == METRIC_NUMBER;
    if (!is_number)
        printf("\nno number %s %s %s %s", wave, slice, item, metric);
    CU_ASSERT(is_number);
    return is_number ? row->value : NAN;
}

enum metric_null study_null(const struct metric_rows *rows, const char *slice, const char *item,
                            const char *metric)
{
    const struct metric_row *row = metric_rows_find(rows, "post", slice, item, metric);
    CU_ASSERT_PTR_NOT_NULL(row);
    return row == NULL ? METRIC_NOT_NULL : row->null;
}

#include <debriefd/unitizing.h>

#include <debriefd/xalloc.h>
#include <stdlib.h>
#include <string.h>

/* A coder's whole continuum, in order: segments and the gaps between them, which have the value
 * `values`. `valued` is the sum of (overlap with another coder's segments) ^ 2 over other coders.
 */
struct part {
    int value;
    int64_t start, end;
    __int128 valued;
};

struct partition {
    struct part *parts;
    size_t count;
};

struct sums {
    size_t coders;
    int gap; /* its value; the number of values */
    int64_t length;
    struct partition *partitions;
    int64_t *overlap; /* (gap + 1) x (gap + 1): lengths shared, over ordered pairs of coders */
    __int128 *weight; /* by value: sum of w, its parts' lengths squared (of gaps: their lengths) */
    __int128 *valued; /* by value: sum of its parts' `valued` */
};

static int compare_segments(const void *left, const void *right)
{
    const struct unitizing_segment *a = left, *b = right;
    if (a->coder != b->coder)
        return a->coder < b->coder ? -1 : 1;
    return (a->start > b->start) - (a->start < b->start);
}

static bool check_segment(const struct unitizing_study *study,
                          const struct unitizing_segment *segment, struct error *err)
{
    if (segment->coder >= study->coders || segment->value < 0 || segment->value >= study->values)
        return error_set(err, ERR_INVALID, "a segment has an unknown coder or value");
    if (segment->start < 0 || segment->start >= segment->end || segment->end > study->length)
        return error_set(err, ERR_INVALID, "a segment is empty or outside its continuum");
    return true;
}

static bool check(const struct unitizing_study *study, const struct unitizing_segment *sorted,
                  struct error *err)
{
    if (study->coders > UNITIZING_CODERS_MAX || study->values > UNITIZING_VALUES_MAX ||
        study->values < 1 || study->length < 1 || study->length > UNITIZING_LENGTH_MAX)
        return error_set(err, ERR_INVALID, "a unitizing study is past its limits");
    for (size_t i = 0; i < study->count; i++) {
        if (!check_segment(study, &sorted[i], err))
            return false;
        if (i > 0 && sorted[i].coder == sorted[i - 1].coder && sorted[i].start < sorted[i - 1].end)
            return error_set(err, ERR_INVALID, "two segments of one coder overlap");
    }
    return true;
}

static void add_part(struct partition *partition, int value, int64_t start, int64_t end)
{
    if (start < end)
        partition->parts[partition->count++] =
            (struct part){.value = value, .start = start, .end = end};
}

static void fill_partitions(struct sums *sums, const struct unitizing_segment *sorted, size_t count)
{
    size_t next = 0;
    for (size_t coder = 0; coder < sums->coders; coder++) {
        size_t first = next;
        while (next < count && sorted[next].coder == coder)
            next++;
        struct partition *partition = &sums->partitions[coder];
        partition->parts = xcalloc_array(2 * (next - first) + 1, sizeof *partition->parts);
        int64_t at = 0;
        for (size_t i = first; i < next; i++) {
            add_part(partition, sums->gap, at, sorted[i].start);
            add_part(partition, sorted[i].value, sorted[i].start, sorted[i].end);
            at = sorted[i].end;
        }
        add_part(partition, sums->gap, at, sums->length);
    }
}

/* Walks two coders' partitions together. */
static void meet(struct sums *sums, struct partition *mine, const struct partition *other)
{
    size_t j = 0;
    for (size_t i = 0; i < mine->count; i++) {
        struct part *part = &mine->parts[i];
        int64_t valued = 0;
        while (other->parts[j].end <= part->start)
            j++;
        for (size_t k = j; k < other->count && other->parts[k].start < part->end; k++) {
            const struct part *met = &other->parts[k];
            int64_t start = met->start > part->start ? met->start : part->start;
            int64_t end = met->end < part->end ? met->end : part->end;
            sums->overlap[part->value * (sums->gap + 1) + met->value] += end - start;
            valued += met->value == sums->gap ? 0 : end - start;
        }
        part->valued += (__int128)valued * valued;
    }
}

static void fill_sums(struct sums *sums)
{
    for (size_t i = 0; i < sums->coders; i++)
        for (size_t j = 0; j < sums->coders; j++)
            if (i != j)
                meet(sums, &sums->partitions[i], &sums->partitions[j]);
    for (size_t i = 0; i < sums->coders; i++)
        for (size_t p = 0; p < sums->partitions[i].count; p++) {
            const struct part *part = &sums->partitions[i].parts[p];
            __int128 length = part->end - part->start;
            sums->weight[part->value] += part->value == sums->gap ? length : length * length;
            sums->valued[part->value] += part->valued;
        }
}

/* l_ck, and its margins. */
static double shared(const struct sums *sums, int c, int k)
{
    return (double)sums->overlap[c * (sums->gap + 1) + k] / (double)(sums->coders - 1);
}

static double margin(const struct sums *sums, int c, int last)
{
    int64_t sum = 0;
    for (int k = 0; k <= last; k++)
        sum += sums->overlap[c * (sums->gap + 1) + k];
    return (double)sum / (double)(sums->coders - 1);
}

static struct unitizing_alpha alpha_of(double observed, double expected, double coverage)
{
    if (!(expected > 0))
        return (struct unitizing_alpha){.null = METRIC_ZERO_VAR, .coverage = coverage};
    return (struct unitizing_alpha){.value = 1 - observed / expected, .coverage = coverage};
}

/* e_cc of equation 33. */
static double expected_same(const struct sums *sums, int c, double weights)
{
    double total = (double)sums->coders * (double)sums->length;
    double own = margin(sums, c, sums->gap);
    return total * (own * own - (double)sums->weight[c]) / (total * total - weights);
}

/* Equations 34 and 35. */
static void compute_boundaries(const struct sums *sums, struct unitizing *result)
{
    double total = (double)sums->coders * (double)sums->length, weights = 0;
    double observed = total, expected = total;
    for (int c = 0; c <= sums->gap; c++)
        weights += (double)sums->weight[c];
    for (int c = 0; c <= sums->gap && total * total > weights; c++) {
        observed -= shared(sums, c, c);
        expected -= expected_same(sums, c, weights);
    }
    if (!(total * total > weights))
        observed = expected = 0;
    result->all = alpha_of(observed, expected, 1);
    if (result->all.null != METRIC_NOT_NULL) {
        result->relevant = result->all;
        return;
    }
    int gap = sums->gap;
    double gaps = margin(sums, gap, gap);
    double others = total - gaps;
    double apart = total * gaps * others / (total * total - weights);
    result->relevant = alpha_of(gaps - shared(sums, gap, gap), apart, 1);
}

/* e*_ck of equation 36, of which l* leaves the gaps out. */
struct coding {
    double total;  /* l*.. */
    double valued; /* sum of q_c */
    double denominator;
};

static double coding_expected(const struct sums *sums, const struct coding *coding, int c, int k)
{
    int last = sums->gap - 1;
    double product = margin(sums, c, last) * margin(sums, k, last);
    if (c == k)
        product -= (double)sums->valued[c] / (double)(sums->coders - 1);
    return product / coding->denominator;
}

/* Equation 38. */
static struct unitizing_alpha value_alpha(const struct sums *sums, const struct coding *coding,
                                          int k)
{
    double own = margin(sums, k, sums->gap), met = margin(sums, k, sums->gap - 1);
    if (!(met > 0))
        return (struct unitizing_alpha){.null = METRIC_NO_PAIRS};
    double expected = 0;
    for (int c = 0; c < sums->gap; c++)
        expected += coding_expected(sums, coding, c, k);
    double apart = expected - coding_expected(sums, coding, k, k);
    return alpha_of((met - shared(sums, k, k)) * expected / met, apart, met / own);
}

/* Equations 36 and 37. */
static void compute_coding(const struct sums *sums, struct unitizing *result)
{
    struct coding coding = {0};
    for (int c = 0; c < sums->gap; c++) {
        coding.total += margin(sums, c, sums->gap - 1);
        coding.valued += (double)sums->valued[c] / (double)(sums->coders - 1);
    }
    result->coding.null = METRIC_NO_PAIRS;
    for (int k = 0; k < sums->gap; k++)
        result->values[k].null = METRIC_NO_PAIRS;
    if (!(coding.total > 0))
        return;
    coding.denominator = coding.total - coding.valued / coding.total;
    double coverage = coding.total / ((double)sums->coders * (double)sums->length);
    double observed = coding.total;
    double expected = observed;
    bool is_varied = coding.denominator > 0;
    for (int c = 0; c < sums->gap && is_varied; c++) {
        observed -= shared(sums, c, c);
        expected -= coding_expected(sums, &coding, c, c);
        result->values[c] = value_alpha(sums, &coding, c);
    }
    result->coding = alpha_of(observed, is_varied ? expected : 0, coverage);
}

static void sums_finish(struct sums *sums)
{
    for (size_t i = 0; i < sums->coders; i++)
        free(sums->partitions[i].parts);
    free(sums->partitions);
    free(sums->overlap);
    free(sums->weight);
    free(sums->valued);
}

static void compute_all(const struct unitizing_study *study, const struct unitizing_segment *sorted,
                        struct unitizing *result)
{
    size_t kinds = (size_t)study->values + 1;
    struct sums sums = {
        .coders = study->coders,
        .gap = study->values,
        .length = study->length,
        .partitions = xcalloc_array(study->coders, sizeof *sums.partitions),
        .overlap = xcalloc_array(kinds * kinds, sizeof *sums.overlap),
        .weight = xcalloc_array(kinds, sizeof *sums.weight),
        .valued = xcalloc_array(kinds, sizeof *sums.valued),
    };
    fill_partitions(&sums, sorted, study->count);
    fill_sums(&sums);
    compute_boundaries(&sums, result);
    compute_coding(&sums, result);
    sums_finish(&sums);
}

static void all_null(const struct unitizing_study *study, struct unitizing *result)
{
    result->all.null = result->relevant.null = result->coding.null = METRIC_NO_PAIRS;
    for (int k = 0; k < study->values; k++)
        result->values[k].null = METRIC_NO_PAIRS;
}

bool unitizing_compute(const struct unitizing_study *study, struct unitizing *result,
                       struct error *err)
{
    struct unitizing_segment *sorted = xcalloc_array(study->count, sizeof *sorted);
    if (study->count > 0)
        memcpy(sorted, study->segments, study->count * sizeof *sorted);
    qsort(sorted, study->count, sizeof *sorted, compare_segments);
    bool is_valid = check(study, sorted, err);
    if (is_valid) {
        *result = (struct unitizing){
            .values = xcalloc_array((size_t)study->values, sizeof *result->values)};
        if (study->coders < 2)
            all_null(study, result);
        else
            compute_all(study, sorted, result);
    }
    free(sorted);
    return is_valid;
}

void unitizing_finish(struct unitizing *result)
{
    free(result->values);
    result->values = NULL;
}

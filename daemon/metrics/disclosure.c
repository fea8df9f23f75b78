#include <debriefd/disclosure.h>

#include <assert.h>
#include <debriefd/xalloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct disclosure_rules disclosure_default_rules = {
    .k = 5,
    .distribution = 8,
    .coalition = 1,
    .network = 10,
    .comments = 10,
    .p_percent = 10,
};

bool disclosure_rules_check(const struct disclosure_rules *rules, struct error *err)
{
    if (rules->coalition < 0 || rules->coalition > 1000)
        return error_set(err, ERR_INVALID, "a coalition is 0 to 1000 respondents");
    if (rules->k < 2 * (rules->coalition + 1))
        return error_set(err, ERR_INVALID, "k is at least %lld for coalitions of %lld",
                         (long long)(2 * (rules->coalition + 1)), (long long)rules->coalition);
    if (rules->distribution < rules->k || rules->network < rules->k || rules->comments < rules->k)
        return error_set(err, ERR_INVALID, "no disclosure threshold is below k");
    if (!isfinite(rules->p_percent) || rules->p_percent <= 0)
        return error_set(err, ERR_INVALID, "p of the p %% rule is above 0");
    return true;
}

int64_t disclosure_atom_minimum(const struct disclosure_rules *rules)
{
    int64_t coded = 2 * (rules->coalition + 1);
    return rules->k > coded ? rules->k : coded;
}

bool disclosure_admits(const struct disclosure_rules *rules, enum facts_wave_state state,
                       int64_t answers)
{
    return state == FACTS_WAVE_CLOSED && answers >= disclosure_atom_minimum(rules);
}

bool disclosure_epoch_admits(const struct disclosure_rules *rules, int64_t pending)
{
    return pending >= disclosure_atom_minimum(rules);
}

bool disclosure_signatures_admit(const struct disclosure_rules *rules, const int64_t *people,
                                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (people[i] != 0 && people[i] < disclosure_atom_minimum(rules))
            return false;
    return true;
}

/* A sector's provisional group is the number of its first sector. */
struct grouping {
    const struct disclosure_sector *sectors;
    size_t count;
    int64_t least;
    size_t *group_of;
};

static size_t smallest_alone(const struct grouping *grouping, size_t merged)
{
    size_t best = DISCLOSURE_NO_GROUP;
    for (size_t i = 0; i < grouping->count; i++) {
        bool alone = grouping->sectors[i].answers > 0 && grouping->group_of[i] == i && i != merged;
        if (alone && (best == DISCLOSURE_NO_GROUP ||
                      grouping->sectors[i].answers < grouping->sectors[best].answers))
            best = i;
    }
    return best;
}

static size_t largest(const struct grouping *grouping)
{
    size_t best = DISCLOSURE_NO_GROUP;
    for (size_t i = 0; i < grouping->count; i++)
        if (grouping->sectors[i].answers > 0 &&
            (best == DISCLOSURE_NO_GROUP ||
             grouping->sectors[i].answers > grouping->sectors[best].answers))
            best = i;
    return best;
}

static void join(struct grouping *grouping, size_t from, size_t to)
{
    for (size_t i = 0; i < grouping->count; i++)
        if (grouping->group_of[i] == from)
            grouping->group_of[i] = to;
}

/* Merges all sectors with too few answers, then adds the smallest others until they are enough.
 * Returns the merged group, or DISCLOSURE_NO_GROUP when no sector had too few. */
static size_t merge_small(struct grouping *grouping)
{
    size_t merged = DISCLOSURE_NO_GROUP;
    int64_t answers = 0;
    for (size_t i = 0; i < grouping->count; i++) {
        int64_t own = grouping->sectors[i].answers;
        if (own == 0 || own >= grouping->least)
            continue;
        merged = merged == DISCLOSURE_NO_GROUP ? i : merged;
        grouping->group_of[i] = merged;
        answers += own;
    }
    while (merged != DISCLOSURE_NO_GROUP && answers < grouping->least) {
        size_t next = smallest_alone(grouping, merged);
        assert(next != DISCLOSURE_NO_GROUP);
        answers += grouping->sectors[next].answers;
        join(grouping, next, merged);
    }
    return merged;
}

static size_t number_groups(struct grouping *grouping)
{
    size_t numbers[FACTS_SLICES_MAX], groups = 0;
    for (size_t i = 0; i < grouping->count; i++)
        numbers[i] = DISCLOSURE_NO_GROUP;
    for (size_t i = 0; i < grouping->count; i++) {
        size_t provisional = grouping->group_of[i];
        if (provisional == DISCLOSURE_NO_GROUP)
            continue;
        if (numbers[provisional] == DISCLOSURE_NO_GROUP)
            numbers[provisional] = groups++;
        grouping->group_of[i] = numbers[provisional];
    }
    return groups;
}

size_t disclosure_group(const struct disclosure_rules *rules,
                        const struct disclosure_sector *sectors, size_t count, size_t *group_of)
{
    assert(count <= FACTS_SLICES_MAX);
    struct grouping grouping = {sectors, count, disclosure_atom_minimum(rules), group_of};
    int64_t answers = 0;
    for (size_t i = 0; i < count; i++) {
        answers += sectors[i].answers;
        group_of[i] = sectors[i].answers > 0 ? i : DISCLOSURE_NO_GROUP;
    }
    if (answers < grouping.least) {
        for (size_t i = 0; i < count; i++)
            group_of[i] = DISCLOSURE_NO_GROUP;
        return 0;
    }
    size_t host = merge_small(&grouping);
    if (host == DISCLOSURE_NO_GROUP)
        host = largest(&grouping);
    for (size_t i = 0; i < count; i++)
        if (sectors[i].answers == 0 && sectors[i].members > 0)
            group_of[i] = group_of[host];
    return number_groups(&grouping);
}

bool disclosure_group_name(const struct disclosure_sector *sectors, const size_t *group_of,
                           size_t count, size_t group, char *name, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (group_of[i] != group)
            continue;
        size_t length = strlen(sectors[i].name);
        if (used + length + 2 > size)
            return false;
        if (used > 0)
            name[used++] = '+';
        memcpy(name + used, sectors[i].name, length);
        used += length;
    }
    if (used == 0)
        return false;
    name[used] = '\0';
    return true;
}

static int64_t sum_of(const int64_t *counts, size_t categories)
{
    int64_t sum = 0;
    for (size_t i = 0; i < categories; i++)
        sum += counts[i];
    return sum;
}

/* More than n - (c + 1) of n >= 2(c + 1) answers is more than half, so at most one category is over
 * the cap. */
static size_t over_cap(const int64_t *counts, size_t categories, int64_t cap)
{
    size_t i = 0;
    while (i < categories && counts[i] <= cap)
        i++;
    return i;
}

static bool check_atom(const struct disclosure_rules *rules, const int64_t *counts,
                       size_t categories, struct error *err)
{
    if (categories < 2)
        return error_set(err, ERR_INVALID, "an atom has at least 2 categories");
    for (size_t i = 0; i < categories; i++)
        if (counts[i] < 0 || counts[i] > FACTS_COUNT_MAX)
            return error_set(err, ERR_INVALID, "an atom counts an impossible number of answers");
    int64_t n = sum_of(counts, categories);
    if (n < disclosure_atom_minimum(rules))
        return error_set(err, ERR_INVALID, "an atom of %lld answers is below its minimum",
                         (long long)n);
    return true;
}

/* Where what a category has too many of goes; NOWHERE beyond an end. */
#define NOWHERE SIZE_MAX
struct neighbours {
    size_t down, up;
};

/* Down first, then by turns; at an end inwards. */
static void spread_excess(int64_t *counts, size_t mode, int64_t cap, struct neighbours to)
{
    bool up = to.down == NOWHERE;
    bool inner = to.down != NOWHERE && to.up != NOWHERE;
    while (counts[mode] > cap) {
        counts[mode]--;
        counts[up ? to.up : to.down]++;
        up = inner ? !up : up;
    }
}

static struct neighbours next_values(size_t mode, size_t categories)
{
    return (struct neighbours){mode > 0 ? mode - 1 : NOWHERE,
                               mode + 1 < categories ? mode + 1 : NOWHERE};
}

static struct neighbours next_classes(size_t mode, size_t categories)
{
    static const size_t classes[] = {0,   1,   2,    3,    6,    11,    21,    51,     101,
                                     201, 501, 1001, 2001, 5001, 10001, 20001, NOWHERE};
    size_t i = 0;
    while (classes[i + 1] <= mode)
        i++;
    return (struct neighbours){i > 0 ? classes[i] - 1 : NOWHERE,
                               classes[i + 1] < categories ? classes[i + 1] : NOWHERE};
}

typedef struct neighbours neighbours_fn(size_t mode, size_t categories);

static bool code(const struct disclosure_rules *rules, int64_t *counts, size_t categories,
                 neighbours_fn *neighbours_of, struct error *err)
{
    if (!check_atom(rules, counts, categories, err))
        return false;
    int64_t cap = sum_of(counts, categories) - (rules->coalition + 1);
    size_t mode = over_cap(counts, categories, cap);
    if (mode < categories)
        spread_excess(counts, mode, cap, neighbours_of(mode, categories));
    return true;
}

bool disclosure_code(const struct disclosure_rules *rules, int64_t *counts, size_t categories,
                     struct error *err)
{
    return code(rules, counts, categories, next_values, err);
}

bool disclosure_code_count(const struct disclosure_rules *rules, int64_t *counts, size_t categories,
                           struct error *err)
{
    return code(rules, counts, categories, next_classes, err);
}

bool disclosure_is_coded(const struct disclosure_rules *rules, const int64_t *counts,
                         size_t categories)
{
    struct error ignored;
    if (!check_atom(rules, counts, categories, &ignored))
        return false;
    int64_t cap = sum_of(counts, categories) - (rules->coalition + 1);
    return over_cap(counts, categories, cap) == categories;
}

/* The two largest contributions; 0 where there are not so many. */
static void largest_two(const struct facts_histogram *histogram, int64_t largest_values[2])
{
    largest_values[0] = largest_values[1] = 0;
    if (histogram->length == 0)
        return;
    const struct facts_cell *last = &histogram->cells[histogram->length - 1];
    largest_values[0] = last->value;
    if (last->count > 1)
        largest_values[1] = last->value;
    else if (histogram->length > 1)
        largest_values[1] = last[-1].value;
}

static int64_t magnitude(const struct facts_histogram *histogram)
{
    int64_t sum = 0;
    for (size_t i = 0; i < histogram->length; i++)
        sum += histogram->cells[i].value * histogram->cells[i].count;
    return sum;
}

bool disclosure_magnitude_safe(const struct disclosure_rules *rules,
                               const struct facts_histogram *histogram)
{
    int64_t two[2];
    largest_two(histogram, two);
    double rest = (double)(magnitude(histogram) - two[0] - two[1]);
    return rest >= rules->p_percent / 100 * (double)two[0];
}

bool disclosure_dominated(const struct facts_histogram *histogram, int percent)
{
    int64_t two[2];
    largest_two(histogram, two);
    return 100 * two[0] > percent * magnitude(histogram);
}

/* floor(20 (sum - a min) / (a span) + 1/2), in integers. */
int disclosure_index_bin(const struct facts_composite *composite, int answered, int64_t sum)
{
    int64_t span = (int64_t)answered * (composite->max - composite->min);
    int64_t above = sum - (int64_t)answered * composite->min;
    assert(answered > 0 && above >= 0 && above <= span);
    return (int)((2 * DISCLOSURE_INDEX_MAX * above + span) / (2 * span));
}

/* Marks the bins that at least minimum_answered answers can have. */
static void mark_bins(const struct facts_composite *composite, bool *attainable)
{
    for (int answered = composite->minimum_answered; answered <= composite->items; answered++)
        for (int sum = answered * composite->min; sum <= answered * composite->max; sum++)
            attainable[disclosure_index_bin(composite, answered, sum)] = true;
}

bool disclosure_code_index(const struct disclosure_rules *rules,
                           const struct facts_composite *composite, int64_t *counts,
                           struct error *err)
{
    bool attainable[DISCLOSURE_INDEX_MAX + 1] = {false};
    int64_t packed[DISCLOSURE_INDEX_MAX + 1];
    size_t categories = 0;
    mark_bins(composite, attainable);
    for (size_t bin = 0; bin <= DISCLOSURE_INDEX_MAX; bin++) {
        if (attainable[bin])
            packed[categories++] = counts[bin];
        else if (counts[bin] != 0)
            return error_set(err, ERR_INVALID, "%s counts bin %zu, which no answers have",
                             composite->name, bin);
    }
    if (!disclosure_code(rules, packed, categories, err))
        return false;
    for (size_t bin = DISCLOSURE_INDEX_MAX + 1; bin-- > 0;)
        counts[bin] = attainable[bin] ? packed[--categories] : 0;
    return true;
}

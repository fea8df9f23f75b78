/* The squared differences of Krippendorff 2011, section D, and those between sets of codes. */
#include <debriefd/agreement.h>

static double nominal(const void *context, const double *totals, int a, int b)
{
    (void)context;
    (void)totals;
    return a == b ? 0 : 1;
}

static double ordinal(const void *context, const double *totals, int a, int b)
{
    (void)context;
    double between = 0;
    for (int g = a; g <= b; g++)
        between += totals[g];
    between -= (totals[a] + totals[b]) / 2;
    return between * between;
}

static double interval(const void *context, const double *totals, int a, int b)
{
    const double *numbers = context;
    (void)totals;
    double apart = numbers[a] - numbers[b];
    return apart * apart;
}

static double ratio(const void *context, const double *totals, int a, int b)
{
    const double *numbers = context;
    (void)totals;
    double sum = numbers[a] + numbers[b];
    double share = sum == 0 ? 0 : (numbers[a] - numbers[b]) / sum;
    return share * share;
}

static size_t common_members(const struct agreement_set *a, const struct agreement_set *b)
{
    size_t common = 0, i = 0, j = 0;
    while (i < a->count && j < b->count) {
        if (a->members[i] == b->members[j])
            common++;
        if (a->members[i] <= b->members[j])
            i++;
        else
            j++;
    }
    return common;
}

static double jaccard(const void *context, const double *totals, int a, int b)
{
    const struct agreement_set *sets = context;
    (void)totals;
    size_t common = common_members(&sets[a], &sets[b]);
    size_t either = sets[a].count + sets[b].count - common;
    return either == 0 ? 0 : 1 - (double)common / (double)either;
}

static double monotonicity(const struct agreement_set *a, const struct agreement_set *b,
                           size_t common)
{
    if (common == a->count && common == b->count)
        return 1;
    if (common == a->count || common == b->count)
        return 2.0 / 3;
    return common > 0 ? 1.0 / 3 : 0;
}

static double masi(const void *context, const double *totals, int a, int b)
{
    const struct agreement_set *sets = context;
    (void)totals;
    size_t common = common_members(&sets[a], &sets[b]);
    size_t either = sets[a].count + sets[b].count - common;
    if (either == 0)
        return 0;
    return 1 - (double)common / (double)either * monotonicity(&sets[a], &sets[b], common);
}

const struct agreement_metric agreement_nominal = {.difference = nominal};
const struct agreement_metric agreement_ordinal = {.difference = ordinal, .uses_totals = true};

struct agreement_metric agreement_interval(const double *numbers)
{
    return (struct agreement_metric){.difference = interval, .context = numbers};
}

struct agreement_metric agreement_ratio(const double *numbers)
{
    return (struct agreement_metric){.difference = ratio, .context = numbers};
}

struct agreement_metric agreement_jaccard(const struct agreement_set *sets)
{
    return (struct agreement_metric){.difference = jaccard, .context = sets};
}

struct agreement_metric agreement_masi(const struct agreement_set *sets)
{
    return (struct agreement_metric){.difference = masi, .context = sets};
}

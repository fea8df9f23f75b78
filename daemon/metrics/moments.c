#include <debriefd/moments.h>

#include <assert.h>
#include <math.h>
#include <stdlib.h>

int64_t histogram_total(const struct facts_histogram *histogram)
{
    int64_t total = 0;
    for (size_t i = 0; i < histogram->length; i++)
        total += histogram->cells[i].count;
    return total;
}

int64_t histogram_sum(const struct facts_histogram *histogram)
{
    int64_t sum = 0;
    for (size_t i = 0; i < histogram->length; i++)
        sum += histogram->cells[i].value * histogram->cells[i].count;
    return sum;
}

int64_t histogram_at_least(const struct facts_histogram *histogram, int value)
{
    int64_t count = 0;
    for (size_t i = 0; i < histogram->length; i++)
        if (histogram->cells[i].value >= value)
            count += histogram->cells[i].count;
    return count;
}

int64_t histogram_count(const struct facts_histogram *histogram, int value)
{
    for (size_t i = 0; i < histogram->length; i++)
        if (histogram->cells[i].value == value)
            return histogram->cells[i].count;
    return 0;
}

/* The value of the answer at `position` from 0 when the answers are sorted. */
static int value_at(const struct facts_histogram *histogram, int64_t position)
{
    size_t i = 0;
    while (position >= histogram->cells[i].count)
        position -= histogram->cells[i++].count;
    return histogram->cells[i].value;
}

double histogram_median(const struct facts_histogram *histogram)
{
    int64_t n = histogram_total(histogram);
    assert(n > 0);
    return (value_at(histogram, (n - 1) / 2) + value_at(histogram, n / 2)) / 2.0;
}

static int by_value(const void *a, const void *b)
{
    const struct facts_cell *left = a, *right = b;
    return (left->value > right->value) - (left->value < right->value);
}

struct facts_histogram histogram_collect(struct facts_cell *cells, size_t length)
{
    size_t used = 0;
    if (length > 0)
        qsort(cells, length, sizeof *cells, by_value);
    for (size_t i = 0; i < length; i++) {
        if (used > 0 && cells[used - 1].value == cells[i].value)
            cells[used - 1].count += cells[i].count;
        else
            cells[used++] = cells[i];
    }
    return (struct facts_histogram){cells, used};
}

struct moments moments_of_histogram(const struct facts_histogram *histogram)
{
    struct moments moments = {.n = histogram_total(histogram)};
    if (moments.n == 0)
        return moments;
    __int128 sum = histogram_sum(histogram);
    __int128 squares = 0;
    for (size_t i = 0; i < histogram->length; i++) {
        __int128 value = histogram->cells[i].value;
        squares += value * value * histogram->cells[i].count;
    }
    moments.mean = (double)sum / (double)moments.n;
    if (moments.n < 2)
        return moments;
    double numerator = (double)(moments.n * squares - sum * sum);
    moments.sd = sqrt(numerator / (double)moments.n / (double)(moments.n - 1));
    return moments;
}

/* Division is correctly rounded, so equal means of different numbers of answers are equal here. */
static double index_value(const struct facts_pair *pair, const struct facts_composite *composite)
{
    double above = (double)(pair->sum - (int64_t)pair->answered * composite->min);
    double span = (double)((int64_t)pair->answered * (composite->max - composite->min));
    return 100 * (above / span);
}

void spread_add(struct spread *spread, double value, int64_t count)
{
    if (spread->n == 0)
        spread->origin = value;
    long double deviation = value - spread->origin;
    spread->n += count;
    spread->sum += (long double)count * deviation;
    spread->squares += (long double)count * deviation * deviation;
}

struct moments spread_moments(const struct spread *spread)
{
    struct moments moments = {.n = spread->n};
    long double n = (long double)spread->n, sum = spread->sum;
    if (spread->n >= 1)
        moments.mean = (double)(spread->origin + sum / n);
    if (spread->n >= 2)
        moments.sd = (double)sqrtl(fmaxl(0, spread->squares - sum * sum / n) / (n - 1));
    return moments;
}

struct moments moments_of_pairs(const struct facts_pairs *pairs,
                                const struct facts_composite *composite)
{
    struct spread spread = {0};
    for (size_t i = 0; i < pairs->length; i++)
        spread_add(&spread, index_value(&pairs->pairs[i], composite), pairs->pairs[i].count);
    return spread_moments(&spread);
}

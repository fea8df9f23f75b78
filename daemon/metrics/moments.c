#include <debriefd/moments.h>

#include <assert.h>
#include <math.h>

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

struct moments moments_of_pairs(const struct facts_pairs *pairs,
                                const struct facts_composite *composite)
{
    struct moments moments = {0};
    if (pairs->length == 0)
        return moments;
    double origin = index_value(&pairs->pairs[0], composite);
    long double sum = 0, squares = 0;
    for (size_t i = 0; i < pairs->length; i++) {
        long double count = (long double)pairs->pairs[i].count;
        long double deviation = index_value(&pairs->pairs[i], composite) - origin;
        moments.n += pairs->pairs[i].count;
        sum += count * deviation;
        squares += count * deviation * deviation;
    }
    long double n = (long double)moments.n;
    moments.mean = (double)(origin + sum / n);
    if (moments.n >= 2)
        moments.sd = (double)sqrtl(fmaxl(0, squares - sum * sum / n) / (n - 1));
    return moments;
}

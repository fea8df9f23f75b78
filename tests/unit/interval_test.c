#include "suite.h"

#include <debriefd/interval.h>
#include <debriefd/moments.h>
#include <math.h>

static void bounds_are(int64_t N, int64_t n, int64_t x, int64_t low, int64_t high)
{
    struct interval_counts bounds = interval_hypergeometric(N, n, x);
    CU_ASSERT_EQUAL(bounds.low, low);
    CU_ASSERT_EQUAL(bounds.high, high);
}

/* R, with K over x..N-n+x: min(K[phyper(x-1, K, N-K, n, lower = FALSE) > .025]) and
 * max(K[phyper(x, K, N-K, n) > .025]). (samplingbook::Sprop prints the first rejected counts of the
 * first case, 4 and 32.) */
static void known_hypergeometric_bounds(void)
{
    bounds_are(50, 10, 3, 5, 31);
    bounds_are(50, 50, 17, 17, 17);
    bounds_are(50, 10, 0, 0, 13);
    bounds_are(50, 10, 10, 37, 50);
    bounds_are(52, 31, 24, 34, 44);
    bounds_are(1, 0, 0, 0, 1);
    bounds_are(0, 0, 0, 0, 0);
}

/* P(X >= 1 | K) = K/40 is exactly 1/40 at K = 1, which is not more than 1/40. */
static void a_probability_at_the_limit_is_decided_exactly(void)
{
    bounds_are(40, 1, 1, 2, 40);
    bounds_are(40, 1, 0, 0, 38);
    bounds_are(80, 1, 1, 3, 80);
    bounds_are(4000, 1, 1, 101, 4000);
}

static unsigned __int128 choose(int64_t n, int64_t k)
{
    if (k < 0 || k > n)
        return 0;
    unsigned __int128 c = 1;
    for (int64_t i = 0; i < k; i++)
        c = c * (unsigned __int128)(n - i) / (unsigned __int128)(i + 1);
    return c;
}

static bool tail_exceeds(int64_t N, int64_t K, int64_t n, int64_t from, int64_t to)
{
    unsigned __int128 sum = 0;
    for (int64_t j = from; j <= to; j++)
        sum += choose(K, j) * choose(N - K, n - j);
    return 40 * sum > choose(N, n);
}

static struct interval_counts by_definition(int64_t N, int64_t n, int64_t x)
{
    struct interval_counts bounds = {0, N};
    while (!tail_exceeds(N, bounds.low, n, x, n))
        bounds.low++;
    while (!tail_exceeds(N, bounds.high, n, 0, x))
        bounds.high--;
    return bounds;
}

static void every_small_case_follows_the_definition(void)
{
    size_t wrong = 0;
    for (int64_t N = 0; N <= 42; N++)
        for (int64_t n = 0; n <= N; n++)
            for (int64_t x = 0; x <= n; x++) {
                struct interval_counts bounds = interval_hypergeometric(N, n, x);
                struct interval_counts expected = by_definition(N, n, x);
                wrong += bounds.low != expected.low || bounds.high != expected.high;
            }
    CU_ASSERT_EQUAL(wrong, 0);
}

static struct interval of_counts(const int64_t *counts, int min, int max, int64_t N)
{
    struct facts_cell cells[16];
    struct facts_histogram histogram = {cells, 0};
    for (int v = min; v <= max; v++)
        if (counts[v - min] > 0)
            cells[histogram.length++] = (struct facts_cell){v, counts[v - min]};
    return interval_integer_mean(&histogram, min, max, N);
}

static void the_rule_chooses_the_method(void)
{
    CU_ASSERT_EQUAL(of_counts((int64_t[]){0, 0, 0, 0, 0}, 1, 5, 9).method, INTERVAL_NONE);
    CU_ASSERT_EQUAL(of_counts((int64_t[]){0, 0, 1, 1, 3}, 1, 5, 5).method, INTERVAL_CENSUS);
    CU_ASSERT_EQUAL(of_counts((int64_t[]){0, 0, 1, 1, 7}, 1, 5, 20).method, INTERVAL_STACKED);
    CU_ASSERT_EQUAL(of_counts((int64_t[]){0, 0, 0, 2, 8}, 1, 5, 20).method, INTERVAL_STACKED);
    CU_ASSERT_EQUAL(of_counts((int64_t[]){0, 0, 0, 3, 7}, 1, 5, 20).method, INTERVAL_FPC_T);
    CU_ASSERT_EQUAL(of_counts((int64_t[]){0, 0, 0, 0, 12}, 1, 5, 20).method, INTERVAL_STACKED);
}

/* For answers of two values the stacked interval is the exact one. */
static void stacking_two_values_is_exact(void)
{
    struct interval stacked = of_counts((int64_t[]){2, 5}, 0, 1, 33);
    struct interval_counts exact = interval_hypergeometric(33, 7, 5);
    CU_ASSERT_DOUBLE_EQUAL(stacked.low, (double)exact.low / 33, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(stacked.high, (double)exact.high / 33, 1e-15);
}

/* With one of eleven missing, t reaches past what the missing answer could do. */
static void t_is_cut_to_the_attainable(void)
{
    struct interval cut = of_counts((int64_t[]){4, 0, 0, 0, 6}, 1, 5, 11);
    CU_ASSERT_EQUAL(cut.method, INTERVAL_FPC_T);
    CU_ASSERT_DOUBLE_EQUAL(cut.low, 35.0 / 11, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(cut.high, 39.0 / 11, 1e-12);
}

/* n = 33, k = 3, alpha = .78 gives about .61 to .88 (F quantiles of Feldt 1987). */
static void feldt_bounds(void)
{
    struct interval feldt = interval_feldt(0.78, 33, 3);
    CU_ASSERT_DOUBLE_EQUAL(feldt.low, 0.61, 0.005);
    CU_ASSERT_DOUBLE_EQUAL(feldt.high, 0.88, 0.005);
}

/* R: uniroot over pt(t, df, delta), and past the 37.62 to which pt is exact, over the sum of
 * dnorm(z) pchisq(df ((z + delta) / t)^2, df, lower = FALSE) in steps of 1/1000. */
static void noncentral_bounds(void)
{
    static const struct {
        double t, df, low, high;
    } known[] = {
        {0, 1, -1.95996398454, 1.95996398454},       {3, 1, -0.924800855205, 7.08793777291},
        {5, 2, 0.185608441026, 9.92777775764},       {2.4, 39, 0.355085965182, 4.41626437054},
        {-5, 10, -7.86203024996, -2.02879749262},    {33, 1000, 30.5588158645, 35.4301978492},
        {0.5, 99999, -1.45996645963, 2.45996395937}, {60, 39, 46.57515494, 73.38238544},
        {300, 12, 181.7190648, 418.3746138},         {1581, 99999, 1573.798709, 1588.200319},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct interval bounds = interval_noncentral_t(known[i].t, known[i].df);
        double tolerance = 1e-7 * (1 + fabs(known[i].t) / 10);
        CU_ASSERT_DOUBLE_EQUAL(bounds.low, known[i].low, tolerance);
        CU_ASSERT_DOUBLE_EQUAL(bounds.high, known[i].high, tolerance);
    }
}

static void means_without_bounds(void)
{
    CU_ASSERT_EQUAL(interval_mean(2, 1, 1).method, INTERVAL_NONE);
    CU_ASSERT_EQUAL(interval_mean(9, 1, 0).method, INTERVAL_NONE);
    CU_ASSERT_EQUAL(interval_finite_mean(2, 2, 1, 0).method, INTERVAL_CENSUS);
    CU_ASSERT_EQUAL(interval_finite_mean(0, 0, 0, 0).method, INTERVAL_NONE);
    struct interval all = interval_mean(25, 1, 1), part = interval_finite_mean(25, 100, 1, 1);
    /* t of 24 degrees of freedom is 2.064. */
    CU_ASSERT_DOUBLE_EQUAL(all.high, 1 + 2.064 / 5, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(1 - part.low, (1 - all.low) * sqrt(0.75), 1e-12);
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"known hypergeometric bounds", known_hypergeometric_bounds},
        {"a probability at the limit is decided exactly",
         a_probability_at_the_limit_is_decided_exactly},
        {"every small case follows the definition", every_small_case_follows_the_definition},
        {"the rule chooses the method", the_rule_chooses_the_method},
        {"stacking two values is exact", stacking_two_values_is_exact},
        {"t is cut to the attainable", t_is_cut_to_the_attainable},
        {"Feldt bounds", feldt_bounds},
        {"noncentral bounds", noncentral_bounds},
        {"means without bounds", means_without_bounds},
        {0},
    };
    return suite_run("interval", tests);
}

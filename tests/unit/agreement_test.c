/* Published worked examples of agreement coefficients. */
#include "suite.h"

#include <debriefd/agreement.h>
#include <debriefd/prng.h>
#include <math.h>
#include <stdlib.h>

#define M         AGREEMENT_MISSING
#define CELLS     1000
#define LENGTH(a) (sizeof(a) / sizeof *(a))

static void near(double found, double expected, double tolerance)
{
    CU_ASSERT_DOUBLE_EQUAL(found, expected, tolerance);
}

static void value_is(struct agreement found, double expected)
{
    CU_ASSERT_EQUAL(found.null, METRIC_NOT_NULL);
    near(found.value, expected, 5e-7);
}

/* Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section C: 4 observers (rows),
 * 12 units. */
static const int observers[4][12] = {
    {1, 2, 3, 3, 2, 1, 4, 1, 2, M, M, M},
    {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, M, 3},
    {M, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, M},
    {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, M},
};
static const double numbers[] = {0, 1, 2, 3, 4, 5};

static struct ratings krippendorff(int *values)
{
    for (size_t unit = 0; unit < 12; unit++)
        for (size_t coder = 0; coder < 4; coder++)
            values[unit * 4 + coder] = observers[coder][unit];
    return (struct ratings){12, 4, 6, values};
}

/* Published to three digits: .743 (C), .815, .849, .797 (D); the further digits by hand from the
 * printed coincidence matrix. */
static void alpha_of_krippendorff_2011(void)
{
    int values[48];
    struct ratings ratings = krippendorff(values);
    struct agreement_metric interval = agreement_interval(numbers);
    struct agreement_metric ratio = agreement_ratio(numbers);
    struct agreement nominal = agreement_alpha(&ratings, &agreement_nominal);
    value_is(nominal, 0.743421);
    near(nominal.observed, 0.2, 1e-12);
    near(nominal.expected, 0.779487, 5e-7);
    CU_ASSERT_EQUAL(nominal.units, 11);
    value_is(agreement_alpha(&ratings, &agreement_ordinal), 0.815388);
    value_is(agreement_alpha(&ratings, &interval), 0.849107);
    value_is(agreement_alpha(&ratings, &ratio), 0.797403);
}

/* The same, section A (binary data, .095), and a nominal example whose alpha R's irr and irrCAC
 * have.
 */
static void alpha_of_two_observers(void)
{
    static const int binary[] = {1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0};
    static const int letters[] = {0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                  1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};
    value_is(agreement_alpha(&(struct ratings){10, 2, 2, binary}, &agreement_nominal), 0.095238);
    value_is(agreement_alpha(&(struct ratings){12, 2, 3, letters}, &agreement_nominal), 0.734104);
}

/* A table of units by category, or by two coders' categories, as ratings. */
struct sample {
    int values[CELLS];
    struct ratings ratings;
};

static void sample_of_cross_table(struct sample *sample, const int *table, int categories)
{
    size_t units = 0;
    for (int a = 0; a < categories; a++)
        for (int b = 0; b < categories; b++)
            for (int i = 0; i < table[a * categories + b]; i++) {
                sample->values[2 * units] = a;
                sample->values[2 * units + 1] = b;
                units++;
            }
    sample->ratings = (struct ratings){units, 2, categories, sample->values};
}

static void sample_of_counts(struct sample *sample, const int *counts, size_t units,
                             size_t categories)
{
    size_t next = 0;
    for (size_t unit = 0; unit < units; unit++)
        for (size_t c = 0; c < categories; c++)
            for (int i = 0; i < counts[unit * categories + c]; i++)
                sample->values[next++] = (int)c;
    sample->ratings = (struct ratings){units, next / units, (int)categories, sample->values};
}

/* Fleiss 1971, "Measuring nominal scale agreement among many raters", table 1 (as in R irr's
 * `diagnoses`): kappa .430. 30 patients, 6 psychiatrists, 5 categories; nothing is missing, which
 * is where irr::kripp.alpha goes wrong. */
static const int diagnoses[30][6] = {
    {4, 4, 4, 4, 4, 4}, {2, 2, 2, 5, 5, 5}, {2, 3, 3, 3, 3, 5}, {5, 5, 5, 5, 5, 5},
    {2, 2, 2, 4, 4, 4}, {1, 1, 3, 3, 3, 3}, {3, 3, 3, 3, 5, 5}, {1, 1, 3, 3, 3, 4},
    {1, 1, 4, 4, 4, 4}, {5, 5, 5, 5, 5, 5}, {1, 4, 4, 4, 4, 4}, {1, 2, 4, 4, 4, 4},
    {2, 2, 2, 3, 3, 3}, {1, 4, 4, 4, 4, 4}, {2, 2, 4, 4, 4, 5}, {3, 3, 3, 3, 3, 5},
    {1, 1, 1, 4, 5, 5}, {1, 1, 1, 1, 1, 2}, {2, 2, 4, 4, 4, 4}, {1, 3, 3, 5, 5, 5},
    {5, 5, 5, 5, 5, 5}, {2, 4, 4, 4, 4, 4}, {2, 2, 4, 5, 5, 5}, {1, 1, 4, 4, 4, 4},
    {1, 4, 4, 4, 4, 5}, {2, 2, 2, 2, 2, 4}, {1, 1, 1, 1, 5, 5}, {2, 2, 4, 4, 4, 4},
    {1, 3, 3, 3, 3, 3}, {5, 5, 5, 5, 5, 5}};

static struct ratings fleiss(int *values)
{
    for (size_t i = 0; i < 180; i++)
        values[i] = diagnoses[i / 6][i % 6] - 1;
    return (struct ratings){30, 6, 5, values};
}

static void fleiss_1971(void)
{
    int values[180];
    struct ratings ratings = fleiss(values);
    struct agreement kappa = agreement_fleiss(&ratings);
    near(kappa.value, 0.4302445, 5e-8); /* irr::kappam.fleiss */
    near(kappa.observed, 0.555556, 5e-7);
    near(kappa.expected, 0.219938, 5e-7);
    value_is(agreement_alpha(&ratings, &agreement_nominal), 0.433410);
    value_is(agreement_ac1(&ratings), 0.447885);
}

/* The example of Wikipedia's "Fleiss' kappa": .210. */
static void fleiss_of_fourteen_raters(void)
{
    static const int counts[] = {0, 0, 0, 0, 14, 0, 2, 6, 4, 2, 0, 0, 3, 5, 6, 0, 3,
                                 9, 2, 0, 2, 2,  8, 1, 1, 7, 7, 0, 0, 0, 3, 2, 6, 3,
                                 0, 2, 5, 3, 2,  2, 6, 5, 2, 1, 0, 0, 2, 2, 3, 7};
    struct sample sample;
    sample_of_counts(&sample, counts, 10, 5);
    value_is(agreement_fleiss(&sample.ratings), 0.209931);
}

/* The coefficients that R (psych, irrCAC) and scikit-learn have for published tables. */
static const struct {
    const char *source;
    int categories;
    int table[9];
    double kappa, linear, quadratic, alpha, ac1;
} tables[] = {
    {"Cohen 1960, p. 45",
     3,
     {88, 14, 18, 10, 40, 10, 2, 6, 12},
     .491525,
     .473684,
     .454545,
     .488462,
     .575972},
    {"Cohen 1960, p. 37",
     3,
     {25, 12, 3, 13, 2, 15, 12, 16, 2},
     -.092308,
     .022727,
     .134328,
     -.095271,
     -.047970},
    {"Gwet's paradox", 2, {118, 5, 2, 0}, -.023392, -.023392, -.023392, -.024691, .940776},
    {"balanced against skew", 2, {80, 7, 8, 5}, .314442, .314442, .314442, .317714, .808000},
    {"irrCAC cont3x3abstractors",
     3,
     {13, 0, 0, 0, 20, 7, 0, 4, 56},
     .796409,
     .842902,
     .892157,
     .797258,
     .849331},
    {"50 grants", 2, {20, 5, 10, 15}, .4, .4, .4, .4, .405941},
};

static void coefficients_of_two_coders(void)
{
    for (size_t i = 0; i < LENGTH(tables); i++) {
        struct sample sample;
        sample_of_cross_table(&sample, tables[i].table, tables[i].categories);
        struct ratings *ratings = &sample.ratings;
        value_is(agreement_cohen(ratings, AGREEMENT_UNWEIGHTED), tables[i].kappa);
        value_is(agreement_cohen(ratings, AGREEMENT_LINEAR), tables[i].linear);
        value_is(agreement_cohen(ratings, AGREEMENT_QUADRATIC), tables[i].quadratic);
        value_is(agreement_alpha(ratings, &agreement_nominal), tables[i].alpha);
        value_is(agreement_ac1(ratings), tables[i].ac1);
    }
}

/* irrCAC 1.0, gwet.ac1.raw, on Krippendorff's section C. */
static void ac1_with_missing_values(void)
{
    int values[48];
    krippendorff(values);
    for (int i = 0; i < 48; i++)
        values[i] -= values[i] == M ? 0 : 1;
    near(agreement_ac1(&(struct ratings){12, 4, 5, values}).value, 0.77544, 5e-6);
}

/* Seven pairs of sets of codes: A A, A B, AB A, AB AC, ABC ABC, C AC, C AC. NLTK 3.8, whose MASI
 * rounds Passonneau's 2/3 and 1/3 to .67 and .33, has .203226 and .176996. */
static void sets_of_codes(void)
{
    static const int a[] = {0}, b[] = {1}, c[] = {2}, ab[] = {0, 1}, ac[] = {0, 2};
    static const int abc[] = {0, 1, 2};
    static const struct agreement_set sets[] = {{a, 1},  {b, 1},   {c, 1},   {ab, 2},
                                                {ac, 2}, {abc, 3}, {NULL, 0}};
    static const int pairs[] = {0, 0, 0, 1, 3, 0, 3, 4, 5, 5, 2, 4, 2, 4};
    struct ratings ratings = {7, 2, 7, pairs};
    struct agreement_metric jaccard = agreement_jaccard(sets), masi = agreement_masi(sets);
    near(jaccard.difference(sets, NULL, 3, 4), 2.0 / 3, 1e-15);
    near(masi.difference(sets, NULL, 3, 4), 8.0 / 9, 1e-15);
    near(masi.difference(sets, NULL, 0, 3), 2.0 / 3, 1e-15);
    near(masi.difference(sets, NULL, 0, 1), 1, 0);
    near(masi.difference(sets, NULL, 6, 6), 0, 0);
    near(jaccard.difference(sets, NULL, 0, 6), 1, 0);
    value_is(agreement_alpha(&ratings, &jaccard), 0.203226);
    value_is(agreement_alpha(&ratings, &masi), 0.177215);
    near(agreement_alpha(&ratings, &masi).value, 0.176996, 5e-4);
}

static void nothing_to_agree_on(void)
{
    static const int alone[] = {0, M, M, 1}, equal[] = {1, 1, 1, 1};
    struct ratings none = {0, 2, 2, alone}, single = {2, 2, 2, alone}, same = {2, 2, 2, equal};
    CU_ASSERT_EQUAL(agreement_alpha(&none, &agreement_nominal).null, METRIC_NO_PAIRS);
    CU_ASSERT_EQUAL(agreement_alpha(&single, &agreement_nominal).null, METRIC_NO_PAIRS);
    CU_ASSERT_EQUAL(agreement_alpha(&same, &agreement_nominal).null, METRIC_ZERO_VAR);
    CU_ASSERT_EQUAL(agreement_percent(&single).null, METRIC_NO_PAIRS);
    CU_ASSERT_EQUAL(agreement_percent(&same).value, 1);
    CU_ASSERT_EQUAL(agreement_cohen(&single, AGREEMENT_UNWEIGHTED).null, METRIC_NO_PAIRS);
    CU_ASSERT_EQUAL(agreement_cohen(&same, AGREEMENT_UNWEIGHTED).null, METRIC_ZERO_VAR);
    CU_ASSERT_EQUAL(agreement_fleiss(&single).null, METRIC_NO_PAIRS);
    CU_ASSERT_EQUAL(agreement_ac1(&single).null, METRIC_NO_PAIRS);
    CU_ASSERT_EQUAL(agreement_bootstrap(&single, &agreement_nominal, 1, 100).null, METRIC_NO_PAIRS);
    CU_ASSERT_EQUAL(agreement_bootstrap(&same, &agreement_nominal, 1, 100).null, METRIC_ZERO_VAR);
}

/* 20 000 draws of Krippendorff's section C by another program: about .417 to 1, and .325 of them
 * below .667. The Monte-Carlo error of a 2.5 % quantile on this coarse grid is a step. */
static void bootstrap_of_krippendorff_2011(void)
{
    int values[48];
    struct ratings ratings = krippendorff(values);
    struct agreement_bounds bounds = agreement_bootstrap(&ratings, &agreement_nominal, 2016, 20000);
    CU_ASSERT_EQUAL(bounds.null, METRIC_NOT_NULL);
    near(bounds.low, 0.417, 0.02);
    near(bounds.high, 1, 0.005);
    CU_ASSERT_EQUAL(bounds.undefined, 0);
    struct agreement_bounds again = agreement_bootstrap(&ratings, &agreement_nominal, 2016, 20000);
    CU_ASSERT(bounds.low == again.low && bounds.high == again.high);
    struct agreement_bounds other = agreement_bootstrap(&ratings, &agreement_ordinal, 7, 2000);
    CU_ASSERT(other.low < 0.815388 && other.high > 0.815388);
}

static void shuffle(int *values, size_t units, size_t coders, struct prng *prng)
{
    for (size_t i = units; i > 1; i--) {
        size_t j = prng_below(prng, (uint32_t)i);
        for (size_t c = 0; c < coders; c++) {
            int kept = values[(i - 1) * coders + c];
            values[(i - 1) * coders + c] = values[j * coders + (c + j) % coders];
            values[j * coders + (c + j) % coders] = kept;
        }
    }
}

/* Not one bit differs when units are reordered and coders exchanged within units. */
static void order_does_not_matter(void)
{
    int values[180];
    struct ratings ratings = fleiss(values);
    struct agreement alpha = agreement_alpha(&ratings, &agreement_ordinal);
    struct agreement_bounds bounds = agreement_bootstrap(&ratings, &agreement_nominal, 5, 500);
    struct agreement ac1 = agreement_ac1(&ratings);
    struct prng prng;
    prng_init(&prng, 1, "shuffle");
    for (int i = 0; i < 20; i++) {
        shuffle(values, 30, 6, &prng);
        struct agreement_bounds found = agreement_bootstrap(&ratings, &agreement_nominal, 5, 500);
        CU_ASSERT(agreement_alpha(&ratings, &agreement_ordinal).value == alpha.value);
        CU_ASSERT(agreement_ac1(&ratings).value == ac1.value);
        CU_ASSERT(found.low == bounds.low && found.high == bounds.high);
    }
}

int main(void)
{
    static const struct suite_test tests[] = {
        {"alpha of Krippendorff 2011", alpha_of_krippendorff_2011},
        {"alpha of two observers", alpha_of_two_observers},
        {"Fleiss 1971", fleiss_1971},
        {"Fleiss of fourteen raters", fleiss_of_fourteen_raters},
        {"coefficients of two coders", coefficients_of_two_coders},
        {"AC1 with missing values", ac1_with_missing_values},
        {"sets of codes", sets_of_codes},
        {"nothing to agree on", nothing_to_agree_on},
        {"bootstrap of Krippendorff 2011", bootstrap_of_krippendorff_2011},
        {"order does not matter", order_does_not_matter},
        {0},
    };
    return suite_run("agreement", tests);
}
